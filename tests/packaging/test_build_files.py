"""What goes into the frozen program, and how it is packed; nothing is built here."""

import ast
import functools
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import types
from pathlib import Path
from typing import Any

import pytest

from core import __version__, codecs, recipe, samples
from core.transforms import catalogue

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX scripts")


@functools.cache
def load(name: str) -> Any:
    """A file of packaging/, which is no package."""
    path = list(sys.path)
    spec = importlib.util.spec_from_file_location(f"slidetray_{name}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


bundle, build = load("bundle"), load("build")


# -- what goes in --


def test_every_module_of_ours_is_collected() -> None:
    hidden = set(bundle.modules())
    steps = {type_.__module__ for type_ in catalogue().values()}
    assert len(steps) >= 10
    assert steps <= hidden
    assert {type(codec).__module__ for codec in codecs.CODECS} <= hidden
    needed = ("preload", "host", "worker", "desk", "viewers", "pool")
    assert {"gui.app", "gui.main_window", "resources", *(f"core.engine.{name}" for name in needed)} <= hidden
    for name in hidden:  # found without an import: the parents have been imported, or are files as well
        assert (ROOT / name.replace(".", "/")).with_suffix(".py").is_file() or (ROOT / name.replace(".", "/")).is_dir()


def test_data_are_collected_where_the_program_looks_for_them() -> None:
    collected = {f"{folder}/{Path(source).name}": Path(source) for source, folder in bundle.data_files()}
    assert all(source.is_file() for source in collected.values())
    assert {f"resources/recipes/{name}.slidetray" for name in recipe.builtin()} <= set(collected)
    for folder, suffix in (("icons", ".svg"), ("help", ".md")):
        there = {f"resources/{folder}/{path.name}" for path in (ROOT / "resources" / folder).glob(f"*{suffix}")}
        assert there
        assert there <= set(collected)
    assert "./LICENSE" in collected
    assert not [name for name in collected if "__pycache__" in name or name.endswith(".py")]


def test_the_demos_images_are_found_where_the_spec_puts_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    where = [path.parent for path in samples.paths()]
    assert len(where) == len(samples.NAMES)
    listed = bundle.sample_files(samples.NAMES, where[0])
    assert {Path(source).name for source, _ in listed} == {*samples.NAMES, "README.txt"}
    with pytest.raises(ValueError, match=r"lacks cell\.png"):
        bundle.sample_files(samples.NAMES, tmp_path)

    for source, folder in listed:  # as in a frozen program, which has no scikit-image
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / Path(source).name).write_bytes(Path(source).read_bytes())
    there = types.SimpleNamespace(submodule_search_locations=[str(tmp_path / "resources")])
    monkeypatch.setattr(importlib.util, "find_spec", {"resources": there, "skimage": None}.__getitem__)
    assert [path.parent for path in samples.paths()] == [tmp_path / "resources" / "samples"] * len(samples.NAMES)


def test_nothing_that_is_left_out_is_imported_by_us() -> None:
    for path in [path for package in bundle.PACKAGES for path in (ROOT / package).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                assert not [out for out in bundle.EXCLUDES if name == out or name.startswith(f"{out}.")], (path, name)


WITHOUT = """
import sys
from pathlib import Path
names, images, folder = eval(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in names or name.startswith(tuple(out + "." for out in names)):
            raise ModuleNotFoundError(f"No module named {name}", name=name)
sys.meta_path.insert(0, Absent())
import json, core.engine.preload
from core.cli import run
from core.transforms import catalogue
steps = [{"step": tag} for tag in catalogue() if tag not in ("crop", "resize")]
steps += [{"step": "crop", "width": 50, "height": 40}, {"step": "resize", "longest": 64}]
mine = folder / "mine.slidetray"
output = {"format": {"type": "tiff"}}
mine.write_text(json.dumps({"version": 1, "name": "All", "steps": steps, "output": output}))
for name in [str(mine), "web", "tensors-256", "quick-look", "convert-tiff"]:
    status = run(["run", name, images, "-o", str(folder / Path(name).stem), "--engine", "inline", "--json"])
    assert status == 0, (name, status)
"""


def test_every_step_works_without_what_is_left_out(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for path in samples.paths()[:2]:
        (images / path.name).write_bytes(path.read_bytes())
    command = [sys.executable, "-c", WITHOUT, repr(bundle.EXCLUDES), str(images), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]


def test_names_in_the_lists_exist() -> None:
    for name in bundle.HIDDEN_PACKAGES:
        assert importlib.util.find_spec(name), name
    for name in bundle.METADATA:
        assert importlib.metadata.version(name)
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = {re.split(r"[<>=;]", need)[0].strip().lower() for need in needs["dependencies"]}
    left_out = {"torchvision", "scikit-image"}
    assert ours - left_out <= {name.lower() for name in bundle.METADATA}  # their licences go along
    assert any(need.startswith("pyinstaller>=6.22") for need in needs["optional-dependencies"]["build"])


def test_the_spec_is_python_and_its_entries_exist() -> None:
    text = (PACKAGING / "slidetray.spec").read_text(encoding="utf-8")
    ast.parse(text)
    for name in ("entry_window", "entry_terminal"):
        assert f'"{name}.py"' in text
        entry = ast.parse((PACKAGING / f"{name}.py").read_text(encoding="utf-8"))
        guarded = next(node for node in entry.body if isinstance(node, ast.If))
        assert ast.unparse(guarded.body[0]) == "multiprocessing.freeze_support()"
    assert __version__ not in text + (PACKAGING / "bundle.py").read_text(encoding="utf-8")
    assert "upx=True" not in text
    assert "strip=True" not in text


def test_what_is_wanted_of_qt_and_torch() -> None:
    qt = "PySide6/Qt/"
    for name in (
        f"{qt}plugins/platforms/libqxcb.so",
        f"{qt}plugins/imageformats/libqsvg.so",
        f"{qt}lib/libQt6Gui.so.6",
        r"PySide6\plugins\platforms\qwindows.dll",
        r"PySide6\Qt6Core.dll",
        "torch/lib/libtorch_cpu.so",
        "torch-2.9.dist-info/METADATA",
        "core/anything",
    ):
        assert bundle.wanted(name), name
    for name in (
        f"{qt}lib/libQt6Qml.so.6",
        f"{qt}lib/libQt6Quick.so.6",
        f"{qt}translations/qt_de.qm",
        f"{qt}plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        r"PySide6\Qt6Quick.dll",
        "torch/include/ATen/ATen.h",
        "torch/bin/protoc-3.21.12.0",
    ):
        assert not bundle.wanted(name), name


def test_only_linked_cuda_is_kept() -> None:
    links = {
        "torch/lib/libtorch_cuda.so": ["libcublas.so.13", "libc.so.6"],
        "nvidia/cu13/lib/libcublas.so.13": ["libcublasLt.so.13"],
        "nvidia/cu13/lib/libcublasLt.so.13": [],
        "nvidia/cudnn/lib/libcudnn_adv.so.9": ["libcublas.so.13"],
        "core/x.so": [],
    }
    found = bundle.linked_cuda(links, lambda name: links[name])
    assert found == {"nvidia/cu13/lib/libcublas.so.13", "nvidia/cu13/lib/libcublasLt.so.13"}


# -- what it says of itself --


def test_the_version_is_read_from_the_source(tmp_path: Path) -> None:
    assert bundle.version() == __version__
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("__version__ = get()\n")
    with pytest.raises(ValueError, match="no __version__"):
        bundle.version(tmp_path)


@pytest.mark.parametrize(
    ("number", "four"), [("0.1.0", (0, 1, 0, 0)), ("1.2.3.4", (1, 2, 3, 4)), ("2.0rc1+local.7", (2, 0, 1, 0))]
)
def test_windows_version_information(number: str, four: tuple[int, ...]) -> None:
    class Node:
        def __init__(self, *values: Any, **named: Any) -> None:
            self.values, self.named = values, named

    kinds = (
        "VSVersionInfo",
        "FixedFileInfo",
        "StringFileInfo",
        "StringTable",
        "StringStruct",
        "VarFileInfo",
        "VarStruct",
    )
    info = eval(bundle.version_info(number), dict.fromkeys(kinds, Node))
    fixed = info.named["ffi"].named
    assert fixed["filevers"] == fixed["prodvers"] == four
    strings, translation = info.named["kids"]
    table = dict(node.values for node in strings.values[0][0].values[1])
    assert table["FileVersion"] == table["ProductVersion"] == number
    language, codepage = translation.values[0][0].values[1]
    assert strings.values[0][0].values[0] == f"{language:04X}{codepage:04X}"


def test_macos_app() -> None:
    assert bundle.oldest_macos(["cp311-cp311-macosx_11_0_arm64", "py3-none-any"]) == "13.0"
    assert bundle.oldest_macos(["cp39-abi3-macosx_13_0_universal2", "cp311-none-macosx_14_0_arm64"]) == "14.0"
    assert len(list(bundle.wheel_tags())) >= len(bundle.METADATA)
    listed = bundle.property_list("1.2", "14.0")
    types_ = [kind for entry in listed["CFBundleDocumentTypes"] for kind in entry["LSItemContentTypes"]]
    exported = listed["UTExportedTypeDeclarations"][0]
    assert types_ == [exported["UTTypeIdentifier"], "public.image", "public.folder"]
    assert exported["UTTypeTagSpecification"]["public.filename-extension"] == [recipe.SUFFIX[1:]]
    assert (listed["CFBundleVersion"], listed["LSMinimumSystemVersion"]) == ("1.2", "14.0")
    assert listed["NSHighResolutionCapable"] is True


# -- packing --


def test_size_contents_and_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "Slidetray"
    for name, length in (("_internal/torch/a.so", 2_000_000_000 // 1000), ("_internal/b", 5), ("Slidetray", 7)):
        (program / name).parent.mkdir(parents=True, exist_ok=True)
        (program / name).write_bytes(bytes(length))
    assert build.size(program) == 2_000_012
    assert build.contents(program) == "torch 2 MB, b 0 MB"
    assert build.megabytes(2_540_000_000) == "2.5 GB"
    monkeypatch.setattr(build, "WINDOWS", False)
    (program / "link").symlink_to("_internal/b")
    packed = build.archive(program)
    assert packed.name.startswith(f"slidetray-{__version__}-{sys.platform}-")
    with tarfile.open(packed) as file:
        assert {entry.name for entry in file} >= {"Slidetray/Slidetray", "Slidetray/_internal/torch/a.so"}
        assert file.getmember("Slidetray/link").issym()
    written = build.checksum(packed).read_text()
    assert written == f"{hashlib.sha256(packed.read_bytes()).hexdigest()}  {packed.name}\n"


def test_what_can_not_be_built_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "NEEDED", 10**18)
    assert build.main(["--out", str(tmp_path / "new" / "folder")]) == 2
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert build.main(["--out", str(tmp_path)]) == 2
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 2
    assert "make room" in err[0]
    assert 'pip install -e ".[build]"' in err[1]
    assert list(tmp_path.iterdir()) == []
