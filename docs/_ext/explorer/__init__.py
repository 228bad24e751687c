"""Things to touch: ``<corr-explorer>``, an image beside a kernel beside the output, and its kin.

A page in Markdown has the directive. The pages of the gallery get it as Sphinx reads them, so that
the scripts that readers take away hold no trace of it. What the explorer offers (named kernels,
images, the photograph) comes out of the package while the site is built.

- ``offers`` has those kernels and images, and the puzzles; ``stills`` draws what is there without
  a script; ``runs`` takes what an element shows from its page's run; ``scripts`` bundles the
  scripts; ``places`` says which pages have what.
- In JavaScript, ``numbers``, ``arithmetic`` and ``state`` know nothing of the page; ``parts``,
  ``grid`` and ``picture`` are what is touched; each element has a file of its own name.
"""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import torch
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from torch import Tensor
from torch.nn.functional import conv2d, pad

from _ext.explorer import offers, stills
from _ext.explorer.places import place
from _ext.explorer.runs import scrape
from _ext.explorer.scripts import load_scripts, write_scripts
from _ext.facts import one_thread

__all__ = [
    "Element",
    "Explorer",
    "element",
    "load_scripts",
    "place_explorers",
    "scrape",
    "write_scripts",
]

_NAMED: dict[str, dict[str, Tensor]] = {"image": offers.IMAGES, "kernel": offers.KERNELS}


class Element(SphinxDirective):
    """Show an element of its own kind, ``corr-descent`` for instance; its data are the content."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"answer": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Write the element; without a script there is a sentence in its place."""
        name = self.arguments[0]
        use(self, name)
        excuse = "Here is something to play with, for which the page needs JavaScript."
        still = f'<p class="only-screen">{excuse}</p>'
        data = json.loads("\n".join(self.content) or "{}")
        html = tag(name, {}, data, still)
        return [
            nodes.raw("", html, format="html"),
            *answer(self.parse_inline(self.options["answer"])[0]),
        ]


def answer(content: list[nodes.Node]) -> list[nodes.Node]:
    """Fold an answer to what a page asks beside an element."""
    opening = '<details class="ce-answer"><summary>An answer</summary>'
    closing = nodes.raw("", "</details>", format="html")
    return [nodes.raw("", opening, format="html"), nodes.paragraph("", "", *content), closing]


def use(directive: SphinxDirective, name: str) -> None:
    """Let the page of a directive load the script of an element."""
    known = directive.env.metadata[directive.env.docname]
    known["explorer"] = f"{known.get('explorer', '')} {name}"


class Explorer(SphinxDirective):
    """Show an explorer: ``image`` and ``kernel`` by name or as rows, and the settings of conv2d."""

    option_spec: ClassVar[dict[str, Any]] = {
        "image": directives.unchanged_required,
        "kernel": directives.unchanged_required,
        "stride": directives.unchanged_required,  # down, right
        "padding": directives.unchanged_required,  # top, bottom, left, right
        "mode": directives.unchanged_required,
        "dilation": directives.unchanged_required,  # down, right
        "flip": directives.flag,
        "demo": directives.flag,  # play by itself until touched
        "goal": directives.unchanged_required,  # the output that the page asks for, as rows
        "praise": directives.unchanged_required,  # what to say when it is there
        "tall": directives.nonnegative_int,  # the most that a picture takes, in pixels
        "controls": directives.unchanged_required,  # what to offer, as explorer.js lists it
    }
    has_content = True  # an answer to what the page asks beside it, folded away

    def run(self) -> list[nodes.Node]:
        """Write the element, with a still of the same example for readers without JavaScript."""
        use(self, "corr-explorer")
        given = {key: value or "" for key, value in self.options.items()}
        given["home"] = self.env.app.builder.get_relative_uri(self.env.docname, "explorer")
        up = "../" * self.env.docname.count("/")
        try:
            html = element(given, Path(self.env.app.outdir, "_images"), f"{up}_images")
        except ValueError as error:
            raise self.error(str(error)) from None
        folded = answer(self.parse_inline(" ".join(self.content))[0]) if self.content else []
        return [nodes.raw("", html, format="html"), *folded]


def element(given: Mapping[str, Any], folder: Path, to: str) -> str:
    """Write ``<corr-explorer>`` with its data and its still.

    Args:
        given: Its attributes, by name. An image and a kernel may be those of `offers`.
        folder: Where pictures of the still are written.
        to: The address of that folder, as the page sees it.

    Raises:
        ValueError: If an image or a kernel is not rows of numbers and not the name of one.
    """
    controls = str(given.get("controls", "")).split()
    data: dict[str, Any] = {}
    if "demo" in given:
        data["kernels"] = {name: offers.rows(offers.KERNELS[name]) for name in offers.PLAYED}
    elif "kernels" in controls:
        data["kernels"] = {name: offers.rows(kernel) for name, kernel in offers.KERNELS.items()}
    if "images" in controls:
        data["images"] = {name: offers.rows(image) for name, image in offers.IMAGES.items()}
    if "steer" in controls:
        data["steer"] = [offers.rows(offers.ACROSS), offers.rows(offers.ACROSS.T)]
    if "puzzles" in controls:
        data["puzzles"] = offers.puzzles()
        still = _still_puzzle(data["puzzles"][0])
    else:
        with one_thread():
            still = _still(given, folder, to)
    attributes = dict(given)
    for key, named in _NAMED.items():
        if given.get(key) in named:
            attributes[key] = json.dumps(offers.rows(named[given[key]]))
    return tag("corr-explorer", attributes, data, still)


def tag(name: str, attributes: Mapping[str, Any], data: Any, still: str) -> str:
    """Write an element with its data, and what is there without a script."""
    # In a script element, "</" could only end it.
    text = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    written = "".join(f' {key}="{escape(str(value))}"' for key, value in attributes.items())
    return (
        f'<{name} class="ce"{written}>\n{still}\n'
        f'<script type="application/json">{text}</script>\n</{name}>'
    )


def place_explorers(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the explorer into the page that is being read, if `places` names it."""
    source[0] = place(docname, source[0])


def _still(given: Mapping[str, Any], folder: Path, to: str) -> str:
    image, kernel = (_tensor(key, str(given.get(key, ""))) for key in _NAMED)
    laid = kernel.flip(0, 1) if "flip" in given else kernel
    output = _correlate(image, laid, given)
    if given["image"] not in offers.PICTURES:
        return stills.figure([("image", image), ("kernel", kernel), ("output", output)])
    alt = "A photograph of Grace Hopper, in grey."
    filtered = "The photograph, filtered by the kernel."
    shown = [
        stills.picture(folder, to, given["image"], "image", image, alt),
        stills.grid("kernel", kernel),
        stills.picture(folder, to, given["image"], "output", output, filtered),
    ]
    return f'<figure class="ce-stage">{"".join(shown)}</figure>'


def _still_puzzle(puzzle: dict[str, Any]) -> str:
    parts = [
        ("image", torch.tensor(puzzle["image"])),
        ("kernel", torch.full(puzzle["shape"], torch.nan)),
        ("output", torch.tensor(puzzle["output"])),
    ]
    return f"<p>{escape(puzzle['ask'])}</p>" + stills.figure(parts)


def _tensor(key: str, given: str) -> Tensor:
    if given in offers.PICTURES:
        return offers.PICTURES[given]
    try:
        named = _NAMED[key]
        return named[given] if given in named else torch.tensor(json.loads(given)).double()
    except ValueError as error:
        names = ", ".join(_NAMED[key])
        raise ValueError(f"{key} must be rows of numbers or one of {names}: {error}") from None


def _correlate(image: Tensor, kernel: Tensor, given: Mapping[str, Any]) -> Tensor:
    def numbers(name: str, default: str) -> list[int]:
        return [int(number) for number in str(given.get(name, default)).split(",")]

    top, bottom, left, right = numbers("padding", "0,0,0,0")
    mode = given.get("mode", "zeros")
    how = "constant" if mode == "zeros" else mode
    X = pad(image.double()[None, None], (left, right, top, bottom), mode=how)
    stride, dilation = numbers("stride", "1,1"), numbers("dilation", "1,1")
    return conv2d(X, kernel.double()[None, None], stride=stride, dilation=dilation)[0, 0]
