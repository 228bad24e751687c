"""The operation itself: check the input, pick a method, call it."""

import torch
from torch import Tensor

from convtutor.methods import METHODS, choose_method

_WRAPS_AROUND = {torch.bool, torch.uint8, torch.int8}


def corr2d(image: Tensor, kernel: Tensor, *, method: str | None = None) -> Tensor:
    """Cross-correlate images with a kernel: slide, multiply, add.

    Only positions where the kernel lies wholly inside the image count (*valid*), so each axis
    shrinks by the kernel's size minus one.

    Args:
        image: Pixels, shape ``(..., H, W)``; leading dimensions are a batch.
        kernel: Taps, shape ``(h, w)``, with ``h <= H`` and ``w <= W``; dtype and device of the
            image.
        method: A key of :data:`~convtutor.methods.METHODS`, or ``None`` for the one that
            :func:`~convtutor.methods.choose_method` names.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``, dtype and device of the image.

    Raises:
        TypeError: If an argument is not a tensor, is complex, boolean or 8-bit, or if the dtypes
            differ.
        ValueError: If a shape does not fit, the devices differ, or the method is unknown.

    References:
        Dumoulin and Visin, *A guide to convolution arithmetic*, arXiv:1603.07285.
    """
    _check(image, kernel)
    if method is None:
        method = choose_method(image.shape, kernel.shape, image.device)
    if method not in METHODS:
        raise ValueError(f"method {method!r} is unknown; choose one of {', '.join(METHODS)}")
    return METHODS[method](image, kernel)


def _check(image: Tensor, kernel: Tensor) -> None:
    for name, value in (("image", image), ("kernel", kernel)):
        if not isinstance(value, Tensor):
            raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}")
        if value.is_complex():
            raise TypeError(
                f"{name} of dtype {value.dtype} is complex; correlate {name}.real and "
                f"{name}.imag separately"
            )
        if value.dtype in _WRAPS_AROUND:
            raise TypeError(
                f"{name} of dtype {value.dtype} would wrap around; convert it first: "
                f"{name}.to(torch.float32)"
            )
    if image.ndim < 2:
        raise ValueError(
            f"image of shape {tuple(image.shape)} has {image.ndim} dimensions; "
            "it needs at least 2: (..., H, W)"
        )
    if kernel.ndim != 2:
        raise ValueError(
            f"kernel of shape {tuple(kernel.shape)} has {kernel.ndim} dimensions; "
            "it needs exactly 2: (h, w)"
        )
    for name, value in (("image", image), ("kernel", kernel)):
        if 0 in value.shape:
            raise ValueError(f"{name} of shape {tuple(value.shape)} has no elements")
    for small, large in zip(kernel.shape, image.shape[-2:], strict=True):
        if small > large:
            raise ValueError(
                f"kernel of shape {tuple(kernel.shape)} does not fit in image of shape "
                f"{tuple(image.shape)}: {small} > {large}"
            )
    if image.dtype != kernel.dtype:
        raise TypeError(f"image is {image.dtype} but kernel is {kernel.dtype}; they must match")
    if image.device != kernel.device:
        raise ValueError(f"image is on {image.device} but kernel is on {kernel.device}")
