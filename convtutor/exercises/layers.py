"""Exercises for the pages on layers."""

import math

import torch
from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.checking import Exercise
from convtutor.shapes import output_size, receptive_field


def fit_bias_spec(image: Tensor, kernel: Tensor, target: Tensor) -> Tensor:
    """Find the bias, of shape (1,), that brings the output closest to the target."""
    h, w = kernel.shape
    rows, columns = target.shape
    bias = image.new_zeros(1)
    for i in range(rows):
        for j in range(columns):
            response = (image[i : i + h, j : j + w] * kernel).sum()
            bias += (target[i, j] - response) / (rows * columns)
    return bias


def fit_bias(image: Tensor, kernel: Tensor, target: Tensor) -> Tensor:
    """Add what is missing on average: the mean has the smallest squared error."""
    return (target - corr2d(image, kernel)).mean().reshape(1)


FIT_BIAS = Exercise(
    effort="easy",
    specification=fit_bias_spec,
    solution=fit_bias,
    hints=(
        "The bias adds the same to every output pixel. What is missing at each, without it?",
        "Of all single numbers, the mean is the closest to many, in squared error.",
        "So take the mean of the target minus ``corr2d(image, kernel)``, and mind the shape.",
    ),
    cases=lambda device: [
        (image, kernel, (corr2d(image, kernel) / 2).round() + 3)
        for image, kernel in images_and_kernels(device, whole=False)
    ],
)


def fewest_weights_spec(inputs: int, outputs: int, taps: int) -> int:
    """Count the fewest weights that a layer may have, for any number of groups."""
    fewest = inputs * outputs * taps
    for groups in range(1, inputs + 1):
        if inputs % groups == 0 and outputs % groups == 0:
            weights = outputs * (inputs // groups) * taps
            fewest = min(fewest, weights)
    return fewest


def fewest_weights(inputs: int, outputs: int, taps: int) -> int:
    """Divide by the most groups: the greatest common divisor."""
    return inputs * outputs * taps // math.gcd(inputs, outputs)


FEWEST_WEIGHTS = Exercise(
    effort="easy",
    specification=fewest_weights_spec,
    solution=fewest_weights,
    hints=(
        "Twice as many groups have half as many weights. Which numbers of groups are allowed?",
        "``groups`` must divide the input channels and the output channels. Which is the "
        "largest number that does?",
        "Python has it: ``math.gcd``.",
    ),
    cases=lambda device: [(2, 3, 4), (8, 12, 9), (12, 8, 15), (7, 7, 3), (6, 6, 10), (9, 3, 1)],
)


def kernel_gradient_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Find the gradient of the output's sum of squares, with respect to the kernel."""
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
    specification=kernel_gradient_spec,
    solution=kernel_gradient,
    hints=(
        "Autograd needs a kernel that asks for its gradient: ``kernel.clone().requires_grad_()``.",
        "You may fill the output pixel by pixel: autograd notes every write. An error comes "
        "only if you make that output with ``requires_grad=True``: then it would be a start "
        "of its own, and a start may not be overwritten.",
        "``torch.autograd.grad(loss, leaf)`` returns a tuple with one gradient in it.",
        "Without autograd: the squares rise by twice the output, and the kernel's gradient is "
        "``corr2d`` of the image with that.",
    ),
    cases=lambda device: images_and_kernels(device, whole=False),
)


def unseen_pixels_spec(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Count the pixels along one axis that no tap of any window ever lies on."""
    seen = [False] * size
    for start in range(0, size, stride):
        if start + dilation * (kernel - 1) < size:
            for tap in range(kernel):
                seen[start + dilation * tap] = True
    return seen.count(False)


def unseen_pixels(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Collect in a set what is seen, so that nothing counts twice."""
    windows = output_size(size, kernel, stride=stride, dilation=dilation)
    starts = [stride * window for window in range(windows)]
    seen = {start + dilation * tap for start in starts for tap in range(kernel)}
    return size - len(seen)


UNSEEN_PIXELS = Exercise(
    effort="medium",
    specification=unseen_pixels_spec,
    solution=unseen_pixels,
    hints=(
        "Count what is seen instead. Window ``i`` starts at ``stride * i``; where are its taps?",
        "Windows overlap, and a pixel must not count twice: a ``set`` sees to that.",
        "How many windows there are, ``convtutor.shapes.output_size`` knows.",
    ),
    cases=lambda device: [
        (10, 3, 3, 1),
        (11, 3, 2, 2),
        (10, 3, 1, 3),
        (11, 2, 4, 3),
        (9, 2, 1, 6),
        (12, 4, 3, 2),
    ],
)


def merge_layers_spec(weight: Tensor, mix: Tensor) -> Tensor:
    """Find the one weight that does what ``weight`` and then a 1 × 1 ``mix`` do."""
    outputs, channels = mix.shape
    merged = weight.new_zeros(outputs, *weight.shape[1:])
    for o in range(outputs):
        for c in range(channels):
            merged[o] += mix[o, c] * weight[c]
    return merged


def merge_layers(weight: Tensor, mix: Tensor) -> Tensor:
    """Sum over the channels in between, as in a product of matrices."""
    return torch.einsum("oc,cihw->oihw", mix, weight)


MERGE_LAYERS = Exercise(
    effort="medium",
    specification=merge_layers_spec,
    solution=merge_layers,
    hints=(
        "An output channel is a weighted sum of responses. Responses are linear in their "
        "filters, so it is the response of a weighted sum of filters.",
        "Forget the last three axes of ``weight``, and this is a product of two matrices.",
        "``torch.einsum`` or ``torch.tensordot`` sum over the shared axis, the channels.",
    ),
    cases=lambda device: [
        (
            integers(channels, inputs, h, w, dtype=dtype, device=device),
            integers(outputs, channels, dtype=dtype, device=device),
        )
        for dtype in floating(device)
        for inputs, channels, outputs, h, w in [(1, 2, 3, 1, 2), (3, 4, 2, 2, 3), (2, 5, 1, 3, 1)]
    ],
)


def seen_pixels_spec(layers: list[tuple[int, int, int]], place: int) -> tuple[int, int]:
    """Find the first and the last pixel that the output pixel at ``place`` sees."""
    seen = {place}
    for kernel, stride, dilation in reversed(layers):
        below = set()
        for pixel in seen:
            for tap in range(kernel):
                below.add(stride * pixel + dilation * tap)
        seen = below
    return min(seen), max(seen)


def seen_pixels(layers: list[tuple[int, int, int]], place: int) -> tuple[int, int]:
    """Begin where the jumps lead, and look as far as the receptive field reaches."""
    size, jump = receptive_field(layers)
    return place * jump, place * jump + size - 1


SEEN_PIXELS = Exercise(
    effort="medium",
    specification=seen_pixels_spec,
    solution=seen_pixels,
    hints=(
        "Each layer is a kernel size, a stride and a dilation, as ``receptive_field`` takes them.",
        "Neighbours in the output begin one *jump* apart. So where does number ``place`` begin?",
        "It ends ``size - 1`` pixels further on.",
    ),
    cases=lambda device: [
        (layers, place)
        for layers, place in [
            ([(3, 1, 1)], 2),
            ([(3, 1, 1), (3, 2, 1), (3, 1, 1)], 1),
            ([(2, 2, 1), (2, 3, 1), (4, 1, 2)], 3),
            ([(3, 1, 1), (3, 1, 3), (3, 1, 9)], 5),
            ([(1, 2, 1), (5, 1, 1)], 0),
        ]
    ],
)

EXERCISES = [
    FIT_BIAS,
    FEWEST_WEIGHTS,
    KERNEL_GRADIENT,
    UNSEEN_PIXELS,
    MERGE_LAYERS,
    SEEN_PIXELS,
]
