"""Exercises on diagonal edges, and on what happens when rows and columns swap places."""

import torch
from torch import Tensor

from convtutor import images
from convtutor.correlation import corr2d
from convtutor.exercises.cases import images_and_kernels
from convtutor.exercises.exercise import Exercise


def band_edges_spec(height: int, width: int, device: torch.device) -> Tensor:
    """Write down what (1, -1) answers to a band of ones, ``0 <= column - row <= 2``."""
    answer = torch.zeros(height, width - 1, device=device)
    for i in range(height):
        for j in range(width - 1):
            here, right = 0 <= j - i <= 2, 0 <= j + 1 - i <= 2
            answer[i, j] = int(here) - int(right)
    return answer


def band_edges(height: int, width: int, device: torch.device) -> Tensor:
    """Subtract from each pixel its right neighbour, all rows at once."""
    band = images.diagonal(height, width, device=device)
    return band[:, :-1] - band[:, 1:]


BAND_EDGES = Exercise(
    effort="easy",
    specification=band_edges_spec,
    solution=band_edges,
    hints=(
        "The answer is ``-1`` where a row enters the band, and ``1`` where it leaves the band.",
        "``images.diagonal(height, width, device=device)`` draws the band.",
        "No correlation is needed: take all columns but the last, minus all but the first.",
    ),
    cases=lambda device: [
        (height, width, device) for height, width in [(2, 4), (6, 8), (8, 6), (3, 9), (1, 5)]
    ],
)


def transposed_image_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate the transposed image with the kernel; transpose no image."""
    h, w = kernel.shape
    W, H = image.shape  # the other way round
    answer = image.new_zeros(H - h + 1, W - w + 1)
    for i in range(answer.shape[0]):
        for j in range(answer.shape[1]):
            for a in range(h):
                for b in range(w):
                    answer[i, j] += image[j + b, i + a] * kernel[a, b]
    return answer


def transposed_image(image: Tensor, kernel: Tensor) -> Tensor:
    """Transpose the kernel instead, and the answer."""
    return corr2d(image, kernel.T).T


TRANSPOSED_IMAGE = Exercise(
    effort="easy",
    specification=transposed_image_spec,
    solution=transposed_image,
    hints=(
        "The definition treats rows and columns alike: swap their names everywhere at once.",
        "What else has rows and columns, besides the image? The kernel, and the answer.",
    ),
    cases=images_and_kernels,
)


def transposed_kernel_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate the image with the transposed kernel; transpose no kernel."""
    w, h = kernel.shape  # the other way round
    answer = image.new_zeros(image.shape[0] - h + 1, image.shape[1] - w + 1)
    for i in range(answer.shape[0]):
        for j in range(answer.shape[1]):
            for a in range(h):
                for b in range(w):
                    answer[i, j] += image[i + a, j + b] * kernel[b, a]
    return answer


def transposed_kernel(image: Tensor, kernel: Tensor) -> Tensor:
    """Transpose the image instead, and the answer."""
    return corr2d(image.T, kernel).T


TRANSPOSED_KERNEL = Exercise(
    effort="easy",
    specification=transposed_kernel_spec,
    solution=transposed_kernel,
    hints=(
        "It is the same swap as for the image. Which two may you still transpose?",
        "The image before, and the answer after.",
    ),
    cases=images_and_kernels,
)

EXERCISES = [BAND_EDGES, TRANSPOSED_IMAGE, TRANSPOSED_KERNEL]
