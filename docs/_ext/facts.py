"""What this build is made on and made from: the device, the versions, the commit, the date."""

import os
import platform
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
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
    """List Python and every package that a build uses, as far as it is installed.

    These are what the group ``docs`` and the package ask for, what those ask for in turn, and so
    on: a debugger that somebody has installed beside them changes nothing.
    """
    own = project()["project"]
    extra = own["optional-dependencies"]["gallery"]
    lines = [*project()["dependency-groups"]["docs"], *own["dependencies"], *extra]
    todo = {_key(Requirement(line)) for line in lines if isinstance(line, str)}
    seen = set(todo)
    found: dict[str, str] = {}
    while todo:
        name, extras = todo.pop()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another system, or another Python
        found[name] = package.version
        for need in map(Requirement, package.requires or ()):
            holds = (need.marker is None) or any(
                need.marker.evaluate({"extra": extra}) for extra in ("", *extras)
            )
            if holds and _key(need) not in seen:
                seen.add(_key(need))
                todo.add(_key(need))
    return {"python": platform.python_version(), **dict(sorted(found.items()))}


def _key(need: Requirement) -> tuple[str, frozenset[str]]:
    return canonicalize_name(need.name), frozenset(need.extras)


def system() -> str:
    """Name the operating system and the kind of processor."""
    return f"{platform.system()} on {platform.machine()}"


def _commit() -> str:
    # In a hook, variables such as GIT_DIR speak of the repository whose hook it is.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}

    def ask(*question: str) -> str:
        return subprocess.run(
            ["git", "-C", str(ROOT), *question],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    try:
        # Sources that were unpacked somewhere inside a repository are not of its commit.
        if Path(ask("rev-parse", "--show-toplevel")).samefile(ROOT):
            return ask("describe", "--always", "--dirty", "--abbrev=10")
    except (OSError, subprocess.CalledProcessError):
        pass
    return "unknown (built outside a git checkout)"
