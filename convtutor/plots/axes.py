"""The look of all diagrams: plain axes, a title at the left, names where the lines end."""

import numpy
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullFormatter
from matplotlib.transforms import ScaledTranslation

from convtutor.plots.ink import GREY

# Both fonts come with matplotlib, so a title looks the same everywhere. The second one has signs
# that the first one lacks. Small text keeps matplotlib's own sans serif.
HEADING = ["STIXGeneral", "DejaVu Sans"]
# In points. Small text can be read on a phone, which shrinks a figure of 5.6 inches to two thirds.
TITLE, SMALL = 13, 11.5


def show_axes(ax: Axes, *, title: str, across: str, up: str) -> None:
    """Draw plain axes with a title and with what they measure.

    Args:
        ax: Where to draw.
        title: What the diagram shows.
        across: What the horizontal axis measures.
        up: What the vertical axis measures. It is written horizontally, above the axis.
    """
    quiet(ax)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(alpha=0.75, size=SMALL)  # of black, so that a dark page can turn it light
        if axis.get_scale() == "linear":
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        else:
            # Not as powers of ten, because a phone would show the exponents too small to be read.
            axis.set_major_formatter(lambda number, _: f"{number:g}".replace("-", "−"))
            axis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(across, loc="right")
    ax.set_ylabel(up, rotation=0, ha="left", va="bottom")
    figure = ax.get_figure(root=True)
    assert figure is not None
    raised = ScaledTranslation(0, 5 / 72, figure.dpi_scale_trans)
    ax.yaxis.set_label_coords(0, 1, transform=ax.transAxes + raised)
    head(ax, title, pad=SMALL + 11)


def quiet(ax: Axes) -> None:
    """Keep two thin lines of the frame, with small numbers along them."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=GREY, linewidth=0.8)
    ax.tick_params(which="both", color=GREY, width=0.8, length=3, labelsize=SMALL)


def ruled(ax: Axes) -> None:
    """Draw light horizontal lines in place of the vertical axis."""
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", which="both", length=0)
    ax.grid(axis="y", color=GREY, alpha=0.3, linewidth=0.8)
    ax.set_axisbelow(True)


def bare(ax: Axes, title: str) -> None:
    """Remove ticks and spines, which a picture does not need."""
    ax.set(xticks=[], yticks=[])
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(size=SMALL)  # for a page that names the rows or columns
    ax.spines[:].set_visible(False)
    head(ax, title)


def head(ax: Axes, title: str, *, pad: float = 5) -> None:
    """Set the title at the left edge of the drawing."""
    ax.set_title(title, loc="left", pad=pad, family=HEADING, size=TITLE, weight="bold")


def write(
    ax: Axes,
    text: str,
    place: tuple[float, float],
    shift: tuple[float, float],
    *,
    ha: str = "left",
    va: str = "baseline",
) -> None:
    """Write a text beside a place.

    Args:
        ax: Where to draw.
        text: The text.
        place: The place, in the units of the axes.
        shift: How far from the place to write, in points.
        ha: Horizontal alignment, as in matplotlib.
        va: Vertical alignment, as in matplotlib.
    """
    ax.annotate(
        text, place, shift, textcoords="offset points", annotation_clip=False,
        ha=ha, va=va, size=SMALL,
    )  # fmt: skip


def name_lines(ax: Axes) -> None:
    """Write the name of each line at its end, moved upwards where ends are close together."""
    (bottom, top), (_, right) = ax.get_ylim(), ax.get_xlim()
    ends = []
    for line in ax.lines:
        points = numpy.asarray(line.get_xydata())
        seen = points[(bottom <= points[:, 1]) & (points[:, 1] <= top)]
        end = seen[-1] if len(seen) else (right, bottom)
        ends.append((ax.transData.transform(end)[1], tuple(end), str(line.get_label())))
    points_per_pixel = 72 / ax.figure.dpi * 0.8  # titles and labels will take some of the height
    taken = -numpy.inf
    for pixels, end, name in sorted(ends):
        height = pixels * points_per_pixel
        taken = max(height, taken + 1.4 * SMALL)
        write(ax, name, end, (8, taken - height), va="center_baseline")
