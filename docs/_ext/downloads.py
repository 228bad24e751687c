"""Make what a reader takes away run where it lands.

The gallery's scripts do not say how to install what they import. Here, each script that the site
offers is opened with inline metadata that does (PEP 723), and each notebook with a cell. Where the
site knows its own address, both name the package's wheel by it; where it does not, the wheel
travels in the zips.

Nothing here touches the sources, nor what the gallery makes of them: all of it is written into the
finished site.
"""

import ast
import json
import re
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from packaging.requirements import Requirement
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import docname_join

from _ext import internals, whereabouts
from _ext.exercises import checked, notebook_help
from _ext.facts import project
from _ext.wheels import Wheel, build_wheel, write_index

_SCRIPT = """\
# /// script
# requires-python = {python}
# dependencies = [
{dependencies}
# ]
{find}# ///
#
# Run this file with "uv run" or "pipx run".
{beside}
"""
_FIND = """\
#
# [tool.uv]
# find-links = ["."]
"""
_BESIDE_SCRIPT = """\
# The package convtutor is in the zip that the page offers: keep its wheel beside this script,
# and tell pipx where it is, with "PIP_FIND_LINKS=. pipx run".
"""
# A notebook and a page show each figure where it is made; a script would close them unseen.
_SHOW = """
import matplotlib.pyplot

matplotlib.pyplot.show()
"""
_CELL = """\
# Install what this notebook needs.
{beside}%pip install --quiet {arguments}{check}"""
_BESIDE_NOTEBOOK = """\
# The package convtutor is in the zip that the page offers: keep its wheel beside this notebook.
"""
# Else the next cell would fail on an import, with no word of where the package is.
_CHECK_NOTEBOOK = """

import importlib.util

if importlib.util.find_spec("convtutor") is None:
    raise ModuleNotFoundError(
        "the package convtutor is not beside this notebook: download the zip at the foot of the "
        "page, which has both, unpack it, and run the notebook there"
    )"""

_BOX = "sphx-glr-download"
# What the gallery's links are to a reader: at the foot of a page, and of the list of all pages.
_LABELS = {
    "sphx-glr-footer-example": {
        "sphx-glr-download-python": "Script (.py)",
        "sphx-glr-download-jupyter": "Notebook (.ipynb)",
        "sphx-glr-download-zip": "{both} (.zip)",
    },
    "sphx-glr-footer-gallery": {
        "sphx-glr-download-python": "All scripts (.zip)",
        "sphx-glr-download-jupyter": "All notebooks (.zip)",
    },
}

# :role:`target` and :role:`title <target>`; the gallery has taken the role from each :ref:.
_ROLE = re.compile(
    r"(?<!`)(?P<role>:[\w:]+:)?`(?:(?P<title>[^`<]+?)\s*<)?(?P<target>[^`<>]+)>?`(?!`)"
)
# [title](address)_: one underscore too many.
_LINK = re.compile(r"(\]\(\S+\))_(?!\w)")


def requirements(script: str, wheel: Wheel) -> list[str]:
    """Name what a script needs in a fresh environment: the package, and what comes along with it.

    Args:
        script: Its source.
        wheel: The package. Its extra ``gallery`` brings all that any script imports; a script that
            imports no more than the package does is content without it.
    """
    imported = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    own = project()["project"]
    there = {own["name"], *(Requirement(line).name for line in own["dependencies"])}
    extra = "[gallery]" if imported - there - sys.stdlib_module_names else ""
    where = f" @ {wheel.address}" if wheel.address else f"=={wheel.version}"
    return [f"{own['name']}{extra}{where}"]


@dataclass(frozen=True)
class Readier:
    """Readies what the gallery offers for download.

    Args:
        wheel: The package.
        env: Knows the titles of the pages that a notebook mentions.
    """

    wheel: Wheel
    env: BuildEnvironment

    def ready(self, path: Path) -> bytes:
        """Ready one file of the gallery's: a script, a notebook, or a zip of them."""
        if path.suffix == ".zip":
            return self._zip(path)
        source = path.with_suffix(".py").read_text(encoding="utf-8")
        if path.suffix == ".py":
            return self.script(source).encode()
        content = json.loads(path.read_text(encoding="utf-8"))
        page = path.relative_to(self.env.srcdir).with_suffix("").as_posix()
        return self.notebook(content, source, page).encode()

    def script(self, source: str) -> str:
        """Open a script with the metadata of what it needs, and end it by showing its figures."""
        dependencies = requirements(source, self.wheel)
        header = _SCRIPT.format(
            python=json.dumps(project()["project"]["requires-python"]),
            dependencies="\n".join(f"#     {json.dumps(line)}," for line in dependencies),
            find="" if self.wheel.address else _FIND,
            beside="" if self.wheel.address else _BESIDE_SCRIPT,
        )
        return header + source + _SHOW

    def notebook(self, content: dict[str, Any], source: str, page: str) -> str:
        """Open a notebook with a cell that installs what it needs, and end it with help.

        Args:
            content: The notebook, as the gallery made it.
            source: The script that it was made from.
            page: The page that shows it.
        """
        arguments = [json.dumps(line) for line in requirements(source, self.wheel)]
        if not self.wheel.address:
            arguments.insert(0, "--find-links .")
        install = _CELL.format(
            beside="" if self.wheel.address else _BESIDE_NOTEBOOK,
            arguments=" ".join(arguments),
            check="" if self.wheel.address else _CHECK_NOTEBOOK,
        )
        for cell in content["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = [self._readable("".join(cell["source"]), page)]
        content["cells"] = [
            _cell("code", install),
            *content["cells"],
            *(_cell(*cell) for name in checked(source) for cell in notebook_help(name)),
        ]
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    def _readable(self, markdown: str, page: str) -> str:
        """Turn the references that the gallery leaves in a notebook into links and code."""
        labels, base = internals.labels(self.env), whereabouts.base_url()

        def read(match: re.Match[str]) -> str:
            role, title, target = match.group("role", "title", "target")
            if role == ":doc:":
                there = docname_join(page, target)
                title = title or self.env.titles[there].astext()
            elif target.lower() in labels:
                there, _, name = labels[target.lower()]
                title = title or name
            else:
                return f"`{target.lstrip('~')}`" if role else match[0]
            return f"[{title}]({base}{there}.html)" if base else f"*{title}*"

        return _LINK.sub(r"\1", _ROLE.sub(read, markdown))

    def _zip(self, path: Path) -> bytes:
        with zipfile.ZipFile(path) as zipped:
            names = zipped.namelist()
        members = {name: self.ready(path.parent / name) for name in names}
        if not self.wheel.address:
            folders = {PurePosixPath(name).parent for name in names}
            members |= {str(folder / self.wheel.name): self.wheel.data for folder in folders}
        return _archive(members)


def _cell(kind: str, source: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "metadata": {}, "source": [source]}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def _archive(members: Mapping[str, bytes]) -> bytes:
    """Zip files in the order of their names, without dates: the same files give the same bytes."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, data in sorted(members.items()):
            zipped.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def ready_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Replace what the gallery offers for download, and lay the package beside it."""
    if exception or app.builder.format != "html":
        return
    wheel = build_wheel()
    write_index(app.outdir, wheel)
    readier = Readier(wheel, app.env)
    gallery = Path(app.srcdir, app.config.sphinx_gallery_conf["gallery_dirs"])
    for source, name in internals.downloads(app.env).items():
        path = Path(app.srcdir, source)
        if path.is_relative_to(gallery):
            Path(app.outdir, "_downloads", name).write_bytes(readier.ready(path))


def label_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say of each link what it brings, and add one that opens the notebook in Colab."""
    folder = app.config.sphinx_gallery_conf["gallery_dirs"]
    # Where the site has no address, the zip has what the other two need.
    both = "Both" if whereabouts.base_url() else "Both, with convtutor"
    colab = whereabouts.colab_url(f"{docname.removeprefix(folder + '/')}.ipynb")
    for footer in doctree.findall(nodes.container):
        for kind in _LABELS.keys() & footer["classes"]:
            for box in footer.findall(nodes.container):
                for label in _LABELS[kind].keys() & box["classes"]:
                    (link,) = box.findall(download_reference)
                    link.children = [nodes.inline("", _LABELS[kind][label].format(both=both))]
            if colab and kind == "sphx-glr-footer-example":
                button = nodes.reference("", "Open in Colab", refuri=colab)
                footer += nodes.container("", nodes.paragraph("", "", button), classes=[_BOX])
