"""The same in Firefox and in WebKit, as far as browsers differ: typing, clicks, drags, links."""

from collections.abc import Iterator
from pathlib import Path

import firefox
import pytest
import webkit
from hands import Hands
from test_typing import entries, value_of


@pytest.fixture(scope="module", params=["Firefox", "WebKit"])
def driven(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hands]:
    if request.param == "WebKit":
        if not webkit.is_here():
            pytest.skip("no WebKit to drive: install 'webkit2gtk-driver' and 'xvfb', as on Debian")
        with webkit.webkit() as browser:
            yield browser
        return
    if firefox.path() is None:
        pytest.fail(
            "no Firefox to drive the explorer with: install one, for example with "
            "'apt-get install firefox-esr'",
            pytrace=False,
        )
    with firefox.firefox(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(driven: Hands, pages: Path) -> Iterator[Hands]:
    driven.open((pages / "explorer.html").as_uri())
    yield driven
    assert driven.run("return window.errors;") == []


def read(page: Hands, name: str) -> object:
    return page.run(f"return document.querySelector('corr-explorer').{name};")


def cell(what: str, row: int, column: int) -> str:
    return f"[aria-label='{what} row {row} column {column}']"


def test_every_entry_arrives_as_typed(page: Hands, many: int) -> None:
    for k, (what, row, column, text) in enumerate(entries(min(many // 4, 200))):
        page.click(cell(what, row, column))
        # It may have the focus already, and a click then sets the caret.
        page.press("Control+a", *text, pause=17 if k % 4 else 120)
        shown = page.run("return document.activeElement.value;")
        assert shown == text
        rows = read(page, what)
        assert isinstance(rows, list)
        assert rows[row][column] == value_of(text)


def test_a_click_selects_the_number(page: Hands) -> None:
    page.run("document.querySelector('corr-explorer').kernel = [[70, 1]];")
    page.press("Tab")
    page.click(cell("kernel", 0, 0))
    page.press("8")
    assert read(page, "kernel") == [[8, 1]]
    page.press("Control+z")
    assert read(page, "kernel") == [[70, 1]]


def test_the_window_and_a_tap_are_dragged(page: Hands) -> None:
    start, end = page.middle(cell("image", 1, 1)), page.middle(cell("image", 3, 3))
    page.drag(start, end)
    said = page.run("return document.querySelector('.ce-sum b').textContent;")
    assert said == "Y[2, 2]"
    x, y = page.middle(cell("kernel", 1, 1))
    page.drag((x, y), (x, y - 40))
    assert read(page, "kernel") == [[1, 0, -1], [2, 5, -2], [1, 0, -1]]


def test_a_bad_link_is_refused_in_words(page: Hands) -> None:
    page.run("location.hash = '#corr:cell=5';")
    page.press("Tab")
    said = page.run("return document.querySelector('.ce-message').textContent;")
    assert said == "The link cannot be used. cell must be 2 numbers, not 1. What you had stays."
    page.run("location.hash = '#corr:kernel=1x2:1,2';")
    page.press("Tab")
    assert read(page, "kernel") == [[1, 2]]


@pytest.mark.parametrize("name", ["corr-descent", "corr-layers", "corr-digits"])
def test_the_other_pieces_work(driven: Hands, pages: Path, name: str) -> None:
    driven.open((pages / f"{name}.html").as_uri())
    shown = f"const it = document.querySelector('{name}'); return it.start ?? it.digit ?? it.ways;"
    before = driven.run(shown)
    places = {
        "corr-descent": (".ce-handle", 60),
        "corr-layers": (".ce-level .ce-cell:nth-of-type(4)", 0),
        "corr-digits": (".ce-board canvas", 60),
    }
    selector, by = places[name]
    x, y = driven.middle(selector)
    driven.drag((x, y), (x + by, y + by / 2))
    assert driven.run(shown) != before
    assert driven.run("return window.errors;") == []
