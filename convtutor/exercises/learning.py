"""Exercises for the pages on learning a kernel."""

import math

import torch
from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.checking import Exercise


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
        "A step multiplies an error by 1 − rate · curvature. What do ``steps`` of them do?",
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
        (image, corr2d(image, kernel.flip(0, 1)), kernel, lr)
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
        "signs: 1 − rate · low = −(1 − rate · high).",
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
            corr2d(image - 3, kernel) + noise * corr2d(image, kernel).remainder(5),
            *kernel.shape,
        )
        for dtype in floating(device)
        for shape, size, noise in [((4, 3), (1, 2), 0), ((5, 8), (2, 3), 0), ((9, 6), (3, 1), 1)]
        for image in [integers(*shape, dtype=dtype, device=device)]
        for kernel in [integers(*size, dtype=dtype, device=device)]
    ],
)

EXERCISES = [VISIBLE_PART, REWIND, DESCEND, FASTEST_RATE, CONFUSION, FIND_KERNEL]
