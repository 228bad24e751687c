"""Functions that draw: ``show_grids`` makes a figure, the others draw on the ``ax`` they are given.

Figures have black ink on white paper. ``turn_dark`` gives them the colours of a dark page.
"""

from convtutor.plots.axes import show_axes
from convtutor.plots.curves import (
    show_costs,
    show_loss_curves,
    show_losses,
    show_shrinkage,
    show_spectra,
)
from convtutor.plots.grids import (
    frame_window,
    show_blocks,
    show_chunk,
    show_grid,
    show_grids,
    show_windows,
)
from convtutor.plots.ink import BLUE, GREY, MAGENTA, ORANGE, turn_dark
from convtutor.plots.pictures import (
    show_arrow,
    show_frame,
    show_image,
    show_response,
)
from convtutor.plots.planes import show_bowl, show_level, show_path, show_polygon

__all__ = [
    "BLUE",
    "GREY",
    "MAGENTA",
    "ORANGE",
    "frame_window",
    "show_arrow",
    "show_axes",
    "show_blocks",
    "show_bowl",
    "show_chunk",
    "show_costs",
    "show_frame",
    "show_grid",
    "show_grids",
    "show_image",
    "show_level",
    "show_loss_curves",
    "show_losses",
    "show_path",
    "show_polygon",
    "show_response",
    "show_shrinkage",
    "show_spectra",
    "show_windows",
    "turn_dark",
]
