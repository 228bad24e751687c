"""Photographs and large feature maps, and marks on them."""

import numpy
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from convtutor.plots.axes import SMALL, bare
from convtutor.plots.ink import SIGNED, ink_on, numbers, share_scale, size


def show_image(ax: Axes, image: Tensor, *, title: str) -> None:
    """Draw a grey image or a colour picture.

    Args:
        ax: Where to draw.
        image: Brightness from 0 (black) to 1 (white), shape ``(H, W)``; or red, green and blue
            from 0 to 1, shape ``(H, W, 3)``.
        title: What the image shows.
    """
    ax.imshow(numbers(image), cmap="gray", vmin=0, vmax=1)
    bare(ax, title)


def show_response(ax: Axes, response: Tensor, *, title: str, limit: float | None = None) -> None:
    """Draw a large feature map, with blue for negative numbers and orange for positive ones.

    All feature maps of a figure share the scale of their colours, unless they have a ``limit`` of
    their own.

    Args:
        ax: Where to draw.
        response: Signed numbers, shape ``(H, W)``.
        title: What the response shows.
        limit: Size at which the colour is full; ``None`` for the size that one pixel in a hundred
            exceeds, so that a few extreme pixels do not make all others pale.
    """
    image = ax.imshow(numbers(response), cmap=SIGNED)
    image.set_gid("response")
    share_scale(image, _size_of_most, limit, strength=1)
    bare(ax, title)


def _size_of_most(values: numpy.ndarray) -> float:
    return float(numpy.nanpercentile(abs(values), 99)) or size(values)


def show_frame(ax: Axes, window: tuple[int, int, int, int], *, colour: str, label: str) -> None:
    """Frame a part of an image that is already drawn, and label it.

    Args:
        ax: Where the image is.
        window: Row and column of the first pixel inside, height and width of the frame.
        colour: The colour of the frame.
        label: The name of the part, written on a tag above it.
    """
    row, column, height, width = window
    frame = Rectangle((column - 0.5, row - 0.5), width, height, fill=False)
    frame.set(edgecolor=colour, linewidth=2.5)
    ax.add_patch(frame)
    tag = {"facecolor": colour, "linewidth": 0, "pad": 3}
    ax.annotate(
        label, (column - 0.5, row - 0.5), (3, 3), textcoords="offset points", va="bottom",
        color=ink_on(colour), weight="bold", size=SMALL, bbox=tag,
    )  # fmt: skip


def show_arrow(ax: Axes, centre: tuple[float, float], *, angle: float, length: float) -> None:
    """Draw an arrow on an image that is already drawn.

    Args:
        ax: Where the image is.
        centre: Row and column of the middle of the arrow.
        angle: Direction in radians; 0 points to the right, a right angle points down.
        length: Distance from the tail to the tip, in pixels.
    """
    row, column = centre
    across, along = numpy.cos(angle) * length / 2, numpy.sin(angle) * length / 2
    ax.annotate(
        "", (column + across, row + along), (column - across, row - along),
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 2, "shrinkA": 0,
                    "shrinkB": 0, "mutation_scale": 14},
    )  # fmt: skip
