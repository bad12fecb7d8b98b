"""What a run would make, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import words
from core.check import Check

if TYPE_CHECKING:
    from core.looks import Sums

UNSEEN = "damage inside a file is only found when it is made"
ARROW = "→"
MOST_TOLD = 1000
"""Problems that a check lists; there may be more."""


def sentence(sums: Sums) -> str:
    """The sums in a sentence: "384 images → 384 files, about 0.9 GB, 2 min."."""
    if sums.problem:
        return words.sentence(sums.problem)
    check = sums.check
    if check is None or not sums.images:
        return "No images yet." if not sums.images else f"{words.count(sums.images, 'image')}."
    about = "about " if sums.looked is not None else ""
    parts = [f"{words.count(sums.images, 'image')} {ARROW} {about}{words.count(check.files, 'file')}"]
    if check.bytes is not None:
        parts.append(f"about {words.size(check.bytes)}")
    if check.seconds is not None:
        parts.append(words.duration(check.seconds) if check.seconds >= 1 else "under 1 s")
    there = [f"{words.count(sums.skipped, 'image')} left alone: the results are there"] if sums.skipped else []
    return ". ".join([", ".join(parts), *there, *(remark[:1].upper() + remark[1:] for remark in sums.remarks)]) + "."


def losses(sums: Sums) -> list[str]:
    """What results lose, a sentence each, with how many images it concerns where all were looked at."""
    found = []
    for text, times in sums.losses:
        count = f" ({words.count(times, 'image')})" if sums.looked is None else ""
        found.append(f"Loses: {text.rstrip('.')}{count}.")
    return found


def problems(sums: Sums) -> str:
    """How many images can't be made: "2 problems"; "" for none."""
    found = len(sums.check.problems) if sums.check else 0
    return _problems(found) if found else ""


def _problems(number: int) -> str:
    return f"{words.thousands(number)} or more problems" if number >= MOST_TOLD else words.count(number, "problem")


def verdict(check: Check) -> str:
    """What a check found, in a sentence."""
    bad = len(check.problems)
    made = max(0, check.total - bad - len(check.skipped))
    if not bad:
        # What lies behind the headers is only seen when an image is made.
        return f"No problems found in {words.count(made, 'image')}; {UNSEEN}." if made else "There is nothing to make."
    return f"{_problems(bad)}. {words.count(made, 'image')} of {words.thousands(check.total)} can be made."
