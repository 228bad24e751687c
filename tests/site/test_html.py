"""Read the built site as a visitor would: all of it is there, and every link leads somewhere."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from _ext import whereabouts
from bs4 import BeautifulSoup, Tag

import convtutor

ROOT = Path(__file__).parents[2]
HTML = ROOT / "docs" / "_build" / "html"
PAGES = sorted(HTML.rglob("*.html"))
SCRIPTS = sorted((ROOT / "gallery").rglob("*.py"))

# Attributes that make a browser fetch something as soon as it shows the page.
FETCHING = [
    ("img", "src"),
    ("script", "src"),
    ("source", "src"),
    ("iframe", "src"),
    ("video", "src"),
]

STRIPE_ROW = "[ 0.,  1.,  0.,  0.,  0., -1.,  0.]"
LOSSES = ["1.578", "0.363", "0.101", "0.033", "0.012", "0.005", "0.002", "0.001", "0.000", "0.000"]


@cache
def parse(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def name(path: Path) -> str:
    return path.relative_to(ROOT if path.suffix == ".py" else HTML).as_posix()


def page_of(script: Path) -> Path:
    return HTML / "tutorials" / script.relative_to(ROOT / "gallery").with_suffix(".html")


def printed(page: str) -> list[str]:
    """What the cells of a page printed, as opposed to what its prose says."""
    return [block.get_text() for block in parse(HTML / page).select(".sphx-glr-script-out pre")]


def file_at(page: Path, path: str) -> Path:
    """Find the file that a path on a page leads to; on the 404 page it begins at the root."""
    root = urlsplit(whereabouts.base_url() or "/").path
    if path.startswith(root) and page.name == "404.html":
        return HTML / unquote(path.removeprefix(root))
    return (page.parent / unquote(path)).resolve() if path else page


def attribute(tag: Tag, key: str) -> str:
    value = tag.get(key, "")
    assert isinstance(value, str)
    return value


def is_elsewhere(address: str) -> bool:
    return bool(urlsplit(address).netloc)


def test_the_site_has_pages() -> None:
    assert len(PAGES) > len(SCRIPTS) >= 5


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_every_script_has_its_page_and_downloads(script: Path) -> None:
    downloads = {
        Path(attribute(link, "href")).name for link in parse(page_of(script)).select("a.download")
    }
    assert downloads == {script.with_suffix(end).name for end in (".py", ".ipynb", ".zip")}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_nothing_is_fetched_from_elsewhere(page: Path) -> None:
    soup = parse(page)
    fetched = [attribute(tag, key) for kind, key in FETCHING for tag in soup.find_all(kind)]
    fetched += [
        attribute(tag, "href")
        for tag in soup.find_all("link")
        if not {"search", "index", "next", "prev", "canonical"} & set(tag.get("rel") or [])
    ]
    assert [address for address in fetched if is_elsewhere(address)] == []


def test_the_policy_that_we_advise_allows_the_one_script_within_pages(policy: str) -> None:
    """And no other, nor any handler in an attribute: a browser would refuse those."""
    inline = {
        script.get_text()
        for page in PAGES
        for script in parse(page).find_all("script", src=False)
        if script.get("type") != "application/json"
    }
    (script,) = inline
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert policy in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    handlers = {
        (page.name, tag.name, key)
        for page in PAGES
        for tag in parse(page).find_all(True)
        for key in tag.attrs
        if key.startswith("on")
    }
    assert handlers == set()


def test_no_stylesheet_fetches_from_elsewhere() -> None:
    urls = {
        (sheet.name, address)
        for sheet in HTML.rglob("*.css")
        for address in re.findall(r"(?:url\(|@import )['\"]?([^)'\";]+)", sheet.read_text("utf-8"))
    }
    assert [pair for pair in urls if is_elsewhere(pair[1])] == []


def test_all_that_a_cell_prints_is_called_output() -> None:
    printed = [
        block
        for page in PAGES
        for block in parse(page).select(".sphx-glr-script-out .highlight, .cell_output .highlight")
    ]
    assert len(printed) > 100
    for block in printed:
        assert block.parent is not None
        assert block.parent.get("aria-label") == "Output", block.get_text()[:80]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_internal_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in parse(page).find_all("a", href=True):
        address = attribute(link, "href")
        path, anchor = urlsplit(address).path, unquote(urlsplit(address).fragment)
        if is_elsewhere(address) or urlsplit(address).scheme:
            continue
        target = file_at(page, path)
        if not target.is_file() or (
            anchor and target.suffix == ".html" and not parse(target).find(id=anchor)
        ):
            broken.append(address)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_image_is_there_and_is_described(page: Path) -> None:
    for image in parse(page).find_all("img"):
        source = attribute(image, "src")
        if source.startswith("data:"):
            source = source[:30]
        else:
            assert file_at(page, source).is_file(), source
        # A thumbnail repeats the title below it, and the mark the name beside it: neither is heard.
        if not source.endswith(("_detail.webp", "_detail_dark.webp", "mark.svg")):
            assert attribute(image, "alt").strip(), source


def test_the_first_sum_is_printed() -> None:
    page = "tutorials/1_cross_correlation/plot_1_slide_multiply_add.html"
    assert "tensor([[ 2.,  7.,  2.],\n        [10.,  3.,  8.]])" in "".join(printed(page))


def test_the_front_page_opens_with_something_to_touch_and_three_ways_on() -> None:
    front = parse(HTML / "index.html").select_one("article")
    assert front is not None
    explorer, heading = front.select_one("corr-explorer"), front.select_one("h2")
    assert explorer is not None
    assert heading is not None
    assert explorer.sourceline is not None
    assert heading.sourceline is not None
    assert explorer.sourceline < heading.sourceline
    ways = [
        link.get_text()
        for link in front.select("a")
        if link.sourceline is not None and link.sourceline < heading.sourceline
    ]
    assert {"Ten minutes", "A puzzle", "An afternoon"} <= set(ways)


def test_the_stripe_and_its_edges_are_printed() -> None:
    blocks = printed("tutorials/2_layers/plot_2_build_a_layer_from_scratch.html")
    assert any(block.count(STRIPE_ROW) == 6 for block in blocks)


def test_the_losses_and_the_learned_kernel_are_printed() -> None:
    text = "".join(printed("tutorials/3_learning/plot_2_learn_a_kernel.html"))
    assert re.findall(r"step +\d+, loss (\d\.\d{3})", text) == LOSSES
    assert "found: [1.0011, -0.9987]" in text


def test_the_diagonal_edges_are_drawn_for_all_three_questions() -> None:
    soup = parse(HTML / "tutorials/4_exercises/plot_1_diagonal_edges.html")
    headings = [heading.get_text() for heading in soup.find_all("h2")]
    for question in ("1. Apply the kernel", "2. Transpose the image", "3. Transpose the kernel"):
        heading = soup.find_all("h2")[[question in text for text in headings].index(True)]
        assert heading.parent is not None
        assert heading.parent.find("img"), question


def test_this_build_names_the_device_the_versions_and_every_page() -> None:
    soup = parse(HTML / "this_build.html")
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in soup.find_all("tr")]
    facts = {row[0]: row[1] for row in rows if row}
    assert facts["Device"].startswith(convtutor.describe_device(convtutor.default_device()))
    assert {"Commit", "Date", "python", "torch", "sphinx", "sphinx-gallery"} <= facts.keys()
    for script in SCRIPTS:
        heading = parse(page_of(script)).h1
        assert heading is not None
        title = heading.get_text().removesuffix("¶").removesuffix("#")
        assert float(facts[title]) >= 0, title


@pytest.mark.parametrize("public", convtutor.__all__)
def test_the_reference_has_every_public_name(public: str) -> None:
    targets = {tag.get("id") for page in HTML.glob("_api/*.html") for tag in parse(page)("dt")}
    assert targets & {f"convtutor.{public}", f"convtutor.methods.{public}"}


def test_a_reference_entry_links_to_the_pages_that_use_it() -> None:
    used_in = parse(HTML / "_api/convtutor.learn_kernel.html").select(".sphx-glr-thumbcontainer a")
    assert any("plot_2_learn_a_kernel.html" in attribute(link, "href") for link in used_in)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_page_is_described(page: Path) -> None:
    (description,) = parse(page).select("meta[name=description]")
    assert 40 <= len(attribute(description, "content")) <= 200


def test_no_two_tutorials_are_described_alike() -> None:
    descriptions = [parse(page_of(s)).select("meta[name=description]")[0] for s in SCRIPTS]
    assert len({attribute(tag, "content") for tag in descriptions}) == len(SCRIPTS)


def test_pages_follow_the_learning_order() -> None:
    pages = [page_of(script).relative_to(HTML) for script in SCRIPTS]
    for before, after in pairwise(pages):
        link = parse(HTML / before).select_one(".related-pages a.next-page")
        assert link is not None
        following = (HTML / before.parent / attribute(link, "href")).resolve()
        if following.name == "index.html":  # of the next section
            link = parse(following).select_one(".related-pages a.next-page")
            assert link is not None
            following = (following.parent / attribute(link, "href")).resolve()
        assert following == HTML / after


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_names_in_code_lead_to_their_documentation(script: Path) -> None:
    """Every call of a function that was imported, in any block of the page."""
    source = script.read_text(encoding="utf-8")
    linked = {
        link.get_text(): attribute(link, "href") for link in parse(page_of(script)).select("pre a")
    }
    ours = re.search(r"^from convtutor import (.*)$", source, re.MULTILINE)
    assert ours is not None
    imported = {"torch", "nn", "plt", "signal", *ours[1].split(", ")}
    code = re.sub(r"^#.*", "", source, flags=re.MULTILINE)
    used = {
        name
        for name in re.findall(r"(?<![\w.\"'])[A-Za-z_][\w.]*(?=\()", code)
        if name.split(".")[0] in imported and not name.endswith((".items", ".values"))
    }
    assert sorted(used - linked.keys()) == []


def terms_on(page: Path) -> set[str]:
    """The terms of the glossary that a page links to."""
    links = {attribute(link, "href") for link in parse(page).select("article a[href]")}
    return {link.partition("#")[2] for link in links if "glossary.html#term-" in link}


def test_every_term_of_the_glossary_is_linked_from_a_page() -> None:
    terms = {attribute(term, "id") for term in parse(HTML / "glossary.html").select("dt[id]")}
    assert len(terms) > 40
    # The index lists all of them.
    pages = [page for page in PAGES if page.name not in ("glossary.html", "genindex.html")]
    assert sorted(terms - set().union(*map(terms_on, pages))) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_every_tutorial_links_to_the_glossary(script: Path) -> None:
    assert terms_on(page_of(script))
