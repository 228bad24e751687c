"""Say on every page how it came about, and write down what the build computed.

What was measured, and so differs from one build to the next, carries the attribute `data-measured`,
or comes from a cell of a page in Markdown with the tag `measured`, or from a script's cell whose
output is listed here. All else is the same whenever the same sources are built on the same machine
with the same ``SOURCE_DATE_EPOCH``.
"""

import json
from collections.abc import Iterable
from contextlib import nullcontext
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from _ext import notebooks, scripts
from _ext.comparison import Record, agreement, numbers, other_records, printed
from _ext.facts import DOCS, built_from, computed_on, one_thread, system, versions

# The packages whose versions are told.
_PACKAGES = ("python", "torch", "numpy", "matplotlib", "sphinx", "sphinx-gallery", "myst-nb")

# What a script printed that it had measured, by words in it.
_MEASURED = {
    "tutorials/1_cross_correlation/plot_7_filter_an_image_larger_than_memory": "bytes, for an image"
}


class ReportNode(nodes.General, nodes.Element):
    """Stands for a table until everything has run."""


class Report(SphinxDirective):
    """Insert a table: ``facts`` about this build, the ``times`` of its pages, or ``devices``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Keep the place of the table."""
        try:
            return [ReportNode(report=directives.choice(self.arguments[0], tuple(_REPORTS)))]
        except ValueError as error:
            raise self.error(str(error)) from None


def insert_reports(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the tables in their places, where a search for a number does not find them."""
    for node in list(doctree.findall(ReportNode)):
        html = _REPORTS[node["report"]](app, docname)
        box = nodes.container("", nodes.raw("", html, format="html"), classes=["no-search"])
        node.replace_self(box)


def _facts(app: Sphinx, docname: str) -> str:
    device, known = computed_on()["device"], versions()
    threads = "one for each tutorial, as they run side by side; all of them for the other pages"
    rows = [*_origin().items(), ("System", escape(system()))]
    rows += [("Threads", threads)] if device.startswith("CPU") else []
    rows += [("Proofs", _proofs(app))]
    return _table(("what", "which"), [*rows, *((name, known[name]) for name in _PACKAGES)])


def _times(app: Sphinx, docname: str) -> str:
    took = _seconds(app)
    rows = [(_link(app, docname, page), _measured(took[page])) for page in took]
    total = f"<p>All {len(took)} pages together: {_measured(sum(took.values()))} seconds.</p>"
    return _table(("page", "seconds"), rows, sortable=True) + total


def _devices(app: Sphinx, docname: str) -> str:
    ours = _computed(app)
    try:
        others = other_records(DOCS / "records")
    except ValueError as error:
        raise ExtensionError(str(error)) from None
    html = _table(
        ("build", "device", "torch", "precision", "commit", "date"),
        (
            (*map(escape, (name, build["device"], build["torch"], _precision(build))),
             f"<code>{escape(build['commit'])}</code>", escape(build["date"]))
            for name, build in {"this one": ours, **others}.items()
        ),
    )  # fmt: skip
    for name, theirs in others.items():
        rows = (
            (_link(app, docname, page), *_compare(here, theirs["pages"][page]))
            for page, here in ours["pages"].items()
            if page in theirs["pages"]
        )
        head = ("page", "numbers that agree", "seconds here", "there")
        html += f"<h3>This build and <em>{escape(name)}</em></h3>"
        html += _table(head, rows, sortable=True)
    return html


_REPORTS = {"facts": _facts, "times": _times, "devices": _devices}


def _compare(ours: Record, theirs: Record) -> list[str]:
    # What one build measured, another one measures differently.
    said = f"<span data-measured>{agreement(ours['numbers'], theirs['numbers'])}</span>"
    return [said, _measured(ours["seconds"]), f"{theirs['seconds']:.1f}"]


def _computed(app: Sphinx) -> Record:
    """Gather what this build computed, page by page."""
    return {
        **computed_on(),
        **built_from(),
        "system": system(),
        "versions": {name: versions()[name] for name in _PACKAGES},
        "pages": {
            page: {"seconds": round(took, 2), "numbers": numbers(app.env.get_doctree(page))}
            for page, took in _seconds(app).items()
        },
    }


def write_record(app: Sphinx, exception: Exception | None) -> None:
    """Write what this build computed into ``build.json``, for programs and for other builds."""
    if exception is None and app.builder.format == "html":
        text = json.dumps(_computed(app), indent=1)
        Path(app.outdir, "build.json").write_text(text + "\n", encoding="utf-8")


def fold_in(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the template the fold at a page's foot, and tables their sorting."""
    seconds = _seconds_of(app, pagename)
    with one_thread() if scripts.seconds(pagename) is not None else nullcontext():
        rows = _origin()
    intro = "Nothing runs on this page. The site:"
    if seconds is not None:
        rows["Took"] = f"{_measured(seconds)} seconds when it last ran"
        intro = "Computed from the sources of this commit; results stand until something changes:"
    terms = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items())
    context["provenance"] = (
        '<details class="provenance"><summary>How this page came about</summary>'
        f"<p>{intro}</p><dl>{terms}</dl></details>"
    )
    if "report sortable" in context.get("body", ""):
        app.add_js_file("sort.js", loading_method="defer")


def mark_measured(app: Sphinx, doctree: nodes.document) -> None:
    """Mark what was measured, and keep it out of the search."""
    for cell in doctree.findall(nodes.container):
        if "tag_measured" in cell["classes"]:
            cell["classes"].append("no-search")
    if words := _MEASURED.get(app.env.docname):
        blocks = [found for found in printed(doctree) if words in found.astext()]
        if not blocks:
            raise ExtensionError(f"{app.env.docname} prints nothing measured: mend _MEASURED")
        for block in blocks:
            block["classes"] += ["tag_measured", "no-search"]


def _origin() -> dict[str, str]:
    """Say what was computed on what, at this moment, and from which sources."""
    machine, build = computed_on(), built_from()
    alone = "; no accelerator was used" if machine["device"].startswith("CPU") else ""
    return {
        "Device": escape(machine["device"]) + alone,
        "PyTorch": f"{escape(machine['torch'])}, {escape(_precision(machine))}",
        "Commit": f"<code>{escape(build['commit'])}</code>",
        "Date": build["date"],
    }


def _seconds(app: Sphinx) -> dict[str, float]:
    """Say of each page that computes how long that took when it last ran."""
    took = {page: _seconds_of(app, page) for page in sorted(app.env.found_docs)}
    return {page: seconds for page, seconds in took.items() if seconds is not None}


def _seconds_of(app: Sphinx, page: str) -> float | None:
    of_script = scripts.seconds(page)
    return notebooks.seconds(app, page) if of_script is None else of_script


def _proofs(app: Sphinx) -> str:
    counts = [data["proofs"] for data in app.env.metadata.values() if data.get("proofs")]
    return f"{sum(counts)} cells on {len(counts)} pages assert what the text says, and passed"


def _precision(run: dict[str, str]) -> str:
    factors = run["convolutions"]
    return f"{run['dtype']}, {'TF32 off' if factors == 'ieee' else f'{factors.upper()} on'}"


def _measured(seconds: float) -> str:
    return f"<span data-measured>{seconds:.1f}</span>"


def _link(app: Sphinx, docname: str, page: str) -> str:
    address, title = app.builder.get_relative_uri(docname, page), app.env.titles[page].astext()
    return f'<a class="reference internal" href="{address}">{escape(title)}</a>'


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], *, sortable: bool = False) -> str:
    titles = "".join(f'<th class="head" scope="col">{title}</th>' for title in head)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        '<div class="table-wrapper docutils container">'
        f'<table class="docutils align-default report{" sortable" if sortable else ""}">'
        f"<thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>"
    )
