"""The gallery's scripts: which there are, which have to run, and what each left behind.

Beside the page that is made of ``NAME.py`` lies ``NAME.digest``, which says what the page's results
depended on. It is written last, so a run that was killed has none.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import joblib
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from _ext import freshness, preview, questions, running
from _ext.facts import DOCS
from _ext.internals import done_mark, found_done, seconds_of_script
from convtutor import default_device

logger = logging.getLogger(__name__)

_SOURCES, _PAGES = DOCS.parent / "gallery", DOCS / "tutorials"


def sources() -> list[Path]:
    """List the scripts of the gallery; what editors and notebooks leave behind are none."""
    found = (path for path in _SOURCES.rglob("*.py") if path.is_file())
    return sorted(
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(_SOURCES).parts)
    )


def page_of(script: Path) -> Path:
    """Say where the page of a script is made, without its suffix."""
    return _PAGES / script.relative_to(_SOURCES).with_suffix("")


def run_what_has_to(app: Sphinx) -> None:
    """Run every script whose results do not stand any more, and forget those that are gone.

    If a script does not run to its end, the build ends here, with what its author needs to know.
    """
    _forget_what_is_gone()
    shared = freshness.of_results(app.config.overrides)
    now = {
        script: freshness.of_page(shared, (script, questions.source(script)))
        for script in sources()
        if preview.is_wanted(script)
    }
    stale = {
        script: page_of(script) for script in now if not _is_fresh(page_of(script), now[script])
    }
    if not stale:
        return
    for page in stale.values():
        _forget(page)
        (page.parent / "images" / "thumb").mkdir(parents=True, exist_ok=True)
    # Scripts that compute on an accelerator would only be in each other's way.
    workers = joblib.cpu_count() if default_device().type == "cpu" else 1
    jobs = {script: page.parent for script, page in stale.items()}
    outcomes = running.run_all(jobs, app.config.sphinx_gallery_conf, workers)
    errors = []
    for script, outcome in sorted(outcomes.items()):
        if outcome.error:
            errors.append(f"{script.relative_to(DOCS.parent)} failed:\n{outcome.error.strip()}")
        else:
            for warning in outcome.warnings:
                logger.warning("%s: %s", script.name, warning)
            stale[script].with_suffix(".digest").write_text(now[script], encoding="utf-8")
    if errors:
        sys.exit("\n\n".join(errors))


def check_that_all_ran(app: Sphinx) -> None:
    """Refuse a script that the gallery has left out, or run itself.

    Raises:
        ExtensionError: If there is one.
    """
    done = found_done(app.config.sphinx_gallery_conf)
    missing = [
        script.relative_to(_SOURCES).as_posix()
        for script in sources()
        if preview.is_wanted(script) and page_of(script).with_suffix(".py") not in done
    ]
    if missing:
        raise ExtensionError(f"gallery scripts that did not execute: {', '.join(missing)}")


def seconds(page: str) -> float | None:
    """Say how long the script of a page took, `None` if the page has none."""
    return seconds_of_script(DOCS / page)


def figures(page: str) -> list[Path]:
    """List the files of the figures that the script of a page has drawn."""
    return sorted(_figures(DOCS / page))


def _is_fresh(page: Path, digest: str) -> bool:
    mark = page.with_suffix(".digest")
    return (
        mark.exists()
        and mark.read_text(encoding="utf-8") == digest
        and done_mark(page).exists()
        and page.with_suffix(".rst").exists()
    )


def _figures(page: Path) -> Iterator[Path]:
    return (page.parent / "images").glob(f"sphx_glr_{page.name}_[0-9][0-9][0-9]*")


def _forget_what_is_gone() -> None:
    """Delete the pages of scripts, and of sections, that are not in the gallery any more."""
    known = {page_of(script) for script in sources()}
    for digest in list(_PAGES.rglob("*.digest")):
        page = digest.with_suffix("")
        if page in known:
            continue
        _forget(page)
        for file in page.parent.glob(f"{page.name}.*"):
            file.unlink()
        if not (_SOURCES / page.parent.relative_to(_PAGES)).exists():
            for file in (*page.parent.glob("index.rst*"), *page.parent.glob("*.zip")):
                file.unlink()


def _forget(page: Path) -> None:
    """Delete what says that a page is done, and its figures, large and small."""
    page.with_suffix(".digest").unlink(missing_ok=True)
    done_mark(page).unlink(missing_ok=True)
    thumbnails = page.parent.glob(f"images/thumb/sphx_glr_{page.name}_thumb*")
    for figure in (*_figures(page), *thumbnails):
        figure.unlink()
