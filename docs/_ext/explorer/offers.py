"""What the explorer offers: named kernels and images out of the package, and the puzzles."""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from convtutor import images, kernels

_PUZZLES = Path(__file__).with_name("puzzles.json")
_SOBEL = kernels.sobel(dtype=torch.float64)

KERNELS = {
    "identity": kernels.identity(dtype=torch.float64),
    "box": kernels.box(dtype=torch.float64),
    "Gaussian": kernels.gaussian(dtype=torch.float64),
    "sharpen": kernels.sharpen(dtype=torch.float64),
    "emboss": kernels.emboss(dtype=torch.float64),
    "Sobel, upright edges": _SOBEL,
    "Sobel, level edges": _SOBEL.T,
    "Laplacian": kernels.laplacian(dtype=torch.float64),
    "difference": torch.tensor([[-1.0, 1.0]]),
    "second difference": torch.tensor([[1.0, -2.0, 1.0]]),
    "triangle": torch.tensor([[1.0, 0.0], [2.0, 3.0], [4.0, 5.0]]),
}
IMAGES = {
    "first example": torch.tensor([[1.0, 0, 2, 0, 1], [0, 3, 0, 1, 0], [2, 1, 1, 0, 2]]),
    "0 to 8": torch.arange(9.0).reshape(3, 3),
    "stripe": images.striped(),
    "diagonal": images.diagonal(),
    "impulse": images.impulse(),
    "checkerboard": images.checkerboard(),
    "slope": torch.arange(1.0, 7.0).repeat(4, 1),
    "digits": torch.tensor(
        [
            [3.0, 1, 4, 1, 5, 9, 2],
            [6.0, 5, 3, 5, 8, 9, 7],
            [9.0, 3, 2, 3, 8, 4, 6],
            [2.0, 6, 4, 3, 3, 8, 3],
            [2.0, 7, 9, 5, 0, 2, 8],
        ]
    ),
}
# Photographs that have a name in links and in scripts, as state.js has it.
PICTURES = {
    "photograph": images.photograph(dtype=torch.float64),
    "portrait": images.photograph(dtype=torch.float64)[100:340, 146:386],
}
# What plays by itself: the kernels that change a face most.
PLAYED = ("Sobel, upright edges", "Gaussian", "sharpen", "emboss", "Laplacian", "box", "identity")
# Half of right minus left. Mixed with its transpose, it answers to edges of any direction.
ACROSS = torch.tensor([[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]])


def puzzles() -> list[dict[str, Any]]:
    """Read the puzzles; the shape of a kernel is given where there is none to see it from."""
    found: list[dict[str, Any]] = json.loads(_PUZZLES.read_text(encoding="utf-8"))
    for puzzle in found:
        puzzle.setdefault("settings", {})
        if puzzle["kernel"]:
            puzzle["shape"] = [len(puzzle["kernel"]), len(puzzle["kernel"][0])]
    return found


def rows(tensor: Tensor) -> list[list[float]]:
    """Give the numbers of a matrix; whole ones stay whole: 1 rather than 1.0."""
    return [[int(x) if x == int(x) else x for x in row] for row in tensor.tolist()]
