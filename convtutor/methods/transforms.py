"""Cross-correlation by a product in the frequency domain."""

import math
from itertools import count

import torch
from torch import Tensor


def fft(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by a product in the frequency domain, strip by strip (overlap-save).

    The cost hardly depends on the kernel. A strip of rows is transformed, multiplied by the
    conjugate of the kernel's spectrum (without the conjugate it would be a convolution), and
    transformed back; outputs that wrapped around its edge are not kept. Strips keep the spectra
    small enough for the cache. Rounding errors are relative to the largest output of a strip, not
    to each: the bound is ``eps * log2(points) * norm(strip) * norm(kernel)``, up to a small factor.
    One pixel that is not finite spoils its whole strip.

    Args:
        image: Pixels, shape ``(..., H, W)``, floating point.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.

    Raises:
        TypeError: If the image holds integers, which would come back rounded.

    References:
        Oppenheim and Schafer, *Discrete-Time Signal Processing*, section 8.7: overlap-save.
        Schatzman, *Accuracy of the discrete Fourier transform and the fast Fourier transform*,
        1996.
    """
    if not image.is_floating_point():
        raise TypeError(
            f"method 'fft' rounds, so it takes no image of dtype {image.dtype}: use method 'taps'"
        )
    h, w = kernel.shape
    rows, columns = image.shape[-2] - h + 1, image.shape[-1] - w + 1
    size = fft_size(image.shape[-2], image.shape[-1], h)
    # Few devices transform 16-bit numbers, so those travel in single precision.
    work = torch.promote_types(image.dtype, torch.float32)
    spectrum = torch.fft.rfft2(kernel.to(work), size).conj_physical()
    step = size[0] - h + 1
    strips = []
    for top in range(0, rows, step):
        strip = image[..., top : top + size[0], :].to(work)
        product = torch.fft.irfft2(torch.fft.rfft2(strip, size) * spectrum, size)
        strips.append(product[..., : min(step, rows - top), :columns].to(image.dtype))
    return _without_false_signs(torch.cat(strips, -2), image, kernel)


def _without_false_signs(output: Tensor, image: Tensor, kernel: Tensor) -> Tensor:
    """Set to zero what rounding has made negative, if no pixel and no tap is negative.

    Gradients pass as if nothing had been changed.
    """
    with torch.no_grad():
        # As a tensor rather than a choice, which a batch of kernels could not make.
        negative = torch.minimum(image.min(), kernel.min()) < 0
        return output.clamp_(min=torch.where(negative, -math.inf, 0.0))


def fft_size(height: int, width: int, h: int) -> tuple[int, int]:
    """Find how many rows and columns each transform of `fft` has.

    Strips of six kernel heights waste a sixth of their rows on the overlap; ``2**18`` pixels are
    one mebibyte in single precision, about what a cache holds. The strips share the rows evenly,
    and both sides are rounded up to a product of 2, 3 and 5, for which transforms are fastest.

    Args:
        height: Rows of the image.
        width: Columns of the image.
        h: Rows of the kernel.

    Returns:
        Rows and columns of a transform.
    """

    def smooth(length: int) -> bool:
        for prime in (2, 3, 5):
            while length % prime == 0:
                length //= prime
        return length == 1

    def fast(length: int) -> int:
        return next(filter(smooth, count(length)))

    rows = height - h + 1
    strips = -(-rows // max(5 * h, 2**18 // width - h + 1))
    return fast(-(-rows // strips) + h - 1), fast(width)
