"""Icons: one family in the theme's colours, sharp on every screen, and the program's own."""

from __future__ import annotations

import importlib.util
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from gui import theme

ROOT = Path(__file__).parents[2]
ICONS = ROOT / "resources" / "icons"
NAMES = (
    "add", "folder", "file", "remove", "duplicate", "up", "down", "undo", "redo", "save", "open", "warning",
    "error", "ok", "info", "search", "settings", "stop", "left", "right", "fit", "wipe",
    "side-by-side", "more", "skipped", "close", "theme", "image", "eye",
)  # fmt: skip
STATUS = ("ok", "warning", "error", "info", "skipped")


@pytest.fixture(autouse=True)
def light_again(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light")
    yield
    theme.apply(qapp, "light")


@pytest.fixture(params=["light", "dark"])
def mode(request: pytest.FixtureRequest, qapp: QApplication) -> str:
    theme.apply(qapp, request.param)
    return str(request.param)


def pixels(icon: QIcon, size: int = 72, mode: QIcon.Mode = QIcon.Mode.Normal) -> list[QColor]:
    """Colours of the pixels that are nearly opaque."""
    image = icon.pixmap(QSize(size, size), 1.0, mode).toImage()
    places = itertools.product(range(image.width()), range(image.height()))
    return [c for c in (image.pixelColor(x, y) for x, y in places) if c.alpha() > 250]


def close(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) <= 3 for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))  # type: ignore[index]


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_is_there_in_the_text_s_colour(mode: str, name: str) -> None:
    found = pixels(theme.icon(name))
    assert len(found) > 5
    assert all(close(c, theme.color("text")) for c in found)


@pytest.mark.parametrize("name", NAMES)
def test_icons_are_one_family(name: str) -> None:
    drawing = (ICONS / f"{name}.svg").read_text()
    assert 'viewBox="0 0 24 24"' in drawing
    assert 'stroke-width="1.75"' in drawing
    assert 'stroke-linecap="round"' in drawing
    assert 'stroke-linejoin="round"' in drawing
    assert not re.findall(r'(?:stroke|fill)="(?!currentColor|none)', drawing)


def test_icons_take_a_role_s_colour_and_grey_out(mode: str) -> None:
    assert all(close(c, theme.color("error")) for c in pixels(theme.icon("error", "error")))
    greyed = pixels(theme.icon("undo"), mode=QIcon.Mode.Disabled)
    assert all(close(c, theme.color("disabled")) for c in greyed)
    chosen = pixels(theme.icon("ok", "ok"), mode=QIcon.Mode.Selected)
    assert all(close(c, theme.color("on_selected")) for c in chosen)


@pytest.mark.parametrize("size", [16, 20, 24, 32])
@pytest.mark.parametrize("ratio", [1.0, 2.0, 3.0])
def test_icons_are_sharp_on_every_screen(size: int, ratio: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "density", lambda: ratio)
    found = theme.icon("folder").pixmap(QSize(size, size), ratio)
    assert found.deviceIndependentSize().toSize() == QSize(size, size)
    assert found.width() == size * ratio
    drawn = QImage(found.size(), QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(0)
    painter = QPainter(drawn)
    QSvgRenderer(str(ICONS / "folder.svg")).render(painter)
    painter.end()
    image = found.toImage()
    places = itertools.product(range(drawn.width()), range(drawn.height()))
    assert all(abs(image.pixelColor(x, y).alpha() - drawn.pixelColor(x, y).alpha()) <= 2 for x, y in places)
    theme._icon.cache_clear()


def test_states_differ_by_shape() -> None:
    shapes = {}
    for name in STATUS:
        image = theme.icon(name).pixmap(QSize(16, 16), 1.0).toImage()
        shapes[name] = [image.pixelColor(x, y).alpha() > 127 for x, y in itertools.product(range(16), repeat=2)]
    for one, other in itertools.combinations(STATUS, 2):
        apart = sum(a != b for a, b in zip(shapes[one], shapes[other], strict=True))
        assert apart >= 20, f"{one} looks like {other}"


def test_icons_are_kept_and_a_wrong_name_is_told(qapp: QApplication) -> None:
    first = theme.icon("add")
    assert theme.icon("add").cacheKey() == first.cacheKey()
    theme.apply(qapp, "dark")
    assert theme.icon("add").cacheKey() != first.cacheKey()
    with pytest.raises(FileNotFoundError):
        theme.icon("no-such-icon")
    with pytest.raises(KeyError):
        theme.icon("add", "no-such-role")


def test_the_app_icon_is_drawn_for_small_sizes(qapp: QApplication) -> None:
    assert not qapp.windowIcon().isNull()
    assert {size.width() for size in theme.app_icon().availableSizes()} >= {16, 32, 256}
    assert len({c.name() for c in pixels(theme.app_icon(), 16)}) > 3


def test_icon_files_are_made_from_the_drawing(qapp: QApplication, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("packaging_icons", ROOT / "packaging" / "icons.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"slidetray.png", "slidetray-256.png", "slidetray.ico", "slidetray.icns"}
    for folder in (tmp_path, ICONS):
        for name, side in (("slidetray.png", 512), ("slidetray-256.png", 256)):
            with Image.open(folder / name) as picture:
                assert picture.size == (side, side)
                assert picture.convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)
        with Image.open(folder / "slidetray.ico") as picture:
            assert {16, 24, 32, 48, 256} <= {width for width, _ in picture.info["sizes"]}
        with Image.open(folder / "slidetray.icns") as picture:
            assert {128, 256, 512} <= {width for width, *_ in picture.info["sizes"]}
