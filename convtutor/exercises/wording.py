"""The words for what a reader's function takes and returns, and for how it differs."""

import math
from typing import Any

import torch
from torch import Tensor

# Up to so many numbers are worth a look; of more, the first one that differs.
_FEW = 12
# Rounding may differ by this much, a wrong answer differs by far more.
_TOLERANCE = 1e-4


def say_argument(argument: object) -> str:
    """Write an argument as it follows its name.

    Args:
        argument: An argument of a case.

    Returns:
        Its value, or its shape where that is too long.
    """
    if isinstance(argument, Tensor):
        if argument.numel() > _FEW:
            return f" of shape {tuple(argument.shape)}"
        return f" = {_numbers(argument)}"
    return f" = {getattr(argument, '__name__', argument)}"


def say_kind(value: object) -> str:
    """Name the type of a value.

    Args:
        value: Anything.

    Returns:
        An article and the name, with the module of a library: its names may be like Python's.
    """
    kind, module = type(value).__name__, type(value).__module__
    if module not in {"builtins", "__main__"}:
        kind = f"{module}.{kind}"
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def say_difference(found: object, expected: object) -> str | None:
    """Say how an answer differs from the right one.

    Args:
        found: What the reader's function returned.
        expected: What the specification did: a tensor, a number, a word, or a tuple of these.

    Returns:
        The words, or nothing if the two agree.
    """
    if isinstance(expected, Tensor):
        return _tensor_difference(found, expected)
    if isinstance(expected, tuple):
        if not isinstance(found, tuple):
            return f"yours is {say_kind(found)}, expected is a tuple, {expected}"
        if len(found) != len(expected):
            return f"yours has {len(found)} numbers, expected are {len(expected)}: {expected}"
        pairs = zip(found, expected, strict=True)
        unlike = (say_difference(mine, right) for mine, right in pairs)
        if not (difference := next(filter(None, unlike), None)):
            return None
        if all(type(number) is int for number in found):
            return f"yours {tuple(found)}, expected {expected}"
        return difference
    if isinstance(expected, float) and type(found) in (int, float):
        assert isinstance(found, int | float)
        close = math.isclose(found, expected, rel_tol=_TOLERANCE)
        return None if close else f"yours {found:.6g}, expected {expected:.6g}"
    if type(found) is not type(expected):
        return f"yours is {say_kind(found)}, expected is {say_kind(expected)}, {expected}"
    return None if found == expected else f"yours {found}, expected {expected}"


def _tensor_difference(found: object, expected: Tensor) -> str | None:
    if not isinstance(found, Tensor):
        return f"yours is {say_kind(found)}, expected is a tensor of shape {tuple(expected.shape)}"
    if found.layout != expected.layout:
        return "yours is a sparse tensor: make it an ordinary one with .to_dense()"
    if found.device != expected.device:
        return (
            f"yours is on {found.device}, expected on {expected.device}: say device=... where you "
            "make a tensor"
        )
    if found.shape != expected.shape:
        text = f"yours has shape {tuple(found.shape)}, expected {tuple(expected.shape)}"
        if expected.ndim == 2 and found.shape == expected.T.shape:
            return f"{text}: are rows and columns swapped?"
        if found.numel() == expected.numel() and _close(found.flatten(), expected.flatten()).all():
            return f"{text}, though the values are right"
        return text
    if found.dtype != expected.dtype:
        return (
            f"yours has dtype {found.dtype}, expected {expected.dtype}: say dtype=... where you "
            "make a tensor"
        )
    close = _close(found, expected)
    if close.all():
        return None
    if expected.numel() <= _FEW:
        return f"yours {_numbers(found)}, expected {_numbers(expected)}"
    place = tuple((~close).nonzero()[0].tolist())
    return (
        f"{int((~close).sum())} of {expected.numel()} numbers differ, first at {place}: "
        f"yours {_numbers(found[place])}, expected {_numbers(expected[place])}"
    )


def _close(found: Tensor, expected: Tensor) -> Tensor:
    if not expected.is_floating_point() or found.is_complex():
        return found == expected
    return torch.isclose(found.to(expected.dtype), expected, rtol=_TOLERANCE, atol=10 * _TOLERANCE)


def _numbers(tensor: Tensor) -> str:
    def write(value: Any) -> str:
        if isinstance(value, list):
            return f"[{', '.join(map(write, value))}]"
        return f"{value:.6g}" if isinstance(value, float) else str(value)

    return write(tensor.tolist())
