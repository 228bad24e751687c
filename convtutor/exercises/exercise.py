"""What an exercise is."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch


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
