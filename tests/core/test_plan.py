from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import msgspec
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core import files, items, plan, recipe


def picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 3)).save(path)
    return path


def planned(tmp_path: Path, naming: str = "{stem}", conflict: str = "rename", out: str = "out") -> plan.Plan:
    chosen = msgspec.structs.replace(recipe.load("convert-png"), naming=naming)
    return plan.make(chosen, items.scan([tmp_path / "in"]), tmp_path / out, conflict)  # type: ignore[arg-type]


def names(made: plan.Plan) -> list[str]:
    return [os.path.relpath(job.target, made.folder) for job in made.jobs]


def test_structure_is_kept(tmp_path: Path) -> None:
    for name in ("a.png", "x/b.png", "x/y/c.png"):
        picture(tmp_path / "in" / name)
    assert names(planned(tmp_path)) == ["a.png", "x/b.png", "x/y/c.png"]


def test_tokens(tmp_path: Path) -> None:
    for name in ("plate/a.png", "plate/b.png"):
        picture(tmp_path / "in" / name)
    made = planned(tmp_path, "{index}_{parent}_{stem}_{recipe}")
    assert names(made) == ["plate/001_plate_a_Convert to PNG.png", "plate/002_plate_b_Convert to PNG.png"]


def test_a_source_named_like_a_token_is_not_expanded_again(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "{index}.png")
    assert names(planned(tmp_path, "{stem}_{index}")) == ["{index}_001.png"]


def test_two_results_that_a_file_system_takes_for_one_are_named_apart(tmp_path: Path) -> None:
    composed, decomposed = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
    for name in ("a.png", "A.png", "a.jpg", f"{composed}.png", f"{decomposed}.png", "straße.png", "STRASSE.png"):
        picture(tmp_path / "in" / name)
    made = planned(tmp_path)
    keys = [files.same_name_key(name) for name in names(made)]
    assert len(set(keys)) == len(keys) == 7
    assert len(made.collisions) == 4
    for policy in ("skip", "overwrite"):
        assert names(planned(tmp_path, conflict=policy)) == names(made)


def test_conflict_policies_look_at_what_is_there(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        picture(tmp_path / "in" / name)
    picture(tmp_path / "out" / "A.PNG")
    assert names(planned(tmp_path, conflict="rename")) == ["a (2).png", "b.png"]
    assert names(planned(tmp_path, conflict="overwrite")) == ["a.png", "b.png"]
    skipping = planned(tmp_path, conflict="skip")
    assert names(skipping) == ["b.png"]
    assert skipping.skipped[0][1] == "a.png is already in the output folder."
    assert skipping.total == 2


def test_a_stack_and_a_picture_named_like_its_plane_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    tifffile.imwrite(tmp_path / "in" / "s.tif", np.zeros((3, 8, 8), np.uint8), photometric="minisblack")
    picture(tmp_path / "in" / "s_z001.png")
    made = planned(tmp_path)
    targets = {n for job in made.jobs for n in [os.path.basename(job.target)]}
    assert targets == {"s.png", "s_z001 (2).png"}


def stack(path: Path, planes: int = 3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, np.zeros((planes, 8, 8), np.uint8), photometric="minisblack")
    return path


def test_a_plane_never_replaces_a_source_or_another_result(tmp_path: Path) -> None:
    sources = [stack(tmp_path / "d" / "s.tif"), picture(tmp_path / "d" / "s_z001.png")]
    chosen = recipe.load("convert-png")
    with pytest.raises(plan.PlanError, match=r"s_z001\.png is one of the sources"):
        plan.make(chosen, items.scan(sources), tmp_path / "d", "overwrite")
    stack(tmp_path / "one" / "s.tif")
    picture(tmp_path / "two" / "s_z001.png")
    made = plan.make(chosen, items.scan([tmp_path / "one", tmp_path / "two"]), tmp_path / "out", "overwrite")
    assert names(made) == ["s.png", "s_z001 (2).png"]


def test_a_stack_is_skipped_only_when_all_of_its_planes_are_there(tmp_path: Path) -> None:
    stack(tmp_path / "in" / "s.tif")
    picture(tmp_path / "out" / "s.png")
    assert names(planned(tmp_path, conflict="skip")) == ["s.png"]
    for number in (1, 2):
        picture(tmp_path / "out" / f"s_z00{number}.png")
    assert names(planned(tmp_path, conflict="skip")) == ["s.png"]
    assert names(planned(tmp_path, conflict="rename")) == ["s (2).png"]
    picture(tmp_path / "out" / "s_z003.png")
    assert names(planned(tmp_path, conflict="skip")) == []


def test_folders_that_a_file_system_takes_for_one_are_one(tmp_path: Path) -> None:
    for name in ("A/x.png", "a/x.png"):
        picture(tmp_path / "in" / name)
    assert sorted(names(planned(tmp_path))) in (["A/x (2).png", "a/x.png"], ["A/x.png", "a/x (2).png"])


def test_output_into_a_folder_that_a_link_leads_to_is_refused(tmp_path: Path) -> None:
    picture(tmp_path / "elsewhere" / "a.png")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(plan.PlanError, match="sources are never changed"):
        planned(tmp_path, out="elsewhere/results")


@pytest.mark.parametrize("out", ["in", "in/sub", "in/x/y", "link", "link/new"])
def test_output_into_a_source_is_refused(out: str, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    with pytest.raises(plan.PlanError, match="sources are never changed"):
        planned(tmp_path, out=out)


def test_a_link_inside_the_output_that_leads_into_a_source_is_refused(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "sub" / "a.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "in" / "sub")
    with pytest.raises(plan.PlanError, match="sources are never changed"):
        planned(tmp_path, conflict="overwrite")


def test_a_single_source_is_never_replaced(tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    found = items.scan([source])
    chosen = recipe.load("convert-png")
    with pytest.raises(plan.PlanError, match="never replaced"):
        plan.make(chosen, found, tmp_path, "overwrite")
    assert names(plan.make(chosen, found, tmp_path, "rename")) == ["a (2).png"]
    assert plan.make(chosen, found, tmp_path, "skip").jobs == []


def test_nothing_to_do_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("x")
    with pytest.raises(plan.PlanError, match=r"^No images were found: 1 file left out \(no images\)\.$"):
        planned(tmp_path)


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "out").write_text("x")
    with pytest.raises(plan.PlanError, match="is a file"):
        planned(tmp_path)


def test_plane_names_are_distinct_and_ordered() -> None:
    found = plan.plane_targets("/o/a.png", 2, 3, 2)
    assert len(set(found)) == 12
    assert found[0] == "/o/a_t001_z001_c1.png"
    assert found == sorted(found)
    assert plan.plane_targets("/o/a.png", 1, 1, 1) == ["/o/a.png"]


@given(st.text(max_size=300))
@settings(max_examples=500)
def test_any_text_becomes_a_name_that_every_system_accepts(text: str) -> None:
    name = files.clean_name(text)
    assert name == files.clean_name(name)
    assert 0 < len(name.encode()) <= 255
    assert not set(name) & set('<>:"/\\|?*\0')
    assert name.isprintable()
    assert name[0] != "."
    assert name[-1] not in ". "
    assert name.partition(".")[0].lower() not in {"con", "nul", "aux", "prn", "com1", "lpt9"}
    assert os.path.basename(name) == name


@pytest.mark.parametrize(
    "name", ["CON", "nul.txt", "a/b", "..", ".", "", "   ", "5-FAM/pH 9.0", "x.", "é" * 300, "com¹"]
)
def test_awkward_names(name: str, tmp_path: Path) -> None:
    clean = files.clean_name(name)
    (tmp_path / clean).write_bytes(b"")
    assert [p.name for p in tmp_path.iterdir()] == [clean]
    assert clean.lower() not in ("con", "nul.txt")
