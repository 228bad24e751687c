"""The drawing: image, output, the frames at their last place, and the sums."""

from torch import Tensor

from convtutor.plots.ink import BLUE, ORANGE, numbers, size, written

CELL, _TOP, _MARGIN = 44, 28, 3  # pixels


def draw(image: Tensor, kernel: Tensor, output: Tensor) -> tuple[list[str], int, int]:
    """Draw image and output, the frame at its last place, and the sum that it is there for.

    Args:
        image: Pixels, shape ``(H, W)``, on the CPU, as the others.
        kernel: Taps, shape ``(h, w)``.
        output: Sums, shape ``(H - h + 1, W - w + 1)``.

    Returns:
        The parts of an SVG drawing, its width and its height. What moves has a class: the frame
        ``frame``, each output ``o`` and ``o<k>``, and its sum ``s`` and ``s<k>``.
    """
    (h, w), (rows, columns) = kernel.shape, output.shape
    corners = [(i, j) for i in range(rows) for j in range(columns)]
    scales = [size(numbers(grid)) for grid in (image, kernel, output)]
    sums = [_sum(image[i : i + h, j : j + w], kernel, output[i, j], scales) for i, j in corners]

    # Both frames take the same steps, so they move as one.
    left, right = _MARGIN, _MARGIN + CELL * (image.shape[1] + 1)
    height = _TOP + CELL * image.shape[0] + 44
    width = max(right + CELL * columns + _MARGIN, 8 * max(map(len, sums)))
    last = f"translate({CELL * (columns - 1)} {CELL * (rows - 1)})"
    drawing = [
        f'<text x="{left}" y="18">image</text>',
        f'<text x="{right}" y="18">output</text>',
        *_grid(image, left),
        *_grid(output, right, name="o"),
        f'<g class="frame" transform="{last}">',
        _frame(left, h, w),
        _frame(right, 1, 1),
        *_taps(kernel, left),
        "</g>",
        # All sums have one place, and take turns. The still shows the last.
        *(
            f'<text class="s s{k}" x="{left}" y="{height - 14}" '
            f'opacity="{int(k + 1 == len(sums))}">{line}</text>'
            for k, line in enumerate(sums)
        ),
    ]
    return drawing, width, height


def _grid(grid: Tensor, left: int, *, name: str = "") -> list[str]:
    """Draw cells, the larger their number the stronger their colour."""
    largest = size(numbers(grid))
    cells = []
    for k, value in enumerate(grid.flatten().tolist()):
        row, column = divmod(k, grid.shape[1])
        x, y = left + CELL * column, _TOP + CELL * row
        colour, strength = (ORANGE if value > 0 else BLUE), 0.5 * abs(value) / largest
        cells += [
            f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" '
            'fill="none" stroke="currentColor" stroke-opacity=".3"/>',
            f'<g class="{name} {name}{k}">' if name else "<g>",
            f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" '
            f'fill="{colour}" fill-opacity="{strength:.2g}"/>',
            f'<text x="{x + CELL // 2}" y="{y + CELL // 2 + 5}" text-anchor="middle">'
            f"{written(value, largest=largest)}</text></g>",
        ]
    return cells


def _frame(left: int, height: int, width: int) -> str:
    return (
        f'<rect x="{left}" y="{_TOP}" width="{CELL * width}" height="{CELL * height}" '
        'fill="none" stroke="currentColor" stroke-width="3"/>'
    )


def _taps(kernel: Tensor, left: int) -> list[str]:
    """Write each tap into the corner of the cell that it multiplies."""
    largest = size(numbers(kernel))
    return [
        f'<text x="{left + CELL * (column + 1) - 4}" y="{_TOP + CELL * (row + 1) - 5}" '
        f'font-size="11" text-anchor="end">×{written(tap, largest=largest)}</text>'
        for row, taps in enumerate(kernel.tolist())
        for column, tap in enumerate(taps)
    ]


def _sum(window: Tensor, kernel: Tensor, total: Tensor, scales: list[float]) -> str:
    """Write a sum out; image, kernel and output each have their scale."""
    pixels, taps, whole = scales
    pairs = zip(window.flatten().tolist(), kernel.flatten().tolist(), strict=True)
    products = (f"{_factor(pixel, pixels)}·{_factor(tap, taps)}" for pixel, tap in pairs)
    return f"{' + '.join(products)} = {written(total.item(), largest=whole)}"


def _factor(value: float, largest: float) -> str:
    text = written(value, largest=largest)
    return f"({text})" if text.startswith("−") else text


def dimensions(grid: Tensor) -> str:
    """Write how large an image, a kernel or an output is.

    Args:
        grid: Numbers, shape ``(height, width)``.

    Returns:
        Height by width.
    """
    return f"{grid.shape[0]} by {grid.shape[1]}"
