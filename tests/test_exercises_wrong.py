"""Break every exercise's answer in at least five ways: the checker must see each, and say why."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from convtutor import corr2d
from convtutor.exercises import EXERCISES, Exercise, check

Attempt = Callable[..., Any]
solve = {name: exercise.solution for name, exercise in EXERCISES.items()}

DIFFERS = r"yours .*, expected"
SHAPE = r"yours has shape \(.*\), expected \("

# What people write for this exercise in particular, and what they must be told.
SPECIFIC: dict[str, dict[str, tuple[Attempt, str]]] = {
    "window_sum": {
        "flipped kernel": (lambda X, K, i, j: solve["window_sum"](X, K.flip(0, 1), i, j), DIFFERS),
        "row and column swapped": (
            lambda X, K, i, j: solve["window_sum"](X, K, j, i),
            "raises RuntimeError|yours",
        ),
        "square kernels only": (
            lambda X, K, i, j: (X[i : i + len(K), j : j + len(K)] * K).sum(),
            DIFFERS,
        ),
        "the window without its last column": (
            lambda X, K, i, j: (X[i : i + K.shape[0], j : j + K.shape[1] - 1] * K[:, :-1]).sum(),
            DIFFERS,
        ),
    },
    "sharpening_kernel": {
        "height and width swapped": (
            lambda h, w, a, d: solve["sharpening_kernel"](w, h, a, d),
            "are rows and columns swapped",
        ),
        "the mean is not divided": (
            lambda h, w, a, d: solve["sharpening_kernel"](h, w, a, d) - a,
            DIFFERS,
        ),
        "beside the middle": (
            lambda h, w, a, d: solve["sharpening_kernel"](h, w, a, d).roll(1, 1),
            DIFFERS,
        ),
    },
    "merge_kernels": {
        "not flipped": (
            lambda A, B: solve["merge_kernels"](A, B.flip(0, 1)),
            DIFFERS,
        ),
        "correlation without padding": (corr2d, "raises ValueError|yours"),
        "half of the padding": (
            lambda A, B: solve["merge_kernels"](A, B)[1:, 1:],
            SHAPE,
        ),
    },
}


def after(solution: Attempt, change: Callable[[Any], Any]) -> Attempt:
    return lambda *arguments: change(solution(*arguments))


def spoil_tensors(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    """Answers that would be right, but for what every tensor has."""
    solution = exercise.solution
    return {
        "no tensor": (after(solution, lambda Y: Y.tolist()), "expected is a tensor"),
        "other dtype": (
            after(solution, lambda Y: Y.to(torch.float16)),
            r"dtype torch.float16, expected torch\.\w+: say dtype",
        ),
        "other shape": (after(solution, lambda Y: Y[None]), f"{SHAPE}.*the values are right"),
        "other device": (after(solution, lambda Y: Y.to("meta")), "yours is on meta.*say device"),
        "one number changed": (after(solution, change_last), DIFFERS),
        "zeros": (after(solution, torch.zeros_like), DIFFERS),
    }


def change_last(Y: Tensor) -> Tensor:
    changed = Y.clone().flatten()
    changed[-1] = ~changed[-1] if Y.dtype == torch.bool else changed[-1] + 1
    return changed.reshape(Y.shape)


def spoil_numbers(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    """The same for numbers, and tuples of them."""
    solution = exercise.solution

    def one_more(answer: Any) -> Any:
        return tuple(map(one_more, answer)) if isinstance(answer, tuple) else answer + 1

    def zero(answer: Any) -> Any:
        return tuple(map(zero, answer)) if isinstance(answer, tuple) else type(answer)(0)

    return {
        "text": (after(solution, str), "yours is a str, expected is a"),
        "off by one": (after(solution, one_more), DIFFERS),
        "zero": (after(solution, zero), DIFFERS),
        "a tensor": (after(solution, torch.tensor), "yours is a Tensor, expected is a"),
    }


def spoil_arguments(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    """Right answers that leave their mark on what they were given."""

    def marked(*arguments: Any) -> Any:
        answer = exercise.solution(*arguments)
        answer = answer.clone() if isinstance(answer, Tensor) else answer
        next(argument for argument in arguments if isinstance(argument, Tensor)).add_(1)
        return answer

    return {"modifies its input": (marked, r"changes its argument \w+: leave what")}


def wrong_answers(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    case = exercise.cases(torch.device("cpu"))[0]
    is_tensor = isinstance(exercise.specification(*case), Tensor)
    answers = SPECIFIC[exercise.name] | (spoil_tensors if is_tensor else spoil_numbers)(exercise)
    if any(isinstance(argument, Tensor) for argument in case):
        answers |= spoil_arguments(exercise)
    return answers


@pytest.mark.parametrize(
    ("name", "attempt", "message"),
    [
        pytest.param(exercise.name, attempt, message, id=f"{exercise.name}: {label}")
        for exercise in EXERCISES.values()
        for label, (attempt, message) in wrong_answers(exercise).items()
    ],
)
def test_a_wrong_answer_is_called_wrong_and_why(
    name: str, attempt: Attempt, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = check(name, attempt)
    assert capsys.readouterr().out == f"{result.line}\n"
    assert result.status == "wrong"
    assert result.line.startswith(f"{name}: wrong, ")
    assert re.search(message, result.line), result.line


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_five_wrong_answers_and_some_of_its_own(name: str) -> None:
    assert len(SPECIFIC[name]) >= 2
    assert len(wrong_answers(EXERCISES[name])) >= 5
