"""Say what this package is, where it computes, and what there is to do with it."""

import argparse
import platform
from importlib import metadata

import torch

import convtutor
from convtutor import terminal
from convtutor.exercises import EXERCISES


def main() -> None:
    """Read the command line, and print."""
    argparse.ArgumentParser(prog="python -m convtutor", description=__doc__).parse_args()
    device = convtutor.default_device()
    print(f"convtutor {_version()}: tutorials on two-dimensional cross-correlation in PyTorch")
    print(f"versions   PyTorch {torch.__version__}, Python {platform.python_version()}")
    print(f"device     {convtutor.describe_device(device)}; CONVTUTOR_DEVICE chooses another one")
    print(f"exercises  {len(EXERCISES)} exercises; python -m convtutor.exercises lists them")
    print(f"site       {_site()}")


def _version() -> str:
    try:
        return metadata.version("convtutor")
    except metadata.PackageNotFoundError:  # imported from its sources
        return "(not installed)"


def _site() -> str:
    """Find the address of the site that this package came with."""
    try:
        urls = metadata.metadata("convtutor").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        urls = []
    addresses = dict(url.split(", ", 1) for url in urls)
    address = addresses.get("Documentation") or addresses.get("Homepage")
    return address or "nox -s docs builds it from the sources, into docs/_build/html"


if __name__ == "__main__":
    terminal.run(main)
