"""The command line, by subprocess, as a user meets it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

SLIDETRAY = [sys.executable, "-m", "core"]


def slidetray(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [*SLIDETRAY, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, **options)  # type: ignore[call-overload, no-any-return]


def events_of(done: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photographs with EXIF orientation and a colour profile in nested folders."""
    folder = tmp_path_factory.mktemp("cli") / "my images"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rng = np.random.default_rng(3)
    for number in range(8):
        place = folder / ("day 1" if number < 4 else "day 2/late")
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 255, (30, 40, 3), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
        exif = Image.Exif()
        exif[0x0112] = 1 + number
        exif[0x010F] = "Scope & Co"
        Image.fromarray(pixels).save(place / f"p{number}.jpg", exif=exif, icc_profile=profile, quality=92)
    return folder


def test_run_json_tells_the_whole_story(pictures: Path, tmp_path: Path) -> None:
    done = slidetray("run", "thumbnails", pictures, "-o", tmp_path / "out", "--json", "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    events = events_of(done)
    assert events[0]["event"] == "run_started"
    assert events[0]["total"] == 8
    assert {"run", "engine", "workers", "reason"} <= events[0].keys()
    assert events[-1]["event"] == "run_finished"
    assert {k: events[-1][k] for k in ("status", "done", "failed", "skipped", "left", "report")} == {
        "status": "done", "done": 8, "failed": 0, "skipped": 0, "left": 0, "report": None,
    }  # fmt: skip
    assert abs(events[0]["time"] - time.time()) < 600
    finished = [e for e in events if e["event"] == "job_finished"]
    assert len(finished) == 8
    for event in finished:
        assert event["seconds"] > 0
        source, target = Path(event["sources"][0]), Path(event["targets"][0])
        assert source.relative_to(pictures).with_suffix(".jpg") == target.relative_to(tmp_path / "out")
        with Image.open(target) as image:
            number = int(source.stem[1:])
            assert image.size == ((256, 192) if number < 4 else (192, 256))
            assert image.getexif()[0x0112] == 1
            assert image.getexif()[0x010F] == "Scope & Co"
            assert image.info["icc_profile"]


def test_bad_images_fail_in_one_sentence_and_the_rest_is_done(pictures: Path, tmp_path: Path) -> None:
    mixed = tmp_path / "mixed"
    shutil.copytree(pictures, mixed)
    whole = (pictures / "day 1" / "p0.jpg").read_bytes()
    (mixed / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (mixed / "text.png").write_text("this is no picture")
    (mixed / "empty.tif").write_bytes(b"")
    (mixed / "notes.txt").write_text("left out")
    done = slidetray("run", "thumbnails", mixed, "-o", tmp_path / "out", "--json")
    assert done.returncode == 1
    failed = {e["item"]: e for e in events_of(done) if e["event"] == "job_failed"}
    assert set(failed) == {"cut.jpg", "text.png", "empty.tif"}
    assert {e["stage"] for e in failed.values()} == {"decode"}
    assert "cut off" in failed["cut.jpg"]["message"]
    assert "not an image" in failed["text.png"]["message"]
    assert "empty" in failed["empty.tif"]["message"]
    assert events_of(done)[-1]["done"] == 8


def test_plain_lines_without_a_terminal(pictures: Path, tmp_path: Path) -> None:
    done = slidetray("run", "thumbnails", pictures, "-o", tmp_path / "out")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("8 images, ")
    assert lines[-2].startswith("8 done in ")
    assert lines[-1] == f"Results: {tmp_path / 'out'}"
    assert "\x1b" not in done.stdout


REFUSALS = [
    (["run", "thumbnails", "{in}", "-o", "{in}/out"], "lies in the source folder"),
    (["run", "thumbnails", "{in}", "-o", "{in}"], "lies in the source folder"),
    (["run", "thumbnails", "{tmp}/absent", "-o", "{tmp}/o"], "is not there"),
    (["run", "thumbnails", "{tmp}", "-o", "{tmp}/../o"], "No images were found"),
    (["run", "thumbnials", "{in}", "-o", "{tmp}/o"], 'Did you mean "thumbnails"?'),
    (["run", "absent.slidetray", "{in}", "-o", "{tmp}/o"], "can't be read"),
    (["run", "thumbnails", "{in}", "-o", "{tmp}/o", "--engine", "fast"], "--engine must be"),
    (["run", "thumbnails", "{in}", "-o", "{tmp}/o", "--conflict", "ask"], "--conflict must be"),
    (["run", "thumbnails", "{in}", "-o", "{tmp}/o", "--workers", "0"], "--workers"),
    (["run", "thumbnails", "{in}"], "--output"),
    (["run", "thumbnails", "{in}", "-o", "/proc/nothing"], "can't be written to"),
    (["fry", "eggs"], "No such command"),
    (["check", "thumbnails", "{in}", "-o", "{in}"], "lies in the source folder"),
]


@pytest.mark.parametrize(("arguments", "expected"), REFUSALS, ids=[f"{a[0]}-{e[:12]}" for a, e in REFUSALS])
def test_what_cannot_be_run_is_one_line_and_status_two(
    arguments: list[str], expected: str, pictures: Path, tmp_path: Path
) -> None:
    filled = [a.replace("{in}", str(pictures)).replace("{tmp}", str(tmp_path)) for a in arguments]
    done = slidetray(*filled)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("slidetray: ")
    assert expected in done.stderr


def test_a_broken_recipe_names_step_field_and_range(pictures: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.slidetray"
    broken.write_text('{"version": 1, "steps": [{"step": "resize", "longest": 9}, {"step": "gamma", "gamma": 42}]}')
    done = slidetray("run", broken, pictures, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert 'Step 2 (Gamma): "gamma" must be a number from 0.05 to 10, not 42.' in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_recipe_file_runs_like_a_built_in_one(pictures: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.slidetray"
    mine.write_text(
        json.dumps(
            {
                "version": 1,
                "name": "Mine",
                "steps": [{"step": "resize", "percent": 50}, {"step": "invert"}, {"step": "flip", "enabled": False}],
                "output": {"format": {"type": "webp", "lossless": True}, "name": "{index} {stem} {parent} {recipe}"},
            }
        )
    )
    done = slidetray("run", mine, pictures, "-o", tmp_path / "out", "--engine", "inline")
    assert done.returncode == 0, done.stderr
    names = sorted(p.name for p in (tmp_path / "out").rglob("*.webp"))
    assert names[0] == "001 p0 day 1 Mine.webp"
    assert names[-1] == "008 p7 late Mine.webp"


def test_check_says_beforehand_what_the_run_does(pictures: Path, tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    tifffile.imwrite(deep / "a.tif", np.zeros((50, 60), np.uint16))
    tifffile.imwrite(deep / "A.tiff", np.ones((50, 60), np.uint16))
    tifffile.imwrite(deep / "stack.tif", np.zeros((3, 50, 60), np.uint16), photometric="minisblack")
    tifffile.imwrite(deep / "float.tif", np.zeros((50, 60), np.float32))
    (deep / "bad.png").write_text("text")
    out = tmp_path / "out"
    done = slidetray("check", "thumbnails", deep, "-o", out, "--json")
    assert done.returncode == 1
    assert not out.exists()
    found = json.loads(done.stdout)
    problems = {i["item"]: i["problem"] for i in found["items"] if i["problem"]}
    assert set(problems) == {"float.tif", "bad.png"}
    assert found["collisions"]
    assert any("8 bits" in loss for i in found["items"] for loss in i["losses"])
    assert found["bytes"] > 0
    assert found["seconds"] > 0
    ran = slidetray("run", "thumbnails", deep, "-o", out, "--json")
    failed = {e["item"]: e["message"] for e in events_of(ran) if e["event"] == "job_failed"}
    assert failed == problems
    made = sorted(t for e in events_of(ran) if e["event"] == "job_finished" for t in e["targets"])
    assert made == sorted(t for i in found["items"] for t in i["targets"])
    text = slidetray("check", "thumbnails", deep, "-o", out).stdout
    assert "Problem: float.tif" in text


LISTINGS = {
    "transforms": {"step", "title", "group", "measurable", "parameters"},
    "formats": {"type", "suffixes", "read", "write"},
    "recipes": {"name", "title", "description"},
}


@pytest.mark.parametrize("name", LISTINGS)
def test_listings(name: str) -> None:
    rows = json.loads(slidetray(name, "--json").stdout)
    assert len(rows) >= 8
    assert all(LISTINGS[name] <= row.keys() for row in rows)
    plain = slidetray(name).stdout.splitlines()
    assert len(plain) == len(rows)


@pytest.mark.parametrize("arguments", [["transforms"], ["formats"], ["recipes"], ["schema"], ["--help"]])
def test_no_torch_outside_the_engine(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "core", *arguments], capture_output=True, text=True, check=True
    )
    assert "core.cli" in done.stderr
    assert "torch" not in done.stderr


def test_a_steps_settings_are_told() -> None:
    told = slidetray("transforms", "gamma").stdout
    assert told.startswith("Gamma (gamma)")
    assert "a number from 0.05 to 10" in told
    refused = slidetray("transforms", "gama")
    assert refused.returncode == 2
    assert 'Did you mean "gamma"?' in refused.stderr


def test_schema_and_version() -> None:
    schema = json.loads(slidetray("schema").stdout)
    assert schema["properties"]["steps"]["items"]["oneOf"]
    assert slidetray("--version").stdout.startswith("slidetray 0.")


def test_demo(tmp_path: Path) -> None:
    done = slidetray("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "slidetray-demo" / "images - processed").iterdir())) == 5
    assert slidetray("demo", cwd=tmp_path).returncode == 0


def test_what_there_is_already_is_told_of(pictures: Path, tmp_path: Path) -> None:
    for expected in ("", "8 results there already: the new ones get a number"):
        done = slidetray("run", "thumbnails", pictures, "-o", tmp_path / "out", "--engine", "inline")
        assert done.returncode == 0
        assert expected in done.stdout
    done = slidetray("check", "thumbnails", pictures, "-o", tmp_path / "out", "--conflict", "overwrite")
    assert "8 results there already and replaced" in done.stdout


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_name_that_the_terminal_cannot_show_stops_nothing(encoding: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "样.jpg").write_bytes(b"no picture")
    Image.new("L", (9, 9)).save(folder / "ok.png")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = slidetray("run", "thumbnails", folder, "-o", tmp_path / "out", "--engine", "inline", env=environment)
    assert done.returncode == 1
    assert "1 done, 1 failed" in done.stdout


def test_without_a_home_or_a_display_images_are_made_all_the_same(pictures: Path, tmp_path: Path) -> None:
    code = (
        "import os, sys, pwd\n"
        "os.environ.pop('HOME', None)\n"
        "def nobody(_): raise KeyError('no such user')\n"
        "pwd.getpwuid = nobody\n"
        "sys.stdout.close(); sys.stdout = None\n"
        "from core.cli import run\n"
        "sys.exit(run(['run', 'thumbnails', *sys.argv[1:], '--engine', 'inline']))"
    )
    command = [sys.executable, "-c", code, str(pictures), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((tmp_path / "out").rglob("*.jpg"))) == 8


@pytest.mark.skipif(sys.platform == "win32", reason="file numbers are not inherited there")
@pytest.mark.parametrize("closed", [">&- 2>&-", "<&- >&- 2>&-"])
def test_a_run_with_closed_standard_files(closed: str, samples: Path, tmp_path: Path) -> None:
    """The channels to the workers must not get the numbers that belong to the terminal."""
    out = tmp_path / "out"
    command = f'"{sys.executable}" -m core run thumbnails "{samples / "coins.png"}" -o "{out}" {closed}'
    assert subprocess.run(["sh", "-c", command], check=False, timeout=100).returncode == 0
    assert (out / "coins.jpg").stat().st_size > 1000
