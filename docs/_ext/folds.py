"""Fold a page: setup, drawing and proofs to a line each, and answers until they are wanted.

What folds is read off the script (see `cells`). The comments that sphinx-gallery leaves on the page
say which part of it came from which cell.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from _ext.cells import Cell, answers, faults, read
from _ext.internals import CELL_BEGINS
from _ext.questions import collect, form

logger = logging.getLogger(__name__)

_ORIGIN = re.compile(CELL_BEGINS.removeprefix(".. ") + r"(\d+)-")
_SUMMARIES = {
    "setup": "Setup: imports and settings",
    "figure": "How this figure is drawn",
    "proof": "Checked in this build",
}
_SHOW = '<span class="covered">Show me</span><span class="shown">The answer</span>'
_SWITCHES = "".join(
    f'<label class="switch"><input type="checkbox" name="{name}"> {text}</label>'
    for name, text in (("answers", "all answers"), ("code", "all code"))
)


class fold(nodes.General, nodes.Element):  # noqa: N801, as docutils names its nodes
    """What stands behind a summary until it is opened."""


def fold_page(app: Sphinx, doctree: nodes.document) -> None:
    """Fold the cells of a script's page and cover its answers."""
    script = Path(app.srcdir, f"{app.env.docname}.py")
    if not script.is_file():
        return
    cells = read(script)
    for line, what_to_do in sorted(faults(cells)):
        place = f"{script.parent.name}/{script.name}:{line}"
        logger.warning("%s", what_to_do, location=place, type="cells")
    judged = collect(doctree)
    parts = _parts(doctree)
    for asking, answer in answers(cells):
        data = judged.get(asking.question)
        fields = form(app, data) if data else ""
        _cover(asking, fields, parts[asking.line], [p for cell in answer for p in parts[cell.line]])
    for cell in cells:
        if cell.kind in _SUMMARIES:
            _fold(cell.kind, parts[cell.line])
    app.env.metadata[app.env.docname]["proofs"] = sum(cell.kind == "proof" for cell in cells)
    _place_switches(doctree)


def _parts(doctree: nodes.document) -> dict[int, list[nodes.Element]]:
    """Gather what each cell has become, by the line that it begins at."""
    found = defaultdict(list)
    line = 1
    for node in doctree.findall(nodes.Element):
        if isinstance(node, nodes.comment):
            origin = _ORIGIN.match(node.astext())
            line = int(origin[1]) if origin else line
        elif isinstance(node.parent, nodes.document | nodes.section) and not isinstance(
            node, nodes.section | nodes.title | nodes.target | addnodes.only
        ):
            found[line].append(node)
    return found


def _cover(
    asking: Cell, fields: str, question: Sequence[nodes.Element], answer: list[nodes.Element]
) -> None:
    """Put an answer behind its question's form, or only behind a fold."""
    if not answer:
        return
    name = f"answer-{nodes.make_id(asking.question)}"
    box = nodes.container("", classes=["ask"])
    place = answer[0].parent.index(answer[0])
    answer[0].parent.insert(place, box)
    if fields:
        box += nodes.raw("", fields, format="html")
        if isinstance(question[-1], nodes.bullet_list) and "<fieldset>" in fields:
            question[-1]["classes"].append("choices")  # the form has them too
    covered = fold(kind="answer", summary=_SHOW, name=name)
    box += covered
    for part in answer:
        if part.parent is box.parent:  # what follows a heading does not belong to it
            part.parent.remove(part)
            covered += part


def _fold(kind: str, parts: Sequence[nodes.Element]) -> None:
    """Fold the code of a cell; that of a figure goes below it."""
    code = next(part for part in parts if isinstance(part, nodes.literal_block))
    drawn = [part for part in parts if "drawn" in part["classes"]]
    after = drawn[-1] if kind == "figure" and drawn else code
    folded = fold(kind=f"cell-{kind}", summary=_SUMMARIES[kind])
    after.parent.insert(after.parent.index(after) + 1, folded)
    code.parent.remove(code)
    folded += code


def _place_switches(doctree: nodes.document) -> None:
    """Put the page's switches beside its way to the downloads, above the title."""
    for note in list(doctree.findall(nodes.note)):
        if "sphx-glr-download-link-note" in note["classes"]:
            (link,) = note.findall(addnodes.pending_xref)
            link[:] = [nodes.inline("", "downloads")]
            switches = nodes.raw("", _SWITCHES, format="html")
            note.replace_self(nodes.paragraph("", "", switches, link, classes=["page-tools"]))


def open_fold(translator: HTML5Translator, node: fold) -> None:
    """Begin a fold."""
    name = f' id="{node["name"]}"' if "name" in node else ""
    translator.body.append(
        f'<details class="{node["kind"]}"{name}><summary>{node["summary"]}</summary>\n'
    )


def close_fold(translator: HTML5Translator, node: fold) -> None:
    """End a fold."""
    translator.body.append("</details>\n")
