"""Cross-correlations, some right and some wrong, for the exercises that must tell them apart."""

import torch
from torch import Tensor


def window_by_window(image: Tensor, kernel: Tensor) -> Tensor:
    """Right, but slow."""
    h, w = kernel.shape
    output = image.new_zeros(image.shape[0] - h + 1, image.shape[1] - w + 1)
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = (image[i : i + h, j : j + w] * kernel).sum()
    return output


def all_at_once(image: Tensor, kernel: Tensor) -> Tensor:
    """Right."""
    h, w = kernel.shape
    return (image.unfold(0, h, 1).unfold(1, w, 1) * kernel).sum((2, 3))


def both_loops_over_rows(image: Tensor, kernel: Tensor) -> Tensor:
    """Wrong: it fills a square, and leaves the rest at zero."""
    h, w = kernel.shape
    output = image.new_zeros(image.shape[0] - h + 1, image.shape[1] - w + 1)
    for i in range(output.shape[0]):
        for j in range(output.shape[0]):
            output[i, j] = (image[i : i + h, j : j + w] * kernel).sum()
    return output


def without_the_last_row(image: Tensor, kernel: Tensor) -> Tensor:
    """Wrong: it leaves out the last row."""
    return all_at_once(image[:-1], kernel)


def flipped(image: Tensor, kernel: Tensor) -> Tensor:
    """Wrong: it flips the kernel, so it convolves."""
    return all_at_once(image, kernel.flip(0, 1))


def height_for_width(image: Tensor, kernel: Tensor) -> Tensor:
    """Wrong: it takes the kernel's height for its width."""
    w, h = kernel.shape
    return (image.unfold(0, h, 1).unfold(1, w, 1) * kernel).sum((2, 3))


def always_32_bits(image: Tensor, kernel: Tensor) -> Tensor:
    """Wrong: it always returns 32 bits."""
    return all_at_once(image, kernel).to(torch.float32)


def into_the_image(image: Tensor, kernel: Tensor) -> Tensor:
    """Wrong: it writes the right numbers over the image."""
    answer = all_at_once(image, kernel)
    output = image[: answer.shape[0], : answer.shape[1]]
    return output.copy_(answer)


SUSPECTS = [
    window_by_window,
    flipped,
    both_loops_over_rows,
    all_at_once,
    without_the_last_row,
    height_for_width,
    always_32_bits,
    into_the_image,
]
