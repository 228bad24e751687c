"""What all drawings share: colours, and tensors made ready for matplotlib."""

import numpy
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from torch import Tensor

BLUE, ORANGE, GREY = "#2f6db3", "#d9731a", "#7f858c"

# Negative is blue, zero is pale, positive is orange: told apart by colour-blind readers too.
SIGNED = LinearSegmentedColormap.from_list("signed", [BLUE, "#f4f1ea", ORANGE])


def numbers(tensor: Tensor) -> numpy.ndarray:
    """Hand a tensor on any device, of any dtype, to matplotlib."""
    return tensor.detach().to("cpu", torch.float32).numpy()


def size(values: numpy.ndarray) -> float:
    """Measure the largest number by which to colour a grid."""
    # A grid of zeros has no size to colour by; any will do.
    return float(abs(values).max()) or 1.0


def written(value: float, *, largest: float = 1.0) -> str:
    """Write a number with four digits at most, and with a minus sign that is one."""
    # Some devices round a zero to 1e-8, and zero times a negative tap is −0: no reader expects
    # either.
    return "0" if abs(value) < 1e-6 * largest else f"{value:.4g}".replace("-", "−")


def bare(ax: Axes, title: str) -> None:
    """Take ticks and spines away: a picture needs none."""
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
