"""Grids of numbers: small images, kernels and outputs, and what is marked on them."""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, TypeAlias

import matplotlib.pyplot as plt
import numpy
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from torch import Tensor

from convtutor.plots.axes import HEADING, SMALL, TITLE, bare, head
from convtutor.plots.ink import (
    BLUE,
    GREY,
    MAGENTA,
    ORANGE,
    SIGNED,
    legible,
    numbers,
    share_scale,
    size,
    written,
)
from convtutor.shapes import output_size

# Row and column of the first cell, height and width.
Window: TypeAlias = tuple[int, int, int, int]

# On a screen, a cell has 42 pixels, of which 2 are a gap, and corners with a radius of 3.
_CELL = 42 / 96  # inches
_GAP, _CORNER = 2 / 42, 3 / 42  # cells
_SMALLEST_CELL = 34 / 96
_NUMBER = 12  # points
# A cell has at most half of the colour of its sign, so that black numbers stand out from it.
_STRENGTH = 0.5
# Of the width of a cell, its number takes no more than this.
_ROOM = 0.82

_WIDEST = 5.6  # inches that a page has
_BETWEEN, _BELOW, _MARGIN = 0.42, 0.22, 0.06  # inches


def show_grids(
    grids: Mapping[str, Tensor],
    *,
    windows: Mapping[str, Window] | None = None,
    columns: int | None = None,
    limit: float | None = None,
    write_numbers: bool = True,
) -> Figure:
    """Draw grids side by side, with one size of cells and one scale of colours for all.

    The figure is as large as the grids need. If they do not fit side by side in the width of a
    page, they are drawn in several rows.

    Args:
        grids: For each title a grid of numbers, shape ``(H, W)``.
        windows: For titles of ``grids``, the cells to frame: row and column of the first one,
            height and width of the frame.
        columns: How many grids to draw in a row; ``None`` for as many as fit.
        limit: Size at which the colour is full; ``None`` for the largest number in all grids.
        write_numbers: Whether to write the numbers, or to show colours only.

    Returns:
        The figure. Its ``axes`` are in the order of the grids, so that more can be drawn on them.

    Raises:
        ValueError: If there are no grids, a grid does not have two dimensions, a window belongs to
            none of them, or the cells that a page has room for are too small for their numbers.
    """
    if not grids:
        raise ValueError("grids must have at least one grid, got none")
    windows = windows or {}
    for name in windows:
        if name not in grids:
            raise ValueError(f"windows has {name!r}, which is not a title of grids: {[*grids]}")
    panels = [(name, _rows(grid)) for name, grid in grids.items()]
    cell, rows = _arrange(panels, columns, write_numbers=write_numbers)

    # Where each panel of a row begins, and how much room its title and its cells have below it.
    widths = _widths(rows, cell)
    heights = [max(_head_height(t) + cell * len(v) for t, v in row) for row in rows]
    width = max(map(_row_width, widths))
    height = sum(heights) + _BELOW * (len(heights) - 1) + 2 * _MARGIN
    figure = plt.figure(figsize=(width, height))
    top = height - _MARGIN
    for row, row_widths, row_height in zip(rows, widths, heights, strict=True):
        left = _MARGIN
        below_titles = top - max(_head_height(title) for title, _ in row)
        for (title, values), panel_width in zip(row, row_widths, strict=True):
            h, w = cell * values.shape[0], cell * values.shape[1]
            place = (left / width, (below_titles - h) / height, w / width, h / height)
            ax = figure.add_axes(place)
            show_grid(
                ax, grids[title], title=title, window=windows.get(title), limit=limit,
                write_numbers=write_numbers,
            )  # fmt: skip
            left += panel_width + _BETWEEN
        top -= row_height + _BELOW
    return figure


def show_grid(
    ax: Axes,
    grid: Tensor,
    *,
    title: str,
    window: Window | None = None,
    limit: float | None = None,
    write_numbers: bool = True,
) -> None:
    """Draw a small grid with its numbers in the cells.

    All grids of a figure share the scale of their colours and the size of their numbers, unless
    they have a ``limit`` of their own.

    Args:
        ax: Where to draw.
        grid: Numbers, shape ``(H, W)``; colour follows sign and size.
        title: The name of the grid.
        window: Cells to frame: row and column of the first one, height and width of the frame.
        limit: Size at which the colour is full; ``None`` for the largest number in all grids of the
            figure that have no limit.
        write_numbers: Whether to write the numbers, or to show colours only.

    Raises:
        ValueError: If the grid does not have two dimensions. Also when the figure is drawn, if a
            number does not fit into its cell in a size that can be read on a phone.
    """
    values = _rows(grid)
    cells = _Cells(values, title)
    ax.add_collection(cells)
    for (row, column), number in numpy.ndenumerate(_written(values) if write_numbers else []):
        text = ax.text(column, row, number, ha="center", va="center_baseline")
        text.set_in_layout(False)  # it stays inside its cell
        cells.numbers.append(text)
    height, width = values.shape
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), aspect="equal")
    if window is not None:
        frame_window(ax, window)
    bare(ax, title)
    strength = _STRENGTH if write_numbers else 1
    cells.set_gid(f"grid, {strength}")
    share_scale(cells, size, limit, strength=strength)


def frame_window(ax: Axes, window: Window, *, colour: str = MAGENTA, dash: Any = "-") -> None:
    """Frame some cells of a grid that is already drawn.

    Args:
        ax: Where the grid is.
        window: Row and column of the first cell, height and width of the frame.
        colour: The colour of the frame.
        dash: The style of its line, as matplotlib's ``linestyle``.
    """
    row, column, height, width = window
    # The rim has the colour of the page, so the frame stands out from every cell.
    for name, linewidth, line in (("white", 4.5, "-"), (colour, 2.25, dash)):
        frame = FancyBboxPatch(
            (column - 0.5, row - 0.5), width, height, boxstyle="round,pad=0,rounding_size=0.12",
            fill=False, edgecolor=name, linewidth=linewidth, linestyle=line,
            clip_on=False, zorder=2.5,
        )  # fmt: skip
        ax.add_patch(frame)


def show_blocks(ax: Axes, matrix: Tensor, *, block: tuple[int, int], title: str) -> None:
    """Draw a small matrix with its numbers, and lines between its blocks.

    Args:
        ax: Where to draw.
        matrix: Numbers, shape ``(H, W)``.
        block: Height and width of a block.
        title: The name of the matrix.
    """
    show_grid(ax, matrix, title=title)
    height, width = matrix.shape
    for edge in range(block[0], height, block[0]):
        ax.axhline(edge - 0.5, color="black", linewidth=2)
    for edge in range(block[1], width, block[1]):
        ax.axvline(edge - 0.5, color="black", linewidth=2)


def show_chunk(
    ax: Axes, image: Tensor, *, chunk: tuple[int, int], halo: tuple[int, int], title: str
) -> None:
    """Draw a small image cut into chunks, with the halo that the first chunk needs.

    Args:
        ax: Where to draw.
        image: Numbers, shape ``(H, W)``.
        chunk: Height and width of a chunk; the first one gets a solid frame.
        halo: How many rows below the chunk and columns on its right its output depends on, too;
            they get a dashed frame.
        title: What the frames show.
    """
    show_grid(ax, image, title=title)
    for cut in range(chunk[0], image.shape[0], chunk[0]):
        ax.axhline(cut - 0.5, color="white", linewidth=5)
    for cut in range(chunk[1], image.shape[1], chunk[1]):
        ax.axvline(cut - 0.5, color="white", linewidth=5)
    with_halo = (0, 0, chunk[0] + halo[0], chunk[1] + halo[1])
    frame_window(ax, with_halo, colour=BLUE, dash=(0, (3, 2)))
    frame_window(ax, (0, 0, *chunk))


def show_windows(
    ax: Axes,
    size: int,
    kernel: int,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    title: str,
) -> None:
    """Draw one axis of an image, and below it every window of the kernel.

    Each window has its own row, with a square for each tap. Padding has dashed borders. Pixels that
    no tap touches are orange, all others are grey.

    Args:
        ax: Where to draw.
        size: Pixels of the image along the axis.
        kernel: Taps of the kernel along the axis.
        stride: Pixels from one window to the next.
        padding: Pixels added on each of the two sides.
        dilation: Pixels from one tap to the next.
        title: What the windows show.
    """
    windows = output_size(size, kernel, stride=stride, padding=padding, dilation=dilation)
    taps = [
        [-padding + stride * window + dilation * tap for tap in range(kernel)]
        for window in range(windows)
    ]
    touched = {pixel for window in taps for pixel in window}
    for pixel in range(-padding, size + padding):
        if 0 <= pixel < size:
            ax.add_patch(_cell(pixel, 0, facecolor=GREY if pixel in touched else ORANGE))
        else:
            ax.add_patch(_cell(pixel, 0, fill=False, edgecolor=GREY, linestyle="--"))
    for row, window in enumerate(taps, start=1):
        ax.plot([window[0], window[-1]], [row, row], color=MAGENTA, linewidth=1.5)
        for pixel in window:
            ax.add_patch(_cell(pixel, row, facecolor=MAGENTA))
    head(ax, title)
    ax.set(aspect="equal", xlim=(-padding - 0.6, size + padding - 0.4), ylim=(windows + 0.6, -0.6))
    labels = ["image", *(f"window {number}" for number in range(1, windows + 1))]
    ax.set_yticks(range(windows + 1), labels)
    ax.set_xticks(range(0, size, 2 if size > 8 else 1))
    ax.set_xlabel("pixel", alpha=0.75, size=SMALL)
    ax.tick_params(length=0, labelsize=SMALL)
    ax.spines[:].set_visible(False)


class _Cells(PatchCollection):
    """The cells of a grid, which choose a size for their numbers when they are drawn."""

    def __init__(self, values: numpy.ndarray, title: str) -> None:
        """Make a cell for each number; the numbers themselves are added later."""
        places = numpy.ndindex(values.shape)
        super().__init__([_cell(j, i) for i, j in places], cmap=SIGNED, linewidth=0)
        self.set_array(numpy.ma.masked_invalid(values.ravel()))
        self.title = title
        self.numbers: list[Text] = []

    def draw(self, renderer: RendererBase) -> None:
        """Fit the numbers of all grids in the figure, and draw the cells."""
        figure = self.get_figure(root=True)
        assert figure is not None
        points = min(grid.fitting(figure) for grid in figure.findobj(_Cells))
        for text in self.numbers:
            text.set_fontsize(points)
        super().draw(renderer)

    def fitting(self, figure: Figure) -> float:
        """Find the size at which all numbers fit into their cells, in points."""
        if not self.numbers:
            return inf
        assert self.axes is not None
        corners = self.axes.transData.transform([(0, 0), (1, 1)])
        cell = float(abs(corners[1] - corners[0]).min()) * 72 / figure.dpi
        widest, needed = _widest(text.get_text() for text in self.numbers)
        points = _NUMBER * _ROOM * cell / needed
        least = legible(figure.get_figwidth())
        if points < least:
            raise ValueError(
                f"{widest!r} does not fit into the cells of the grid {self.title!r}: they are "
                f"{cell / 72:.2f} in wide, {needed * least / _NUMBER / _ROOM / 72:.2f} in are "
                "needed; draw fewer columns, larger ones, or rounded numbers"
            )
        return min(points, max(_NUMBER, least))


def _cell(column: float, row: float, **style: Any) -> FancyBboxPatch:
    side = 1 - _GAP
    corner = f"round,pad=0,rounding_size={_CORNER}"
    place = (column - side / 2, row - side / 2)
    return FancyBboxPatch(place, side, side, boxstyle=corner, **{"edgecolor": "none"} | style)


def _rows(grid: Tensor) -> numpy.ndarray:
    if grid.ndim != 2:
        raise ValueError(f"grid of shape {tuple(grid.shape)} must have exactly 2 dimensions")
    return numbers(grid)


def _written(values: numpy.ndarray) -> numpy.ndarray:
    largest = size(values)
    texts = [[written(value, largest=largest) for value in row] for row in values]
    return numpy.array(texts, dtype=object)


def _arrange(
    panels: list[tuple[str, numpy.ndarray]], columns: int | None, *, write_numbers: bool
) -> tuple[float, list[list[tuple[str, numpy.ndarray]]]]:
    """Choose how wide a cell is, in inches, and which panels stand in which row."""
    smallest, widest, needed = 0.1, "", 0.0
    if write_numbers:
        smallest = _SMALLEST_CELL
        widest, needed = _widest(text for _, values in panels for text in _written(values).flat)
    comfortable = max(_CELL, 0.92 * needed / _ROOM / 72)
    for count in [columns] if columns else range(len(panels), 0, -1):
        rows = [panels[start : start + count] for start in range(0, len(panels), count)]
        for cell in numpy.arange(comfortable, smallest - 0.001, -0.005):
            width = max(map(_row_width, _widths(rows, cell)))
            # One per cent more, for sizes are rounded when the figure is made.
            least = 1.01 * legible(width) * needed / _NUMBER / _ROOM / 72
            if width <= _WIDEST and cell >= least:
                return float(cell), rows
    most = max(values.shape[1] for _, values in panels)
    raise ValueError(
        f"grids of up to {most} columns with numbers such as {widest!r} do not fit into "
        f"{_WIDEST} in; draw fewer columns, fewer grids in a row, or rounded numbers"
    )


def _widths(rows: list[list[tuple[str, numpy.ndarray]]], cell: float) -> list[list[float]]:
    """Find how wide each panel of each row is, its title included, in inches."""
    widths = [[max(cell * v.shape[1], _title_width(title)) for title, v in row] for row in rows]
    if len(rows[0]) == len(rows[-1]):  # then panels stand exactly below each other
        widths = [[max(column) for column in zip(*widths, strict=True)]] * len(rows)
    return widths


def _row_width(widths: list[float]) -> float:
    return sum(widths) + _BETWEEN * (len(widths) - 1) + 2 * _MARGIN


def _title_width(title: str) -> float:
    font = FontProperties(family=HEADING, size=TITLE, weight="bold")
    lines = title.split("\n")
    width = max(text_to_path.get_text_width_height_descent(x, font, False)[0] for x in lines)
    return 1.06 * width / 72  # on a screen, letters are moved to whole pixels


def _head_height(title: str) -> float:
    return (1.25 * TITLE * len(title.split("\n")) + 6) / 72 if title else 0


def _widest(texts: Iterable[str]) -> tuple[str, float]:
    """Find the text that needs the most room at full size, and how many points it needs."""
    font = FontProperties(size=_NUMBER)
    rooms = {
        text: max(text_to_path.get_text_width_height_descent(text, font, False)[:2])
        for text in set(texts)
    }
    widest = max(rooms, key=lambda text: (rooms[text], text))
    return widest, rooms[widest]
