"""`corr2d`: two-dimensional cross-correlation, with its input checked and its method chosen."""

import torch
from torch import Tensor

from convtutor.checks import check_shapes, check_tensors
from convtutor.choosing import choose_method, suits_fft
from convtutor.methods import METHODS, is_traced

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
            `convtutor.choose_method` can tell from the shapes; but ``"fft"`` only if
            `convtutor.suits_fft` says that the values allow it, and ``"native"`` for numbers of 16
            bits and in code that is compiled, exported or traced.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``, same dtype and device as the image. It
        shares no memory with the arguments, but may be the middle of a slightly larger tensor.
        Inside `torch.autocast` the dtype is that of `torch.nn.functional.conv2d` there: arguments
        in half or single precision are converted to the autocast dtype first.

    Raises:
        TypeError: If an argument is not a dense tensor, if the dtypes differ, or if the dtype is
            too narrow for sums.
        ValueError: If the shapes do not fit, the devices differ, or there is no such method.
        RuntimeError: If `torch.jit.trace` records a method other than ``"native"``.

    Note:
        The methods agree apart from rounding. For every method except ``"fft"``, the error of an
        output is at most about ``eps * h * w`` times the sum of the magnitudes of its products. For
        ``"fft"`` it is at most about ``eps * log2(points) * norm(strip) * norm(kernel)``, where a
        strip is as much of the image as one transform holds. So a window of small values next to
        large ones is less precise.

        If a floating dtype holds integers, the default gives exact results as long as ``eps`` times
        the sums is below one. Integer dtypes take ``"taps"``, because accelerators have no
        convolution or matrix product of them. Their sums wrap around beyond their range, as they do
        everywhere in PyTorch.

        A pixel that is infinite or not a number spoils only the outputs whose windows hold it. With
        ``"bands"``, ``"phases"`` and ``"fft"`` it spoils neighbouring outputs of the same image,
        too. It never spoils another image of the batch.

    References:
        Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285.
        Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1, for the bound.
    """
    autocast = isinstance(image, Tensor) and torch.is_autocast_enabled(image.device.type)
    if autocast:
        image, kernel = _lower(image), _lower(kernel)
    check_tensors(image=image, kernel=kernel)
    if method is not None and method not in METHODS:
        raise ValueError(f"method {method!r} is not one of {', '.join(map(repr, METHODS))}")
    if is_traced():  # a trace would keep no check and no choice: it has one way
        method = method or "native"
    else:
        check_shapes(image.shape, kernel.shape)
        if image.numel() == 0:  # an empty batch: any method would do, but not all can
            method = "taps"
        method = method or default_method(image, kernel)
    if autocast:
        # The conversion is done: the products inside a method are not to be converted once more.
        with torch.autocast(image.device.type, enabled=False):
            return METHODS[method](image, kernel)
    return METHODS[method](image, kernel)


def default_method(image: Tensor, kernel: Tensor) -> str:
    """Name the method for these tensors: the fastest one of those that are safe for them.

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
    if torch.compiler.is_compiling():
        return "native"  # what is recorded now must hold for other sizes and values
    method = choose_method(image.shape, kernel.shape, image.device)
    if method == "fft" and not suits_fft(image, kernel):
        return choose_method(image.shape, kernel.shape, image.device, among_direct=True)
    return method


def _lower(argument: Tensor) -> Tensor:
    """Convert a tensor as autocast does for a convolution; leave float64 and integers alone."""
    if (
        isinstance(argument, Tensor)
        and argument.is_floating_point()
        and argument.dtype != torch.float64
    ):
        return argument.to(torch.get_autocast_dtype(argument.device.type))
    return argument
