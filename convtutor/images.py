"""Small images for examples that can be checked by hand, and a real photograph."""

import numpy
import torch
from matplotlib import cbook, image
from torch import Tensor

from convtutor.checks import check_integer, floating_dtype


def striped(
    height: int = 6,
    width: int = 8,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Make a bright image with a dark vertical stripe over its middle half.

    Args:
        height: Rows, at least 1.
        width: Columns, at least 4, so that the stripe has an edge on both sides.
        dtype: As in :func:`torch.ones`.
        device: As in :func:`torch.ones`.

    Returns:
        Zeros in the stripe and ones elsewhere, shape ``(height, width)``.

    Raises:
        TypeError: If a size is not an integer.
        ValueError: If a size is too small.
    """
    check_integer("height", height, least=1)
    check_integer("width", width, least=4)
    pixels = torch.ones(height, width, dtype=dtype, device=device)
    pixels[:, width // 4 : width - width // 4] = 0
    return pixels


def diagonal(
    height: int = 6,
    width: int = 8,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Make a dark image with a bright diagonal band, three pixels wide.

    The band starts at the top left corner and runs down and to the right.

    Args:
        height: Rows, at least 1.
        width: Columns, at least 4, so that the band has an edge on its right.
        dtype: As in :func:`torch.ones`.
        device: As in :func:`torch.ones`.

    Returns:
        Ones where ``0 <= column - row <= 2`` and zeros elsewhere, shape ``(height, width)``.

    Raises:
        TypeError: If a size is not an integer.
        ValueError: If a size is too small.
    """
    check_integer("height", height, least=1)
    check_integer("width", width, least=4)
    return torch.ones(height, width, dtype=dtype, device=device).triu().tril(2)


def impulse(
    height: int = 5,
    width: int = 7,
    *,
    row: int | None = None,
    column: int | None = None,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Make a dark image with a single bright pixel.

    Args:
        height: Rows, at least 1.
        width: Columns, at least 1.
        row: Row of the pixel, counted from 0 at the top; ``None`` for the middle.
        column: Column of the pixel, counted from 0 on the left; ``None`` for the middle.
        dtype: As in :func:`torch.zeros`.
        device: As in :func:`torch.zeros`.

    Returns:
        One 1 among zeros, shape ``(height, width)``.

    Raises:
        TypeError: If a size, the row or the column is not an integer.
        ValueError: If a size is less than 1, or the pixel is outside the image.
    """
    check_integer("height", height, least=1)
    check_integer("width", width, least=1)
    row = height // 2 if row is None else row
    column = width // 2 if column is None else column
    for name, place, size in (("row", row, height), ("column", column, width)):
        check_integer(name, place)
        if not 0 <= place < size:
            raise ValueError(f"{name} must be from 0 to {size - 1}, got {place}")
    pixels = torch.zeros(height, width, dtype=dtype, device=device)
    pixels[row, column] = 1
    return pixels


def checkerboard(
    height: int = 6,
    width: int = 8,
    *,
    square: int = 1,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Make a checkerboard whose top left square is bright.

    Args:
        height: Rows, at least 1.
        width: Columns, at least 1.
        square: Side of a square in pixels, at least 1. The right and the lower border may cut
            squares.
        dtype: As in :func:`torch.ones`.
        device: As in :func:`torch.ones`.

    Returns:
        Ones and zeros, shape ``(height, width)``.

    Raises:
        TypeError: If a size is not an integer.
        ValueError: If a size is less than 1.
    """
    check_integer("height", height, least=1)
    check_integer("width", width, least=1)
    check_integer("square", square, least=1)
    rows = torch.arange(height, device=device)[:, None] // square
    columns = torch.arange(width, device=device) // square
    return ((rows + columns) % 2 == 0).to(dtype or torch.get_default_dtype())


def photograph(*, dtype: torch.dtype | None = None, device: torch.device | None = None) -> Tensor:
    """Load a photograph of Grace Hopper in shades of grey.

    Args:
        dtype: A floating-point type; ``None`` for torch's default.
        device: Where the image should be; ``None`` for torch's default.

    Returns:
        Brightness from 0 (black) to 1 (white), shape ``(600, 512)``.

    Raises:
        TypeError: If ``dtype`` is not a floating-point type. Integers could hold only black and
            white.

    References:
        The photograph (James S. Davis, United States Navy, public domain) is one of matplotlib's
        sample data. The weights of red, green and blue are those of ITU-R BT.601.
    """
    dtype = floating_dtype(dtype)
    colours = image.imread(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    grey = torch.from_numpy((colours / 255) @ numpy.array([0.299, 0.587, 0.114]))
    return grey.to(dtype=dtype, device=device or torch.get_default_device())
