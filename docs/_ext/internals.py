"""What we use of other projects without their promise to keep it, each with the reason.

``tests/machinery/test_internals.py`` says what we expect of each. When a new version changes one,
that test fails, and here is the place to mend it.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# sphinx-gallery runs a script and writes its page in one function. It calls that in a process that
# scripts share; we want a process for each.
from sphinx_gallery.gen_rst import generate_file_rst as run_script

# A page's cells are where sphinx-gallery sees them, so its own parser finds them.
from sphinx_gallery.py_source_parser import split_code_and_text_blocks as blocks_of_script

__all__ = ["blocks_of_script", "run_script"]

# The comment that sphinx-gallery leaves on a page before each cell, with its first line's number.
CELL_BEGINS = ".. GENERATED FROM PYTHON SOURCE LINES "


def cell_failed() -> bool:
    """Ask within a scraper whether its cell has failed.

    sphinx-gallery scrapes such a cell too, while it handles the error, which anything that a
    scraper raised would hide.
    """
    return sys.exc_info()[0] is not None


class Execution(TypedDict):
    """What myst-nb notes of a page whose cells it ran, or took from the cache."""

    succeeded: bool
    runtime: float | None


def execution(env: BuildEnvironment, page: str) -> Execution | None:
    """Ask myst-nb how a page's cells ran: it tells nobody else."""
    from myst_nb.sphinx_ import NbMetadataCollector  # no script's process needs it

    found: Execution | None = NbMetadataCollector.get_exec_data(env, page)
    return found


def found_done(gallery_conf: Mapping[str, Any]) -> set[Path]:
    """List the copies of scripts that sphinx-gallery has found done: all, if we did our work."""
    return {Path(page) for page in gallery_conf["stale_examples"]}


def seconds_of_script(page: Path) -> float | None:
    """Say how long the script of a page took, which sphinx-gallery keeps for its own table."""
    cost = page.with_suffix(".cost.json")
    return json.loads(cost.read_text(encoding="utf-8"))["time"] if cost.exists() else None


def downloads(env: BuildEnvironment) -> dict[str, str]:
    """List the files that pages offer for download, and where Sphinx puts each."""
    return {str(source): str(name) for source, (_, name) in env.dlfiles.items()}


def has_warned(app: Sphinx) -> bool:
    """Ask whether anything was wrong so far, which decides whether a site counts as complete."""
    return app._warncount > 0
