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
from functools import wraps

import torch
from torch import Tensor

from convtutor.methods.channels import native, phases, strips
from convtutor.methods.direct import loop, taps, windows
from convtutor.methods.products import band_products, bands, im2col
from convtutor.methods.transforms import fft, fft_size

__all__ = [
    "METHODS",
    "band_products",
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

Method = Callable[[Tensor, Tensor], Tensor]


def is_traced() -> bool:
    """Tell whether `torch.jit.trace` is recording what is computed now."""
    return bool(torch.jit.is_tracing())  # type: ignore[attr-defined, no-untyped-call]


def _refusing_traces(method: Method) -> Method:
    """Refuse to be recorded by `torch.jit.trace`, which would keep one image's sizes for all."""

    @wraps(method)
    def guarded(image: Tensor, kernel: Tensor) -> Tensor:
        if is_traced():
            raise RuntimeError(
                f"method {method.__name__!r} cannot be traced, as it plans by the sizes of its "
                "image: use method 'native', or torch.export"
            )
        return method(image, kernel)

    return guarded


#: The methods by name, each a function ``(image, kernel) -> Tensor``.
METHODS: dict[str, Method] = {
    method.__name__: _refusing_traces(method)
    for method in (loop, taps, windows, im2col, strips, bands, phases, fft)
} | {"native": native}
