"""What differs between Linux, macOS and Windows, in one place.

Tried on Linux.  The branches for macOS and Windows follow their documented behaviour and are unproven here.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

LINUX = sys.platform.startswith("linux")
WINDOWS = sys.platform == "win32"
START_METHOD = "forkserver" if LINUX else "spawn"

# WaitForMultipleObjects takes 63 handles; a pool waits on two a worker and needs some for itself.
MOST_WORKERS = 28 if WINDOWS else 256

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in "0123456789¹²³")}
FORBIDDEN = frozenset('<>:"/\\|?*')
LONGEST_NAME = 225  # bytes in UTF-8; file systems allow 255, and planes, numbers and unfinished files add to it


def lower_priority() -> None:
    """Let the window and everything else go first."""
    with contextlib.suppress(OSError):
        if WINDOWS:
            import psutil

            psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", None))
        else:
            os.nice(10)


def tune_allocator() -> None:
    """Keep freed memory: fresh buffers for each large picture cost 40 % of a decode in page faults.

    glibc only: M_TRIM_THRESHOLD (-1), M_TOP_PAD (-2) and M_MMAP_MAX (-4) of mallopt(3).
    """
    if not LINUX:
        return
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(-4, 0)
        libc.mallopt(-1, 1 << 30)
        libc.mallopt(-2, 64 << 20)


def return_memory() -> None:
    """Give freed memory back after an unusually large picture."""
    if LINUX:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that forked it ends (Linux, prctl PR_SET_PDEATHSIG).

    Only for children of the forkserver, whose one thread lives as long as it does.
    """
    if LINUX:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, 9)


@contextlib.contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Children started inside ignore Ctrl-C from their first moment on; what it means is decided by their parent."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    if WINDOWS:  # signal handlers are not inherited there, this flag is
        ctypes.windll.kernel32.SetConsoleCtrlHandler(None, True)  # type: ignore[attr-defined, unused-ignore]
    try:
        yield
    finally:
        if WINDOWS:
            ctypes.windll.kernel32.SetConsoleCtrlHandler(None, False)  # type: ignore[attr-defined, unused-ignore]
        signal.signal(signal.SIGINT, before)


def end_with_parent() -> None:
    """End this process at once when its parent is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, name="guard", daemon=True).start()


def own_sockets(prefix: str) -> None:
    """Sockets of this process get a folder of their own, not their parent's: it is removed with this process.

    Its name is `prefix` and the process's number, for whoever clears up after a process that was killed.
    """
    import shutil
    import tempfile
    from multiprocessing import util

    config = getattr(multiprocessing.process.current_process(), "_config", {})
    config.pop("tempdir", None)
    with contextlib.suppress(OSError):
        folder = tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-")
        util.Finalize(None, shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=-100)
        config["tempdir"] = folder


def open_missing() -> None:
    """Open the null device in place of standard files that are closed.

    Where they are closed, the next channel to another process would get their numbers, and whatever prints, or sends
    its output to the log, would destroy it.
    """
    if WINDOWS:  # numbers are not inherited there, and a windowed program has none
        return
    for number in (0, 1, 2):
        with contextlib.suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
        os.set_inheritable(number, True)


def leave_at_once(status: int, last_words: str) -> NoReturn:
    """End this process from inside a signal handler; children see their parent go and follow."""
    import shutil

    with contextlib.suppress(OSError):
        os.write(2, last_words.encode())
    # The folder of multiprocessing's sockets, which it removes only when a program ends by itself.
    folder = getattr(multiprocessing.process.current_process(), "_config", {}).get("tempdir")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(status)


def usable_cores() -> int:
    """Cores this process may use: affinity, and a container's CPU quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _first_line("/sys/fs/cgroup/cpu.max").split()
    if len(quota) == 2 and quota[0].isdigit():
        cores = min(cores, max(1, round(int(quota[0]) / int(quota[1]))))
    return max(1, cores)


def available_memory() -> int:
    """Bytes that can be had without swapping, a container's limit included."""
    import psutil

    free = int(psutil.virtual_memory().available)
    limit = _first_line("/sys/fs/cgroup/memory.max")
    used = _first_line("/sys/fs/cgroup/memory.current")
    if limit.isdigit() and used.isdigit():
        free = min(free, max(0, int(limit) - int(used)))
    return free


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").partition("\n")[0]
    except OSError:
        return ""


def machine_tag() -> str:
    """Four hexadecimal digits that stand for this machine, for names of unfinished files on shared folders."""
    import zlib

    return f"{zlib.crc32(socket.gethostname().encode()) & 0xFFFF:04x}"


def move_new(source: Path, target: Path) -> None:
    """Give a file its final name, never replacing another.

    Raises:
        FileExistsError: something has that name already.
    """
    if WINDOWS:
        source.rename(target)  # refuses to replace there
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        _move_without_links(source, target)
    else:
        source.unlink()


def _move_without_links(source: Path, target: Path) -> None:
    """For file systems without hard links (FAT, some shares): the kernel's own call first, then a careful guess."""
    if LINUX:
        libc = ctypes.CDLL(None, use_errno=True)
        here, no_replace = -100, 1  # AT_FDCWD, RENAME_NOREPLACE of renameat2(2)
        if hasattr(libc, "renameat2"):
            if libc.renameat2(here, os.fsencode(source), here, os.fsencode(target), no_replace) == 0:
                return
            error = ctypes.get_errno()
            if error == 17:  # EEXIST
                raise FileExistsError(error, os.strerror(error), str(target))
    elif sys.platform == "darwin":
        libc = ctypes.CDLL(None, use_errno=True)
        exclusive = 4  # RENAME_EXCL of renamex_np(2)
        if libc.renamex_np(os.fsencode(source), os.fsencode(target), exclusive) == 0:
            return
    if target.exists():
        raise FileExistsError(17, "File exists", str(target))
    source.rename(target)
