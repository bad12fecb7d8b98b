"""What the documents say is tried: the example step, the recipe in the README, the commands, the tree."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core import image, recipe, transforms
from core.cli import app
from core.transform import PixelStep

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture
def example(tmp_path: Path) -> Iterator[str]:
    """The example step, put where the document says (a folder that joins the group for this test)."""
    group = importlib.import_module("core.transforms.intensity")
    code = re.search(r"```python\n(.*?)```", CONTRIBUTING, re.S)
    place = re.search(r"Write `core/transforms/intensity/(\w+)\.py`", CONTRIBUTING)
    assert code
    assert place
    (tmp_path / f"{place[1]}.py").write_text(code[1], encoding="utf-8")
    group.__path__.append(str(tmp_path))
    transforms.catalogue.cache_clear()
    yield place[1].replace("_", "-")
    group.__path__.remove(str(tmp_path))
    sys.modules.pop(f"core.transforms.intensity.{place[1]}", None)
    transforms.catalogue.cache_clear()


def test_the_example_step_is_a_step(example: str) -> None:
    step = transforms.catalogue()[example]
    assert issubclass(step, PixelStep)
    assert step.group() == "intensity"
    assert step.source()
    assert step.schema()["properties"]["level"]["maximum"] == 1
    made = recipe.decode(json.dumps({"version": 1, "steps": [{"step": example, "level": 0.25}]}))
    pixels = torch.tensor([[0, 16000], [17000, 65535]], dtype=torch.uint16).view(1, 1, 1, 2, 2)
    result = made.active[0].run(image.Image(pixels=pixels, stored="uint16", white=65535.0))
    assert image.to_stored(result).pixels.flatten().tolist() == [0, 0, 65535, 65535]
    with pytest.raises(recipe.RecipeError, match='Step 1 \\(Threshold\\): "level" must be a number from 0 to 1'):
        recipe.decode(json.dumps({"version": 1, "steps": [{"step": example, "level": 2}]}))


def test_the_readmes_recipe_is_a_recipe() -> None:
    block = re.search(r"```json\n(.*?)```", README, re.S)
    assert block
    assert len(recipe.decode(block[1]).active) == 2


def test_no_figure_is_left_out() -> None:
    assert not re.search(r"@[A-Z]+@", README)


def test_the_readme_names_every_command_and_recipe() -> None:
    commands = {command.name for command in app.registered_commands}
    assert commands == set(re.findall(r"^slidetray (\w+)", README, re.M))
    assert set(recipe.builtin()) == set(
        re.findall(r"`([a-z]+-?[0-9a-z]*)`", README.split("| recipe |")[1].split("\n\n")[0])
    )


def test_every_file_that_the_architecture_names_is_there() -> None:
    tree = CONTRIBUTING.split("```")[1]
    names = re.findall(r"\b(\w+\.py)\b", tree)
    assert len(names) > 25
    for name in names:
        assert any(list((ROOT / top).rglob(name)) for top in ("core", "gui", "packaging")), name
    present = {p.name for p in (ROOT / "core").glob("*.py")} - {"__init__.py", "words.py"}
    assert present <= set(names)
    engine = {p.name for p in (ROOT / "core" / "engine").glob("*.py")} - {"__init__.py", "commands.py", "log.py"}
    assert engine <= set(names)


def test_every_picture_of_the_readme_is_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 6
    for picture in pictures:
        assert (ROOT / picture).read_bytes().startswith(b"\x89PNG"), picture
