"""Small tensors for the cases of the exercises: the same numbers on every device."""

import itertools

import torch
from torch import Tensor

from convtutor.devices import has_float64

# No shape is square, and no kernel has the shape of its image turned.
_SHAPES = [((2, 3), (1, 2)), ((3, 2), (2, 1)), ((3, 5), (2, 3)), ((7, 4), (3, 2)), ((4, 9), (1, 4))]


def integers(*shape: int, dtype: torch.dtype, device: torch.device, least: int = -4) -> Tensor:
    """Draw integers up to 9, which every dtype holds and whose small sums are exact.

    Args:
        shape: The shape.
        dtype: Any signed dtype.
        device: Where to put them.
        least: The smallest that may be drawn.

    Returns:
        The same numbers for the same shape, every time.
    """
    generator = torch.Generator().manual_seed(sum(7**i * n for i, n in enumerate(shape)))
    numbers = torch.randint(least, 10, shape, generator=generator, device="cpu")
    return numbers.to(device, dtype)


def floating(device: torch.device) -> list[torch.dtype]:
    """List the floating dtypes that the device has."""
    return [torch.float32, torch.float64] if has_float64(device) else [torch.float32]


def images_and_kernels(device: torch.device, *, whole: bool = True) -> list[tuple[Tensor, Tensor]]:
    """Pair images with kernels, none of them square.

    Args:
        device: Where to put them.
        whole: Whether integer tensors are among them. They have no gradient, and accelerators have
            no matrix product or convolution of them, so they come on the CPU only.

    Returns:
        One pair for each of five shapes, with the dtypes in turn.
    """
    dtypes = floating(device)
    if whole and device.type == "cpu":
        dtypes.append(torch.int64)
    return [
        (
            integers(*image, dtype=dtype, device=device),
            integers(*kernel, dtype=dtype, device=device),
        )
        for (image, kernel), dtype in zip(_SHAPES, itertools.cycle(dtypes), strict=False)
    ]
