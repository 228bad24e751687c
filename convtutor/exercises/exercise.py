"""What an exercise is."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch

from convtutor.devices import default_device
from convtutor.exercises.comparing import plain, say_argument, say_value

# What an exercise says can be read on a phone.
_WIDTH = 66


@dataclass(frozen=True)
class Exercise:
    """A task whose answer is a function, and everything needed to check it and to teach it.

    Attributes:
        effort: How hard it is: ``"easy"``, ``"medium"`` or ``"hard"``.
        shows: What `task` shows. ``"loops"``: the specification itself, in plain loops, because the
            task is to do the same without them. ``"example"``: the task in words, and one example,
            because the loops would already be an answer.
        specification: Computes the right answer. The first paragraph of its docstring is the
            statement; what follows is part of the task, too.
        solution: A short answer. Its name is the exercise's name, its docstring says the idea.
        hints: From a nudge to nearly there.
        cases: Makes the arguments of each case on a given device, the smallest case first.
        slips: Usual mistakes, each as a sentence that helps, and the function that makes the
            mistake. An attempt that behaves like this function gets the sentence.
        outcome: What an answer is judged by, where many answers are right: a function of the answer
            and of the arguments. ``None`` if there is only one right answer.
        verdict_on_crash: What it means that a function handed over as an argument raises while the
            attempt tries it out; ``None`` where no argument is a function.
    """

    effort: Literal["easy", "medium", "hard"]
    shows: Literal["loops", "example"]
    specification: Callable[..., Any]
    solution: Callable[..., Any]
    hints: tuple[str, ...]
    cases: Callable[[torch.device], Sequence[tuple[Any, ...]]]
    slips: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    outcome: Callable[..., Any] | None = None
    verdict_on_crash: str | bool | None = None

    @property
    def name(self) -> str:
        """The name that `check` takes."""
        return self.solution.__name__

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(inspect.signature(self.specification).parameters)

    @property
    def statement(self) -> str:
        """The task, in one sentence."""
        return self._paragraphs[0]

    @property
    def task(self) -> str:
        """The whole task as Python code, which is not yet an answer."""
        paragraphs = (textwrap.fill(plain(words), _WIDTH) for words in self._paragraphs)
        words = "\n\n".join(paragraphs)
        if self.shows == "example":
            return self._define(self.name, f"{words}\n\n{self._example()}\n")
        opening = f"# What {self.name} should return, in plain loops. Find a way without them.\n"
        return opening + self._define(f"{self.name}_in_loops", words) + _body(self.specification)

    @property
    def answer(self) -> str:
        """The solution as Python code."""
        idea = " ".join((inspect.getdoc(self.solution) or "").split())
        return self._define(self.name, plain(idea)) + _body(self.solution)

    @property
    def stub(self) -> str:
        """The line to begin with, which has the signature and says how long the answer is."""
        lines = len(_body(self.solution).splitlines())
        unit = "line" if lines == 1 else "lines"
        return f"def {self.name}({', '.join(self.parameters)}): ...  # about {lines} {unit}"

    @property
    def _paragraphs(self) -> list[str]:
        docstring = inspect.getdoc(self.specification) or ""
        return [" ".join(paragraph.split()) for paragraph in docstring.split("\n\n")]

    def _define(self, name: str, docstring: str) -> str:
        """Write the head of a function, in which types would only be in the way."""
        text = textwrap.indent(f'"""{docstring}', "    ")
        end = "    " if docstring.endswith("\n") else ""
        return f'def {name}({", ".join(self.parameters)}):\n{text}{end}"""\n'

    def _example(self) -> str:
        """Write out the first case, and its answer."""
        arguments = self.cases(default_device())[0]
        answer = self.specification(*arguments)
        given = [
            f"    {parameter}{say_argument(argument)}"
            for parameter, argument in zip(self.parameters, arguments, strict=True)
        ]
        is_pair = isinstance(answer, tuple) and isinstance(answer[0], torch.Tensor)
        found = [f"    {say_value(part)}" for part in (answer if is_pair else [answer])]
        article = "an" if self.outcome else "the"
        return "\n".join(["With", *given, f"{article} answer is", *found])


def _body(function: Callable[..., Any]) -> str:
    """Take the source of a function after its docstring."""
    source = inspect.getsource(function)
    definition = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return "".join(source.splitlines(keepends=True)[definition.body[1].lineno - 1 :])
