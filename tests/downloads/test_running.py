"""Take every script and notebook of the built site away, and run it in a fresh environment.

Nothing of this repository is used but the site, served on loopback. A folder of wheels, to which
``nox -s downloads`` points pip and uv, stands for the package index; convtutor is not in it. So
what is installed is what the download itself asks for, in each way that a reader may choose.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
HTML = ROOT / "docs" / "_build" / "html"
PAGES = sorted(HTML.glob("tutorials/*/plot_*.html"))

# The reference regular expression of the specification of inline script metadata.
METADATA = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")

# Where the site says that it is. If that is on this machine, it is served there.
CANONICAL = BeautifulSoup((HTML / "index.html").read_bytes(), "html.parser").select_one(
    "link[rel=canonical]"
)
ADDRESS = urlsplit(str(CANONICAL["href"]) if CANONICAL else "")
SOURCES = ["zip", "address"] if ADDRESS.hostname == "127.0.0.1" else ["zip"]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, its name there
        """Keep every request out of the log."""


@pytest.fixture(scope="session", autouse=True)
def site() -> Iterator[None]:
    """Serve the site for as long as the tests run."""
    place = ("127.0.0.1", ADDRESS.port or 0)
    with ThreadingHTTPServer(place, partial(Quiet, directory=HTML)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.fixture(scope="session")
def caches() -> Iterator[dict[str, str]]:
    """Where uv and pipx keep what they have: nothing before the tests, and nothing after them."""
    with TemporaryDirectory(prefix="convtutor-") as folder:
        yield {"UV_CACHE_DIR": f"{folder}/uv", "PIPX_HOME": f"{folder}/pipx"}


def offered(page: Path, suffix: str) -> Path:
    """Find a page's download; it may be offered twice, at its foot and beside its exercise."""
    soup = BeautifulSoup(page.read_bytes(), "html.parser")
    links = {str(link["href"]) for link in soup.select("a.download")}
    (link,) = (link for link in links if link.endswith(suffix))
    return page.parent / link


def copied(page: Path, program: str) -> list[str]:
    """Copy the line at a page's foot that runs its script."""
    soup = BeautifulSoup(page.read_bytes(), "html.parser")
    lines = [code.get_text().strip() for code in soup.select(".sphx-glr-footer ~ div pre")]
    (line,) = (line for line in lines if line.startswith(program))
    return line.split()


def take(page: Path, suffix: str, source: str, folder: Path) -> str:
    """Take a script or a notebook away, out of the page's zip or by itself."""
    if source == "zip":
        with zipfile.ZipFile(offered(page, ".zip")) as zipped:
            zipped.extractall(folder)
    else:
        shutil.copy(offered(page, suffix), folder)
    return f"{page.stem}{suffix}"


def dependencies(script: Path) -> list[str]:
    """List what a script asks for."""
    (match,) = METADATA.finditer(script.read_text(encoding="utf-8"))
    lines = match["content"].splitlines()
    content = tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))
    found: list[str] = content["dependencies"]
    return found


# Pages that need the same follow each other, and share an environment.
BY_NEED = sorted(PAGES, key=lambda page: (dependencies(offered(page, ".py")), page))


def run(*command: str, cwd: Path, **variables: str) -> None:
    """Run a command to its end, with nothing of this process's packages in sight."""
    ours = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    environ = {key: value for key, value in os.environ.items() if key not in ours}
    # What is compiled when it is imported need not be when it is installed.
    environ |= {"CONVTUTOR_DEVICE": "cpu", "MPLBACKEND": "agg", "PIP_NO_COMPILE": "1", **variables}
    program = shutil.which(command[0], path=environ["PATH"]) or command[0]
    done = subprocess.run(
        [program, *command[1:]],
        cwd=cwd, env=environ, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]


class Environment:
    """A fresh environment, with PyTorch as *Start here* advises. One at a time."""

    def __init__(self, caches: dict[str, str]) -> None:
        self.caches = caches
        self.key: object = None
        self.folder: TemporaryDirectory[str] | None = None

    def renew(self, key: object, *packages: str) -> None:
        """Start afresh, unless the present environment is of the same kind."""
        if key == self.key:
            return
        self.remove()
        self.key, self.folder = key, TemporaryDirectory(prefix="convtutor-")
        place = Path(self.folder.name)
        run("uv", "venv", "--quiet", "--clear", str(place), cwd=place, **self.caches)
        self.run("uv", "pip", "install", "--quiet", "torch", *packages, cwd=place)

    def run(self, *command: str, cwd: Path, uv: bool = True) -> None:
        assert self.folder is not None
        programs = Path(self.folder.name, "Scripts" if sys.platform == "win32" else "bin")
        paths = os.environ["PATH"].split(os.pathsep)
        others = [path for path in paths if uv or not shutil.which("uv", path=path)]
        path = os.pathsep.join([str(programs), *others])
        run(*command, cwd=cwd, PATH=path, VIRTUAL_ENV=self.folder.name, **self.caches)

    def remove(self) -> None:
        if self.folder is not None:
            self.folder.cleanup()


@pytest.fixture(scope="session")
def environment(caches: dict[str, str]) -> Iterator[Environment]:
    environment = Environment(caches)
    yield environment
    environment.remove()


def name(page: object) -> str:
    return page.stem if isinstance(page, Path) else str(page)


def test_there_are_pages() -> None:
    assert len(PAGES) > 20


@pytest.mark.parametrize("page", BY_NEED, ids=name)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("program", ["uv", "pipx"])
def test_script_runs(
    page: Path, source: str, program: str, caches: dict[str, str], tmp_path: Path
) -> None:
    command = [program, "run", take(page, ".py", "zip", tmp_path)]
    run(*(command if source == "zip" else copied(page, program)), cwd=tmp_path, **caches)


@pytest.mark.parametrize("page", BY_NEED, ids=name)
@pytest.mark.parametrize("source", SOURCES)
def test_script_runs_in_an_environment(
    page: Path, source: str, environment: Environment, tmp_path: Path
) -> None:
    script = take(page, ".py", source, tmp_path)
    needed = dependencies(tmp_path / script)
    environment.renew(("script", needed), "pip")
    environment.run("python", "-m", "pip", "install", "--quiet", *needed, cwd=tmp_path)
    environment.run("python", script, cwd=tmp_path)


@pytest.mark.parametrize("page", BY_NEED, ids=name)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_notebook_runs(
    page: Path, source: str, installer: str, environment: Environment, tmp_path: Path
) -> None:
    notebook = take(page, ".ipynb", source, tmp_path)
    # Who opens a notebook has Jupyter; the rest is up to the first cell.
    jupyter = ["ipykernel", "nbclient", *(["pip"] if installer == "pip" else [])]
    environment.renew((installer, source, dependencies(offered(page, ".py"))), *jupyter)
    uv = installer == "uv"
    environment.run("jupyter-execute", "--timeout=600", notebook, cwd=tmp_path, uv=uv)


def test_notebook_runs_where_nothing_installs(environment: Environment, tmp_path: Path) -> None:
    notebook = take(PAGES[0], ".ipynb", "zip", tmp_path)
    environment.renew("neither", "ipykernel", "nbclient")
    environment.run("jupyter-execute", "--timeout=600", notebook, cwd=tmp_path, uv=False)


@pytest.mark.parametrize("program", ["uv", "pipx", "python"])
def test_a_script_without_its_zip_says_what_it_needs(
    program: str, caches: dict[str, str], tmp_path: Path
) -> None:
    script = take(PAGES[0], ".py", "zip", tmp_path)
    for wheel in tmp_path.glob("*.whl"):
        wheel.unlink()
    command = [program, *(["run"] if program != "python" else []), script]
    with pytest.raises(AssertionError, match="needs the package convtutor, which is not beside it"):
        run(*command, cwd=tmp_path, **caches)


def test_a_class_needs_no_network(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it has installed what ``HOW_TO_RUN.txt`` says."""
    (zipped,) = HTML.glob("_downloads/*/tutorials_jupyter.zip")
    shutil.unpack_archive(zipped, tmp_path)
    told = (tmp_path / "HOW_TO_RUN.txt").read_text(encoding="utf-8")
    lines = re.findall(r"/(python -m pip install jupyterlab .*)", told)
    package = lines[0].split()[-1].strip('"')
    environment.renew("class", "pip", "ipykernel", "nbclient")  # JupyterLab is not in the folder
    environment.run("python", "-m", "pip", "install", "--quiet", package, cwd=tmp_path)
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    notebook = next(tmp_path.glob("*/plot_2_filter_a_photograph.ipynb"))
    environment.run("jupyter-execute", notebook.name, cwd=notebook.parent)
