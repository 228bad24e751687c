"""What the package's command lines share."""

import os
import sys
from collections.abc import Callable


def run(main: Callable[[], None]) -> None:
    """Run a command-line program, and end it quietly when its reader has seen enough.

    Args:
        main: Reads the command line, and prints.
    """
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:  # as in ``python -m convtutor | head``
        # Python flushes once more when it ends: let it write into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
