"""The device to compute on: how to find it, how to name it, and how precisely it rounds."""

import os
import platform
from typing import TypedDict

import torch

from convtutor.checks import check_integer, floating_dtype

_VARIABLE = "CONVTUTOR_DEVICE"

# Some devices round the factors of a float32 product to fewer digits before they multiply. For each
# of these formats, the gap between 1 and the next number.
_ROUNDED_FACTORS = {"tf32": 2.0**-10, "bf16": 2.0**-7}


class Tolerance(TypedDict):
    """How far apart `torch.testing.assert_close` lets two numbers be."""

    rtol: float
    atol: float


def default_device() -> torch.device:
    """Choose the accelerator if there is one, else the CPU.

    The environment variable ``CONVTUTOR_DEVICE`` (``cpu``, ``cuda``, ``cuda:1``, ``mps``, ...)
    overrides the choice.

    Returns:
        A device that this machine has.

    Raises:
        ValueError: If ``CONVTUTOR_DEVICE`` names a device that torch does not know, or that this
            machine does not have.
    """
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    wanted = os.environ.get(_VARIABLE)
    if not wanted:
        return accelerator or torch.device("cpu")

    here = ["cpu"]
    if accelerator is not None:
        here += [f"{accelerator.type}:{i}" for i in range(torch.accelerator.device_count())]
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise ValueError(
            f"{_VARIABLE}={wanted!r} is not the name of a device; this machine has: "
            f"{', '.join(here)}"
        ) from None
    # A name without a number, such as "cuda", means the first device of its kind.
    if f"{device.type}:{device.index or 0}" not in ("cpu:0", *here):
        raise ValueError(
            f"{_VARIABLE}={wanted!r} is not on this machine, which has: {', '.join(here)}"
        )
    return device


def describe_device(device: torch.device) -> str:
    """Describe a device in one line: its kind, its model, and the threads of a CPU.

    Args:
        device: Any device that is on this machine.

    Returns:
        One line, such as ``CPU (x86_64, AVX512, 2 threads)`` or ``CUDA (NVIDIA H100)``.
    """
    kind = device.type.upper()
    if device.type == "cpu":
        capability = torch.backends.cpu.get_cpu_capability()
        threads = torch.get_num_threads()
        unit = "thread" if threads == 1 else "threads"
        return f"{kind} ({platform.machine()}, {capability}, {threads} {unit})"
    if device.type in ("cuda", "xpu"):
        return f"{kind} ({getattr(torch, device.type).get_device_name(device)})"
    return f"{kind} ({platform.machine()})"


def has_float64(device: torch.device) -> bool:
    """Tell whether a device can compute in double precision.

    Apple's GPUs cannot, and some of Intel's cannot either.

    Args:
        device: Any device that is on this machine.

    Returns:
        Whether the device has ``torch.float64``.
    """
    if device.type == "xpu":
        return bool(torch.xpu.get_device_properties(device).has_fp64)
    return device.type != "mps"


def tolerance(dtype: torch.dtype, device: torch.device, *, terms: int = 16) -> Tolerance:
    """Compute how far apart two results for the same sum of products may be.

    Each product and each partial sum is rounded, so the errors grow with the number of terms, at
    worst in proportion to it. Some devices also round the factors of a float32 convolution, so the
    device is asked whether it is set to do that.

    Args:
        dtype: The floating-point type that the sum is computed in.
        device: Where it is computed.
        terms: How many products are summed, at least 1. Add the roundings of earlier steps.

    Returns:
        ``rtol`` and ``atol`` for `torch.testing.assert_close`, for terms of size 1.

    Raises:
        TypeError: If ``terms`` is not an integer, or ``dtype`` is not a floating-point type.
        ValueError: If ``terms`` is less than 1.

    References:
        Higham, *Accuracy and Stability of Numerical Algorithms*, second edition, section 3.1.
    """
    check_integer("terms", terms, least=1)
    floating_dtype(dtype)
    bound = terms * max(
        torch.finfo(dtype).eps,
        _ROUNDED_FACTORS.get(convolution_precision(device), 0) if dtype == torch.float32 else 0,
    )
    return {"rtol": bound, "atol": bound}


def convolution_precision(device: torch.device) -> str:
    """Find out to which format a device rounds the factors of a float32 convolution.

    Args:
        device: Where it is computed.

    Returns:
        ``ieee`` if the factors keep all their digits, else what they are rounded to: ``tf32`` (10
        bits after the point) or ``bf16`` (7).
    """
    if device.type == "mps":
        return "ieee"
    library = torch.backends.cudnn if device.type == "cuda" else torch.backends.mkldnn
    chosen: str = library.conv.fp32_precision
    return "ieee" if chosen == "none" else chosen
