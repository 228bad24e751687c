"""Read off what some code depends on, in a made-up project."""

import ast
import sys
from pathlib import Path

import pytest
from _ext.dependencies import Need, Project
from _ext.needs import requirements

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_ext"

FILES = {
    "tool/__init__.py": """
'''A signpost.'''
from tool.layers import Layer
from tool.sums import add

__all__ = ["Layer", "add"]
""",
    "tool/sums.py": """
import math

LEFT, RIGHT = 1, 2

def add(): return LEFT + RIGHT + _half(2)
def _half(x): return math.ceil(x / 2)
def double(x): return 2 * x
""",
    "tool/layers.py": """
from functools import cache
from tool import sums
from tool.sums import double as twice

@cache
def size():
    return twice(1)

class Layer:
    def forward(self): return sums.add()
    def size(self): return size()
""",
    "tool/shapes.py": """
def width():
    from . import sums
    return vars(sums)
""",
    "tool/lonely.py": "x = 1",
    "tool/plots/__init__.py": """
from tool.plots.curves import curve
from tool.plots.grids import grid
""",
    "tool/plots/curves.py": """
from ..shapes import width
from .ink import blue
def curve(): return width, blue
""",
    "tool/plots/grids.py": """
from .ink import *
def grid(): return blue
""",
    "tool/plots/ink.py": """
from tool import lonely
blue = 1
lonely.x = 2
if blue:
    red = 3
""",
    "tool/tests/__init__.py": """
from tool.tests import first
FOUND = {"first": first.case, "more": add_all()}
def add_all(): ...
""",
    "tool/tests/first.py": "case = 1",
    "tool/tests/cases.csv": "1,2",
}
ADD = ["sums LEFT", "sums RIGHT", "sums _half", "sums add"]
# All of a module, and again what is named in it.
SUMS = ["sums *", "sums LEFT", "sums RIGHT", "sums _half"]
LAYER = [*ADD, "sums double", "layers Layer", "layers size"]
# What a package passes on has two places.
PASSED_ON, LAYER_PASSED_ON = ["__init__ add", *ADD], ["__init__ Layer", *LAYER]
# Whoever imports this changes what another module has.
INK = ["plots/ink ", "plots/ink blue", "plots/ink red", "lonely x"]
GRID = ["plots/__init__ grid", "plots/grids grid", "plots/ink *"]
CURVE = ["plots/__init__ curve", "plots/curves curve", "shapes width", *SUMS]
CSV = "tests/cases.csv *"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def found(root: Path, code: str, instead: dict[Need, list[Need]] | None = None) -> set[str]:
    names = Project([root]).dependencies(code, instead=instead)
    return {
        f"{path.relative_to(root / 'tool').as_posix().removesuffix('.py')} {name}"
        for path, name in names
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os, torch\nos.add(torch.add)", []),
        ("import tool", []),
        ("from tool import add", PASSED_ON),
        ("from tool import Layer as L", LAYER_PASSED_ON),
        ("from tool.layers import size", ["layers size", "sums double"]),
        ("import tool\ntool.add()", PASSED_ON),
        ("import tool as t\nt.add(t.Layer())", [*PASSED_ON, *LAYER_PASSED_ON]),
        ("from tool import lonely", []),
        ("from tool import lonely\nlonely.x", ["lonely x"]),
        ("from tool import lonely\nlonely.y", ["lonely *", "lonely x"]),
        ("import tool.lonely\ntool.lonely.x", ["lonely *", "lonely x"]),
        ("import tool.lonely as l\nl.x", ["lonely x"]),
        ("import tool.lonely\ntool.add()", [*PASSED_ON, "lonely *", "lonely x"]),
        ("import tool\ntool.sums.double()", SUMS),
        ("from tool import sums\nprint(sums)", SUMS),
        ("from tool.sums import *", SUMS),
        ("from tool.sums import missing", SUMS),
        ("from tool.shapes import width", ["shapes width", *SUMS]),
        ("def f():\n    from tool import add", PASSED_ON),
        ("from tool import plots\nplots.grid()", [*GRID, *INK]),
        ("from tool.plots import curve", [*CURVE, *INK]),
        ("from tool.plots.ink import red", INK),
        (
            "from tool.tests import first\nfirst.case",
            ["tests/__init__ first", "tests/first case", CSV],
        ),
        (
            "from tool.tests import FOUND",
            [f"tests/__init__ {name}" for name in ("FOUND", "add_all", "first")]
            + ["tests/first case", CSV],
        ),
    ],
)
def test_dependencies(root: Path, code: str, expected: list[str]) -> None:
    assert found(root, code) == set(expected)


def test_a_definition_has_its_own_source_and_the_origins_of_its_names(root: Path) -> None:
    text = (root / "tool/layers.py").read_text()
    (root / "tool/layers.py").write_text(text.replace("twice(1)", "twice(1)\n    # printed"))
    sources = Project([root]).dependencies("from tool.layers import size")
    assert sources[root / "tool/layers.py", "size"].decode().splitlines() == [
        "@cache",
        "def size():",
        "    return twice(1)",
        "    # printed",
        "cache = functools.cache",
        "twice = tool.sums.double",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from tool.sums import double as twice", "from math import sqrt as twice"),
        ("return twice", "return 1 + twice"),
        ("@cache\n", ""),
    ],
)
def test_a_change_is_seen(root: Path, before: str, after: str) -> None:
    file, code = root / "tool/layers.py", "from tool import Layer"
    sources = Project([root]).dependencies(code)
    file.write_text(file.read_text().replace(before, after))
    assert Project([root]).dependencies(code) != sources


def test_a_name_may_be_bound_on_the_way(root: Path) -> None:
    text = (
        "outer = (inner := 1) + 1\ndef f():\n    from math import sin as g\ndef g(): return inner"
    )
    (root / "tool/lonely.py").write_text(text)
    assert found(root, "from tool.lonely import g") >= {"lonely g", "lonely outer"}


def test_something_else_can_be_followed_instead(root: Path) -> None:
    code = "from tool import add"
    instead = {("tool.sums", "_half"): [("tool.lonely", "x")]}
    assert found(root, code, instead) == {"__init__ add", *ADD, "lonely x"} - {"sums _half"}


def test_what_the_machinery_imports_is_declared() -> None:
    ours = {"_ext", "convtutor"}
    imported: set[str] = set()
    for file in EXTENSIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    theirs = imported - ours - sys.stdlib_module_names
    assert len(theirs) > 5
    requirements("\n".join(f"import {name}" for name in theirs), None)  # refuses the undeclared
