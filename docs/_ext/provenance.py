"""Say on every page how it came about, and write down what the build computed.

What was measured, and so differs from one build to the next, carries the attribute `data-measured`,
or comes from a cell of a MyST page with the tag `measured`, or from a script's cell whose output is
listed here. All else is the same whenever the same sources are built on the same machine with the
same ``SOURCE_DATE_EPOCH``.
"""

import json
from collections.abc import Callable, Iterable
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
from _ext.comparison import Record, agreement, other_records, printed, results, same_figures
from _ext.facts import DOCS, built_from, computed_on, one_thread, system, versions

# The packages whose versions are told.
_PACKAGES = ("python", "torch", "numpy", "matplotlib", "sphinx", "sphinx-gallery", "myst-nb")

# What a script printed that it had measured, by words in it.
_MEASURED = {
    "tutorials/1_cross_correlation/plot_7_filter_an_image_larger_than_memory": "bytes, for an image"
}

_TABLE = (
    '<div class="table-wrapper docutils container"><table class="docutils align-default report{}">'
)


class ReportNode(nodes.General, nodes.Element):
    """Stands for a table until everything has run."""


class Report(SphinxDirective):
    """Insert a table: ``facts`` about this build, the ``times`` of its pages, or ``devices``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Keep the place of the table."""
        try:
            name = directives.choice(self.arguments[0], tuple(_REPORTS))
        except ValueError as error:
            raise self.error(str(error)) from None
        return [ReportNode(report=name)]


def insert_reports(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for node in list(doctree.findall(ReportNode)):
        html = _REPORTS[node["report"]](app, docname)
        # A search for a number should not lead here.
        box = nodes.container("", nodes.raw("", html, format="html"), classes=["no-search"])
        node.replace_self(box)


def _facts(app: Sphinx, docname: str) -> str:
    machine, build, known = computed_on(), built_from(), versions()
    rows = [
        ("Device", escape(machine["device"]) + _only_cpu(machine)),
        *_threads(machine),
        ("Precision", escape(_precision(machine))),
        ("Commit", f"<code>{escape(build['commit'])}</code>"),
        ("Date", build["date"]),
        ("System", escape(system())),
        ("Proofs", _proofs(app)),
        *((name, known[name]) for name in _PACKAGES),
    ]
    return _table(("what", "which"), rows)


def _proofs(app: Sphinx) -> str:
    counts = [data["proofs"] for data in app.env.metadata.values() if data.get("proofs")]
    return f"{sum(counts)} cells on {len(counts)} pages assert what the text says, and passed"


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
    head = ("build", "device", "torch", "precision", "commit", "date")
    builds = {"this one": ours, **others}
    html = _table(
        head,
        (
            (
                escape(name),
                escape(build["device"]),
                escape(build["torch"]),
                escape(_precision(build)),
                f"<code>{escape(build['commit'])}</code>",
                escape(build["date"]),
            )
            for name, build in builds.items()
        ),
    )
    for name, theirs in others.items():
        shared = [page for page in ours["pages"] if page in theirs["pages"]]
        html += f"<h3>This build and <em>{escape(name)}</em></h3>"
        html += _table(
            ("page", "numbers that agree", "figures that agree", "seconds here", "there"),
            (_compare(app, docname, page, ours["pages"][page], theirs["pages"][page])
             for page in shared),
            sortable=True,
        )  # fmt: skip
    return html


def _compare(app: Sphinx, docname: str, page: str, ours: Record, theirs: Record) -> list[str]:
    return [
        _link(app, docname, page),
        # What one build measured, another one measures differently.
        f"<span data-measured>{escape(agreement(ours, theirs))}</span>",
        f"<span data-measured>{same_figures(ours['figures'], theirs['figures'])}</span>",
        _measured(ours["seconds"]),
        f"{theirs['seconds']:.1f}",
    ]


_REPORTS: dict[str, Callable[[Sphinx, str], str]] = {
    "facts": _facts,
    "times": _times,
    "devices": _devices,
}


def _computed(app: Sphinx) -> Record:
    """Gather what this build computed, page by page."""
    return {
        **computed_on(),
        **built_from(),
        "system": system(),
        "versions": {name: versions()[name] for name in _PACKAGES},
        "pages": {
            page: {
                "seconds": round(took, 2),
                **results(app.env.get_doctree(page), scripts.figures(page)),
            }
            for page, took in _seconds(app).items()
        },
    }


def write_record(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        text = json.dumps(_computed(app), indent=1)
        Path(app.outdir, "build.json").write_text(text + "\n", encoding="utf-8")


def fold_in(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the template its fold, and tables their sorting."""
    seconds = _seconds_of(app, pagename)
    with one_thread() if scripts.seconds(pagename) is not None else nullcontext():
        machine = computed_on()
    build = built_from()
    rows = [
        ("Device", escape(machine["device"]) + _only_cpu(machine)),
        ("PyTorch", f"{escape(machine['torch'])}, {escape(_precision(machine))}"),
        ("Commit", f"<code>{escape(build['commit'])}</code>"),
        ("Date", build["date"]),
    ]
    if seconds is not None:
        rows.append(("Took", f"{_measured(seconds)} seconds when it last ran"))
    intro = (
        "Nothing runs on this page. The site:"
        if seconds is None
        else "Computed from the sources of this commit; results stand until something changes:"
    )
    terms = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    context["provenance"] = (
        '<details class="provenance"><summary>How this page came about</summary>'
        f"<p>{intro}</p><dl>{terms}</dl></details>"
    )
    if "report sortable" in context.get("body", ""):
        app.add_js_file("sort.js", loading_method="defer")


def _seconds(app: Sphinx) -> dict[str, float]:
    """Say of each page that computes how long that took when it last ran."""
    took = {page: _seconds_of(app, page) for page in sorted(app.env.found_docs)}
    return {page: seconds for page, seconds in took.items() if seconds is not None}


def _seconds_of(app: Sphinx, page: str) -> float | None:
    of_script = scripts.seconds(page)
    return notebooks.seconds(app, page) if of_script is None else of_script


def _threads(machine: dict[str, str]) -> list[tuple[str, str]]:
    if not machine["device"].startswith("CPU"):
        return []
    return [("Threads", "one for each tutorial, as they run side by side; all for the other pages")]


def _precision(run: dict[str, str]) -> str:
    factors = run["convolutions"]
    return f"{run['dtype']}, {'TF32 off' if factors == 'ieee' else f'{factors.upper()} on'}"


def _only_cpu(run: dict[str, str]) -> str:
    return "; no accelerator was used" if run["device"].startswith("CPU") else ""


def _measured(seconds: float) -> str:
    return f"<span data-measured>{seconds:.1f}</span>"


def _link(app: Sphinx, docname: str, page: str) -> str:
    address, title = app.builder.get_relative_uri(docname, page), app.env.titles[page].astext()
    return f'<a class="reference internal" href="{address}">{escape(title)}</a>'


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], *, sortable: bool = False) -> str:
    titles = "".join(f'<th class="head" scope="col">{title}</th>' for title in head)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    opening = _TABLE.format(" sortable" if sortable else "")
    return f"{opening}<thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>"


def mark_measured(app: Sphinx, doctree: nodes.document) -> None:
    """Mark what was measured, and keep it out of the search."""
    for cell in doctree.findall(nodes.container):
        if "tag_measured" in cell["classes"]:
            cell["classes"].append("no-search")
    words = _MEASURED.get(app.env.docname)
    if words:
        blocks = [found for found in printed(doctree) if words in found.astext()]
        if not blocks:
            raise ExtensionError(f"{app.env.docname} prints nothing measured: mend _MEASURED")
        for block in blocks:
            block["classes"] += ["tag_measured", "no-search"]
