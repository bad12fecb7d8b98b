"""NumPy arrays (output)."""

from __future__ import annotations

import io
from typing import ClassVar

from core.codecs.base import Encoded, Format, left_out
from core.image import Image, Outline, to_array, to_stored


class Npy(Format):
    """A NumPy array, every value kept: [Y, X] for grey, [Y, X, C] for colour, [T, Z, C, Y, X] for anything more.

    Source: NumPy enhancement proposal 1, the .npy format.
    """

    title = "NumPy array"
    suffix: ClassVar[str] = ".npy"
    many_planes: ClassVar[bool] = True

    def losses(self, image: Outline) -> list[str]:
        """All but the numbers."""
        return array_losses(image, "A NumPy array")

    def encode(self, image: Image) -> Encoded:
        """The array, without pickles."""
        import numpy as np

        image = to_stored(image)
        t, z, c = image.pixels.shape[:3]
        axes = "TZCYX" if t * z > 1 or c not in (1, 3) else "YX" if c == 1 else "YXC"
        out = io.BytesIO()
        np.save(out, np.ascontiguousarray(to_array(image, axes)), allow_pickle=False)
        return Encoded(out.getvalue(), image.warnings)


def array_losses(image: Outline, what: str) -> list[str]:
    """What a bare array does not hold."""
    lost = [f"{what} here holds no transparency; it is left out."] if image.alpha else []
    return [*lost, *left_out(image, what)]
