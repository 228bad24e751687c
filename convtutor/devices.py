"""Which device to compute on, how to name it to a reader, and how exactly it computes."""

import os
import platform
from typing import TypedDict

import torch

_VARIABLE = "CONVTUTOR_DEVICE"

# The gap between 1 and the next number, where the factors of a float32 product are rounded first.
_ROUNDED_FACTORS = {"tf32": 2.0**-10, "bf16": 2.0**-7}


class Tolerance(TypedDict):
    """What `torch.testing.assert_close` allows two numbers to differ by."""

    rtol: float
    atol: float


def default_device() -> torch.device:
    """Pick the accelerator if there is one, else the CPU.

    The environment variable ``CONVTUTOR_DEVICE`` (``cpu``, ``cuda``, ``cuda:1``, ``mps``, ...)
    overrides the choice.

    Returns:
        A device that is really there.

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
    # A name without a number is there if the first of its kind is.
    if f"{device.type}:{device.index or 0}" not in ("cpu:0", *here):
        raise ValueError(
            f"{_VARIABLE}={wanted!r} is not on this machine, which has: {', '.join(here)}"
        )
    return device


def describe_device(device: torch.device) -> str:
    """Name a device as a reader would: its kind, its model, its threads.

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
    """Ask whether a device has double precision: Apple's GPUs have none, nor do some of Intel's.

    Args:
        device: Any device that is on this machine.

    Returns:
        Whether it does.
    """
    if device.type == "xpu":
        return bool(torch.xpu.get_device_properties(device).has_fp64)
    return device.type != "mps"


def tolerance(dtype: torch.dtype, device: torch.device, *, terms: int = 16) -> Tolerance:
    """Say how far apart two computations of the same sum of products may end.

    Each product and each partial sum is rounded, so the errors grow with the number of terms, at
    worst in proportion to it. Some devices also round the factors of a float32 convolution; they
    are asked whether they are about to.

    Args:
        dtype: What the sum is computed in, a floating-point type.
        device: Where it is computed.
        terms: How many products are summed, roundings of earlier steps included, at least 1.

    Returns:
        ``rtol`` and ``atol`` for `torch.testing.assert_close`, for terms of size 1.

    Raises:
        ValueError: If there are no terms, or the type has no fractions.

    References:
        Higham, *Accuracy and Stability of Numerical Algorithms*, second edition, section 3.1.
    """
    if terms < 1:
        raise ValueError(f"terms must be at least 1, got {terms}")
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be a floating-point type, got {dtype}")
    bound = terms * max(
        torch.finfo(dtype).eps,
        _ROUNDED_FACTORS.get(convolution_precision(device), 0) if dtype == torch.float32 else 0,
    )
    return {"rtol": bound, "atol": bound}


def convolution_precision(device: torch.device) -> str:
    """Ask how a device treats the factors of a float32 convolution.

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
