"""The size of a feature map, and how much of the image one of its pixels depends on.

Each function is about one axis. Call it once for the rows and once for the columns.
"""

from collections.abc import Iterable, Sequence

from convtutor.checks import check_integer


def output_size(
    size: int, kernel: int, *, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Compute the size of the output along one axis, which is how many windows fit.

    The size is ``floor((size + 2 * padding - reach) / stride) + 1``, where
    ``reach = dilation * (kernel - 1) + 1`` is how many pixels the kernel extends over. Because the
    result is rounded down, the last pixels may belong to no window.

    Args:
        size: Pixels of the image along the axis, at least 1.
        kernel: Taps of the kernel along the axis, at least 1.
        stride: Pixels from one window to the next, at least 1.
        padding: Pixels added on each of the two sides, at least 0.
        dilation: Pixels from one tap to the next, at least 1. At 1 the taps are neighbours.

    Returns:
        Pixels of the output along the axis, at least 1.

    Raises:
        TypeError: If an argument is not an integer.
        ValueError: If an argument is too small, or the kernel does not fit.

    References:
        Dumoulin and Visin, *A guide to convolution arithmetic*, arXiv:1603.07285.
    """
    check_integer("size", size, least=1)
    check_integer("kernel", kernel, least=1)
    check_integer("stride", stride, least=1)
    check_integer("padding", padding, least=0)
    check_integer("dilation", dilation, least=1)
    reach, room = dilation * (kernel - 1) + 1, size + 2 * padding
    if reach > room:
        raise ValueError(
            f"kernel of size {kernel} with dilation {dilation} does not fit in size {size} with "
            f"padding {padding} on each side: {reach} > {room}"
        )
    return (room - reach) // stride + 1


def receptive_field(layers: Iterable[tuple[int, int, int]]) -> tuple[int, int]:
    """Compute how many pixels of the image an output pixel depends on, along one axis.

    Each layer widens the receptive field by ``dilation * (kernel - 1)`` steps between pixels of its
    own input. In the image, such a step is as long as the product of all strides before the layer.

    Args:
        layers: Kernel, stride and dilation of each layer along the axis, the first layer first.
            Pooling counts as a layer, too. Padding does not matter.

    Returns:
        The size of the receptive field, and the distance between the fields of two neighbouring
        output pixels, both in pixels of the image. Without layers, both are 1.

    Raises:
        TypeError: If a number is not an integer.
        ValueError: If a layer is not three numbers, or one of them is less than 1.

    References:
        Araujo, Norris and Sim, *Computing Receptive Fields of Convolutional Neural Networks*,
        Distill, 2019, doi:10.23915/distill.00021.
    """
    size = jump = 1
    for number, layer in enumerate(layers):
        if not isinstance(layer, Sequence) or len(layer) != 3:
            raise ValueError(
                f"layers[{number}] must be three numbers (kernel, stride, dilation), got {layer!r}"
            )
        kernel, stride, dilation = layer
        for name, value in (("kernel", kernel), ("stride", stride), ("dilation", dilation)):
            check_integer(f"{name} of layers[{number}]", value, least=1)
        size += dilation * (kernel - 1) * jump
        jump *= stride
    return size, jump
