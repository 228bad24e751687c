"""What a build leaves in the folder that it was given: a whole site, and what else was there."""

import threading
from pathlib import Path

import pytest
from filelock import FileLock
from small import Site


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("output") / "site")
    site.build()
    return site


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_published_is_for_the_public(built: Site) -> None:
    published = files(built.html)
    assert len(published) > 50
    private = (".doctrees", ".buildinfo", "_sources", "jupyter_execute")
    assert not [name for name in published if name.startswith(private)]
    assert not [name for name in published if name.endswith((".map", ".pickle", ".digest"))]
    maps = [
        name
        for name, content in published.items()
        if name.endswith((".css", ".js")) and b"sourceMappingURL" in content
    ]
    assert maps == []


def test_nothing_is_deleted_that_no_build_has_written(built: Site) -> None:
    """A folder with other things in it, among them what Sphinx leaves as well."""
    theirs = {
        "CNAME": "example.org",
        ".buildinfo": "of another site",
        ".doctrees/environment.pickle": "of another site",
        ".git/HEAD": "ref: refs/heads/pages",
        "0.1/index.html": "an older version",
        "tutorials/mine.txt": "somebody's notes",
    }
    for name, text in theirs.items():
        path = built.html / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    built.write("docs/other.md", "---\norphan: true\n---\n\n# Other\n\nAnother page.\n")
    built.build()
    assert (built.html / "other.html").exists()
    (built.docs / "other.md").unlink()
    built.build()
    assert not (built.html / "other.html").exists()
    there = files(built.html)
    assert {name: there[name].decode() for name in theirs} == theirs


def test_a_file_that_is_lost_comes_back(built: Site) -> None:
    (built.html / "kernels.html").unlink()
    assert built.build() == []
    assert (built.html / "kernels.html").exists()


def test_the_site_is_whole_at_every_moment(built: Site) -> None:
    """While the next one is built, and put in place."""
    before = set(files(built.html))
    built.append("docs/index.md", "\nMore.\n")
    missing: set[str] = set()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            missing.update(name for name in before if not (built.html / name).exists())

    watcher = threading.Thread(target=watch)
    watcher.start()
    built.build()
    ended.set()
    watcher.join()
    assert missing == set()


def test_a_build_that_fails_leaves_the_last_site_as_it_is(built: Site) -> None:
    before = files(built.html)
    built.append("docs/index.md", "\nMore still.\n")
    built.replace("docs/kernels.md", "kernels.box(2)", "1 / 0")
    built.fail()
    assert files(built.html) == before
    built.replace("docs/kernels.md", "1 / 0", "kernels.box(2)")
    built.build()


def test_a_second_build_in_one_clone_says_so_in_one_line(built: Site) -> None:
    built.append("docs/index.md", "\nAnd more.\n")
    with FileLock(built.docs / "_build" / "lock"):
        log = built.fail()
    said = [line for line in log.splitlines() if not line.startswith(("Running", "loading"))]
    assert said == [f"Another build is at work in {built.docs}: wait until it has ended."]
    built.build()


def test_a_page_of_one_name_in_another_section_is_another_page(built: Site) -> None:
    for number in ("1", "2"):
        script = (built.root / "gallery/1_section" / f"plot_{number}.py").read_text()
        built.write(f"gallery/2_section/plot_{number}.py", script.replace("A stripe.", "A band."))
    built.write("gallery/2_section/GALLERY_HEADER.rst", "More\n----\n\nAll.\n")
    assert built.build() == ["figures", "shapes"]
    assert "A stripe." in built.page("tutorials/1_section/plot_2")
    assert "A band." in built.page("tutorials/2_section/plot_2")
    html, built.html = built.html, built.docs / "_build" / "preview"
    built.build(CONVTUTOR_PREVIEW="2_section/plot_2")
    assert "A band." in built.page("tutorials/2_section/plot_2")
    built.html = html


def test_any_folder_can_hold_the_sources(tmp_path: Path) -> None:
    site = Site(tmp_path / "a b" / "50% #1" / "Übung λ")
    site.build()
    assert "A stripe." in site.page("tutorials/1_section/plot_2")
    assert list((site.html / "_downloads").glob("*.whl"))
