"""What is kept from one start to the next: the recipe in progress, the list of images, the window's shape.

One JSON file in the user's settings folder, written whole and soon after each change, so that a crash costs nothing.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from core import words
from gui.drafts import Draft

MOST_RECENT = 12


class Kept(msgspec.Struct, kw_only=True):
    """The state of the window.  Every field has a default: an older or damaged file loses only what it lacks."""

    theme: str = "system"
    geometry: str = ""
    """Qt's own description, in base 64."""
    columns: list[int] = []
    side_by_side: bool = False
    draft: Draft | None = None
    saved: Draft | None = None
    origin: str = ""
    inputs: list[str] = []
    without: list[str] = []
    output: str = ""
    recent: list[str] = []
    """Recipe files, the latest first."""
    folder: str = ""
    """Where the last dialog was."""


def file() -> Path:
    """Where it is kept, as the system has it."""
    import platformdirs

    return Path(os.environ.get("SLIDETRAY_CONFIG") or platformdirs.user_config_dir("slidetray"), "window.json")


def load(path: Path) -> Kept:
    """What was kept; what can't be read is as if it had not been."""
    try:
        plain = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])
    except (OSError, msgspec.DecodeError, UnicodeError):
        return Kept()
    kept = Kept()
    for field in msgspec.structs.fields(Kept):
        if field.name in plain:
            with contextlib.suppress(msgspec.DecodeError, UnicodeError):
                setattr(kept, field.name, msgspec.json.decode(plain[field.name], type=field.type))
    return kept


def save(kept: Kept, path: Path) -> str:
    """Write the file whole; returns why it could not be written, or "".

    Not flushed to the disk as results and recipes are (`core.files.write_whole`): this is done every few seconds in the
    window's thread, which a busy disk must not hold up.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.encode(kept))
        part.replace(path)
    except (OSError, UnicodeError) as error:  # a name may hold what is no text
        with contextlib.suppress(OSError):
            part.unlink()
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        return f"The state of the window can't be kept: {words.one_line(reason)}."
    return ""
