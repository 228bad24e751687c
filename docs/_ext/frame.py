"""What stands around the text of a page: who it is for search engines, and what it loads.

A page is described in its head, is left without style sheets and scripts that it has no use for,
and links to its source if the environment says where that is. A site that knows its address
also gets a map, and a picture for every page that is shared.

There are extensions for this. The one for OpenGraph cuts descriptions within a word,
has none for pages without a source, and no place for cards of our own; the one for maps brings
another that asks git for dates; the one for the lost rewrites the same addresses in ten times the
code. Together they would need more lines here than what they replace.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from docutils import nodes
from PIL import Image, ImageOps
from sphinx.application import Sphinx

from _ext import whereabouts

_SUMMARY_LENGTHS = 40, 160  # less says nothing, more is not shown

# Style sheets and scripts that no page needs: ours say how a gallery and the output of a cell look,
# and we use neither sphinx-gallery's tags nor any extension that furo dresses.
_UNUSED = ("furo-extensions", "mystnb", "sg-tags", "sg_gallery")

# And what a page loads if it has a use for it.
_WANTED = {'class="question"': "questions.js", "report sortable": "sort.js"}

_CARD = (1200, 630)  # what OpenGraph's readers expect
_PAPER = "#fbfaf7"


def describe(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Say what the head of a page says of it."""
    context["summary"] = _summary(doctree)
    if context.get("pageurl"):
        name = _draw_card(app, pagename, doctree) or app.config.root_doc
        context["card"] = urljoin(app.config.html_baseurl, f"_images/card-{name}.png")
        context["card_size"] = _CARD


def _summary(doctree: nodes.document | None) -> str:
    """Take the first paragraph of a page's text, or as much of it as is shown."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        is_text = not isinstance(paragraph.parent, nodes.Admonition) and not paragraph["classes"]
        if len(text) < _SUMMARY_LENGTHS[0] or not is_text:
            continue
        if len(text) > _SUMMARY_LENGTHS[1]:
            text = text[: _SUMMARY_LENGTHS[1] - 1].rpartition(" ")[0] + "…"
        return text
    return ""


def _draw_card(app: Sphinx, pagename: str, doctree: nodes.document | None) -> str | None:
    """Put a page's first figure on a card; name the card, if there is a figure."""
    figure = next(iter(doctree.findall(nodes.image)), None) if doctree else None
    if figure is None:
        return None
    name = pagename.replace("/", "-")
    path = Path(app.outdir, "_images", f"card-{name}.png")
    path.parent.mkdir(exist_ok=True)
    card = Image.new("RGB", _CARD, _PAPER)
    with Image.open(Path(app.srcdir, figure["candidates"]["*"])) as image:
        drawn = ImageOps.contain(image.convert("RGBA"), (1100, 560))
    place = ((_CARD[0] - drawn.width) // 2, (_CARD[1] - drawn.height) // 2)
    card.paste(drawn, place, mask=drawn)
    card.save(path, compress_level=1)  # a tenth larger, in half the time
    return name


def lighten(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Load what a page uses, and leave out what no page does."""
    for mark, script in _WANTED.items():
        if mark in context.get("body", ""):
            app.add_js_file(script, loading_method="defer")
    for kind in ("css_files", "script_files"):
        context[kind] = [
            file
            for file in context[kind]
            if not any(name in str(getattr(file, "filename", file)) for name in _UNUSED)
        ]


def mend(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Correct what Sphinx and docutils write that is no valid HTML, or no list to be heard."""
    body = context.get("body", "")
    # A deprecated role, and not one of a list's items.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    # The empty corner of a table is the header of nothing.
    body = re.sub(r'<th class="head[^"]*"><p></p></th>', "<td></td>", body)
    if pagename.startswith("_modules/"):
        # A block of code is set in <pre>, which must hold no <div>.
        body = re.sub(
            "<pre>.*</pre>",
            lambda code: code[0].replace("<div ", "<span ").replace("</div>", "</span>"),
            body,
            flags=re.DOTALL,
        )
        # The way back leads to the right page, but not always to a name that is there.
        body = re.sub(r'(class="viewcode-back" href="[^"#]*)#[^"]*', r"\1", body)
        # In the list of all modules, those of a package are a list between its items.
        body = re.sub(r"(?<=</li>)\s*<ul>|</ul>\s*(?=<li>|</ul>)", "", body)
    context["body"] = body


def link_to_source(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Say where a page can be edited; one that was generated from code cannot."""
    if doctree is None or pagename.startswith("_api/"):
        return
    path = f"docs/{pagename}.md"
    if pagename.startswith("tutorials/"):
        script = f"gallery/{pagename.removeprefix('tutorials/')}.py"
        path = script.replace("/index.py", "/GALLERY_HEADER.rst")
    context["edit_url"] = whereabouts.source_url(path, action="edit")


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write what belongs to the site as a whole."""
    if exception or app.builder.name != "html":
        return
    base = app.config.html_baseurl
    # A page that is shown at any depth cannot have relative addresses.
    lost = Path(app.outdir, "404.html")
    relative = r'(href|src|action|data-content_root)="(?!#|/|\w+:)(?:\./)?'
    prefix = rf'\1="{urlsplit(base).path or "/"}'
    lost.write_text(re.sub(relative, prefix, lost.read_text("utf-8")), "utf-8")
    if base:
        addresses = [urljoin(base, app.builder.get_target_uri(n)) for n in sorted(app.env.all_docs)]
        written = app.builder.templates.render("sitemap.xml", {"addresses": addresses})
        Path(app.outdir, "sitemap.xml").write_text(written, "utf-8")


def tidy_gallery(app: Sphinx, doctree: nodes.document) -> None:
    """Let a thumbnail's link be its title, which sphinx-gallery hides and then repeats."""
    for raw in doctree.findall(nodes.raw):
        if "sphx-glr-thumb" not in raw.astext() and "sg-tag-list" not in raw.astext():
            continue
        text = re.sub(r'<div class="sphx-glr-thumbnail-title">.*?</div>', "", raw.astext())
        text = re.sub(r"<div id='sg-tag-list'.*?</div>", "", text)
        raw[:] = [nodes.Text(text.replace(" tooltip=", " title="))]
    # A page is not about what its thumbnails lead to.
    for image in doctree.findall(nodes.image):
        link = image.next_node(descend=False, siblings=True)
        if "_detail" in image["uri"] and isinstance(link, nodes.paragraph):
            link["classes"].append("no-search")
