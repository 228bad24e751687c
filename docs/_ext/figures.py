"""Save a script's figures for a light page and for a dark one.

The label of a figure (``fig.set_label(...)``) is its alternative text, and it is required: a figure
that cannot be described to somebody who does not see it has no place on a page.
"""

import inspect
from base64 import b64encode
from collections.abc import Callable, Iterator
from html import escape
from io import BytesIO
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
            _save(plt.figure(number), Path(path), gallery_conf["src_dir"])
            for number, path in zip(
                plt.get_fignums(), block_vars["image_path_iterator"], strict=False
            )
        )
    except ExtensionError as error:
        raise ExtensionError(f"{block_vars['src_file']}: {error}") from None
    finally:
        plt.close("all")


def as_html(figure: Figure) -> str:
    """Show a figure on a page that myst-nb executes.

    Returns:
        Both images, inlined; the theme hides one of them.

    Raises:
        ExtensionError: If the figure has no label.
    """
    alt, (width, height) = escape(_alternative(figure)), _size(figure)
    images = ""
    for theme in _in_both_themes(figure):
        file = BytesIO()
        _draw(figure, file)
        data = b64encode(file.getvalue()).decode()
        images += (
            f'<img class="sphx-glr-single-img {theme}" alt="{alt}" '
            f'style="width: {width}px; height: {height}px" src="data:image/png;base64,{data}">'
        )
    plt.close(figure)
    return images


def _save(figure: Figure, path: Path, source_dir: str) -> str:
    alt, (width, height) = _alternative(figure), _size(figure)
    rst = ""
    for theme in _in_both_themes(figure):
        file = path.with_stem(path.stem + ("_dark" if theme == "only-dark" else ""))
        _draw(figure, file)
        rst += _RST.format(
            path=file.relative_to(source_dir).as_posix(),
            alt=alt.replace("\\", "\\\\").replace("*", "\\*"),
            theme=theme,
            width=width,
            height=height,
        )
    return rst


def _alternative(figure: Figure) -> str:
    alt = inspect.cleandoc(str(figure.get_label())).replace("\n", " ")
    if not alt:
        raise ExtensionError(
            "a figure has no alternative text; say what it shows with fig.set_label(...)"
        )
    return alt


def _size(figure: Figure) -> tuple[int, int]:
    width, height = figure.get_size_inches()
    return round(width * _CSS_PIXELS_PER_INCH), round(height * _CSS_PIXELS_PER_INCH)


def _in_both_themes(figure: Figure) -> Iterator[str]:
    yield "only-light"
    _turn_black_ink(figure, _DARK_INK)
    yield "only-dark"


def _draw(figure: Figure, file: Path | BytesIO) -> None:
    figure.savefig(file, dpi=_SHARPNESS * _CSS_PIXELS_PER_INCH, transparent=True)


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
