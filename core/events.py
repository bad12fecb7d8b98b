"""What a run tells the world, one frozen type an event.  Imports nothing of ours.

`msgspec.json.encode(event)` is the line that `slidetray run --json` prints; `decode` reads it back.
Times are Unix seconds; `seconds` are durations.
"""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """Something that happened at `time` (Unix seconds)."""

    time: float


class RunStarted(Event, frozen=True, kw_only=True, tag="run_started"):
    """The run begins: `total` items, on which engine, with how many workers, and why."""

    run: str
    total: int
    engine: str
    workers: int
    reason: str
    left_out: str = ""
    """What the scan left out (files that are no images, hidden ones), counted in words."""


class WorkerStarted(Event, frozen=True, kw_only=True, tag="worker_started"):
    """A worker is ready.  A replacement gets a number of its own."""

    worker: int
    pid: int


class JobStarted(Event, frozen=True, kw_only=True, tag="job_started"):
    """An item was handed to a worker."""

    item: str
    sources: list[str]
    worker: int


class JobFinished(Event, frozen=True, kw_only=True, tag="job_finished"):
    """An item is done: every target is whole and in place."""

    item: str
    sources: list[str]
    targets: list[str]
    seconds: float
    warnings: list[str]


class JobSkipped(Event, frozen=True, kw_only=True, tag="job_skipped"):
    """An item was left alone on purpose."""

    item: str
    sources: list[str]
    reason: str


class JobFailed(Event, frozen=True, kw_only=True, tag="job_failed"):
    """An item could not be made.  `stage` is decode, transform, encode or worker."""

    item: str
    sources: list[str]
    stage: str
    message: str


class RunFinished(Event, frozen=True, kw_only=True, tag="run_finished"):
    """Always the last event.  items = done + failed + skipped + left.

    `status` is "done" (all done or skipped), "failed" (some failed, the rest are done), "stopped" (something
    that hits every item, `reason` says what), or "interrupted".
    """

    status: str
    done: int
    failed: int
    skipped: int
    left: int
    seconds: float
    report: str | None = None
    reason: str = ""


AnyEvent = RunStarted | WorkerStarted | JobStarted | JobFinished | JobSkipped | JobFailed | RunFinished

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(AnyEvent).decode
