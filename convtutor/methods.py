"""The same sum, computed in different ways.

Every method takes an image of shape ``(..., H, W)`` and a kernel of shape ``(h, w)`` and trusts
them: :func:`convtutor.corr2d` has checked both.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def loop(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by the definition: one window, one product, one sum per output pixel.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``, with ``h <= H`` and ``w <= W``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.

    References:
        Dumoulin and Visin, *A guide to convolution arithmetic*, arXiv:1603.07285.
    """
    h, w = kernel.shape
    rows, columns = image.shape[-2] - h + 1, image.shape[-1] - w + 1
    output = image.new_empty(*image.shape[:-2], rows, columns)
    for i in range(rows):
        for j in range(columns):
            window = image[..., i : i + h, j : j + w]
            output[..., i, j] = (window * kernel).sum(dim=(-2, -1))
    return output


#: The methods by name, each a function ``(image, kernel) -> Tensor``.
METHODS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"loop": loop}


def choose_method(
    image_shape: Sequence[int], kernel_shape: Sequence[int], device: torch.device
) -> str:
    """Name the method of :data:`~convtutor.methods.METHODS` that suits these shapes on this device.

    Args:
        image_shape: Shape of the image, ``(..., H, W)``.
        kernel_shape: Shape of the kernel, ``(h, w)``.
        device: Where the image lives.

    Returns:
        A key of :data:`~convtutor.methods.METHODS`.
    """
    return "loop"
