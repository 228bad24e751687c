"""Every way in passes one check: links, properties, pictures, and what comes late."""

import random
import re
import struct
import zlib
from typing import Any
from urllib.parse import quote

import pytest
import torch
from playwright.sync_api import expect
from touching import (
    Open,
    drawn,
    execute,
    explorer,
    is_close,
    is_right,
    message,
    put,
    read,
    type_keys,
)

from convtutor import kernels

PHOTOGRAPH = "#corr:image=photograph&kernel=3x3:1,0,-1,2,0,-2,1,0,-1"


def test_the_link_holds_the_state(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    settings = {
        "stride": [2, 1], "padding": [1, 2, 3, 0], "mode": "circular",
        "dilation": [1, 2], "flip": True,
    }  # fmt: skip
    put(element, image=[[1, -2.5, 3], [0, 1e-3, 6]], kernel=[[0.1, 2]], second=[[1 / 3]])
    put(element, settings=settings)
    page.wait_for_function("location.hash.includes('circular')")
    again = explorer(open_page(fragment=page.evaluate("location.hash")))
    for name in ("image", "kernel", "second", "settings", "output"):
        assert read(again, name) == read(element, name)


def test_a_tutorials_explorer_opens_in_the_large_one(open_page: Open) -> None:
    page = open_page("first")
    element = explorer(page)
    element.get_by_label("kernel row 1 column 1").click()
    type_keys(page, "5")
    link = element.get_by_role("link", name="Open this in the explorer")
    expect(link).to_have_attribute("href", re.compile("kernel=2x3:1,2,-1,0,5,3"))
    link.click()
    assert read(explorer(page), "kernel") == [[1, 2, -1], [0, 5, 3]]


@pytest.mark.parametrize(
    ("fragment", "complaint"),
    [
        ("#corr:kernel=" + "1," * 50_000, "It has 100013 characters"),
        ("#corr:kernel=2x2:1,2,3", "kernel must be 4 numbers, not 3"),
        ("#corr:kernel=1x1:alert(1)", "“alert(1)” is not a number"),
        ("#corr:kernel=1x1:<img%20src=x%20onerror=alert(1)>", "is not a number"),
        ("#corr:kernel=99x99:1", "kernel must have from 1 to 15 rows and columns, not 99 × 99"),
        ("#corr:second=99x99:1", "second must have from 1 to 15 rows and columns, not 99 × 99"),
        ("#corr:image=0x3:", "image must have from 1 to 1024 rows and columns, not 0 × 3"),
        ("#corr:image=<b>", "image cannot be read"),
        ("#corr:stride=0,1", "stride must be a whole number from 1 to 16, not “0”"),
        ("#corr:stride=1", "stride must be 2 numbers, not 1"),
        ("#corr:padding=1,1,1,1e9", "padding must be a whole number from 0 to 32, not “1e9”"),
        ("#corr:mode=<script>alert(1)</script>", "mode must be one of zeros, reflect"),
        ("#corr:mode=__proto__", "mode must be one of zeros, reflect"),
        ("#corr:kernel=1x1:1e999", "is not a number"),
        ("#corr:kernel=1x1:2000000", "2000000 is too large"),
        ("#corr:cell=x,y", "“x” is not a number"),
        ("#corr:cell=5", "cell must be 2 numbers, not 1"),
        ("#corr:cell=1,2,3", "cell must be 2 numbers, not 3"),
        ("#corr:image=photograph&kernel=1x1:x", "“x” is not a number"),
        ("#corr:%E0%A4%A", ""),
        ("#corr:cell=-5,99999", ""),
        ("#puzzles", ""),
    ],
)
def test_a_bad_link_is_refused_in_words(open_page: Open, fragment: str, complaint: str) -> None:
    page = open_page(fragment=fragment)
    page.on("dialog", lambda dialog: pytest.fail("something in a link was run"))
    element = explorer(page)
    assert complaint in message(element)
    assert bool(message(element)) == bool(complaint)
    if complaint:
        assert message(element).startswith("The link cannot be used. ")
        assert message(element).endswith("Here is the first example.")
    assert "NaN" not in message(element)
    assert read(element, "kernel") == kernels.sobel().tolist()
    assert is_close(read(element, "output"), execute(read(element, "code")))
    assert element.locator("img, script, b:has-text('<')").count() == 0


def test_a_link_that_is_pasted_later_is_followed(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    page.evaluate("location.hash = '#corr:kernel=1x2:1,2'")
    page.wait_for_function("document.querySelector('corr-explorer').kernel.length === 1")
    page.evaluate("location.hash = '#corr:kernel=nonsense'")
    said = element.locator(".ce-message")
    expect(said).to_contain_text("The link cannot be used.")
    expect(said).to_contain_text("What you had stays.")
    assert read(element, "kernel") == [[1, 2]]


def test_a_link_for_another_image_takes_the_photographs_place(open_page: Open) -> None:
    page = open_page(fragment=PHOTOGRAPH)
    element = explorer(page)
    assert len(read(element, "image")) == 600
    page.evaluate("location.hash = '#corr:image=1x3:1,2,3&kernel=1x2:1,2'")
    page.wait_for_function("document.querySelector('corr-explorer').image.length === 1")
    assert read(element, "output") == [[5, 8]]
    assert "photograph" not in read(element, "code")


def broken(rng: random.Random) -> str:
    """A link that is wrong in some way, or odd."""
    good = "kernel=2x3:1,2,-1,0,1,3&image=2x3:1,2,3,4,5,6&cell=0,0&stride=1,2&padding=1,0,2,0"
    good += "&mode=reflect&dilation=1,1&flip=1&second=1x1:2"
    way = rng.randrange(5)
    if way == 0:  # cut off
        return good[: rng.randrange(len(good))]
    letters = list(good)
    if way == 1:  # some letters changed
        for _ in range(rng.randint(1, 6)):
            letters[rng.randrange(len(letters))] = chr(rng.choice((rng.randrange(33, 127), 0x661)))
        return quote("".join(letters), safe="=&:,%")
    if way == 2:  # some letters gone
        for _ in range(rng.randint(1, 9)):
            del letters[rng.randrange(len(letters))]
        return "".join(letters)
    parts = good.split("&")
    if way == 3:  # parts twice, in any order
        return "&".join(rng.choices(parts, k=rng.randint(1, 12)))
    name = rng.choice([part.partition("=")[0] for part in parts])
    values = ("", "NaN", "-1", "1e400", "1,", ",", "0x0:", "99x1:1", "null", "%00", "[object]", "5")
    return (
        f"{good}&{name}={rng.choice(values)}"
        if rng.random() < 0.5
        else f"{name}={rng.choice(values)}"
    )


def test_no_broken_link_throws(open_page: Open, many: int) -> None:
    """Each ends in a word or in a sound state."""
    page = open_page()
    element = explorer(page)
    rng = random.Random(5)
    links = [f"#corr:{broken(rng)}" for _ in range(many * 3 // 4)]
    ends = element.evaluate(
        """async (element, links) => {
            const said = element.querySelector(".ce-message");
            const ends = [];
            for (const link of links) {
                history.replaceState(null, "", location.pathname);
                said.textContent = "";
                location.hash = link;
                await new Promise(done => addEventListener("hashchange", done, { once: true }));
                ends.push([said.textContent, element.image, element.kernel, element.settings,
                    element.output]);
            }
            return ends;
        }""",
        links,
    )
    refused = 0
    for link, (said, image, kernel, settings, output) in zip(links, ends, strict=True):
        refused += bool(said)
        assert "NaN ×" not in said, link
        assert "undefined" not in said.replace("“undefined”", ""), link
        numbers = torch.tensor(image).flatten().tolist() + torch.tensor(kernel).flatten().tolist()
        assert all(abs(number) <= 1e6 for number in numbers), link
        assert settings["mode"] in ("zeros", "reflect", "replicate", "circular"), link
        assert output is None or len(output) >= 1, link
    assert len(links) / 4 < refused < len(links)
    assert is_right(element)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        (
            "image",
            [[1, 2], [3]],
            "image must have rows of one length: row 0 has 2 numbers, row 1 has 1",
        ),
        ("image", [], "image must have from 1 to 1024 rows"),
        ("image", "text", "image must be rows of numbers"),
        ("image", None, "image must be rows of numbers"),
        ("image", [1, 2], "image must be rows of numbers"),
        ("kernel", [["x"]], "“x” is not a number"),
        ("kernel", [[1] * 16], "kernel must have from 1 to 15 rows and columns, not 1 × 16"),
        ("second", {}, "second must be rows of numbers"),
        ("settings", {"mode": "mirror"}, "mode must be one of zeros, reflect, replicate, circular"),
        ("settings", {"stride": 2}, "stride must be 2 numbers"),
    ],
)
def test_properties_refuse_bad_values(
    open_page: Open, name: str, value: Any, complaint: str
) -> None:
    element = explorer(open_page())
    before = read(element, "output")
    said = element.evaluate(
        """(element, [name, value]) => {
            try { element[name] = value; } catch (error) { return error.message; }
        }""",
        [name, value],
    )
    assert re.search(complaint, said)
    assert "NaN" not in said
    assert read(element, "output") == before


# ---- pictures


def png(width: int, height: int) -> bytes:
    """A black picture, one bit a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    row = b"\0" + bytes((width + 7) // 8)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(row * height, 9))
        + chunk(b"IEND", b"")
    )


FOREIGN = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><foreignObject width="30" '
    b'height="20"><p xmlns="http://www.w3.org/1999/xhtml">Hello</p></foreignObject></svg>'
)


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        (
            "huge.png",
            png(10_000, 5_000),
            "10000 × 5000 = 50 million pixels; the most is 40 million",
        ),
        ("broken.png", png(30, 20)[:40], "“broken.png” cannot be read as a picture"),
        ("empty.png", b"", "“empty.png” cannot be read as a picture"),
        ("<b>.jpg", b"no picture", "“<b>.jpg” cannot be read as a picture"),
    ],
    ids=["50 megapixels", "cut off", "empty", "no picture"],
)
def test_a_bad_picture_is_refused_in_words(
    open_page: Open, name: str, data: bytes, complaint: str
) -> None:
    page = open_page()
    element = explorer(page)
    before = read(element, "output")
    give(element, name, data)
    expect(element.locator(".ce-message")).to_contain_text(complaint)
    assert read(element, "output") == before
    element.get_by_label("kernel row 0 column 0").click()
    type_keys(page, "8")
    assert read(element, "kernel")[0][0] == 8


def give(element: Any, name: str, data: bytes) -> None:
    kind = "image/svg+xml" if name.endswith(".svg") else "image/png"
    element.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": data}
    )


def test_a_drawing_that_may_not_be_read_is_answered_in_words(open_page: Open) -> None:
    """Some browsers let its pixels be read, some do not; none shows its own message."""
    page = open_page()
    element = explorer(page)
    give(element, "page.svg", FOREIGN)
    page.wait_for_function(
        "element => element.image.length === 20"
        " || element.querySelector('.ce-message').textContent.startsWith('“page.svg”')",
        arg=element.element_handle(),
    )


def test_a_picture_of_ones_own_stays_in_the_browser(open_page: Open) -> None:
    """However small it is, and whatever is done to it."""
    for width, height in ((1280, 500), (6, 4)):
        page = open_page()
        element = explorer(page)
        give(element, "mine.png", png(width, height))
        page.wait_for_function("document.querySelector('corr-explorer').image.length !== 5")
        if width == 6:
            element.get_by_label("image row 0 column 1").click()
            type_keys(page, "2")
        put(element, kernel=[[1, 2]])
        page.wait_for_function("location.hash.includes('kernel=1x2')")
        assert "image" not in page.evaluate("location.hash")
        assert execute(read(element, "code")).shape == torch.tensor(read(element, "output")).shape
        page.evaluate("location.hash = '#corr:kernel=1x1:4'")
        page.wait_for_function("document.querySelector('corr-explorer').kernel[0].length === 1")
        assert "image" not in page.evaluate("location.hash")


def test_a_thin_picture_stays_small_on_the_screen(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    give(element, "thin.png", png(1, 20000))
    element.locator(".ce-image canvas").wait_for()
    drawn(page)
    box = element.locator(".ce-image .ce-picture").bounding_box()
    assert box is not None
    assert 8 <= box["width"] <= 40
    assert 100 <= box["height"] <= 500


def test_what_comes_late_does_not_replace_what_was_chosen_since(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    element.get_by_role("combobox", name="Image").select_option("photograph")
    element.get_by_role("combobox", name="Image").select_option("stripe")
    stripe = read(element, "image")
    page.wait_for_function("window.corrExplorer.photograph")
    page.wait_for_timeout(500)
    assert read(element, "image") == stripe


def test_a_removed_element_leaves_the_address_alone(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    before = page.evaluate("location.hash")
    element.evaluate(
        """async element => {
            element.kernel = [[1, 2]];
            await new Promise(requestAnimationFrame);
            element.remove();
            element.kernel = [[3]];
            location.hash = "#corr:kernel=1x1:4";
            await new Promise(done => setTimeout(done, 800));
            window.found = element.kernel;
        }"""
    )
    assert page.evaluate("location.hash") == "#corr:kernel=1x1:4" != before
    assert page.evaluate("window.found") == [[3]]


def test_it_lives_on_when_it_is_moved(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    element.evaluate("element => document.querySelector('main').append(element)")
    element = page.locator("corr-explorer").nth(1)
    put(element, kernel=[[1, 2, 3]])
    drawn(page)
    cell = element.get_by_label("kernel row 0 column 2")
    cell.click()
    type_keys(page, "9")
    assert read(element, "kernel") == [[1, 2, 9]]
    page.evaluate("location.hash = '#corr:kernel=1x1:4'")
    page.wait_for_function("document.querySelectorAll('corr-explorer')[1].kernel[0][0] === 4")


def test_the_photograph_is_loaded_only_when_asked_for(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    assert page.evaluate("window.corrExplorer.photograph === undefined")
    element.get_by_role("combobox", name="Image").select_option("photograph")
    element.locator("canvas").first.wait_for()
    assert page.evaluate("window.corrExplorer.photograph.length") > 100_000


def test_copied_is_said_for_a_while(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    page.evaluate("navigator.clipboard.writeText = async () => {}")
    element.get_by_role("button", name="Copy a link").click()
    copied = element.get_by_role("button", name="Copied")
    copied.click()
    copied.click()
    expect(element.get_by_role("button", name="Copy a link to this")).to_be_visible()
