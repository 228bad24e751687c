"""Kernels of any size: the pixel itself, and two means of its surroundings."""

import torch
from torch import Tensor

from convtutor.checks import check_integer, check_positive, floating_dtype


def identity(
    height: int = 3,
    width: int = 3,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Leave every pixel as it is: one tap of 1 in the middle.

    The taps add up to 1.

    Args:
        height: Rows, an odd number, so that there is a middle.
        width: Columns, an odd number.
        dtype: As in :func:`torch.zeros`.
        device: As in :func:`torch.zeros`.

    Returns:
        Taps, shape ``(height, width)``.

    Raises:
        TypeError: If a size is not an integer.
        ValueError: If a size is not a positive odd number.
    """
    for name, size in (("height", height), ("width", width)):
        check_integer(name, size)
        if size < 1 or size % 2 == 0:
            raise ValueError(f"{name} must be a positive odd number, got {size}")
    taps = torch.zeros(height, width, dtype=dtype, device=device)
    taps[height // 2, width // 2] = 1
    return taps


def box(
    height: int = 3,
    width: int = 3,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Blur: the plain mean of the window.

    The taps add up to 1. The rank is 1.

    Args:
        height: Rows, at least 1.
        width: Columns, at least 1.
        dtype: A floating dtype; ``None`` for torch's default.
        device: As in :func:`torch.ones`.

    Returns:
        Equal taps, shape ``(height, width)``.

    Raises:
        TypeError: If a size is not an integer, or ``dtype`` is not floating: its taps would all be
            zero.
        ValueError: If a size is less than 1.
    """
    dtype = floating_dtype(dtype)
    check_integer("height", height, least=1)
    check_integer("width", width, least=1)
    return torch.full((height, width), 1 / (height * width), dtype=dtype, device=device)


def gaussian(
    height: int = 5,
    width: int = 5,
    *,
    sigma: float = 1.0,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Blur: a mean in which a pixel counts the less, the farther it is from the middle.

    The taps add up to 1. The rank is 1: a column times a row.

    Args:
        height: Rows, at least 1. Six sigma, rounded up to an odd number, lose next to nothing.
        width: Columns, at least 1.
        sigma: Standard deviation of the bell, in pixels, a positive number.
        dtype: A floating dtype; ``None`` for torch's default.
        device: As in :func:`torch.ones`.

    Returns:
        Taps, shape ``(height, width)``, largest in the middle.

    Raises:
        TypeError: If a size is not an integer, or ``dtype`` is not floating.
        ValueError: If a size is less than 1, or sigma is not positive and finite.
    """
    dtype = floating_dtype(dtype)
    check_integer("height", height, least=1)
    check_integer("width", width, least=1)
    check_positive("sigma", sigma)
    bells = []
    for size in (height, width):
        # On the CPU, in double precision: not every device has that, and 16 bits cannot even count
        # the taps of a long kernel.
        distance = torch.arange(size, dtype=torch.float64, device="cpu") - (size - 1) / 2
        # The exponentials, divided by their sum; even where each of them alone would be zero.
        bells.append(torch.softmax(-((distance / sigma) ** 2) / 2, 0))
    return torch.outer(*bells).to(dtype=dtype, device=device or torch.get_default_device())
