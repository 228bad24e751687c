"""Let code and its output fit on a phone, and be told from each other by ear as well as by eye.

A long line wraps below itself, a little further in; what is copied keeps its lines. Rows of numbers
stay rows, to be scrolled where they are too long.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_CODE = re.compile(
    r'<div class="(?P<classes>[^"]*highlight-(?P<language>[\w-]+) notranslate[^"]*)">'
    r'<div class="highlight"><pre>(?P<text>.*?)</pre></div>',
    re.DOTALL,
)
_SPACE = re.compile(r'<span class="w">([^<]*)</span>')
_MARKUP = re.compile(r"<[^>]*>|&\w+;")
_ROWS = re.compile(r"\],\n *\[")  # of a tensor
_FITS = 34  # letters, on the narrowest phone


def dress(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Say what is code and what is output, and prepare long lines to wrap."""
    if not pagename.startswith("_modules/"):
        context["body"] = _CODE.sub(_dress, context.get("body", ""))


def _dress(found: re.Match[str]) -> str:
    # A page's cell prints as plain text; what else is plain is no code either.
    is_code = found["language"] not in ("none", "text", "default", "myst", "myst-ansi")
    label = "Code" if is_code else "Output"
    text = _SPACE.sub(r"\1", found["text"]) if is_code else found["text"]
    if is_code or not _ROWS.search(text):
        text = "\n".join(map(_wrap, text.split("\n")))
    return (
        f'<div class="{found["classes"]}" role="group" aria-label="{label}">'
        f'<div class="highlight"><pre>{text}</pre></div>'
    )


def _wrap(line: str) -> str:
    plain = _MARKUP.sub(lambda m: "" if m[0].startswith("<") else "x", line)
    if len(plain) <= _FITS:
        return line
    indent = len(plain) - len(plain.lstrip())
    return f'<span class="line" style="--in: {indent}ch">{line}</span>'
