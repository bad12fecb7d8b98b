"""Where tests find real images."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def lab_data() -> Path:
    """Real laboratory images, no part of the project: `../shared/data`, or where SLIDETRAY_LAB_DATA points."""
    folder = Path(os.environ.get("SLIDETRAY_LAB_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"There are no laboratory images at {folder}; set SLIDETRAY_LAB_DATA to their folder.")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The pictures that come with scikit-image."""
    import skimage

    return Path(skimage.__file__).parent / "data"
