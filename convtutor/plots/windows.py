"""One axis of an image, and the windows a kernel looks through."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from convtutor.plots.ink import BLUE, GREY, ORANGE
from convtutor.plots.look import head
from convtutor.shapes import output_size


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
    head(ax, title)
    ax.set(aspect="equal", xlim=(-padding - 0.6, size + padding - 0.4), ylim=(windows + 0.6, -0.6))
    labels = ["image", *(f"window {number}" for number in range(1, windows + 1))]
    ax.set_yticks(range(windows + 1), labels)
    ax.set_xticks(range(0, size, 2 if size > 8 else 1))
    ax.set_xlabel("pixel", alpha=0.75, size=9)
    ax.tick_params(length=0, labelsize=9)
    ax.spines[:].set_visible(False)


def _cell(ax: Axes, column: int, row: int, color: str | None) -> None:
    style = {"facecolor": color} if color else {"fill": False, "edgecolor": GREY, "linestyle": "--"}
    ax.add_patch(Rectangle((column - 0.42, row - 0.42), 0.84, 0.84, **style))
