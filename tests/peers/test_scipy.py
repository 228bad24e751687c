"""SciPy's own test classes for correlation and convolution, with `corr2d` in place of its loops.

The classes are SciPy's, imported and run as they are. What they call is replaced: where the arrays
are real and have one or two dimensions, `corr2d` computes the answer; all else is left to SciPy.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from convtutor import corr2d

theirs = pytest.importorskip("scipy.signal.tests.test_signaltools", reason="peers installs SciPy")

# A class starts with "Test", so pytest finds it here and runs it once for each method.
TestConvolve = theirs.TestConvolve
TestConvolve2d = theirs.TestConvolve2d
TestCorrelate = theirs.TestCorrelate
TestCorrelate2d = theirs.TestCorrelate2d
TestCorrelateReal = theirs.TestCorrelateReal

# What NumPy calls SciPy's borders.
_BORDERS = {"fill": "constant", "pad": "constant", "wrap": "wrap", "circular": "wrap"}
_BORDERS |= {"symm": "symmetric", "symmetric": "symmetric"}
_METHODS = {"auto", "direct", "fft"}
_DTYPES = {"float32", "float64", "int32", "int64"}


def correlated(image: Any, kernel: Any, mode: str, border: str, fill: float, method: Any) -> Any:
    """Correlate two arrays as SciPy would, by `corr2d`."""
    (h, w), (height, width) = kernel.shape, image.shape
    if mode != "valid":
        how: dict[str, Any] = {"constant_values": fill} if border == "constant" else {}
        image = np.pad(image, ((h - 1, h - 1), (w - 1, w - 1)), mode=border, **how)
    if method == "fft" and (image == image.round()).all() and (kernel == kernel.round()).all():
        method = None  # SciPy demands that integers are exact, which a transform does not promise
    if method == "loop" and image.size > 10_000:
        method = None  # in Python, pixel by pixel, the few large ones would take minutes
    image, kernel = torch.tensor(image.copy()), torch.tensor(kernel.copy())
    output = corr2d(image, kernel, method=method).numpy()
    if mode == "same":
        top, left = (h - 1) // 2, (w - 1) // 2
        output = output[top : top + height, left : left + width]
    return output


def with_ours(
    name: str, original: Callable[..., Any], method: str | None, held: Counter[str]
) -> Callable[..., Any]:
    """Replace one of SciPy's functions by `corr2d`, where `corr2d` computes the same."""

    def replaced(in1: Any, in2: Any, mode: Any = "full", *rest: Any, **named: Any) -> Any:
        first, second = np.asarray(in1), np.asarray(in2)
        border, fill = "fill", 0
        if name.endswith("2d"):
            border, fill = (*rest, *("fill", 0)[len(rest) :])[:2]
            border, fill = named.get("boundary", border), named.get("fillvalue", fill)
        fits = first.ndim == second.ndim and all(np.less_equal(second.shape, first.shape))
        known = named.keys() <= {"boundary", "fillvalue"} or named.get("method") in _METHODS
        ours = (
            known
            and first.size <= 1_000_000  # theirs of two gigabytes is about addresses
            and first.ndim == second.ndim
            and first.ndim in (1, 2)
            and first.dtype == second.dtype
            and first.dtype.name in _DTYPES
            and min(first.size, second.size) > 0
            and mode in ("full", "same", "valid")
            and (fits or mode != "valid")
            and (first.ndim == 2 or not name.endswith("2d"))
            and border in _BORDERS
            and np.isrealobj(fill)
            and np.ndim(fill) == 0
        )
        if not ours:
            return original(in1, in2, mode, *rest, **named)
        kernel = second[(slice(None, None, -1),) * second.ndim] if "convolve" in name else second
        image, kernel = np.atleast_2d(first), np.atleast_2d(kernel)
        output = correlated(image, kernel, mode, _BORDERS[border], fill, method)
        held["scipy"] += 1
        return output.reshape(output.shape[2 - first.ndim :])

    return replaced


@pytest.fixture(autouse=True)
def _ours(monkeypatch: pytest.MonkeyPatch, method: str | None, held: Counter[str]) -> None:
    for name in ("convolve", "convolve2d", "correlate", "correlate2d"):
        original = getattr(theirs, name)
        monkeypatch.setattr(theirs, name, with_ours(name, original, method, held))
