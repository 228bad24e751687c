"""Kernels of 3 by 3 taps, for edges and for what makes them stand out."""

import torch
from torch import Tensor

from convtutor.kernels.sized import identity


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
