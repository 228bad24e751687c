"""Exercises on telling a cross-correlation from what only looks like one."""

from collections.abc import Callable

import torch
from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.exercises.exercise import Exercise
from convtutor.exercises.suspects import SUSPECTS, always_32_bits, into_the_image


def name_operation_spec(operation: Callable[[Tensor, Tensor], Tensor]) -> str:
    """Tell what a function computes: "correlation", "convolution" or "neither"."""
    image = torch.tensor([[3, 1, 4, 1, 5.0], [9, 2, 6, 5, 3]])
    found = operation(image.clone(), torch.tensor([[1.0, -2.0]]))
    if found.shape != (2, 4):
        return "neither"
    correlates = convolves = True
    for i in range(2):
        for j in range(4):
            here, right = image[i, j], image[i, j + 1]
            correlates = correlates and bool(found[i, j] == here - 2 * right)
            convolves = convolves and bool(found[i, j] == right - 2 * here)
    return "correlation" if correlates else "convolution" if convolves else "neither"


def name_operation(operation: Callable[[Tensor, Tensor], Tensor]) -> str:
    """Try it on an example with no symmetry, and hold the answer against both."""
    image, kernel = torch.arange(10.0).reshape(2, 5) ** 2, torch.tensor([[1.0, -2.0]])
    found = operation(image.clone(), kernel)
    if torch.equal(found, corr2d(image, kernel)):
        return "correlation"
    is_flipped = torch.equal(found, corr2d(image, kernel.flip(0, 1)))
    return "convolution" if is_flipped else "neither"


NAME_OPERATION = Exercise(
    effort="medium",
    specification=name_operation_spec,
    solution=name_operation,
    hints=(
        "Let the function filter an example, and compare with what ``corr2d`` makes of it. "
        "What must the example be like, so that no bug can hide?",
        "A kernel that is not symmetric tells the two operations apart; a wide image that is "
        "busy up to its border leaves no room for the rest. (On a tall one, some functions "
        "raise an error, which you would have to catch.)",
        "``torch.equal`` compares shapes as well. For the convolution, flip the kernel.",
    ),
    cases=lambda device: [
        (suspect,) for suspect in SUSPECTS if suspect not in (always_32_bits, into_the_image)
    ],
)


def is_right_spec(correlate: Callable[[Tensor, Tensor], Tensor]) -> bool:
    """Tell whether a function really cross-correlates an image and a kernel."""
    image = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]]).double()
    kernel, before = torch.tensor([[1, -2]]).double(), image.clone()
    found = correlate(image, kernel)
    if found.shape != (2, 4) or found.dtype != torch.float64:
        return False
    for i in range(2):
        for j in range(4):
            if found[i, j] != before[i, j] - 2 * before[i, j + 1]:
                return False
    return torch.equal(image, before)


def is_right(correlate: Callable[[Tensor, Tensor], Tensor]) -> bool:
    """Compare on one example that is wide, busy up to its border, and in 64 bits."""
    image = torch.arange(15.0, dtype=torch.float64).reshape(3, 5) ** 2
    kernel, before = torch.tensor([[1.0, -2.0]], dtype=torch.float64), image.clone()
    expected, found = corr2d(image, kernel), correlate(image, kernel)
    same = found.dtype == expected.dtype and torch.equal(found, expected)
    return same and torch.equal(image, before)


IS_RIGHT = Exercise(
    effort="hard",
    specification=is_right_spec,
    solution=is_right,
    hints=(
        "Compare with ``corr2d``. On which image and kernel would every bug show?",
        "A wide image, busy up to its border, and a kernel of 1 × 2 that is not symmetric. (On "
        "a tall image some suspects raise an error, which you would have to catch.)",
        "Numbers are not all: compare dtypes, in 64 bits, and look at the image afterwards.",
    ),
    cases=lambda device: [(suspect,) for suspect in SUSPECTS],
)

EXERCISES = [NAME_OPERATION, IS_RIGHT]
