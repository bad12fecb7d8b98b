"""Small pictures of files for a list, kept in a cache folder under a name made of the file's path, time and size."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

from core import codecs, files, picture, process, trouble
from core.image import Image, ImageError
from core.looks import Thumbnail
from core.transforms.geometry.resize import Resize

LARGEST_CACHE = 200_000_000  # bytes
NOTE = "Slidetray"  # the key under which a PNG carries what the image is


def folder() -> Path:
    """Where thumbnails are kept, as the system has it."""
    import tempfile

    import platformdirs

    try:
        base = os.environ.get("SLIDETRAY_CACHE") or platformdirs.user_cache_dir("slidetray", appauthor=False)
        return Path(base, "thumbnails")
    except RuntimeError:  # a user without a home
        return Path(tempfile.gettempdir(), f"slidetray-cache-{os.getuid() if hasattr(os, 'getuid') else 0}")


def make(path: str, side: int, memory: int) -> Thumbnail:
    """The thumbnail of a file, from the cache or made now; `side` is the longest it can be, in pixels."""
    from PIL import Image as PillowImage

    source = Path(files.path_of(path))
    try:
        status = source.stat()
        name = hashlib.sha256(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\0{side}".encode()).hexdigest()[:32]
        kept = folder() / name[:2] / f"{name}.png"
        if kept.is_file():
            with contextlib.suppress(OSError, ValueError), PillowImage.open(kept) as there:
                text = str(there.info.get(NOTE, ""))
                os.utime(kept)  # in use: the last to go
                return Thumbnail(path=path, file=str(kept), text=text)
        outline = codecs.probe(source)
        text = picture.describe(outline)
        shrink = Resize(longest=side, enlarge=False, method="bilinear")
        image = codecs.decode(source, shrink.size, process.limits_for(memory))
        height, width = shrink.size(outline.height, outline.width)
        exact = Resize(width=width, height=height, mode="stretch", method="bilinear")
        small = exact.apply_image(picture.plane(image, outline.t // 2, outline.z // 2).but(full=None))
        _save(small, kept, text)
        return Thumbnail(path=path, file=str(kept), text=text)
    except Exception as error:  # whatever it is, it is told as the run tells it
        return Thumbnail(path=path, problem=trouble.explain("decode", error).message)


def _save(image: Image, target: Path, text: str) -> None:
    """Whole or not at all: another window may be making the same one."""
    from PIL import Image as PillowImage
    from PIL.PngImagePlugin import PngInfo

    pixels = picture.for_screen(image)
    info = PngInfo()
    info.add_text(NOTE, text)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    drawn = PillowImage.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        drawn.save(part, format="PNG", compress_level=1, pnginfo=info)
        part.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise ImageError(
            f"Small pictures can't be kept: {folder()} can't be written to ({error.strerror or error})."
        ) from None


def trim() -> None:
    """Keep the cache small: the longest unused go first."""
    with contextlib.suppress(OSError):
        kept = []
        for entry in folder().glob("*/*"):
            with contextlib.suppress(OSError):
                status = entry.stat()
                if entry.suffix == ".part" and time.time() - status.st_mtime > 3600:
                    entry.unlink()
                else:
                    kept.append((status.st_mtime, status.st_size, entry))
        total = sum(size for _, size, _ in kept)
        for _, size, entry in sorted(kept):
            if total <= LARGEST_CACHE:
                return
            with contextlib.suppress(OSError):
                entry.unlink()
                total -= size
