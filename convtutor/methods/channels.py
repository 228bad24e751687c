"""Cross-correlation by PyTorch's own: of one channel, as it is, or of 16, which suit it better."""

from torch import Tensor
from torch.nn.functional import conv2d, pad


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
    # Rounded up: the last strip may hang over the bottom edge, onto padding.
    step = -(-rows // count)
    padded = pad(image.reshape(-1, *image.shape[-2:]), (0, 0, 0, count * step - rows))
    channels = padded.unfold(-2, step + h - 1, step).mT  # (batch, count, step + h - 1, W)
    output = conv2d(channels, kernel.expand(count, 1, h, w), groups=count)
    output = output.flatten(1, 2)[:, :rows]
    return output.reshape(*image.shape[:-2], rows, columns)


def phases(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by a convolution whose channels are 16 neighbouring pixels of a row.

    A row of pixels in memory is, as it stands, a row of blocks with 16 channels each; the output is
    written the same way. Between them lies an ordinary convolution with 16 channels in and out,
    which libraries run close to the machine's limit; its weight holds the kernel 16 times, once
    for each place in a block. Best for wide, low kernels, whose columns `bands` takes one by one. A
    pixel that is not finite spoils every block of outputs that meets its own.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Feature map, shape ``(..., H - h + 1, W - w + 1)``.
    """
    (h, w), (height, width) = kernel.shape, image.shape[-2:]
    lanes = min(16, width)  # a block wider than the image would hold nothing but zeros
    whole = image.reshape(-1, height, width)
    if width % lanes:
        whole = pad(whole, (0, -width % lanes))
    # (batch, lanes, H, blocks in a row), a view
    blocks = whole.reshape(*whole.shape[:2], -1, lanes).permute(0, 3, 1, 2)
    reach = -(-(w + lanes - 1) // lanes)  # how many blocks the taps of one output block meet
    weight = kernel.new_zeros(lanes, h, reach, lanes)
    # For each place in an output block, the kernel moves one pixel to the right.
    row = lanes * reach
    weight.as_strided((lanes, h, w), (h * row + 1, row, 1)).copy_(kernel.expand(lanes, h, w))
    # A block of zeros at either end: the left one gives an output block that is dropped again.
    output = conv2d(blocks, weight.permute(0, 3, 1, 2), padding=(0, 1))
    output = output.permute(0, 2, 3, 1).flatten(2)[..., lanes : lanes + width - w + 1]
    return output.reshape(*image.shape[:-2], height - h + 1, width - w + 1)
