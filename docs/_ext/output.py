"""Build beside the site that is there, and put the new one in its place file by file.

A folder that is being served is never empty, and what a build did not write, it does not delete: a
list of what it wrote is kept with what the site was made from.
"""

import filecmp
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import joblib
from filelock import FileLock, Timeout
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging

from _ext import freshness
from _ext.internals import has_warned
from _ext.surroundings import BUILD
from convtutor import default_device

logger = logging.getLogger(__name__)

_NEW = BUILD / "new"
_PATIENCE = 5  # seconds: processes of a build that was killed may still be about to end

# For those who work on a style sheet or a script: a map, and the line in it that leads there.
_MAP_LINE = re.compile(rb"\n?/[/*]# sourceMappingURL=\S+(?: ?\*/)?\s*$")


class Output:
    """The folder that a build was asked to write into, which it does at its end."""

    def __init__(self) -> None:
        self._lock = FileLock(BUILD / "lock")
        self._site = Path()
        self._made_from = ""

    def begin(self, app: Sphinx, config: Config) -> None:
        """Leave if there is nothing to do; else have Sphinx write to a new folder."""
        self._site = Path(app.outdir)
        self._made_from = freshness.of_site({**config.overrides, "builder": app.outdir.name})
        last = self._read_record()
        whole = all((self._site / name).exists() for name in last.get("files", []))
        if whole and last.get("made from") == self._made_from:
            logger.info("Nothing has changed since %s was built.", os.path.relpath(self._site))
            sys.exit()
        try:
            self._lock.acquire(timeout=_PATIENCE)
        except Timeout:
            sys.exit(f"Another build is at work in {BUILD.parent}: wait until it has ended.")
        shutil.rmtree(_NEW, ignore_errors=True)
        # No environment is taken over: nothing stays of pages, figures and links that are gone, nor
        # of what Sphinx and sphinx-gallery write beside the sources without looking what is there.
        for old in (*app.srcdir.glob("_api/*.rst"), *app.srcdir.glob("_backreferences/*.*")):
            old.unlink()
        app.outdir = type(app.outdir)(_NEW / "html")
        app.doctreedir = type(app.doctreedir)(_NEW / "doctrees")
        app.outdir.mkdir(parents=True)
        app.doctreedir.mkdir(parents=True)

    def write_on_all_cores(self, app: Sphinx, env: object) -> None:
        """Use all cores to write what has been read.

        Reading leaves them alone, as a page that runs then may be measuring. Only Linux lets a
        process fork that has computed, and only if that was on the CPU.
        """
        if sys.platform == "linux" and default_device().type == "cpu":
            app.parallel = max(app.parallel, joblib.cpu_count() + 1)  # one hands out the work

    def put_in_place(self, app: Sphinx, exception: Exception | None) -> None:
        """Copy what has changed, delete what the last build wrote and this one did not."""
        if exception is not None:
            return
        new, site = Path(app.outdir), self._site
        if isinstance(app.builder, StandaloneHTMLBuilder):
            # Sphinx may not notice that a process which wrote pages has ended early.
            written = {page: app.builder.get_outfilename(page) for page in app.env.all_docs}
            if lost := sorted(page for page, file in written.items() if not Path(file).exists()):
                raise ExtensionError(f"these pages could not be written: {', '.join(lost)}")
        before = self._read_record().get("files", [])
        # Until all is in place, the record names both, and is of no site that is complete.
        files = sorted(_published(new), key=lambda name: (name.endswith(".html"), name))
        self._write_record("", sorted({*before, *files}))
        for name in files:
            _install(new / name, site / name)
        for name in sorted({*before} - {*files}, reverse=True):
            (site / name).unlink(missing_ok=True)
        # A build that warned is not left at: the next one would keep still about it.
        self._write_record("" if has_warned(app) else self._made_from, sorted(files))
        app.outdir = type(app.outdir)(site)  # Sphinx says where it is

    @property
    def _record(self) -> Path:
        return BUILD / "sites" / f"{sha256(str(self._site).encode()).hexdigest()[:16]}.json"

    def _read_record(self) -> dict[str, Any]:
        text = self._record.read_text(encoding="utf-8") if self._record.exists() else "{}"
        record: dict[str, Any] = json.loads(text)
        return record

    def _write_record(self, made_from: str, files: list[str]) -> None:
        self._record.parent.mkdir(parents=True, exist_ok=True)
        new = self._record.with_suffix(".new")
        content = {"site": str(self._site), "made from": made_from, "files": files}
        new.write_text(json.dumps(content, indent=1), encoding="utf-8")
        new.replace(self._record)


def _published(folder: Path) -> Iterator[str]:
    """List the files that are for the public: neither Sphinx's own notes nor source maps."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(".") and path.suffix != ".map":
            yield name


def _install(new: Path, place: Path) -> None:
    """Replace a file at once, and leave one alone that is the same."""
    if new.suffix in (".css", ".js"):
        content = new.read_bytes()
        if content != (without := _MAP_LINE.sub(b"", content)):
            new.write_bytes(without)
    if place.is_file() and filecmp.cmp(new, place, shallow=False):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.new")
    shutil.copyfile(new, beside)
    beside.replace(place)
