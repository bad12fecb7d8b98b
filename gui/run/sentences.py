"""A run in words."""

from __future__ import annotations

import math
from typing import NamedTuple

from core import words
from core.events import RunFinished
from core.tally import Tally, rate_text

WHOLE = "Every finished image is whole."
TELLS_AFTER = 2  # results before a rate means something


class Ending(NamedTuple):
    """How a run ended: an icon (also the colour's role), a sentence, and what is worth knowing besides."""

    icon: str
    text: str
    detail: str = ""


def left_text(seconds: float) -> str:
    """Time left in steps coarse enough not to flicker: "7 s", "25 s", "3 min"."""
    whole = max(1, round(seconds))
    if whole > 20:
        whole = math.ceil(whole / 5) * 5
    return f"{whole} s" if whole < 100 else words.duration(whole)


def progress(tally: Tally, bound: str = "") -> str:
    """Where a run stands: "212 of 384 · 31 images/s · 5 s left · bound by the processor"."""
    total = words.thousands(tally.total)
    if not tally.started and not tally.over:
        return "Starting…"
    if tally.looking:
        return f"Looking at all images first, {words.thousands(tally.started)} of {total}"
    parts = [f"{words.thousands(tally.over)} of {total}"]
    if tally.failed:
        parts.append(f"{words.thousands(tally.failed)} failed")
    seconds = tally.seconds_left() if tally.done + tally.failed >= TELLS_AFTER else None
    if seconds is not None:
        parts.append(rate_text(tally.recent_rate()))
        if tally.left:
            parts.append(f"{left_text(seconds)} left")
    if bound:
        parts.append(f"bound by {bound}")
    return " · ".join(parts)


def counts(done: int, failed: int = 0, skipped: int = 0, left: int = 0) -> str:
    """Numbers of images with what became of them: "382 done, 2 failed"."""
    parts = [f"{words.thousands(done)} done"]
    for number, word in ((failed, "failed"), (skipped, "skipped"), (left, "left")):
        if number:
            parts.append(f"{words.thousands(number)} {word}")
    return ", ".join(parts)


def ending(last: RunFinished, noted: int, files: int = 0) -> Ending:
    """How a run ended; `noted` images are done with notes, and became `files` files."""
    told = counts(last.done, last.failed, last.skipped)
    if files > last.done:  # stacks become several: without the number, somebody would count and wonder
        told += f", {words.count(files, 'file')}"
    if last.status == "stopped":
        rest = counts(last.done, last.failed, last.skipped, last.left)
        return Ending("error", f"Stopped: {words.sentence(last.reason)} {rest}.", WHOLE)
    if last.status == "interrupted":
        rest = counts(last.done, last.failed, last.skipped, last.left)
        return Ending("stop", f"Stopped: {rest}. {WHOLE}")
    details = [words.duration(last.seconds) if last.seconds >= 0.1 else "under 0.1 s"]
    if last.done > 1 and last.seconds > 0:
        details[0] += f", {rate_text(last.done / last.seconds)}"
    if noted:
        details.append(f"{words.count(noted, 'image')} with notes")
    detail = ". ".join(details) + "."
    if last.failed:
        return Ending("error", f"{told}.", detail)
    if not last.done and last.skipped:
        return Ending("skipped", f"Nothing was left to do: {words.thousands(last.skipped)} skipped.")
    return Ending("ok", f"{told}.", detail)


def died(sentence: str, tally: Tally) -> Ending:
    """The engine is gone; `sentence` says so."""
    text = words.sentence(sentence)
    if not tally.over:
        return Ending("error", text)
    return Ending("error", text, f"{counts(tally.done, tally.failed, tally.skipped, tally.left)}.")
