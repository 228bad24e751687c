"""Exercises on gradient descent: one step, all steps backwards, and the best rate."""

import math

import torch
from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.exercise import Exercise


def rewind_spec(errors: Tensor, curvatures: Tensor, lr: float, steps: int) -> Tensor:
    """Find the errors before training from those after it, one per direction."""
    before = errors.clone()
    for direction in range(len(errors)):
        for _ in range(steps):
            before[direction] /= 1 - lr * curvatures[direction]
    return before


def rewind(errors: Tensor, curvatures: Tensor, lr: float, steps: int) -> Tensor:
    """Divide by what all the steps together have multiplied with."""
    return errors / (1 - lr * curvatures) ** steps


REWIND = Exercise(
    effort="easy",
    specification=rewind_spec,
    solution=rewind,
    hints=(
        "A step multiplies an error by ``1 - rate * curvature``. What do ``steps`` of them do?",
        "A factor that is applied many times is a power; going back is division.",
    ),
    cases=lambda device: [
        (
            integers(number, dtype=dtype, device=device, least=1),
            12 * torch.arange(1, number + 1, dtype=dtype, device=device),
            lr,
            steps,
        )
        for dtype in floating(device)
        for number, lr, steps in [(2, 0.03, 1), (2, 0.025, 20), (3, 0.05, 3), (5, 0.01, 0)]
    ],
)


def descend_spec(image: Tensor, target: Tensor, kernel: Tensor, lr: float) -> Tensor:
    """Take one step downhill on the summed squared error, and return the new kernel."""
    h, w = kernel.shape
    gradient = torch.zeros_like(kernel)
    for i in range(target.shape[0]):
        for j in range(target.shape[1]):
            window = image[i : i + h, j : j + w]
            error = (window * kernel).sum() - target[i, j]
            gradient += 2 * error * window
    return kernel - lr * gradient


def descend(image: Tensor, target: Tensor, kernel: Tensor, lr: float) -> Tensor:
    """Cross-correlate the image with the errors: that is half of the gradient."""
    errors = corr2d(image, kernel) - target
    return kernel - 2 * lr * corr2d(image, errors)


DESCEND = Exercise(
    effort="medium",
    specification=descend_spec,
    solution=descend,
    hints=(
        "Autograd will do. Or do without, in two lines: begin with the errors, "
        "``corr2d(image, kernel) - target``.",
        "The gradient of a square is twice the error, times the pixel that the tap lay on.",
        "That sum over all windows is a cross-correlation of the image with the errors.",
        "Return a new kernel: ``kernel -= ...`` would change the caller's.",
    ),
    cases=lambda device: [
        (image, corr2d(image, kernel.flip(0, 1), method="taps"), kernel, lr)
        for (image, kernel), lr in zip(
            images_and_kernels(device, whole=False), (0.5, 0.25, 0.01, 1.0, 0.125), strict=True
        )
    ],
)


def fastest_rate_spec(curvatures: list[float]) -> float:
    """Find the learning rate at which the slowest of all errors shrinks fastest."""
    best, smallest = 0.0, math.inf
    for first in curvatures:
        for second in curvatures:
            rate = 2 / (first + second)  # where the curves of the two cross
            worst = max(abs(1 - rate * curvature) for curvature in curvatures)
            if worst < smallest:
                best, smallest = rate, worst
    return best


def fastest_rate(curvatures: list[float]) -> float:
    """Balance the flattest direction and the steepest; the others follow."""
    return 2 / (min(curvatures) + max(curvatures))


FASTEST_RATE = Exercise(
    effort="medium",
    specification=fastest_rate_spec,
    solution=fastest_rate,
    hints=(
        "Draw what a step leaves of each error, over the rate. Which directions decide?",
        "At the best rate the flattest direction and the steepest shrink alike, with opposite "
        "signs: ``1 - rate * low == -(1 - rate * high)``.",
        "Solve that for the rate.",
    ),
    cases=lambda device: [
        ([12.0, 60.0],),
        ([5.0],),
        ([60.0, 30.0, 12.0],),
        ([0.5, 7.0, 2.0, 3.0],),
        ([1.0, 1000.0, 999.0],),
    ],
)

EXERCISES = [REWIND, DESCEND, FASTEST_RATE]
