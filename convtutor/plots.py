"""Drawing: every function takes an ``ax``, draws on it and returns nothing.

Black ink (text, axes, ticks) is left at matplotlib's default on purpose: it belongs to the page,
and a page may turn it light. Colours that are set here stay as they are on any background.
"""

import numpy
import torch
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm, LinearSegmentedColormap
from matplotlib.patches import Rectangle
from torch import Tensor

from convtutor.shapes import output_size

BLUE, ORANGE, GREY = "#2f6db3", "#d9731a", "#7f858c"

# Negative is blue, zero is pale, positive is orange: told apart by colour-blind readers too.
_SIGNED = LinearSegmentedColormap.from_list("signed", [BLUE, "#f4f1ea", ORANGE])


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


def _numbers(tensor: Tensor) -> numpy.ndarray:
    return tensor.detach().to("cpu", torch.float32).numpy()


def _size(values: numpy.ndarray) -> float:
    # A grid of zeros has no size to colour by; any will do.
    return float(abs(values).max()) or 1.0


def _bare(ax: Axes, title: str) -> None:
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
