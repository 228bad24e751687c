"""Refuse a site with a page that did not execute.

A script that the gallery leaves out, or a MyST page with a cell that never ran or failed, would
otherwise be published with nothing, or with old results, below its code.
"""

from pathlib import Path

from myst_nb.sphinx_ import NbMetadataCollector, SphinxEnvType
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from _ext.freshness import cells
from _ext.preview import is_wanted


def check_scripts(app: Sphinx) -> None:
    gallery = app.config.sphinx_gallery_conf
    done = {
        Path(script).stem
        for outcome in ("passing_examples", "stale_examples", "failing_examples")
        for script in gallery[outcome]
    }
    scripts = filter(is_wanted, Path(app.srcdir, gallery["examples_dirs"]).rglob("*.py"))
    missing = sorted(script.name for script in scripts if script.stem not in done)
    if missing:
        raise ExtensionError(f"gallery scripts that did not execute: {', '.join(missing)}")


def check_notebooks(app: Sphinx, env: SphinxEnvType) -> None:
    for docname in sorted(env.found_docs):
        source = Path(env.doc2path(docname))
        if cells(source) is None:
            continue
        result = NbMetadataCollector.get_exec_data(env, docname)
        if result is None or not result["succeeded"]:
            raise ExtensionError(f"{source.name} has a code cell that did not execute to its end")
