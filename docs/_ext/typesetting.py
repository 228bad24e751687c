"""Keep on one line what reads wrong when broken: a product, and a formula with its full stop."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_PRODUCT = re.compile(r" ([×·]) ")
_AS_TYPED = (nodes.literal, nodes.FixedTextElement, nodes.raw)
# A formula within a line, and all before and behind it up to a space or another tag.
_FORMULA = re.compile(
    r'(?<![^ \n<>])[^ \n<>]*(?:<math(?![^>]* display="block").*?</math>[^ \n<>]*)+', re.DOTALL
)


def keep_products(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let no line end inside a product."""
    for text in list(doctree.findall(nodes.Text)):
        if _PRODUCT.search(text) and not isinstance(text.parent, _AS_TYPED):
            text.parent.replace(
                text, nodes.Text(_PRODUCT.sub("\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text))
            )


def keep_formulas(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Let no line end between a formula and what touches it.

    To a browser a formula is a picture: it breaks the line on either side, even before a comma.
    """
    body = context.get("body", "")
    context["body"] = _FORMULA.sub(r'<span class="together">\g<0></span>', body)
