"""Exercises on kernels that are made of others: one that sharpens, one that does two steps."""

import torch
from torch import Tensor
from torch.nn.functional import pad

from convtutor.correlation import corr2d
from convtutor.exercises.cases import images_and_kernels
from convtutor.exercises.exercise import Exercise


def sharpening_kernel_spec(
    height: int,
    width: int,
    amount: float,
    device: torch.device,
) -> Tensor:
    """Find one kernel that adds ``amount * (pixel - mean of its window)``."""
    kernel = torch.zeros(height, width, device=device)
    for i in range(height):
        for j in range(width):
            is_middle = i == height // 2 and j == width // 2
            kernel[i, j] = (1 + amount) * is_middle - amount / (height * width)
    return kernel


def sharpening_kernel(
    height: int,
    width: int,
    amount: float,
    device: torch.device,
) -> Tensor:
    """Put the mean everywhere, with a minus, and the pixel in the middle."""
    kernel = torch.full((height, width), -amount / (height * width), device=device)
    kernel[height // 2, width // 2] += 1 + amount
    return kernel


SHARPENING_KERNEL = Exercise(
    effort="easy",
    specification=sharpening_kernel_spec,
    solution=sharpening_kernel,
    hints=(
        "Leaving a pixel as it is, is a kernel: a single 1 in the middle. The mean is "
        "one too: equal taps that add up to 1.",
        "Correlation is linear: what you would do to the results, do to the kernels.",
        "So the kernel is (1 + amount) times the first minus amount times the second.",
    ),
    cases=lambda device: [
        (height, width, amount, device)
        for height, width, amount in [
            (1, 3, 1.5),
            (3, 1, 0.5),
            (3, 5, 1.0),
            (5, 3, 0.0),
            (7, 3, 2),
        ]
    ],
)


def merge_kernels_spec(first: Tensor, second: Tensor) -> Tensor:
    """Find the one kernel that does what ``first`` and then ``second`` do."""
    height = first.shape[0] + second.shape[0] - 1
    width = first.shape[1] + second.shape[1] - 1
    merged = first.new_zeros(height, width)
    for a in range(first.shape[0]):
        for b in range(first.shape[1]):
            for c in range(second.shape[0]):
                for d in range(second.shape[1]):
                    merged[a + c, b + d] += first[a, b] * second[c, d]
    return merged


def merge_kernels(first: Tensor, second: Tensor) -> Tensor:
    """Convolve the two: pad one on all sides, correlate with the other flipped."""
    h, w = second.shape
    return corr2d(pad(first, (w - 1, w - 1, h - 1, h - 1)), second.flip(0, 1))


MERGE_KERNELS = Exercise(
    effort="medium",
    specification=merge_kernels_spec,
    solution=merge_kernels,
    hints=(
        "Send an impulse through the one and then the other: how large is the answer?",
        "Each tap of ``first`` stamps a copy of ``second``: that is a convolution.",
        "Pad ``first`` so that ``second`` may hang over by all but one of its "
        "taps, and flip ``second``.",
    ),
    cases=images_and_kernels,
)

EXERCISES = [SHARPENING_KERNEL, MERGE_KERNELS]
