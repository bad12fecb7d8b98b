"""What a run looks like on a terminal: a bar that tells the truth, and plain lines where there is no terminal."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any, Protocol, TextIO

import msgspec

from core import events, words
from core.check import Check
from core.declare import describe
from core.tally import Tally, rate_text
from core.transform import Transform

PLAIN_EVERY = 5.0  # seconds between two lines of progress without a terminal
MOST_LISTED = 20


class Display(Protocol):
    """Shows events."""

    def show(self, event: events.Event) -> None:
        """Take one event."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class JsonLines:
    """One JSON event a line."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def show(self, event: events.Event) -> None:
        """Print and flush, so that a reader is never behind."""
        self.stream.write(events.encode(event).decode() + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Nothing to leave."""


class Plain:
    """Plain lines: failures as they come, progress every few seconds, a summary."""

    def __init__(self, stream: TextIO, tally: Tally) -> None:
        self.stream = stream
        self.tally = tally
        self.printed = time.monotonic()

    def show(self, event: events.Event) -> None:
        """Take one event."""
        self.tally.take(event)
        if isinstance(event, events.RunStarted):
            left_out = f" {event.left_out[:1].upper()}{event.left_out[1:]}." if event.left_out else ""
            self.line(f"{words.count(event.total, 'image')}, {event.reason}.{left_out}")
        elif isinstance(event, events.JobFailed):
            self.line(words.one_line(f"Failed: {event.item}: {event.message}", 1000))
        elif isinstance(event, events.RunFinished):
            for line in summary(self.tally, event):
                self.line(line)
        elif time.monotonic() - self.printed > PLAIN_EVERY:
            self.printed = time.monotonic()
            self.line(self.tally.state())

    def line(self, text: str) -> None:
        """Print one line at once."""
        self.stream.write(text + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Nothing to leave."""


class Bar(Plain):
    """A bar at the bottom of the terminal, with failures above it."""

    def __init__(self, stream: TextIO, tally: Tally) -> None:
        super().__init__(stream, tally)
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(file=stream, highlight=False, markup=False)
        self.progress = Progress(
            BarColumn(None),
            TextColumn("{task.fields[state]}", markup=False),
            console=console,
            transient=True,
            expand=True,
        )
        self.task = self.progress.add_task("", total=None, state="starting the workers")

    def show(self, event: events.Event) -> None:
        """Take one event."""
        if isinstance(event, events.RunFinished):
            self.close()
        super().show(event)
        if isinstance(event, events.RunStarted):
            self.progress.start()
        elif not isinstance(event, events.RunFinished):
            tally = self.tally
            counted = tally.started if tally.looking else tally.over
            state = tally.state() if tally.started or tally.over else "starting the workers"
            self.progress.update(self.task, total=tally.total or None, completed=counted, state=state)

    def line(self, text: str) -> None:
        """Print above the bar."""
        if self.progress.live.is_started:
            self.progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            super().line(text)

    def close(self) -> None:
        """Remove the bar."""
        self.progress.stop()


def summary(tally: Tally, last: events.RunFinished) -> list[str]:
    """The end of a run in a few lines; nothing for one that did not come to its end: the error line says it."""
    if last.status not in ("done", "failed"):
        return []
    parts = [f"{words.thousands(last.done)} done"]
    if last.failed:
        parts.append(f"{words.thousands(last.failed)} failed")
    if last.skipped:
        parts.append(f"{words.thousands(last.skipped)} skipped")
    rate = f", {rate_text(tally.rate())}" if last.done > 1 else ""
    lines = [f"{', '.join(parts)} in {words.duration(last.seconds)}{rate}."]
    for text, times in tally.warnings.most_common(MOST_LISTED):
        lines.insert(0, f"Note ({words.count(times, 'image')}): {text}")
    return lines


def display(as_json: bool, measures: bool, stream: TextIO | None = None) -> Display:
    """What fits: JSON lines when asked for, a bar on a terminal, plain lines anywhere else."""
    stream = stream or sys.stdout
    if as_json:
        return JsonLines(stream)
    tally = Tally(measures)
    return Bar(stream, tally) if stream.isatty() else Plain(stream, tally)


def check_lines(found: Check, engine: str) -> list[str]:
    """A check in words."""
    made = len(found.items) - len(found.problems)
    about = []
    if found.bytes is not None and found.seconds is not None:
        about = [f"about {words.size(found.bytes)}", f"about {words.duration(found.seconds)}"]
    head = f"{words.count(made, 'image')} -> {words.count(found.files, 'file')} in {found.folder}"
    lines = [", ".join([f"{found.recipe}: {head}", *about]) + ".", f"Runs with {engine}."]
    if found.left_out:
        lines.append(f"{found.left_out[:1].upper()}{found.left_out[1:]}.")
    if found.skipped:
        lines.append(f"{words.count(len(found.skipped), 'image')} skipped: already in the output folder.")
    lines += found.notes
    losses = Counter(loss for item in found.items for loss in item.losses)
    lines += [f"Loss ({words.count(times, 'image')}): {text}" for text, times in losses.most_common()]
    lines += _listed([words.one_line(f"Name: {text}", 1000) for text in found.collisions], "names")
    problems = [words.one_line(f"Problem: {item.item}: {item.problem}", 1000) for item in found.problems]
    lines += _listed(problems, "problems")
    if not found.problems:
        lines.append("No problems found.")
    return lines


def _listed(lines: list[str], noun: str) -> list[str]:
    if len(lines) <= MOST_LISTED:
        return lines
    return [
        *lines[:MOST_LISTED],
        f"... and {words.thousands(len(lines) - MOST_LISTED)} more {noun}; --json lists all.",
    ]


def step_lines(step: type[Transform]) -> list[str]:
    """A step's help and its settings: name, what it may be, default, what it means."""
    lines = [f"{step.title} ({step.tag()})", step.help()]
    for field in msgspec.structs.fields(step):
        kind = describe(msgspec.inspect.type_info(field.type))
        default = "" if field.required else f"; default {msgspec.json.encode(field.default).decode()}"
        default = "; may be left out" if field.default is None else default
        shown = step.schema()["properties"][field.name]
        told: dict[str, str] = next((s for s in (shown, *shown.get("anyOf", [])) if "title" in s), {})
        meaning = ". ".join(filter(None, [told.get("title", ""), told.get("description", "")]))
        lines.append(f"  {field.name}: {kind}{default}. {meaning}".rstrip())
    return lines


def table(rows: list[tuple[Any, ...]]) -> list[str]:
    """Left-aligned columns, the last one as it is."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]) - 1)] if rows else []
    return ["  ".join([*(str(c).ljust(w) for c, w in zip(row, widths, strict=False)), str(row[-1])]) for row in rows]
