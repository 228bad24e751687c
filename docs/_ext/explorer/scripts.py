"""The scripts and the styles of what can be touched: bundled, and loaded where they are used.

They are classic scripts: a browser that opens the site from a disk, without a server, runs no
modules and fetches no data.
"""

from base64 import b64encode
from pathlib import Path
from typing import Any

from rjsmin import jsmin
from sphinx.application import Sphinx

from _ext.explorer import offers, stills

HERE = Path(__file__).parent

# What all share, and what each element adds to it.
SHARED = ("numbers", "arithmetic", "state", "parts", "grid", "picture")
ELEMENTS = {
    "corr-explorer": ("controls", "puzzles", "explorer"),
    "corr-descent": ("descent",),
    "corr-digits": ("digits",),
    "corr-layers": ("layers",),
}


def write_scripts(app: Sphinx) -> None:
    """Write the scripts, the styles and the photographs beside the site's other scripts."""
    if app.builder.format == "html":
        write(Path(app.outdir, "_static"))


def write(folder: Path) -> None:
    """Write everything that a page with an explorer loads."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, parts in {"corr-shared": SHARED, **ELEMENTS}.items():
        script = "\n".join(jsmin((HERE / f"{part}.js").read_text("utf-8")) for part in parts)
        (folder / f"{name}.js").write_text(script, encoding="utf-8")
    (folder / "explorer.css").write_text((HERE / "explorer.css").read_text("utf-8"), "utf-8")
    # A page that was opened from a disk may not read the pixels of an image file, but it may read
    # those of an address that holds the image itself.
    for name, picture in offers.PICTURES.items():
        packed = b64encode(stills.webp(picture, lossless=True)).decode("ascii")
        script = f'corrExplorer.{name} = "data:image/webp;base64,{packed}";'
        (folder / f"{name}.js").write_text(script, encoding="utf-8")


def load_scripts(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Load scripts and styles on the pages that have such an element, and on no other."""
    found = app.env.metadata.get(pagename, {}).get("explorer", "").split()
    if not found:
        return
    app.add_css_file("explorer.css")
    for name in ("corr-shared", *sorted(set(found))):
        app.add_js_file(f"{name}.js", loading_method="defer")
