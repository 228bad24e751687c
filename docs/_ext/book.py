"""Make a book of the site: Sphinx's EPUB, fitted for paper.

A reader of the book can open no fold, move nothing and type nothing. So answers stand open, code
that only prepares, draws or proves is left out, an explorer is a still with a link to the site, and
the hints and solutions of all exercises are an appendix.
"""

import re
import shutil
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder

from _ext import whereabouts
from _ext.facts import DOCS
from convtutor.exercises import EXERCISES

_APPENDIX = "solutions"
# What only a screen has a use for.
_LEFT_OUT = (
    "script, input, form.question, details.cell-setup, details.cell-figure, details.cell-proof, "
    ".only-dark, .only-screen, .page-tools, .own-copy, .solved, .covered, .sphx-glr-footer"
)
_INLINE = "data:image/webp;base64,"


class Book(Epub3Builder):
    """Writes the EPUB, with nothing of the theme, and with figures that every device can show."""

    def init(self) -> None:
        """Bind in the appendix, which the site has beside its exercises; nobody searches here."""
        self.config.exclude_patterns.remove(f"{_APPENDIX}.rst")
        self.config.html_additional_pages = {}
        super().init()

    def copy_static_files(self) -> None:
        """Copy the cover and the style sheets of the book, and nothing of the site."""
        shutil.rmtree(self._static_dir, ignore_errors=True)
        shutil.copytree(DOCS / "_book", self._static_dir, ignore=shutil.ignore_patterns("*.py"))
        self.create_pygments_style_file()

    def build_content(self) -> None:
        """Print the figures on paper, and say which files have formulas, as EPUB demands."""
        for path in Path(self.outdir, "_images").glob("*.webp"):
            if not path.stem.endswith("_dark"):
                with Image.open(path) as drawn:
                    # Black ink on nothing would be lost on a page that is shown at night.
                    paper = Image.new("RGBA", drawn.size, "white")
                    paper.alpha_composite(drawn.convert("RGBA"))
                paper.convert("RGB").save(path.with_suffix(".png"))
            path.unlink()
        super().build_content()
        opf = Path(self.outdir, "content.opf")
        opf.write_text(
            re.sub(r'href="(\S+)" media-\S+(?= />)', self._declare, opf.read_text("utf-8"))
        )

    def _declare(self, item: re.Match[str]) -> str:
        file = Path(self.outdir, item[1])
        has_formulas = file.suffix == ".xhtml" and "<math" in file.read_text("utf-8")
        kind = "mathml" if has_formulas else "cover-image" if file.name == "cover.jpg" else ""
        return f'{item[0]} properties="{kind}"' if kind else item[0]


def fill_appendix(app: Sphinx, docname: str, source: list[str]) -> None:
    """Gather what the site folds away below each exercise."""
    if docname == _APPENDIX:
        source[0] += "".join(
            f"\n{name}\n{'-' * len(name)}\n\n{exercise.statement}\n\n.. exercise-help:: {name}\n"
            for name, exercise in EXERCISES.items()
        )


def fit_for_paper(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> str | None:
    """Rewrite a page for those who can only read it, in XHTML."""
    if not isinstance(app.builder, Book):
        return None
    up = "../" * pagename.count("/")
    page = BeautifulSoup(context.get("body", ""), "html.parser")
    heads = ", .exercise > summary" if pagename == _APPENDIX else ""
    for part in page.select(_LEFT_OUT + heads):
        part.decompose()
    for image in page.select("img"):
        source = str(image["src"]).replace(".webp", ".png")
        if source.startswith(_INLINE):
            data = b64decode(source.removeprefix(_INLINE))
            name = sha256(data).hexdigest()[:16]
            Path(app.outdir, "_images", f"{name}.webp").write_bytes(data)
            source = f"{up}_images/{name}.png"
        image.attrs = {k: image[k] for k in ("alt", "width", "height") if k in image.attrs}
        image["src"] = source
    for explorer in page.select(".ce"):
        _still(page, explorer, pagename)
    for panel in page.select("details.exercise") if pagename != _APPENDIX else ():
        name = panel.select("summary code")[0].text
        address = f"{up}{_APPENDIX}.xhtml#{nodes.make_id(name)}"
        words = f'<p>Hints and a solution: <a href="{address}">{name}</a>, in the appendix.</p>'
        panel.replace_with(BeautifulSoup(words, "html.parser"))
    for summary in page.select("details > summary"):
        summary.name, summary["class"] = "p", "label"
    for fold in page.select("details"):
        fold.name = "div"
    context["body"] = page.decode(formatter="minimal")
    return "book.html"


def _still(page: BeautifulSoup, explorer: Tag, pagename: str) -> None:
    """Lay the grids of an explorer out as tables, and say where there is more."""
    for grid in explorer.select(".ce-grid"):
        rows: dict[str, Tag] = {}
        for cell in grid.select(".ce-cell"):
            heat, row = re.findall(r"[\d.]+", str(cell["style"]))[:2]
            ink = "31, 90, 158" if "ce-negative" in cell["class"] else "179, 86, 10"
            cell["style"] = f"background-color: rgba({ink}, {float(heat) / 100:.3f})"
            cell.name = "td"
            rows.setdefault(row, page.new_tag("tr")).append(cell.extract())
        grid.name = "table"
        grid.extend(rows.values())
    for figure in explorer.select("figure"):
        del figure["role"], figure["aria-label"]  # there, one image; here, numbers to read
    base = whereabouts.base_url()
    site = f'<a href="{base}{pagename}.html">On the site</a>' if base else "On the site"
    words = f'<p class="label">{site}, you can play with this.</p>'
    explorer.name, explorer.attrs = "div", {"class": "still"}
    explorer.append(BeautifulSoup(words, "html.parser"))
