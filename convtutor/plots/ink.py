"""What all drawings share: colours and sizes, and numbers made ready to be drawn.

Black ink and white paper stand for the colours of the page: :func:`turn_dark` swaps them, and the
pale zero of a grid, for those of a dark page. Every other colour stands out from both pages.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy
from matplotlib.artist import Artist
from matplotlib.colors import LinearSegmentedColormap, same_color, to_rgb
from matplotlib.figure import Figure
from matplotlib.typing import ColorType
from torch import Tensor

# Lines in these colours have a contrast of at least 3 to 1 to a light page and to a dark one.
BLUE, ORANGE, GREY, MAGENTA = "#2f6db3", "#d9731a", "#7f858c", "#d6219c"

# What is written on one of these colours keeps its ink on a dark page, so it is not quite black and
# not quite white.
_DARK_INK, _LIGHT_INK = "#0b0d10", "#fafbfc"

_ON_A_DARK_PAGE = {"black": "#d5d8dc", "white": "#15181c"}

# Negative is blue, zero has almost the colour of the page, positive is orange: colour-blind readers
# can tell them apart, too. What is not a number is grey.
SIGNED, _SIGNED_DARK = (
    LinearSegmentedColormap.from_list(name, [BLUE, zero, ORANGE]).with_extremes(bad=GREY)
    for name, zero in (("signed", "#f0f1f3"), ("signed dark", "#262a30"))
)

# A colour and its dash belong together, so that lines are told apart without colour too.
LINES = ((BLUE, "-"), (ORANGE, "--"), (GREY, ":"))

# A phone shows 358 pixels of 1/96 inch in the width of a page, and shrinks wider figures to it.
_PHONE = 358 / 96  # inches
_LEGIBLE = 7.5  # points: 10 pixels

Style = TypeVar("Style")


def legible(width: float) -> float:
    """Find the smallest size of text that can be read when a phone shows a figure.

    Args:
        width: How wide the figure is, in inches.

    Returns:
        The size in points.
    """
    return _LEGIBLE * max(1.0, width / _PHONE)


def turn_dark(figure: Figure) -> None:
    """Give a figure the colours of a dark page.

    Args:
        figure: The figure; it is changed in place.
    """
    for artist in figure.findobj(Artist):
        for colour in ("color", "facecolor", "edgecolor", "markeredgecolor", "markerfacecolor"):
            getter = getattr(artist, f"get_{colour}", None)
            if getter is not None:
                _swap(getter(), getattr(artist, f"set_{colour}"))
        if getattr(artist, "cmap", None) == SIGNED:
            artist.set(cmap=_SIGNED_DARK)


def _swap(colour: Any, setter: Any) -> None:
    for light, dark in _ON_A_DARK_PAGE.items():
        try:
            if same_color(colour, light):
                setter(dark)
                return
        except ValueError:  # "auto", or several colours
            return


def share_scale(
    drawn: Any, measure: Callable[[numpy.ndarray], float], limit: float | None, *, strength: float
) -> None:
    """Give a drawing the scale of colours that all of its kind in the figure share.

    Args:
        drawn: A drawing whose colours follow its numbers; its gid says of what kind it is.
        measure: Finds the size at which the colour of numbers should be full.
        limit: This size, for a scale of its own.
        strength: How much of the colour there is at this size, 1 for all of it.
    """
    peers = [drawn]
    if limit is not None:
        drawn.set_gid(None)
    else:
        peers = drawn.get_figure(root=True).findobj(
            lambda artist: artist.get_gid() == drawn.get_gid()
        )
        limit = max(measure(numpy.asarray(peer.get_array())) for peer in peers)
    for peer in peers:
        peer.set_clim(-limit / strength, limit / strength)


def styled(
    curves: dict[str, Tensor], styles: Sequence[Style], argument: str
) -> Iterator[tuple[str, numpy.ndarray, Style]]:
    """Give each curve a style of its own.

    Args:
        curves: The numbers of each curve by its name.
        styles: As many as can be told apart.
        argument: What the caller calls the curves.

    Returns:
        The name, the numbers and the style of each curve.

    Raises:
        ValueError: If there are more curves than styles.
    """
    if len(curves) > len(styles):
        raise ValueError(
            f"{argument} has {len(curves)} curves, but at most {len(styles)} can be told apart"
        )
    return (
        (name, numbers(values), style)
        for (name, values), style in zip(curves.items(), styles, strict=False)
    )


def numbers(tensor: Tensor) -> numpy.ndarray:
    """Convert a tensor on any device, of any real dtype, to an array of float64."""
    # The tensor moves to the CPU before it becomes float64, which MPS does not have. NumPy has no
    # bfloat16, so torch converts.
    return tensor.detach().cpu().double().numpy()


def size(values: numpy.ndarray) -> float:
    """Find the largest size of a finite number, or 1 if all numbers are zero."""
    # Sizes divide numbers, so zero would not do.
    return float(abs(values[numpy.isfinite(values)]).max(initial=0)) or 1.0


def written(value: float, *, largest: float) -> str:
    """Write a number of a grid with at most four digits and a true minus sign.

    Args:
        value: The number.
        largest: The largest size of a number in the grid; less than a millionth of it counts as
            zero.

    Returns:
        The number in writing.
    """
    # Some devices round a zero to 1e-8, and zero times a negative tap is −0. Both would puzzle a
    # reader.
    return "0" if abs(value) < 1e-6 * largest else f"{value:.4g}".replace("-", "−")


def ink_on(colour: ColorType) -> str:
    """Choose dark or light ink for what is written on a colour, whichever has more contrast."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = numpy.dot((0.2126, 0.7152, 0.0722), linear)
    # The contrast of light ink is 1.02 / (l + 0.05), that of dark ink (l + 0.05) / 0.054.
    return _LIGHT_INK if luminance < 0.184 else _DARK_INK
