"""What the frozen program holds: read by slidetray.spec, and by the test that compares it with the sources.

Standard library only, and nothing of the program is imported: its modules are found as files, because a search
through imports finds none where the project's folder is not importable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "gui", "resources")
NAME, TERMINAL = "Slidetray", "slidetray-cli"
IDENTIFIER = "org.slidetray.slidetray"
PUBLISHER = "The Slidetray authors"
SENTENCE = "Runs a chain of image steps over whole folders"

HIDDEN_PACKAGES = (
    "imagecodecs",  # one extension a codec, imported by name when a file needs it
    "tifffile",
    "msgspec",  # its C part imports the rest by name
    "rich._unicode_data",  # a module a version of Unicode, imported by name
)
NO_USE = re.compile(
    r"(^|\.)(tests?|_?tests_?.*|conftest|__main__|numcodecs|zarr|tiff2fsspec|lsm2bin|tiffcomment)(\.|$)"
)
"""Parts of HIDDEN_PACKAGES that are for their developers, or for libraries that Slidetray does not have."""

EXCLUDES = (
    # The tests' references, and what only they need.  Should a step come to import torchvision: PyInstaller 6.22
    # misses its _C_stable.so and image_stable.so, without which "operator torchvision::nms does not exist".
    "torchvision",
    "skimage",
    "scipy",
    "networkx",
    "imageio",
    "lazy_loader",
    "pytest",
    "_pytest",
    "hypothesis",
    "mypy",
    "setuptools",
    "pip",
    "pkg_resources",
    # torch offers them, and imports them only for what Slidetray does not do: compiling, exporting, graphics cards.
    "torch._dynamo",
    "torch._inductor",
    "torch.onnx",
    "torch.utils.tensorboard",
    "torch.utils.benchmark",
    "sympy",
    "mpmath",
    "triton",
    "cuda",
    # Libraries that others use where they find them.
    "matplotlib",
    "pandas",
    "zarr",
    "fsspec",
    "IPython",
    "tkinter",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtNetwork",
    "PySide6.QtTest",
)

METADATA = (
    "imagecodecs",
    "msgspec",
    "numpy",
    "pillow",
    "platformdirs",
    "psutil",
    "PySide6-Essentials",
    "rich",
    "shiboken6",
    "simplejpeg",
    "tifffile",
    "torch",
    "typer",
)
"""Distributions whose metadata go along: their licences, and the versions that the window tells."""

# Qt's hooks bring every plugin of the kinds in use, and these bring the libraries of QML and PDF.  That for GTK would
# bring a part of GTK, which does not go with the rest of it that a system has.
NOT_OF_QT = re.compile(
    r"PySide6/(Qt/)?("
    r"translations/|qml/|plugins/(platforminputcontexts/.*virtualkeyboard|egldeviceintegrations/|generic/|tls/|networkinformation/|"
    r"imageformats/.*q?pdf|platforms/.*(eglfs|linuxfb|minimalegl|vnc|vkkhrdisplay)|platformthemes/.*gtk3)|"
    r"(lib/)?(lib)?Qt6?(Quick|Qml|Network|VirtualKeyboard|Pdf|Egl|OpenGLWidgets|Test|Sql|Designer|Concurrent)"
    r")"
)
# Needed to build extensions; the solvers for graphics cards, loaded on demand; versions of what does not go along.
NOT_OF_TORCH = re.compile(
    r"torch/(bin/protoc|include/|share/|lib/.*\.lib$|lib/libtorch_cuda_linalg)|^(hypothesis|cuda_bindings)-[^/]*\.dist-info/"
)
OF_CUDA = re.compile(r"^(nvidia|triton|cuda)(/|$)")


def version(root: Path = ROOT) -> str:
    """The version that the program tells: `core.__version__`.

    Raises:
        ValueError: it is not where it used to be.
    """
    text = (root / "core" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if not found:
        raise ValueError("core/__init__.py tells no __version__")
    return found.group(1)


def modules(root: Path = ROOT) -> list[str]:
    """Every module of ours: steps, codecs, engine and window are imported by name or on demand."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def data_files(root: Path = ROOT) -> list[tuple[str, str]]:
    """Files that are no modules, each with its folder in the program: recipes, icons, help, and the licence."""
    found = [(str(root / "LICENSE"), ".")]
    for path in sorted((root / "resources").rglob("*")):
        if path.is_file() and path.suffix not in (".py", ".pyc", ".icns", ".ico"):
            found.append((str(path), path.parent.relative_to(root).as_posix()))
    return found


def sample_files(names: Iterable[str], folder: Path) -> list[tuple[str, str]]:
    """The demo's images, out of scikit-image's data, with the text that tells where they are from.

    Raises:
        ValueError: one is missing.
    """
    paths = [folder / name for name in (*names, "README.txt")]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise ValueError(f"{folder} lacks {', '.join(missing)}")
    return [(str(path), "resources/samples") for path in paths]


def icon(suffix: str, root: Path = ROOT) -> str | None:
    """The icon file of this kind, where there is one."""
    path = root / "resources" / "icons" / f"slidetray{suffix}"
    return str(path) if path.is_file() else None


def wanted(name: str) -> bool:
    """Whether a file that the hooks collected is of any use; `name` is its place in the program."""
    name = name.replace("\\", "/")
    return not (NOT_OF_QT.search(name) or NOT_OF_TORCH.search(name))


def linked_cuda(files: Iterable[str], needs: Callable[[str], Iterable[str]]) -> set[str]:
    """Which of NVIDIA's libraries are loaded together with torch; without a graphics card, only these are ever used.

    `files` are places in the program, `needs` names the libraries that one of them is linked with.  The rest, a third
    of CUDA, is loaded on demand.  torch itself can't be loaded without those it is linked with; torch's wheels for
    CPUs have none at all.
    """
    by_name = {PurePosixPath(name).name: name for name in files}
    waiting = [name for name in by_name.values() if not OF_CUDA.match(name)]
    reached: set[str] = set()
    while waiting:
        for library in needs(waiting.pop()):
            place = by_name.get(library)
            if place and OF_CUDA.match(place) and place not in reached:
                reached.add(place)
                waiting.append(place)
    return reached


def version_info(number: str) -> str:
    """What Windows shows in a program's properties, as PyInstaller reads it from a file."""
    digits = [int(part) for part in re.findall(r"\d+", number.split("+")[0])[:4]]
    four = tuple((*digits, 0, 0, 0, 0)[:4])
    texts = {
        "CompanyName": PUBLISHER,
        "FileDescription": f"{NAME}: {SENTENCE}",
        "FileVersion": number,
        "InternalName": NAME,
        "LegalCopyright": f"{PUBLISHER}; MIT licence",
        "ProductName": NAME,
        "ProductVersion": number,
    }
    strings = ", ".join(f"StringStruct({key!r}, {text!r})" for key, text in texts.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={four}, prodvers={four}, mask=0x3f, flags=0x0, OS=0x40004, "
        "fileType=0x1, subtype=0x0, date=(0, 0)), "
        f"kids=[StringFileInfo([StringTable('040904B0', [{strings}])]), "
        "VarFileInfo([VarStruct('Translation', [0x0409, 1200])])])\n"
    )


def wheel_tags(names: Iterable[str] = METADATA) -> Iterator[str]:
    """The tags of the installed wheels, such as `cp311-cp311-macosx_13_0_universal2`."""
    for name in names:
        text = metadata.distribution(name).read_text("WHEEL") or ""
        yield from re.findall(r"^Tag: (\S+)$", text, re.MULTILINE)


def oldest_macos(tags: Iterable[str]) -> str:
    """The oldest macOS on which everything that was installed runs; Qt 6.11 itself asks for 13."""
    found = [(int(a), int(b)) for tag in tags for a, b in re.findall(r"macosx_(\d+)_(\d+)_", tag)]
    return "{}.{}".format(*max([(13, 0), *found]))


def property_list(number: str, oldest: str) -> dict[str, object]:
    """The Info.plist of the macOS app: what it opens, and where it runs."""
    recipe = f"{IDENTIFIER}.recipe"
    return {
        "CFBundleShortVersionString": number,
        "CFBundleVersion": number,
        "LSMinimumSystemVersion": oldest,
        "LSApplicationCategoryType": "public.app-category.graphics-design",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": f"{PUBLISHER}; MIT licence",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Slidetray recipe",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [recipe],
            },
            {
                "CFBundleTypeName": "Image",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.image"],
            },
            {
                "CFBundleTypeName": "Folder of images",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.folder"],
            },
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": recipe,
                "UTTypeDescription": "Slidetray recipe",
                "UTTypeConformsTo": ["public.json"],
                "UTTypeTagSpecification": {"public.filename-extension": ["slidetray"]},
            }
        ],
    }
