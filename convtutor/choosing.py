"""Choosing the fastest method, by counting operations and weighing them with measured costs."""

from collections.abc import Sequence
from functools import lru_cache
from math import log2, prod

import torch
from torch import Tensor

from convtutor.checks import check_shapes
from convtutor.methods import band_products, fft_size

__all__ = ["COSTS", "choose_method", "operation_counts", "suits_fft"]

# Microseconds for each of the counts below, by type of device. Those of the CPU are fits of
# docs/_bench/calibrate.py on two cores with 512-bit vectors, evened out by hand so that the choice
# is right on one core too; rerun it on a machine that differs much.
COSTS: dict[str, dict[str, tuple[float, ...]]] = {
    "cpu": {
        "taps": (0, 4.9, 8e-05),
        "strips": (57, 0.0007, 1.8e-05),
        "bands": (20, 3.7, 6e-05, 9e-06),
        "phases": (32, 0.05, 1.05e-05, 0.00028),
        "fft": (40, 30, 0, 0.00026),
        "native": (7, 0, 0.00016, 35),
    },
    # By hand, from times on an NVIDIA H100. Not the FFT: to see whether it suits the values, the
    # processor would have to wait for them.
    "cuda": {
        "taps": (0.7, 13, 1e-06),
        "strips": (57, 0, 3.1e-07),
        "native": (19, 2e-06, 3.2e-06, 0),
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
    products = band_products(height, width, h, w)
    lanes = min(16, width)
    rows, columns = fft_size(height, width, h)
    transforms = -(-(height - h + 1) // (rows - h + 1))
    points = batch * transforms * rows * columns
    return {
        # one call, one call per tap, one pass over the output per tap
        "taps": (1, h * w, h * w * outputs),
        # one call, one pass over the output, h * w products for each output
        "strips": (1, outputs, h * w * outputs),
        # per image: one call, and one for each product of matrices; passes over the output; and for
        # each output h + 7 products for each column, or w + 15 under a kernel of one row
        "bands": (
            batch,
            batch * products,
            (w if h > 1 else products) * outputs,
            (w * (h + 7) if h > 1 else w + 15) * outputs,
        ),
        # one call, one step for each row of the output and each of the kernel, 16 * h products for
        # each block that the taps meet, and a pass over the image if its rows are not whole blocks
        "phases": (
            1,
            batch * (height - h + 1) * h,
            outputs * lanes * h * -(-(w + lanes - 1) // lanes),
            (width % lanes > 0) * pixels,
        ),
        # one call, and per strip: some calls, a few passes, two transforms of n log n operations
        "fft": (1, transforms, points, points * log2(rows * columns)),
        # one call, one pass over the output, h * w products for each output, and the start of a
        # library, without which PyTorch treats a small image under a low or narrow kernel
        "native": (
            1,
            outputs,
            h * w * outputs,
            not (batch == 1 and pixels <= 20_480 and min(h, w) <= 3),
        ),
    }


def choose_method(
    image_shape: Sequence[int],
    kernel_shape: Sequence[int],
    device: torch.device | str,
    *,
    among_direct: bool = False,
) -> str:
    """Name the method that should be fastest: its counts, weighed by their costs, are the lowest.

    The idea is that of `scipy.signal.choose_conv_method`. The costs belong to a kind of device, not
    to each machine; what matters is that they are right where two methods take very different
    times. A device that has no costs gets PyTorch's own convolution.

    Args:
        image_shape: Shape of the image, ``(..., H, W)``.
        kernel_shape: Shape of the kernel, ``(h, w)``.
        device: Where the image is.
        among_direct: Leave out ``"fft"``, whose rounding `suits_fft` judges.

    Returns:
        A key of `convtutor.METHODS`.

    Raises:
        ValueError: If the shapes do not fit.
    """
    device_type = torch.device(device).type
    return _cheapest(tuple(image_shape), tuple(kernel_shape), device_type, among_direct)


@lru_cache(maxsize=1024)  # counting takes longer than correlating a small image
def _cheapest(
    image_shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    device_type: str,
    among_direct: bool,
) -> str:
    """Weigh the counts, once for each shape."""
    check_shapes(image_shape, kernel_shape)
    costs = COSTS.get(device_type)
    if costs is None:
        return "native"
    counts = operation_counts(image_shape, kernel_shape)
    times = {
        method: sum(cost * count for cost, count in zip(costs[method], counts[method], strict=True))
        for method in costs
        if not (among_direct and method == "fft")
    }
    return min(times, key=times.__getitem__)


# How much louder than the quietest part of an image its loudest pixel may be. The error of a
# transform is relative to the loudest, so the quietest part loses that many times its rounding.
_RANGE = 1000


@torch.no_grad()
def suits_fft(image: Tensor, kernel: Tensor) -> bool:
    """Tell whether the rounding of a Fourier transform is small for every window of an image.

    A transform mixes all pixels, so its rounding is relative to the largest of them. It suits an
    image of finite numbers that is nowhere much smaller than elsewhere: if it is cut into parts of
    half the kernel's size, the largest magnitude in the image is at most 1,000 times the largest in
    each part. Parts that are all zero do not count. The sums must also be far from the limits of
    the dtype. A transform does not suit integers, which are exact in all other methods.

    Args:
        image: Pixels, shape ``(..., H, W)``, floating point.
        kernel: Taps, shape ``(h, w)``, same dtype.

    Returns:
        Whether it does. Where the values cannot be read, as inside `torch.func.vmap`, `False`.
    """
    try:
        if _is_whole(kernel) and _is_whole(image):
            return False
        half_h, half_w = (-(-size // 2) for size in kernel.shape)
        least, most = image.aminmax()
        loudest = max(-least.item(), most.item())
        taps = kernel.abs().max().item()
        # What is left beyond the last whole part needs no look: each window holds a whole part.
        rows = image.unfold(-2, half_h, half_h)
        peaks = torch.maximum(rows.amax(-1), -rows.amin(-1)).unfold(-1, half_w, half_w).amax(-1)
        quietest = peaks.where(peaks > 0, loudest).min().item()
    except RuntimeError:  # values that are batched, or that do not exist
        return False
    limits = torch.finfo(image.dtype)
    largest = loudest * taps * prod(image.shape[-2:]) * kernel.numel()
    smallest = quietest * taps
    # A comparison with NaN is false.
    return (
        loudest <= _RANGE * quietest
        and largest < limits.max
        and (smallest > limits.tiny / limits.eps or largest == 0)
    )


def _is_whole(values: Tensor) -> bool:
    """Tell whether all values are integers, whatever their dtype."""
    return torch.equal(values, values.round())
