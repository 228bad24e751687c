"""Read off what some code depends on, in a made-up project."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

from imports import dependencies  # noqa: E402

FILES = {
    "helper.py": "import tool\n\ntool.add()\n",
    "tool/__init__.py": """
from tool.layers import Layer
from tool.sums import add

__all__ = ["Layer", "add"]
""",
    "tool/sums.py": "import math\n\n\ndef add(): ...\n",
    "tool/layers.py": "from tool.sums import add\n\n\nclass Layer: ...\n",
    "tool/shapes.py": "from . import sums\n\nsums.add()\n",
    "tool/lonely.py": "",
    "tool/plots/__init__.py": """
from tool.plots.curves import curve
from tool.plots.grids import grid
""",
    "tool/plots/curves.py": "from ..shapes import size\nfrom .ink import blue\n",
    "tool/plots/grids.py": "from .ink import *\n",
    "tool/plots/ink.py": "blue = 1\n",
    "tool/tests/__init__.py": "from tool.tests import first\n\nFOUND = {'first': first}\n",
    "tool/tests/first.py": "",
    "tool/tests/cases.csv": "1,2\n",
}
TESTS = ["tests/__init__", "tests/cases.csv", "tests/first"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os, torch", []),
        ("from tool import add", ["sums"]),
        ("from tool import Layer as L", ["layers", "sums"]),
        ("import tool\ntool.add()", ["sums"]),
        ("import tool as t\nt.add(t.Layer())", ["layers", "sums"]),
        ("import tool\nprint(tool)", ["__init__", "layers", "sums"]),
        ("from tool import *", ["__init__", "layers", "sums"]),
        ("from tool import missing", ["__init__", "layers", "sums"]),
        ("from tool import lonely", ["lonely"]),
        ("import tool.lonely\ntool.lonely.x", ["lonely"]),
        ("import tool.lonely as l\nl.x", ["lonely"]),
        ("from tool import plots\nplots.grid()", ["plots/grids", "plots/ink"]),
        ("from tool.plots import grid", ["plots/grids", "plots/ink"]),
        (
            "from tool import plots\nplots.curve()",
            ["plots/curves", "plots/ink", "shapes", "sums"],
        ),
        (
            "from tool import plots\nplots.grid()\nprint(vars(plots))",
            ["plots/__init__", "plots/curves", "plots/grids", "plots/ink", "shapes", "sums"],
        ),
        ("from tool.tests import FOUND", TESTS),
        ("from tool.tests import first", TESTS),
        ("def f():\n    from tool import add", ["sums"]),
        ("import helper", ["../helper", "sums"]),
    ],
)
def test_dependencies(project: Path, code: str, expected: list[str]) -> None:
    found = {
        path.relative_to(project).as_posix().removesuffix(".py").removeprefix("tool/")
        for path in dependencies(code, [project])
    }
    assert found == {name.removeprefix("../") for name in expected}


def test_a_module_that_makes_no_difference_is_not_followed(project: Path) -> None:
    found = dependencies(
        "from tool import plots, shapes\nprint(plots)\nshapes.x",
        [project],
        but={"tool.plots.curves", "tool.shapes"},
    )
    assert "tool/plots/grids.py" in {path.relative_to(project).as_posix() for path in found}
    assert not {project / "tool/plots/curves.py", project / "tool/shapes.py"} & found
