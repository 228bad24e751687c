"""Run a page again when, and only when, its result could have changed.

sphinx-gallery and myst-nb compare a page with its own last version. Here the record of its last run
says all that the result depended on: its code, the project's functions that it calls, directly or
through others, the versions of all packages, the device and the settings. Where anything is
different, or there is no record, what the page left behind is deleted, and so the gallery, or
jupyter-cache, runs it again.

The records of runs are all that a build takes over from the one before. As soon as anything is
different, or that one was interrupted or warned, the whole site is read and written anew. That
takes seconds, and nothing stays of pages, figures and links that are gone.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import joblib
from myst_nb.core.read import read_myst_markdown_notebook
from myst_nb.sphinx_ import NbMetadataCollector, SphinxEnvType
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging

from _ext import inputs
from _ext.dependencies import Project
from _ext.facts import DOCS, built_from, computed_on
from _ext.inputs import Inputs
from _ext.runs import read_record, write_record

logger = logging.getLogger(__name__)

# How a preview chooses one script; its result depends on that as little as on the others.
_CHOOSING = "ignore_pattern"


def _is_fresh(page: str, record: Path, now: Inputs) -> bool:
    """Compare a page with its last run, and log what makes it run again."""
    before = read_record(record).get("inputs")
    if before is not None and before != now:
        logger.info(
            "%s runs again for a change in %s", page, ", ".join(inputs.changes(before, now))
        )
    return before == now


class Build:
    """One build: what it depends on, and what it may take over from the last one."""

    def __init__(self) -> None:
        self.project = Project(inputs.PATH)
        self.machine: Inputs = {}
        self.gallery: Inputs = {}
        self.notebooks: dict[str, Inputs] = {}
        self.site: Inputs = {}

    def begin(self, app: Sphinx, config: Config) -> None:
        """Leave it at the last build if nothing has changed since; else clear that away."""
        self.machine = inputs.of_machine()
        # Scripts that compute on an accelerator would only be in each other's way, and what has
        # computed there must not be forked.
        on_cpu = self.machine["device"].startswith("CPU")
        app.parallel = app.parallel if on_cpu else 1
        config.sphinx_gallery_conf.setdefault("parallel", joblib.cpu_count() if on_cpu else False)
        conf = {
            key: value
            for key, value in config.sphinx_gallery_conf.items()
            if key not in (_CHOOSING, "parallel")
        }
        self.gallery = {"gallery": json.dumps(conf, default=sorted)}
        self.site = inputs.of_site(self.machine, config.overrides)
        marker = self._marker(app)
        before = read_record(marker)
        if before.get("made of") == self.site and _are_there(app.outdir, before["files"]):
            logger.info("Nothing has changed since %s was built.", os.path.relpath(app.outdir))
            sys.exit()
        if before:
            why = (
                ", ".join(inputs.changes(before.get("made of", {}), self.site))
                or "files of it are missing"
            )
            logger.info("the site is written anew: %s", why)
        marker.unlink(missing_ok=True)
        if not config.freshness_keeps_pages:
            for folder in (
                app.srcdir / "_api",
                app.srcdir / "_backreferences",
                app.outdir.parent / "jupyter_execute",
            ):
                shutil.rmtree(folder, ignore_errors=True)
            _empty(app.outdir)

    def end(self, app: Sphinx, exception: Exception | None) -> None:
        """Mark a build that ended well, and say what took longest."""
        if exception is not None:
            return
        # Sphinx may not notice that a process which wrote pages ended early.
        if isinstance(app.builder, StandaloneHTMLBuilder):
            written = {page: Path(app.builder.get_outfilename(page)) for page in app.env.all_docs}
            if lost := sorted(page for page, file in written.items() if not file.exists()):
                raise ExtensionError(f"these pages could not be written: {', '.join(lost)}")
        if app._warncount == 0:  # or the next one would keep still about it
            files = [path.relative_to(app.outdir) for path in app.outdir.rglob("*.*")]
            names = sorted(path.as_posix() for path in files if path.suffix != ".doctree")
            write_record(self._marker(app), {"made of": self.site, "files": names})
        took = {page: found["run"]["seconds"] for page, found in records(app).items()}
        logger.info("the slowest pages, when they last ran:")
        for page in sorted(took, key=took.__getitem__, reverse=True)[:5]:
            logger.info("  %5.1f s  %s", took[page], page)

    def forget_scripts(self, app: Sphinx) -> None:
        """Delete what scripts left behind that have to run again, or are gone."""
        source, target = _gallery(app)
        scripts = {target / path.relative_to(source): path for path in source.rglob("*.py")}
        for copy in set(target.rglob("*.py")) - scripts.keys():
            _forget_script(copy)
        for section in target.glob("*/"):
            if not (source / section.name).is_dir() and section.name != "images":
                shutil.rmtree(section)
        hooks = self._hooks(app)
        left_out = re.compile(app.config.sphinx_gallery_conf[_CHOOSING])
        for copy, script in sorted(scripts.items()):
            if left_out.search(str(script)):
                continue
            ran = copy.with_suffix(".run.json")
            code = script.read_text(encoding="utf-8")
            now = inputs.of_page(self.project, code, self.machine | self.gallery, hooks)
            now |= inputs.of_questions(script)
            if not _is_fresh(script.name, ran, now):
                _forget_script(copy)
                pending = {"inputs": now, "run": built_from()}
                write_record(copy.with_suffix(".pending.json"), pending)
        if not any(target.rglob("*.pending.json")):
            app.config.sphinx_gallery_conf["parallel"] = False  # no need to start workers

    def forget_notebooks(
        self,
        app: Sphinx,
        env: SphinxEnvType,
        added: set[str],
        changed: set[str],
        removed: set[str],
    ) -> list[str]:
        """Delete the outputs of MyST pages that have to run again, or are gone."""
        self.notebooks = {
            docname: inputs.of_page(self.project, code, self.machine)
            for docname in sorted(env.found_docs)
            if (code := cells(Path(env.doc2path(docname)))) is not None
        }
        stale = [
            docname
            for docname, now in self.notebooks.items()
            if not _is_fresh(docname, _notebook_record(docname), now)
        ]
        kept = {record.stem for record in _notebook_record("*").parent.glob("*.json")}
        gone = {docname for docname in kept if not Path(app.srcdir, f"{docname}.md").exists()}
        for docname in [*stale, *gone]:
            record = _notebook_record(docname)
            record.unlink(missing_ok=True)
            shutil.rmtree(record.with_suffix(""), ignore_errors=True)
        return [docname for docname in stale if docname not in added]

    def lend_cache(self, app: Sphinx, docname: str, source: list[str]) -> None:
        """Keep the outputs of each MyST page in a folder of its own."""
        if docname in self.notebooks:
            folder = str(_notebook_record(docname).with_suffix(""))
            env = cast(SphinxEnvType, app.env)
            env.mystnb_config = env.mystnb_config.copy(execution_cache_path=folder)

    def record_notebook(self, app: Sphinx, doctree: object) -> None:
        """Note that a MyST page has run to its end."""
        docname = app.env.docname
        result = NbMetadataCollector.get_exec_data(app.env, docname)
        record = _notebook_record(docname)
        if result and result["succeeded"] and not record.exists():
            run = {**computed_on(), **built_from(), "seconds": result["runtime"]}
            write_record(record, {"inputs": self.notebooks[docname], "run": run})

    def write_side_by_side(self, app: Sphinx, env: object) -> None:
        """Use all cores to write what has been read.

        Reading leaves them alone, as a MyST page that runs then may be measuring. On a Mac, the
        system's libraries object to being forked.
        """
        if sys.platform == "linux" and self.machine["device"].startswith("CPU"):
            app.parallel = max(app.parallel, joblib.cpu_count() + 1)  # one hands out the work

    def _hooks(self, app: Sphinx) -> list[str]:
        """List our functions that the gallery calls while a script runs."""
        conf = app.config.sphinx_gallery_conf
        return [h for h in (*conf["image_scrapers"], *conf["reset_modules"]) if "." in str(h)]

    def _marker(self, app: Sphinx) -> Path:
        return Path(app.doctreedir, "complete.json")


def record(app: Sphinx, docname: str) -> dict[str, Any]:
    """Read the record of a page's last run, empty if it computes nothing."""
    of_script = read_record(Path(app.srcdir, f"{docname}.run.json"))
    return of_script or read_record(_notebook_record(docname))


def records(app: Sphinx) -> dict[str, dict[str, Any]]:
    """Read the records of all pages that compute something."""
    found = {docname: record(app, docname) for docname in sorted(app.env.found_docs)}
    return {docname: run for docname, run in found.items() if run}


def figures(app: Sphinx, docname: str) -> list[Path]:
    """List the files of the figures that a script has drawn."""
    return _figures(Path(app.srcdir, docname))


def _figures(page: Path) -> list[Path]:
    return sorted((page.parent / "images").glob(f"sphx_glr_{page.name}_[0-9][0-9][0-9]*"))


def _gallery(app: Sphinx) -> tuple[Path, Path]:
    conf = app.config.sphinx_gallery_conf
    return Path(app.srcdir, conf["examples_dirs"]).resolve(), Path(app.srcdir, conf["gallery_dirs"])


def _notebook_record(docname: str) -> Path:
    return DOCS / "_build" / "runs" / f"{docname}.json"


def cells(source: Path) -> str | None:
    """Read the code cells of a page, `None` if it has none."""
    if source.suffix != ".md" or "{code-cell}" not in (text := source.read_text(encoding="utf-8")):
        return None
    notebook = read_myst_markdown_notebook(text)
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def _forget_script(copy: Path) -> None:
    """Delete all that the gallery made of a script: first its record, last the copy of it."""
    name = copy.stem
    copy.with_suffix(".run.json").unlink(missing_ok=True)
    for file in (
        *_figures(copy.with_suffix("")),
        *copy.parent.glob(f"images/thumb/sphx_glr_{name}_thumb*"),
        *sorted(copy.parent.glob(f"{name}.*"), key=copy.__eq__),
    ):
        file.unlink()


def _are_there(folder: Path, names: Iterable[str]) -> bool:
    return all((folder / name).exists() for name in names)


def _empty(folder: Path) -> None:
    """Empty the folder of a site. That of anything else is left alone."""
    marks = [folder / ".doctrees", folder / ".buildinfo"]
    if not any(mark.exists() for mark in marks):
        return
    # The marks go last, so that a build killed meanwhile leaves one to go on from.
    for path in sorted(folder.iterdir(), key=marks.__contains__):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
