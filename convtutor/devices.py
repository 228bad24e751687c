"""Which device to compute on, and how to name it to a reader."""

import os
import platform

import torch

_VARIABLE = "CONVTUTOR_DEVICE"


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
