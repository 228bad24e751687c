"""Learn a kernel from an image and the response that it should give."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from convtutor.checks import check_integer, check_positive, check_shapes, check_tensors
from convtutor.correlation import corr2d
from convtutor.layers import check_kernel_size


@dataclass(frozen=True, eq=False)  # comparing tensors gives no single truth value
class LearningTrace:
    """The losses and the kernels of gradient descent, step by step.

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
        lr: Learning rate, positive and finite. Because the loss is a sum, not a mean, larger images
            need smaller rates.
        steps: How many steps to take, at least 0.
        start: The first kernel, shape ``kernel_size``; ``None`` to draw it uniformly from [0, 1).

    Returns:
        The losses and the kernels, on the device of the image.

    Raises:
        TypeError: If the image does not have a floating-point type, ``target`` or ``start`` has
            another type than the image, ``lr`` is not a number, or ``steps`` is not an integer.
        ValueError: If ``lr`` is not positive and finite, ``steps`` is negative, ``kernel_size`` is
            not two positive integers, or the shape or the device of ``target`` or ``start`` does
            not fit.
    """
    check_positive("lr", lr)
    check_integer("steps", steps, least=0)
    check_kernel_size(kernel_size)
    _check_image(image)
    if start is None:
        # Drawn on the CPU, as Conv2D does, so that a seed gives the same kernel on every device.
        start = torch.rand(*kernel_size, device="cpu").to(image)
    check_tensors(image=image, target=target, start=start)
    if tuple(start.shape) != tuple(kernel_size):
        raise ValueError(
            f"start of shape {tuple(start.shape)} does not match kernel_size {tuple(kernel_size)}"
        )

    # A copy, because the steps below change the kernel in place.
    kernel = start.detach().clone().requires_grad_()
    response_shape = corr2d(image, kernel).shape
    if target.shape != response_shape:
        raise ValueError(
            f"target of shape {tuple(target.shape)} does not match the response of shape "
            f"{tuple(response_shape)}"
        )

    losses, kernels = [], [kernel.detach().clone()]
    for _ in range(steps):
        with torch.enable_grad():  # the caller may have switched it off
            loss = ((corr2d(image, kernel) - target) ** 2).sum()
        (gradient,) = torch.autograd.grad(loss, kernel)
        with torch.no_grad():
            kernel -= lr * gradient
        losses.append(loss.detach())
        kernels.append(kernel.detach().clone())
    return LearningTrace(
        losses=torch.stack(losses) if losses else image.new_empty(0), kernels=torch.stack(kernels)
    )


def curvature(image: Tensor, kernel_size: Sequence[int]) -> Tensor:
    """Compute the Hessian of the summed squared error with respect to the taps of a kernel.

    The response is linear in the taps, so the loss is a quadratic function of them. Its Hessian is
    the same everywhere and for every target: ``2 * A.T @ A``, where each row of ``A`` is one window
    of the image.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel_size: Height and width of the kernel, ``(h, w)``.

    Returns:
        The Hessian, shape ``(h * w, h * w)``, with the dtype and the device of the image. The taps
        are in the order of their rows.

    Raises:
        TypeError: If the image does not have a floating-point type.
        ValueError: If ``kernel_size`` is not two positive integers, or does not fit in the image.

    References:
        Boyd and Vandenberghe, *Introduction to Applied Linear Algebra*, chapter 12.
    """
    _check_image(image)
    check_kernel_size(kernel_size)
    check_shapes(image.shape, kernel_size)
    h, w = kernel_size
    windows = image.unfold(-2, h, 1).unfold(-2, w, 1).reshape(-1, h * w)
    return 2 * windows.T @ windows


def largest_stable_lr(image: Tensor, kernel_size: Sequence[int]) -> float:
    """Compute the limit below which every learning rate makes :func:`learn_kernel` converge.

    A step at rate ``lr`` multiplies the error along a direction of curvature ``c`` by ``1 - lr*c``.
    The error shrinks if ``lr < 2 / c``, so the direction with the largest curvature decides. At the
    limit itself, the error in this direction changes its sign with each step and does not shrink.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel_size: Height and width of the kernel, ``(h, w)``.

    Returns:
        Two divided by the largest eigenvalue of :func:`curvature`; infinity if the image is zero.
        This is the limit for a *sum* of squares. For their mean, multiply it by the number of
        terms.

    Raises:
        TypeError: If the image does not have a floating-point type.
        ValueError: If ``kernel_size`` is not two positive integers, or does not fit in the image,
            or a pixel or a sum of squared pixels is not finite.

    References:
        Goh, *Why momentum really works*, Distill 2017, doi:10.23915/distill.00006.
    """
    _check_image(image)
    # On the CPU, because not every accelerator can compute eigenvalues; in float64, because half
    # precision cannot hold the sum of many squares. The tensor moves first, as MPS has no float64.
    hessian = curvature(image.detach().cpu().double(), kernel_size)
    if not hessian.isfinite().all():
        largest = image.detach().abs().max().item()
        raise ValueError(
            "image must be finite, and so must the sums of its squared pixels; its largest pixel "
            f"has the size {largest:.3g}"
        )
    steepest = torch.linalg.eigvalsh(hessian)[-1].item()
    return 2 / steepest if steepest > 0 else float("inf")


def _check_image(image: Tensor) -> None:
    check_tensors(image=image)
    if not image.is_floating_point():
        raise TypeError(
            f"image of dtype {image.dtype} must have a floating-point type, so that its loss has "
            "gradients: use image.to(torch.float32)"
        )
