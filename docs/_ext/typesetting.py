"""Keep on one line what reads wrong when broken: a product, and a formula with its full stop."""

import re

from docutils import nodes
from sphinx.application import Sphinx

_PRODUCT = re.compile(r" ([×·]) ")
_SPACE = re.compile(r"([ \n]+)")
_AS_TYPED = (nodes.literal, nodes.FixedTextElement, nodes.raw)


def keep_together(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let no line end inside a product, nor between a formula and what touches it."""
    for text in list(doctree.findall(nodes.Text)):
        if _PRODUCT.search(text) and not isinstance(text.parent, _AS_TYPED):
            text.parent.replace(
                text, nodes.Text(_PRODUCT.sub("\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text))
            )
    for parent in {id(node.parent): node.parent for node in doctree.findall(nodes.math)}.values():
        _join(parent)


def _join(parent: nodes.Element) -> None:
    """Put each formula in one piece with the letters and signs that touch it.

    To a browser a formula is a picture: it breaks the line on either side, even before a comma.
    """
    joined: list[nodes.Node] = []
    run: list[nodes.Node] = []

    def finish() -> None:
        if len(run) > 1 and any(isinstance(node, nodes.math) for node in run):
            joined.append(nodes.inline("", "", *run, classes=["together"]))
        else:
            joined.extend(run)
        run.clear()

    for child in list(parent.children):
        if isinstance(child, nodes.Text):
            for part in filter(None, _SPACE.split(child)):
                if part.isspace() and "\N{NO-BREAK SPACE}" not in part:
                    finish()
                    joined.append(nodes.Text(part))
                else:
                    run.append(nodes.Text(part))
        elif isinstance(child, nodes.math):
            run.append(child)
        else:
            finish()
            joined.append(child)
    finish()
    parent.children.clear()
    parent.extend(joined)
