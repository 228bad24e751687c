"""Curves: losses, what a learning rate leaves of an error, singular values, costs."""

import numpy
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from convtutor.plots.axes import name_lines, ruled, show_axes, write
from convtutor.plots.ink import BLUE, GREY, LINES, ORANGE, numbers, styled


def show_losses(ax: Axes, losses: Tensor, *, title: str) -> None:
    """Draw the loss before each step, on a logarithmic axis.

    Args:
        ax: Where to draw.
        losses: Positive numbers, shape ``(steps,)``.
        title: What the curve shows.
    """
    steps = range(1, len(losses) + 1)
    ax.semilogy(steps, numbers(losses), "o-", color=BLUE, markersize=4, clip_on=False)
    _over_steps(ax, title)


def show_loss_curves(ax: Axes, losses: dict[str, Tensor], *, title: str) -> None:
    """Draw several losses on one logarithmic axis.

    Args:
        ax: Where to draw.
        losses: The losses of each curve by its name, positive numbers, shape ``(steps,)``; at most
            three curves.
        title: What the curves show.

    Raises:
        ValueError: If there are more than three losses.
    """
    for name, values, (colour, dash) in styled(losses, LINES, "losses"):
        steps = range(1, len(values) + 1)
        ax.semilogy(steps, values, dash, color=colour, linewidth=2, label=name, clip_on=False)
    _over_steps(ax, title)
    name_lines(ax)


def show_shrinkage(
    ax: Axes, curvatures: Tensor, reach: float, *, marks: dict[str, float], title: str
) -> None:
    """Draw which share of an error one step of gradient descent leaves, against the learning rate.

    Args:
        ax: Where to draw.
        curvatures: One positive number for each direction, the flattest first, shape ``(n,)``.
        reach: The largest rate to draw.
        marks: For each text the rate at which to write it, on the curve of the steepest direction.
        title: What the curves show.
    """
    show_axes(ax, title=title, across="learning rate", up="error left after one step")
    ax.set(xlim=(0, reach), ylim=(0, 1.5))
    ruled(ax)
    rates = numpy.linspace(0, reach, 401)
    flattest, *others = numbers(curvatures)
    for curvature, colour, dash in [(flattest, ORANGE, "--"), *((c, BLUE, "-") for c in others)]:
        label = f"curvature {curvature:.3g}"
        ax.plot(rates, abs(1 - rates * curvature), dash, color=colour, linewidth=2, label=label)
    name_lines(ax)
    for text, rate in marks.items():
        left = abs(1 - rate * curvature)
        ax.plot(rate, left, "o", color=BLUE)
        write(ax, text, (rate, left), (-6, 7), ha="right")
    ax.axhspan(1, 2, color=GREY, alpha=0.25, linewidth=0)
    write(ax, "above 1 the error grows", (0, 1), (6, 5))


def show_spectra(ax: Axes, spectra: dict[str, Tensor], *, title: str) -> None:
    """Draw singular values from the largest to the smallest, on a logarithmic axis.

    Args:
        ax: Where to draw.
        spectra: The singular values of each curve by its name, positive numbers in descending
            order, shape ``(n,)``; at most five curves.
        title: What the curves show.

    Raises:
        ValueError: If there are more than five spectra.
    """
    styles = (("o-", BLUE), ("s--", ORANGE), ("^:", GREY), ("d-.", BLUE), ("v-", ORANGE))
    for name, values, (style, colour) in styled(spectra, styles, "spectra"):
        places = range(1, len(values) + 1)
        ax.semilogy(places, values, style, color=colour, markersize=5, label=name, clip_on=False)
    show_axes(ax, title=title, across="direction in the space of kernels", up="singular value")
    ruled(ax)
    ax.margins(x=0)
    name_lines(ax)


def show_costs(ax: Axes, sizes: Tensor, costs: dict[str, Tensor], *, title: str) -> None:
    """Draw the cost of each method against the size of the kernel, on logarithmic axes.

    Args:
        ax: Where to draw.
        sizes: Sides of the square kernels, shape ``(n,)``.
        costs: The cost of an output pixel for each method, shape ``(n,)``; at most four methods.
        title: What the cost is.

    Raises:
        ValueError: If there are more than four methods.
    """
    for name, values, (colour, dash) in styled(costs, (*LINES, ("black", "-.")), "costs"):
        ax.loglog(
            numbers(sizes), values, dash, color=colour, linewidth=2, label=name, clip_on=False
        )
    show_axes(ax, title=title, across="side of the kernel", up="per output pixel")
    ax.set_xticks((2, 4, 8, 16, 32), labels=("2", "4", "8", "16", "32"), minor=False)
    ax.minorticks_off()
    ruled(ax)
    ax.margins(x=0.02)  # room for the tick at 32 beyond a kernel of 31
    name_lines(ax)


def _over_steps(ax: Axes, title: str) -> None:
    show_axes(ax, title=title, across="step", up="summed squared error")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))  # steps are whole numbers
    ruled(ax)
    ax.margins(x=0)
