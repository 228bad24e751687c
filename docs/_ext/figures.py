"""Show every figure in the version that suits the reader's theme.

A gallery script or a notebook draws a figure once; here it is saved for a light page and for a dark
one, and both are put on the page. The theme hides one of them, and because both are loaded lazily,
a browser fetches only the one it shows.

The label of a figure (``fig.set_label("...")``) is its alternative text, and is required: a figure
that cannot be described to somebody who does not see it has no place on a page. A second paragraph
in the label is the figure's caption.
"""

import inspect
import re
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from docutils import nodes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from _ext.internals import cell_failed
from convtutor.plots import turn_dark
from convtutor.plots.ink import legible

_CSS_PIXELS_PER_INCH = 96
_WIDEST = 5.6
_SHARPNESS = 2
_THUMBNAIL = (200, 140)  # CSS pixels
_MARGIN = 1.06

# Lines and letters are kept exactly, which is also lightest. A photograph at this quality loses
# nothing that can be seen, and most of its weight.
_EXACT: dict[str, Any] = {"lossless": True, "quality": 0, "method": 1}
_LOSSY: dict[str, Any] = {"quality": 75, "method": 4}
_HEAVY = 100 * 1024
_HEAVY_THUMBNAIL = 12 * 1024  # a page may show a dozen


def scrape(block: tuple[Any, ...], block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save all open figures, and put them on the page.

    Called by sphinx-gallery after every code block.

    Returns:
        The reStructuredText that shows the figures.

    Raises:
        ExtensionError: If a figure has no label.
    """
    if cell_failed():
        plt.close("all")
        return ""
    try:
        return "".join(
            _save(plt.figure(number), Path(path).with_suffix(".webp"), gallery_conf["src_dir"])
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
        Both images, inlined.

    Raises:
        ExtensionError: If the figure has no label.
    """
    alt, caption = _label(figure)
    width, height = (round(side * _CSS_PIXELS_PER_INCH) for side in figure.get_size_inches())
    images = "".join(
        f'<img class="only-{theme}" alt="{escape(alt)}" width="{width}" height="{height}" '
        f'src="data:image/webp;base64,{b64encode(_render(figure)).decode()}">'
        for theme in _in_both_themes(figure)
    )
    plt.close(figure)
    note = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{images}{note}</figure>"


def _save(figure: Figure, path: Path, source_dir: str) -> str:
    alt, caption = _label(figure)
    for theme in _in_both_themes(figure):
        ending = "" if theme == "light" else "_dark"
        path.with_stem(f"{path.stem}{ending}").write_bytes(_render(figure))
        if path.stem.endswith("_001"):
            path.with_stem(f"{path.stem}_detail{ending}").write_bytes(_render_detail(figure))
    uri = path.relative_to(source_dir).as_posix()
    if caption:
        return f"\n.. figure:: /{uri}\n   :alt: {alt}\n   :figclass: drawn\n\n   {caption}\n"
    # In a figure, docutils would take the second image for a caption.
    return f"\n.. container:: drawn\n\n   .. image:: /{uri}\n      :alt: {alt}\n"


def _label(figure: Figure) -> tuple[str, str]:
    alt, _, caption = inspect.cleandoc(str(figure.get_label())).partition("\n\n")
    if not alt:
        raise ExtensionError(
            "a figure has no alternative text; say what it shows with fig.set_label(...)"
        )
    return alt.replace("\n", " "), caption.replace("\n", " ")


def _in_both_themes(figure: Figure) -> Iterator[str]:
    yield "light"
    _refuse_small_print(figure)  # now that numbers in cells have the size that fits
    figure.set_layout_engine("none")  # ink takes no room: the layout stands
    turn_dark(figure)
    yield "dark"


def _refuse_small_print(figure: Figure) -> None:
    width = figure.get_figwidth()
    if width > _WIDEST:
        raise ExtensionError(f"a figure is {width:.3g} in wide, the page has {_WIDEST}")
    least = legible(width)
    off = [axis for ax in figure.axes if not ax.axison for axis in (ax.xaxis, ax.yaxis)]
    unseen = {text for axis in off for text in axis.findobj(Text)}
    for text in set(figure.findobj(Text)) - unseen:
        points = float(text.get_fontsize())
        if text.get_text().strip() and text.get_visible() and points < least:
            raise ExtensionError(
                f"{text.get_text()!r} has {points:.3g} points, too small to be read on a phone: "
                f"a figure {width:.3g} in wide needs {least:.3g}"
            )


def _render(figure: Figure, *, heavy: int = _HEAVY, **part: Any) -> bytes:
    pixels = BytesIO()
    options = {"dpi": _SHARPNESS * _CSS_PIXELS_PER_INCH, **part}
    figure.savefig(pixels, transparent=True, pil_kwargs={"compress_level": 0}, **options)
    image = Image.open(pixels)
    exact = BytesIO()
    image.save(exact, "webp", **_EXACT)
    if exact.tell() < heavy:
        return exact.getvalue()
    lossy = BytesIO()
    image.save(lossy, "webp", **_LOSSY)
    return min(exact.getvalue(), lossy.getvalue(), key=len)


def _render_detail(figure: Figure) -> bytes:
    """Draw the largest panel alone, to fill a thumbnail: in one, a whole figure would be tiny."""
    figure.set_layout_engine("none")  # the others leave their places empty
    panels = [panel for panel in figure.axes if panel.get_visible()]
    areas = [panel.bbox.width * panel.bbox.height for panel in panels]
    chosen = panels[max(range(len(panels)), key=lambda k: (round(areas[k]), k))]
    for panel in panels:
        panel.set_visible(panel is chosen)
    titles = {chosen.get_title(side) for side in ("left", "center", "right")}
    hidden = [part for part in chosen.findobj(Text) if part.get_text() in titles]
    for text in hidden:
        text.set_visible(False)  # the card has a title of its own
    box = chosen.get_tightbbox()
    assert box is not None  # it is visible
    box = box.transformed(figure.dpi_scale_trans.inverted())
    ratio = _THUMBNAIL[0] / _THUMBNAIL[1]
    width = max(box.width, box.height * ratio) * _MARGIN
    left, bottom = (box.x0 + box.x1 - width) / 2, (box.y0 + box.y1 - width / ratio) / 2
    part = Bbox.from_bounds(left, bottom, width, width / ratio)
    dpi = _SHARPNESS * _THUMBNAIL[0] / width
    pixels = _render(figure, heavy=_HEAVY_THUMBNAIL, bbox_inches=part, dpi=dpi)
    for artist in (*hidden, *panels):
        artist.set_visible(True)
    return pixels


def show_in_themes(app: Sphinx, doctree: nodes.document) -> None:
    """Give each figure its dark version, and show in a thumbnail a detail of one, not all of it."""
    for image in list(doctree.findall(nodes.image)):
        uri = re.sub(r"thumb/(.+)_thumb(?=\.webp$)", r"\1_001_detail", image["uri"])
        if not re.search(r"/sphx_glr_[^/]+\.webp$", uri):
            continue
        with Image.open(Path(app.srcdir, uri.lstrip("/"))) as light:
            width, height = (str(side // _SHARPNESS) for side in light.size)
        kept = {"alt": image.get("alt", ""), "width": width, "height": height, "loading": "lazy"}
        dark = uri.replace(".webp", "_dark.webp")
        image.replace_self(
            [
                nodes.image(uri=uri, classes=["only-light"], **kept),
                nodes.image(uri=dark, classes=["only-dark"], **kept),
            ]
        )
