"""Kernels with a name, written as :func:`convtutor.corr2d` lays them on an image, unflipped."""

import torch
from torch import Tensor


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
        ValueError: If a size is not a positive odd number.
    """
    for name, size in (("height", height), ("width", width)):
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
        TypeError: If ``dtype`` is not floating: its taps would all be zero.
        ValueError: If a size is less than 1.
    """
    dtype = _floating(dtype)
    _check_size(height, width)
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
        TypeError: If ``dtype`` is not floating.
        ValueError: If a size is less than 1, or sigma is not positive.
    """
    dtype = _floating(dtype)
    _check_size(height, width)
    if not sigma > 0:
        raise ValueError(f"sigma must be positive, got {sigma}")
    bells = []
    for size in (height, width):
        distance = torch.arange(size, dtype=dtype, device=device) - (size - 1) / 2
        bell = torch.exp(-((distance / sigma) ** 2) / 2)
        bells.append(bell / bell.sum())
    return torch.outer(*bells)


def sobel(*, dtype: torch.dtype | None = None, device: torch.device | None = None) -> Tensor:
    """Find upright edges: what lies left minus what lies right, the middle row counting double.

    Positive where bright turns to dark from left to right; its transpose does the same from top to
    bottom. The taps add up to 0. The rank is 1: a blur down the columns, times a difference along
    the rows. Other libraries subtract the other way round.

    Args:
        dtype: As in :func:`torch.tensor`.
        device: As in :func:`torch.tensor`.

    Returns:
        Taps, shape ``(3, 3)``.

    References:
        Sobel and Feldman presented it in a talk in 1968; Duda and Hart, *Pattern Classification
        and Scene Analysis*, 1973.
    """
    rows = [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]]
    return torch.tensor(rows, dtype=dtype, device=device)


def laplacian(*, dtype: torch.dtype | None = None, device: torch.device | None = None) -> Tensor:
    """Find edges in every direction, and points: the four neighbours minus four times the pixel.

    It measures the second derivative along the rows plus that along the columns, so an even slope
    gives 0, and an edge gives a pair of opposite signs. The taps add up to 0. The rank is 2.

    Args:
        dtype: As in :func:`torch.tensor`.
        device: As in :func:`torch.tensor`.

    Returns:
        Taps, shape ``(3, 3)``.

    References:
        Marr and Hildreth, *Theory of edge detection*, Proceedings of the Royal Society B 207, 1980.
    """
    rows = [[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]
    return torch.tensor(rows, dtype=dtype, device=device)


def sharpen(*, dtype: torch.dtype | None = None, device: torch.device | None = None) -> Tensor:
    """Make edges steeper: the identity minus the Laplacian.

    An even patch keeps its brightness; beside an edge, bright gets brighter and dark gets darker.
    The taps add up to 1. The rank is 2.

    Args:
        dtype: As in :func:`torch.tensor`.
        device: As in :func:`torch.tensor`.

    Returns:
        Taps, shape ``(3, 3)``.

    References:
        Gonzalez and Woods, *Digital Image Processing*, on sharpening spatial filters.
    """
    return identity(dtype=dtype, device=device) - laplacian(dtype=dtype, device=device)


def emboss(*, dtype: torch.dtype | None = None, device: torch.device | None = None) -> Tensor:
    """Press the image into a relief: the pixel, plus what lies lower right, minus the upper left.

    Bright where the image gets brighter towards the lower right, dark where it gets darker. Half a
    turn of the kernel puts the light on the other side, so this one tells correlation from
    convolution. The taps add up to 1. The rank is 3.

    Args:
        dtype: As in :func:`torch.tensor`.
        device: As in :func:`torch.tensor`.

    Returns:
        Taps, shape ``(3, 3)``.

    References:
        Powell, *Image Kernels Explained Visually*, https://setosa.io/ev/image-kernels/.
    """
    rows = [[-2.0, -1.0, 0.0], [-1.0, 1.0, 1.0], [0.0, 1.0, 2.0]]
    return torch.tensor(rows, dtype=dtype, device=device)


def _floating(dtype: torch.dtype | None) -> torch.dtype:
    dtype = dtype or torch.get_default_dtype()
    if not dtype.is_floating_point:
        raise TypeError(f"dtype must be a floating one, got {dtype}")
    return dtype


def _check_size(height: int, width: int) -> None:
    for name, size in (("height", height), ("width", width)):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
