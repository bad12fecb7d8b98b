from __future__ import annotations

import pytest

from core import words
from core.engine import choose


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (4200, "4.2 kB"), (31_000_000, "31 MB"), (9.2e8, "920 MB"),
     (9.996e8, "1.0 GB"), (1.24e9, "1.2 GB"), (5e15, "5,000 TB")],
)  # fmt: skip
def test_size(value: float, text: str) -> None:
    assert words.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04, "0.0 s"), (4.2, "4.2 s"), (42, "42 s"), (100, "2 min"),
     (5900, "98 min"), (7500, "2 h 05 min")],
)  # fmt: skip
def test_duration(value: float, text: str) -> None:
    assert words.duration(value) == text


def test_lists_and_counts() -> None:
    assert words.listing([]) == ""
    assert words.listing(["a"]) == "a"
    assert words.listing(["a", "b", "c"], "or") == "a, b or c"
    assert words.count(1, "image") == "1 image"
    assert words.count(1200, "image") == "1,200 images"
    assert words.one_line("a\n\tb\x00 c") == "a b c"
    assert len(words.one_line("x" * 999)) == 300
    assert words.nearest("gama", ["gamma", "crop"]) == ' Did you mean "gamma"?'


def test_choose_gives_its_reason() -> None:
    auto = choose.choose("auto", None, 1000)
    assert auto.engine == "processes"
    assert f"{auto.workers} worker process" in auto.reason
    assert choose.choose("auto", None, 1).workers == 1
    assert "no more than there are images (1)" in choose.choose("auto", None, 1).reason
    assert choose.choose("auto", 7, 9).workers == 7
    assert choose.choose("auto", 7, 3).workers == 3
    assert "as asked" in choose.choose("processes", 7, 9).reason
    assert choose.choose("threads", 3, 9).engine == "threads"
    assert "would end the whole run" in choose.choose("inline", None, 9).reason
