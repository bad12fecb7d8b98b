"""Makes the program's icon files (PNG, ICO, ICNS) from resources/icons/slidetray.svg.

    .venv/bin/python packaging/icons.py

Run it again after the drawing was changed, and commit what it wrote.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
ICONS = ROOT / "resources" / "icons"
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
ICNS_SIZES = (16, 32, 64, 128, 256, 512, 1024)


def render(size: int) -> bytes:
    """The drawing as a PNG of this many pixels along each side."""
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(ICONS / "slidetray.svg")).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know no device here
    return bytes(buffer.data().data())


def main(folder: Path = ICONS) -> None:
    """Write all icon files into `folder`."""
    from PIL import Image
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    pictures = {size: Image.open(io.BytesIO(render(size))) for size in sorted({*ICO_SIZES, *ICNS_SIZES})}
    pictures[512].save(folder / "slidetray.png", optimize=True)
    pictures[256].save(folder / "slidetray-256.png", optimize=True)
    largest = pictures[ICO_SIZES[-1]]
    smaller = [pictures[size] for size in ICO_SIZES[:-1]]
    largest.save(folder / "slidetray.ico", sizes=[(size, size) for size in ICO_SIZES], append_images=smaller)
    pictures[1024].save(folder / "slidetray.icns", append_images=[pictures[size] for size in ICNS_SIZES[:-1]])
    del app


if __name__ == "__main__":
    main()
