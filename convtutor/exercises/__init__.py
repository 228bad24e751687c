"""Exercises that check themselves: `ask` what one is about, then `check` an attempt.

``python -m convtutor.exercises`` lists them.
"""

import difflib

from convtutor.exercises import challenges, cross_correlation, layers, learning
from convtutor.exercises.comparing import plain
from convtutor.exercises.exercise import Exercise
from convtutor.exercises.judging import Result, judge

__all__ = ["EXERCISES", "SECTIONS", "Exercise", "Result", "ask", "check", "hint", "solution"]

#: The exercises of each section of the tutorials, in the order of their pages.
SECTIONS: dict[str, list[Exercise]] = {
    "Cross-correlation": cross_correlation.EXERCISES,
    "Layers": layers.EXERCISES,
    "Learning": learning.EXERCISES,
    "Exercises": challenges.EXERCISES,
}

#: Every exercise by its name.
EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for section in SECTIONS.values() for exercise in section
}

# How many hints each exercise has given in this session.
_given: dict[str, int] = {}


def find(name: str) -> Exercise:
    """Look up an exercise.

    Args:
        name: A key of `EXERCISES`.

    Raises:
        ValueError: If there is no exercise of that name; the message has the nearest names.
    """
    if isinstance(name, str) and name in EXERCISES:
        return EXERCISES[name]
    near = difflib.get_close_matches(str(name), EXERCISES)
    help_line = (
        f"did you mean {' or '.join(map(repr, near))}?"
        if near
        else "python -m convtutor.exercises lists all exercises"
    )
    raise ValueError(f"there is no exercise {name!r}; {help_line}")


def ask(*names: str) -> None:
    """Print what exercises ask for: in plain loops, or in words with an example.

    Args:
        names: Keys of `EXERCISES`.

    Raises:
        ValueError: If there is no exercise of that name.
    """
    print(*(find(name).task for name in names), sep="\n", end="")


def check(name: str, attempt: object) -> Result:
    """Check an attempt at an exercise, and print one line with the verdict.

    Args:
        name: A key of `EXERCISES`.
        attempt: A function that takes and returns what the exercise asks for. The line explains
            whatever it does wrong; nothing that it raises gets out.

    Returns:
        The status and the line.

    Raises:
        ValueError: If there is no exercise of that name.
    """
    result = judge(find(name), attempt)
    print(result.line)
    return result


def hint(name: str) -> None:
    """Print the next hint for an exercise; after the last one, begin again.

    Args:
        name: A key of `EXERCISES`.

    Raises:
        ValueError: If there is no exercise of that name.
    """
    hints = find(name).hints
    number = _given.get(name, 0) % len(hints)
    _given[name] = number + 1
    more = (
        "Run this again for the next one." if number + 1 < len(hints) else "This is the last one."
    )
    print(f"Hint {number + 1} of {len(hints)}: {plain(hints[number])}\n{more}")


def solution(name: str) -> None:
    """Print a solution of an exercise.

    Args:
        name: A key of `EXERCISES`.

    Raises:
        ValueError: If there is no exercise of that name.
    """
    print(find(name).answer, end="")
