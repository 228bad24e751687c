"""What this build is made on and made from: the device, the versions, the commit, the date."""

import os
import platform
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import torch
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from convtutor import convolution_precision, default_device, describe_device

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute without a pool of threads: none lives through the forks of ``sphinx-build -j``."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


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
def project() -> dict[str, Any]:
    """Read ``pyproject.toml``."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def versions() -> dict[str, str]:
    """List Python and all that a build uses, directly or not: no debugger that is there as well."""
    own = project()["project"]
    todo = [*own["dependencies"], *own["optional-dependencies"]["gallery"]]
    todo += project()["dependency-groups"]["docs"]
    found: dict[str, str] = {}
    while todo:
        need = Requirement(todo.pop())
        name = canonicalize_name(need.name)
        if name in found or "extra ==" in str(need.marker):
            continue
        with suppress(PackageNotFoundError):  # it is for another system
            found[name] = distribution(name).version
            todo += distribution(name).requires or ()
    return {"python": platform.python_version(), **dict(sorted(found.items()))}


def system() -> str:
    """Name the operating system and the kind of processor."""
    return f"{platform.system()} on {platform.machine()}"


def _commit() -> str:
    # In a hook, variables such as GIT_DIR speak of the repository whose hook it is.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}

    def ask(*question: str) -> str:
        command = ["git", "-C", str(ROOT), *question]
        return subprocess.check_output(
            command, env=environment, text=True, stderr=subprocess.DEVNULL
        ).strip()

    try:
        # Sources that were unpacked somewhere inside a repository are not of its commit.
        if Path(ask("rev-parse", "--show-toplevel")).samefile(ROOT):
            return ask("describe", "--always", "--dirty", "--abbrev=10")
    except (OSError, subprocess.CalledProcessError):
        pass
    return "unknown (built outside a git checkout)"
