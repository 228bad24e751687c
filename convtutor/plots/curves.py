"""Curves: losses, rates, costs, memory."""

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
        title: What the curve says.
    """
    steps = range(1, len(losses) + 1)
    ax.semilogy(steps, numbers(losses), "o-", color=BLUE, markersize=4, clip_on=False)
    _over_steps(ax, title)


def show_loss_curves(ax: Axes, losses: dict[str, Tensor], *, title: str) -> None:
    """Draw several losses on one logarithmic axis.

    Args:
        ax: Where to draw.
        losses: For each name to write at a curve, positive numbers, shape ``(steps,)``; at most
            three.
        title: What the curves say.

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
    """Draw what one step of gradient descent leaves of an error, for every learning rate.

    Args:
        ax: Where to draw.
        curvatures: One positive number for each direction, the flattest first, shape ``(n,)``.
        reach: Up to which rate to draw.
        marks: Rates to mark on the curve of the steepest direction, and what to write there.
        title: What the curves say.
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
        spectra: For each name to write at a curve, positive numbers in descending order, shape
            ``(n,)``; at most five.
        title: What the curves say.

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
    """Draw what each method costs for kernels of growing size, both axes logarithmic.

    Args:
        ax: Where to draw.
        sizes: Sides of the square kernels, shape ``(n,)``.
        costs: For each method the cost of an output pixel, shape ``(n,)``; at most four methods.
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
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))  # there is no half a step
    ruled(ax)
    ax.margins(x=0)
