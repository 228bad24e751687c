"""Open the course's notebooks in JupyterLab, with the built site beside them.

The notebooks are those that the site offers, without the cell that installs what is installed here.
The server of JupyterLab also serves the site, below ``/site/``, so each of the two can link to the
other: a notebook to its page, and a page's exercise to the notebook to write the answer in.

    python docs/_lab/lab.py FOLDER [options of JupyterLab]
"""

import json
import os
import sys
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from jupyterlab.labapp import LabApp
from tornado.web import HTTPError, RequestHandler, StaticFileHandler

HTML = Path(__file__).parents[1] / "_build" / "html"
# What a folder of notebooks was given, to tell it from what its reader has made of that.
RECORD = ".given.json"
# On a page, here begins the sentence that says where an answer can be written.
OWN_COPY = '<p class="own-copy">'


def main() -> None:
    """Fill the folder, and run JupyterLab in it until it is stopped."""
    folder, options = Path(sys.argv[1]).resolve(), sys.argv[2:]
    is_new = not (folder / RECORD).exists()
    notebooks = offered_notebooks(HTML)
    for name in give(notebooks, folder):
        print(f"{name} is as you left it; if you move it away, you get the newer one of the course")
    # Whoever comes back finds what they had open.
    start = f"/lab/tree/{min(notebooks)}" if is_new else "/lab"
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel that has the package, not one at home
    ours = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.jpserver_extensions={{'{Path(__file__).stem}': True}}",
        f"--LabApp.default_url={start}",
        f"--LabApp.app_settings_dir={Path(__file__).parent}",  # has overrides.json: no news
    ]
    LabApp.launch_instance([*ours, *options])


def offered_notebooks(site: Path) -> dict[str, str]:
    """Read the notebooks out of the zip that a site offers, and say in each where its page is."""
    (path,) = site.glob("_downloads/*/tutorials_jupyter.zip")
    with zipfile.ZipFile(path) as zipped:
        names = [name for name in zipped.namelist() if name.endswith(".ipynb")]
        return {name: adapted(name, json.loads(zipped.read(name))) for name in names}


def adapted(name: str, notebook: dict[str, Any]) -> str:
    """Leave out the first cell of a notebook, which installs, and link the next one to its page."""
    _, title, *others = notebook["cells"]
    page = PurePosixPath(name).with_suffix(".html")
    link = f"[The page on the site](/site/tutorials/{page}) asks before it shows an answer."
    title = {**title, "source": ["".join(title["source"]).strip() + f"\n\n{link}"]}
    return json.dumps({**notebook, "cells": [title, *others]}, indent=1, ensure_ascii=False) + "\n"


def give(notebooks: Mapping[str, str], folder: Path) -> list[str]:
    """Write notebooks into a folder, but never over what a reader has typed.

    Args:
        notebooks: The text of each, by its path within the folder.
        folder: Made if it is not there.

    Returns:
        Those that the reader has changed, though there are newer ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record, kept = folder / RECORD, []
    given = json.loads(record.read_text("utf-8")) if record.exists() else {}
    for name, text in notebooks.items():
        path = folder / name
        if path.exists() and given.get(name) == typed(text):
            continue  # it may have been run: what came of that stays
        if path.exists() and given.get(name) != typed(path.read_text("utf-8")):
            kept.append(name)
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        given[name] = typed(text)
    record.write_text(json.dumps(given, indent=1), encoding="utf-8")
    return kept


def typed(notebook: str) -> str:
    """Digest what somebody has typed into a notebook, as it is saved: not what it printed."""
    sources = ["".join(cell["source"]) for cell in json.loads(notebook)["cells"]]
    return sha256(json.dumps(sources).encode()).hexdigest()


class Page(RequestHandler):
    """Serves a page of the gallery, whose exercise leads to its notebook."""

    def get(self, name: str) -> None:
        """Link the page to its notebook."""
        path = HTML / "tutorials" / f"{name}.html"
        if not path.exists():
            raise HTTPError(404)
        link = f'<a href="/lab/tree/{name}.ipynb">Open this page in JupyterLab.</a> '
        self.finish(path.read_text("utf-8").replace(OWN_COPY, OWN_COPY + link))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    files = (r"/site/(.*)", StaticFileHandler, {"path": HTML, "default_filename": "index.html"})
    pages = (r"/site/tutorials/(\w+/plot_\w+)\.html", Page)
    server.web_app.add_handlers(".*$", [pages, files])


if __name__ == "__main__":
    main()
