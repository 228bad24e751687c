"""`corr2d`: two-dimensional cross-correlation, with its input checked and its method chosen."""

from torch import Tensor

from convtutor.checks import check_shapes, check_tensors
from convtutor.choosing import choose_method
from convtutor.methods import METHODS

__all__ = ["corr2d"]


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
            is infinite or not a number spoils only the windows that hold it, but more of their
            neighbourhood with ``"bands"``, ``"phases"`` and ``"fft"``. Integers take ``"taps"``:
            accelerators have no convolution or matrix product of them. Their sums wrap around
            beyond the range of their dtype, as they do everywhere in PyTorch.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``, same dtype and device as the image. It
        shares no memory with the arguments, but may be the middle of a slightly larger tensor.

    Raises:
        TypeError: If an argument is not a dense tensor, if the dtypes differ, or if the dtype is
            too narrow for sums.
        ValueError: If the shapes do not fit, the devices differ, or there is no such method.

    References:
        Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285.
    """
    check_tensors(image=image, kernel=kernel)
    check_shapes(image.shape, kernel.shape)
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
