"""The plane of all kernels with two taps: paths in it, the loss above it, and parts of it."""

import numpy
from matplotlib.axes import Axes
from torch import Tensor

from convtutor.plots.axes import quiet, show_axes, write
from convtutor.plots.ink import BLUE, GREY, LINES, ORANGE, numbers


def show_path(ax: Axes, kernels: Tensor, *, goal: tuple[float, float], title: str) -> None:
    """Draw how a kernel with two taps moves from its start to its goal.

    Args:
        ax: Where to draw.
        kernels: The kernel before each step and after the last, shape ``(steps + 1, 1, 2)``.
        goal: The two taps that it should reach.
        title: What the path shows.
    """
    taps = numbers(kernels).reshape(len(kernels), 2)
    show_axes(ax, title=title, across="left tap", up="right tap")
    ax.plot(*taps.T, "o-", color=BLUE, markersize=3, linewidth=1.2, label="the kernel")
    ax.plot(*taps[0], "s", color=GREY, markersize=8, label="start")
    # A ring, because a disc would hide the end of a path that arrives.
    (ring,) = ax.plot(*goal, "o", color=ORANGE, label="goal")
    ring.set(fillstyle="none", markersize=15, markeredgewidth=2)
    ax.margins(0.1, 0.15)
    write(ax, "start", tuple(taps[0]), (9, 0), va="center_baseline")
    # On the other side of the goal, where the path does not go.
    side, ha = (10, "left") if goal[0] > taps[0, 0] else (-10, "right")
    write(ax, "goal", goal, (side, -4), ha=ha, va="top")


def show_bowl(ax: Axes, hessian: Tensor, *, goal: tuple[float, float], reach: float) -> None:
    """Draw the loss of a kernel with two taps as a map with contour lines.

    Args:
        ax: Where to draw. Its limits become those of the map.
        hessian: The Hessian of the loss, shape ``(2, 2)``.
        goal: The two taps of the smallest loss, in the middle of the map.
        reach: How far the map extends to each side of the goal.
    """
    side = numpy.linspace(-reach, reach, 200)
    taps = numpy.stack(numpy.meshgrid(side, side), axis=-1)
    heights = numpy.einsum("...i,ij,...j", taps, numbers(hessian), taps) / 2
    # The levels grow with the square of the distance, as the loss does, so that lines are equally
    # far apart.
    levels = heights.max() * numpy.linspace(0.125, 1, 8) ** 2
    left, right = goal
    ax.contour(left + side, right + side, heights, levels, colors=GREY, linewidths=0.6, zorder=0)
    ax.set(xlim=(left - reach, left + reach), ylim=(right - reach, right + reach), aspect="equal")


def show_polygon(ax: Axes, corners: Tensor, *, colour: str, label: str) -> None:
    """Fill a polygon in a plane.

    Args:
        ax: Where to draw.
        corners: The corners in the order of the outline, shape ``(n, 2)``.
        colour: The colour to fill it with.
        label: Its name in the legend.
    """
    quiet(ax)
    ax.fill(*numbers(corners).T, color=colour, label=label, zorder=3)


def show_level(
    ax: Axes, across: Tensor, up: Tensor, heights: Tensor, level: float, *, colour: str, label: str
) -> None:
    """Draw the line on which a quantity in the plane has a given value.

    Args:
        ax: Where to draw.
        across: Positions along the horizontal axis, in ascending order, shape ``(W,)``.
        up: Positions along the vertical axis, in ascending order, shape ``(H,)``.
        heights: The quantity, shape ``(H, W)``.
        level: Its value on the line.
        colour: The colour of the line, which decides its dash, too.
        label: The name of the line in the legend.
    """
    quiet(ax)
    dash = dict(LINES).get(colour, "-")
    places = numbers(across), numbers(up)
    ax.contour(*places, numbers(heights), [level], colors=[colour], linestyles=dash, linewidths=2)
    ax.plot([], [], dash, color=colour, linewidth=2, label=label)
