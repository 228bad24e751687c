"""The pages in Markdown that have code cells: myst-nb runs them, and jupyter-cache keeps results.

The cache knows a page by its cells. Beside it lies a digest of all else that the results depend on,
but only while no build is reading pages: after one that was killed, or when the digest differs, the
cache is emptied.
"""

import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from _ext import freshness
from _ext.internals import execution
from _ext.surroundings import BUILD

_CACHE = BUILD / "notebooks"
_MARK, _READING = BUILD / "notebooks.digest", BUILD / "notebooks.reading"


def open_cache(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Empty the cache if what it holds may not be what the pages would give."""
    if _with_cells(env):
        known = _MARK.read_text(encoding="utf-8") if _MARK.exists() else ""
        now = freshness.of_results(app.config.overrides)
        if known != now:
            shutil.rmtree(_CACHE, ignore_errors=True)
        _MARK.unlink(missing_ok=True)
        _READING.write_text(now, encoding="utf-8")  # as it is now, whatever is edited meanwhile


def close_cache(app: Sphinx, env: BuildEnvironment) -> None:
    """Refuse a page whose cells did not all run; else say what the cached results depend on."""
    ran = {page: execution(env, page) for page in _with_cells(env)}
    failed = [f"{page}.md" for page, how in ran.items() if how is None or not how["succeeded"]]
    if failed:
        raise ExtensionError(f"a code cell did not execute to its end in: {', '.join(failed)}")
    if ran:
        _READING.replace(_MARK)


def _with_cells(env: BuildEnvironment) -> list[str]:
    paths = {page: Path(env.doc2path(page)) for page in sorted(env.found_docs)}
    markdown = {page: path for page, path in paths.items() if path.suffix == ".md"}
    return [page for page, path in markdown.items() if "{code-cell}" in path.read_text("utf-8")]
