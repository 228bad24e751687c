"""Judging an attempt at an exercise."""

import contextlib
import copy
import inspect
import io
import textwrap
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, Literal

import numpy
import torch
from torch import Tensor

from convtutor.devices import default_device
from convtutor.exercises.comparing import (
    plain,
    say_argument,
    say_difference,
    say_form,
    say_kind,
)
from convtutor.exercises.exercise import Exercise

Attempt = Callable[..., Any]


def _swap(answer: Tensor) -> Tensor:
    """Swap rows and columns of a square table; elsewhere the shape gives the mistake away."""
    if answer.ndim != 2 or answer.shape[0] != answer.shape[1]:
        raise ValueError("not a square table")
    return answer.T


# Mistakes that are usual everywhere, as what they make of the right answer.
_USUAL_SLIPS: Mapping[str, Callable[[Any], Any]] = {
    "Everything has the wrong sign.": lambda answer: -answer,
    "Everything is twice as large as it should be.": lambda answer: 2 * answer,
    "Everything is half as large as it should be: is a factor 2 missing?": lambda answer: (
        answer / 2
    ),
    "It is turned by 180 degrees.": lambda answer: answer.flip(0, 1),
    "It is in reverse order along the first axis.": lambda answer: answer.flip(0),
    "Rows and columns are swapped.": _swap,
    "It is always one too many.": lambda answer: answer + 1,
    "It is always one too few.": lambda answer: answer - 1,
    "The two numbers are swapped.": lambda answer: answer[::-1],
}


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
        """Show nothing in a notebook, because `check` has printed the line."""


class _StubError(Exception):
    """Raised when a stub turns out to be one only when it is called."""


def judge(exercise: Exercise, attempt: object) -> Result:
    """Compare an attempt with the specification, case by case, until one differs.

    Args:
        exercise: The exercise.
        attempt: What should be a function like the exercise's solution.

    Returns:
        The verdict. It explains whatever the attempt does wrong; nothing is raised.
    """
    name = exercise.name
    not_attempted = Result(
        "not attempted",
        f"{name}: not attempted yet. Replace the dots, and run this again.",
    )
    if attempt is None or attempt is ...:
        return not_attempted
    if not callable(attempt):
        return Result(
            "wrong",
            f"{name}: wrong. It should be a function, not {say_kind(attempt)}: hand over the "
            f'function itself without calling it, as in check("{name}", {name})',
        )
    if exercise.shows == "loops" and _is_copy(attempt, exercise.specification):
        return Result(
            "not attempted",
            f"{name}: not attempted yet. These are the loops that ask prints; find a way without "
            "them.",
        )
    if fault := _signature_fault(attempt, exercise.parameters):
        return Result("wrong", f"{name}: wrong. {fault}")

    cases = exercise.cases(default_device())
    for number, arguments in enumerate(cases):
        try:
            fault = _fault(exercise, attempt, arguments, may_be_stub=number == 0)
        except _StubError:
            return not_attempted
        if fault:
            slip = _slip(exercise, attempt, cases)
            words = " ".join(filter(None, (f"{name}: wrong.", slip, fault)))
            return Result("wrong", plain(words))
    return Result("correct", f"{name}: correct on {len(cases)} cases")


def _fault(
    exercise: Exercise, attempt: Attempt, arguments: Sequence[Any], *, may_be_stub: bool
) -> str | None:
    """Say what an attempt does wrong in one case."""
    given = copy.deepcopy(arguments)
    where = ", ".join(
        f"{parameter}{say_argument(argument)}"
        for parameter, argument in zip(exercise.parameters, arguments, strict=True)
    )
    crash = ""
    try:
        found = attempt(*given)
    except (Exception, SystemExit) as error:  # a reader's code may raise anything
        if may_be_stub and isinstance(error, NotImplementedError) and not error.args:
            raise _StubError from None
        if exercise.verdict_on_crash is None or not _raised_in_argument(error, arguments):
            return f"It raises {type(error).__name__} for {where}: {_first_line(error)}"
        found = exercise.verdict_on_crash
        crash = f" (it raised {type(error).__name__} in your test: {_first_line(error)})"
    if found is None:
        if may_be_stub and _is_empty(attempt):
            raise _StubError
        return f"It returns None for {where}: is a return missing?"
    for parameter, argument, original in zip(exercise.parameters, given, arguments, strict=True):
        if not _same(argument, original):
            return (
                f"It changes its argument {parameter}, which belongs to the caller: write into a "
                "new tensor instead"
            )
    try:
        difference = _difference(exercise, found, exercise.specification, arguments)
    except Exception as error:  # nested tensors, integers of a thousand digits, ...
        difference = (
            f"{say_kind(found)} cannot be compared with the right answer: {_first_line(error)}"
        )
    return f"For {where}: {difference}{crash}{_about(arguments)}" if difference else None


def _difference(
    exercise: Exercise, found: object, right: Attempt, arguments: Sequence[Any]
) -> str | None:
    """Say how an answer differs from that of another function."""
    expected = right(*copy.deepcopy(arguments))
    if exercise.outcome is None:
        return say_difference(found, expected)
    if difference := say_form(found, expected):
        return difference
    difference = say_difference(
        exercise.outcome(found, *copy.deepcopy(arguments)),
        exercise.outcome(expected, *copy.deepcopy(arguments)),
    )
    return f"when both answers are tried out, {difference}" if difference else None


def _slip(exercise: Exercise, attempt: Attempt, cases: Sequence[Sequence[Any]]) -> str | None:
    """Name the usual mistake that behaves just as the attempt does, in every case."""
    usual = {
        sentence: _after(exercise.specification, change)
        for sentence, change in _USUAL_SLIPS.items()
    }
    # What the attempt prints has been seen, and what a mistake warns of concerns nobody.
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sentence, mistake in {**exercise.slips, **usual}.items():
            explains = all(_alike(exercise, attempt, mistake, case) for case in cases)
            # A mistake that makes no difference in any case explains nothing.
            right = exercise.specification
            if explains and not all(_alike(exercise, mistake, right, case) for case in cases):
                return sentence
    return None


def _alike(
    exercise: Exercise, attempt: Attempt, mistake: Attempt, arguments: Sequence[Any]
) -> bool:
    """Tell whether two functions return the same, or fail with the same words."""
    try:
        found = attempt(*copy.deepcopy(arguments))
    except (Exception, SystemExit) as error:
        try:
            mistake(*copy.deepcopy(arguments))
        except Exception as same:
            return type(same) is type(error) and str(same) == str(error)
        return False
    try:
        same_answer = say_difference(found, mistake(*copy.deepcopy(arguments))) is None
        return same_answer or _difference(exercise, found, mistake, arguments) is None
    except Exception:  # the mistake fails where the attempt does not
        return False


def _after(function: Attempt, change: Callable[[Any], Any]) -> Attempt:
    return lambda *arguments: change(function(*arguments))


def _signature_fault(attempt: Attempt, parameters: Sequence[str]) -> str | None:
    try:
        signature = inspect.signature(attempt)
    except (TypeError, ValueError):  # some built-in functions have none
        return None
    try:
        signature.bind(*parameters)
    except TypeError:
        return f"It takes {signature}, but should take ({', '.join(parameters)})"
    return None


def _is_empty(attempt: object) -> bool:
    """Tell a stub from an attempt that lacks its return: nothing is shorter than a stub."""

    def nothing() -> None: ...

    code = getattr(attempt, "__code__", None)
    return code is not None and len(code.co_code) <= len(nothing.__code__.co_code)


def _is_copy(attempt: object, original: Attempt) -> bool:
    """Tell whether a function uses the same names and numbers as another, in the same order.

    The byte code itself may differ, depending on what was imported around it.
    """

    def traits(code: CodeType) -> tuple[Any, ...]:
        numbers = [constant for constant in code.co_consts if not isinstance(constant, str)]
        return code.co_names, code.co_varnames, [n for n in numbers if n is not None]

    code = getattr(attempt, "__code__", None)
    return code is not None and traits(code) == traits(original.__code__)


def _about(arguments: Sequence[Any]) -> str:
    """Say what is right or wrong with a function that was handed over, as its docstring does."""
    (subject, *_) = arguments
    if not inspect.isfunction(subject):
        return ""
    verdict = (inspect.getdoc(subject) or "").rstrip(".")
    return f" ({subject.__name__} is {verdict[:1].lower()}{verdict[1:]})"


def _raised_in_argument(error: BaseException, arguments: Sequence[Any]) -> bool:
    """Tell whether an error comes from a function that was handed over, not from the attempt."""
    codes = [getattr(argument, "__code__", None) for argument in arguments]
    return any(frame.f_code in codes for frame, _ in traceback.walk_tb(error.__traceback__))


def _same(value: object, original: object) -> bool:
    if isinstance(value, Tensor) and isinstance(original, Tensor):
        return value.dtype == original.dtype and torch.equal(value, original)
    if isinstance(value, numpy.ndarray) and isinstance(original, numpy.ndarray):
        return numpy.array_equal(value, original)
    if isinstance(value, list | tuple) and isinstance(original, list | tuple):
        return len(value) == len(original) and all(map(_same, value, original))
    return type(value) is type(original) and bool(value == original)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return textwrap.shorten(lines[0], 120, placeholder=" …") if lines else "no message"
