"""One sum, many ways: two-dimensional cross-correlation, computed by nine methods.

Every function here takes an image of shape ``(..., H, W)`` and a kernel of shape ``(h, w)`` and
returns

    ``output[..., i, j] = sum over u, v of image[..., i + u, j + v] * kernel[u, v]``,

the *valid* part, of shape ``(..., H - h + 1, W - w + 1)``. They differ in the order of the
additions, and therefore in speed, memory and rounding. All are differentiable in both arguments and
leave both untouched. They trust their input: `convtutor.corr2d` checks it, and picks the fastest
method with `convtutor.choose_method`.
"""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import conv2d, pad

__all__ = [
    "METHODS",
    "bands",
    "fft",
    "fft_size",
    "im2col",
    "loop",
    "native",
    "phases",
    "strips",
    "taps",
    "windows",
]


def loop(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by the definition: for each output pixel, multiply one window and sum.

    The slowest way, and the one to check the others against: each output pixel costs several calls
    into PyTorch, whose overhead dwarfs the few multiplications inside.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    h, w = kernel.shape
    rows, columns = image.shape[-2] - h + 1, image.shape[-1] - w + 1
    pixels = [
        # Without dtype, the sum of 32-bit integers would come back as 64-bit ones.
        (image[..., i : i + h, j : j + w] * kernel).sum((-2, -1), dtype=image.dtype)
        for i in range(rows)
        for j in range(columns)
    ]
    return torch.stack(pixels, -1).reshape(*image.shape[:-2], rows, columns)


def taps(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by summing one shifted, scaled copy of the image per kernel tap.

    The two loops of the definition swap places: the few taps are looped over in Python, the many
    pixels inside PyTorch. Each tap reads and writes the whole output, so the time is that of ``h *
    w`` passes over memory.

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

    The view costs nothing: it only repeats strides, so that neighbouring windows share their
    pixels. The contraction does cost: it copies the windows, ``h * w`` values for each output
    pixel, before it multiplies.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    h, w = kernel.shape
    view = image.unfold(-2, h, 1).unfold(-2, w, 1)  # (..., rows, columns, h, w)
    return torch.einsum("...uv,uv->...", view, kernel)


def im2col(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by writing the windows as the columns of a matrix, then one matrix product.

    Row ``u * w + v`` of the matrix is the image shifted by ``(u, v)``, flattened. Matrix products
    are what hardware does best; the price is memory, ``h * w`` times the image. With many kernels,
    the same matrix serves them all.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.

    References:
        Chellapilla, Puri and Simard, *High performance convolutional neural networks for document
        processing*, 2006.
    """
    h, w = kernel.shape
    rows, columns = image.shape[-2] - h + 1, image.shape[-1] - w + 1
    shifted = [
        image[..., u : u + rows, v : v + columns].flatten(-2) for u in range(h) for v in range(w)
    ]
    matrix = torch.stack(shifted, -2)  # (..., h * w, rows * columns)
    return (kernel.reshape(1, -1) @ matrix).reshape(*image.shape[:-2], rows, columns)


def strips(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by a depthwise convolution, whose channels are 16 strips of the image.

    A convolution library computes many channels at once, as many as a vector register has lanes;
    with one channel, most lanes idle. Strips of one image, each with the same kernel, fill them.
    Neighbouring strips share ``h - 1`` rows.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    h, w = kernel.shape
    rows, columns = image.shape[-2] - h + 1, image.shape[-1] - w + 1
    count = min(16, rows)
    step = -(
        -rows // count
    )  # rounded up: the last strip may hang over the bottom edge, onto padding
    padded = pad(image.reshape(-1, *image.shape[-2:]), (0, 0, 0, count * step - rows))
    channels = padded.unfold(-2, step + h - 1, step).mT  # (batch, count, step + h - 1, W)
    output = conv2d(channels, kernel.expand(count, 1, h, w), groups=count)
    output = output.flatten(1, 2)[:, :rows]
    return output.reshape(*image.shape[:-2], rows, columns)


def bands(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by one matrix product per kernel column, with the column as a banded matrix.

    Take ``n`` neighbouring output rows. What one kernel column adds to them is a matrix product: an
    ``n`` by ``n + h - 1`` matrix, with the column repeated along its diagonal, times that many rows
    of the image, which lie ready in memory. Nothing is copied, unlike in `im2col`; the price is
    multiplying by the zeros beside the diagonal.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.

    References:
        Golub and Van Loan, *Matrix Computations*, section 4.7: Toeplitz matrices.
    """
    (h, w), (height, width) = kernel.shape, image.shape[-2:]
    # A batch is one tall image. The outputs that straddle two of its images are dropped at the end.
    tall = image.reshape(-1, width)
    rows, columns = tall.shape[0] - h + 1, width - w + 1
    n = next(
        n for n in range(8, 0, -1) if rows % n == 0
    )  # beyond 8 rows, the zeros outweigh the gain
    # In memory, a step down the diagonal of the n by n + h - 1 matrix is a step of n + h elements.
    banded = kernel.new_zeros(w, 1, n, n + h - 1)
    banded.as_strided((w, n, h), (n * (n + h - 1), n + h, 1)).copy_(kernel.mT.unsqueeze(1))
    pixels = tall.unfold(0, n + h - 1, n).unfold(1, columns, 1)  # (rows / n, w, n + h - 1, columns)
    pairs = zip(banded.expand(w, rows // n, n, n + h - 1).unbind(0), pixels.unbind(1), strict=True)
    output = torch.bmm(*next(pairs))
    for matrix, shifted in pairs:
        output.baddbmm_(matrix, shifted)
    output = output.view(rows, columns).unfold(0, height - h + 1, height).mT
    return output.reshape(*image.shape[:-2], height - h + 1, columns)


def phases(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by a convolution whose channels are 16 neighbouring pixels of a row.

    A row of pixels in memory is, as it stands, a row of blocks with 16 channels each; the output is
    written the same way. Between them lies an ordinary convolution with 16 channels in and out,
    which libraries run close to the machine's limit; its weight holds the kernel 16 times, once
    for each place in a block. Best for wide, low kernels, whose columns `bands` takes one by one.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    (h, w), (height, width) = kernel.shape, image.shape[-2:]
    whole = image.reshape(-1, height, width)
    if width % 16:
        whole = pad(whole, (0, -width % 16))
    # (batch, 16, H, blocks in a row), a view
    blocks = whole.reshape(*whole.shape[:2], -1, 16).permute(0, 3, 1, 2)
    reach = -(-(w + 15) // 16)  # how many blocks the taps of one output block meet
    weight = kernel.new_zeros(16, h, reach, 16)
    # For each place in an output block, the kernel moves one pixel to the right.
    row = 16 * reach
    weight.as_strided((16, h, w), (h * row + 1, row, 1)).copy_(kernel.expand(16, h, w))
    # A block of zeros at either end: the left one gives an output block that is dropped again.
    output = conv2d(blocks, weight.permute(0, 3, 1, 2), padding=(0, 1))
    output = output.permute(0, 2, 3, 1).flatten(2)[..., 16 : 16 + width - w + 1]
    return output.reshape(*image.shape[:-2], height - h + 1, width - w + 1)


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
    output = image.new_empty(*image.shape[:-2], rows, columns)
    step = size[0] - h + 1
    for top in range(0, rows, step):
        strip = image[..., top : top + size[0], :].to(work)
        product = torch.fft.irfft2(torch.fft.rfft2(strip, size) * spectrum, size)
        output[..., top : top + step, :] = product[..., : min(step, rows - top), :columns]
    return output


@cache
def fft_size(height: int, width: int, h: int) -> tuple[int, int]:
    """Say how many rows and columns each transform of `fft` has.

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

    def fast(length: int) -> int:
        rest = length
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        return length if rest == 1 else fast(length + 1)

    rows = height - h + 1
    count = -(-rows // max(5 * h, 2**18 // width - h + 1))
    return fast(-(-rows // count) + h - 1), fast(width)


def native(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by PyTorch's own `torch.nn.functional.conv2d`.

    A cross-correlation in spite of its name. It is made for many channels; here it gets one in and
    one out.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    output = conv2d(image.reshape(-1, 1, *image.shape[-2:]), kernel[None, None])
    return output.reshape(*image.shape[:-2], *output.shape[-2:])


#: The methods by name, each a function ``(image, kernel) -> Tensor``.
METHODS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "loop": loop,
    "taps": taps,
    "windows": windows,
    "im2col": im2col,
    "strips": strips,
    "bands": bands,
    "phases": phases,
    "fft": fft,
    "native": native,
}
