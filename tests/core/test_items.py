from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

from core import files, items


def picture(path: Path, kind: str = "PNG") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 3)).save(path, kind)
    return path


def keys(*inputs: Path) -> list[str]:
    return [item.key for item in items.scan([str(i) for i in inputs]).items]


def test_folders_are_walked_to_the_bottom_in_natural_order(tmp_path: Path) -> None:
    for name in ("b/img10.png", "b/img2.png", "a.png", "b/c/d/x.png", "B2/y.png"):
        picture(tmp_path / name)
    assert keys(tmp_path) == ["a.png", "b/img2.png", "b/img10.png", "b/c/d/x.png", "B2/y.png"]


def test_hidden_files_and_folders_are_left_out_and_counted(tmp_path: Path) -> None:
    for name in ("a.png", ".hidden.png", ".git/x.png", "._a.png"):
        picture(tmp_path / name)
    found = items.scan([tmp_path])
    assert [i.key for i in found.items] == ["a.png"]
    assert found.hidden == 3


def test_suffix_claims_and_content_proves(tmp_path: Path) -> None:
    picture(tmp_path / "no suffix")
    picture(tmp_path / "scan.lsm", "TIFF")
    (tmp_path / "claims.png").write_text("but is none")
    (tmp_path / "notes.txt").write_text("none and claims nothing")
    (tmp_path / "empty.dat").write_bytes(b"")
    found = items.scan([tmp_path])
    assert [i.key for i in found.items] == ["claims.png", "no suffix", "scan.lsm"]
    assert found.other == 2
    assert "2 files left out" in found.summary()


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "deep" / "a.png")
    picture(tmp_path / "elsewhere" / "b.png")
    (tmp_path / "in" / "deep" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in" / "self")
    (tmp_path / "in" / "other").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "file.png").symlink_to(tmp_path / "elsewhere" / "b.png")
    (tmp_path / "in" / "dangling.png").symlink_to(tmp_path / "nowhere.png")
    found = items.scan([tmp_path / "in"])
    real = [os.path.realpath(i.path) for i in found.items]
    assert len(real) == len(set(real))
    names = {Path(r).name for r in real}
    assert {"a.png", "b.png"} <= names
    assert "nowhere.png" in names  # it claims to be an image: it will fail by name


def test_a_file_given_twice_counts_once(tmp_path: Path) -> None:
    a = picture(tmp_path / "a.png")
    assert keys(a, tmp_path, a, tmp_path / "." / "a.png") == ["a.png"]


def test_equal_inner_paths_get_their_folders_name_in_front(tmp_path: Path) -> None:
    for name in ("one/p/a.png", "two/p/a.png", "three/p/b.png"):
        picture(tmp_path / name)
    assert keys(tmp_path / "one", tmp_path / "two", tmp_path / "three") == ["one/p/a.png", "two/p/a.png", "p/b.png"]
    assert keys(tmp_path / "one", tmp_path / "three") == ["p/a.png", "p/b.png"]
    shutil.copytree(tmp_path / "one", tmp_path / "x" / "one")
    assert keys(tmp_path / "one", tmp_path / "x" / "one") == ["one/p/a.png", "one (2)/p/a.png"]


def test_single_files_of_one_name_keep_keys_of_their_own(tmp_path: Path) -> None:
    first, second = picture(tmp_path / "1" / "a.png"), picture(tmp_path / "2" / "a.png")
    found = keys(first, second)
    assert len(set(found)) == 2


def test_an_input_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(items.InputError, match=r"is not there\. Check the name\.$"):
        items.scan([tmp_path / "absent"])


def test_pipes_and_devices_are_never_opened(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe.png")
    os.mkfifo(tmp_path / "pipe")
    assert keys(tmp_path) == ["a.png"]


def test_natural_order_has_numbers_by_value() -> None:
    names = ["s10", "s9", "S1", "s1a", "s01", "s"]
    assert sorted(names, key=items.natural) == ["s", "S1", "s01", "s1a", "s9", "s10"]


def test_a_name_that_is_no_text_is_carried_all_the_same(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.png"
    picture(tmp_path / "plain.png")
    os.rename(tmp_path / "plain.png", path)
    found = items.scan([tmp_path])
    text = found.items[0].sources[0].path
    assert text.encode("utf-8")
    assert os.fsencode(found.items[0].path) == path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names are text elsewhere")
def test_an_input_whose_name_is_no_text_may_be_given_as_text(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/plate \xff"))
    picture(folder / "a.png")
    for given in (folder, folder / "a.png"):
        as_text = files.text_of(str(given))
        as_text.encode()
        assert [item.path for item in items.scan([as_text]).items] == [folder / "a.png"]
    with pytest.raises(items.InputError) as caught:
        items.scan([folder / "b.png"])
    str(caught.value).encode()  # it is sent to other processes


def test_strange_names(tmp_path: Path) -> None:
    names = ["ümlaut é.png", "日本.png", "a'b\"c.png", "new\nline.png", "-o.png", "{stem}.png", "%s.png"]
    for name in names:
        picture(tmp_path / name)
    assert sorted(keys(tmp_path)) == sorted(names)
