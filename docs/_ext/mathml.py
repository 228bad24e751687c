"""Render mathematics as MathML while the site is built: no script, no font, no request.

docutils does the conversion; a construct that it cannot convert is a warning, which fails a build
with ``-W``.
"""

from typing import Any

from docutils.writers.html5_polyglot import HTMLTranslator


def visit_math(translator: Any, node: Any) -> None:
    """Let docutils write a formula, or a block of them, whatever Sphinx would have it do."""
    translator.math_output, translator.math_options = "mathml", ""
    node["classes"].append("math")
    HTMLTranslator.visit_math(translator, node)
