"""List the exercises, or print all there is to one of them."""

import argparse
import inspect

from convtutor.exercises import EXERCISES, Exercise, find


def describe(exercise: Exercise) -> str:
    """Write an exercise out in plain text, its solution last.

    Args:
        exercise: Any exercise.

    Returns:
        Statement, specification, stub, hints and solution.
    """
    hints = "\n".join(f"{number}. {hint}" for number, hint in enumerate(exercise.hints, 1))
    parts = {
        f"{exercise.name} ({exercise.effort})": exercise.statement,
        "Specification": inspect.getsource(exercise.specification).rstrip(),
        "Stub": exercise.stub,
        "Hints": hints,
        "Solution": inspect.getsource(exercise.solution).rstrip(),
    }
    text = "\n\n".join(f"{title}\n{'-' * len(title)}\n{part}" for title, part in parts.items())
    return text.replace("``", "`")


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(prog="python -m convtutor.exercises", description=__doc__)
    parser.add_argument("name", nargs="?", metavar="NAME", help="an exercise; all, if left out")
    name = parser.parse_args().name
    if name is None:
        for exercise in EXERCISES.values():
            statement = exercise.statement.replace("``", "`")
            print(f"{exercise.effort:6}  {exercise.name:20}  {statement}")
        return
    try:
        print(describe(find(name)))
    except ValueError as error:
        parser.error(error.args[0])


if __name__ == "__main__":
    main()
