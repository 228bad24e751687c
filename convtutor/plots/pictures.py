"""Grids, images and what is marked on them."""

import numpy
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm
from matplotlib.patches import Rectangle
from torch import Tensor

from convtutor.plots.ink import BLUE, INK, SIGNED, ink_on, numbers, size, written
from convtutor.plots.look import bare


def show_grid(
    ax: Axes,
    grid: Tensor,
    *,
    title: str,
    window: tuple[int, int, int, int] | None = None,
    limit: float | None = None,
) -> None:
    """Draw a small grid with its numbers in the cells.

    Args:
        ax: Where to draw.
        grid: Numbers, shape ``(H, W)``; colour follows sign and size.
        title: What the grid is.
        window: Cells to frame: row and column of the first one, height and width of the frame.
        limit: Size at which the colour is full; ``None`` for the largest number in the grid. Give
            grids that are compared the same limit.
    """
    values = numbers(grid)
    if limit is None:
        limit = size(values)
    norm = CenteredNorm(halfrange=limit)
    ax.imshow(values, cmap=SIGNED, norm=norm)
    for (row, column), value in numpy.ndenumerate(values):
        ax.text(
            column, row, written(value, largest=limit), ha="center", va="center",
            color=ink_on(SIGNED(norm(value))), fontsize=10,
        )  # fmt: skip
    for edge in range(1, values.shape[0]):
        ax.axhline(edge - 0.5, color="white", linewidth=1.5)
    for edge in range(1, values.shape[1]):
        ax.axvline(edge - 0.5, color="white", linewidth=1.5)
    if window is not None:
        row, column, height, width = window
        frame = Rectangle((column - 0.5, row - 0.5), width, height, fill=False)
        # Dark with a light rim: it stands out from every cell, on a light page and on a dark one.
        rim = patheffects.withStroke(linewidth=5.5, foreground="white")
        frame.set(edgecolor=INK, linewidth=3, clip_on=False, zorder=3, path_effects=[rim])
        ax.add_patch(frame)
    bare(ax, title)


def show_blocks(ax: Axes, matrix: Tensor, *, block: tuple[int, int], title: str) -> None:
    """Draw a small matrix with its numbers, and dark lines between its blocks.

    Args:
        ax: Where to draw.
        matrix: Numbers, shape ``(H, W)``.
        block: Height and width of a block.
        title: What the matrix is.
    """
    show_grid(ax, matrix, title=title)
    height, width = matrix.shape
    for edge in range(block[0], height, block[0]):
        ax.axhline(edge - 0.5, color=INK, linewidth=2.5)
    for edge in range(block[1], width, block[1]):
        ax.axvline(edge - 0.5, color=INK, linewidth=2.5)


def show_chunk(
    ax: Axes, image: Tensor, *, chunk: tuple[int, int], halo: tuple[int, int], title: str
) -> None:
    """Draw a small image cut into chunks, and what the first chunk borrows from its neighbours.

    Args:
        ax: Where to draw.
        image: Numbers, shape ``(H, W)``.
        chunk: Height and width of a chunk; the first one gets a solid frame.
        halo: How many rows below it and columns on its right go with it, in a dashed frame.
        title: What the frames show.
    """
    # Pale, so that the frames stand out.
    show_grid(ax, image, title=title, window=(0, 0, *chunk), limit=2.5 * size(numbers(image)))
    for cut in range(chunk[0], image.shape[0], chunk[0]):
        ax.axhline(cut - 0.5, color="white", linewidth=6)
    for cut in range(chunk[1], image.shape[1], chunk[1]):
        ax.axvline(cut - 0.5, color="white", linewidth=6)
    height, width = chunk[0] + halo[0], chunk[1] + halo[1]
    frame = Rectangle((-0.5, -0.5), width, height, fill=False, linestyle=(0, (3, 2)))
    frame.set(edgecolor=BLUE, linewidth=3, clip_on=False, zorder=2.5)
    ax.add_patch(frame)


def show_image(ax: Axes, image: Tensor, *, title: str) -> None:
    """Draw an image in shades of grey.

    Args:
        ax: Where to draw.
        image: Brightness, shape ``(H, W)``; 0 is black and 1 is white.
        title: What the image shows.
    """
    ax.imshow(numbers(image), cmap="gray", vmin=0, vmax=1)
    bare(ax, title)


def show_response(ax: Axes, response: Tensor, *, title: str) -> None:
    """Draw a large feature map: blue below zero, pale at zero, orange above.

    Colour is full at the size that one pixel in a hundred exceeds, so that a few extreme pixels do
    not pale all others.

    Args:
        ax: Where to draw.
        response: Signed numbers, shape ``(H, W)``.
        title: What the response shows.
    """
    values = numbers(response)
    limit = float(numpy.percentile(abs(values), 99)) or size(values)
    ax.imshow(values, cmap=SIGNED, norm=CenteredNorm(halfrange=limit))
    bare(ax, title)


def show_frame(ax: Axes, window: tuple[int, int, int, int], *, colour: str, label: str) -> None:
    """Frame a part of an image that is already drawn, and name it.

    Args:
        ax: Where the image is.
        window: Row and column of the first pixel inside, height and width of the frame.
        colour: That of the frame.
        label: What the part is, on a tag above it.
    """
    row, column, height, width = window
    frame = Rectangle((column - 0.5, row - 0.5), width, height, fill=False)
    frame.set(edgecolor=colour, linewidth=2.5)
    ax.add_patch(frame)
    tag = {"facecolor": colour, "linewidth": 0, "pad": 3}
    ax.annotate(
        label, (column - 0.5, row - 0.5), (3, 3), textcoords="offset points", va="bottom",
        color=ink_on(colour), weight="bold", bbox=tag,
    )  # fmt: skip


def show_arrow(ax: Axes, centre: tuple[float, float], *, angle: float, length: float) -> None:
    """Draw an arrow on an image that is already drawn.

    Args:
        ax: Where the image is.
        centre: Row and column of the arrow's middle.
        angle: Its direction in radians, counted from right towards down.
        length: From its tail to its tip, in pixels.
    """
    row, column = centre
    across, along = numpy.cos(angle) * length / 2, numpy.sin(angle) * length / 2
    ax.annotate(
        "", (column + across, row + along), (column - across, row - along),
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 2, "shrinkA": 0,
                    "shrinkB": 0, "mutation_scale": 14},
    )  # fmt: skip
