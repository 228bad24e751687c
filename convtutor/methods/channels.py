"""Cross-correlation by PyTorch's own convolution, of one channel or of 16."""

from torch import Tensor
from torch.nn.functional import conv2d, pad


def native(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate by PyTorch's own `torch.nn.functional.conv2d`.

    In spite of its name it computes a cross-correlation. It is made for many channels, and here it
    gets one channel in and one out.

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

    A convolution library computes as many channels at once as a vector register has lanes. With one
    channel, most lanes are idle. Strips of one image, each with the same kernel, fill them.
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

    A row of pixels in memory can be read as a row of blocks with 16 channels each, and the output
    can be written in the same way. Then an ordinary convolution with 16 channels in and out does
    the work, which libraries run close to the machine's limit. Its weight holds the kernel 16
    times, once for each place in a block. This is best for wide, low kernels, whose columns `bands`
    takes one by one. A pixel that is not finite spoils every block of outputs that its own block
    takes part in.

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
