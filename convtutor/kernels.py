"""Well-known kernels, written as :func:`convtutor.corr2d` lays them on an image: not flipped."""

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
    """Make the kernel that leaves every pixel as it is: a single tap of 1, in the middle.

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
    """Make a kernel that blurs: it replaces each pixel by the mean of its window.

    The taps are equal and add up to 1. The rank is 1.

    Args:
        height: Rows, at least 1.
        width: Columns, at least 1.
        dtype: A floating-point type; ``None`` for torch's default.
        device: As in :func:`torch.ones`.

    Returns:
        Equal taps, shape ``(height, width)``.

    Raises:
        TypeError: If a size is not an integer, or ``dtype`` is not a floating-point type. As
            integers, all taps would be zero.
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
    """Make a kernel that blurs with a weighted mean, in which near pixels count more than far ones.

    The weights follow a bell curve in each direction. The taps add up to 1. The rank is 1: the
    kernel is a column times a row.

    Args:
        height: Rows, at least 1. A height of six sigma, rounded up to an odd number, leaves out
            next to nothing of the bell.
        width: Columns, at least 1.
        sigma: Standard deviation of the bell in pixels, a positive number.
        dtype: A floating-point type; ``None`` for torch's default.
        device: As in :func:`torch.ones`.

    Returns:
        Taps, shape ``(height, width)``, largest in the middle.

    Raises:
        TypeError: If a size is not an integer, or ``dtype`` is not a floating-point type.
        ValueError: If a size is less than 1, or sigma is not positive and finite.
    """
    dtype = floating_dtype(dtype)
    check_integer("height", height, least=1)
    check_integer("width", width, least=1)
    check_positive("sigma", sigma)
    bells = []
    for size in (height, width):
        # The CPU always has double precision, which some devices lack. With 16 bits one could not
        # even count the taps of a long kernel.
        distance = torch.arange(size, dtype=torch.float64, device="cpu") - (size - 1) / 2
        # softmax divides the exponentials by their sum, even where each of them would round to 0.
        bells.append(torch.softmax(-((distance / sigma) ** 2) / 2, 0))
    return torch.outer(*bells).to(dtype=dtype, device=device or torch.get_default_device())


def sobel(*, dtype: torch.dtype | None = None, device: torch.device | None = None) -> Tensor:
    """Make Sobel's kernel for vertical edges: the left column minus the right one.

    The middle row counts double. The response is positive where the image gets darker from left to
    right; the transposed kernel does the same from top to bottom. The taps add up to 0. The rank is
    1: the kernel is a blur down the columns times a difference along the rows. Many libraries
    subtract the other way round.

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
    """Make the Laplacian kernel: the sum of the four neighbours, minus four times the pixel.

    It adds the second derivatives along the rows and along the columns. So it responds to points
    and to edges in any direction, but gives 0 on an even slope. An edge gives a positive number on
    its dark side and a negative one on its bright side. The taps add up to 0. The rank is 2.

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
    """Make a kernel that sharpens: the identity minus the Laplacian.

    Areas of even brightness stay as they are. At an edge, the bright side gets brighter and the
    dark side darker. The taps add up to 1. The rank is 2.

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
    """Make a kernel that turns an image into a relief lit from one side.

    It adds to each pixel the neighbours at its lower right and subtracts those at its upper left.
    The result is bright where the image gets brighter towards the lower right, and dark where it
    gets darker. Turned by half a turn, the kernel lights the relief from the opposite side, so its
    correlation and its convolution look different. The taps add up to 1. The rank is 3.

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
