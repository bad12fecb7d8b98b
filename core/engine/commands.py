"""What the engine's host and its client say to each other.  Imports no torch."""

from __future__ import annotations

import msgspec

from core import events, looks
from core.engine import run


class Start(msgspec.Struct, frozen=True, tag="start"):
    """Command: run this."""

    request: run.Request


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Command: end the run; images in flight are finished or dropped."""


class Sum(msgspec.Struct, frozen=True, kw_only=True, tag="sum"):
    """Command: say what a run would make; with `deep`, read every header.  A newer one replaces an older one."""

    number: int
    request: run.Request
    deep: bool = False


class Batch(msgspec.Struct, frozen=True, tag="batch"):
    """Message: events in order."""

    events: list[events.AnyEvent]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Message: nothing was run, and why."""

    message: str


class Warm(msgspec.Struct, frozen=True, tag="warm"):
    """Message: the host is up and its workers are getting ready."""

    pid: int


Command = Start | Cancel | Sum | looks.Look | looks.Thumbnails | looks.Scan
Message = Batch | Refused | Warm | looks.Seen | looks.Thumbnail | looks.Scanned | looks.Sums
encode = msgspec.json.Encoder().encode
decode_command = msgspec.json.Decoder(Command).decode
decode_message = msgspec.json.Decoder(Message).decode
