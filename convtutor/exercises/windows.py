"""Exercises on what an output pixel reads: its window, at the border, chunk by chunk."""

import math

import torch
from torch import Tensor

from convtutor.exercises.cases import images_and_kernels
from convtutor.exercises.exercise import Exercise


def window_sum_spec(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    """Compute one output pixel, the one in this row and this column."""
    total = image.new_zeros(())
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            total += image[row + i, column + j] * kernel[i, j]
    return total


def window_sum(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    """Cut the window out, multiply, add."""
    h, w = kernel.shape
    return (image[row : row + h, column : column + w] * kernel).sum()


WINDOW_SUM = Exercise(
    effort="easy",
    specification=window_sum_spec,
    solution=window_sum,
    hints=(
        "No loop is needed: a slice cuts the whole window out of the image.",
        "Its rows start at ``row`` and end before ``row`` plus the kernel's height.",
        "Tensors of one shape multiply number by number; ``sum()`` adds the products.",
    ),
    cases=lambda device: [
        (
            image,
            kernel,
            image.shape[0] - kernel.shape[0],
            image.shape[1] - kernel.shape[1] - back,
        )
        for image, kernel in images_and_kernels(device)
        for back in range(2)
        if image.shape[1] > kernel.shape[1] or not back
    ],
)


def wrap_around_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Convolve with windows that leave the image and come back opposite."""
    height, width = image.shape
    answer = torch.zeros_like(image)
    for i in range(height):
        for j in range(width):
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    pixel = image[(i - a) % height, (j - b) % width]
                    answer[i, j] += pixel * kernel[a, b]
    return answer


def wrap_around(image: Tensor, kernel: Tensor) -> Tensor:
    """Multiply spectra, and drop nothing: a spectrum repeats its image for ever."""
    product = torch.fft.fft2(image) * torch.fft.fft2(kernel, image.shape)
    answer: Tensor = torch.fft.ifft2(product)
    return answer.real


WRAP_AROUND = Exercise(
    effort="medium",
    specification=wrap_around_spec,
    solution=wrap_around,
    hints=(
        "Where does a spectrum put the windows that leave the image? Drop nothing.",
        "``torch.fft.fft2`` takes the shape to fill up to with zeros as its second argument.",
        "A convolution's spectrum is the product of the two, with nothing conjugated; the "
        "result is real, but for rounding: ``.real``.",
    ),
    cases=lambda device: images_and_kernels(device, whole=False),
)


def rows_read_spec(size: int, kernel: int, chunk: int) -> int:
    """Count the rows read in all, if ``chunk`` rows of output are made at a time."""
    outputs = size - kernel + 1
    total = 0
    for start in range(0, outputs, chunk):
        stop = min(start + chunk, outputs)
        for output in range(start, stop):
            is_last = output == stop - 1
            total += kernel if is_last else 1  # the last window brings its halo
    return total


def rows_read(size: int, kernel: int, chunk: int) -> int:
    """Every output row reads one row, and every chunk a halo."""
    outputs = size - kernel + 1
    return outputs + math.ceil(outputs / chunk) * (kernel - 1)


ROWS_READ = Exercise(
    effort="medium",
    specification=rows_read_spec,
    solution=rows_read,
    hints=(
        "How many rows of output are there, and how many chunks do they make?",
        "The last chunk may be a small one, so round the number of chunks up.",
        "A chunk reads as many rows as it makes, and its halo: ``kernel - 1`` more.",
    ),
    cases=lambda device: [(6, 2, 3), (6, 2, 5), (9, 4, 6), (10, 1, 3), (9000, 5, 1024), (7, 3, 99)],
)

EXERCISES = [WINDOW_SUM, WRAP_AROUND, ROWS_READ]
