"""What a reader takes away names all that it needs, and holds the help that it promises."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

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
    needs = {need.name: need for need in map(Requirement, asked["dependencies"])}
    if package := needs.get("convtutor"):
        assert package.url
        assert package.url.endswith(f"/_downloads/{quote(build_wheel().name)}")
        assert package.extras == ({"gallery"} if needs_more(script) else set())
    else:  # nothing but what every package index has
        assert {"matplotlib", "numpy", "torch"} <= set(needs)
        assert ("dask" in needs) == needs_more(script)


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
    source = SOURCES[path.name].read_text(encoding="utf-8")
    title = ast.get_docstring(ast.parse(script), clean=False)
    assert title == ast.get_docstring(ast.parse(source), clean=False), "it is no longer first"
    _, _, code = source.partition(f'{title}"""\n')
    assert code.strip() in script
    assert script.endswith("\nimport matplotlib.pyplot\n\nmatplotlib.pyplot.show()\n")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_installs_what_its_script_names(path: Path) -> None:
    (script,) = HTML.glob(f"_downloads/*/{path.stem}.py")
    kind, first = cells(path)[0]
    assert kind == "code"
    asked = metadata(script.read_text(encoding="utf-8"))["dependencies"]
    if len(asked) == 1:
        assert f'needed = "{asked[0]}"\n' in first
    else:
        assert f'wheel = Path("{build_wheel().name}")\n' in first
        assert ("{wheel}[gallery]" in first) == any(need.startswith("dask") for need in asked)


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
def test_a_zip_needs_nothing_of_the_site(path: Path) -> None:
    """The package is in each of its folders, and each script and notebook looks for it there."""
    wheel = build_wheel()
    with zipfile.ZipFile(path) as zipped:
        names = zipped.namelist()
        assert names == sorted(names)
        assert {member.date_time for member in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for member in (name for name in names if Path(name).suffix in (".py", ".ipynb")):
            assert zipped.read(str(Path(member).with_name(wheel.name))) == wheel.data
            text = zipped.read(member).decode()
            assert wheel.name in text
            assert "/_downloads/" not in text


def test_a_class_is_told_how_to_run_all_notebooks() -> None:
    (path,) = HTML.glob("_downloads/*/tutorials_jupyter.zip")
    with zipfile.ZipFile(path) as zipped:
        told = zipped.read("HOW_TO_RUN.txt").decode()
        installed = re.findall(r'"\./(\S+\.whl)\[gallery\]"', told)
        assert len(installed) == 2  # with slashes one way and the other
        assert set(installed) <= set(zipped.namelist())
    assert "3 GB" in told


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


def test_the_wheel_is_where_its_address_says() -> None:
    wheel = build_wheel()
    assert (HTML / "_downloads" / wheel.name).read_bytes() == wheel.data
    with zipfile.ZipFile(BytesIO(wheel.data)) as zipped:
        assert "convtutor/correlation.py" in zipped.namelist()


def test_the_package_knows_the_site_that_it_is_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVTUTOR_BASE_URL", "https://example.org/site")
    with zipfile.ZipFile(BytesIO(build_wheel().data)) as zipped:
        (said,) = (name for name in zipped.namelist() if name.endswith(".dist-info/METADATA"))
        assert b"Project-URL: Homepage, https://example.org/site/\n" in zipped.read(said)


def test_a_wheel_is_named_after_its_content(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "convtutor", copy / "convtutor")
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    wheel = build_wheel()
    assert re.fullmatch(r"0\.1\.0\+c[0-9a-f]{10}", wheel.name.split("-")[1])
    assert build_wheel(copy) == wheel
    with (copy / "convtutor" / "correlation.py").open("a") as module:
        module.write("# changed\n")
    assert build_wheel(copy).name != wheel.name


def readier(monkeypatch: pytest.MonkeyPatch, address: str) -> Readier:
    monkeypatch.setenv("CONVTUTOR_BASE_URL", address)
    places = {
        ("label", "sphx_glr_there"): ("There", "tutorials/there", "there"),
        ("doc", "tutorials/there"): ("There", "tutorials/there", ""),
        ("term", "channel"): ("channel", "glossary", "term-channel"),
    }
    return Readier(Wheel("convtutor-1+c2-py3-none-any.whl", b""), places)


SOURCE = '"""Title."""\n\nimport dask.array as da\nimport convtutor\n'


def test_with_an_address_a_script_names_the_package_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = readier(monkeypatch, "https://example.org/site")
    assert metadata(ready.script(SOURCE, "plot_x.py", ready.wheel.address))["dependencies"] == [
        "convtutor[gallery] @ https://example.org/site/_downloads/convtutor-1%2Bc2-py3-none-any.whl"
    ]


@pytest.mark.parametrize(("address", "advice"), [("", "Download the zip"), ("http://x", "uv run")])
def test_a_script_without_the_package_says_where_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, advice: str
) -> None:
    """Also to a Python that has nothing at all: it says so before the first import."""
    ready = readier(monkeypatch, address)
    script = tmp_path / "plot_x.py"
    script.write_text(ready.script(SOURCE, script.name, ready.wheel.address), encoding="utf-8")
    command = [sys.executable, "-I", "-S", script.name]  # no package is in sight
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert advice in done.stderr
    assert "Traceback" not in done.stderr


def first_cell(monkeypatch: pytest.MonkeyPatch, address: str) -> str:
    """Take a notebook's first cell, where what installs is a call that can be watched."""
    ready = readier(monkeypatch, address)
    written = ready.notebook({"cells": []}, SOURCE, "tutorials/here", ready.wheel.address)
    cell = "".join(json.loads(written)["cells"][0]["source"])
    return re.sub(r"(?m)^( +)[%!](.*)$", r"\1run(f'\2')", cell)


@pytest.mark.parametrize(
    ("pip", "uv", "commands"),
    [
        (True, True, ["pip"]),
        (False, True, ["uv pip"]),
        (False, False, [f'"{sys.executable}" -m ensurepip', "pip"]),
    ],
)
@pytest.mark.parametrize("address", ["", "https://example.org"])
def test_a_notebook_installs_with_what_is_there(
    monkeypatch: pytest.MonkeyPatch, address: str, pip: bool, uv: bool, commands: list[str]
) -> None:
    code = first_cell(monkeypatch, address)
    ran: list[str] = []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: pip or name != "pip")
    monkeypatch.setattr("shutil.which", lambda name: "/bin/uv" if uv and name == "uv" else None)
    exec(code, {"run": ran.append})
    assert len(ran) == len(commands)
    for command, begin in zip(ran, commands, strict=True):
        assert command.startswith(begin)
        assert "--quiet" not in command
    place = f"@ {address}/_downloads/convtutor-1%2Bc2-py3-none-any.whl" if address else ""
    assert f'install "convtutor[gallery] {place}'.rstrip() in ran[-1].replace(
        f'--python "{sys.executable}" ', ""
    )


def test_a_notebook_alone_says_where_the_package_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does so before anything is installed."""
    code = first_cell(monkeypatch, "")
    ran: list[str] = []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name != "convtutor")
    with pytest.raises(ModuleNotFoundError, match="Download the zip"):
        exec(code, {"run": ran.append})
    assert not ran


@pytest.mark.parametrize("page", sorted(HTML.glob("tutorials/*/plot_*.html")), ids=name)
def test_the_foot_says_what_each_download_needs(page: Path) -> None:
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    labels = [link.get_text() for link in soup.select(".sphx-glr-footer a.download")]
    copied = [code.get_text().strip() for code in soup.select(".sphx-glr-footer ~ div pre")]
    if copied:  # the site knows its address
        needs = ""
        (canonical,) = soup.select("link[rel=canonical]")
        address = str(canonical["href"]).replace(".html", ".py")
        assert copied == [f"uv run {address}", f"pipx run {address}"]
        (script,) = HTML.glob(f"_downloads/*/{page.stem}.py")
        assert page.with_suffix(".py").read_bytes() == script.read_bytes()
    else:
        needs = ", needs convtutor"
    assert labels == [
        f"Notebook (.ipynb{needs})",
        f"Script (.py{needs})",
        "Both, with convtutor (.zip)",
    ]


@pytest.mark.parametrize(
    ("address", "page", "terms"),
    [
        ("", "*There*", ("channels", "channel")),
        (
            "https://example.org",
            "[There](https://example.org/tutorials/there.html)",
            (
                "[channels](https://example.org/glossary.html#term-channel)",
                "[channel](https://example.org/glossary.html#term-channel)",
            ),
        ),
    ],
)
def test_a_reference_in_a_notebook_reads_as_english_and_leads_somewhere(
    monkeypatch: pytest.MonkeyPatch, address: str, page: str, terms: tuple[str, str]
) -> None:
    text = (
        "See `sphx_glr_there`, :doc:`there` and :func:`~torch.add`, not ``x``. "
        "An image has three :term:`channels <channel>`, each a :term:`channel`."
    )
    content = {"cells": [{"cell_type": "markdown", "metadata": {}, "source": [text]}]}
    ready = readier(monkeypatch, address)
    written = ready.notebook(content, "import torch\n", "tutorials/here", ready.wheel.address)
    assert "".join(json.loads(written)["cells"][1]["source"]) == (
        f"See {page}, {page} and `torch.add`, not ``x``. "
        f"An image has three {terms[0]}, each a {terms[1]}."
    )
