"""Learning a kernel from one image and the response it should give."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.layers import Conv2D, check_kernel_size


@dataclass(frozen=True)
class LearningTrace:
    """What gradient descent saw on its way.

    Attributes:
        losses: Summed squared error before each step, shape ``(steps,)``.
        kernels: The kernel before each step and after the last, shape ``(steps + 1, h, w)``.
    """

    losses: Tensor
    kernels: Tensor

    @property
    def kernel(self) -> Tensor:
        """The kernel after the last step, shape ``(h, w)``."""
        return self.kernels[-1]


def learn_kernel(
    image: Tensor,
    target: Tensor,
    kernel_size: Sequence[int],
    *,
    lr: float,
    steps: int,
    start: Tensor | None = None,
) -> LearningTrace:
    """Find a kernel by gradient descent on the summed squared error.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        target: The response to reproduce, shape ``(..., H - h + 1, W - w + 1)``.
        kernel_size: Height and width of the kernel, ``(h, w)``.
        lr: Learning rate, a positive number. The loss is a sum, not a mean, so the rate that suits
            it shrinks as the image grows.
        steps: How many steps to take, zero or more.
        start: The first kernel, shape ``kernel_size``; ``None`` draws it uniformly from [0, 1).

    Returns:
        The losses and the kernels along the way, on the device of the image.

    Raises:
        TypeError: If the image is not floating, or the dtype of ``target`` or ``start`` is not its.
        ValueError: If ``lr`` is not positive, ``steps`` is negative, ``kernel_size`` is not two
            positive integers, or the shape of ``target`` or ``start`` does not fit.
    """
    if not lr > 0:
        raise ValueError(f"lr must be positive, got {lr}")
    if steps < 0:
        raise ValueError(f"steps must be zero or more, got {steps}")
    check_kernel_size(kernel_size)
    if not image.is_floating_point():
        raise TypeError(
            f"image of dtype {image.dtype} gives no slope to follow; convert it first: "
            "image.to(torch.float32)"
        )
    for name, value in (("target", target), ("start", start)):
        if value is not None and value.dtype != image.dtype:
            raise TypeError(f"image is {image.dtype} but {name} is {value.dtype}; they must match")
    if start is None:
        start = Conv2D(kernel_size).weight.to(image)
    elif tuple(start.shape) != tuple(kernel_size):
        raise ValueError(
            f"start of shape {tuple(start.shape)} does not match kernel_size {tuple(kernel_size)}"
        )

    # A copy of our own: the caller's start must not move.
    kernel = start.detach().clone().requires_grad_()
    response_shape = corr2d(image, kernel).shape
    if target.shape != response_shape:
        raise ValueError(
            f"target of shape {tuple(target.shape)} does not match the response's shape "
            f"{tuple(response_shape)}"
        )

    losses, kernels = [], [kernel.detach().clone()]
    for _ in range(steps):
        with torch.enable_grad():  # even where the caller has switched it off
            loss = ((corr2d(image, kernel) - target) ** 2).sum()
        (gradient,) = torch.autograd.grad(loss, kernel)
        with torch.no_grad():
            kernel -= lr * gradient
        losses.append(loss.detach())
        kernels.append(kernel.detach().clone())
    return LearningTrace(
        losses=torch.stack(losses) if losses else image.new_empty(0), kernels=torch.stack(kernels)
    )
