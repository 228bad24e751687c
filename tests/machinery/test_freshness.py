"""Change one thing in a small copy of the site: what could be different runs again."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from _ext import facts, freshness
from reproduce import differences
from small import ALL, FIGURES, HEADER, HOME, KERNELS, SCRIPT, SHAPES, Site


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One built site. Tests leave it built, though changed."""
    site = Site(tmp_path_factory.mktemp("built") / "site")
    assert site.build() == ALL
    return site


def test_no_change_runs_nothing_and_touches_nothing(built: Site) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.docs.rglob("*")}
    assert built.build() == []
    after = {path: path.stat().st_mtime_ns for path in built.docs.rglob("*")}
    assert after == before


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Sources to change, of which digests are made."""
    site = Site(tmp_path / "site")
    for module in (facts, freshness):
        monkeypatch.setattr(module, "ROOT", site.root)
    monkeypatch.setattr(freshness, "DOCS", site.docs)
    return site


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("convtutor/plots/grids.py", True),
        ("convtutor/kernels.py", True),
        ("docs/_ext/figures.py", True),
        ("docs/_ext/explorer/runs.py", True),
        ("docs/conf.py", True),
        ("docs/_ext/frame.py", False),
        ("gallery/1_section/plot_1.py", False),
        ("README.md", False),
    ],
)
def test_results_depend_on_what_runs_and_draws_pages(
    sources: Site, file: str, counts: bool
) -> None:
    results, site = freshness.of_results({}), freshness.of_site({})
    path = sources.root / file
    date = path.stat().st_mtime
    sources.append(file, "\n# changed\n")
    os.utime(path, (date, date))  # a date proves nothing
    assert (freshness.of_results({}) != results) == counts
    assert freshness.of_site({}) != site


def test_results_depend_on_the_machine_and_its_settings(
    sources: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {freshness.of_results({})}
    changes: list[Callable[[], object]] = [
        lambda: monkeypatch.setattr(torch, "__version__", "99.0"),
        lambda: monkeypatch.setattr(facts, "describe_device", lambda _: "CUDA (X)"),
        lambda: monkeypatch.setattr(freshness, "versions", lambda: {"numpy": "99.0"}),
        lambda: monkeypatch.setenv("TORCH_SOMETHING", "1"),
        lambda: monkeypatch.setenv("CONVTUTOR_DEVICE", "cpu"),
    ]
    for number, change in enumerate(changes, start=2):
        change()
        known.add(freshness.of_results({}))
        assert len(known) == number
    known.add(freshness.of_results({"nb_execution_timeout": "1"}))
    assert len(known) == 7


def test_results_do_not_depend_on_where_they_are_published(
    sources: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, site = freshness.of_results({}), freshness.of_site({})
    monkeypatch.setenv("CONVTUTOR_BASE_URL", "https://example.org/somewhere/")
    assert freshness.of_results({}) == results
    assert freshness.of_site({}) != site


def test_results_do_not_depend_on_a_debugger_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = facts.versions()
    for name in ("ipdb", "sphinx_autobuild"):
        package = tmp_path / f"{name}-1.0.dist-info"
        package.mkdir()
        (package / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (tmp_path / "broken-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    facts.versions.cache_clear()
    assert facts.versions() == before


def test_a_cell_that_changes_runs_its_page_and_words_run_nothing(built: Site) -> None:
    built.replace("docs/kernels.md", "kernels.box(2)", "kernels.box(3)")
    assert built.build() == ["kernels"]
    built.replace("docs/kernels.md", "# Kernels", "# All kernels")
    assert built.build() == []
    assert "All kernels" in built.page("kernels")


def test_a_change_of_the_result_is_on_the_page(built: Site) -> None:
    assert "<span></span>5\n" in built.page("tutorials/1_section/plot_1")
    built.append("convtutor/shapes.py", "\n\ndef output_size(*args):\n    return 41\n")
    assert built.build() == ALL
    assert "<span></span>41\n" in built.page("tutorials/1_section/plot_1")


def test_a_question_that_changes_runs_its_page(built: Site) -> None:
    built.write("docs/questions/1_section/plot_1.toml", "# none yet\n")
    assert built.build() == ["shapes"]


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

    for name in ("_api/convtutor.gone.rst", "_backreferences/convtutor.gone.examples"):
        built.write(f"docs/{name}", "Gone\n====\n\nOf a function that is not there any more.\n")
    second.write_text(text)
    (built.root / "gallery/1_section/plot_3.py").unlink()
    shutil.rmtree(built.root / "gallery/2_more")
    (built.docs / "other.md").unlink()
    built.write("docs/index.md", HOME)
    assert built.build() == ["figures"]
    assert differences(built.html, before) == []


def test_a_preview_leaves_the_other_pages_alone(built: Site) -> None:
    built.append("gallery/1_section/plot_1.py", "\n# changed\n")
    html, built.html = built.html, built.docs / "_build" / "preview"
    assert built.build(CONVTUTOR_PREVIEW="1_section/plot_1") == ["shapes"]
    built.html = html
    assert built.build() == []


def test_a_preview_that_is_interrupted_does_not_break_the_next_one(built: Site) -> None:
    text = (built.root / "gallery/1_section/plot_1.py").read_text()
    built.append("gallery/1_section/plot_1.py", "\n\nimport time\n\ntime.sleep(60)\n")
    html, built.html = built.html, built.docs / "_build" / "preview"
    built.ran.write_text("")
    process = built.start(CONVTUTOR_PREVIEW="1_section/plot_1")
    while "shapes" not in built.ran.read_text():
        time.sleep(0.1)
    started = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() != 0
    assert time.monotonic() - started < 30
    assert built.build(CONVTUTOR_PREVIEW="1_section/plot_2") == []
    built.html = html
    built.write("gallery/1_section/plot_1.py", text)
    assert built.build() == []  # the site is there, and as the sources are
    built.append("README.md", "\n")
    assert built.build() == ["shapes"]


def test_pages_name_the_commit_that_they_are_built_from(built: Site) -> None:
    """Edited, built, committed, built: the results are those of the commit, and clean."""

    def git(*command: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *command], cwd=built.root, check=True, capture_output=True)

    built.write(".gitignore", "_build/\n_api/\n_backreferences/\ndocs/tutorials/\n__pycache__/\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "One")
    built.append("gallery/1_section/plot_1.py", "\n# edited\n")
    assert built.build() == ["shapes"]
    assert "-dirty</dd>" in built.page("tutorials/1_section/plot_1")
    git("commit", "-qam", "Two")
    assert built.build() == []
    assert "-dirty" not in built.page("tutorials/1_section/plot_1")
    shutil.rmtree(built.root / ".git")
    built.build()


# In a process that only writes pages, whose end may go unnoticed.
UNWRITTEN = """

def fail(app, pagename, *_):
    if pagename == "index":
        raise RuntimeError("could not be written")


def setup(app):
    app.connect("html-page-context", fail)
"""


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
    built.build()


def test_two_clean_builds_are_the_same_and_so_is_one_after_many_were_killed(
    tmp_path: Path,
) -> None:
    """Kill six builds at random moments, with changes between them, and let the next one end."""
    site, clean = (Site(tmp_path / name / "site") for name in ("killed", "clean"))
    started = time.monotonic()
    site.build()
    duration = time.monotonic() - started
    clean.build()
    assert differences(site.html, clean.html) == []

    sources = ("convtutor/shapes.py", "docs/kernels.md", "gallery/1_section/plot_2.py")
    chance, killed, sessions = random.Random(0), 0, []
    while killed < 6:
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
            os.killpg(session, signal.SIGKILL)  # a kernel may still wait for a word to begin
    assert differences(site.html, clean.html) == []
