"""Whole files only: written beside their target under an unfinished name, flushed, then moved into place.

An unfinished file is `.NAME.RUN.part`, where RUN names the machine and process that writes it, so that the next
start can tell the leavings of a dead run from another run at work.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from core import system

_PART = re.compile(r"^\..*\.(?P<run>r\d{8}-\d{6}-(?P<machine>[0-9a-f]{4})-(?P<pid>\d+)-[0-9a-f]{4})\.part$")


def new_run() -> str:
    """A name for a run: when it started, on which machine, in which process."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return f"r{stamp}-{system.machine_tag()}-{os.getpid()}-{secrets.token_hex(2)}"


# File names on Linux are bytes.  What is not UTF-8 in them reaches Python as lone surrogates, which no JSON can hold;
# as text they are carried in a private-use block instead.
_TO_TEXT = {0xDC00 + byte: 0x10FE00 + byte for byte in range(128, 256)}
_TO_PATH = {text: surrogate for surrogate, text in _TO_TEXT.items()}


def text_of(path: str) -> str:
    """A path as text that can be printed and sent, whatever bytes it holds."""
    return path if path.isascii() else path.translate(_TO_TEXT)


def path_of(text: str) -> str:
    """The path that `text_of` gave this text for."""
    return text if text.isascii() else text.translate(_TO_PATH)


def same_name_key(name: str) -> str:
    """Equal for two names that some file system takes for one: case and Unicode composition do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def clean_name(name: str) -> str:
    """A file name (without folder) that every system accepts, as near to `name` as can be.

    Separators and characters that Windows forbids become "_"; so do reserved names and a leading dot; the length
    is cut to fit.
    """
    name = unicodedata.normalize("NFC", name)
    name = "".join("_" if c in system.FORBIDDEN or not c.isprintable() else c for c in name)
    name = name.strip().rstrip(". ")
    if not name or name.partition(".")[0].rstrip().lower() in system.RESERVED:
        name = f"_{name}"
    if name.startswith("."):
        name = "_" + name[1:]
    return shorten(name, system.LONGEST_NAME)


def shorten(name: str, limit: int) -> str:
    """`name` cut to `limit` bytes of UTF-8 at a whole character."""
    return name.encode("utf-8", "surrogateescape")[:limit].decode("utf-8", "ignore").rstrip(". ") or "_"


def part_of(target: Path, run: str) -> Path:
    """Where `target` is written before it is whole."""
    tail = f".{run}.part"
    return target.with_name("." + shorten(target.name, 250 - len(tail)) + tail)


def write_whole(target: Path, data: bytes, run: str, *, replace: bool = False, again: bool = False) -> None:
    """Write `data` to `target`: all of it or nothing, on the disk before it has its name.

    Args:
        target: Its folder must exist.
        data: The whole content.
        run: The run that writes, part of the unfinished file's name.
        replace: Replace what is there; otherwise it stays.
        again: This is a second try, whose first may have finished unnoticed: a file there with these very bytes
            is then taken for done.

    Raises:
        FileExistsError: `target` is there and `replace` is not wanted.
        OSError: the disk is full, the folder is gone or can't be written to.
    """
    part = part_of(target, run)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            part.replace(target)
            return
        try:
            system.move_new(part, target)
        except FileExistsError:
            if again and target.is_file() and filecmp.cmp(part, target, shallow=False):
                part.unlink()
                return
            raise
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def sweep(folders: Iterable[Path], run: str = "") -> int:
    """Remove the unfinished files of `run`, or of every dead run on this machine; return how many there were."""
    swept = 0
    for folder in folders:
        try:
            names = [entry.name for entry in os.scandir(folder) if entry.name.endswith(".part")]
        except OSError:
            continue
        for name in names:
            match = _PART.match(name)
            if match and (match["run"] == run if run else _is_dead(match)):
                with contextlib.suppress(OSError):
                    (folder / name).unlink()
                    swept += 1
    return swept


def _is_dead(part: re.Match[str]) -> bool:
    import calendar

    import psutil

    if part["machine"] != system.machine_tag():
        return False  # another machine's run on a shared folder may well be alive
    try:
        born = psutil.Process(int(part["pid"])).create_time()
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False  # somebody else's process: let it be
    stamp = "-".join(part["run"].split("-")[:2])
    started = calendar.timegm(time.strptime(stamp, "r%Y%m%d-%H%M%S"))
    return born > started + 2  # the number was given to a younger process
