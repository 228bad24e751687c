"""Say on every page how it came about, and write down what the build computed.

What was measured, and so differs from one build to the next, carries the attribute `data-measured`,
or comes from a cell of a page in Markdown with the tag `measured`, or from a script's cell whose
output is listed here. All else is the same whenever the same sources are built on the same machine
with the same ``SOURCE_DATE_EPOCH``.
"""

import json
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from _ext.comparison import Record, agreement, numbers, other_records, printed
from _ext.facts import DOCS, built_from, computed_on, one_thread, system, versions
from _ext.internals import execution, seconds_of_script

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
            name = directives.choice(self.arguments[0], ("facts", "times", "devices"))
        except ValueError as error:
            raise self.error(str(error)) from None
        return [ReportNode(report=name)]


def insert_reports(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the tables in their places, where a search for a number does not find them."""
    for node in list(doctree.findall(ReportNode)):
        context = {
            "report": node["report"],
            "address": partial(app.builder.get_relative_uri, docname),
            "title": lambda page: app.env.titles[page].astext(),
            "facts": partial(_facts, app),
            "times": partial(_seconds, app),
            "computed": partial(_computed, app),
            "other_records": partial(other_records, DOCS / "records"),
            "agreement": agreement,
            "precision": _precision,
        }
        try:
            html = app.builder.templates.render("report.html", context)
        except ValueError as error:
            raise ExtensionError(str(error)) from None
        box = nodes.container("", nodes.raw("", html, format="html"), classes=["no-search"])
        node.replace_self(box)


def fold_in(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the template what the fold at a page's foot says."""
    with one_thread() if seconds_of_script(DOCS / pagename) else nullcontext():
        context |= {"origin": _origin(), "took": _seconds_of(app, pagename)}


def write_record(app: Sphinx, exception: Exception | None) -> None:
    """Write what this build computed into ``build.json``, for programs and for other builds."""
    if exception is None and app.builder.name == "html":
        text = json.dumps(_computed(app), indent=1)
        Path(app.outdir, "build.json").write_text(text + "\n", encoding="utf-8")


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
        "Device": machine["device"] + alone,
        "PyTorch": f"{machine['torch']}, {_precision(machine)}",
        "Commit": build["commit"],
        "Date": build["date"],
    }


def _facts(app: Sphinx) -> dict[str, str]:
    facts = {**_origin(), "System": system()}
    if computed_on()["device"].startswith("CPU"):
        facts["Threads"] = (
            "one for each tutorial, as they run side by side; all of them for the other pages"
        )
    counts = [data["proofs"] for data in app.env.metadata.values() if data.get("proofs")]
    facts["Proofs"] = (
        f"{sum(counts)} cells on {len(counts)} pages assert what the text says, and passed"
    )
    return {**facts, **{name: versions()[name] for name in _PACKAGES}}


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


def _seconds(app: Sphinx) -> dict[str, float]:
    """Say of each page that computes how long that took when it last ran."""
    took = {page: _seconds_of(app, page) for page in sorted(app.env.found_docs)}
    return {page: seconds for page, seconds in took.items() if seconds is not None}


def _seconds_of(app: Sphinx, page: str) -> float | None:
    """Say how long the cells of a page took, or its script; `None` if it has neither."""
    ran = execution(app.env, page)
    return ran["runtime"] if ran else seconds_of_script(DOCS / page)


def _precision(run: Record) -> str:
    factors = run["convolutions"]
    return f"{run['dtype']}, {'TF32 off' if factors == 'ieee' else f'{factors.upper()} on'}"
