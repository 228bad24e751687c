"""Make what a reader takes away run where it lands.

The gallery's scripts do not say how to install what they import. Here, each script that the site
offers gets a head that does (PEP 723), and each notebook a first cell. What these say is written in
``docs/_templates/downloads``. By itself, a script or a notebook names the package by the address of
the site, if that is known. In a zip, the package lies beside it, and nothing depends on the site.

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
from urllib.parse import quote

from docutils import nodes
from jinja2 import Environment, FileSystemLoader
from packaging.requirements import Requirement
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import docname_join

from _ext import internals, whereabouts
from _ext.exercises import checked, notebook_help
from _ext.facts import DOCS, project
from _ext.wheels import Wheel, build_wheel

_TEMPLATES = Environment(
    loader=FileSystemLoader(DOCS / "_templates" / "downloads"),
    trim_blocks=True,
    keep_trailing_newline=True,
)
# What the gallery's links are to a reader: at the foot of a page, and of the list of all pages.
_LABELS = {
    ("sphx-glr-footer-example", "sphx-glr-download-python"): "Script (.py{needs})",
    ("sphx-glr-footer-example", "sphx-glr-download-jupyter"): "Notebook (.ipynb{needs})",
    ("sphx-glr-footer-example", "sphx-glr-download-zip"): "Both, with convtutor (.zip)",
    ("sphx-glr-footer-gallery", "sphx-glr-download-python"): "All scripts (.zip)",
    ("sphx-glr-footer-gallery", "sphx-glr-download-jupyter"): "All notebooks (.zip)",
}
# :role:`target` and :role:`title <target>`; the gallery has taken the role from each :ref:.
_ROLE = re.compile(
    r"(?<!`)(?::(?P<role>[\w:]+):)?`(?:(?P<title>[^`<]+?)\s*<)?(?P<target>[^`<>]+)>?`(?!`)"
)
# [title](address)_: one underscore too many.
_LINK = re.compile(r"(\]\(\S+\))_(?!\w)")


@dataclass(frozen=True)
class Readier:
    """Readies what the gallery offers for download.

    Args:
        wheel: The package.
        places: What a notebook may refer to, as `_places` lists it.
    """

    wheel: Wheel
    places: Mapping[tuple[str, str], tuple[str, str, str]]

    def ready(self, path: Path, page: str, address: str | None) -> bytes:
        """Ready a script, a notebook, or a zip of them, as the gallery made it.

        Args:
            path: The file.
            page: The page that it is of, which its links start from.
            address: Where the package is; `None` if it is beside the file, as it is in a zip.
        """
        if path.suffix == ".zip":
            return self._zip(path, page.rpartition("/")[0])
        source = path.with_suffix(".py").read_text(encoding="utf-8")
        if path.suffix == ".py":
            return self.script(source, path.name, address).encode()
        content = json.loads(path.read_text(encoding="utf-8"))
        return self.notebook(content, source, page, address).encode()

    def script(self, source: str, file: str, address: str | None) -> str:
        """Open a script with what it needs, and end it by showing its figures."""
        lines = source.splitlines(keepends=True)
        end = ast.parse(source).body[0].end_lineno
        title, code = "".join(lines[:end]).rstrip(), "".join(lines[end:]).strip()
        return self._fill("script.py", source, address, file=file, title=title, code=code)

    def notebook(self, content: dict[str, Any], source: str, page: str, address: str | None) -> str:
        """Open a notebook with a cell that installs what it needs, and end it with help."""
        for cell in content["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = [self._readable("".join(cell["source"]), page)]
        content["cells"] = [
            _cell("code", self._fill("first_cell.py", source, address).rstrip()),
            *content["cells"],
            *(_cell(*cell) for name in checked(source) for cell in notebook_help(name)),
        ]
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    def _zip(self, path: Path, folder: str) -> bytes:
        """Ready what a zip holds, and put the package into each of its folders.

        Files are in the order of their names, without dates: the same files give the same bytes.
        """
        with zipfile.ZipFile(path) as zipped:
            names = sorted(map(PurePosixPath, zipped.namelist()))
        members = {}
        for name in names:
            page = f"{folder}/{name.with_suffix('')}"
            members[str(name)] = self.ready(path.parent / name, page, None)
            members[str(name.with_name(self.wheel.name))] = self.wheel.data
        if len(names[0].parts) > 1:  # it has the pages of all sections
            told = self._fill("HOW_TO_RUN.txt", "", None, first=names[0])
            members["HOW_TO_RUN.txt"] = told.encode()
        file = BytesIO()
        with zipfile.ZipFile(file, "w") as zipped:
            for member, data in sorted(members.items()):
                zipped.writestr(zipfile.ZipInfo(member), data, zipfile.ZIP_DEFLATED)
        return file.getvalue()

    def _fill(self, template: str, source: str, address: str | None, **more: Any) -> str:
        """Fill in a template with what a script needs in a fresh environment.

        The package's extra ``gallery`` brings all that any script imports; a script that imports
        no more than the package does is content without it.
        """
        own = project()["project"]
        there = {own["name"], *(Requirement(line).name for line in own["dependencies"])}
        needs_more = bool(_imported(source) - there - sys.stdlib_module_names)
        extra = "[gallery]" if needs_more else ""
        beside = own["dependencies"] + own["optional-dependencies"]["gallery"] * needs_more
        return _TEMPLATES.get_template(f"{template}.jinja").render(
            address=address,
            extra=extra,
            needs=[f"{own['name']}{extra} @ {address}"] if address else beside,
            python=own["requires-python"],
            wheel=self.wheel.name,
            **more,
        )

    def _readable(self, markdown: str, page: str) -> str:
        """Turn the references that the gallery leaves in a notebook into links and words."""
        base = whereabouts.base_url()

        def read(match: re.Match[str]) -> str:
            role, words, target = match.group("role", "title", "target")
            kind = role or "label"
            name = docname_join(page, target) if kind == "doc" else target.lower()
            if (kind, name) not in self.places:
                return f"`{(words or target).lstrip('~')}`" if role else match[0]
            title, there, anchor = self.places[kind, name]
            words = words or (target if kind == "term" else title)
            if base:
                return f"[{words}]({base}{there}.html{f'#{anchor}' * (kind == 'term')})"
            return words if kind == "term" else f"*{words}*"

        return _LINK.sub(r"\1", _ROLE.sub(read, markdown))


def _imported(source: str) -> set[str]:
    """List the packages that a script imports."""
    tree = list(ast.walk(ast.parse(source)))
    plain = [alias.name for node in tree if isinstance(node, ast.Import) for alias in node.names]
    others = [str(node.module) for node in tree if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in plain + others}


def _places(env: BuildEnvironment) -> dict[tuple[str, str], tuple[str, str, str]]:
    """List what a page can refer to: the title, page and anchor of each page, label and term."""
    found = {}
    for name, title, kind, page, anchor, _ in env.domains.standard_domain.get_objects():
        if kind != "label" or title != name:  # else it is a label without a title
            found[kind, name if kind == "doc" else name.lower()] = title, page, anchor
    return found


def _cell(kind: str, source: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "metadata": {}, "source": [source]}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def ready_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Replace what the gallery offers for download, and lay the package beside it."""
    if exception or app.builder.name != "html":
        return
    wheel, offered = build_wheel(), Path(app.outdir, "_downloads")
    offered.mkdir(exist_ok=True)
    (offered / wheel.name).write_bytes(wheel.data)
    readier = Readier(wheel, _places(app.env))
    for source, name in internals.downloads(app.env).items():
        page = Path(source).with_suffix("").as_posix()
        if page.startswith(app.config.sphinx_gallery_conf["gallery_dirs"]):
            ready = readier.ready(Path(app.srcdir, source), page, wheel.address)
            (offered / name).write_bytes(ready)
            if wheel.address and not source.endswith(".zip"):  # for Colab, and `label_links`
                Path(app.outdir, source).write_bytes(ready)


def label_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say of each link what it brings, and how to do without it: in Colab, or by one line."""
    base, needs = whereabouts.base_url(), ", needs convtutor"
    for link in list(doctree.findall(download_reference)):
        box = link.parent.parent
        footer = box.parent
        if label := _LABELS.get((*footer["classes"][1:], *box["classes"][1:])):
            link.children = [nodes.inline("", label.format(needs="" if base else needs))]
        if box["classes"][1:] != ["sphx-glr-download-zip"]:  # the last one of a page
            continue
        if colab := whereabouts.colab_url(f"{docname.partition('/')[2]}.ipynb"):
            button = nodes.paragraph("", "", nodes.reference("", "Open in Colab", refuri=colab))
            footer.append(nodes.container("", button, classes=box["classes"][:1]))
        if base:
            lines = [f"{start} run {base}{quote(docname)}.py" for start in ("uv", "pipx")]
            words = nodes.paragraph("", "With uv or pipx, one line runs the script where you are:")
            after = footer.parent.index(footer) + 1
            code = [nodes.literal_block(line, line, language="sh") for line in lines]
            footer.parent.insert(after, [words, *code])
