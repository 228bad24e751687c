"""An exercise on cross-correlation as a product of a matrix and a vector."""

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from convtutor.exercises.cases import floating, integers
from convtutor.exercises.exercise import Exercise


def correlation_matrix_spec(
    kernel: Tensor,
    height: int,
    width: int,
    stride: int,
) -> Tensor:
    """Find the matrix that takes all pixels, row by row, to the output at a stride."""
    h, w = kernel.shape
    rows = []
    for i in range(0, height - h + 1, stride):
        for j in range(0, width - w + 1, stride):
            row = kernel.new_zeros(height, width)
            row[i : i + h, j : j + w] = kernel
            rows.append(row.flatten())
    return torch.stack(rows)


def correlation_matrix(
    kernel: Tensor,
    height: int,
    width: int,
    stride: int,
) -> Tensor:
    """Light one pixel after the other: the answers are the columns."""
    pixels = height * width
    impulses = torch.eye(pixels).to(kernel).reshape(pixels, 1, height, width)
    return conv2d(impulses, kernel[None, None], stride=stride).flatten(1).T


CORRELATION_MATRIX = Exercise(
    effort="medium",
    specification=correlation_matrix_spec,
    solution=correlation_matrix,
    hints=(
        "You can write row after row, as above, or column after column, without a loop.",
        "A column is the answer to an image with a single bright pixel. ``torch.eye`` holds "
        "all of these images, once it is reshaped.",
        "``torch.nn.functional.conv2d`` knows strides, and takes them all as one batch.",
    ),
    cases=lambda device: [
        (integers(*shape, dtype=dtype, device=device), height, width, stride)
        for dtype in floating(device)
        for shape, height, width, stride in [
            ((1, 2), 2, 3, 1),
            ((2, 3), 3, 4, 1),
            ((2, 1), 5, 4, 2),
            ((3, 2), 4, 7, 3),
        ]
    ],
)

EXERCISES = [CORRELATION_MATRIX]
