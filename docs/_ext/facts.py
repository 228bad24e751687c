"""What this build runs on: the device, the versions, the commit, the date."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import torch

from convtutor import convolution_precision, default_device, describe_device

DOCS = Path(__file__).parents[1]


def computed_on() -> dict[str, str]:
    """Describe where and how precisely this process computes, at this moment."""
    device = default_device()
    return {
        "device": describe_device(device),
        "torch": torch.__version__,
        "dtype": str(torch.get_default_dtype()).removeprefix("torch."),
        "convolutions": convolution_precision(device),
    }


@cache
def built_from() -> dict[str, str]:
    """Name the commit and the date of this build; ``SOURCE_DATE_EPOCH`` sets the date."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    date = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return {"commit": _commit(), "date": f"{date:%Y-%m-%d %H:%M} UTC"}


@cache
def versions() -> dict[str, str]:
    """List Python and every package that is installed beside it."""
    known = (package.metadata for package in distributions())
    # What a broken installation leaves behind names neither.
    whole = (found for found in known if "Name" in found and "Version" in found)
    installed = {found["Name"].lower(): found["Version"] for found in whole}
    return {"python": platform.python_version(), **dict(sorted(installed.items()))}


def system() -> str:
    """Name the operating system and the kind of processor."""
    return f"{platform.system()} on {platform.machine()}"


def _commit() -> str:
    git = ["git", "-C", str(DOCS), "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        found = subprocess.run(git, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown (built outside a git checkout)"
    return found.stdout.strip()
