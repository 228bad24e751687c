"""Timing shared by the benchmark, the calibration and the page *How fast is this build?*.

Everything is measured in rounds: each function once, then each again, and so on, so that a busy
moment of the machine hits all of them alike. `timeit` times the CPU, events time CUDA.
"""

import ctypes
import importlib.util
import math
import os
import re
import timeit
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from convtutor import METHODS, corr2d

Function = Callable[[], object]
Shape = tuple[int, int]

# Some GPUs would round the factors of a convolution, and no other method's, to 10 bits.
torch.backends.cudnn.conv.fp32_precision = "ieee"  # type: ignore[attr-defined]


def seconds_per_call(function: Function, calls: int, device: torch.device) -> float:
    """Time some calls in a row.

    Args:
        function: What to time. It should leave its result on the device.
        calls: How often to call it.
        device: Where it computes.

    Returns:
        Seconds: on CUDA the mean, since single calls overlap; elsewhere the shortest call.
    """
    if device.type == "cuda":
        with torch.cuda.device(device):  # events are those of one GPU, by default the first
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            function()
            start.record()
            for _ in range(calls):
                function()
            end.record()
            end.synchronize()
        return float(start.elapsed_time(end)) / 1000 / calls
    statement = "function()" if device.type == "cpu" else "function(); wait(device)"
    names = {"function": function, "wait": torch.accelerator.synchronize, "device": device}
    return min(timeit.repeat(statement, globals=names, repeat=calls, number=1))


def interleaved(
    functions: dict[str, Function],
    device: torch.device,
    *,
    rounds: int = 7,
    round_seconds: float = 0.005,
    slow: float = 20.0,
) -> dict[str, float]:
    """Time several functions in turn, for some rounds; the shortest time of each counts.

    Other work on the machine can only make a time longer, so the shortest says most about the
    function. One that is more than `slow` times slower than the fastest from the start sits out the
    rounds: no noise could bring it back into the race.

    Args:
        functions: What to time, by name.
        device: Where they compute.
        rounds: How often to go through all of them.
        round_seconds: About how long each should take in a round, in seconds; at least one call.
        slow: How many times slower than the fastest is slow.

    Returns:
        By name, seconds for one call.
    """
    times = {}
    for name, function in functions.items():
        function()  # the first call may compile, plan or load something
        times[name] = seconds_per_call(function, 1, device)
        if times[name] < 0.05:  # or one unlucky moment could shut it out
            times[name] = min(times[name], seconds_per_call(function, 5, device))
    best = min(times.values())
    racing = [name for name, time in times.items() if time <= slow * best]
    for _ in range(rounds):
        for name in racing:
            calls = max(1, min(100, int(round_seconds / times[name])))
            times[name] = min(times[name], seconds_per_call(functions[name], calls, device))
    return times


def geometric_mean(values: Sequence[float]) -> float:
    """Average ratios: twice as fast and half as fast cancel out."""
    return math.exp(sum(map(math.log, values)) / len(values))


# What others would call. Each maker takes an image and a kernel, and gives a function without
# arguments.


def _conv2d(image: Tensor, kernel: Tensor) -> Function:
    batch, weight = image[None, None], kernel[None, None]
    return lambda: torch.nn.functional.conv2d(batch, weight)[0, 0]


def _correlate(image: Tensor, kernel: Tensor) -> Function:
    import scipy.fft
    import scipy.signal

    pixels, taps = image.numpy(), kernel.numpy()

    def run() -> Any:
        with scipy.fft.set_workers(torch.get_num_threads()):
            return scipy.signal.correlate(pixels, taps, mode="valid")

    return run


def _oaconvolve(image: Tensor, kernel: Tensor) -> Function:
    import scipy.fft
    import scipy.signal

    pixels, flipped = image.numpy(), kernel.flip(0, 1).numpy()

    def run() -> Any:
        with scipy.fft.set_workers(torch.get_num_threads()):
            return scipy.signal.oaconvolve(pixels, flipped, mode="valid")

    return run


def _valid(image: Tensor, kernel: Tensor) -> tuple[slice, slice]:
    """Say where a result of the image's own size, centred on the kernel, holds the valid part."""
    (height, width), (h, w) = image.shape, kernel.shape
    return (
        slice(h // 2, h // 2 + height - h + 1),
        slice(w // 2, w // 2 + width - w + 1),
    )


def _ndimage(image: Tensor, kernel: Tensor) -> Function:
    import scipy.ndimage

    pixels, taps, valid = image.numpy(), kernel.numpy(), _valid(image, kernel)
    return lambda: scipy.ndimage.correlate(pixels, taps, mode="constant")[valid]


def _opencv(image: Tensor, kernel: Tensor) -> Function:
    import cv2

    cv2.setNumThreads(torch.get_num_threads())
    pixels, taps, valid = image.numpy(), kernel.numpy(), _valid(image, kernel)
    return lambda: cv2.filter2D(pixels, -1, taps)[valid]


def _kornia(image: Tensor, kernel: Tensor) -> Function:
    from kornia.filters import filter2d

    batch, weight = image[None, None], kernel[None]
    return lambda: filter2d(batch, weight, padding="valid")[0, 0]


# Name, package it comes with, maker, and whether it stays on the image's device.
_PEERS: tuple[tuple[str, str, Callable[[Tensor, Tensor], Function], bool], ...] = (
    ("F.conv2d", "torch", _conv2d, True),
    ("signal.correlate", "scipy", _correlate, False),
    ("signal.oaconvolve", "scipy", _oaconvolve, False),
    ("ndimage.correlate", "scipy", _ndimage, False),
    ("cv2.filter2D", "cv2", _opencv, False),
    ("kornia.filter2d", "kornia", _kornia, True),
)


def peers(image: Tensor, kernel: Tensor) -> dict[str, Function]:
    """Prepare what others would call for the same sum, as far as it is installed.

    Args:
        image: Pixels, shape ``(H, W)``, float32.
        kernel: Taps, shape ``(h, w)``, float32.

    Returns:
        Functions without arguments, by name. Libraries that know no accelerator take part on the
        CPU only.
    """
    return {
        name: make(image, kernel)
        for name, package, make, anywhere in _PEERS
        if importlib.util.find_spec(package) and (anywhere or image.device.type == "cpu")
    }


def verify_peers(device: torch.device) -> None:
    """Make sure that all peers compute our sum, before any is timed.

    Args:
        device: Where to compute.

    Raises:
        AssertionError: If a peer computes something else.
    """
    for shape, taps in (((37, 52), (5, 3)), ((30, 64), (2, 8)), ((64, 41), (21, 33))):
        image, kernel = draw(shape, taps, device)
        ours = corr2d(image, kernel)
        # Twice 1e-5 of the largest value: both sides may be off by once.
        bound = 2e-5 * float(ours.abs().max())
        for name, function in peers(image, kernel).items():
            theirs = torch.as_tensor(function(), device=device)
            torch.testing.assert_close(
                theirs, ours, rtol=0.0, atol=bound, msg=(name + ": {}").format
            )


def draw(image_shape: Shape, kernel_shape: Shape, device: torch.device) -> tuple[Tensor, Tensor]:
    """Draw an image and a kernel, the same on each run, float32."""
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(image_shape, generator=generator)
    kernel = torch.randn(kernel_shape, generator=generator)
    return image.to(device), kernel.to(device)


# The machine's own limits.


def copy_rate(device: torch.device, numbers: int = 2**24) -> float:
    """Measure how fast this machine moves memory.

    Args:
        device: Which memory.
        numbers: How many float32 to copy. The 64 MiB of the default are too many for a cache; a few
            may stay in one, and are moved faster.

    Returns:
        Bytes read plus bytes written, per second.
    """
    source = torch.ones(numbers, device=device)
    target = torch.empty_like(source)
    seconds = interleaved({"copy": lambda: target.copy_(source)}, device)["copy"]
    return 2 * source.nbytes / seconds


def product_rate(device: torch.device, size: int = 2048) -> float:
    """Measure how fast this machine multiplies matrices.

    Args:
        device: Where to multiply.
        size: Rows and columns of both matrices, which hold float32.

    Returns:
        Operations per second, each product and each sum counted.
    """
    matrix = torch.randn(size, size, device=device)
    seconds = interleaved({"product": lambda: matrix @ matrix}, device, rounds=5)["product"]
    return 2 * size**3 / seconds


def floor_seconds(
    image_shape: Shape, kernel_shape: Shape, bytes_per_second: float, operations_per_second: float
) -> float:
    """Say what a float32 cross-correlation can be expected to take at least, at these rates.

    Args:
        image_shape: Shape of the image, ``(H, W)``.
        kernel_shape: Shape of the kernel, ``(h, w)``.
        bytes_per_second: What `copy_rate` measured.
        operations_per_second: What `product_rate` measured.

    Returns:
        Seconds: the longer of reading the image and writing the output once, and doing the
        operations of the sum itself or of two real Fourier transforms, whichever are fewer.

    References:
        Williams, Waterman and Patterson, *Roofline*, Communications of the ACM 52, 2009.
    """
    (height, width), (h, w) = image_shape, kernel_shape
    pixels, outputs = height * width, (height - h + 1) * (width - w + 1)
    operations = min(2 * h * w * outputs, 2 * 2.5 * pixels * math.log2(max(2, pixels)))
    return max(4 * (pixels + outputs) / bytes_per_second, operations / operations_per_second)


def extra_bytes(function: Function, device: torch.device) -> int | None:
    """Measure how much memory a call takes at its peak, its result included.

    Args:
        function: What to call.
        device: Where it computes.

    Returns:
        Bytes, or ``None`` where the system does not tell (it does with CUDA, and on the CPU under
        Linux).
    """
    function()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        function()
        return torch.cuda.max_memory_allocated(device) - before
    reset = Path("/proc/self/clear_refs")
    if device.type != "cpu" or not os.access(reset, os.W_OK):
        return None
    ctypes.CDLL(None).malloc_trim(0)  # give back freed memory, or the call could use it unseen
    before = _status("VmRSS")
    reset.write_text("5")  # forget the old peak
    function()
    return _status("VmHWM") - before


def _status(field: str) -> int:
    """Read one of this process's memory figures under Linux, in bytes."""
    found = re.search(rf"{field}:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return 1024 * int(found[1])


def methods(image: Tensor, kernel: Tensor) -> dict[str, Function]:
    """Prepare our methods, but for `loop`, and for those that would need over 128 MiB.

    Args:
        image: Pixels, shape ``(H, W)``.
        kernel: Taps, shape ``(h, w)``.

    Returns:
        Functions without arguments, by name.
    """
    fits = 4 * image.numel() * kernel.numel() <= 2**27
    skipped = {"loop"} if fits else {"loop", "windows", "im2col"}
    return {
        name: partial(method, image, kernel)
        for name, method in METHODS.items()
        if name not in skipped
    }
