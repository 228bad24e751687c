"""Refusals that several modules share: each names the argument, its value and the rule."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

# Integers must be wide enough to hold the sum of many products: 8 and 16 bits are not.
DTYPES = {
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.int32,
    torch.int64,
}


def check_integer(name: str, value: object, *, least: int | None = None) -> None:
    """Refuse what is no count, no size and no place.

    Args:
        name: The argument.
        value: What should be an integer.
        least: The smallest that will do, if there is one.

    Raises:
        TypeError: If ``value`` is not an integer.
        ValueError: If it is less than ``least``.
    """
    # True is an int to Python, but not a size.
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


def check_positive(name: str, value: object) -> None:
    """Refuse what is no positive number.

    Args:
        name: The argument.
        value: What should be a number, not necessarily a whole one.

    Raises:
        TypeError: If ``value`` is not a number.
        ValueError: If it is not positive, or not finite.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")


def floating_dtype(dtype: torch.dtype | None) -> torch.dtype:
    """Refuse a dtype that has no fractions.

    Args:
        dtype: What was asked for; ``None`` for torch's default.

    Returns:
        The dtype to use.

    Raises:
        TypeError: If it is not floating.
    """
    dtype = dtype or torch.get_default_dtype()
    if not dtype.is_floating_point:
        raise TypeError(f"dtype must be a floating one, got {dtype}")
    return dtype


def check_tensors(**tensors: object) -> None:
    """Refuse what cannot be correlated, or would be wrong in silence, whatever its shape.

    Args:
        tensors: By the name of the argument, what should be tensors of one dtype on one device; the
            first sets both.

    Raises:
        TypeError: If an argument is not a dense tensor, or of a dtype that does not fit.
        ValueError: If the devices differ.
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
    """Refuse a kernel that fits nowhere in an image.

    Args:
        image_shape: What should be ``(..., H, W)``.
        kernel_shape: What should be ``(h, w)``, with ``1 <= h <= H`` and ``1 <= w <= W``.

    Raises:
        ValueError: If it is not.
    """
    size, taps = tuple(image_shape), tuple(kernel_shape)
    if len(size) < 2:
        raise ValueError(f"image of shape {size} has {len(size)} dimensions: it needs at least 2")
    if len(taps) != 2:
        raise ValueError(f"kernel of shape {taps} has {len(taps)} dimensions: it needs exactly 2")
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
    """Say why a dtype is refused, and what to write instead."""
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
