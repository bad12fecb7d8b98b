"""What is said to people: one plain sentence each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.image import ImageError


def is_sentence(text: str) -> bool:
    """One line of ordinary length that ends as a sentence does."""
    return text.endswith((".", "?")) and not text.endswith("..") and text.isprintable() and 15 < len(text) < 400


def refusal(call: Callable[..., Any], *arguments: Any) -> str | None:
    """Why a call refuses its image, checked to be a sentence; None when it does not refuse."""
    try:
        call(*arguments)
    except ImageError as error:
        text = str(error)
        assert is_sentence(text), text
        return text
    return None
