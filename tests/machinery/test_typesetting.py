"""Lines are not broken where they would be misread."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from _ext import typesetting
from bs4 import BeautifulSoup
from docutils.core import publish_doctree, publish_parts

APP = cast("Any", SimpleNamespace())


def set_in_type(text: str) -> BeautifulSoup:
    settings = {"math_output": "mathml"}
    context = {"body": publish_parts(text, writer="html5", settings_overrides=settings)["body"]}
    typesetting.keep_formulas(APP, "page", "page.html", context, cast("Any", None))
    return BeautifulSoup(context["body"], "html.parser")


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("the mean :math:`m`, compute", ["m,"]),
        ("so (:math:`h` rows) and :math:`w`\ncolumns", ["(h", "w"]),
        ("an image of :math:`n`\xa0×\xa0:math:`m` taps.", ["n\xa0×\xa0m"]),
        ("the :math:`k`-th, not *this* :math:`j`", ["k-th,", "j"]),
        ("*Is* :math:`a < b`, or :math:`<`?", ["a<b,", "<?"]),
        ("It is\n\n.. math:: x,\n\nand no more.", []),
    ],
)
def test_a_formula_keeps_what_touches_it(text: str, together: list[str]) -> None:
    spans = set_in_type(text).select("span.together")
    assert ["".join(span.text.split("\n")) for span in spans] == together


def test_a_product_is_not_broken_but_code_is_as_typed() -> None:
    text = "It has 3 × 5 taps, 2 · 7 moves and ``a × b``."
    doctree = publish_doctree(text)
    typesetting.keep_products(APP, doctree, "page")
    assert doctree.astext() == "It has 3\xa0×\xa05 taps, 2\xa0·\xa07 moves and a × b."
