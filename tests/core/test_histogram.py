"""Counts add up to the same total in any order, and say the same as the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core import histogram
from core.image import WHITE, Image, ImageError, from_array, to_nominal

TYPES = list(WHITE)


def table_of(image: Image, rows: int = 3) -> tuple[str, torch.Tensor]:
    table = histogram.empty(rows)
    return histogram.count(image, table), table


def random_image(stored: str, seed: int, channels: int = 3) -> Image:
    rng = np.random.default_rng(seed)
    if stored.startswith("float"):
        values = rng.normal(0, 3, (channels, 20, 30)).astype(stored)
    else:
        info = np.iinfo(stored)
        values = rng.integers(info.min, info.max, (channels, 20, 30), dtype=stored, endpoint=True)
    return from_array(values, "CYX")


@pytest.mark.parametrize("stored", TYPES)
def test_order_of_images_does_not_matter(stored: str) -> None:
    tables = [table_of(random_image(stored, seed))[1] for seed in range(5)]
    totals = []
    for order in ([0, 1, 2, 3, 4], [4, 2, 0, 3, 1], [3, 4, 1, 0, 2]):
        total = None
        for index in order:
            total = histogram.merged(total, tables[index])
        totals.append(total)
    assert all(torch.equal(totals[0], other) for other in totals[1:])
    whole = np.concatenate([random_image(stored, seed).pixels.numpy() for seed in range(5)], axis=1)
    key, together = table_of(from_array(whole, "TZCYX"))
    assert torch.equal(together, totals[0])
    assert histogram.percentiles(key, together, 1, 99) == histogram.percentiles(key, totals[0], 1, 99)


def test_tables_of_different_length_add_up() -> None:
    one = table_of(random_image("uint16", 1, channels=1), rows=1)[1]
    three = table_of(random_image("uint16", 2, channels=3), rows=3)[1]
    ahead = histogram.merged(histogram.merged(None, one), three)
    behind = histogram.merged(histogram.merged(None, three), one)
    assert torch.equal(ahead, behind)
    assert len(ahead) == 3


def test_merging_leaves_its_parts_alone() -> None:
    first, second = (table_of(random_image("uint8", seed))[1] for seed in (1, 2))
    copies = first.clone(), second.clone()
    histogram.merged(histogram.merged(None, first), second)
    assert torch.equal(first, copies[0])
    assert torch.equal(second, copies[1])


@pytest.mark.parametrize("stored", TYPES)
def test_extremes_are_exact(stored: str) -> None:
    image = random_image(stored, 3)
    _, table = table_of(image)
    for channel, (low, high) in enumerate(histogram.extremes(table)):
        values = image.pixels.numpy()[0, 0, channel].astype(np.float64)
        assert (low, high) == (values.min(), values.max())


@pytest.mark.parametrize("stored", ["uint8", "uint16", "int16"])
def test_computed_images_are_counted_in_stored_values(stored: str) -> None:
    image = random_image(stored, 4)
    plain_key, plain = table_of(image)
    key, table = table_of(to_nominal(image))
    assert key != plain_key, "counts of another kind must not be added to exact ones"
    for ours, exact in zip(
        histogram.percentiles(key, table, 5, 95), histogram.percentiles(plain_key, plain, 5, 95), strict=True
    ):
        np.testing.assert_allclose(ours, exact, rtol=0.008, atol=0.01)


def test_an_image_without_finite_values_counts_as_empty() -> None:
    key, table = table_of(from_array(np.full((1, 4, 4), np.nan, np.float32), "CYX"), rows=1)
    assert histogram.percentiles(key, table, 1, 99) == [(0.0, 0.0)]


def test_values_beyond_float32_have_a_range() -> None:
    values = np.array([[[-1e300, -1.0, 2.0, 1e300]]])
    key, table = table_of(from_array(values, "CYX"), rows=1)
    assert histogram.extremes(table) == [(-1e300, 1e300)]
    low, high = histogram.percentiles(key, table, 40, 60)[0]
    assert np.isfinite([low, high]).all()


def test_too_many_channels_are_refused_in_words() -> None:
    with pytest.raises(ImageError, match="5 channels; a display range takes 3 at the most"):
        histogram.count(random_image("uint8", 1, channels=5), histogram.empty(3))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1, max_size=40),
    st.floats(0, 100),
)
def test_any_percentile_of_any_floats_lies_near_the_data(values: list[float], percent: float) -> None:
    array: np.ndarray[Any, Any] = np.array(values, np.float32)[None]
    key, table = table_of(from_array(array), rows=1)
    ours = histogram.percentiles(key, table, percent, 100)[0][0]
    rank = (len(values) - 1) * percent / 100
    ordered = np.sort(array[0]).astype(np.float64)
    near = ordered[[int(rank), min(int(rank) + 1, len(values) - 1)]]
    slack = 0.008 * np.abs(near).max() + 1e-37
    assert near[0] - slack <= ours <= near[1] + slack
