"""A table in memory that two processes share, whose pages take no room before they are written."""

from __future__ import annotations

from functools import cached_property
from multiprocessing.heap import BufferWrapper
from typing import TYPE_CHECKING

from core import histogram
from core.engine import log

if TYPE_CHECKING:
    from torch import Tensor


class Table:
    """Rows for statistics; handed to a child when it is started.

    torch's own shared storages take their whole size at once, which is more than a container's /dev/shm often has.
    multiprocessing's heap makes a file without content, and goes to the folder for temporary files where it must.
    """

    def __init__(self) -> None:
        self.buffer = BufferWrapper(histogram.MOST_CHANNELS * histogram.COLUMNS * 8)

    @classmethod
    def make(cls) -> Table | None:
        """A table, or None where there is no shared memory; only recipes with a first pass need it."""
        try:
            return cls()
        except OSError as error:
            log.write(f"No shared memory for statistics: {error}")
            return None

    @cached_property
    def rows(self) -> Tensor:
        """The memory as a tensor `[channels, columns]`, int64."""
        import torch

        memory = self.buffer.create_memoryview()
        return torch.frombuffer(memory, dtype=torch.int64).view(histogram.MOST_CHANNELS, histogram.COLUMNS)

    def __getstate__(self) -> dict[str, BufferWrapper]:
        return {"buffer": self.buffer}
