"""Curves: losses, rates, costs, memory."""

import numpy
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from convtutor.plots.ink import BLUE, GREY, ORANGE, numbers


def show_losses(ax: Axes, losses: Tensor, *, title: str) -> None:
    """Draw the loss before each step, on a logarithmic axis.

    Args:
        ax: Where to draw.
        losses: Positive numbers, shape ``(steps,)``.
        title: What the curve says.
    """
    ax.semilogy(range(1, len(losses) + 1), numbers(losses), "o-", color=BLUE, markersize=4)
    ax.set(xlabel="step", ylabel="summed squared error", title=title)
    ax.grid(color=GREY, alpha=0.3)


def show_loss_curves(ax: Axes, losses: dict[str, Tensor], *, title: str) -> None:
    """Draw several losses on one logarithmic axis.

    Args:
        ax: Where to draw.
        losses: For each name in the legend, positive numbers, shape ``(steps,)``; at most three.
        title: What the curves say.
    """
    styles = (("-", BLUE), ("--", ORANGE), (":", GREY))
    for (name, values), (style, colour) in zip(losses.items(), styles, strict=False):
        steps = range(1, len(values) + 1)
        ax.semilogy(steps, numbers(values), style, color=colour, linewidth=2, label=name)
    ax.set(xlabel="step", ylabel="summed squared error", title=title)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no half a step
    ax.grid(color=GREY, alpha=0.3)
    ax.legend(frameon=False)


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
    rates = numpy.linspace(0, reach, 401)
    flattest, *others = numbers(curvatures)
    for curvature, colour, dash in [(flattest, BLUE, "--"), *((c, ORANGE, "-") for c in others)]:
        label = f"curvature {curvature:.3g}"
        ax.plot(rates, abs(1 - rates * curvature), dash, color=colour, linewidth=2, label=label)
    for text, rate in marks.items():
        left = abs(1 - rate * curvature)
        ax.plot(rate, left, "o", color=ORANGE)
        ax.annotate(text, (rate, left), (8, -14), textcoords="offset points")
    ax.axhspan(1, 2, color=GREY, alpha=0.25, linewidth=0)
    ax.text(0, 1.05, " above 1 the error grows")
    ax.set(xlim=(0, reach), ylim=(0, 1.5), title=title)
    ax.set(xlabel="learning rate", ylabel="error left after one step")
    ax.legend(frameon=False, loc="lower right")


def show_spectra(ax: Axes, spectra: dict[str, Tensor], *, title: str) -> None:
    """Draw singular values from the largest to the smallest, on a logarithmic axis.

    Args:
        ax: Where to draw.
        spectra: For each name in the legend, positive numbers in descending order, shape ``(n,)``.
        title: What the curves say.
    """
    styles = (("o-", BLUE), ("s--", ORANGE), ("^:", GREY), ("d-.", BLUE), ("v-", ORANGE))
    for (name, values), (style, colour) in zip(spectra.items(), styles, strict=False):
        ax.semilogy(range(1, len(values) + 1), numbers(values), style, color=colour, label=name)
    ax.set(xlabel="direction in the space of kernels", ylabel="singular value", title=title)
    ax.grid(color=GREY, alpha=0.3)
    ax.legend(frameon=False)


def show_costs(ax: Axes, sizes: Tensor, costs: dict[str, Tensor], *, title: str) -> None:
    """Draw what each method costs for kernels of growing size, both axes logarithmic.

    Args:
        ax: Where to draw.
        sizes: Sides of the square kernels, shape ``(n,)``.
        costs: For each method the cost of an output pixel, shape ``(n,)``; at most four methods.
        title: What the cost is.
    """
    styles = ((BLUE, "-"), (ORANGE, "-"), (GREY, "-"), (GREY, ":"))
    for (name, values), (colour, style) in zip(costs.items(), styles, strict=False):
        ax.loglog(numbers(sizes), numbers(values), style, color=colour, linewidth=2.5, label=name)
    ax.set(xlabel="side of the kernel", ylabel="per output pixel", title=title)
    ax.set_xticks((2, 4, 8, 16, 32), labels=("2", "4", "8", "16", "32"), minor=False)
    ax.minorticks_off()
    ax.grid(color=GREY, alpha=0.3)
    ax.legend(frameon=False, handlelength=1.6)
