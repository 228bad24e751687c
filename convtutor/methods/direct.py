"""Cross-correlation by its definition: window by window, tap by tap, all windows at once."""

import torch
from torch import Tensor


def loop(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by the definition: for each output pixel, multiply one window and sum.

    This is the slowest way, and the one to check the others against. Each output pixel needs
    several calls into PyTorch, which take much longer than the few multiplications inside.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    h, w = kernel.shape
    rows, columns = image.shape[-2] - h + 1, image.shape[-1] - w + 1
    sums = []
    for i in range(rows):
        for j in range(columns):
            window = image[..., i : i + h, j : j + w]
            sums.append((window * kernel).sum((-2, -1)))
    output = torch.stack(sums, -1).reshape(*image.shape[:-2], rows, columns)
    return output.to(image.dtype)  # a sum of 32-bit integers has 64 bits


def taps(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by summing one shifted, scaled copy of the image per kernel tap.

    The two loops of the definition swap places: Python loops over the few taps, and PyTorch over
    the many pixels. Each tap reads and writes the whole output, so the time is that of ``h * w``
    passes over memory.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    h, w = kernel.shape
    rows, columns = image.shape[-2] - h + 1, image.shape[-1] - w + 1
    output = image[..., :rows, :columns] * kernel[0, 0]
    for tap in range(1, h * w):
        u, v = divmod(tap, w)
        output.addcmul_(image[..., u : u + rows, v : v + columns], kernel[u, v])
    return output


def windows(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by viewing the image as all its windows, each contracted with the kernel.

    The view costs nothing, because neighbouring windows share their pixels. The contraction does
    cost something: before it multiplies, it copies the windows, ``h * w`` values for each output
    pixel.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    h, w = kernel.shape
    view = image.unfold(-2, h, 1).unfold(-2, w, 1)  # (..., rows, columns, h, w)
    return torch.einsum("...uv,uv->...", view, kernel)
