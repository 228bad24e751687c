"""The refusals that the whole package shares, seen from where they are called."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from convtutor import images, kernels
from convtutor.checks import check_integer, check_positive

DRAWN = [
    images.striped,
    images.diagonal,
    images.impulse,
    images.checkerboard,
    kernels.identity,
    kernels.box,
    kernels.gaussian,
]


@pytest.mark.parametrize("size", ["height", "width"])
@pytest.mark.parametrize("value", [5.0, "5", True, None])
@pytest.mark.parametrize("draw", DRAWN)
def test_a_size_is_an_integer(draw: Callable[..., Any], size: str, value: object) -> None:
    with pytest.raises(
        TypeError, match=f"^{size} must be an integer, got {re.escape(repr(value))}$"
    ):
        draw(**{size: value})


@pytest.mark.parametrize(
    ("draw", "argument", "value", "kind"),
    [
        (images.impulse, "row", True, "an integer"),
        (images.impulse, "column", 1.0, "an integer"),
        (images.checkerboard, "square", 1.5, "an integer"),
        (kernels.gaussian, "sigma", "1", "a number"),
        (kernels.gaussian, "sigma", True, "a number"),
    ],
)
def test_nothing_else_is_taken_for_a_number(
    draw: Callable[..., Any], argument: str, value: object, kind: str
) -> None:
    text = f"{argument} must be {kind}, got {value!r}"
    with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
        draw(**{argument: value})


def test_what_is_right_passes() -> None:
    check_integer("size", -3)
    check_integer("size", 3, least=3)
    check_positive("rate", 1)
    check_positive("rate", 5e-324)


@pytest.mark.parametrize("value", [0, -1.5, float("inf"), float("nan")])
def test_a_rate_is_positive_and_finite(value: float) -> None:
    with pytest.raises(ValueError, match=f"^rate must be positive and finite, got {value}$"):
        check_positive("rate", value)
