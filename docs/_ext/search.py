"""What the search knows: every section, every entry of the glossary and of the reference.

The page `search.html` loads it as a script, so that it works from a disk too, and looks through it
with MiniSearch (``_static/minisearch.js``); ``_static/search.js`` says how.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

# The last paragraph of an entry of the glossary may say by which other words people look for it.
_ALSO = re.compile(r"^Also: (.+)\.$", re.DOTALL)

# What somebody may look for in code: names with their dots, and numbers.
_NAME = re.compile(r"[A-Za-z_][\w.]*|\d+(?:\.\d+)?")

# Pages that list what other pages say.
_LISTS = ("tutorials/index", "exercises", "this_build", "devices", "bibliography", "api")

Entry = dict[str, Any]


def leave_index_to_us(app: Sphinx) -> None:
    """Have Sphinx write no index of its own: it is large, and wants every word to be there."""
    app.builder.search = False  # type: ignore[attr-defined]  # all builders of HTML have it


def write_data(app: Sphinx, exception: Exception | None) -> None:
    """Write down what there is to be found, page by page."""
    if exception or app.builder.name != "html":
        return
    taught = _taught_words(app)
    entries = [
        entry
        for docname in sorted(app.env.found_docs)
        for entry in _entries(app, docname, taught[docname])
    ]
    data = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    file = Path(app.outdir, "_static", "search-data.js")
    file.write_text(f"window.convtutorPages = {data};\n", encoding="utf-8")


def _taught_words(app: Sphinx) -> dict[str, list[str]]:
    """List, for each page, the terms that the glossary sends to it, with their other names."""
    taught: dict[str, list[str]] = defaultdict(list)
    if "glossary" in app.env.found_docs:
        for item in app.env.get_doctree("glossary").findall(nodes.definition_list_item):
            words = [item[0].astext(), *_other_names(item)]
            for link in item.findall(addnodes.pending_xref):
                taught[link["reftarget"].removesuffix(".rst")] += words
    return taught


def _other_names(item: nodes.definition_list_item) -> list[str]:
    *_, last = item.findall(nodes.paragraph)
    found = _ALSO.match(last.astext())
    return [name.strip() for name in found[1].split(",")] if found else []


def _entries(app: Sphinx, docname: str, taught: list[str]) -> Iterator[Entry]:
    address = app.builder.get_target_uri(docname)
    title = app.env.titles[docname].astext()
    kind = (
        "reference" if docname.startswith("_api/")
        else "list" if docname in _LISTS or docname.endswith("/index")
        else "page"
    )  # fmt: skip
    tree = app.env.get_doctree(docname)
    for section in tree.findall(nodes.section):
        heading = section[0].astext()
        is_first = isinstance(section.parent, nodes.document)
        yield {
            "page": address,
            "title": title,
            "heading": "" if is_first else heading,
            "anchor": "" if is_first else section["ids"][0],
            "words": ", ".join(taught) if is_first else "",
            "kind": kind,
            **_texts(section),
        }
    if docname == "glossary":
        for item in tree.findall(nodes.definition_list_item):
            (term, *_) = item.findall(nodes.term)
            yield {
                "page": address,
                "title": title,
                "heading": term.astext(),
                "anchor": term["ids"][0],
                "words": ", ".join(_other_names(item)),
                "kind": "term",
                **_texts(item),
            }


def _texts(section: nodes.Element) -> dict[str, str]:
    """Gather the sentences of a section, and its code, without those of the sections in it."""
    prose: list[str] = []
    code: list[str] = []
    # What has entries of its own, and what is no text.
    skipped = (nodes.section, nodes.comment, nodes.raw, addnodes.glossary)

    def gather(node: nodes.Node) -> None:
        if isinstance(node, nodes.literal_block):
            code.append(node.astext())
        elif isinstance(node, nodes.paragraph | nodes.caption | addnodes.desc_signature):
            prose.append(_sentence(node))
        elif isinstance(node, skipped) or "no-search" in getattr(node, "attributes", {}).get(
            "classes", ()
        ):
            return
        else:
            for child in node.children:
                gather(child)

    for child in section.children:
        gather(child)
    names = dict.fromkeys(_NAME.findall("\n".join(code)))  # each once: they are never shown
    return {"text": " ".join(filter(None, prose)), "code": " ".join(names)}


def _sentence(paragraph: nodes.Element) -> str:
    """Read a paragraph, without markup and the targets of links that are not resolved yet."""
    text = paragraph.deepcopy()
    for markup in list(text.findall(nodes.raw)):
        markup.parent.remove(markup)
    for link in list(text.findall(addnodes.pending_xref)):
        if link["reftype"] in ("ref", "doc") and not link.get("refexplicit"):
            link.parent.remove(link)
    return " ".join(text.astext().split())
