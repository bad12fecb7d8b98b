"""What is kept from one start to the next."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest
from sentences import is_sentence

from gui import keeper
from gui.document import Draft, StepDraft
from gui.keeper import Kept


def full() -> Kept:
    """A state in which nothing is as at first."""
    draft = Draft(name="Mine", steps=(StepDraft(id=1, tag="gamma", settings={"gamma": 2.0}),))
    return Kept(
        theme="dark", geometry="AdnQ", columns=[1, 2], side_by_side=True, draft=draft, saved=draft,
        origin="thumbnails", inputs=["/a/é"], without=["/a/é/b.tif"], output="/out", recent=["/r.slidetray"],
        folder="/a",
    )  # fmt: skip


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "not there yet" / "window.json"
    assert keeper.save(full(), path) == ""
    assert keeper.load(path) == full()
    assert [p.name for p in path.parent.iterdir()] == ["window.json"]
    assert keeper.save(Kept(), path) == ""
    assert keeper.load(path) == Kept()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}", b'{"theme": 3}', b"\0" * 9])
def test_what_cannot_be_read_is_as_if_it_had_not_been(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "window.json").write_bytes(data)
    assert keeper.load(tmp_path / "window.json") == Kept()


def test_without_a_file_all_is_as_at_first(tmp_path: Path) -> None:
    assert keeper.load(tmp_path / "window.json") == Kept()
    assert keeper.load(tmp_path) == Kept()  # a folder in its place


def test_a_damaged_field_costs_that_field_alone(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    for field, bad in (
        ("columns", b'"wide"'),
        ("draft", b'{"steps": 5}'),
        ("inputs", b"[1]"),
        ("origin", b'"\xff"'),
        ("geometry", b"null"),
    ):
        plain = msgspec.json.decode(msgspec.json.encode(full()), type=dict[str, msgspec.Raw])
        plain[field] = msgspec.Raw(bad)
        path.write_bytes(msgspec.json.encode(plain))
        kept = keeper.load(path)
        assert getattr(kept, field) == getattr(Kept(), field)
        setattr(kept, field, getattr(full(), field))
        assert kept == full()


def test_fields_of_a_newer_version_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_bytes(b'{"theme": "light", "hologram": {"a": 1}}')
    assert keeper.load(path) == Kept(theme="light")


def test_what_cannot_be_written_is_told_and_the_old_state_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    sentence = keeper.save(Kept(), tmp_path / "file" / "window.json")
    assert is_sentence(sentence)
    path = tmp_path / "window.json"
    keeper.save(full(), path)

    def full_disk(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    assert keeper.save(Kept(), path) == "The state of the window can't be kept: No space left on device."
    assert keeper.load(path) == full()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "window.json"]


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    assert is_sentence(keeper.save(Kept(inputs=["/data/\udcff"]), tmp_path / "window.json"))


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    keeper.save(full(), path)
    over = threading.Event()

    def write() -> None:
        for _ in range(300):
            keeper.save(full(), path)
        over.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not over.is_set():
        assert keeper.load(path) == full()
    thread.join()


def test_the_place_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIDETRAY_CONFIG", str(tmp_path))
    assert keeper.file() == tmp_path / "window.json"
    monkeypatch.delenv("SLIDETRAY_CONFIG")
    assert keeper.file().name == "window.json"
