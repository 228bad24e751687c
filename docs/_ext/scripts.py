"""The gallery's scripts: which there are, which have to run, and what each left behind.

Beside the page that is made of ``NAME.py`` lies ``NAME.digest``, which says what the page's results
depended on. It is written last, so a run that was killed has none.
"""

import sys
from pathlib import Path

import joblib
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging

from _ext import freshness, preview, questions, running
from _ext.facts import DOCS
from _ext.internals import found_done
from convtutor import default_device

logger = logging.getLogger(__name__)

_SOURCES, _PAGES = DOCS.parent / "gallery", DOCS / "tutorials"


def sources() -> dict[Path, Path]:
    """List the scripts, and for each where its page is made; what editors leave behind is none."""
    inside = {path: path.relative_to(_SOURCES) for path in sorted(_SOURCES.rglob("*.py"))}
    return {
        path: _PAGES / name.with_suffix("")
        for path, name in inside.items()
        if path.is_file() and not any(part.startswith(".") for part in name.parts)
    }


def get_ready(app: Sphinx, config: Config) -> None:
    """Make ready for the scripts that have to run, if any."""
    if stale := _stale(config):
        running.get_ready(len(stale))


def run_what_has_to(app: Sphinx) -> None:
    """Run every script whose results do not stand any more, and forget those that are gone.

    If a script does not run to its end, the build ends here, with what its author needs to know.
    """
    _forget_what_is_gone()
    stale = _stale(app.config)
    pages = sources()
    for script, page in pages.items():
        # Without a digest, its run was cut short, or has failed.
        if script in stale or not page.with_suffix(".digest").exists():
            _forget(page)
    if not stale:
        return
    for script in stale:
        (pages[script].parent / "images" / "thumb").mkdir(parents=True, exist_ok=True)
    # Scripts that compute on an accelerator would only be in each other's way.
    workers = joblib.cpu_count() if default_device().type == "cpu" else 1
    jobs = {script: pages[script].parent for script in stale}
    outcomes = running.run_all(jobs, app.config.sphinx_gallery_conf, workers)
    errors = []
    for script, outcome in sorted(outcomes.items()):
        if outcome.error:
            errors.append(f"{script.relative_to(DOCS.parent)} failed:\n{outcome.error.strip()}")
            continue
        for warning in outcome.warnings:
            logger.warning("%s: %s", script.name, warning)
        pages[script].with_suffix(".digest").write_text(stale[script], encoding="utf-8")
    if errors:
        sys.exit("\n\n".join(errors))


def check_that_all_ran(app: Sphinx) -> None:
    """Refuse a script that sphinx-gallery has left out, or has run itself."""
    done = found_done(app.config.sphinx_gallery_conf)
    missing = [
        script.relative_to(_SOURCES).as_posix()
        for script, page in sources().items()
        if preview.is_wanted(script) and page.with_suffix(".py") not in done
    ]
    if missing:
        raise ExtensionError(f"gallery scripts that did not execute: {', '.join(missing)}")


def _stale(config: Config) -> dict[Path, str]:
    """List the scripts that have to run, each with the digest of what its results depend on."""
    shared = freshness.of_results(config.overrides)
    stale = {}
    for script, page in sources().items():
        digest = freshness.of_page(shared, (script, questions.source(script)))
        mark = page.with_suffix(".digest")
        known = mark.read_text(encoding="utf-8") if mark.exists() else ""
        if preview.is_wanted(script) and known != digest:
            stale[script] = digest
    return stale


def _forget(page: Path) -> None:
    """Delete a page, the mark that says it is done first, and its figures, large and small."""
    images = page.parent / "images"
    figures = images.glob(f"sphx_glr_{page.name}_[0-9][0-9][0-9]*")
    thumbnails = images.glob(f"thumb/sphx_glr_{page.name}_thumb*")
    made = sorted(page.parent.glob(f"{page.name}.*"), key=lambda file: file.suffix != ".digest")
    for file in (*made, *figures, *thumbnails):
        file.unlink()


def _forget_what_is_gone() -> None:
    """Delete the pages of scripts, and of sections, that are not in the gallery any more.

    sphinx-gallery copies a script before all else, even one that fails then.
    """
    known = {page.with_suffix(".py") for page in sources().values()}
    for copy in set(_PAGES.rglob("*.py")) - known:
        _forget(copy.with_suffix(""))
        if not (_SOURCES / copy.parent.relative_to(_PAGES)).exists():
            for file in (*copy.parent.glob("index.rst*"), *copy.parent.glob("*.zip")):
                file.unlink(missing_ok=True)
