"""Place ``<corr-explorer>``, an image beside a kernel beside the output, on the pages it helps.

A page in Markdown has the directive. The pages of the gallery get it as Sphinx reads them, so that
the scripts that readers take away hold no trace of it. What the explorer offers (named kernels,
images, the photograph) comes out of the package while the site is built.

The script is classic and in one piece: a browser that opens the site from a disk, without a server,
runs no modules and fetches no data.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import torch
from docutils import nodes
from docutils.parsers.rst import directives
from PIL import Image
from rjsmin import jsmin
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, pad

from _ext.explorer.places import PLACES
from convtutor import images, kernels
from convtutor.plots import ink

HERE = Path(__file__).parent
SCRIPTS = ("arithmetic", "state", "views", "puzzles", "explorer")

_F64 = torch.float64
_SOBEL = kernels.sobel(dtype=_F64)

KERNELS = {
    "identity": kernels.identity(dtype=_F64),
    "box": kernels.box(dtype=_F64),
    "Gaussian": kernels.gaussian(dtype=_F64),
    "sharpen": kernels.sharpen(dtype=_F64),
    "emboss": kernels.emboss(dtype=_F64),
    "Sobel, upright edges": _SOBEL,
    "Sobel, level edges": _SOBEL.T,
    "Laplacian": kernels.laplacian(dtype=_F64),
    "difference": torch.tensor([[-1.0, 1.0]]),
    "second difference": torch.tensor([[1.0, -2.0, 1.0]]),
    "triangle": torch.tensor([[1.0, 0.0], [2.0, 3.0], [4.0, 5.0]]),
}
IMAGES = {
    "first example": torch.tensor([[1.0, 0, 2, 0, 1], [0, 3, 0, 1, 0], [2, 1, 1, 0, 2]]),
    "0 to 8": torch.arange(9.0).reshape(3, 3),
    "stripe": images.striped(),
    "diagonal": images.diagonal(),
    "impulse": images.impulse(),
    "checkerboard": images.checkerboard(),
    "slope": torch.arange(1.0, 7.0).repeat(4, 1),
    "digits": torch.tensor(
        [
            [3.0, 1, 4, 1, 5, 9, 2],
            [6.0, 5, 3, 5, 8, 9, 7],
            [9.0, 3, 2, 3, 8, 4, 6],
            [2.0, 6, 4, 3, 3, 8, 3],
            [2.0, 7, 9, 5, 0, 2, 8],
        ]
    ),
}


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute without a pool of threads: none lives through the forks of ``sphinx-build -j``."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


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
        "controls": directives.unchanged_required,  # what to offer, as explorer.js lists it
    }

    @_one_thread()
    def run(self) -> list[nodes.Node]:
        """Write the element, with a still of the same example for readers without JavaScript."""
        for file in (*HERE.glob("*.py"), *HERE.glob("*.json")):
            self.env.note_dependency(str(file))
        self.env.metadata[self.env.docname]["explorer"] = "yes"
        controls = self.options.get("controls", "").split()
        data: dict[str, Any] = {}
        if "kernels" in controls:
            data["kernels"] = {name: _rows(kernel) for name, kernel in KERNELS.items()}
        if "images" in controls:
            data["images"] = {name: _rows(image) for name, image in IMAGES.items()}
        if "puzzles" in controls:
            data["puzzles"] = puzzles()
            still = _still_puzzle(data["puzzles"][0])
        else:
            still = self._still()
        given = {key: value or "" for key, value in self.options.items()}
        for key, named in (("image", IMAGES), ("kernel", KERNELS)):
            if given.get(key) in named:
                given[key] = json.dumps(_rows(named[given[key]]))
        given["home"] = self.env.app.builder.get_relative_uri(self.env.docname, "explorer")
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in given.items())
        # In a script element, "</" could only end it.
        text = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
        html = (
            f"<corr-explorer{attributes}>\n{still}\n"
            "<noscript><p>With JavaScript, every number here can be changed.</p></noscript>\n"
            f'<script type="application/json">{text}</script>\n</corr-explorer>'
        )
        return [nodes.raw("", html, format="html")]

    def _still(self) -> str:
        image, kernel = self._tensor("image", IMAGES), self._tensor("kernel", KERNELS)
        settings: dict[str, list[int]] = {
            key: [int(number) for number in self.options[key].split(",")]
            for key in ("stride", "padding", "dilation")
            if key in self.options
        }
        laid = kernel.flip(0, 1) if "flip" in self.options else kernel
        output = _correlate(image, laid, settings, self.options.get("mode", "zeros"))
        if self.options["image"] == "photograph":
            folder = Path(self.env.app.outdir, "_images")
            to = "../" * self.env.docname.count("/") + "_images"
            shown = [
                _picture(folder, to, "image", image, "A photograph of Grace Hopper, in grey."),
                _grid("kernel", kernel),
                _picture(folder, to, "output", output, "The photograph, filtered by the kernel."),
            ]
            return f'<figure class="ce-stage">{"".join(shown)}</figure>'
        return _figure([("image", image), ("kernel", kernel), ("output", output)])

    def _tensor(self, key: str, named: dict[str, Tensor]) -> Tensor:
        given = self.options.get(key, "")
        if given == "photograph":
            return images.photograph(dtype=_F64)
        try:
            return named[given] if given in named else torch.tensor(json.loads(given), dtype=_F64)
        except ValueError as error:
            names = ", ".join(named)
            raise self.error(f"{key} must be rows of numbers or one of {names}: {error}") from None


def puzzles() -> list[dict[str, Any]]:
    """Read the puzzles; the shape of a kernel is given where there is none to see it from."""
    found: list[dict[str, Any]] = json.loads((HERE / "puzzles.json").read_text(encoding="utf-8"))
    for puzzle in found:
        puzzle.setdefault("settings", {})
        if puzzle["kernel"]:
            puzzle["shape"] = [len(puzzle["kernel"]), len(puzzle["kernel"][0])]
    return found


def _correlate(
    image: Tensor, kernel: Tensor, settings: dict[str, list[int]], mode: str = "zeros"
) -> Tensor:
    top, bottom, left, right = settings.get("padding", (0, 0, 0, 0))
    how = "constant" if mode == "zeros" else mode
    X = pad(image.to(_F64)[None, None], (left, right, top, bottom), mode=how)
    stride, dilation = settings.get("stride", (1, 1)), settings.get("dilation", (1, 1))
    return conv2d(X, kernel.to(_F64)[None, None], stride=stride, dilation=dilation)[0, 0]


def _rows(tensor: Tensor) -> list[list[float]]:
    """Whole numbers stay whole: 1 rather than 1.0."""
    return [[int(x) if x == int(x) else x for x in row] for row in tensor.tolist()]


def _still_puzzle(puzzle: dict[str, Any]) -> str:
    unknown = torch.full(puzzle["shape"], torch.nan)
    parts = [
        ("image", torch.tensor(puzzle["image"])),
        ("kernel", unknown),
        ("output", torch.tensor(puzzle["output"])),
    ]
    return f"<p>{escape(puzzle['ask'])}</p>" + _figure(parts)


def _figure(parts: Sequence[tuple[str, Tensor]]) -> str:
    said = "; ".join(f"{name}: {_spoken(tensor)}" for name, tensor in parts)
    grids = "".join(_grid(name, tensor) for name, tensor in parts)
    return f'<figure class="ce-stage" role="img" aria-label="{escape(said)}">{grids}</figure>'


def _spoken(tensor: Tensor) -> str:
    limit = _limit(tensor)
    rows = (" ".join(_number(x, limit) for x in row) for row in tensor.tolist())
    return f"{tensor.shape[0]} by {tensor.shape[1]}, rows {', '.join(rows)}"


def _grid(name: str, tensor: Tensor) -> str:
    """Draw numbers as the explorer does, in the same style sheet."""
    columns = tensor.shape[1]
    limit = _limit(tensor)
    cells = ""
    for k, x in enumerate(tensor.flatten().tolist()):
        heat = 0.0 if x != x else 45 * abs(x) / limit
        sign = " ce-negative" if x < 0 else ""
        area = f"{k // columns + 1} / {k % columns + 1}"
        cells += (
            f'<div class="ce-cell{sign}" style="--ce-heat: {heat:.1f}%; grid-area: {area}">'
            f"{_number(x, limit)}</div>"
        )
    return _panel(name, tensor, f'<div class="ce-grid">{cells}</div>')


def _picture(folder: Path, to: str, name: str, image: Tensor, alt: str) -> str:
    file = f"explorer_{name}.webp"
    folder.mkdir(parents=True, exist_ok=True)
    # It stands in until the script draws the real one: at half the size it weighs a fifth.
    (folder / file).write_bytes(_webp(avg_pool2d(image[None], 2)[0], quality=75))
    size = f'width="{image.shape[1] // 2}" height="{image.shape[0] // 2}"'
    return _panel(name, image, f'<img src="{to}/{file}" alt="{escape(alt)}" {size} loading="lazy">')


def _panel(name: str, tensor: Tensor, body: str) -> str:
    size = f"{tensor.shape[0]} × {tensor.shape[1]}"
    return (
        f'<div class="ce-panel"><div class="ce-title">{name}<span class="ce-size"> {size}</span>'
        f"</div>{body}</div>"
    )


def _limit(tensor: Tensor) -> float:
    """Measure the largest number of a grid, in which some may be unknown."""
    return ink.size(ink.numbers(tensor.nan_to_num()))


def _number(value: float, largest: float) -> str:
    return "?" if value != value else ink.written(value, largest=largest)


def _webp(image: Tensor, **options: Any) -> bytes:
    file = BytesIO()
    pixels = (image.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    Image.fromarray(pixels).save(file, "WEBP", method=6, **options)
    return file.getvalue()


def place(docname: str, source: str) -> str:
    """Put the explorer into a page of the gallery, as a section before the exercise.

    Raises:
        ExtensionError: If the page has no exercise.
    """
    if docname not in PLACES:
        return source
    heading = "\nTry it yourself\n---"
    before, found, after = source.partition(heading)
    if not found:
        raise ExtensionError(
            f"{docname} has no section 'Try it yourself' to put the explorer before"
        )
    return f"{before}\n{PLACES[docname]}\n{heading}{after}"


def place_explorers(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the explorer into the page that is being read, if it is one of `PLACES`."""
    source[0] = place(docname, source[0])


def write_scripts(app: Sphinx) -> None:
    """Write the script, and the photograph, beside the site's other scripts."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    static.mkdir(parents=True, exist_ok=True)
    script = "\n".join(jsmin((HERE / f"{name}.js").read_text("utf-8")) for name in SCRIPTS)
    (static / "explorer.js").write_text(script, encoding="utf-8")
    # A page that was opened from a disk may not read the pixels of an image file, but it may read
    # those of an address that holds the image itself.
    address = "data:image/webp;base64," + b64encode(
        _webp(images.photograph(dtype=_F64), lossless=True)
    ).decode("ascii")
    (static / "photograph.js").write_text(f'corrExplorer.photograph = "{address}";', "utf-8")


def load_scripts(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Load the script and its style on the pages that have the element, and on no other."""
    if "explorer" in app.env.metadata.get(pagename, {}):
        app.add_js_file("explorer.js", loading_method="defer")
        app.add_css_file("explorer.css")
