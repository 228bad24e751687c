"""What a reader takes away names all that it needs, and holds the help that it promises."""

import ast
import json
import re
import shutil
import sys
import tomllib
import zipfile
from contextlib import nullcontext
from hashlib import sha256
from importlib.metadata import packages_distributions
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from _ext.downloads import Readier
from _ext.exercises import checked, notebook_help
from _ext.wheels import Wheel, build_wheel
from bs4 import BeautifulSoup
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from convtutor.exercises import EXERCISES

ROOT = Path(__file__).parents[2]
HTML = ROOT / "docs" / "_build" / "html"
SCRIPTS = sorted(HTML.glob("_downloads/*/plot_*.py"))
NOTEBOOKS = sorted(HTML.glob("_downloads/*/plot_*.ipynb"))
ZIPS = sorted(HTML.glob("_downloads/*/*.zip"))
SOURCES = {path.name: path for path in (ROOT / "gallery").rglob("plot_*.py")}

METADATA = re.compile(r"(?m)\A# /// script$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


def name(path: Path) -> str:
    return path.name


def metadata(script: str) -> dict[str, Any]:
    match = METADATA.match(script)
    assert match, script[:200]
    return tomllib.loads(re.sub("(?m)^# ?", "", match["content"]))


def needs_more(script: str) -> bool:
    """Whether a script imports what the package itself does not need."""
    imported = re.findall(r"(?m)^(?:import (\w+)|from (\w+)[\w.]* import)", script)
    tops = {one or other for one, other in imported} - sys.stdlib_module_names
    return bool(tops - {"convtutor", "matplotlib", "numpy", "torch"})


def cells(notebook: Path) -> list[tuple[str, str]]:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    return [(cell["cell_type"], "".join(cell["source"])) for cell in content["cells"]]


def test_every_page_offers_both() -> None:
    assert {path.stem for path in SCRIPTS} == {Path(name).stem for name in SOURCES}
    assert {path.stem for path in NOTEBOOKS} == {Path(name).stem for name in SOURCES}


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_names_what_it_imports(path: Path) -> None:
    script = path.read_text(encoding="utf-8")
    asked = metadata(script)
    assert SpecifierSet(asked["requires-python"]).contains("3.11")
    (need,) = map(Requirement, asked["dependencies"])
    assert need.name == "convtutor"
    assert need.extras == ({"gallery"} if needs_more(script) else set())
    assert need.url or str(need.specifier) == f"=={build_wheel().version}"


def test_the_extra_brings_all_that_scripts_import() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["gallery"]]
    brought = {canonicalize_name(Requirement(line).name) for line in lines} | {"convtutor"}
    installed = packages_distributions()
    for path in SOURCES.values():
        tops = {
            str(name).partition(".")[0]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
        }
        for top in tops - sys.stdlib_module_names - {"convtutor"}:
            assert brought & {canonicalize_name(name) for name in installed[top]}, (path, top)


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_is_otherwise_the_one_of_the_gallery(path: Path) -> None:
    script = path.read_text(encoding="utf-8")
    assert SOURCES[path.name].read_text(encoding="utf-8") in script
    assert (ast.get_docstring(ast.parse(script)) or "").count("\n") > 5, (
        "the title is no longer first"
    )
    assert script.endswith("\nimport matplotlib.pyplot\n\nmatplotlib.pyplot.show()\n")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_installs_what_its_script_names(path: Path) -> None:
    (script,) = HTML.glob(f"_downloads/*/{path.stem}.py")
    kind, first = cells(path)[0]
    assert kind == "code"
    (line,) = (line for line in first.splitlines() if line.startswith("%pip install "))
    asked = metadata(script.read_text(encoding="utf-8"))
    assert re.findall('"([^"]+)"', line) == asked["dependencies"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_reads_well(path: Path) -> None:
    for kind, text in cells(path):
        if kind == "markdown":
            assert not re.search(r"sphx_glr|:\w+:`|^\.\. |\)_(?!\w)|>`_", text, re.MULTILINE), text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_ends_with_the_help_for_its_exercises(path: Path) -> None:
    asked = checked(SOURCES[path.with_suffix(".py").name].read_text(encoding="utf-8"))
    expected = [cell for exercise in asked for cell in notebook_help(exercise)]
    assert asked
    assert cells(path)[-len(expected) :] == expected
    text = path.read_text(encoding="utf-8")
    for exercise in asked:
        for told in (EXERCISES[exercise].answer, *EXERCISES[exercise].hints):
            assert json.dumps(told)[1:-1] not in text


@pytest.mark.parametrize("path", ZIPS, ids=name)
def test_a_zip_holds_what_is_offered_one_by_one(path: Path) -> None:
    offered = {file.name: file.read_bytes() for file in [*SCRIPTS, *NOTEBOOKS]}
    offered |= {file.name: file.read_bytes() for file in HTML.glob("simple/convtutor/*.whl")}
    with zipfile.ZipFile(path) as zipped:
        assert zipped.namelist() == sorted(zipped.namelist())
        for member in zipped.infolist():
            assert zipped.read(member) == offered[Path(member.filename).name], member.filename
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            folder = {
                Path(other).name
                for other in zipped.namelist()
                if Path(other).parent == Path(member.filename).parent
            }
            text = zipped.read(member)
            assert b"find-links" not in text or any(other.endswith(".whl") for other in folder)


def test_the_zips_hold_every_page() -> None:
    for suffix, offered in ((".py", SCRIPTS), (".ipynb", NOTEBOOKS)):
        (path,) = HTML.glob(
            f"_downloads/*/tutorials_{'python' if suffix == '.py' else 'jupyter'}.zip"
        )
        with zipfile.ZipFile(path) as zipped:
            members = {Path(member).name for member in zipped.namelist()}
        assert {member for member in members if member.endswith(suffix)} == {
            p.name for p in offered
        }


def test_the_index_leads_to_the_wheel() -> None:
    front = HTML / "simple" / "index.html"
    (link,) = BeautifulSoup(front.read_text(encoding="utf-8"), "html.parser").find_all("a")
    page = front.parent / str(link["href"])
    (file,) = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find_all("a")
    path, _, digest = str(file["href"]).partition("#sha256=")
    path = unquote(path)
    assert sha256((page.parent / path).read_bytes()).hexdigest() == digest
    assert file["data-requires-python"] == ">=3.11"
    with zipfile.ZipFile(page.parent / path) as wheel:
        assert "convtutor/correlation.py" in wheel.namelist()


def test_a_wheel_is_named_after_its_content(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "convtutor", copy / "convtutor")
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    wheel = build_wheel()
    assert re.fullmatch(r"0\.1\.0\+c[0-9a-f]{10}", wheel.version)
    assert build_wheel(copy) == wheel
    with (copy / "convtutor" / "correlation.py").open("a") as module:
        module.write("# changed\n")
    assert build_wheel(copy).version != wheel.version


def readier(monkeypatch: pytest.MonkeyPatch, address: str) -> Readier:
    monkeypatch.setenv("CONVTUTOR_BASE_URL", address)
    labels = {"sphx_glr_there": ("tutorials/there", "there", "There")}
    domains = SimpleNamespace(standard_domain=SimpleNamespace(labels=labels))
    env: Any = SimpleNamespace(domains=domains, titles={})
    return Readier(Wheel("convtutor-1-py3-none-any.whl", b""), env)


SOURCE = "import dask.array as da\nfrom dask.distributed import Client\nimport convtutor\n"


def test_with_an_address_the_downloads_name_the_wheel_by_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = readier(monkeypatch, "https://example.org/site").script(SOURCE)
    assert metadata(script)["dependencies"][0] == (
        "convtutor[gallery] @ https://example.org/site/simple/convtutor/convtutor-1-py3-none-any.whl"
    )
    assert "tool" not in metadata(script)


def test_without_an_address_the_wheel_is_beside_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    script = readier(monkeypatch, "").script(SOURCE)
    assert metadata(script)["dependencies"][0].startswith("convtutor[gallery]==1")
    assert metadata(script)["tool"]["uv"]["find-links"] == ["."]


@pytest.mark.parametrize(("address", "says_so"), [("", True), ("https://example.org", False)])
def test_a_notebook_alone_says_where_the_package_is(
    monkeypatch: pytest.MonkeyPatch, address: str, says_so: bool
) -> None:
    """Without the wheel beside it, and nowhere else, its first cell ends in an error."""
    written = readier(monkeypatch, address).notebook({"cells": []}, SOURCE, "tutorials/here")
    lines = "".join(json.loads(written)["cells"][0]["source"]).splitlines()
    code = "\n".join(line for line in lines if not line.startswith("%pip"))
    exec(code)  # there is the package
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    error = (
        pytest.raises(ModuleNotFoundError, match="download the zip") if says_so else nullcontext()
    )
    with error:
        exec(code)


@pytest.mark.parametrize("page", sorted(HTML.glob("tutorials/*/plot_*.html")), ids=name)
def test_a_zip_with_the_package_says_so(page: Path) -> None:
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    (link,) = soup.select("a.download[href$='.zip']")
    with zipfile.ZipFile(page.parent / str(link["href"])) as zipped:
        has_wheel = any(member.endswith(".whl") for member in zipped.namelist())
    assert link.get_text() == ("Both, with convtutor (.zip)" if has_wheel else "Both (.zip)")


@pytest.mark.parametrize(
    ("address", "link"),
    [("", "*There*"), ("https://example.org", "[There](https://example.org/tutorials/there.html)")],
)
def test_a_reference_in_a_notebook_is_a_link_where_there_is_an_address(
    monkeypatch: pytest.MonkeyPatch, address: str, link: str
) -> None:
    text = "See `sphx_glr_there` and :func:`~torch.add`, not ``x``."
    content = {"cells": [{"cell_type": "markdown", "metadata": {}, "source": [text]}]}
    written = readier(monkeypatch, address).notebook(content, "import torch\n", "tutorials/here")
    assert f"See {link} and `torch.add`, not ``x``." in written
