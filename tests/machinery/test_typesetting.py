"""Lines are not broken where they would be misread."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from _ext import typesetting
from docutils import nodes
from docutils.core import publish_doctree


def set_in_type(text: str) -> nodes.document:
    doctree = publish_doctree(text, settings_overrides={"report_level": 5})
    typesetting.keep_together(cast("Any", SimpleNamespace()), doctree, "page")
    return doctree


def joined(doctree: nodes.document) -> list[str]:
    return [
        node.astext() for node in doctree.findall(nodes.inline) if "together" in node["classes"]
    ]


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("the mean :math:`m`, compute", ["m,"]),
        ("so (:math:`h` rows) and :math:`w`\ncolumns", ["(h"]),
        ("an image of :math:`n` × :math:`m` taps.", ["n\xa0×\xa0m"]),
        ("the :math:`k`-th, not *this* :math:`j`", ["k-th,"]),
        ("nothing to keep, :math:`x` and :math:`y`", []),
    ],
)
def test_a_formula_keeps_what_touches_it(text: str, together: list[str]) -> None:
    assert joined(set_in_type(text)) == together


def test_no_word_is_lost() -> None:
    text = "Here :math:`a`, *b* and\n:math:`c`: (:math:`d`) ends."
    assert set_in_type(text).astext() == publish_doctree(text).astext()


def test_a_product_is_not_broken_but_code_is_as_typed() -> None:
    (paragraph,) = set_in_type("It has 3 × 5 taps, 2 · 7 moves and ``a × b``.").findall(
        nodes.paragraph
    )
    assert paragraph.astext() == "It has 3\xa0×\xa05 taps, 2\xa0·\xa07 moves and a × b."
