"""Every page says how it came about, and the site keeps a record for programs."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
import torch
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser

from convtutor import default_device, describe_device

ROOT = Path(__file__).parents[2]
HTML = ROOT / "docs" / "_build" / "html"
PAGES = sorted(HTML.rglob("*.html"))
SCRIPTS = sorted((ROOT / "gallery").rglob("*.py"))
COMPUTED = [
    *(f"tutorials/{s.relative_to(ROOT / 'gallery').with_suffix('').as_posix()}" for s in SCRIPTS),
    "devices",
    "how_fast",
    "peers",
    "questions",
]
LEARN = "tutorials/3_learning/plot_2_learn_a_kernel"


def name(page: Path) -> str:
    return page.relative_to(HTML).as_posix()


@cache
def parse(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def record() -> dict[str, dict[str, dict[str, list[float]]]]:
    read: dict[str, dict[str, dict[str, list[float]]]] = json.loads(
        (HTML / "build.json").read_text(encoding="utf-8")
    )
    return read


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_page_says_how_it_came_about(page: Path) -> None:
    (fold,) = parse(page).select("details.provenance")
    assert fold.get("open") is None
    terms = [term.get_text() for term in fold.select("dt")]
    facts = dict(zip(terms, (value.get_text() for value in fold.select("dd")), strict=True))
    kind = describe_device(default_device()).partition(" ")[0]
    assert facts["Device"].startswith(kind)
    assert facts["Device"].endswith("no accelerator was used") == (kind == "CPU")
    assert re.fullmatch(
        rf"{re.escape(torch.__version__)}, float32, (TF32|BF16) (on|off)", facts["PyTorch"]
    )
    assert re.fullmatch(r"[0-9a-f]{10}(-dirty)?|unknown .*", facts["Commit"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", facts["Date"])
    measured = [span.get_text() for span in fold.select("[data-measured]")]
    if name(page).removesuffix(".html") in COMPUTED:
        assert facts["Took"] == f"{measured[0]} seconds when it last ran"
        assert float(measured[0]) > 0
    else:
        assert "Nothing runs on this page" in fold.get_text()
        assert measured == []


def test_threads_are_said_rightly() -> None:
    """A tutorial has one to itself, so that others run beside it; the other pages have all."""
    if default_device().type != "cpu":
        pytest.skip("threads are a CPU's")
    (fold,) = parse(HTML / f"{LEARN}.html").select("details.provenance")
    assert "1 thread)" in fold.get_text()
    text = parse(HTML / "this_build.html").get_text()
    assert describe_device(default_device()) in text
    assert "one for each tutorial" in text


def test_the_record_has_every_page_that_computes() -> None:
    assert sorted(record()["pages"]) == sorted(COMPUTED)
    assert all(page["seconds"] for page in record()["pages"].values())
    for loss in (1.578, 0.363, 0.101):
        assert loss in record()["pages"][LEARN]["numbers"]


def cells(table: Tag) -> list[list[str]]:
    return [[cell.get_text() for cell in row.select("td")] for row in table.select("tbody tr")]


def test_the_times_of_all_pages_are_listed() -> None:
    page = parse(HTML / "this_build.html")
    times = cells(page.select("table.sortable")[0])
    assert len(times) == len(COMPUTED)
    assert all(float(seconds) >= 0 for _, seconds in times)


def test_this_build_is_laid_beside_the_records() -> None:
    page = parse(HTML / "devices.html")
    builds = page.select("table.align-default")[0]
    names = [row[0] for row in cells(builds)]
    assert names[0] == "this one"
    kept = [file.stem for file in sorted((ROOT / "docs" / "records").glob("*.json"))]
    assert kept
    assert names[1 : len(kept) + 1] == kept
    assert len(page.select("table.sortable")) == len(names) - 1


def test_a_table_can_be_sorted_by_each_column(browser: Browser) -> None:
    page = browser.new_page()
    page.goto((HTML / "this_build.html").as_uri())
    column = page.locator("table.sortable tbody td:nth-child(2)")
    head = page.locator("table.sortable th:nth-child(2)")
    for direction in ("ascending", "descending"):
        head.get_by_role("button").press("Enter")
        assert head.get_attribute("aria-sort") == direction
        seconds = [float(text) for text in column.all_inner_texts()]
        assert seconds == sorted(seconds, reverse=direction == "descending")
    page.locator("table.sortable th:nth-child(1)").get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    page.close()
