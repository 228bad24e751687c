# /// script
# requires-python = ">=3.11"
# dependencies = ["nox>=2025.5.1"]
# ///
"""Every way to run the project. ``nox --list`` says what there is."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.error_on_missing_interpreters = True
nox.options.default_venv_backend = "uv|virtualenv"  # seconds where there is uv, else minutes

HERE = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
DOCS = HERE / "docs"
HTML = DOCS / "_build" / "html"
# What Chromium is called, on one system or another.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Whether to take the newest version of everything, rather than the one we tested with.
NEWEST = bool(os.environ.get("CONVTUTOR_NEWEST"))
# What whoever opens a notebook has.
KERNEL = ("ipykernel", "nbclient", "pip")
# What a build writes beside its sources, and a clean one must not find.
WRITTEN = [DOCS / name for name in ("_build", "_api", "_backreferences", "tutorials")]


def install(session: nox.Session, group: str, package: str = ".[gallery]") -> None:
    """Install the package and one dependency group, everything at the versions we tested with."""
    dependencies = nox.project.dependency_groups(PROJECT, group)
    pins = ["--constraint", "constraints.txt", "--build-constraint", "constraints.txt"]
    # Said aloud, as it takes minutes the first time.
    arguments = [*([] if NEWEST else pins), *dependencies, "--editable", package]
    session.install(*arguments, silent=False)


def needs_site(session: nox.Session) -> None:
    """End a session that has nothing to work on."""
    if not (HTML / "index.html").exists():
        session.error("there is no site; run 'nox -s docs' first")


@nox.session
def tests(session: nox.Session) -> None:
    """Test the package. Arguments go to pytest."""
    install(session, "tests", ".")
    session.run("pytest", "tests/package", *session.posargs)


@nox.session(python="3.11", default=False)
def minimums(session: nox.Session) -> None:
    """Test the package with the lowest versions that it says it works with."""
    lowest = [bound.replace(">=", "==") for bound in PROJECT["project"]["dependencies"]]
    session.install(*nox.project.dependency_groups(PROJECT, "tests"), *lowest, "--editable", ".")
    session.run("pytest", "tests/package", *session.posargs)


@nox.session(default=False)
def peers(session: nox.Session) -> None:
    """Run the suites of PyTorch, SciPy, ONNX and kornia against ``corr2d``, and record how many."""
    install(session, "peers", ".")
    session.run("pytest", "-m", "not slow", "tests/peers", *session.posargs)


@nox.session(default=False, reuse_venv=True)
def gallery(session: nox.Session) -> None:
    """Run the gallery's scripts as plain Python. Arguments choose pages: ``-- learn_a_kernel``."""
    install(session, "tests")
    chosen = ("-k", " or ".join(session.posargs)) if session.posargs else ()
    session.run("pytest", "tests/gallery/test_scripts.py", *chosen)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site, and say where it is. ``-- --clean`` starts from nothing."""
    install(session, "docs")
    if "--clean" in session.posargs:
        for folder in WRITTEN:
            shutil.rmtree(folder, ignore_errors=True)
    session.run("sphinx-build", "--nitpicky", "--fail-on-warning", "docs", str(HTML))
    session.log(f"Read it at {(HTML / 'index.html').as_uri()}")


@nox.session
def site(session: nox.Session) -> None:
    """Read the built site as a visitor would, and break copies of it. Run ``docs`` first.

    Arguments go to pytest, as in ``nox -s site -- tests/site/test_search.py``.
    Its browser is the system's Chromium; the checkers of pages come from npm, at locked versions.
    """
    needs_site(session)
    if not any(map(shutil.which, BROWSERS)) or not shutil.which("npm"):
        session.error(
            "this needs Chromium, Node.js and npm; on Debian or Ubuntu, install them with "
            "'apt-get install chromium nodejs npm'"
        )
    install(session, "site")
    with session.chdir("tests/site"):
        session.run("npm", "ci", "--silent", external=True)
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    # Two files side by side; then what measures, and would suffer from a neighbour.
    everything = ("tests/gallery", "tests/machinery", "tests/site")
    two = ("-n", "2", "--dist", "loadfile", "-m", "not alone")
    session.run("pytest", *two, *everything)
    session.run("pytest", "-m", "alone", "tests/site")


@nox.session(default=False)
def book(session: nox.Session) -> None:
    """Make an EPUB of the whole course. ``-- --test`` compares it with the built site."""
    install(session, "book")
    target = DOCS / "_build" / "book"
    options = ("--nitpicky", "--fail-on-warning", "--builder", "epub")
    session.run("sphinx-build", *options, "docs", str(target))
    session.log(f"Read {target / 'convtutor.epub'}")
    if "--test" in session.posargs:
        needs_site(session)
        if not shutil.which("java"):
            session.error("epubcheck needs Java; on Debian or Ubuntu, it is in 'default-jre'")
        session.run("pytest", "tests/book")


@nox.session(default=False, reuse_venv=True)
def lab(session: nox.Session) -> None:
    """Open the course's notebooks in JupyterLab. Run ``docs`` first.

    They are in the folder ``lab``, or the one that you name: ``-- ~/course``. Whatever you type
    there stays. ``-- --test`` solves exercises in a folder of its own, in a headless Chromium.
    """
    needs_site(session)
    if not shutil.which("jupyter-lab", path=session.bin):  # as for `live`
        install(session, "lab")
    if "--test" in session.posargs:
        session.run("pytest", "tests/lab")
    else:
        folder, *options = session.posargs or ("lab",)
        session.run("python", "docs/_lab/lab.py", folder, *options)


@nox.session(default=False)
def downloads(session: nox.Session) -> None:
    """Run every download of the built site in a fresh environment. Arguments choose pages."""
    # Not the package: nothing but what a reader has is of use here.
    dependencies = nox.project.dependency_groups(PROJECT, "downloads")
    pins = () if NEWEST else ("--constraint", "constraints.txt")
    session.install("--constraint", "constraints.txt", *dependencies)
    # This folder stands for the package index, and holds the versions that we tested with.
    index = str(Path(session.create_tmp(), "index").resolve())
    own = PROJECT["project"]
    needed = [*own["dependencies"], *own["optional-dependencies"]["gallery"], *KERNEL]
    session.run("python", "-m", "pip", "download", "--dest", index, *pins, *needed, silent=True)
    chosen = ("-k", " or ".join(session.posargs)) if session.posargs else ()
    only = {"PIP_NO_INDEX": "1", "UV_NO_INDEX": "1"}
    links = {"PIP_FIND_LINKS": index, "UV_FIND_LINKS": index}
    session.run("pytest", "--noconftest", "tests/downloads", *chosen, env=only | links)


@nox.session(default=False)
def reproduce(session: nox.Session) -> None:
    """Build the site twice from nothing, and compare the two byte by byte."""
    install(session, "site")
    session.run("python", "tests/machinery/reproduce.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format and types, and the workflows."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    workflows = sorted(str(path) for path in Path(".github", "workflows").iterdir())
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("check-jsonschema", "--builtin-schema", "vendor.readthedocs", ".readthedocs.yaml")
    session.run("zizmor", "--offline", ".github")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Time ``corr2d`` against what its readers would otherwise call."""
    install(session, "bench", ".")
    session.run("python", "docs/_bench/bench.py", *session.posargs)


@nox.session(default=False)
def calibrate(session: nox.Session) -> None:
    """Measure the costs by which the method is chosen, and check the choice."""
    install(session, "bench", ".")
    session.run("python", "docs/_bench/calibrate.py", *session.posargs)


@nox.session(default=False, reuse_venv=True)
def live(session: nox.Session) -> None:
    """Serve the site and rebuild what changes, or just one page: ``-- learn_a_kernel``."""
    # Nobody who looks at a page wants to wait for pip; to renew, delete the environment.
    if not shutil.which("sphinx-autobuild", path=session.bin):
        install(session, "live")
    target, preview = HTML, {}
    if session.posargs:
        scripts = sorted((HERE / "gallery").rglob("plot_*.py"))
        wanted = [script for script in scripts if session.posargs[0] in script.as_posix()]
        if len(wanted) != 1:
            names = ", ".join(script.stem for script in wanted or scripts)
            session.error(f"which page? {session.posargs[0]!r} is {len(wanted)} of these: {names}")
        page = wanted[0].relative_to(HERE / "gallery").with_suffix("").as_posix()
        target, preview = DOCS / "_build" / "preview", {"CONVTUTOR_PREVIEW": page}
        session.log(f"Read it at http://127.0.0.1:8000/tutorials/{page}.html")
    # A rebuild must not be set off by what it writes itself.
    ignored = [argument for folder in WRITTEN for argument in ("--ignore", str(folder))]
    watched = ["--watch", "convtutor", "--watch", "gallery"]
    session.run("sphinx-autobuild", *ignored, *watched, "docs", str(target), env=preview)


if __name__ == "__main__":
    nox.main()
