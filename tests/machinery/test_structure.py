"""The machinery is one package, which reads top down, and imports nothing that is not declared."""

import ast
import re
import sys
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

from _ext import facts, freshness
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MACHINERY = Path(__file__).parents[2] / "docs" / "_ext"
FILES = {path.relative_to(MACHINERY).as_posix(): path for path in MACHINERY.rglob("*.py")}


def imports(path: Path) -> set[str]:
    """What a module imports: for each name, the module that it is, or is in."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if _file_of(name) else str(node.module) for name in names}
    return found


def _file_of(module: str) -> str | None:
    """The file of a module of the machinery, if it is one."""
    place = module.removeprefix("_ext").strip(".").replace(".", "/")
    names = (f"{place}.py", f"{place}/__init__.py".lstrip("/"))
    found = [name for name in names if module.startswith("_ext") and name in FILES]
    return found[0] if found else None


def ours(path: Path) -> set[str]:
    """The files of the machinery that one of them imports."""
    return {file for module in imports(path) if (file := _file_of(module))}


def test_no_module_imports_another_in_a_circle() -> None:
    graph = {name: ours(path) - {name} for name, path in FILES.items()}
    order = list(TopologicalSorter(graph).static_order())
    assert order[-1] == "__init__.py", "the list of events is not the top"


def test_only_the_list_of_events_connects_them() -> None:
    for name, path in FILES.items():
        if name != "__init__.py":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^def setup\(|\.connect\(", text, re.MULTILINE), name


def test_what_runs_pages_imports_nothing_that_the_digest_leaves_out() -> None:
    shaping = {f"{name}.py" for name in freshness.SHAPING}
    for name in shaping:
        assert ours(FILES[name]) <= shaping, name
    conf = (MACHINERY.parent / "conf.py").read_text(encoding="utf-8")
    scrapers = set(re.findall(r'"(_ext\.[\w.]+)\.scrape"', conf))
    assert len(scrapers) >= 2
    assert {_file_of(module) for module in scrapers} <= shaping


def test_what_the_machinery_imports_is_declared() -> None:
    project = facts.project()
    lines = [*project["dependency-groups"]["docs"], *project["project"]["dependencies"]]
    declared = {canonicalize_name(Requirement(x).name) for x in lines if isinstance(x, str)}
    tops = {name.partition(".")[0] for path in FILES.values() for name in imports(path)}
    installed = packages_distributions()
    theirs = tops - {"_ext", "convtutor"} - sys.stdlib_module_names
    assert len(theirs) > 5
    names = {top: {canonicalize_name(name) for name in installed[top]} for top in theirs}
    assert [top for top in theirs if not names[top] & declared] == []
