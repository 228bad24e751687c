"""Exercises on what data show: of a kernel, and of a network's mistakes."""

import torch
from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, integers
from convtutor.exercises.exercise import Exercise


def visible_part_spec(kernel: Tensor) -> Tensor:
    """Find the smallest kernel with the same column sums: a stripe shows no more."""
    smallest = torch.zeros_like(kernel)
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            for a in range(kernel.shape[0]):
                smallest[i, j] += kernel[a, j] / kernel.shape[0]
    return smallest


def visible_part(kernel: Tensor) -> Tensor:
    """Give each tap the mean of its column: what differs only adds squares."""
    return kernel.mean(0, keepdim=True).expand_as(kernel)


VISIBLE_PART = Exercise(
    effort="easy",
    specification=visible_part_spec,
    solution=visible_part,
    hints=(
        "Three numbers must add up to 6. Which three have the smallest squares?",
        "Equal ones: so each tap becomes the mean of its column.",
        "``mean(0)`` leaves one row; ``expand_as`` repeats it.",
    ),
    cases=lambda device: [
        (integers(*shape, dtype=dtype, device=device),)
        for dtype in floating(device)
        for shape in [(2, 3), (3, 1), (4, 3), (1, 5), (5, 7)]
    ],
)


def confusion_spec(scores: Tensor, labels: Tensor) -> Tensor:
    """Count, in row i and column j, the examples with label i that were read as j."""
    classes = scores.shape[1]
    counts = torch.zeros(classes, classes, dtype=torch.int64, device=scores.device)
    for example in range(len(labels)):
        best = 0
        for j in range(classes):
            if scores[example, j] > scores[example, best]:
                best = j
        counts[labels[example], best] += 1
    return counts


def confusion(scores: Tensor, labels: Tensor) -> Tensor:
    """Number the pairs (label, read as), and count how often each number comes."""
    classes = scores.shape[1]
    pairs = labels * classes + scores.argmax(1)
    counts: Tensor = pairs.bincount(minlength=classes**2)
    return counts.reshape(classes, classes)


CONFUSION = Exercise(
    effort="medium",
    specification=confusion_spec,
    solution=confusion,
    hints=(
        "What an example is read as is the place of its highest score: ``argmax(1)``.",
        "A pair of numbers below 10 is one number below 100: ten times the first, plus the "
        "second. With other numbers of classes it is the same.",
        "``bincount`` counts such numbers; ``minlength`` makes room for those that never come.",
    ),
    cases=lambda device: [
        (
            # The fractions see to it that no two scores are equal.
            integers(examples, classes, dtype=dtype, device=device)
            + torch.arange(classes, dtype=dtype, device=device) / 16,
            integers(examples, dtype=torch.int64, device=device, least=0) % classes,
        )
        for dtype in floating(device)
        for examples, classes in [(4, 2), (5, 3), (2, 4), (40, 10)]
    ],
)


def find_kernel_spec(
    image: Tensor,
    response: Tensor,
    height: int,
    width: int,
) -> Tensor:
    """Find the kernel whose response to the image is closest to the given one."""
    rows, columns = response.shape
    kernel = image.new_zeros(height, width)
    left = response.clone()  # what the kernel does not explain yet
    for _ in range(60):
        for a in range(height):
            for b in range(width):
                lay_on = image[a : a + rows, b : b + columns]
                change = (left * lay_on).sum() / (lay_on * lay_on).sum()
                kernel[a, b] += change  # the best this tap can do by itself
                left -= change * lay_on
    return kernel


def find_kernel(image: Tensor, response: Tensor, height: int, width: int) -> Tensor:
    """Write every window as a row, and let least squares solve for the taps."""
    windows = image.unfold(0, height, 1).unfold(1, width, 1).reshape(-1, height * width)
    taps: Tensor = torch.linalg.lstsq(windows.cpu(), response.cpu().reshape(-1, 1))[0]
    return taps.reshape(height, width).to(image.device)


FIND_KERNEL = Exercise(
    effort="hard",
    specification=find_kernel_spec,
    solution=find_kernel,
    hints=(
        "Each output pixel is one equation: its window times the taps is the response.",
        "``unfold`` twice, and ``reshape``: a matrix with one window in each row.",
        "``torch.linalg.lstsq(A, b)`` solves it; ``b`` must be a column. It returns a tuple, "
        "with the solution first.",
        "The solver is not on every device: take it to the CPU and back.",
    ),
    cases=lambda device: [
        (
            image - 3,
            # By the method that never rounds whole numbers, or a 5 could be left of a 5.
            corr2d(image - 3, kernel, method="taps")
            + noise * corr2d(image, kernel, method="taps").remainder(5),
            *kernel.shape,
        )
        for dtype in floating(device)
        for shape, size, noise in [((4, 3), (1, 2), 0), ((5, 8), (2, 3), 0), ((9, 6), (3, 1), 1)]
        for image in [integers(*shape, dtype=dtype, device=device)]
        for kernel in [integers(*size, dtype=dtype, device=device)]
    ],
)

EXERCISES = [VISIBLE_PART, CONFUSION, FIND_KERNEL]
