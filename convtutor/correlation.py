"""`corr2d`: two-dimensional cross-correlation, with its input checked and its method chosen."""

import torch
from torch import Tensor

from convtutor.choosing import choose_method
from convtutor.methods import METHODS

__all__ = ["corr2d"]

# Integers must be wide enough to hold the sum of many products: 8 and 16 bits are not.
DTYPES = {
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.int32,
    torch.int64,
}


def corr2d(image: Tensor, kernel: Tensor, *, method: str | None = None) -> Tensor:
    """Cross-correlate an image with a kernel: slide the kernel over the image, multiply, and sum.

    ``output[..., i, j] = sum over u, v of image[..., i + u, j + v] * kernel[u, v]``, wherever the
    kernel fits inside the image (the *valid* part). The result can be differentiated in both
    arguments, twice if need be.

    Args:
        image: Pixels, shape ``(..., H, W)``. Each of its leading dimensions is a batch.
        kernel: Taps, shape ``(h, w)``, with ``1 <= h <= H`` and ``1 <= w <= W``; same dtype and
            device as the image.
        method: A key of `convtutor.METHODS`. By default the fastest one, as far as
            `convtutor.choose_method` can tell. The methods agree but for rounding; and a pixel that
            is infinite or not a number spoils only the windows that hold it with ``"taps"`` and
            ``"native"``, but more of their neighbourhood with ``"bands"`` and ``"fft"``. Integers
            take ``"taps"``: accelerators have no convolution or matrix product of them.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``, same dtype and device as the image. It
        shares no memory with the arguments, but may be the middle of a slightly larger tensor.

    Raises:
        TypeError: If an argument is not a tensor, if the dtypes differ, or if sums of that dtype
            would overflow.
        ValueError: If the shapes do not fit, the devices differ, or there is no such method.

    References:
        Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285.
    """
    check(image, kernel)
    if method is None:
        method = default_method(image, kernel)
    elif method not in METHODS:
        raise ValueError(f"method {method!r} is not one of {', '.join(map(repr, METHODS))}")
    if image.numel() == 0:  # an empty batch: any method would do, but not all can
        method = "taps"
    return METHODS[method](image, kernel)


def default_method(image: Tensor, kernel: Tensor) -> str:
    """Name the method for these tensors: the fastest one, where speed is all there is to choose by.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        A key of `convtutor.METHODS`.
    """
    dtype = image.dtype
    if not dtype.is_floating_point:
        return "taps"  # products and sums of integers: every device has them
    if dtype.itemsize == 2:
        return "native"  # rounds once, where the others round each partial sum
    return choose_method(image.shape, kernel.shape, image.device)


def check(image: Tensor, kernel: Tensor) -> None:
    """Refuse what cannot be correlated, or would be wrong in silence.

    Args:
        image: What should be pixels, shape ``(..., H, W)``.
        kernel: What should be taps, shape ``(h, w)``.

    Raises:
        TypeError: If an argument is not a tensor, or of a dtype that does not fit.
        ValueError: If the shapes or the devices do not fit.
    """
    for name, value in (("image", image), ("kernel", kernel)):
        if not isinstance(value, Tensor):
            raise TypeError(
                f"{name} of type {type(value).__name__} is not a tensor: "
                f"use torch.as_tensor({name})"
            )
        if value.dtype not in DTYPES:
            raise TypeError(_refusal(name, value.dtype))
    if image.dtype != kernel.dtype:
        raise TypeError(
            f"kernel of dtype {kernel.dtype} does not match image of dtype {image.dtype}: "
            "use kernel.to(image.dtype)"
        )
    if image.device != kernel.device:
        raise ValueError(
            f"kernel on device {kernel.device} does not match image on device {image.device}: "
            "use kernel.to(image.device)"
        )
    size, taps = tuple(image.shape), tuple(kernel.shape)
    if len(size) < 2:
        raise ValueError(f"image of shape {size} has {len(size)} dimensions: it needs at least 2")
    if len(taps) != 2:
        raise ValueError(f"kernel of shape {taps} has {len(taps)} dimensions: it needs exactly 2")
    if 0 in taps:
        raise ValueError(f"kernel of shape {taps} is empty: it needs at least one tap")
    if 0 in size[-2:]:
        raise ValueError(
            f"image of shape {size} is empty: it needs at least one row and one column"
        )
    for tap, pixel in zip(taps, size[-2:], strict=True):
        if tap > pixel:
            raise ValueError(
                f"kernel of shape {taps} does not fit in image of shape {size}: {tap} > {pixel}"
            )


def _refusal(name: str, dtype: torch.dtype) -> str:
    """Say why a dtype is refused, and what to write instead."""
    if dtype.is_complex:
        return f"{name} of dtype {dtype} is complex: correlate {name}.real and {name}.imag apart"
    if dtype == torch.bool:
        reason = "holds truth values, which do not add up"
    elif dtype.is_floating_point:
        reason = "is too coarse to sum in"
    else:
        reason = f"has {8 * dtype.itemsize} bits, so sums could wrap around"
        if dtype.itemsize > 2:
            reason = "has no sign, so sums could wrap around"
    return f"{name} of dtype {dtype} {reason}: use {name}.to(torch.float32)"
