"""What a worker does for somebody who looks: previews, thumbnails, and a result made on trial.

Imports the pixel code when it is first asked; the questions and answers are msgspec JSON.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from core import messages, plan
from core.looks import Look, Seen, Thumbnail


class LookAt(msgspec.Struct, frozen=True, tag="look"):
    """Make the pictures of a preview in `folder`."""

    look: Look
    folder: str
    memory: int


class Small(msgspec.Struct, frozen=True, tag="small"):
    """Make or find a thumbnail."""

    path: str
    side: int
    memory: int


class Try(msgspec.Struct, frozen=True, tag="try"):
    """Make a job's results, measure them and throw them away."""

    setup: messages.Setup
    job: plan.Job
    number: int


class Tried(msgspec.Struct, frozen=True, tag="tried"):
    """How large the results were, and how long they took; both None where they could not be made."""

    number: int
    bytes: int | None = None
    seconds: float | None = None


Question = LookAt | Small | Try
Answer = Seen | Thumbnail | Tried
encode = msgspec.json.Encoder().encode
decode_answer = msgspec.json.Decoder(Answer).decode
_decode_question = msgspec.json.Decoder(Question).decode


class Desk:
    """Answers one question after another."""

    def __init__(self) -> None:
        from core import preview

        self.viewer = preview.Viewer()

    def answer(self, question: bytes) -> bytes:
        """The answer, encoded."""
        from core import thumbnail, trial

        asked = _decode_question(question)
        if isinstance(asked, LookAt):
            return encode(self.viewer.see(asked.look, Path(asked.folder), asked.memory))
        if isinstance(asked, Small):
            return encode(thumbnail.make(asked.path, asked.side, asked.memory))
        made = trial.make(asked.setup, asked.job)
        return encode(Tried(asked.number) if made is None else Tried(asked.number, *made))
