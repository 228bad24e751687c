"""Small images that can be checked by hand, and one real photograph."""

import numpy
import torch
from matplotlib import cbook, image
from torch import Tensor


def striped(
    height: int = 6,
    width: int = 8,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Draw a bright image with a dark vertical stripe over its middle half.

    Args:
        height: Rows, at least 1.
        width: Columns, at least 4, so that the stripe has an edge on either side.
        dtype: As in :func:`torch.ones`.
        device: As in :func:`torch.ones`.

    Returns:
        Zeros in the stripe and ones elsewhere, shape ``(height, width)``.

    Raises:
        ValueError: If the image is too small to hold the stripe.
    """
    _check_size(height, width, least_width=4)
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
    """Draw a dark image with a bright diagonal band, three pixels wide.

    The band starts at the top left corner and runs down and to the right.

    Args:
        height: Rows, at least 1.
        width: Columns, at least 4, so that the band has an edge on its right.
        dtype: As in :func:`torch.ones`.
        device: As in :func:`torch.ones`.

    Returns:
        Ones where ``0 <= column - row <= 2`` and zeros elsewhere, shape ``(height, width)``.

    Raises:
        ValueError: If the image is too small to show an edge.
    """
    _check_size(height, width, least_width=4)
    return torch.ones(height, width, dtype=dtype, device=device).triu().tril(2)


def photograph(*, dtype: torch.dtype | None = None, device: torch.device | None = None) -> Tensor:
    """Load a photograph of Grace Hopper, in shades of grey.

    Args:
        dtype: A floating dtype; ``None`` for torch's default.
        device: Where to put it; ``None`` for torch's default.

    Returns:
        Brightness from 0 (black) to 1 (white), shape ``(600, 512)``.

    Raises:
        TypeError: If ``dtype`` is not floating: it could hold black and white only.

    References:
        The photograph (James S. Davis, United States Navy, public domain) is among matplotlib's
        sample data. Brightness weighs red, green and blue as ITU-R BT.601 does.
    """
    dtype = dtype or torch.get_default_dtype()
    if not dtype.is_floating_point:
        raise TypeError(f"dtype must be a floating one, got {dtype}")
    colours = image.imread(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    grey = torch.from_numpy((colours / 255) @ numpy.array([0.299, 0.587, 0.114]))
    return grey.to(dtype=dtype, device=device or torch.get_default_device())


def _check_size(height: int, width: int, *, least_width: int) -> None:
    if height < 1:
        raise ValueError(f"height must be at least 1, got {height}")
    if width < least_width:
        raise ValueError(f"width must be at least {least_width}, got {width}")
