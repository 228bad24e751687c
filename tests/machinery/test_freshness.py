"""Change one thing in a small copy of the site: exactly the pages that depend on it run again."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from _ext import facts
from reproduce import DATE, differences

ROOT = Path(__file__).parents[2]

# Each page notes that it ran.
SCRIPT = '''"""
{title}
=======

A page.
"""

import os

import matplotlib.pyplot as plt

{code}

with open(os.environ["RAN"], "a") as ran:
    ran.write("{title}\\n")
'''
SHAPES = "from convtutor.shapes import output_size\n\nprint(output_size(7, 3))"
FIGURES = """from convtutor import corr2d, images, plots

fig, axes = plt.subplots(1, 2, figsize=(5, 3))
plots.show_grid(axes[0], images.striped(2, 5), title="a stripe")
fig.set_label("A stripe.")"""
KERNELS = """---
file_format: mystnb
kernelspec:
  name: python3
---

# Kernels

```{code-cell}
import os

from convtutor import kernels

with open(os.environ["RAN"], "a") as ran:
    ran.write("kernels\\n")
kernels.box(2).tolist()
```
"""
# In a process that only writes pages, whose end may go unnoticed.
UNWRITTEN = """

def fail(app, pagename, *_):
    if pagename == "index":
        raise RuntimeError("could not be written")


def setup(app):
    app.connect("html-page-context", fail)
"""
HOME = "# Home\n\n```{toctree}\ntutorials/index\nkernels\n```\n"
HEADER = "{0}\n{1}\n\nAll.\n"
ALL = ["figures", "kernels", "shapes"]


class Site:
    """A site of two scripts and one MyST page, with a package of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.docs = root, root / "docs"
        self.html = self.docs / "_build" / "html"
        self.ran, self.log = root.with_suffix(".ran"), root.with_suffix(".log")
        for folder in ("_ext", "_static", "_templates", "inventories", "records"):
            if (ROOT / "docs" / folder).exists():
                shutil.copytree(ROOT / "docs" / folder, self.docs / folder)
        shutil.copytree(ROOT / "convtutor", root / "convtutor")
        for file in (
            "docs/conf.py",
            "docs/references.bib",
            "pyproject.toml",
            "README.md",
            "LICENSE",
        ):
            shutil.copy(ROOT / file, root / file)
        self.write("docs/index.md", HOME)
        self.write("docs/kernels.md", KERNELS)
        self.write("gallery/GALLERY_HEADER.rst", HEADER.format("Gallery", "======="))
        self.write("gallery/1_section/GALLERY_HEADER.rst", HEADER.format("Section", "-------"))
        self.write("gallery/1_section/plot_1.py", SCRIPT.format(title="shapes", code=SHAPES))
        self.write("gallery/1_section/plot_2.py", SCRIPT.format(title="figures", code=FIGURES))

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        path = self.root / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        """Begin to build, in a session of its own, so that all its processes can be found."""
        command = [sys.executable, "-m", "sphinx", "-n", "-W", "docs", str(self.html)]
        paths = {"PYTHONPATH": str(self.root), "RAN": str(self.ran)}
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=self.root,
                env=os.environ | DATE | paths | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def fail(self) -> str:
        """Build what cannot be built; return the log."""
        assert self.start().wait() != 0
        return self.log.read_text()

    def build(self, **environment: str) -> list[str]:
        """Build the site; say which pages ran."""
        self.ran.write_text("")
        assert self.start(**environment).wait() == 0, self.log.read_text()
        assert "WARNING:" not in self.log.read_text()
        return sorted(self.ran.read_text().split())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One built site. Tests leave it built, though changed."""
    site = Site(tmp_path_factory.mktemp("built") / "site")
    assert site.build() == ALL
    return site


def test_a_broken_installation_is_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    found = facts.versions.__wrapped__()
    assert "pytest" in found
    assert "broken" not in found


def test_no_change_runs_nothing_and_touches_nothing(built: Site) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.docs.rglob("*")}
    assert built.build() == []
    after = {path: path.stat().st_mtime_ns for path in built.docs.rglob("*")}
    assert after == before


@pytest.mark.parametrize(
    ("file", "where", "pages"),
    [
        ("convtutor/plots/grids.py", "def show_grid(", ["figures"]),
        ("convtutor/methods/direct.py", "def taps(", ["figures"]),  # by way of corr2d
        ("docs/_ext/figures.py", "def scrape(", ["figures", "shapes"]),
        ("convtutor/plots/pictures.py", "def show_image(", []),
        ("convtutor/shapes.py", "def receptive_field(", []),
        ("docs/_ext/mathml.py", "def setup(", []),
    ],
)
def test_a_change_runs_the_pages_that_depend_on_it(
    built: Site, file: str, where: str, pages: list[str]
) -> None:
    text = (built.root / file).read_text(encoding="utf-8")
    assert where in text
    built.write(file, text.replace(where, f"{where}  # changed\n    "))
    assert built.build() == pages


def test_a_change_beside_the_definitions_runs_nothing(built: Site) -> None:
    for file in ("convtutor/shapes.py", "convtutor/plots/pictures.py", "README.md"):
        built.append(file, "\n# changed\n")
    assert built.build() == []


def test_a_change_of_the_result_is_on_the_page(built: Site) -> None:
    page = built.html / "tutorials" / "1_section" / "plot_1.html"
    assert "<span></span>5\n" in page.read_text(encoding="utf-8")
    built.append("convtutor/shapes.py", "\n\ndef output_size(*args):\n    return 41\n")
    assert built.build() == ["shapes"]
    assert "<span></span>41\n" in page.read_text(encoding="utf-8")


def test_a_change_with_an_old_date_is_seen(built: Site) -> None:
    path = built.root / "convtutor" / "kernels" / "sized.py"
    date = path.stat().st_mtime
    built.append("convtutor/kernels/sized.py", "\nprint\n")
    os.utime(path, (date, date))
    assert built.build() == ["kernels"]


@pytest.mark.parametrize(
    "pretended",
    [
        "import torch\ntorch.__version__ = '99.0'\n",
        "import convtutor.devices\n"
        "convtutor.devices.describe_device = convtutor.describe_device = lambda _: 'CUDA (X)'\n",
    ],
    ids=["torch", "device"],
)
def test_another_machine_runs_all(built: Site, pretended: str) -> None:
    """A version or a device that is made up wherever Python starts."""
    built.write("pretended/sitecustomize.py", pretended)
    paths = os.pathsep.join((str(built.root / "pretended"), str(built.root)))
    assert built.build(PYTHONPATH=paths) == ALL


def test_back_on_this_machine_and_published_elsewhere(built: Site) -> None:
    assert built.build() == ALL
    assert built.build(CONVTUTOR_BASE_URL="https://example.org/somewhere/") == []
    assert built.build() == []


def test_what_is_gone_leaves_nothing(built: Site, tmp_path: Path) -> None:
    before = shutil.copytree(built.html, tmp_path / "before")
    second = built.root / "gallery/1_section/plot_2.py"
    text = second.read_text()
    twice = f"{FIGURES}\n\n# %%\n# And another one:\n\n{FIGURES}"
    second.write_text(SCRIPT.format(title="figures", code=twice))
    built.write("gallery/1_section/plot_3.py", SCRIPT.format(title="more", code=FIGURES))
    built.write("gallery/2_more/GALLERY_HEADER.rst", HEADER.format("More", "----"))
    built.write("gallery/2_more/plot_4.py", SCRIPT.format(title="most", code=SHAPES))
    built.write("docs/other.md", KERNELS.replace("kernels\\n", "other\\n"))
    built.write("docs/index.md", HOME.replace("\nkernels", "\nkernels\nother"))
    assert built.build() == ["figures", "more", "most", "other"]
    assert (built.html / "tutorials/2_more/plot_4.html").exists()

    second.write_text(text)
    (built.root / "gallery/1_section/plot_3.py").unlink()
    shutil.rmtree(built.root / "gallery/2_more")
    (built.docs / "other.md").unlink()
    built.write("docs/index.md", HOME)
    assert built.build() == ["figures"]
    assert differences(built.html, before) == []
    assert not [*built.docs.glob("tutorials/**/*plot_[34]*"), *built.docs.glob("**/other*")]


def test_a_preview_leaves_the_other_pages_alone(built: Site) -> None:
    built.append("gallery/1_section/plot_1.py", "\n# changed\n")
    html, built.html = built.html, built.docs / "_build" / "preview"
    assert built.build(CONVTUTOR_PREVIEW="1_section/plot_1") == ["shapes"]
    built.html = html
    assert built.build() == []


@pytest.mark.parametrize(
    ("file", "bad", "complaint"),
    [
        ("gallery/1_section/plot_1.py", "\n1 / 0\n", "ZeroDivisionError"),
        ("docs/index.md", "\n[nowhere](nowhere.md)\n", "nowhere"),
        ("docs/conf.py", UNWRITTEN, "could not be written"),
    ],
    ids=["error", "warning", "unwritten"],
)
def test_what_is_bad_stays_bad_until_it_is_mended(
    built: Site, file: str, bad: str, complaint: str
) -> None:
    text = (built.root / file).read_text()
    built.append(file, bad)
    for _ in range(2):
        assert complaint in built.fail()
    built.write(file, text)
    assert built.build() == (["shapes"] if "plot_1" in file else [])


def test_two_clean_builds_are_the_same_and_so_is_one_after_many_were_killed(
    tmp_path: Path,
) -> None:
    """Kill ten builds at random moments, with changes between them, and let the next one end."""
    site, clean = (Site(tmp_path / name / "site") for name in ("killed", "clean"))
    started = time.monotonic()
    site.build()
    duration = time.monotonic() - started
    clean.build()
    assert differences(site.html, clean.html) == []

    sources = ("convtutor/shapes.py", "docs/kernels.md", "gallery/1_section/plot_2.py")
    chance, killed, sessions = random.Random(0), 0, []
    while killed < 10:
        site.append(chance.choice(sources), "\nprint\n")
        process = site.start()
        sessions.append(process.pid)
        started = time.monotonic()
        try:
            process.wait(chance.uniform(0.1, 0.9) * duration)
            duration = time.monotonic() - started  # it was quicker than that
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
    for source in sources:
        shutil.copy(clean.root / source, site.root / source)
    site.build()
    for session in sessions:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)  # a worker may still wait for a word to begin
    assert differences(site.html, clean.html) == []
