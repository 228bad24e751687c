"""Cross-correlation by products of matrices: of all windows, or of one kernel column each."""

import torch
from torch import Tensor
from torch.nn.functional import pad


def im2col(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by writing the windows as the columns of a matrix, then one matrix product.

    Row ``u * w + v`` of the matrix is the image shifted by ``(u, v)``, flattened. Matrix products
    are what hardware does best. The price is memory, ``h * w`` times that of the image. The same
    matrix serves any number of kernels.

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


def bands(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by one matrix product per kernel column, with the column as a banded matrix.

    Take ``n`` neighbouring output rows. What one kernel column adds to them is a matrix product: an
    ``n`` by ``n + h - 1`` matrix, with the column repeated along its diagonal, times that many rows
    of the image, which lie ready in memory. Unlike `im2col`, this copies nothing. The price is that
    it also multiplies by the zeros beside the diagonal.

    Two cases are faster another way. A small image is copied once for each column, so that a single
    product does. A kernel of one row becomes one banded matrix, for blocks of 16 pixels of a row.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.

    References:
        Golub and Van Loan, *Matrix Computations*, section 4.7: Toeplitz matrices.
    """
    # One image at a time: zero times a pixel of the next image would not be zero if that is NaN.
    images = image.reshape(-1, *image.shape[-2:]).unbind(0)
    outputs = (_by_columns if kernel.shape[0] > 1 else _by_row)(images, kernel)
    output = outputs[0] if len(outputs) == 1 else torch.stack(outputs)
    return output.reshape(*image.shape[:-2], *output.shape[-2:])


def band_products(height: int, width: int, h: int, w: int) -> int:
    """Say how many matrix products `bands` takes for each image.

    Args:
        height: Rows of the image.
        width: Columns of the image.
        h: Rows of the kernel.
        w: Columns of the kernel.

    Returns:
        One for each column of the kernel, or one for all if the image is so small that to copy it
        takes less time than to call PyTorch; for a kernel of one row, one for each block of 16
        pixels that 16 neighbouring outputs meet.
    """
    if h == 1:
        return -(-(w + 15) // 16)
    return 1 if height * width <= 160 * 160 else w


def _by_columns(images: tuple[Tensor, ...], kernel: Tensor) -> list[Tensor]:
    """Multiply rows of each image by banded matrices, each made of one kernel column or of all."""
    (h, w), (height, width) = kernel.shape, images[0].shape
    rows, columns = height - h + 1, width - w + 1
    # Beyond 8 rows, the zeros outweigh the gain.
    n = next(n for n in range(8, 0, -1) if rows % n == 0)
    products = band_products(height, width, h, w)
    each = w // products  # kernel columns in one product
    reach = (n + h - 1) * each
    # In memory, a step down the diagonal of an n by reach matrix is one of reach + each elements.
    banded = kernel.new_zeros(products, 1, n, reach)
    diagonal = banded.as_strided((n, h, products, each), (reach + each, each, n * reach, 1))
    diagonal.copy_(kernel.reshape(h, products, each))
    matrices = banded.expand(products, rows // n, n, reach).unbind(0)
    outputs = []
    for image in images:
        shifted = image.unfold(1, columns, 1)  # (H, w, columns), a view
        if products == 1:
            shifted = shifted.reshape(-1, 1, columns)  # the copy
        pixels = shifted.unfold(0, reach, n * each).mT  # (rows / n, products, reach, columns)
        pairs = zip(matrices, pixels.unbind(1), strict=True)
        output = torch.bmm(*next(pairs))
        for matrix, block in pairs:
            output.baddbmm_(matrix, block)
        outputs.append(output.reshape(rows, columns))
    return outputs


def _by_row(images: tuple[Tensor, ...], kernel: Tensor) -> list[Tensor]:
    """Multiply blocks of 16 neighbouring pixels by a banded matrix made of a kernel of one row."""
    w, (height, width) = kernel.shape[1], images[0].shape
    banded = kernel.new_zeros(16, w + 15)
    banded.as_strided((16, w), (w + 16, 1)).copy_(kernel.expand(16, w))
    outputs = []
    for image in images:
        # As one long row: outputs whose windows reach from one row into the next are not kept.
        line = image.reshape(-1)
        if len(line) % 16:
            line = pad(line, (0, -len(line) % 16))
        pixels = line.view(-1, 16)
        output = pixels @ banded[:, :16].T
        for start in range(16, w + 15, 16):
            taps = banded[:, start : start + 16].T
            output[: -(start // 16)].addmm_(pixels[start // 16 :, : len(taps)], taps)
        output = output.view(-1)[: height * width].view(height, width)
        outputs.append(output[:, : width - w + 1])
    return outputs
