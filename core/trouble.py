"""Whatever goes wrong with one image, as an answer in plain words."""

from __future__ import annotations

import errno
import os
import traceback

from core import words
from core.image import ImageError
from core.messages import Failed, Stage


class TroubleError(Exception):
    """Carries the answer to where it is given."""

    def __init__(self, answer: Failed) -> None:
        super().__init__(answer.message)
        self.answer = answer


class stage:  # noqa: N801 - reads as a statement: with stage("decode")
    """Turns whatever goes wrong inside into an answer that names the stage."""

    def __init__(self, name: Stage) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is None or isinstance(error, TroubleError) or not isinstance(error, Exception):
            return
        raise TroubleError(explain(self.name, error)) from error


# Errors of the disk that every further item would meet too.
HITS_ALL = {
    name: getattr(errno, name)
    for name in (
        "ENOSPC",
        "EDQUOT",
        "EROFS",
        "EIO",
        "ENODEV",
        "ENXIO",
        "ESTALE",
        "ENOTCONN",
        "EACCES",
        "EPERM",
    )
    if hasattr(errno, name)
}


def explain(stage: Stage, error: Exception) -> Failed:
    """An exception as an answer in plain words."""
    if isinstance(error, ImageError):
        return Failed(stage, str(error))
    if isinstance(error, MemoryError) or "allocate memory" in str(error):
        return Failed(stage, "There was not enough memory for this image. Close other programs, or use fewer workers.")
    detail = "".join(traceback.format_exception(error))
    if isinstance(error, OSError) and error.errno is not None:
        reason = os.strerror(error.errno)
        if stage == "encode":
            if error.errno == errno.EFBIG:
                return Failed(stage, "Files of this size can't be written here (a limit of the account).", fatal=True)
            if error.errno in (HITS_ALL.get("ENOSPC"), HITS_ALL.get("EDQUOT")):
                return Failed(stage, "The disk is full. Make room, or choose another output folder.", fatal=True)
            if error.errno in HITS_ALL.values():
                return Failed(stage, f"The output folder can't be written to: {reason}.", fatal=True)
            return Failed(stage, f"The result can't be written: {reason}.", detail=detail)
        if isinstance(error, FileNotFoundError):
            return Failed(stage, "The file is no longer there.")
        if isinstance(error, IsADirectoryError):
            return Failed(stage, "The folder can't be read: what lies in it is left out.")
        return Failed(stage, f"The file can't be read: {reason}.")
    doing = {"decode": "reading", "transform": "changing", "encode": "writing"}.get(stage, "working on")
    text = words.sentence(words.one_line(error, 160) or type(error).__name__)
    return Failed(stage, f"Something went wrong while {doing} this image: {text}", detail=detail)


def is_writable(folder: str) -> bool:
    """Whether a file can be made in a folder, found out by making one."""
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
