"""Learning a kernel from one image and the response it should give."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from convtutor.checks import check_integer, check_positive, check_shapes, check_tensors
from convtutor.correlation import corr2d
from convtutor.layers import check_kernel_size


@dataclass(frozen=True, eq=False)  # tensors have no single truth to compare by
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
        lr: Learning rate, positive and finite. The loss is a sum, not a mean, so the rate that
            suits it shrinks as the image grows.
        steps: How many steps to take, zero or more.
        start: The first kernel, shape ``kernel_size``; ``None`` draws it uniformly from [0, 1).

    Returns:
        The losses and the kernels along the way, on the device of the image.

    Raises:
        TypeError: If the image is not floating, the dtype of ``target`` or ``start`` is not its,
            or ``lr`` or ``steps`` is no number of its kind.
        ValueError: If ``lr`` is not positive and finite, ``steps`` is negative, ``kernel_size`` is
            not two positive integers, or the shape or the device of ``target`` or ``start`` does
            not fit.
    """
    check_positive("lr", lr)
    check_integer("steps", steps, least=0)
    check_kernel_size(kernel_size)
    _check_image(image)
    if start is None:
        # As the layer does, and on the CPU whatever the default device is.
        start = torch.rand(*kernel_size, device="cpu").to(image)
    check_tensors(image=image, target=target, start=start)
    if tuple(start.shape) != tuple(kernel_size):
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


def curvature(image: Tensor, kernel_size: Sequence[int]) -> Tensor:
    """Compute how steeply the summed squared error bends as the taps of a kernel change.

    The response is linear in the taps, so the loss is a bowl with the same Hessian everywhere,
    whatever the target: ``2 * A.T @ A``, where every row of ``A`` is one window of the image.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel_size: Height and width of the kernel, ``(h, w)``.

    Returns:
        The Hessian, shape ``(h * w, h * w)``, dtype and device of the image. Taps are counted row
        by row.

    Raises:
        TypeError: If the image is not floating.
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
    """Compute the learning rate up to which :func:`learn_kernel` comes to rest.

    A step at rate ``lr`` multiplies the error along a direction of curvature ``c`` by ``1 - lr*c``.
    That shrinks it as long as ``lr < 2 / c``, so the direction with the largest curvature decides.

    Args:
        image: Pixels, shape ``(..., H, W)``.
        kernel_size: Height and width of the kernel, ``(h, w)``.

    Returns:
        Two divided by the largest eigenvalue of :func:`curvature`; infinity if the image is zero.
        It is a limit for a *sum* of squares. For their mean, multiply by the number of terms.

    Raises:
        TypeError: If the image is not floating.
        ValueError: If ``kernel_size`` is not two positive integers, or does not fit in the image,
            or a pixel or the sum of their squares is not finite.

    References:
        Goh, *Why momentum really works*, Distill 2017, doi:10.23915/distill.00006.
    """
    _check_image(image)
    # Half precision cannot hold the sum of many squares. Not every accelerator has eigenvalues, or
    # float64: Apple's have none even on the way out, so the two steps are taken apart.
    hessian = curvature(image.detach().cpu().double(), kernel_size)
    if not hessian.isfinite().all():
        raise ValueError("image must be finite, and so must the sums of its squares")
    steepest = torch.linalg.eigvalsh(hessian)[-1].item()
    return 2 / steepest if steepest > 0 else float("inf")


def _check_image(image: Tensor) -> None:
    check_tensors(image=image)
    if not image.is_floating_point():
        raise TypeError(
            f"image of dtype {image.dtype} gives no slope to follow: use image.to(torch.float32)"
        )
