"""The bootstrap: its judgements one by one, then the real thing on a tiny project, offline."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "start.py"
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX scripts")


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.delenv("SLIDETRAY_TORCH_INDEX", raising=False)
    spec = importlib.util.spec_from_file_location("slidetray_start", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_can_read_it_and_it_needs_nothing_installed() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert "__future__" not in imported  # annotations are unknown there before 3.7


def test_an_old_python_is_named(start: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert "3.11 or newer, and this is Python 3.9.18:" in start.version_sentence((3, 9, 18, "final", 0))
    monkeypatch.setattr(start, "MINIMUM", (99, 0))
    monkeypatch.setattr(start, "NEWER", ())
    assert start.main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("start.py: Slidetray needs Python 99.0 or newer")
    assert err.count("\n") == 1


@posix_only
def test_a_newer_python_must_start_to_count(start: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub = tmp_path / "python3.13"  # what a version manager leaves for a version that is not chosen
    stub.write_text("#!/bin/sh\nexit 127\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert start.newer_python() is None
    (tmp_path / "python3.11").symlink_to(sys.executable)
    assert start.newer_python() == str(tmp_path / "python3.11")


def test_torch_requirements_are_the_projects(start: Any) -> None:
    listed = tomllib.loads(PYPROJECT)["project"]["dependencies"]
    wanted = [entry for entry in listed if entry.startswith(("torch>", "torchvision>"))]
    assert len(wanted) == 2
    assert start.torch_requirements(PYPROJECT) == wanted
    others = "x = ['torch']\ndependencies = [\n 'torch', 'torch-x>=1', \"torchmetrics>=1\", 'torch[x]>=2,<3',\n]\n"
    assert start.torch_requirements(others) == ["torch", "torch[x]>=2,<3"]
    assert start.torch_requirements("[project]\n") == []


def test_an_environment_fits_what_it_was_made_for(start: Any) -> None:
    plain = start.make_stamp("a", "plain", None)
    developers = start.make_stamp("a", "dev", None)
    cpu = start.make_stamp("a", "plain", "https://cpu")
    other = start.make_stamp("b", "plain", None)
    assert start.fits(plain, plain)
    assert start.fits(developers, plain)
    assert start.fits(cpu, plain)
    assert start.fits(cpu, cpu)
    for have, want in ((plain, developers), (plain, other), (other, plain), (None, plain), ({}, plain), (plain, cpu)):
        assert not start.fits(have, want)
    assert start.reusable(plain, developers)
    assert start.reusable(plain, other)
    assert not start.reusable(plain, cpu)  # pip would keep the torch that is there
    assert not start.reusable({**plain, "python": "cpython-310"}, plain)
    assert not start.reusable({**plain, "root": "/elsewhere"}, plain)


def test_a_broken_stamp_counts_as_none(start: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(start, "STAMP", tmp_path / "stamp")
    assert start.read_stamp() is None
    for text in ("", "{", "[]", json.dumps("x")):
        start.STAMP.write_text(text)
        assert start.read_stamp() is None


@pytest.mark.parametrize("have_mode", ["plain", "dev"])
def test_torch_comes_first_and_from_its_index(
    start: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, have_mode: str
) -> None:
    (tmp_path / "pyproject.toml").write_text('dependencies = [\n"torch>=2.9",\n]\n')
    for name, path in (("ROOT", ""), ("ENV", ".venv"), ("STAMP", ".venv/stamp"), ("LOG", ".venv/log")):
        monkeypatch.setattr(start, name, tmp_path / path)
    calls: list[list[str]] = []
    made: list[bool] = []

    def make(again: bool, index: str | None) -> None:
        assert not start.STAMP.exists()  # or an interruption here would pass for a finished environment
        made.append(again)
        start.ENV.mkdir(exist_ok=True)

    monkeypatch.setattr(start, "pip", calls.append)
    monkeypatch.setattr(start, "make_environment", make)
    monkeypatch.setattr(start, "environment_runs", lambda: True)
    start.prepare(have_mode, "https://cpu")
    project = {"plain": ".", "dev": ".[dev,build]"}[have_mode]
    assert calls == [["torch>=2.9", "--index-url", "https://cpu"], ["-e", project]]
    calls.clear()
    start.prepare("plain", None)
    assert calls == []
    (tmp_path / "pyproject.toml").write_text('dependencies = [\n"torch>=3",\n]\n')
    start.prepare("plain", None)  # brought up to date from the same index, and the tools too
    assert calls == [["torch>=3", "--index-url", "https://cpu"], ["-e", project]]
    assert made == [False]
    start.prepare("plain", "https://other")  # another torch needs another environment
    assert made == [False, True]


def test_too_little_room_is_said(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "LINUX", True)
    assert start.space_sentence(8e9, None) is None
    assert "has 7.9 GB free, and the installation needs about 8 GB (3 GB with" in start.space_sentence(7.9e9, None)
    assert start.space_sentence(3e9, "https://cpu") is None
    monkeypatch.setattr(start, "LINUX", False)
    assert start.space_sentence(3e9, None) is None
    assert "needs about 3 GB:" in start.space_sentence(2.9e9, None)


def test_pip_is_kept_calm(start: Any) -> None:
    big = "  Downloading torch-2.9.1-cp311-cp311-manylinux_2_28_x86_64.whl (899.8 MB)\n"
    assert start.calm_line(big) == "  downloading torch 2.9.1 (899.8 MB)"
    assert start.calm_line(big.replace("MB", "kB")) is None
    assert start.calm_line("Collecting torch>=2.9\n") is None
    assert start.calm_line("Installing collected packages: a, b, c\n") == "  installing 3 packages"


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("ERROR: No matching distribution found for x\n\n[notice] A new release of pip\n", "for x"),
        ("  ERROR: No matching distribution found for y\n  [end of output]\nERROR: Failed to build z\n", "for y"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n\n", "on device"),
        ("Reading lists...\nE: Unable to locate package q\n", "package q"),
        ("one\ntwo\n", "two"),
        ("", "nothing"),
    ],
)
def test_the_line_that_tells(start: Any, output: str, line: str) -> None:
    assert start.last_useful_line(output).endswith(line)
    assert ("make room" in start.failure("pip", output)) == ("No space" in output)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Debian's packages")
def test_missing_libraries_are_found_and_named(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"libc.so.6": "libc6", "libnosuchthing.so.9": "libnosuchthing9"}
    assert start.missing_libraries(table) == ["libnosuchthing9"]
    assert set(start.missing_libraries(start.WINDOW_LIBRARIES)) <= set(start.WINDOW_LIBRARIES.values())
    monkeypatch.setattr(start.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(start.shutil, "which", lambda name: "/usr/bin/" + name)
    with pytest.raises(start.RefusedError, match="lacks it: run `sudo apt-get install a b`"):
        start.apt_install(["a", "b"], "This lacks it")
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    with pytest.raises(start.RefusedError, match="what Debian calls a b by"):
        start.apt_install(["a", "b"], "This lacks it")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_the_window_needs_a_screen(start: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert start.has_screen()
    monkeypatch.delenv("WAYLAND_DISPLAY")
    assert not start.has_screen()


@pytest.mark.parametrize("screen", [True, False])
def test_it_opens_the_window_where_there_is_a_screen(
    start: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, screen: bool
) -> None:
    became: list[list[str]] = []
    asked: list[object] = []
    monkeypatch.setattr(start, "LINUX", True)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if screen:
        monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(start, "missing_libraries", lambda table: asked.append(table) or [])
    monkeypatch.setattr(start, "prepare", lambda mode, index: None)
    monkeypatch.setattr(start, "become", became.append)
    start.main([])
    slidetray = start.program("slidetray")
    assert became == [[slidetray] if screen else [slidetray, "demo"]]
    assert asked == ([start.WINDOW_LIBRARIES] if screen else [])  # without a screen, nothing of Qt's is needed
    assert ("Opening the window." in capsys.readouterr().out) == screen


def test_the_command_line(start: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert start.parse([]) == ("plain", None, [])
    assert start.parse(["--torch-index=a"]) == ("plain", "a", [])
    assert start.parse(["test", "-k", "test", "--torch-index", "a", "x"]) == ("dev", "a", ["-k", "test", "x"])
    monkeypatch.setenv("SLIDETRAY_TORCH_INDEX", "b")
    assert start.parse(["test"]) == ("dev", "b", [])
    assert start.main(["tets"]) == 2
    assert start.main(["--torch-index"]) == 2
    assert capsys.readouterr().err.count("\n") == 2
    assert start.main(["--help"]) == 0


def test_an_interruption_is_no_traceback(start: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "prepare", interrupt)
    assert start.main([]) == 130
    assert capsys.readouterr().err == "start.py: Interrupted; run it again to go on.\n"


BACKEND = '''
"""Builds the project with nothing but Python: a wheel of one module whose commands say how they were called."""
import tomllib, zipfile
MODULE = """
import os, sys
from pathlib import Path
def main():
    name = Path(sys.argv[0]).stem
    print("RAN", name, *sys.argv[1:], "in", Path.cwd().name)
    return int(os.environ.get("STATUS_" + name, "0"))
"""
def build_editable(folder, config_settings=None, metadata_directory=None):
    with open("pyproject.toml", "rb") as file:
        needs = tomllib.load(file)["project"]["dependencies"]
    commands = ["slidetray", "ruff", "mypy", "lint-imports", "pytest"]
    needs = "".join(f"Requires-Dist: {need}\\n" for need in needs)
    extras = "Provides-Extra: dev\\nProvides-Extra: build\\n"
    files = {
        "tiny.py": MODULE,
        "tiny-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n" + extras + needs,
        "tiny-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "tiny-1.dist-info/entry_points.txt": "[console_scripts]\\n" + "".join(f"{c} = tiny:main\\n" for c in commands),
        "tiny-1.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(folder + "/tiny-1-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "tiny-1-py3-none-any.whl"
'''
TINY = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "tiny"
version = "1"
dependencies = [
  %s
]
"""
IMPOSSIBLE = '"no-such-package-anywhere>=1",'


class Ran(NamedTuple):
    status: int
    out: str
    err: str


class Project:
    """A tiny project in a folder with a space in its name, with the real start.py."""

    def __init__(self, folder: Path) -> None:
        self.root = folder.resolve() / "my project"
        self.env = self.root / ".venv"
        (self.root / "packaging").mkdir(parents=True)
        shutil.copy(SCRIPT, self.root / "packaging")
        (self.root / "backend.py").write_text(BACKEND)
        self.needs("")

    def needs(self, requirement: str) -> None:
        (self.root / "pyproject.toml").write_text(TINY % requirement)

    def start(self, *arguments: str, **more: str) -> Ran:
        """Run start.py from another folder, without any network and without this machine's settings of pip."""
        own = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "SLIDETRAY_"))}
        own |= {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **more}
        command = [sys.executable, str(self.root / "packaging" / "start.py"), *arguments]
        done = subprocess.run(command, env=own, cwd=self.root.parent, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stdout + done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def pip_ran(self) -> bool:
        """Whether pip was called since the last time this was asked."""
        log = self.env / "pip.log"
        ran = log.exists()
        log.unlink(missing_ok=True)
        return ran


def test_from_nothing_to_the_suite(tmp_path: Path) -> None:
    if shutil.disk_usage(tmp_path).free < 9e9:
        pytest.skip("start.py would rightly refuse: the disk is nearly full")
    project = Project(tmp_path)

    # Nothing there, and no network: one sentence, and an environment left half made.
    project.needs(IMPOSSIBLE)
    ran = project.start()
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert "No matching distribution found for no-such-package-anywhere>=1): check the network" in ran.err
    assert str(project.env / "pip.log") in ran.err
    assert not (project.env / "slidetray-stamp.json").exists()
    assert project.pip_ran()

    # The next try makes it anew, does the main job, and hands its status on.
    project.needs("")
    (project.env / "left over").touch()
    ran = project.start(STATUS_slidetray="3")
    assert ran.status == 3
    assert "in .venv anew" in ran.out
    assert "RAN slidetray demo in my project" in ran.out
    assert project.pip_ran()
    assert not (project.env / "left over").exists()
    assert not (project.env / "tmp").exists()

    # The second time leaves pip alone.
    ran = project.start()
    assert ran.status == 0
    assert len(ran.out.splitlines()) == 2
    assert not project.pip_ran()

    # The suite needs more, and stops where a check fails.
    ran = project.start("test", "-k", "a b", STATUS_mypy="7")
    assert ran.status == 7
    assert project.pip_ran()
    names = [line.split()[1] for line in ran.out.splitlines() if line.startswith("RAN")]
    assert names == ["ruff", "ruff", "mypy"]
    assert ran.err == "start.py: mypy failed with exit status 7.\n"
    ran = project.start("test", "-k", "a b")
    assert ran.status == 0
    assert "RAN pytest -k a b in my project" in ran.out
    assert ran.out.splitlines()[-1].startswith("All passed: ")
    assert project.start().status == 0  # the developers' environment serves the demo too
    assert not project.pip_ran()

    # A new requirement that can't be had costs nothing of what is there.
    project.needs(IMPOSSIBLE)
    assert project.start().status == 2
    assert project.pip_ran()
    project.needs("")
    assert project.start("test").status == 0
    assert not project.pip_ran()
