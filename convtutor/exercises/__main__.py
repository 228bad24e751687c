"""List the exercises, or help with one of them: its task, a hint, or a solution."""

import argparse

from convtutor import terminal
from convtutor.exercises import SECTIONS, Exercise, find
from convtutor.exercises.comparing import plain


def list_all() -> None:
    """Print every exercise, section by section."""
    for title, exercises in SECTIONS.items():
        print(f"{title}\n{'-' * len(title)}")
        for exercise in exercises:
            print(f"  {exercise.effort:6}  {exercise.name:22}  {plain(exercise.statement)}")
        print()
    print("With the name of an exercise, this command prints its task and a first hint.")


def show_task(exercise: Exercise) -> None:
    """Print what an exercise asks for, where to begin, and the first hint.

    Args:
        exercise: Any exercise.
    """
    print(f"{exercise.name} ({exercise.effort})\n")
    print(exercise.task)
    print(f"Begin with\n\n{exercise.stub}\n")
    show_hint(exercise, 1)


def show_hint(exercise: Exercise, number: int) -> None:
    """Print one hint, and say how to get the next one.

    Args:
        exercise: Any exercise.
        number: Which hint, counted from 1.
    """
    hints = exercise.hints
    print(f"Hint {number} of {len(hints)}: {plain(hints[number - 1])}\n")
    more = f"--hint {number + 1}" if number < len(hints) else "--solution"
    print(f"More help: python -m convtutor.exercises {exercise.name} {more}")


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(prog="python -m convtutor.exercises", description=__doc__)
    parser.add_argument("name", nargs="?", metavar="NAME", help="an exercise; all, if left out")
    help_with = parser.add_mutually_exclusive_group()
    help_with.add_argument("--hint", type=int, metavar="N", help="print the hint of this number")
    help_with.add_argument("--solution", action="store_true", help="print a solution")
    arguments = parser.parse_args()
    if arguments.name is None:
        if arguments.solution or arguments.hint is not None:
            parser.error("say which exercise: NAME is missing")
        list_all()
        return
    try:
        exercise = find(arguments.name)
    except ValueError as error:
        parser.error(str(error))
    if arguments.solution:
        print(exercise.answer, end="")
    elif arguments.hint is None:
        show_task(exercise)
    elif 1 <= arguments.hint <= len(exercise.hints):
        show_hint(exercise, arguments.hint)
    else:
        parser.error(f"{exercise.name} has {len(exercise.hints)} hints, got {arguments.hint}")


if __name__ == "__main__":
    terminal.run(main)
