"""Checks of arguments that several modules share.

Each error names the argument, its value and the rule that it broke.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

# Integers of 8 or 16 bits are left out, because a sum of many products would overflow them.
DTYPES = {
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.int32,
    torch.int64,
}


def check_integer(name: str, value: object, *, least: int | None = None) -> None:
    """Require an integer, optionally with a lower bound.

    Args:
        name: The argument.
        value: Its value.
        least: The smallest value allowed; ``None`` for no bound.

    Raises:
        TypeError: If ``value`` is not an integer.
        ValueError: If it is less than ``least``.
    """
    # To Python, True is an int. As a size or a place it is surely a mistake.
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


def check_positive(name: str, value: object) -> None:
    """Require a positive, finite number.

    Args:
        name: The argument.
        value: Its value, an integer or a float.

    Raises:
        TypeError: If ``value`` is not a number.
        ValueError: If it is not positive, or not finite.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")


def floating_dtype(dtype: torch.dtype | None) -> torch.dtype:
    """Require a floating-point dtype.

    Args:
        dtype: The dtype asked for; ``None`` for torch's default.

    Returns:
        The dtype to use.

    Raises:
        TypeError: If it is not a floating-point type.
    """
    dtype = dtype or torch.get_default_dtype()
    if not dtype.is_floating_point:
        raise TypeError(f"dtype must be a floating-point type, got {dtype}")
    return dtype


def check_tensors(**tensors: object) -> None:
    """Require dense tensors of one dtype, in which sums are exact enough, on one device.

    Args:
        tensors: The value of each argument by its name. The others must have the dtype and the
            device of the first.

    Raises:
        TypeError: If an argument is not a dense tensor, or its dtype is not allowed or not that of
            the first.
        ValueError: If a device is not that of the first.
    """
    first, reference = "", None
    for name, value in tensors.items():
        if not isinstance(value, Tensor):
            raise TypeError(
                f"{name} of type {type(value).__name__} is not a tensor: "
                f"use torch.as_tensor({name})"
            )
        if value.layout is not torch.strided:
            raise TypeError(f"{name} of layout {value.layout} is not dense: use {name}.to_dense()")
        if value.dtype not in DTYPES:
            raise TypeError(_refusal(name, value.dtype))
        if reference is None:
            first, reference = name, value
            continue
        if value.dtype != reference.dtype:
            raise TypeError(
                f"{name} of dtype {value.dtype} does not match {first} of dtype "
                f"{reference.dtype}: use {name}.to({first}.dtype)"
            )
        if value.device != reference.device:
            raise ValueError(
                f"{name} on device {value.device} does not match {first} on device "
                f"{reference.device}: use {name}.to({first}.device)"
            )


def check_shapes(image_shape: Sequence[int], kernel_shape: Sequence[int]) -> None:
    """Require a kernel that fits into an image.

    Args:
        image_shape: The shape of the image, ``(..., H, W)``.
        kernel_shape: The shape of the kernel, ``(h, w)``, with ``1 <= h <= H`` and
            ``1 <= w <= W``.

    Raises:
        ValueError: If a shape has the wrong number of dimensions, is empty, or the kernel does not
            fit.
    """
    size, taps = tuple(image_shape), tuple(kernel_shape)
    if len(size) < 2:
        raise ValueError(f"image of shape {size} must have at least 2 dimensions")
    if len(taps) != 2:
        raise ValueError(f"kernel of shape {taps} must have exactly 2 dimensions")
    if taps[0] < 1 or taps[1] < 1:
        raise ValueError(f"kernel of shape {taps} is empty: it needs at least one tap")
    if size[-2] < 1 or size[-1] < 1:
        raise ValueError(
            f"image of shape {size} is empty: it needs at least one row and one column"
        )
    for tap, pixel in zip(taps, size[-2:], strict=True):
        if tap > pixel:
            raise ValueError(
                f"kernel of shape {taps} does not fit in image of shape {size}: {tap} > {pixel}"
            )


def _refusal(name: str, dtype: torch.dtype) -> str:
    """Explain why a dtype is not allowed, and what to write instead."""
    if dtype.is_complex:
        return f"{name} of dtype {dtype} is complex: correlate {name}.real and {name}.imag apart"
    if dtype == torch.bool:
        reason = "holds truth values, which do not add up"
    elif dtype.is_floating_point:
        reason = "is too coarse to sum in"
    else:
        reason = f"has {8 * dtype.itemsize} bits, so sums could wrap around"
        if dtype.itemsize > 2:
            reason = "has no sign, so sums could wrap around"
    return f"{name} of dtype {dtype} {reason}: use {name}.to(torch.float32)"
