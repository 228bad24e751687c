"""What can be touched, as the built site has it. How it behaves is tested in the folder beside."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from _ext.explorer import scripts, stills
from _ext.explorer.places import FIRST, PLACES, place
from bs4 import BeautifulSoup
from playwright.sync_api import Browser
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
HTML = ROOT / "docs" / "_build" / "html"
PLACED = [HTML / f"{docname}.html" for docname in PLACES]
PAGES = [HTML / "index.html", HTML / "explorer.html", *PLACED]
ELEMENTS = ", ".join(scripts.ELEMENTS)


def test_a_page_without_a_place_for_it_stops_the_build() -> None:
    with pytest.raises(ExtensionError, match=f"{FIRST} has no text with"):
        place(FIRST, "A page\n======\n")
    docname = next(name for name, places in PLACES.items() if not places[0].after)
    with pytest.raises(ExtensionError, match=f"{docname} has no section 'Try it yourself'"):
        place(docname, "A page\n======\n")


def test_downloads_hold_no_trace() -> None:
    for page in PLACED:
        links = BeautifulSoup(page.read_text("utf-8"), "html.parser").select("a.download")
        files = [(page.parent / str(link["href"])).resolve() for link in links]
        assert len(files) >= 3
        for file in files:
            if file.suffix == ".zip":
                with zipfile.ZipFile(file) as archive:
                    contents = [archive.read(name) for name in archive.namelist()]
            else:
                contents = [file.read_bytes()]
            assert not any(b"corr-" in content for content in contents), file


def test_scripts_are_small_and_only_where_they_are_used() -> None:
    packed = [
        len(gzip.compress((HTML / f"_static/{name}.js").read_bytes(), 9))
        for name in ("corr-shared", *scripts.ELEMENTS)
    ]
    assert sum(packed) <= 35 * 1024
    for page in HTML.rglob("*.html"):
        text = page.read_text("utf-8")
        assert ("corr-shared.js" in text) == (page in PAGES), page
        for name in scripts.ELEMENTS:
            assert (f"{name}.js" in text) == (f"<{name}" in text), page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_without_javascript_there_is_a_still_or_a_word(browser: Browser, path: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(path.as_uri())
    element = page.locator(ELEMENTS).first
    if element.evaluate("element => element.localName") == "corr-explorer":
        still = element.locator("figure").first
        assert still.is_visible()
        described = still.get_attribute("aria-label")
        assert described or still.locator("img").first.get_attribute("alt")
    else:
        assert "needs JavaScript" in element.inner_text()
    page.close()


def test_a_still_writes_numbers_as_figures_do() -> None:
    """Where a device has rounded a zero, there is a zero; how small that is depends on the grid."""
    text = stills.figure(
        [
            ("image", torch.tensor([[-2.5, 3e-8, -0.0], [torch.nan, 4.0, 1 / 3]])),
            ("kernel", torch.tensor([[3e-8, -1e-8]])),
            ("output", torch.zeros(1, 2)),
        ]
    )
    (figure,) = BeautifulSoup(text, "html.parser").find_all("figure")
    cells = [cell.get_text() for cell in figure.select(".ce-cell")]
    assert cells == ["−2.5", "0", "0", "?", "4", "0.3333", "3e−08", "−1e−08", "0", "0"]
    assert figure["aria-label"] == (
        "image: 2 by 3, rows −2.5 0 0, ? 4 0.3333; kernel: 1 by 2, rows 3e−08 −1e−08; "
        "output: 1 by 2, rows 0 0"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_it_fits_a_narrow_screen(browser: Browser, path: Path, theme: Any) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640}, color_scheme=theme)
    page.goto(path.as_uri())
    page.locator(f":is({ELEMENTS}) button").first.wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


def test_it_follows_the_themes_switch(browser: Browser) -> None:
    page = browser.new_page(color_scheme="light")
    page.goto((HTML / "explorer.html").as_uri())
    element = page.locator("corr-explorer").first
    element.locator(".ce-result").first.wait_for()
    ink = "element => getComputedStyle(element.querySelector('.ce-result')).color"
    light = element.evaluate(ink)
    page.evaluate("document.body.dataset.theme = 'dark'")
    assert element.evaluate(ink) != light
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.body.dataset.theme = 'light'")
    assert element.evaluate(ink) == light
    page.close()
