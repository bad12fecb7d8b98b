"""What the engine and its workers say to each other about one job.  msgspec JSON, never pickles."""

from __future__ import annotations

from typing import Literal

import msgspec

from core.histogram import Ranges
from core.plan import Job
from core.recipe import Conflict

Stage = Literal["decode", "transform", "encode", "worker"]


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What all jobs of a pass have in common."""

    run: str
    recipe: msgspec.Raw
    folder: str
    conflict: Conflict
    memory: int
    """Bytes that one job may use."""
    ranges: list[dict[str, Ranges]] = []
    """What earlier passes found, in the order of the recipe's passes."""
    measure: int | None = None
    """Position of the step to take statistics for, or None to make the results."""


class Work(msgspec.Struct, frozen=True):
    """A job handed to a worker; `again` when it is tried once more."""

    job: Job
    again: bool = False


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The results are in place."""

    targets: list[str]
    warnings: list[str]
    seconds: float


class Skipped(msgspec.Struct, frozen=True, tag="skipped"):
    """The results were there already."""

    reason: str


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """The statistics lie in the first `channels` rows of the worker's table."""

    key: str
    channels: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The item could not be made.  `fatal`: no other item could be either (a full disk)."""

    stage: Stage
    message: str
    fatal: bool = False
    detail: str = ""
    """A traceback for the log, where the cause is not plain."""


Answer = Done | Skipped | Measured | Failed

encode = msgspec.json.Encoder().encode
decode_answer = msgspec.json.Decoder(Answer).decode
decode_work = msgspec.json.Decoder(Work).decode
decode_setup = msgspec.json.Decoder(Setup).decode
