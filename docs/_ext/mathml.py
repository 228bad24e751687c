"""Render mathematics as MathML while the site is built: no script, no font, no request.

docutils does the conversion; a construct that it cannot convert is a warning, which fails a build
with ``-W``.
"""

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


def visit_math(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    is_block = isinstance(node, nodes.math_block)
    source = node.astext()
    try:
        markup = tex2mathml(source, as_block=is_block)
    except MathError as error:
        logger.warning("cannot render %r as MathML: %s", source, error, location=node)
        markup = f"<code>{translator.encode(source)}</code>"
    translator.body.append(f'<div class="math">{markup}</div>' if is_block else markup)
    raise nodes.SkipNode
