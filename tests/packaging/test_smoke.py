"""The program that tries a frozen one out, on fake ones made of shell scripts."""

import functools
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import __version__, codecs

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX scripts")


@functools.cache
def load(name: str) -> Any:
    """A file of packaging/, which is no package."""
    path = list(sys.path)
    spec = importlib.util.spec_from_file_location(f"slidetray_{name}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


smoke = load("smoke")
CLI = """#!/bin/sh
here="$(dirname "$0")"
[ "$1" = --version ] && { cat "$here/version"; exit 0; }
[ "$1" = run ] && { cp -r "$here/results-$2" "$5"; cat "$here/events"; exit 0; }
cat "$here/$1"
"""
WINDOW = """#!/bin/sh
mkdir -p "$XDG_CACHE_HOME/thumbnails"
touch "$XDG_CACHE_HOME/thumbnails/1.png" "$XDG_CACHE_HOME/thumbnails/2.png" "$XDG_CACHE_HOME/thumbnails/3.png"
%s
sleep 60 & engine=$!
trap '%s exit %d' INT
wait
"""
LISTS = {"transforms": [{"step": "a"}, {"step": "b"}], "formats": [{"type": "png"}], "recipes": [{"name": "web"}]}


def source(what: str, _: str) -> str:
    return json.dumps(LISTS[what])


class Fake:
    """A frozen program of shell scripts, right as it is made."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "Slidetray"
        self.program.mkdir()
        self.write("slidetray-cli", CLI)
        self.window()
        self.write("version", f"slidetray {__version__}\n")
        for name, rows in LISTS.items():
            self.write(name, json.dumps(rows))
        scratch = folder / "scratch"
        scratch.mkdir()
        self.place = smoke.Place(self.program, scratch)

    def window(self, first: str = "", on_close: str = "kill $engine;", status: int = 0) -> None:
        self.write("Slidetray", WINDOW % (first, on_close, status))

    def write(self, name: str, text: str) -> None:
        (self.program / name).write_text(text)
        (self.program / name).chmod(0o755)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    for name, seconds in (("SETTLED", 0.3), ("CLOSING", 5), ("GONE", 0.5), ("OPENING", 10)):
        monkeypatch.setattr(smoke, name, seconds)
    return Fake(tmp_path)


@posix_only
def test_right_answers_pass(fake: Fake) -> None:
    assert smoke.check_version(fake.place) == f"slidetray {__version__}"
    assert smoke.check_list(fake.place, source, "transforms", "step") == "2 transforms"
    assert smoke.check_list(fake.place, source, "recipes", "name") == "1 recipes"
    assert "closed leaving none" in smoke.check_window(fake.place, fake.program)
    assert "closed leaving none" in smoke.check_window(fake.place, fake.program, closed=True)
    assert smoke.check_log(fake.place) == "the log is empty"


@posix_only
@pytest.mark.parametrize(
    ("spoil", "check", "complaint"),
    [
        (lambda f: f.write("version", "slidetray 9.9\n"), "version", "9.9"),
        (lambda f: f.write("transforms", '[{"step": "a"}]'), "transforms", r"1, not 2; they differ in \['b'\]"),
        (
            lambda f: f.write("slidetray-cli", "#!/bin/sh\necho oh no >&2\nexit 3\n"),
            "transforms",
            "ended with 3: oh no",
        ),
        (lambda f: f.window(first="echo hello"), "window", "it printed hello"),
        (lambda f: f.window(first="echo oops >&2"), "window", "it printed oops"),
        (lambda f: f.window(status=3), "window", "it ended with 3"),
        (lambda f: f.window(first="exit 0"), "window", "it ended by itself with 0"),
        (lambda f: f.window(on_close=""), "window", "1 of its processes are left"),
    ],
)
def test_wrong_answers_are_caught(fake: Fake, spoil: Callable[[Fake], None], check: str, complaint: str) -> None:
    spoil(fake)
    checks = {
        "version": lambda: smoke.check_version(fake.place),
        "transforms": lambda: smoke.check_list(fake.place, source, check, "step"),
        "window": lambda: smoke.check_window(fake.place, fake.program),
    }
    with pytest.raises(smoke.WrongError, match=complaint):
        checks[check]()
    assert fake.place.processes() == []  # whatever it found, it leaves nothing running


@posix_only
def test_a_log_that_complains_is_caught(fake: Fake) -> None:
    (fake.place.home / "slidetray.log").write_text("Traceback")
    with pytest.raises(smoke.WrongError, match="says: Traceback"):
        smoke.check_log(fake.place)


def test_run_events_and_results_are_looked_at(fake: Fake) -> None:
    events = [
        {"event": "run_started", "engine": "processes", "workers": 2},
        {"event": "worker_started", "pid": 1},
        {"event": "worker_started", "pid": 2},
        {"event": "run_finished", "done": 3, "failed": 0},
    ]
    results = fake.program / "results-thumbnails"
    results.mkdir()
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + bytes([0, 200, 1, 0]) + bytes(6) + b"\xff\xd9"
    for name in "abc":
        (results / name).write_bytes(jpeg)

    def check(**changes: Any) -> str:
        lines = [{**event, **changes} if event["event"] == changes.get("event") else event for event in events]
        fake.write("events", "".join(json.dumps(line) + "\n" for line in lines))
        shutil.rmtree(fake.place.scratch / "thumbnails of photos", ignore_errors=True)
        verdict: str = smoke.check_thumbnails(fake.place, Path("photos"))
        return verdict

    assert "256 x 200" in check()
    for changes, complaint in (
        ({"event": "run_started", "engine": "threads"}, "the engine is threads"),
        ({"event": "worker_started", "pid": 1}, "1 workers started"),
        ({"event": "run_finished", "done": 2}, "2 of 3 done"),
    ):
        with pytest.raises(smoke.WrongError, match=complaint):
            check(**changes)
    (results / "a").write_bytes(jpeg[:-2])
    with pytest.raises(ValueError, match="no whole JPEG"):
        check()


def test_its_pictures_are_pictures(tmp_path: Path) -> None:
    pictures = smoke.pictures
    pictures.make_images(tmp_path / "drawn", tmp_path)
    drawn = sorted((tmp_path / "drawn").iterdir())
    assert len(drawn) == 3
    outlines = [codecs.probe(path) for path in drawn]
    assert [(outline.width, outline.height) for outline in outlines] == [(300, 280), (350, 280), (400, 280)]
    assert pictures.png_size(drawn[0].read_bytes()) == (300, 280, 8)
    (tmp_path / "x.tif").write_bytes(pictures.drawn_tiff(20, 10))
    image = codecs.decode(tmp_path / "x.tif")
    assert str(image.pixels.dtype) == "torch.uint16"
    assert image.pixels.shape[-2:] == (10, 20)


def test_a_folder_without_a_program_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main([str(tmp_path)]) == 2
    assert "has no Slidetray and no slidetray-cli" in capsys.readouterr().err
