"""What people type, and where it has to lead. The queries are in the words of public questions."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

HTML = Path(__file__).parents[2] / "docs" / "_build" / "html"
# Each a query, then parts of the addresses of the pages that answer it.
QUERIES: list[list[str]] = json.loads(Path(__file__).with_name("queries.json").read_text())

FIND = """queries => queries.map(query => convtutorFind(query).map(
    hit => hit.page + (hit.kind === "term" ? "#" + hit.anchor : "")))"""


@pytest.fixture(params=["served", "from disk"])
def search(request: pytest.FixtureRequest, browser: Browser, served: str) -> Iterator[Page]:
    """The page of the search, from a server and from a disk; it asks nobody else."""
    home = served if request.param == "served" else HTML.as_uri() + "/"
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda found: asked.append(found.url))
        page.goto(f"{home}search.html")
        yield page
        assert [url for url in asked if not url.startswith((home, "data:"))] == []


def look_for(page: Page, words: str) -> str:
    """Type words into the box of the page, one key at a time, and read the results."""
    box = page.locator("main input[name=q], article input[name=q]").first
    box.fill("")
    box.press_sequentially(words)
    box.press("Enter")
    page.wait_for_selector("#search-results p")
    return page.inner_text("#search-results")


def test_what_people_type_leads_to_the_page(search: Page) -> None:
    places = []
    missed = []
    for (query, *wanted), found in zip(
        QUERIES, search.evaluate(FIND, [query for query, *_ in QUERIES]), strict=True
    ):
        ranks = [n for n, page in enumerate(found) if any(part in page for part in wanted)]
        places.append(min(ranks, default=99))
        if places[-1] >= 3:
            missed.append((query, found[:3]))
    assert len(QUERIES) >= 60
    # Of sixty, fifty-seven within three results and forty-five at the first place.
    assert sum(place < 3 for place in places) >= 57 / 60 * len(QUERIES), missed
    assert sum(place == 0 for place in places) >= 45 / 60 * len(QUERIES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("receptive feild", "receptive field"),
        ("kernels", "kernel"),
        ("stride please", "stride"),
        ("OUTPUT_PADDING", "output_padding"),
        ("cross correlation", "crosscorrelation"),
        ("3 × 3 kernel", "3x3 kernel"),
    ],
)
def test_a_slip_or_a_word_too_many_changes_little(search: Page, typed: str, meant: str) -> None:
    first, second = search.evaluate(FIND, [typed, meant])
    assert second
    assert second[0] in first[:3], (first[:3], second[:3])


def test_a_result_shows_the_sentence_that_holds_the_words(search: Page) -> None:
    look_for(search, "receptive field")
    for line in search.locator("#search-results ol li").all()[:3]:
        assert line.locator("mark").count() >= 1
        assert "Go to the end" not in line.inner_text()


def test_no_result_is_not_the_end(search: Page) -> None:
    text = look_for(search, "xqzzyv")
    assert "No pages for “xqzzyv”" in text
    links: list[Any] = search.eval_on_selector_all("#search-results a", "a => a.map(x => x.href)")
    assert any("questions.html" in link for link in links)
    assert any("glossary.html" in link for link in links)


def test_the_search_is_light() -> None:
    files = ("minisearch.js", "search.js")
    weight = sum(len(gzip.compress((HTML / "_static" / name).read_bytes())) for name in files)
    assert weight <= 40 * 1024
