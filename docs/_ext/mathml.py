"""Render mathematics as MathML while the site is built: no script, no font, no request.

docutils does the conversion; a construct that it cannot convert is a warning, which fails a build
with ``-W``.
"""

from typing import Any

from docutils.writers.html5_polyglot import HTMLTranslator
from sphinx.writers.html5 import HTML5Translator


def visit_math(translator: HTML5Translator, node: Any) -> None:
    """Let docutils write a formula, or a block of them, whatever Sphinx would have it do."""
    vars(translator).update(math_output="mathml", math_options="")
    node["classes"].append("math")
    HTMLTranslator.visit_math(translator, node)
