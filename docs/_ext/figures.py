"""Save a script's figures for a light page and for a dark one.

The label of a figure (``fig.set_label(...)``) is its alternative text, and it is required: a figure
that cannot be described to somebody who does not see it has no place on a page.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.artist import Artist
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from sphinx.errors import ExtensionError

# What black ink becomes on a dark page: furo's text colour there.
_DARK_INK = "#cfd0d0"
_CSS_PIXELS_PER_INCH = 96
_SHARPNESS = 2

_COLOURS = ("color", "edgecolor", "markeredgecolor", "markerfacecolor")

_RST = """
.. image:: /{path}
   :alt: {alt}
   :class: sphx-glr-single-img {theme}
   :width: {width}px
   :height: {height}px
"""


def scrape(block: tuple[Any, ...], block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save all open figures and show the one that suits the reader's theme.

    Called by sphinx-gallery after every code block.

    Returns:
        The reStructuredText that shows the figures.

    Raises:
        ExtensionError: If a figure has no label.
    """
    try:
        return "".join(
            _save(plt.figure(number), Path(path), block_vars["src_file"], gallery_conf["src_dir"])
            for number, path in zip(
                plt.get_fignums(), block_vars["image_path_iterator"], strict=False
            )
        )
    finally:
        plt.close("all")


def _save(figure: Figure, path: Path, script: str, source_dir: str) -> str:
    alt = inspect.cleandoc(str(figure.get_label())).replace("\n", " ")
    if not alt:
        raise ExtensionError(
            f"{script}: a figure has no alternative text; say what it shows with fig.set_label(...)"
        )
    width, height = (round(inches * _CSS_PIXELS_PER_INCH) for inches in figure.get_size_inches())
    rst = ""
    for theme, file in (("only-light", path), ("only-dark", path.with_stem(path.stem + "_dark"))):
        if theme == "only-dark":
            _turn_black_ink(figure, _DARK_INK)
        figure.savefig(file, dpi=_SHARPNESS * _CSS_PIXELS_PER_INCH, transparent=True)
        rst += _RST.format(
            path=file.relative_to(source_dir).as_posix(),
            alt=alt.replace("\\", "\\\\").replace("*", "\\*"),
            theme=theme,
            width=width,
            height=height,
        )
    return rst


def _turn_black_ink(figure: Figure, ink: str) -> None:
    for artist in figure.findobj(Artist):
        for colour in _COLOURS:
            getter: Callable[[], Any] | None = getattr(artist, f"get_{colour}", None)
            if getter is not None and _is_black(getter()):
                getattr(artist, f"set_{colour}")(ink)


def _is_black(colour: Any) -> bool:
    try:
        return bool(same_color(colour, "black"))
    except ValueError:
        return False
