"""What all drawings share: colours, and tensors and numbers made ready for matplotlib."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.typing import ColorType
from torch import Tensor

# As lines they stand out, 3 to 1 at least, from a light page and from a dark one.
BLUE, ORANGE, GREY = "#2f6db3", "#d9731a", "#7f858c"
# All but black, and no black: on a dark page that would turn light, and a coloured cell does not.
INK = "#0b0d10"

# Negative is blue, zero is pale, positive is orange: told apart by colour-blind readers too.
# What is no number is grey.
SIGNED = LinearSegmentedColormap.from_list("signed", [BLUE, "#f4f1ea", ORANGE]).with_extremes(
    bad=GREY
)

# A colour and its dash belong together, so that lines are told apart without colour too.
LINES = ((BLUE, "-"), (ORANGE, "--"), (GREY, ":"))

Style = TypeVar("Style")


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
            f"{argument} has {len(curves)} curves, at most {len(styles)} can be told apart"
        )
    return (
        (name, numbers(values), style)
        for (name, values), style in zip(curves.items(), styles, strict=False)
    )


def numbers(tensor: Tensor) -> numpy.ndarray:
    """Hand a tensor on any device, of any real dtype, to matplotlib."""
    # In two steps, for MPS has no float64; and NumPy has no bfloat16.
    return tensor.detach().cpu().double().numpy()


def size(values: numpy.ndarray) -> float:
    """Measure the largest number by which to colour a grid."""
    # A grid of zeros has no size to colour by; any will do.
    return float(abs(values).max()) or 1.0


def written(value: float, *, largest: float) -> str:
    """Write a number of a grid with four digits at most, and with a minus sign that is one.

    Args:
        value: The number.
        largest: The size of the grid that it stands in; what is a millionth of it is zero.

    Returns:
        The number in writing.
    """
    # Some devices round a zero to 1e-8, and zero times a negative tap is −0: no reader expects
    # either.
    return "0" if abs(value) < 1e-6 * largest else f"{value:.4g}".replace("-", "−")


def ink_on(colour: ColorType) -> str:
    """Choose light or dark ink for what is written on a colour, whichever is read better."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = numpy.dot((0.2126, 0.7152, 0.0722), linear)
    # White on it has a contrast of 1.05 / (l + 0.05), dark ink one of (l + 0.05) / 0.054.
    return "white" if luminance < 0.188 else INK
