"""Exercises on a layer's parameters: its bias and weights, their number, their gradient."""

import math

import torch
from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.exercise import Exercise


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
        (image, kernel, (corr2d(image, kernel, method="taps") / 2).round() + 3)
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

EXERCISES = [FIT_BIAS, FEWEST_WEIGHTS, KERNEL_GRADIENT, MERGE_LAYERS]
