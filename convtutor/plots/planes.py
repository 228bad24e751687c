"""The plane of a kernel with two taps: its way, the loss above it, regions of it."""

import numpy
from matplotlib.axes import Axes
from torch import Tensor

from convtutor.plots.axes import quiet, show_axes, write
from convtutor.plots.ink import BLUE, GREY, LINES, ORANGE, numbers


def show_path(ax: Axes, kernels: Tensor, *, goal: tuple[float, float], title: str) -> None:
    """Draw the way of a kernel with two taps from its start to its goal.

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
    # A ring, for a disc would hide the end of a way that arrives.
    (ring,) = ax.plot(*goal, "o", color=ORANGE, label="goal")
    ring.set(fillstyle="none", markersize=15, markeredgewidth=2)
    ax.margins(0.1, 0.15)
    write(ax, "start", tuple(taps[0]), (9, 0), va="center_baseline")
    # On the side to which the way does not lead.
    side, ha = (10, "left") if goal[0] > taps[0, 0] else (-10, "right")
    write(ax, "goal", goal, (side, -4), ha=ha, va="top")


def show_bowl(ax: Axes, hessian: Tensor, *, goal: tuple[float, float], reach: float) -> None:
    """Draw the loss of a kernel with two taps as a map, with lines of equal height.

    Args:
        ax: Where to draw; the map becomes all that is seen of its plane.
        hessian: The curvature of the loss, shape ``(2, 2)``.
        goal: The two taps at the bottom of the bowl, in the middle of the map.
        reach: How far the map goes on every side of the goal.
    """
    side = numpy.linspace(-reach, reach, 200)
    taps = numpy.stack(numpy.meshgrid(side, side), axis=-1)
    heights = numpy.einsum("...i,ij,...j", taps, numbers(hessian), taps) / 2
    # Heights that grow like squares, as the bowl does: then the lines are equally far apart.
    levels = heights.max() * numpy.linspace(0.125, 1, 8) ** 2
    left, right = goal
    ax.contour(left + side, right + side, heights, levels, colors=GREY, linewidths=0.6, zorder=0)
    ax.set(xlim=(left - reach, left + reach), ylim=(right - reach, right + reach), aspect="equal")


def show_region(
    ax: Axes, across: Tensor, up: Tensor, inside: Tensor, *, colour: str, label: str
) -> None:
    """Fill the part of a plane in which something holds.

    Args:
        ax: Where to draw.
        across: Positions along the horizontal axis, in ascending order, shape ``(W,)``.
        up: Positions along the vertical axis, in ascending order, shape ``(H,)``.
        inside: Where it holds, booleans of shape ``(H, W)``.
        colour: With what to fill it.
        label: What holds there, for the legend.
    """
    quiet(ax)
    ax.contourf(numbers(across), numbers(up), numbers(inside), [0.5, 1.5], colors=[colour])
    ax.plot([], [], "s", color=colour, markersize=9, label=label)


def show_polygon(ax: Axes, corners: Tensor, *, colour: str, label: str) -> None:
    """Fill a polygon in a plane.

    Args:
        ax: Where to draw.
        corners: Points in the order of the outline, shape ``(n, 2)``.
        colour: With what to fill it.
        label: What it is, for the legend.
    """
    quiet(ax)
    ax.fill(*numbers(corners).T, color=colour, label=label, zorder=3)


def show_level(
    ax: Axes, across: Tensor, up: Tensor, heights: Tensor, level: float, *, colour: str, label: str
) -> None:
    """Draw the line in a plane on which a quantity has a given value.

    Args:
        ax: Where to draw.
        across: Positions along the horizontal axis, in ascending order, shape ``(W,)``.
        up: Positions along the vertical axis, in ascending order, shape ``(H,)``.
        heights: The quantity, shape ``(H, W)``.
        level: Its value on the line.
        colour: That of the line, and with it its dash.
        label: What has this value there, for the legend.
    """
    quiet(ax)
    dash = dict(LINES).get(colour, "-")
    places = numbers(across), numbers(up)
    ax.contour(*places, numbers(heights), [level], colors=[colour], linestyles=dash, linewidths=2)
    ax.plot([], [], dash, color=colour, linewidth=2, label=label)
