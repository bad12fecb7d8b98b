#!/usr/bin/env python3
"""Get going from a fresh copy, with nothing but Python.

python3 packaging/start.py                make the environment in .venv, then open Slidetray's window
                                          (without a screen: the main job on sample images instead)
python3 packaging/start.py test [ARG...]  make it with the developers' tools, then run the whole suite

Options:
  --torch-index URL   take PyTorch from there (also: environment variable SLIDETRAY_TORCH_INDEX);
                      https://download.pytorch.org/whl/cpu spares Linux some 4 GB of CUDA

What follows "test" goes to pytest.  Exit status: that of what was run; 2 where it could not be run; 130 interrupted.
"""

# An old Python must be able to read this file to say that it is too old: nothing newer than 3.6 in its grammar.
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

MINIMUM = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.11")
ROOT = Path(__file__).resolve().parent.parent
ENV = ROOT / ".venv"
STAMP = ENV / "slidetray-stamp.json"
LOG = ENV / "pip.log"
WINDOWS = sys.platform == "win32"
LINUX = sys.platform.startswith("linux")
DOWNLOADS = "https://www.python.org/downloads/"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
BIG_DOWNLOAD = 20  # megabytes; smaller ones are not worth a line

# Shared object -> Debian package: what Qt needs of the system.  The command line needs nothing.
WINDOW_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libdbus-1.so.3": "libdbus-1-3",
}

# Program -> Debian package: what the one test on a true screen wants; without them it says that it did not run.
TEST_PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool"}


class RefusedError(Exception):
    """It can't go on; the text is the one sentence that says why and what to do."""


def say(text):
    """Print one line now, also where the output is a file."""
    print(text, flush=True)


def version_sentence(version):
    """Say that this Python is too old."""
    found, needed = (".".join(map(str, parts)) for parts in (version[:3], MINIMUM))
    return (
        f"Slidetray needs Python {needed} or newer, and this is Python {found}: "
        f"install a newer one from {DOWNLOADS} and run this with it."
    )


def newer_python():
    """Find a Python on the PATH that is new enough and starts (version managers leave stubs that don't)."""
    check = f"import sys; sys.exit(sys.version_info < {MINIMUM})"
    for name in NEWER:
        path = shutil.which(name)
        try:
            if path and piped(subprocess.run, [path, "-c", check]).returncode == 0:
                return os.path.abspath(path)
        except OSError:
            continue
    return None


def become(command):
    """Hand this terminal, its signals and the exit status over to another program."""
    sys.stdout.flush()
    if WINDOWS:  # there, exec returns to the prompt at once
        sys.exit(run(command))
    os.chdir(str(ROOT))
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def run(command):
    """Run a program in the project's folder and return its exit status."""
    return finish(subprocess.Popen(command, cwd=str(ROOT)), lambda: None)


def finish(process, watch):
    """Watch a program until its end; on Ctrl+C, which it hears too, give it the time to tidy up."""
    with process:
        try:
            watch()
            return process.wait()
        except BaseException:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.terminate()
            raise


def piped(start_it, command, **more):
    """Start a program whose output we read, line by line or at its end."""
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
    return start_it(command, stdin=subprocess.DEVNULL, **pipe, **more)


def missing_libraries(table):
    """Name the Debian packages whose shared object this system can't load."""
    import ctypes

    def loads(shared_object):
        try:
            return bool(ctypes.CDLL(shared_object))
        except OSError:
            return False

    return [package for shared_object, package in table.items() if not loads(shared_object)]


def apt_install(packages, why):
    """Install Debian packages where we may; elsewhere refuse, naming the command."""
    names = " ".join(packages)
    if not (LINUX and shutil.which("apt-get")):
        raise RefusedError(f"{why}: install what Debian calls {names} by your system's means, and run this again.")
    if os.geteuid() != 0:
        raise RefusedError(f"{why}: run `sudo apt-get install {names}`, and then this again.")
    say(f"{why}.  Installing: apt-get install {names}")
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = piped(subprocess.run, ["apt-get", "-q", *step], env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))
    if done.returncode:
        raise RefusedError(failure(f"apt-get install {names} failed", done.stdout))


def offer_programs(table):
    """Install programs where we may; elsewhere name the command, and go on without."""
    missing = [package for program_name, package in table.items() if shutil.which(program_name) is None]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        apt_install(missing, "One test works the window on a screen of its own")
    elif missing:
        say(f"One test will not run; for it, install what Debian calls {' '.join(missing)}.")


def need_venv():
    """See to it that this Python can make environments; Debian ships that part separately."""
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        apt_install(["python3-venv"], "Python lacks its venv module")
        importlib.invalidate_caches()
        if importlib.util.find_spec("ensurepip") is None:  # a Python that is not Debian's
            raise RefusedError(f"{sys.executable} lacks its venv module: use one from {DOWNLOADS}.")


def has_screen():
    """Whether this session has a screen to show a window on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or not LINUX)


def space_sentence(free, torch_index):
    """Say that the disk has clearly too little room, or nothing."""
    needed = 8 if LINUX and not torch_index else 3
    if free >= needed * 1e9:
        return None
    hint = f" (3 GB with --torch-index {CPU_INDEX})" if needed > 3 else ""
    return (
        f"The disk with {ROOT} has {free / 1e9:.1f} GB free, and the installation needs about {needed} GB{hint}: "
        "make room, and run this again."
    )


def program(name):
    """Where the environment keeps a program."""
    return str(ENV / "Scripts" / (name + ".exe") if WINDOWS else ENV / "bin" / name)


def torch_requirements(pyproject):
    """Read what the project asks of torch and torchvision, so that it is said in one place."""
    listed = re.search(r"^dependencies\s*=\s*\[(.*?)^\]", pyproject, re.MULTILINE | re.DOTALL)
    return re.findall(r"""["'](torch(?:vision)?(?![\w.-])[^"']*)["']""", listed.group(1) if listed else "")


def make_stamp(pyproject, mode, torch_index):
    """Describe an environment: two that are described alike are alike."""
    return {
        "project": hashlib.sha256(pyproject.encode("utf-8")).hexdigest(),
        "mode": mode,
        "torch_index": torch_index,
        "python": sys.implementation.cache_tag,
        "root": str(ROOT),  # an environment doesn't survive being moved
    }


def read_stamp():
    """Read what the environment was finished as; None where it was not."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) else None


def reusable(have, want):
    """Whether the environment can be brought up to date, rather than made anew."""
    if have is None or any(have.get(key) != want[key] for key in ("python", "root")):
        return False
    return want["torch_index"] in (None, have.get("torch_index"))  # pip would not exchange one torch for another


def fits(have, want):
    """Whether the environment is right as it is; the developers' one serves everybody."""
    return reusable(have, want) and have.get("project") == want["project"] and have.get("mode") in (want["mode"], "dev")


def environment_runs():
    """Whether the environment's Python starts (a system upgrade may have taken it away)."""
    try:
        return subprocess.call([program("python"), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def prepare(mode, torch_index):
    """Make the environment, or bring it up to date; nothing to do takes no time."""
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    have = read_stamp()
    want = make_stamp(pyproject, mode, torch_index)
    usable = reusable(have, want) and environment_runs()
    if usable and fits(have, want):
        return
    STAMP.unlink(missing_ok=True)  # first: whatever interrupts what follows leaves an environment to be made anew
    if usable:
        want["torch_index"] = have.get("torch_index")
        want["mode"] = mode = "dev" if "dev" in (mode, have.get("mode")) else mode
        say("Bringing the environment in .venv up to date.")
    else:
        make_environment(ENV.exists(), torch_index)
    try:
        LOG.write_bytes(b"")
        if want["torch_index"]:
            pip([*torch_requirements(pyproject), "--index-url", want["torch_index"]])
        pip(["-e", ".[dev,build]" if mode == "dev" else "."])
    except RefusedError:
        if usable and "Installing collected packages" not in LOG.read_text(encoding="utf-8"):
            STAMP.write_text(json.dumps(have), encoding="utf-8")  # pip got no further than looking
        raise
    STAMP.write_text(json.dumps(want), encoding="utf-8")


def make_environment(again, torch_index):
    """Make an empty environment, whatever lies in its place."""
    need_venv()
    size = "about 6 GB" if LINUX and not torch_index else "under 2 GB"
    say(f"Making the environment in .venv{' anew' if again else ''}: once, some minutes, {size}.")
    if LINUX and not torch_index:
        say(f"(Most of that is CUDA, for NVIDIA cards.  Without it, under 2 GB: --torch-index {CPU_INDEX})")
    ENV.mkdir(exist_ok=True)
    python = getattr(sys, "_base_executable", None) or sys.executable  # never the one that is being cleared
    made = piped(subprocess.run, [python, "-m", "venv", "--clear", str(ENV)])
    sentence = space_sentence(shutil.disk_usage(str(ROOT)).free, torch_index)  # after the old one is gone
    if sentence:
        raise RefusedError(sentence)
    if made.returncode:
        raise RefusedError(failure(f"The environment could not be made in {ENV}", made.stdout, "remove that folder"))


def calm_line(line):
    """Turn a line of pip's into one worth showing, or nothing."""
    load = re.match(r"\s*Downloading (?:\S*/)?([\w.]+)-([^-\s]+)-\S+\.whl \(([\d.]+) ([MG])B\)", line)
    if load and (load.group(4) == "G" or float(load.group(3)) >= BIG_DOWNLOAD):
        return "  downloading {} {} ({} {}B)".format(*load.groups())
    if line.startswith("Installing collected packages:"):
        return f"  installing {line.count(',') + 1} packages"
    return None


def last_useful_line(output):
    """Pick the line that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(ERROR|E|Error): ", line)]
    found = [line for line in errors if re.search("No matching distribution|No space left|HTTP error", line)]
    return (found or errors or lines or ["it said nothing"])[-1].rstrip(".")


def failure(what, output, advice="check the network and proxy"):
    """Say what failed, the reason given, and what to do."""
    why = last_useful_line(output)
    advice = "make room on the disk" if "No space left" in why else advice
    return f"{what} ({why}): {advice}, and run this again."


def pip(arguments):
    """Install, with a few lines on the terminal and every line in the log."""
    command = [program("python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", *arguments]
    scratch = ENV / "tmp"  # gigabytes pass through it, and /tmp may be a small one in memory
    scratch.mkdir(exist_ok=True)
    environment = dict(os.environ) if WINDOWS else dict(os.environ, TMPDIR=str(scratch))
    process, output = piped(subprocess.Popen, command, cwd=str(ROOT), env=environment), []

    def watch():
        with LOG.open("a", encoding="utf-8", buffering=1) as log:
            for line in process.stdout:
                output.append(line)
                log.write(line)
                if calm_line(line):
                    say(calm_line(line))

    status = finish(process, watch)
    shutil.rmtree(str(scratch), ignore_errors=True)
    if status:
        raise RefusedError(failure(f"pip, whose output is in {LOG}, could not install", "".join(output)))


def suite(pytest_arguments):
    """Run every check there is; stop at the first that fails."""
    checks = ["ruff check .", "ruff format --check .", "mypy", "lint-imports", "pytest"]
    for name, *arguments in map(str.split, checks):
        arguments += pytest_arguments if name == "pytest" else []
        shown = " ".join([name, *arguments])
        say(f"== {shown}")
        status = run([program(name), *arguments])
        if status:
            print(f"start.py: {shown} failed with exit status {status}.", file=sys.stderr)
            return status if status > 0 else 128 - status
    say("All passed: ruff check, ruff format, mypy, lint-imports, pytest.")
    return 0


def parse(arguments):
    """Split the command line: mode, where torch comes from, what goes to pytest."""
    torch_index = os.environ.get("SLIDETRAY_TORCH_INDEX") or None
    rest = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--torch-index" or argument.startswith("--torch-index="):
            torch_index = argument.partition("=")[2] or next(waiting, None)
            if not torch_index:
                raise RefusedError("--torch-index needs an address, such as " + CPU_INDEX + ".")
        else:
            rest.append(argument)
    if rest and rest[0] != "test":
        raise RefusedError(f'There is only "start.py" and "start.py test", not "{rest[0]}"; see start.py --help.')
    return ("dev" if rest else "plain"), torch_index, rest[1:]


def start(arguments):
    """Do what the command line asks."""
    if arguments[:1] in (["-h"], ["--help"]):
        say(__doc__.strip())
        return 0
    mode, torch_index, pytest_arguments = parse(arguments)
    window = has_screen()
    if LINUX and (window or mode == "dev"):
        missing = missing_libraries(WINDOW_LIBRARIES)
        if missing:
            apt_install(missing, "The window needs libraries that this system lacks")
    if LINUX and mode == "dev":
        offer_programs(TEST_PROGRAMS)
    prepare(mode, torch_index)
    if mode == "dev":
        return suite(pytest_arguments)
    say("Opening the window." if window else f"Doing the main job on sample images, in {ROOT}: slidetray demo")
    return become([program("slidetray")] + ([] if window else ["demo"]))


def main(arguments):
    """Run, and turn whatever goes wrong into one sentence and a status."""
    try:
        if sys.version_info < MINIMUM:
            newer = newer_python()
            if newer is None:
                raise RefusedError(version_sentence(sys.version_info))
            say(f"This is Python {sys.version.split()[0]}, which is too old; going on with {newer}.")
            become([newer, str(Path(__file__).resolve()), *arguments])
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="replace")  # a folder's name must not stop us
        return start(arguments)
    except RefusedError as refusal:
        message, status = str(refusal), 2
    except KeyboardInterrupt:
        message, status = "Interrupted; run it again to go on.", 130
    except OSError as error:
        message, status = f"{error.filename or ROOT} can't be used ({error.strerror or error}).", 2
    print(f"start.py: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
