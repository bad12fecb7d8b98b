"""Twelve-megapixel photographs for the bench, cut from the large real pictures that Linux desktops package.

A seeded mosaic of four photographs of 2560 x 1600 is cut to 4000 x 3000, JPEG quality 92, half of them 4:4:4 and half
4:2:0.  Nothing is installed: without such pictures, say so.
"""

from __future__ import annotations

import random
from pathlib import Path

PLACES = ("/usr/share/backgrounds", "/usr/share/wallpapers")
SIZE = (4000, 3000)
TILE = (2560, 1600)


def originals() -> list[Path]:
    """Photographs (JPEG) of at least four megapixels that this machine has, in a fixed order."""
    from PIL import Image

    found = []
    for place in PLACES:
        for path in sorted(Path(place).rglob("*.jp*g")):
            with Image.open(path) as image:
                if 2560 <= image.width <= 4000 and image.height >= 1600 and image.mode == "RGB":
                    found.append(path)
    return found


def make(folder: Path, count: int) -> list[Path]:
    """`count` photographs in `folder`; those that are there already are kept.

    Raises:
        SystemExit: this machine has too few large pictures.
    """
    from PIL import Image

    sources = originals()
    if len(sources) < 4:
        raise SystemExit(
            "The bench needs large photographs: apt-get install plasma-workspace-wallpapers mate-backgrounds, "
            "or give your own folder with --photos."
        )
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(12)
    made = []
    for number in range(count):
        path = folder / f"photo_{number:03}.jpg"
        corner = (chance.randrange(2 * TILE[0] - SIZE[0]), chance.randrange(2 * TILE[1] - SIZE[1]))
        four = chance.sample(sources, 4)
        made.append(path)
        if path.exists():
            continue
        canvas = Image.new("RGB", (2 * TILE[0], 2 * TILE[1]))
        for place, source in enumerate(four):
            with Image.open(source) as image:
                tile = image.convert("RGB").resize(TILE) if image.size != TILE else image.convert("RGB")
            canvas.paste(tile, ((place % 2) * TILE[0], (place // 2) * TILE[1]))
        cut = canvas.crop((*corner, corner[0] + SIZE[0], corner[1] + SIZE[1]))
        cut.save(path, quality=92, subsampling=0 if number % 2 else 2)
    return made
