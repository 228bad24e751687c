"""The exercises of the section on learning."""

import math

import torch
from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.exercise import Exercise


def kernel_gradient_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Find the gradient of the output's sum of squares, with respect to the kernel.

    The output is the cross-correlation of image and kernel.
    """
    h, w = kernel.shape
    gradient = torch.zeros_like(kernel)
    for i in range(image.shape[0] - h + 1):
        for j in range(image.shape[1] - w + 1):
            window = image[i : i + h, j : j + w]
            gradient += 2 * (window * kernel).sum() * window
    return gradient


def kernel_gradient(image: Tensor, kernel: Tensor) -> Tensor:
    """Leave it to autograd, which follows every step."""
    leaf = kernel.clone().requires_grad_()
    loss = (corr2d(image, leaf) ** 2).sum()
    return torch.autograd.grad(loss, leaf)[0]


KERNEL_GRADIENT = Exercise(
    effort="medium",
    shows="example",
    specification=kernel_gradient_spec,
    solution=kernel_gradient,
    hints=(
        "Autograd needs a kernel that asks for its gradient: ``kernel.clone().requires_grad_()``.",
        "You may fill the output pixel by pixel, because autograd records every write. But do not "
        "make that output with ``requires_grad=True``: PyTorch refuses to overwrite a part of a "
        "tensor that asks for its own gradient.",
        "``torch.autograd.grad(loss, leaf)`` returns a tuple with one gradient in it.",
        "You can also do without autograd. The slope of a square is twice its base, so the "
        "gradient is ``corr2d`` of the image with twice the output.",
    ),
    cases=lambda device: images_and_kernels(device, whole=False),
    slips={
        "This is half of the gradient: the slope of a square is twice its base.": (
            lambda image, kernel: corr2d(image, corr2d(image, kernel))
        ),
        "This is the gradient of the sum, not of the sum of squares.": (
            lambda image, kernel: corr2d(image, torch.ones_like(corr2d(image, kernel)))
        ),
        "This is the gradient with respect to the image.": (
            lambda image, kernel: _square_slopes(image, kernel)[0]
        ),
        "This is the gradient of the mean of squares, not of their sum.": (
            lambda image, kernel: kernel_gradient(image, kernel) / corr2d(image, kernel).numel()
        ),
    },
)


def _square_slopes(image: Tensor, kernel: Tensor) -> tuple[Tensor, ...]:
    """Differentiate the output's sum of squares in both arguments."""
    leaves = image.clone().requires_grad_(), kernel.clone().requires_grad_()
    return torch.autograd.grad((corr2d(*leaves) ** 2).sum(), leaves)


def descend_spec(image: Tensor, target: Tensor, kernel: Tensor, lr: float) -> Tensor:
    """Take one step downhill on the summed squared error, and return the new kernel.

    The error is the cross-correlation of image and kernel, minus the target; ``lr`` is the learning
    rate.
    """
    h, w = kernel.shape
    gradient = torch.zeros_like(kernel)
    for i in range(target.shape[0]):
        for j in range(target.shape[1]):
            window = image[i : i + h, j : j + w]
            error = (window * kernel).sum() - target[i, j]
            gradient += 2 * error * window
    return kernel - lr * gradient


def descend(image: Tensor, target: Tensor, kernel: Tensor, lr: float) -> Tensor:
    """Cross-correlate the image with the errors: this is half of the gradient."""
    errors = corr2d(image, kernel) - target
    return kernel - 2 * lr * corr2d(image, errors)


DESCEND = Exercise(
    effort="medium",
    shows="example",
    specification=descend_spec,
    solution=descend,
    hints=(
        "You can use autograd. Or do without, in two lines: begin with the errors, "
        "``corr2d(image, kernel) - target``.",
        "The slope of a squared error is twice the error, times the pixel that the tap lay on.",
        "Added up over all windows, this is a cross-correlation of the image with the errors.",
        "Return a new kernel: ``kernel -= ...`` would change the one that the caller holds.",
    ),
    cases=lambda device: [
        (image, corr2d(image, kernel.flip(0, 1), method="taps"), kernel, lr)
        for (image, kernel), lr in zip(
            images_and_kernels(device, whole=False), (0.01, 0.25, 0.5, 1.0, 0.125), strict=True
        )
    ],
    slips={
        "This goes uphill: subtract the gradient.": (
            lambda image, target, kernel, lr: descend(image, target, kernel, -lr)
        ),
        "This is half of the step: the slope of a square is twice its base.": (
            lambda image, target, kernel, lr: descend(image, target, kernel, lr / 2)
        ),
        "This is a step on the mean of the squared errors, not on their sum.": (
            lambda image, target, kernel, lr: descend(image, target, kernel, lr / target.numel())
        ),
        "This is the gradient; take the step as well, and return the new kernel.": (
            lambda image, target, kernel, lr: 2 * corr2d(image, corr2d(image, kernel) - target)
        ),
        "The learning rate is missing.": (
            lambda image, target, kernel, lr: descend(image, target, kernel, 1.0)
        ),
    },
)


def fastest_rate_spec(curvatures: list[float]) -> float:
    """Find the learning rate at which the slowest of all errors shrinks fastest.

    A step multiplies the error in each direction by ``1 - rate * curvature``.
    """
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
    shows="example",
    specification=fastest_rate_spec,
    solution=fastest_rate,
    hints=(
        "Draw what a step leaves of each error against the rate. Which two directions decide?",
        "At the best rate, the flattest direction and the steepest shrink alike, with opposite "
        "signs: ``1 - rate * low == -(1 - rate * high)``.",
        "Solve this for the rate.",
    ),
    cases=lambda device: [
        ([12.0, 60.0],),
        ([5.0],),
        ([60.0, 30.0, 12.0],),
        ([0.5, 7.0, 2.0, 3.0],),
        ([1.0, 1000.0, 999.0],),
    ],
    slips={
        "This is the limit of stability, at which the steepest direction does not shrink at all.": (
            lambda curvatures: 2 / max(curvatures)
        ),
        "At this rate the steepest error is gone after a step, but the flattest shrinks slowly.": (
            lambda curvatures: 1 / max(curvatures)
        ),
        "The mean lets all directions decide, but only the flattest and the steepest count.": (
            lambda curvatures: len(curvatures) / sum(curvatures)
        ),
        "The curvatures are in no particular order: take the smallest and the largest.": (
            lambda curvatures: 2 / (curvatures[0] + curvatures[-1])
        ),
        "A factor 2 is missing.": (lambda curvatures: 1 / (min(curvatures) + max(curvatures))),
    },
)


def visible_part_spec(kernel: Tensor) -> Tensor:
    """Find the smallest kernel whose columns have the same sums as those of the given kernel.

    On an image of vertical stripes, two kernels with the same column sums answer alike, so this is
    all that such an image shows of a kernel. The smallest kernel is the one with the smallest
    sum of squares.
    """
    smallest = torch.zeros_like(kernel)
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            for a in range(kernel.shape[0]):
                smallest[i, j] += kernel[a, j] / kernel.shape[0]
    return smallest


def visible_part(kernel: Tensor) -> Tensor:
    """Give each tap the mean of its column: differences only add to the squares."""
    return kernel.mean(0, keepdim=True).expand_as(kernel)


VISIBLE_PART = Exercise(
    effort="easy",
    shows="example",
    specification=visible_part_spec,
    solution=visible_part,
    hints=(
        "Three numbers must add up to 6. Which three have the smallest sum of squares?",
        "Three equal ones: so each tap becomes the mean of its column.",
        "``mean(0)`` leaves one row, and ``expand_as`` repeats it.",
    ),
    cases=lambda device: [
        (integers(*shape, dtype=dtype, device=device),)
        for dtype in floating(device)
        for shape in [(2, 3), (3, 1), (4, 3), (1, 5), (5, 7)]
    ],
    slips={
        "These are the means of the rows, but it is the columns that keep their sums.": (
            lambda kernel: kernel.mean(1, keepdim=True).expand_as(kernel)
        ),
        "These are the sums of the columns: divide each by the number of its taps.": (
            lambda kernel: kernel.sum(0, keepdim=True).expand_as(kernel)
        ),
        "This is one row; repeat it, so that the kernel keeps its shape.": (
            lambda kernel: kernel.mean(0)
        ),
        "This is the part that the stripes do not show.": lambda kernel: kernel - kernel.mean(0),
        "The whole sum is in one row, which makes the squares large: share it among the rows.": (
            lambda kernel: torch.cat([kernel.sum(0, keepdim=True), 0 * kernel[1:]])
        ),
        "The row is repeated as often as there are columns, not rows.": (
            lambda kernel: kernel.mean(0).expand(kernel.shape[1], kernel.shape[1])
        ),
    },
)


def find_kernel_spec(image: Tensor, response: Tensor, height: int, width: int) -> Tensor:
    """Find the kernel, of this height and width, whose response comes closest to the given one.

    The response is the cross-correlation of image and kernel. Close means that the sum of squared
    errors is small.
    """
    rows, columns = response.shape
    kernel = image.new_zeros(height, width)
    left = response.clone()  # what the kernel does not explain yet
    for _ in range(60):
        for a in range(height):
            for b in range(width):
                under_tap = image[a : a + rows, b : b + columns]
                change = (left * under_tap).sum() / (under_tap * under_tap).sum()
                kernel[a, b] += change  # the best that this tap can do by itself
                left -= change * under_tap
    return kernel


def find_kernel(image: Tensor, response: Tensor, height: int, width: int) -> Tensor:
    """Write every window as a row, and let least squares find the taps."""
    windows = image.unfold(0, height, 1).unfold(1, width, 1).reshape(-1, height * width)
    taps: Tensor = torch.linalg.lstsq(windows.cpu(), response.cpu().reshape(-1, 1))[0]
    return taps.reshape(height, width).to(image.device)


FIND_KERNEL = Exercise(
    effort="hard",
    shows="example",
    specification=find_kernel_spec,
    solution=find_kernel,
    hints=(
        "Each output pixel is one equation: its window times the taps is the response.",
        "``unfold`` twice and ``reshape`` once: a matrix with one window in each row.",
        "``torch.linalg.lstsq(A, b)`` solves such equations. ``b`` must be a column, and the "
        "solution is the first part of what it returns.",
        "Not every device has this solver: take the tensors to the CPU and the solution back.",
    ),
    cases=lambda device: [
        (
            image - 3,
            # By the method that never rounds integers; else a remainder of 5 could be left of a 5.
            corr2d(image - 3, kernel, method="taps")
            + noise * corr2d(image, kernel, method="taps").remainder(5),
            *kernel.shape,
        )
        for dtype in floating(device)
        for shape, size, noise in [((4, 3), (1, 2), 0), ((5, 8), (2, 3), 0), ((9, 6), (3, 1), 1)]
        for image in [integers(*shape, dtype=dtype, device=device)]
        for kernel in [integers(*size, dtype=dtype, device=device)]
    ],
    slips={
        "The kernel is turned by 180 degrees: this one fits a convolution.": (
            lambda image, response, height, width: find_kernel(image, response, height, width).flip(
                0, 1
            )
        ),
        "The taps are right, but height and width are swapped when they are reshaped.": (
            lambda image, response, height, width: find_kernel(
                image, response, height, width
            ).reshape(width, height)
        ),
        "The taps were counted column by column; they come row by row.": (
            lambda image, response, height, width: (
                find_kernel(image, response, height, width).reshape(width, height).T
            )
        ),
        "This correlates the image with the response, which is a first step of descent and not "
        "the solution: where neighbouring pixels are alike, each tap also gets a part of the "
        "next one's share.": (
            lambda image, response, height, width: corr2d(image, response) / (image**2).sum()
        ),
    },
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
    shows="loops",
    specification=confusion_spec,
    solution=confusion,
    hints=(
        "An example is read as the class with the highest score: ``argmax(1)``.",
        "A pair of digits is one number below 100: ten times the first, plus the second. With "
        "another number of classes it works the same way.",
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
    slips={
        "The table is transposed: the labels are its rows, what was read is its columns.": (
            lambda scores, labels: confusion(scores, labels).T
        ),
        "This reads each example as the class with the lowest score.": (
            lambda scores, labels: confusion(-scores, labels)
        ),
        "These are shares: count the examples, and do not divide.": (
            lambda scores, labels: confusion(scores, labels) / len(labels)
        ),
        "Only the examples that were read right are counted.": (
            lambda scores, labels: confusion(scores, labels).diag().diag()
        ),
        "Examples with the same label and the same answer count once here: an index that comes "
        "several times is written once only.": (
            lambda scores, labels: confusion(scores, labels).clamp(max=1)
        ),
    },
)


def rewind_spec(errors: Tensor, curvatures: Tensor, lr: float, steps: int) -> Tensor:
    """Find the errors before training from those after it, one for each direction.

    A step multiplies the error in each direction by ``1 - lr * curvature``.
    """
    before = errors.clone()
    for direction in range(len(errors)):
        for _ in range(steps):
            before[direction] /= 1 - lr * curvatures[direction]
    return before


def rewind(errors: Tensor, curvatures: Tensor, lr: float, steps: int) -> Tensor:
    """Divide by the factor that all the steps together have multiplied with."""
    return errors / (1 - lr * curvatures) ** steps


REWIND = Exercise(
    effort="easy",
    shows="example",
    specification=rewind_spec,
    solution=rewind,
    hints=(
        "One step multiplies an error by ``1 - lr * curvature``. What do ``steps`` of them do?",
        "A factor that is applied many times is a power, and going back is a division.",
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
    slips={
        "This runs training forwards: to go back, divide.": (
            lambda errors, curvatures, lr, steps: errors * (1 - lr * curvatures) ** steps
        ),
        "This goes back one step too few.": (
            lambda errors, curvatures, lr, steps: errors / (1 - lr * curvatures) ** (steps - 1)
        ),
        "The signs are lost: an error that overshoots changes its sign at every step.": (
            lambda errors, curvatures, lr, steps: errors / (1 - lr * curvatures).abs() ** steps
        ),
        "Each direction has its own curvature, but all use the first one here.": (
            lambda errors, curvatures, lr, steps: errors / (1 - lr * curvatures[0]) ** steps
        ),
        "The factors of the steps multiply; they do not add up.": (
            lambda errors, curvatures, lr, steps: errors / (1 - lr * curvatures * steps)
        ),
    },
)

EXERCISES = [
    KERNEL_GRADIENT,
    DESCEND,
    FASTEST_RATE,
    VISIBLE_PART,
    FIND_KERNEL,
    CONFUSION,
    REWIND,
]
