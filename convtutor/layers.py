"""The convolutional layer, from scratch."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from convtutor.correlation import corr2d


class Conv2D(nn.Module):
    """A convolutional layer with one input channel and one output channel.

    The layer is the operation plus two things to learn: a kernel, and one number that is added to
    every output pixel.

    Args:
        kernel_size: Height and width of the kernel, two positive integers.

    Attributes:
        weight: The kernel, shape ``kernel_size``, drawn uniformly from [0, 1).
        bias: Shape ``(1,)``, zero at the start.

    Raises:
        ValueError: If ``kernel_size`` is not two positive integers.
    """

    def __init__(self, kernel_size: Sequence[int]) -> None:
        super().__init__()
        check_kernel_size(kernel_size)
        self.weight = nn.Parameter(torch.rand(*kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """Cross-correlate with the weight and add the bias.

        Args:
            x: Image, shape ``(..., H, W)``, with the dtype and device of the parameters.

        Returns:
            Feature map, shape ``(..., H - h + 1, W - w + 1)``.
        """
        response = corr2d(x, self.weight)
        return response + self.bias.to(response.dtype)  # inside autocast, that of the response

    def extra_repr(self) -> str:
        """Show the size of the kernel, as PyTorch's layers do."""
        return f"kernel_size={tuple(self.weight.shape)}"


def check_kernel_size(kernel_size: Sequence[int]) -> None:
    """Require two positive integers.

    Args:
        kernel_size: The height and the width of a kernel.

    Raises:
        ValueError: If ``kernel_size`` is not two positive integers.
    """
    if not (
        isinstance(kernel_size, Sequence)
        and len(kernel_size) == 2
        # True is an int to Python, but not a size.
        and all(type(size) is int and size > 0 for size in kernel_size)
    ):
        raise ValueError(
            f"kernel_size must be two positive integers (height, width), got {kernel_size!r}"
        )
