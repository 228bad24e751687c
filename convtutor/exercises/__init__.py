"""Exercises that check themselves: `ask` what one is about, then `check` an attempt.

``python -m convtutor.exercises`` lists them.
"""

import difflib
import inspect

from convtutor.exercises import (
    descent,
    design,
    diagonals,
    evidence,
    kernels,
    matrices,
    reach,
    testing,
    weights,
    windows,
)
from convtutor.exercises.exercise import Exercise
from convtutor.exercises.judging import Result, judge

__all__ = ["EXERCISES", "Exercise", "Result", "ask", "check"]

# The topics of each section of the tutorials.
_SECTIONS = (
    (windows, kernels),
    (weights, reach),
    (descent, evidence),
    (diagonals, design, matrices, testing),
)

#: Every exercise by its name, section by section, and easy ones first in each.
EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise
    for topics in _SECTIONS
    for effort in ("easy", "medium", "hard")
    for topic in topics
    for exercise in topic.EXERCISES
    if exercise.effort == effort
}


def find(name: str) -> Exercise:
    """Look an exercise up.

    Args:
        name: A key of `EXERCISES`.

    Returns:
        The exercise.

    Raises:
        ValueError: If there is none of that name; the message has the nearest names.
    """
    if isinstance(name, str) and name in EXERCISES:
        return EXERCISES[name]
    near = difflib.get_close_matches(str(name), EXERCISES) or EXERCISES
    raise ValueError(f"there is no exercise {name!r}; did you mean {', '.join(map(repr, near))}?")


def ask(*names: str) -> None:
    """Print what exercises ask for, in plain loops.

    Args:
        names: Keys of `EXERCISES`.

    Raises:
        ValueError: If there is no exercise of that name.
    """
    sources = [inspect.getsource(find(name).specification) for name in names]
    print(*sources, sep="\n", end="")


def check(name: str, attempt: object) -> Result:
    """Check an attempt at an exercise, and print one line that says what became of it.

    Args:
        name: A key of `EXERCISES`.
        attempt: A function that takes and returns what the specification does.
            Whatever it does wrong is explained in the line; nothing that it raises gets
            out.

    Returns:
        The status and the line.

    Raises:
        ValueError: If there is no exercise of that name.
    """
    result = judge(find(name), attempt)
    print(result.line)
    return result
