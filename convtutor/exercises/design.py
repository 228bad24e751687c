"""Exercises on designing a kernel for a purpose: a slope, a blur, a derivative."""

import math

import torch
from torch import Tensor

from convtutor.exercises.cases import floating
from convtutor.exercises.exercise import Exercise


def direction_kernel_spec(right: float, down: float, device: torch.device) -> Tensor:
    """Find the 3 × 3 kernel that measures the slope along (right, down)."""
    length = math.sqrt(right**2 + down**2)
    kernel = torch.zeros(3, 3, device=device)
    for place in (-1, 1):
        kernel[1, 1 + place] = place / 2 * right / length
        kernel[1 + place, 1] = place / 2 * down / length
    return kernel


def direction_kernel(right: float, down: float, device: torch.device) -> Tensor:
    """Mix the kernels of the two axes, as a walk of length 1 mixes two steps."""
    across = torch.tensor([[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]], device=device)
    return (right * across + down * across.T) / math.hypot(right, down)


DIRECTION_KERNEL = Exercise(
    effort="medium",
    specification=direction_kernel_spec,
    solution=direction_kernel,
    hints=(
        "Half of *right minus left* is the slope along the rows. What is it down the columns?",
        "A walk of one pixel goes ``right / length`` across and ``down / length`` down.",
        "The slope along it is the same mixture of the two slopes, and so is the kernel.",
    ),
    cases=lambda device: [
        (right, down, device)
        for right, down in [(1.0, 0.0), (0.0, 1.0), (3.0, 4.0), (-5.0, 12.0), (0.6, -0.8)]
    ],
)


def blur_kernel_spec(height: int, width: int, device: torch.device) -> Tensor:
    """Find the blur that is a mean of two pixels, again and again, down and across."""
    kernel = torch.zeros(height, width, device=device)
    kernel[0, 0] = 1
    for _ in range(height - 1):
        for i in reversed(range(height)):
            kernel[i] = (kernel[i] + kernel[i - 1] * (i > 0)) / 2
    for _ in range(width - 1):
        for j in reversed(range(width)):
            kernel[:, j] = (kernel[:, j] + kernel[:, j - 1] * (j > 0)) / 2
    return kernel


def blur_kernel(height: int, width: int, device: torch.device) -> Tensor:
    """Multiply a column and a row of binomial numbers, and divide by their sum."""
    column = [[math.comb(height - 1, i)] for i in range(height)]
    row = [[math.comb(width - 1, j) for j in range(width)]]
    kernel = torch.tensor(column) * torch.tensor(row)
    return (kernel / kernel.sum()).to(device)


BLUR_KERNEL = Exercise(
    effort="medium",
    specification=blur_kernel_spec,
    solution=blur_kernel,
    hints=(
        "Begin with one row. The mean of two, twice in a row, is (1, 2, 1)/4; what comes next?",
        "These are binomial numbers, ``math.comb``, divided by a power of two.",
        "Down and across do not disturb each other: a column times a row.",
    ),
    cases=lambda device: [
        (height, width, device) for height, width in [(1, 2), (1, 3), (4, 1), (3, 5), (6, 4)]
    ],
)


def derivative_taps_spec(places: Tensor) -> Tensor:
    """Find the taps at these places that measure the highest derivative they can."""
    taps = torch.diag(torch.ones_like(places))  # at first, row i is pixel i
    for order in range(1, len(places)):
        for i in range(len(places) - order):
            distance = (places[i + order] - places[i]) / order
            taps[i] = (taps[i + 1] - taps[i]) / distance
    return taps[0]


def derivative_taps(places: Tensor) -> Tensor:
    """Divide the factorial by the product of all signed distances to other places."""
    order = len(places) - 1
    distances = places[:, None] - places + torch.diag(torch.ones_like(places))
    return math.factorial(order) / distances.prod(1)


DERIVATIVE_TAPS = Exercise(
    effort="hard",
    specification=derivative_taps_spec,
    solution=derivative_taps,
    hints=(
        "Try ``(0, 1)``, ``(0, 1, 2)`` and ``(-1, 1)`` on paper. The second is ``(1, -2, 1)``.",
        "With n taps, all powers below ``n - 1`` must give 0, and ``x ** (n - 1)`` must give "
        "``(n - 1)!``, its derivative. That is one equation for each tap.",
        "A polynomial that is 0 at all places but one gives the tap there.",
        "So tap i is ``(n - 1)!`` over the product of ``places[i] - places[j]``, for all other j.",
    ),
    cases=lambda device: [
        (torch.tensor(places, dtype=dtype, device=device),)
        for dtype in floating(device)
        for places in [(0.0, 1.0), (-1.0, 1.0), (0.0, 1.0, 2.0), (-1.0, 0.0, 3.0), (0.0, 2, 3, 7)]
    ],
)

EXERCISES = [DIRECTION_KERNEL, BLUR_KERNEL, DERIVATIVE_TAPS]
