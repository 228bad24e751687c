"""Choosing the fastest method, by counting operations and weighing them with measured costs."""

from collections.abc import Sequence
from functools import lru_cache
from math import log2, prod

import torch

from convtutor.checks import check_shapes
from convtutor.methods import fft_size

__all__ = ["COSTS", "choose_method", "operation_counts"]

# Microseconds for each of the counts below, by type of device. Measured by
# docs/_bench/calibrate.py, which prints this table; rerun it on a machine that differs much from
# two cores with 512-bit vectors.
COSTS: dict[str, dict[str, tuple[float, ...]]] = {
    "cpu": {
        "taps": (0, 4.9, 8e-05),
        "bands": (16, 3.7, 0.00013, 7.2e-06),
        "phases": (32, 0.00017, 1.05e-05, 0.00028),
        "fft": (70, 40, 0, 0.00017),
        "native": (9, 0.001, 0.00023, 0.01),
    },
}


def operation_counts(
    image_shape: Sequence[int], kernel_shape: Sequence[int]
) -> dict[str, tuple[float, ...]]:
    """Count what each method does that takes time: calls into PyTorch, values moved, products.

    Args:
        image_shape: Shape of the image, ``(..., H, W)``.
        kernel_shape: Shape of the kernel, ``(h, w)``.

    Returns:
        For each method that is ever the fastest, its counts, in the order of `COSTS`.
    """
    (h, w), (height, width) = kernel_shape, image_shape[-2:]
    batch = prod(image_shape[:-2])
    pixels = batch * height * width
    outputs = batch * (height - h + 1) * (width - w + 1)
    rows, columns = fft_size(height, width, h)
    transforms = -(-(height - h + 1) // (rows - h + 1))
    points = batch * transforms * rows * columns
    return {
        # one call, one call per tap, one pass over the output per tap
        "taps": (1, h * w, h * w * outputs),
        # one call, and per kernel column: one call, one pass, h products for each output
        "bands": (1, w, w * outputs, w * h * outputs),
        # one call, one pass over the output, 16 * h products for each block that the taps meet, and
        # a pass over the image if its rows must be made a multiple of 16
        "phases": (1, outputs, outputs * 16 * h * -(-(w + 15) // 16), (width % 16 > 0) * pixels),
        # one call, and per strip: some calls, a few passes, two transforms of n log n operations
        "fft": (1, transforms, points, points * log2(rows * columns)),
        # one call, one pass over the output, h * w products for each output, one look at the kernel
        "native": (1, outputs, h * w * outputs, h * w),
    }


def choose_method(
    image_shape: Sequence[int], kernel_shape: Sequence[int], device: torch.device | str
) -> str:
    """Name the method that should be fastest: its counts, weighed by their costs, are the lowest.

    The idea is that of `scipy.signal.choose_conv_method`. The costs belong to a kind of device, not
    to each machine; what matters is that they are right where two methods take very different
    times. A device that has no costs gets PyTorch's own convolution.

    Args:
        image_shape: Shape of the image, ``(..., H, W)``.
        kernel_shape: Shape of the kernel, ``(h, w)``.
        device: Where the image is.

    Returns:
        A key of `convtutor.METHODS`.

    Raises:
        ValueError: If the shapes do not fit.
    """
    return _cheapest(tuple(image_shape), tuple(kernel_shape), torch.device(device).type)


@lru_cache(maxsize=1024)  # counting takes longer than correlating a small image
def _cheapest(image_shape: tuple[int, ...], kernel_shape: tuple[int, ...], device_type: str) -> str:
    """Weigh the counts, once for each shape."""
    check_shapes(image_shape, kernel_shape)
    costs = COSTS.get(device_type)
    if costs is None:
        return "native"
    counts = operation_counts(image_shape, kernel_shape)
    times = {
        method: sum(cost * count for cost, count in zip(costs[method], counts[method], strict=True))
        for method in costs
    }
    return min(times, key=times.__getitem__)
