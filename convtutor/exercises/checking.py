"""What an exercise is, and how an attempt at it is judged."""

import ast
import copy
import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from convtutor.devices import default_device

# Up to so many numbers are worth a look; of more, the first one that differs.
_FEW = 12
# Rounding may differ by this much, a wrong answer differs by far more.
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Exercise:
    """A question whose answer is a function, and all that it takes to check and to teach it.

    Attributes:
        effort: How hard it is: ``"easy"``, ``"medium"`` or ``"hard"``.
        specification: What is asked for, in plain loops. Its docstring is the statement.
        solution: A short answer. Its name is that of the exercise, its docstring the idea.
        hints: From a nudge to nearly there.
        cases: Makes the arguments of each case, the smallest first, on a given device.
    """

    effort: Literal["easy", "medium", "hard"]
    specification: Callable[..., Any]
    solution: Callable[..., Any]
    hints: tuple[str, ...]
    cases: Callable[[torch.device], Sequence[tuple[Any, ...]]]

    @property
    def name(self) -> str:
        """What `check` calls it."""
        return self.solution.__name__

    @property
    def statement(self) -> str:
        """The task, in one sentence."""
        return " ".join((inspect.getdoc(self.specification) or "").split())

    @property
    def stub(self) -> str:
        """Where to begin, with the signature and a word on how long the answer is."""
        body = ast.parse(textwrap.dedent(inspect.getsource(self.solution))).body[0]
        assert isinstance(body, ast.FunctionDef)
        after_docstring = body.body[1:]
        lines = (after_docstring[-1].end_lineno or 0) - after_docstring[0].lineno + 1
        unit = "line" if lines == 1 else "lines"
        parameters = ", ".join(inspect.signature(self.specification).parameters)
        return f"def {self.name}({parameters}): ...  # about {lines} {unit}"


@dataclass(frozen=True)
class Result:
    """What became of an attempt.

    Attributes:
        status: ``"not attempted"``, ``"wrong"`` or ``"correct"``.
        line: The same for the reader, with the reason, in one line.
    """

    status: Literal["not attempted", "wrong", "correct"]
    line: str

    def _ipython_display_(self) -> None:
        """Show nothing in a notebook: `check` has printed the line."""


def judge(exercise: Exercise, attempt: object) -> Result:
    """Compare an attempt with the specification, case by case, until one differs.

    Args:
        exercise: What was asked.
        attempt: What should be a function like the exercise's solution.

    Returns:
        The verdict. Whatever the attempt does wrong is explained there, and nothing is raised.
    """
    name = exercise.name

    def wrong(reason: str) -> Result:
        return Result("wrong", f"{name}: wrong, {reason}")

    not_attempted = Result(
        "not attempted",
        f"{name}: not attempted yet (python -m convtutor.exercises has hints)",
    )
    if attempt is None or attempt is ...:
        return not_attempted
    if not callable(attempt):
        return wrong(
            f"{_kind(attempt)} is no function: hand over the function itself, and do not call it, "
            f'as in check("{name}", {name})'
        )
    parameters = tuple(inspect.signature(exercise.specification).parameters)
    if reason := _signature_fault(attempt, parameters):
        return wrong(reason)

    cases = exercise.cases(default_device())
    for number, arguments in enumerate(cases):
        given = copy.deepcopy(arguments)
        where = ", ".join(
            f"{parameter}{_show_argument(argument)}"
            for parameter, argument in zip(parameters, arguments, strict=True)
        )
        try:
            found = attempt(*given)
        except Exception as error:  # a reader's code may raise anything
            if number == 0 and isinstance(error, NotImplementedError) and not error.args:
                return not_attempted
            return wrong(f"it raises {type(error).__name__} for {where}: {_first_line(error)}")
        if found is None:
            if number == 0 and _is_empty(attempt):
                return not_attempted
            return wrong(f"it returns None for {where}: is a return missing?")
        for parameter, argument, original in zip(parameters, given, arguments, strict=True):
            if not _same(argument, original):
                return wrong(
                    f"it changes its argument {parameter}: leave what belongs to the caller as it "
                    "is, and write into a new tensor"
                )
        expected = exercise.specification(*copy.deepcopy(arguments))
        if difference := _difference(found, expected):
            return wrong(f"for {where}: {difference}")
    return Result("correct", f"{name}: correct on {len(cases)} cases")


def _signature_fault(attempt: Callable[..., Any], parameters: Sequence[str]) -> str | None:
    try:
        signature = inspect.signature(attempt)
    except (TypeError, ValueError):  # some built-in functions have none
        return None
    try:
        signature.bind(*parameters)
    except TypeError:
        return f"it takes {signature}, where ({', '.join(parameters)}) is expected"
    return None


def _is_empty(attempt: object) -> bool:
    """Tell a stub from an attempt that lacks its return: nothing is shorter than doing nothing."""

    def nothing() -> None: ...

    code = getattr(attempt, "__code__", None)
    return code is not None and len(code.co_code) <= len(nothing.__code__.co_code)


def _same(value: object, original: object) -> bool:
    if isinstance(value, Tensor) and isinstance(original, Tensor):
        return value.dtype == original.dtype and torch.equal(value, original)
    if isinstance(value, list | tuple) and isinstance(original, list | tuple):
        return len(value) == len(original) and all(map(_same, value, original))
    return bool(value == original)


def _difference(found: object, expected: object) -> str | None:
    """Say how an answer differs from the right one, or nothing if it does not."""
    if isinstance(expected, Tensor):
        return _tensor_difference(found, expected)
    if isinstance(expected, tuple):
        if not isinstance(found, tuple):
            return f"yours is {_kind(found)}, expected is a tuple, {expected}"
        if len(found) != len(expected):
            return f"yours has {len(found)} numbers, expected are {len(expected)}: {expected}"
        pairs = zip(found, expected, strict=True)
        unlike = (_difference(mine, right) for mine, right in pairs)
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
        return f"yours is {_kind(found)}, expected is {_kind(expected)}, {expected}"
    return None if found == expected else f"yours {found}, expected {expected}"


def _tensor_difference(found: object, expected: Tensor) -> str | None:
    if not isinstance(found, Tensor):
        return f"yours is {_kind(found)}, expected is a tensor of shape {tuple(expected.shape)}"
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


def _show_argument(argument: object) -> str:
    """Write a case's argument after its name: its value, or its shape where that is too long."""
    if isinstance(argument, Tensor):
        if argument.numel() > _FEW:
            return f" of shape {tuple(argument.shape)}"
        return f" = {_numbers(argument)}"
    return f" = {getattr(argument, '__name__', argument)}"


def _numbers(tensor: Tensor) -> str:
    def write(value: Any) -> str:
        if isinstance(value, list):
            return f"[{', '.join(map(write, value))}]"
        return f"{value:.6g}" if isinstance(value, float) else str(value)

    return write(tensor.tolist())


def _kind(value: object) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return textwrap.shorten(lines[0], 120, placeholder=" …") if lines else "without a word"
