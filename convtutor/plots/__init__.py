"""Drawing: every function takes an ``ax``, draws on it and returns nothing.

Black ink (text, axes, ticks) is left at matplotlib's default on purpose: it belongs to the page,
and a page may turn it light. Colours that are set here stay as they are on any background.
"""

from convtutor.plots.curves import (
    show_costs,
    show_loss_curves,
    show_losses,
    show_shrinkage,
    show_spectra,
)
from convtutor.plots.ink import BLUE, GREY, ORANGE
from convtutor.plots.look import show_axes
from convtutor.plots.pictures import (
    show_arrow,
    show_blocks,
    show_chunk,
    show_frame,
    show_grid,
    show_image,
    show_response,
)
from convtutor.plots.planes import show_bowl, show_level, show_path, show_polygon, show_region
from convtutor.plots.windows import show_windows

__all__ = [
    "BLUE",
    "GREY",
    "ORANGE",
    "show_arrow",
    "show_axes",
    "show_blocks",
    "show_bowl",
    "show_chunk",
    "show_costs",
    "show_frame",
    "show_grid",
    "show_image",
    "show_level",
    "show_loss_curves",
    "show_losses",
    "show_path",
    "show_polygon",
    "show_region",
    "show_response",
    "show_shrinkage",
    "show_spectra",
    "show_windows",
]
