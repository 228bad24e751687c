"""Drawing: every function takes an ``ax``, draws on it and returns nothing.

Black ink (text, axes, ticks) is left at matplotlib's default on purpose: it belongs to the page,
and a page may turn it light. Colours that are set here stay as they are on any background.
"""

import numpy
import torch
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm, LinearSegmentedColormap, LogNorm
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from convtutor.shapes import output_size

BLUE, ORANGE, GREY = "#2f6db3", "#d9731a", "#7f858c"

# Negative is blue, zero is pale, positive is orange: told apart by colour-blind readers too.
_SIGNED = LinearSegmentedColormap.from_list("signed", [BLUE, "#f4f1ea", ORANGE])

# From nothing to full, for what has no sign.
_STRENGTH = LinearSegmentedColormap.from_list("strength", ["#10171f", BLUE, "#f4f1ea"])


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
    values = _numbers(grid)
    if limit is None:
        limit = _size(values)
    ax.imshow(values, cmap=_SIGNED, norm=CenteredNorm(halfrange=limit))
    for (row, column), value in numpy.ndenumerate(values):
        strong = abs(value) > 0.7 * limit
        # Zero times a negative tap is −0, which no reader expects; adding 0 takes the sign away.
        ax.text(
            column, row, f"{value + 0:.4g}", ha="center", va="center",
            color="white" if strong else "#22262b", fontsize=10,
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
        frame.set(edgecolor="#111417", linewidth=3, clip_on=False, zorder=3, path_effects=[rim])
        ax.add_patch(frame)
    _bare(ax, title)


def show_image(ax: Axes, image: Tensor, *, title: str) -> None:
    """Draw an image in shades of grey.

    Args:
        ax: Where to draw.
        image: Brightness, shape ``(H, W)``; 0 is black and 1 is white.
        title: What the image shows.
    """
    ax.imshow(_numbers(image), cmap="gray", vmin=0, vmax=1)
    _bare(ax, title)


def show_response(ax: Axes, response: Tensor, *, title: str) -> None:
    """Draw a large feature map: blue below zero, pale at zero, orange above.

    Colour is full at the size that one pixel in a hundred exceeds, so that a few extreme pixels do
    not pale all others.

    Args:
        ax: Where to draw.
        response: Signed numbers, shape ``(H, W)``.
        title: What the response shows.
    """
    values = _numbers(response)
    limit = float(numpy.percentile(abs(values), 99)) or _size(values)
    ax.imshow(values, cmap=_SIGNED, norm=CenteredNorm(halfrange=limit))
    _bare(ax, title)


def show_losses(ax: Axes, losses: Tensor, *, title: str) -> None:
    """Draw the loss before each step, on a logarithmic axis.

    Args:
        ax: Where to draw.
        losses: Positive numbers, shape ``(steps,)``.
        title: What the curve says.
    """
    ax.semilogy(range(1, len(losses) + 1), _numbers(losses), "o-", color=BLUE, markersize=4)
    ax.set(xlabel="step", ylabel="summed squared error", title=title)
    ax.grid(color=GREY, alpha=0.3)


def show_path(ax: Axes, kernels: Tensor, *, goal: tuple[float, float], title: str) -> None:
    """Draw the way of a kernel with two taps from its start to its goal.

    Args:
        ax: Where to draw.
        kernels: The kernel before each step and after the last, shape ``(steps + 1, 1, 2)``.
        goal: The two taps that it should reach.
        title: What the path shows.
    """
    taps = _numbers(kernels).reshape(len(kernels), 2)
    ax.plot(taps[:, 0], taps[:, 1], "o-", color=BLUE, markersize=4, linewidth=1, label="the kernel")
    ax.plot(*taps[0], "s", color=GREY, markersize=9, label="start")
    ax.plot(*goal, "*", color=ORANGE, markersize=16, label="goal")
    ax.set(xlabel="left tap", ylabel="right tap", title=title)
    ax.grid(color=GREY, alpha=0.3)
    ax.legend(frameon=False)


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
    """Draw one axis of an image, and below it every window that the kernel looks through.

    Padding is dashed; pixels that no tap ever touches are orange, others grey. Each window has a
    row of its own, with a square for each of its taps.

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
            _cell(ax, pixel, 0, GREY if pixel in touched else ORANGE)
        else:
            _cell(ax, pixel, 0, None)
    for row, window in enumerate(taps, start=1):
        ax.plot([window[0], window[-1]], [row, row], color=BLUE, linewidth=1.5)
        for pixel in window:
            _cell(ax, pixel, row, BLUE)
    ax.set(title=title, xlabel="pixel", aspect="equal")
    ax.set(xlim=(-padding - 0.6, size + padding - 0.4), ylim=(windows + 0.6, -0.6))
    labels = ["image", *(f"window {number}" for number in range(1, windows + 1))]
    ax.set_yticks(range(windows + 1), labels)
    ax.set_xticks(range(0, size, 2 if size > 8 else 1))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _cell(ax: Axes, column: int, row: int, color: str | None) -> None:
    style = {"facecolor": color} if color else {"fill": False, "edgecolor": GREY, "linestyle": "--"}
    ax.add_patch(Rectangle((column - 0.42, row - 0.42), 0.84, 0.84, **style))


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
    flattest, *others = _numbers(curvatures)
    for curvature, colour, dash in [(flattest, BLUE, "--"), *((c, ORANGE, "-") for c in others)]:
        label = f"curvature {curvature:.3g}"
        ax.plot(rates, abs(1 - rates * curvature), dash, color=colour, linewidth=2, label=label)
    for text, rate in marks.items():
        left = abs(1 - rate * curvature)
        ax.plot(rate, left, "o", color=ORANGE)
        ax.annotate(text, (rate, left), (-8, 6), textcoords="offset points", ha="right")
    ax.axhspan(1, 2, color=GREY, alpha=0.25, linewidth=0)
    ax.text(0, 1.05, " above 1 the error grows")
    ax.set(xlim=(0, reach), ylim=(0, 1.5), title=title)
    ax.set(xlabel="learning rate", ylabel="error left after one step")
    ax.legend(frameon=False, loc="lower right")


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
    heights = numpy.einsum("...i,ij,...j", taps, _numbers(hessian), taps) / 2
    # Heights that grow like squares, as the bowl does: then the lines are equally far apart.
    levels = heights.max() * numpy.linspace(0.1, 1, 10) ** 2
    left, right = goal
    ax.contour(
        left + side, right + side, heights, levels, colors=GREY, linewidths=0.8, alpha=0.7, zorder=0
    )
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
    ax.contourf(_numbers(across), _numbers(up), _numbers(inside), [0.5, 1.5], colors=[colour])
    ax.plot([], [], "s", color=colour, markersize=9, label=label)


def show_polygon(ax: Axes, corners: Tensor, *, colour: str, label: str) -> None:
    """Fill a polygon in a plane.

    Args:
        ax: Where to draw.
        corners: Points in the order of the outline, shape ``(n, 2)``.
        colour: With what to fill it.
        label: What it is, for the legend.
    """
    ax.fill(*_numbers(corners).T, color=colour, label=label, zorder=3)


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
        colour: That of the line.
        label: What has this value there, for the legend.
    """
    ax.contour(_numbers(across), _numbers(up), _numbers(heights), [level], colors=[colour])
    ax.plot([], [], color=colour, label=label)


def show_spectra(ax: Axes, spectra: dict[str, Tensor], *, title: str) -> None:
    """Draw singular values from the largest to the smallest, on a logarithmic axis.

    Args:
        ax: Where to draw.
        spectra: For each name in the legend, positive numbers in descending order, shape ``(n,)``.
        title: What the curves say.
    """
    styles = (("o-", BLUE), ("s--", ORANGE), ("^:", GREY), ("d-.", BLUE), ("v-", ORANGE))
    for (name, values), (style, colour) in zip(spectra.items(), styles, strict=False):
        ax.semilogy(range(1, len(values) + 1), _numbers(values), style, color=colour, label=name)
    ax.set(xlabel="direction in the space of kernels", ylabel="singular value", title=title)
    ax.grid(color=GREY, alpha=0.3)


def show_frequencies(ax: Axes, spectrum: Tensor, *, title: str) -> None:
    """Draw the size of a two-dimensional spectrum, on a logarithmic scale.

    The constant part is in the middle, quick waves are at the rim. Colour ends at a hundred
    thousandth of the largest size.

    Args:
        ax: Where to draw.
        spectrum: Complex numbers as :func:`torch.fft.fft2` returns them, shape ``(H, W)``.
        title: What the spectrum shows.
    """
    sizes = _numbers(torch.fft.fftshift(spectrum.detach().abs()))
    largest = _size(sizes)
    ax.imshow(sizes.clip(1e-5 * largest), cmap=_STRENGTH, norm=LogNorm(1e-5 * largest, largest))
    _bare(ax, title)


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
        ax.loglog(_numbers(sizes), _numbers(values), style, color=colour, linewidth=2.5, label=name)
    ax.set(xlabel="side of the kernel", ylabel="per output pixel", title=title)
    ax.set_xticks((2, 4, 8, 16, 32), labels=("2", "4", "8", "16", "32"), minor=False)
    ax.minorticks_off()
    ax.grid(color=GREY, alpha=0.3)
    ax.legend(frameon=False, handlelength=1.6)


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
    show_grid(ax, image, title=title, window=(0, 0, *chunk), limit=2.5 * _size(_numbers(image)))
    for cut in range(chunk[0], image.shape[0], chunk[0]):
        ax.axhline(cut - 0.5, color="white", linewidth=6)
    for cut in range(chunk[1], image.shape[1], chunk[1]):
        ax.axvline(cut - 0.5, color="white", linewidth=6)
    height, width = chunk[0] + halo[0], chunk[1] + halo[1]
    frame = Rectangle((-0.5, -0.5), width, height, fill=False, linestyle=(0, (3, 2)))
    frame.set(edgecolor=BLUE, linewidth=3, clip_on=False, zorder=2.5)
    ax.add_patch(frame)


def show_memory(ax: Axes, readings: dict[str, Tensor], *, size: float, title: str) -> None:
    """Draw how much memory some runs took, each stretched to the same width.

    Args:
        ax: Where to draw.
        readings: For each run its readings in bytes, evenly spaced in time; at most three.
        size: Bytes to compare them with, drawn as a level line.
        title: What the runs did.
    """
    for (name, values), colour in zip(readings.items(), (BLUE, ORANGE, GREY), strict=False):
        taken = _numbers(values) / 1e6
        ax.plot(numpy.linspace(0, 1, len(taken)), taken, color=colour, linewidth=2, label=name)
    ax.axhline(size / 1e6, color=GREY, linestyle="--", label="the image itself")
    ax.set(xticks=(0, 1), xticklabels=("start", "end"), ylabel="million bytes", title=title)
    ax.grid(axis="y", color=GREY, alpha=0.3)
    ax.legend(frameon=False)


def show_frame(ax: Axes, window: tuple[int, int, int, int], *, colour: str, label: str) -> None:
    """Frame a part of an image that is already drawn, and name it.

    Args:
        ax: Where the image is.
        window: Row and column of the first pixel inside, height and width of the frame.
        colour: That of the frame.
        label: What the part is, written above it.
    """
    row, column, height, width = window
    frame = Rectangle((column - 0.5, row - 0.5), width, height, fill=False)
    frame.set(edgecolor=colour, linewidth=2.5)
    ax.add_patch(frame)
    rim = patheffects.withStroke(linewidth=3, foreground="white")
    ax.text(
        column, row - 6, label, color=colour, fontweight="bold", va="bottom", path_effects=[rim]
    )  # fmt: skip


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
        ax.semilogy(steps, _numbers(values), style, color=colour, linewidth=2, label=name)
    ax.set(xlabel="step", ylabel="summed squared error", title=title)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no half a step
    ax.grid(color=GREY, alpha=0.3)
    ax.legend(frameon=False)


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
        ax.axhline(edge - 0.5, color="#111417", linewidth=2.5)
    for edge in range(block[1], width, block[1]):
        ax.axvline(edge - 0.5, color="#111417", linewidth=2.5)


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
        arrowprops={"arrowstyle": "-|>", "color": "#22262b", "linewidth": 2, "shrinkA": 0,
                    "shrinkB": 0, "mutation_scale": 14},
    )  # fmt: skip


def _numbers(tensor: Tensor) -> numpy.ndarray:
    return tensor.detach().to("cpu", torch.float32).numpy()


def _size(values: numpy.ndarray) -> float:
    # A grid of zeros has no size to colour by; any will do.
    return float(abs(values).max()) or 1.0


def _bare(ax: Axes, title: str) -> None:
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
