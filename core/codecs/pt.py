"""PyTorch tensors (output)."""

from __future__ import annotations

import io
from typing import ClassVar

from core.codecs.base import Encoded, Format
from core.codecs.npy import array_losses
from core.image import Image, Outline, to_stored


class Pt(Format):
    """A PyTorch tensor for training: [C, H, W] for a plain picture, [T, Z, C, H, W] for a stack.

    Read it with `torch.load(path, weights_only=True)`.

    Source: torch.save.
    """

    title = "PyTorch tensor"
    suffix: ClassVar[str] = ".pt"
    many_planes: ClassVar[bool] = True

    def losses(self, image: Outline) -> list[str]:
        """All but the numbers."""
        return array_losses(image, "A tensor file")

    def encode(self, image: Image) -> Encoded:
        """The tensor alone, in a storage of its own size."""
        import torch

        image = to_stored(image)
        t, z = image.pixels.shape[:2]
        tensor = image.pixels[0, 0] if t * z == 1 else image.pixels
        out = io.BytesIO()
        torch.save(tensor.clone(memory_format=torch.contiguous_format), out)
        return Encoded(out.getvalue(), image.warnings)
