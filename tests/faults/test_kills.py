"""A few of the kills that `kills.py` deals out by the hundred."""

from __future__ import annotations

import random

import kills
import pytest


@pytest.mark.parametrize("server", [False, True], ids=["workers", "forkserver"])
def test_kills_at_random_moments_lose_nothing(server: bool) -> None:
    figures = kills.torture(4, server=server, images=40, seed=random.randrange(1 << 30))
    assert "nothing lost" in figures
