"""Cross-correlation by products of matrices: of all windows, or of one kernel column each."""

import torch
from torch import Tensor


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

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.

    References:
        Golub and Van Loan, *Matrix Computations*, section 4.7: Toeplitz matrices.
    """
    (h, w), (height, width) = kernel.shape, image.shape[-2:]
    rows, columns = height - h + 1, width - w + 1
    # Beyond 8 rows, the zeros outweigh the gain.
    n = next(n for n in range(8, 0, -1) if rows % n == 0)
    # In memory, a step down the diagonal of the n by n + h - 1 matrix is a step of n + h elements.
    banded = kernel.new_zeros(w, 1, n, n + h - 1)
    banded.as_strided((w, n, h), (n * (n + h - 1), n + h, 1)).copy_(kernel.mT.unsqueeze(1))
    matrices = banded.expand(w, rows // n, n, n + h - 1).unbind(0)
    outputs = []
    # One image at a time: zero times a pixel of the next image would not be zero if that is NaN.
    for one in image.reshape(-1, height, width).unbind(0):
        # (rows / n, w, n + h - 1, columns), a view
        pixels = one.unfold(0, n + h - 1, n).unfold(1, columns, 1)
        pairs = zip(matrices, pixels.unbind(1), strict=True)
        output = torch.bmm(*next(pairs))
        for matrix, shifted in pairs:
            output.baddbmm_(matrix, shifted)
        outputs.append(output.reshape(rows, columns))
    output = outputs[0] if len(outputs) == 1 else torch.stack(outputs)
    return output.reshape(*image.shape[:-2], rows, columns)
