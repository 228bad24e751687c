"""How an answer differs from the right one, in words."""

import math
from typing import Any

import numpy
import torch
from torch import Tensor

# Up to this many numbers are written out. Of more, only the first that differs is.
_FEW = 12
# Rounding may change an answer by this much; a wrong answer differs by far more.
_TOLERANCE = 1e-4


def plain(markup: str) -> str:
    """Write code as plain text does, with one backquote.

    Args:
        markup: A sentence with code between two backquotes.
    """
    return markup.replace("``", "`")


def say_value(value: object) -> str:
    """Write a value out, or its shape if it is too long.

    Args:
        value: An argument or an answer.
    """
    if isinstance(value, Tensor | numpy.ndarray):
        if math.prod(value.shape) > _FEW:
            return f"{say_kind(value)} of shape {tuple(value.shape)}"
        return _numbers(value.tolist())
    if isinstance(value, float):
        return _numbers(value)
    if isinstance(value, str):
        return f'"{value}"'
    return str(getattr(value, "__name__", value))


def say_argument(argument: object) -> str:
    """Write an argument as it follows the name of its parameter.

    Args:
        argument: An argument of a case.
    """
    if isinstance(argument, Tensor | numpy.ndarray) and math.prod(argument.shape) > _FEW:
        return f" of shape {tuple(argument.shape)}"
    return f" = {say_value(argument)}"


def say_difference(found: object, expected: object) -> str | None:
    """Say how an answer differs from the right one.

    Args:
        found: What the reader's function returned.
        expected: The right answer: a tensor, a number, a word, or a tuple of these.

    Returns:
        The words, or ``None`` if the two agree.
    """
    if difference := say_form(found, expected):
        return difference
    if isinstance(expected, Tensor):
        assert isinstance(found, Tensor)
        return _tensor_difference(found, expected)
    if isinstance(expected, tuple):
        assert isinstance(found, tuple)
        if not any(isinstance(right, Tensor) for right in expected):
            return None if found == expected else f"yours is {found}, expected is {expected}"
        return _first(map(say_difference, found, expected))
    if isinstance(expected, float):
        assert isinstance(found, int | float)
        close = math.isclose(found, expected, rel_tol=_TOLERANCE)
        return None if close else f"yours is {say_value(found)}, expected is {say_value(expected)}"
    same = found == expected
    return None if same else f"yours is {say_value(found)}, expected is {say_value(expected)}"


def say_form(found: object, expected: object) -> str | None:
    """Say how an answer differs from the right one before the numbers are compared.

    Args:
        found: What the reader's function returned.
        expected: The right answer.

    Returns:
        What is wrong with the type, the length, the device, the shape or the dtype, or ``None``.
    """
    if isinstance(expected, Tensor):
        return _tensor_form(found, expected)
    if isinstance(expected, tuple):
        if not isinstance(found, tuple):
            return f"yours is {say_kind(found)}, expected is a tuple of {len(expected)}"
        if len(found) != len(expected):
            return f"your tuple has {len(found)} parts, expected are {len(expected)}"
        return _first(map(say_form, found, expected))
    if isinstance(expected, float) and type(found) is int:
        return None
    if type(found) is not type(expected):
        return (
            f"yours is {say_kind(found)}, expected is {say_kind(expected)}, {say_value(expected)}"
        )
    return None


def say_kind(value: object) -> str:
    """Name the type of a value, with its article.

    Args:
        value: Anything.
    """
    kind, module = type(value).__name__, type(value).__module__
    if isinstance(value, Tensor):
        kind = "tensor"
    elif module not in {"builtins", "__main__"}:
        kind = f"{module}.{kind}"  # a library's type may have the name of one of Python's
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def _first(differences: Any) -> str | None:
    """Find the first part of a tuple that differs."""
    for number, difference in enumerate(differences, 1):
        if difference:
            return f"part {number} of your answer: {difference}"
    return None


def _tensor_form(found: object, expected: Tensor) -> str | None:
    if not isinstance(found, Tensor):
        return f"yours is {say_kind(found)}, expected is a tensor of shape {tuple(expected.shape)}"
    if found.layout != expected.layout:
        return "yours is a sparse tensor; .to_dense() makes an ordinary one"
    if found.device != expected.device:
        return (
            f"yours is on {found.device}, expected is on {expected.device}: write device=... where "
            "you make a tensor"
        )
    if found.shape != expected.shape:
        text = f"yours has shape {tuple(found.shape)}, expected is {tuple(expected.shape)}"
        if expected.ndim == 2 and found.shape == expected.T.shape:
            return f"{text}: are rows and columns swapped?"
        if found.numel() == expected.numel() and _close(found.flatten(), expected.flatten()).all():
            return f"{text}, though the numbers are right"
        return text
    if found.dtype != expected.dtype:
        return (
            f"yours has dtype {found.dtype}, expected is {expected.dtype}: write dtype=... where "
            "you make a tensor, or convert it with .to(...)"
        )
    return None


def _tensor_difference(found: Tensor, expected: Tensor) -> str | None:
    close = _close(found, expected)
    if close.all():
        return None
    if expected.numel() <= _FEW:
        return f"yours is {_numbers(found.tolist())}, expected is {_numbers(expected.tolist())}"
    place = tuple((~close).nonzero()[0].tolist())
    return (
        f"{int((~close).sum())} of {expected.numel()} numbers differ, the first at {place}: yours "
        f"is {_numbers(found[place].tolist())}, expected is {_numbers(expected[place].tolist())}"
    )


def _close(found: Tensor, expected: Tensor) -> Tensor:
    if not expected.is_floating_point() or found.is_complex():
        return found == expected
    return torch.isclose(
        found.to(expected.dtype),
        expected,
        rtol=_TOLERANCE,
        atol=10 * _TOLERANCE,
        equal_nan=True,  # no right answer has one, but a usual mistake may have
    )


def _numbers(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    if not isinstance(value, float):
        return str(value)
    is_integer = value.is_integer() and abs(value) < 1e6
    return str(int(value)) if is_integer else f"{value:.5g}"
