"""Take every script and notebook of the built site away, and run it in a fresh environment.

Nothing of this repository is used but the site, served on loopback, and the versions that it was
tested with. What is installed is what the download itself asks for.
"""

import os
import re
import subprocess
import sys
import threading
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
HTML = ROOT / "docs" / "_build" / "html"
PAGES = sorted(path.relative_to(HTML).as_posix() for path in HTML.glob("tutorials/*/plot_*.html"))

# The reference regular expression of the specification of inline script metadata.
METADATA = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
# Where a download expects the package: at the address of the site.
PACKAGE = re.compile(r"(convtutor(?:\[gallery\])? @ )\S+?(?=simple/convtutor/)")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, its name there
        """Keep every request out of the log."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the site, served for as long as the tests run."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=HTML)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def offered(page: BeautifulSoup, suffix: str) -> str:
    """Find a page's download; it may be offered twice, at its foot and beside its exercise."""
    (link,) = {str(a["href"]) for a in page.select("a.download") if str(a["href"]).endswith(suffix)}
    return link


def fetch(page: str, suffix: str, folder: Path) -> Path:
    """Click on one of a page's downloads."""
    with urlopen(page) as response:
        soup = BeautifulSoup(response.read(), "html.parser")
    link = offered(soup, suffix)
    path = folder / Path(link).name
    with urlopen(urljoin(page, link)) as response:
        path.write_bytes(response.read())
    return path


def take(page: str, suffix: str, site: str, folder: Path) -> Path:
    """Take a download away as its reader is told to: the zip, if the package is in there."""
    path = fetch(site + page, suffix, folder)
    text = path.read_text(encoding="utf-8")
    if PACKAGE.search(text):  # where the site will be is where it is now
        path.write_text(PACKAGE.sub(rf"\g<1>{site}", text), encoding="utf-8")
    else:
        with zipfile.ZipFile(fetch(site + page, ".zip", folder)) as zipped:
            zipped.extractall(folder)
    return path


def metadata(script: Path) -> dict[str, list[str]]:
    """What a script asks for: its dependencies, and where else to look for them."""
    (match,) = METADATA.finditer(script.read_text(encoding="utf-8"))
    lines = match["content"].splitlines()
    content = tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))
    return {
        "dependencies": content["dependencies"],
        "find-links": content.get("tool", {}).get("uv", {}).get("find-links", []),
    }


class Environment:
    """A fresh environment. One at a time: each of them is a gigabyte."""

    def __init__(self) -> None:
        self.key: object = None
        self.folder: TemporaryDirectory[str] | None = None

    def renew(self, key: object) -> bool:
        """Start afresh, unless the present environment is of the same kind."""
        if key == self.key:
            return False
        self.remove()
        self.key, self.folder = key, TemporaryDirectory(prefix="convtutor-")
        venv.create(self.folder.name, with_pip=True)
        return True

    def run(self, program: str, *arguments: str, cwd: Path) -> None:
        assert self.folder is not None
        programs = Path(self.folder.name, "Scripts" if sys.platform == "win32" else "bin")
        # Its own packages, not those of the environment that runs the tests.
        environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environ |= {"PATH": f"{programs}{os.pathsep}{environ['PATH']}", "CONVTUTOR_DEVICE": "cpu"}
        command = [str(programs / program), *arguments]
        done = subprocess.run(
            command, cwd=cwd, env=environ, capture_output=True, text=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]

    def remove(self) -> None:
        if self.folder is not None:
            self.folder.cleanup()


@pytest.fixture(scope="session")
def environment() -> Iterator[Environment]:
    environment = Environment()
    yield environment
    environment.remove()


def needs(page: str) -> list[str]:
    soup = BeautifulSoup((HTML / page).read_bytes(), "html.parser")
    return metadata((HTML / page).parent / offered(soup, ".py"))["dependencies"]


# Pages that need the same follow each other, and share an environment.
BY_NEED = sorted(PAGES, key=lambda page: (needs(page), page))


def test_there_are_pages() -> None:
    assert len(PAGES) > 20


@pytest.mark.parametrize("page", BY_NEED)
def test_script_runs(page: str, site: str, environment: Environment, tmp_path: Path) -> None:
    script = take(page, ".py", site, tmp_path)
    asked = metadata(script)
    links = [part for folder in asked["find-links"] for part in ("--find-links", folder)]
    environment.renew(("script", needs(page)))
    environment.run("python", "-m", "pip", "install", *links, *asked["dependencies"], cwd=tmp_path)
    environment.run("python", script.name, cwd=tmp_path)


@pytest.mark.parametrize("page", BY_NEED)
def test_notebook_runs(page: str, site: str, environment: Environment, tmp_path: Path) -> None:
    notebook = take(page, ".ipynb", site, tmp_path)
    # Who opens a notebook has Jupyter; the rest is up to the first cell.
    if environment.renew(("notebook", needs(page))):
        environment.run("python", "-m", "pip", "install", "ipykernel", "nbclient", cwd=tmp_path)
    environment.run("jupyter-execute", "--timeout=600", notebook.name, cwd=tmp_path)
