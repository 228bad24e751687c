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

from torch import Tensor

from convtutor.methods.channels import native, phases, strips
from convtutor.methods.direct import loop, taps, windows
from convtutor.methods.products import bands, im2col
from convtutor.methods.transforms import fft, fft_size

__all__ = [
    "METHODS",
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

#: The methods by name, each a function ``(image, kernel) -> Tensor``.
METHODS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "loop": loop,
    "taps": taps,
    "windows": windows,
    "im2col": im2col,
    "strips": strips,
    "bands": bands,
    "phases": phases,
    "fft": fft,
    "native": native,
}
