"""What stands in the place of an explorer until its script runs, and for readers without one."""

from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import avg_pool2d

from convtutor.plots import ink


def figure(parts: Sequence[tuple[str, Tensor]]) -> str:
    """Draw numbers as the explorer does, in the same style sheet; NaN is an unknown number."""
    said = "; ".join(f"{name}: {_spoken(tensor)}" for name, tensor in parts)
    grids = "".join(grid(name, tensor) for name, tensor in parts)
    return f'<figure class="ce-stage" role="img" aria-label="{escape(said)}">{grids}</figure>'


def grid(name: str, tensor: Tensor) -> str:
    """Draw one grid of numbers."""
    columns = tensor.shape[1]
    limit = _limit(tensor)
    cells = ""
    for k, x in enumerate(tensor.flatten().tolist()):
        heat = 0.0 if x != x else 50 * abs(x) / limit
        sign = " ce-negative" if x < 0 else ""
        area = f"{k // columns + 2} / {k % columns + 2}"
        cells += (
            f'<div class="ce-cell{sign}" style="--ce-heat: {heat:.1f}%; grid-area: {area}">'
            f"{_number(x, limit)}</div>"
        )
    return _panel(name, tensor, f'<div class="ce-grid">{cells}</div>')


def picture(folder: Path, to: str, of: str, name: str, image: Tensor, alt: str) -> str:
    """Write a picture into a folder, and show it from the address ``to``."""
    file = f"explorer_{of}_{name}.webp"
    folder.mkdir(parents=True, exist_ok=True)
    # It stands in until the script draws the real one: at half the size it weighs a fifth.
    (folder / file).write_bytes(webp(avg_pool2d(image[None], 2)[0], quality=75))
    size = f'width="{image.shape[1] // 2}" height="{image.shape[0] // 2}"'
    return _panel(name, image, f'<img src="{to}/{file}" alt="{escape(alt)}" {size} loading="lazy">')


def webp(image: Tensor, **options: Any) -> bytes:
    """Pack an image of shades from 0 to 1."""
    file = BytesIO()
    pixels = (image.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    Image.fromarray(pixels).save(file, "WEBP", method=6, **options)
    return file.getvalue()


def _spoken(tensor: Tensor) -> str:
    limit = _limit(tensor)
    lines = (" ".join(_number(x, limit) for x in row) for row in tensor.tolist())
    return f"{tensor.shape[0]} by {tensor.shape[1]}, rows {', '.join(lines)}"


def _panel(name: str, tensor: Tensor, body: str) -> str:
    size = f"{tensor.shape[0]} × {tensor.shape[1]}"
    return (
        f'<div class="ce-panel"><div class="ce-title">{name}<span class="ce-size"> {size}</span>'
        f"</div>{body}</div>"
    )


def _limit(tensor: Tensor) -> float:
    """Measure the largest number of a grid, in which some may be unknown."""
    return ink.size(ink.numbers(tensor.nan_to_num()))


def _number(value: float, largest: float) -> str:
    return "?" if value != value else ink.written(value, largest=largest)
