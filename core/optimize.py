"""The same result, cheaper.  Pure: looks at a recipe's steps, changes none."""

from __future__ import annotations

from collections.abc import Sequence

from core.codecs import SizeHint
from core.transform import Transform
from core.transforms.geometry.resize import Resize


def size_hint(steps: Sequence[Transform]) -> SizeHint:
    """How large a picture must be decoded: where the first step shrinks it, less than all of it will do."""
    if not steps:
        return None
    first = steps[0]
    if isinstance(first, Resize) and first.fast_decode and first.interpolates():
        return first.size
    return None
