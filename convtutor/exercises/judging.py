"""Judging an attempt at an exercise."""

import copy
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from convtutor.devices import default_device
from convtutor.exercises.exercise import Exercise
from convtutor.exercises.wording import say_argument, say_difference, say_kind


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
            f"{say_kind(attempt)} is no function: hand over the function itself, and do not call "
            f'it, as in check("{name}", {name})'
        )
    parameters = tuple(inspect.signature(exercise.specification).parameters)
    if reason := _signature_fault(attempt, parameters):
        return wrong(reason)

    cases = exercise.cases(default_device())
    for number, arguments in enumerate(cases):
        given = copy.deepcopy(arguments)
        where = ", ".join(
            f"{parameter}{say_argument(argument)}"
            for parameter, argument in zip(parameters, arguments, strict=True)
        )
        try:
            found = attempt(*given)
        except (Exception, SystemExit) as error:  # a reader's code may raise anything
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
        try:
            reason = say_difference(found, expected)
        except Exception as error:  # nested tensors, integers of a thousand digits, ...
            reason = f"{say_kind(found)} does not compare with the answer: {_first_line(error)}"
        if reason:
            return wrong(f"for {where}: {reason}")
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
    return type(value) is type(original) and bool(value == original)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return textwrap.shorten(lines[0], 120, placeholder=" …") if lines else "without a word"
