"""Use the explorer as a reader would, and hold its numbers to PyTorch's."""

import gzip
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from _ext import explorer as machinery
from _ext.explorer.places import PLACES
from bs4 import BeautifulSoup
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
)
from sphinx.errors import ExtensionError
from torch import Tensor
from torch.nn.functional import conv2d, pad

from convtutor import images, kernels

ROOT = Path(__file__).parents[2]
HTML = ROOT / "docs" / "_build" / "html"
EXPLORER = HTML / "explorer.html"
PUZZLES = machinery.puzzles()
SECTIONS = HTML / "tutorials"
PAGES = [
    EXPLORER,
    SECTIONS / "1_cross_correlation/plot_1_slide_multiply_add.html",
    SECTIONS / "1_cross_correlation/plot_2_filter_a_photograph.html",
    SECTIONS / "1_cross_correlation/plot_3_tell_correlation_from_convolution.html",
    SECTIONS / "2_layers/plot_3_predict_the_output_shape.html",
]
MODES = ("zeros", "reflect", "replicate", "circular")
CLOSE = 1e-5
PHOTOGRAPH = "#corr:image=photograph&kernel=3x3:1,0,-1,2,0,-2,1,0,-1"

Rows = list[list[float]]
Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a page from the disk; an error, or a request to elsewhere, fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            complaints.append(request.url)

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    def opened(path: Path = EXPLORER, fragment: str = "", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", hear)
        page.on("request", note)
        page.goto(path.as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def explorer(page: Page, number: int = 0) -> Locator:
    element = page.locator("corr-explorer").nth(number)
    element.scroll_into_view_if_needed()
    element.locator(".ce-row").first.wait_for()
    return element


def read(element: Locator, name: str) -> Any:
    return element.evaluate(f"element => element.{name}")


def put(element: Locator, **values: Any) -> None:
    element.evaluate("(element, values) => Object.assign(element, values)", values)


def drawn(page: Page) -> None:
    """Wait until what was changed is on the screen."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def message(element: Locator) -> str:
    return element.locator(".ce-message").inner_text()


def is_close(rows: Rows, expected: Tensor) -> bool:
    found = torch.tensor(rows, dtype=torch.float64)
    return found.shape == expected.shape and bool((found - expected).abs().max() <= CLOSE)


def reference(image: Rows, kernel: Rows, settings: dict[str, Any]) -> Tensor:
    """The same, as PyTorch has it."""
    X, K = (torch.tensor(rows, dtype=torch.float64) for rows in (image, kernel))
    top, bottom, left, right = settings.get("padding", [0] * 4)
    mode = settings.get("mode", "zeros")
    X = pad(X[None, None], (left, right, top, bottom), mode="constant" if mode == "zeros" else mode)
    K = K.flip(0, 1) if settings.get("flip") else K
    stride, dilation = settings.get("stride", [1, 1]), settings.get("dilation", [1, 1])
    return conv2d(X, K[None, None], stride=stride, dilation=dilation)[0, 0]


def execute(code: str) -> Tensor:
    """What the PyTorch code that is shown computes."""
    names: dict[str, Any] = {}
    exec(code, names)
    result: Tensor = names["Y"]
    return result


# ---- the numbers


def random_case(rng: random.Random) -> tuple[Rows, Rows, dict[str, Any]]:
    def plane(most: int) -> Rows:
        rows, columns = rng.randint(1, most), rng.randint(1, most)
        digits = rng.choice((0, 1, 8))
        return [[round(rng.uniform(-9, 9), digits) for _ in range(columns)] for _ in range(rows)]

    settings = {
        "stride": [rng.randint(1, 4), rng.randint(1, 4)],
        "padding": [rng.choice((0, 0, 1, 2, 3, 5)) for _ in range(4)],
        "mode": rng.choice(MODES),
        "dilation": [rng.choice((1, 1, 2, 3)), rng.choice((1, 1, 2, 3))],
        "flip": rng.random() < 0.5,
    }
    return plane(11), plane(5), settings


def test_output_and_code_are_pytorchs(open_page: Open) -> None:
    rng = random.Random(0)
    cases = [random_case(rng) for _ in range(1200)]
    found = explorer(open_page()).evaluate(
        """(element, cases) => cases.map(([image, kernel, settings]) => {
            Object.assign(element, { image, kernel, settings });
            return [element.output, element.code];
        })""",
        cases,
    )
    possible = 0
    for case, (output, code) in zip(cases, found, strict=True):
        try:
            expected = reference(*case)
        except RuntimeError:
            assert output is None, case
            with pytest.raises(RuntimeError):
                execute(code)
            continue
        possible += 1
        assert output is not None, case
        assert is_close(output, expected), case
        assert is_close(execute(code).tolist(), expected), code
    assert possible >= 500
    assert possible < len(cases)


def test_the_photograph_is_the_packages(open_page: Open) -> None:
    page = open_page(fragment=PHOTOGRAPH + "&padding=1,0,2,0&mode=reflect&stride=1,2&flip=1")
    element = explorer(page)
    element.locator("canvas").first.wait_for()
    shown = torch.tensor(read(element, "image"), dtype=torch.float64)
    photograph = images.photograph(dtype=torch.float64)
    assert shown.shape == (600, 512)
    assert (shown - photograph).abs().max() <= 0.5 / 255 + 1e-9
    output, kernel = read(element, "output"), read(element, "kernel")
    settings = {"padding": [1, 0, 2, 0], "mode": "reflect", "stride": [1, 2], "flip": True}
    assert is_close(output, reference(shown.tolist(), kernel, settings))
    assert is_close(output, execute(read(element, "code")))


def test_the_kernels_are_the_packages(open_page: Open) -> None:
    element = explorer(open_page())
    for name, kernel in {
        "box": kernels.box(dtype=torch.float64),
        "Gaussian": kernels.gaussian(dtype=torch.float64),
        "Sobel, level edges": kernels.sobel(dtype=torch.float64).T,
        "emboss": kernels.emboss(dtype=torch.float64),
    }.items():
        element.get_by_role("combobox", name="Kernel").select_option(name)
        assert is_close(read(element, "kernel"), kernel)


def test_the_sum_is_written_out(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    put(element, image=[[1, 0, 2, 0, 1], [0, 3, 0, 1, 0]], kernel=[[1, 2, -1]])
    drawn(page)
    element.get_by_role("grid", name="output").get_by_role("gridcell").nth(3).hover()
    drawn(page)
    said = re.sub(r"\s+", " ", element.locator(".ce-sum").inner_text())
    assert said == "Y[1, 0] = 0 · 1 + 3 · 2 + 0 · (−1) = 6"
    window = element.locator(".ce-image .ce-in")
    assert [cell.get_attribute("data-tap") for cell in window.all()] == ["×1", "×2", "×−1"]
    assert [cell.input_value() for cell in window.locator("input").all()] == ["0", "3", "0"]
    expect(element.get_by_role("status")).to_have_text(
        "Output row 1 column 0: 0 times 1 plus 3 times 2 plus 0 times −1 is 6."
    )


def test_fractions_and_digits_are_told(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    put(element, image=[[5, 6, 5]], kernel=[[0.5, -1 / 3, 1 / 9]])
    drawn(page)
    assert element.get_by_label("kernel row 0 column 2").input_value() == "1/9"
    assert element.locator(".ce-output .ce-cell").inner_text() == "1.06"
    said = re.sub(r"\s+", " ", element.locator(".ce-sum").inner_text())
    assert said == "Y[0, 0] = 5 · 0.5 + 6 · (−1/3) + 5 · 1/9 = 1.056"


def test_what_lies_beyond_the_border_is_shown(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    put(
        element,
        image=[[1, 2, 3]],
        kernel=[[1, 1]],
        settings={"padding": [0, 0, 2, 1], "mode": "reflect"},
    )
    drawn(page)
    assert element.locator(".ce-image .ce-beyond").all_inner_texts() == ["3", "2", "2"]


# ---- by hand


def test_a_number_is_edited_and_undone(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    before = read(element, "kernel")
    tap = element.get_by_label("kernel row 0 column 1")
    tap.click()
    page.keyboard.type("-1/4")
    assert read(element, "kernel")[0][1] == -0.25
    assert is_close(read(element, "output"), execute(read(element, "code")))
    page.keyboard.press("Control+z")
    assert read(element, "kernel") == before
    page.keyboard.press("Control+Shift+z")
    assert read(element, "kernel")[0][1] == -0.25
    element.get_by_role("button", name="Undo").click()
    assert read(element, "kernel") == before
    expect(element.get_by_role("button", name="Undo")).to_be_disabled()


def test_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Tab does not lead to {selector}")

    tab_to("corr-explorer .ce-switch button:last-child")
    page.keyboard.press("Enter")
    assert read(element, "settings.flip") is True
    tab_to(".ce-image input")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("7")
    assert read(element, "image")[1][1] == 7
    tab_to(".ce-kernel input")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("-3")
    assert read(element, "kernel")[1][0] == -3
    tab_to(".ce-output [role=gridcell]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    drawn(page)
    columns = len(read(element, "output")[0])
    assert f"Y[1, {columns - 1}]" in element.locator(".ce-sum").inner_text()
    tab_to("corr-explorer summary")
    page.keyboard.press("Enter")
    tab_to(".ce-settings fieldset:nth-child(3) input")  # padding, top
    page.keyboard.press("ArrowUp")
    assert read(element, "settings.padding") == [1, 0, 0, 0]
    assert is_close(read(element, "output"), execute(read(element, "code")))


def test_a_puzzle_is_solved_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    element = explorer(page, 1)
    element.get_by_role("button", name="Puzzle 1", exact=True).focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.ce-kernel input')"):
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("1")
    expect(element.locator(".ce-verdict")).to_contain_text("Solved.")


def test_by_touch(open_page: Open) -> None:
    page = open_page(has_touch=True, viewport={"width": 390, "height": 844}, is_mobile=True)
    element = explorer(page)
    element.get_by_role("grid", name="output").get_by_role("gridcell").nth(2).tap()
    drawn(page)
    assert "Y[0, 2]" in element.locator(".ce-sum").inner_text()


def test_a_picture_is_explored_by_pointer_and_keys(open_page: Open) -> None:
    page = open_page(fragment=PHOTOGRAPH)
    element = explorer(page)
    output = element.get_by_role("application")
    output.hover(position={"x": 0, "y": 0})
    drawn(page)
    assert "Y[0, 0]" in element.locator(".ce-sum").inner_text()
    output.focus()
    for key in ("ArrowDown", "Shift+ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    drawn(page)
    assert "Y[1, 11]" in element.locator(".ce-sum").inner_text()


def test_an_edited_tap_redraws_the_photograph(
    open_page: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    """Print how long that takes. How long it may take is no test: it depends on the machine."""
    page = open_page(fragment=PHOTOGRAPH)
    element = explorer(page)
    element.locator("canvas").first.wait_for()
    times = element.evaluate(
        """async element => {
            const tap = element.querySelector(".ce-kernel input");
            const times = [];
            for (let k = 0; k < 41; k++) {
                const start = performance.now();
                tap.value = String(1 + k / 10);
                tap.dispatchEvent(new Event("input", { bubbles: true }));
                // A message that is sent during a frame arrives after it was drawn.
                await new Promise(done => requestAnimationFrame(() => {
                    const { port1, port2 } = new MessageChannel();
                    port1.onmessage = done;
                    port2.postMessage(0);
                }));
                times.push(performance.now() - start);
            }
            return times.sort((a, b) => a - b);
        }"""
    )
    with capsys.disabled():
        print(f"\nan edited tap redraws the photograph in {times[20]:.0f} ms, the median of 41")
    assert is_close(read(element, "output"), execute(read(element, "code")))


# ---- links


def test_the_link_holds_the_state(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    settings = {
        "stride": [2, 1], "padding": [1, 2, 3, 0], "mode": "circular",
        "dilation": [1, 2], "flip": True,
    }  # fmt: skip
    put(element, image=[[1, -2.5, 3], [0, 1e-3, 6]], kernel=[[0.1, 2]], settings=settings)
    page.wait_for_function("location.hash.includes('circular')")
    again = explorer(open_page(fragment=page.evaluate("location.hash")))
    for name in ("image", "kernel", "settings", "output"):
        assert read(again, name) == read(element, name)


def test_a_tutorials_explorer_opens_in_the_large_one(open_page: Open) -> None:
    page = open_page(PAGES[1])
    element = explorer(page)
    element.get_by_label("kernel row 1 column 1").fill("5")
    link = element.get_by_role("link", name="Open this in the explorer")
    expect(link).to_have_attribute("href", re.compile("kernel=2x3:1,2,-1,0,5,3"))
    link.click()
    assert read(explorer(page), "kernel") == [[1, 2, -1], [0, 5, 3]]


@pytest.mark.parametrize(
    ("fragment", "complaint"),
    [
        ("#corr:kernel=" + "1," * 50_000, "The link cannot be used. It has 100013 characters"),
        ("#corr:kernel=2x2:1,2,3", "kernel must be 4 numbers, not 3"),
        ("#corr:kernel=1x1:alert(1)", "“alert(1)” is not a number"),
        ("#corr:kernel=1x1:<img%20src=x%20onerror=alert(1)>", "is not a number"),
        ("#corr:kernel=99x99:1", "kernel must have from 1 to 15 rows and columns, not 99 × 99"),
        ("#corr:image=0x3:", "image must have from 1 to 24 rows and columns, not 0 × 3"),
        ("#corr:image=<b>", "image must have from 1 to 24"),
        ("#corr:stride=0,1", "stride must be a whole number from 1 to 16, not “0”"),
        ("#corr:stride=1", "stride must be 2 numbers, not 1"),
        ("#corr:padding=1,1,1,1e9", "padding must be a whole number from 0 to 32, not “1e9”"),
        ("#corr:mode=<script>alert(1)</script>", "mode must be one of zeros, reflect"),
        ("#corr:mode=__proto__", "mode must be one of zeros, reflect"),
        ("#corr:kernel=1x1:1e999", "is not a number"),
        ("#corr:kernel=1x1:2000000", "2000000 is too large"),
        ("#corr:cell=x,y", "“x” is not a number"),
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
    assert read(element, "kernel") == kernels.sobel().tolist()
    assert is_close(read(element, "output"), execute(read(element, "code")))
    assert element.locator("img, script, b:has-text('<')").count() == 0


def test_a_link_that_is_pasted_later_is_followed(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    page.evaluate("location.hash = '#corr:kernel=1x2:1,2'")
    page.wait_for_function("document.querySelector('corr-explorer').kernel.length === 1")
    page.evaluate("location.hash = '#corr:kernel=nonsense'")
    expect(element.locator(".ce-message")).to_contain_text("The link cannot be used.")
    assert read(element, "kernel") == [[1, 2]]


# ---- bad input


def test_text_in_a_cell_is_refused_in_words(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    before = read(element, "kernel")
    tap = element.get_by_label("kernel row 0 column 0")
    said = element.locator(".ce-message")
    for text in ("abc", "", "1/0", "--1", "1e999", "<b>1</b>"):
        tap.fill(text)
        expect(said).to_have_text(f"“{text}” is not a number. The cell keeps 1.")
        assert read(element, "kernel") == before
        assert tap.get_attribute("aria-invalid") == "true"
    tap.fill("9999999")
    expect(said).to_contain_text("9999999 is too large: numbers here go from")
    tap.blur()
    assert tap.input_value() == "1"
    tap.fill("4")
    expect(said).to_be_hidden()
    assert read(element, "kernel")[0][0] == 4


def test_settings_out_of_range_are_refused_in_words(open_page: Open) -> None:
    element = explorer(open_page())
    element.get_by_text("Stride, padding").click()
    stride = element.get_by_role("group", name="Stride").get_by_label("down")
    for text in ("0", "-1", "1.5", "x", "999"):
        stride.fill(text)
        expect(element.locator(".ce-message")).to_have_text(
            f"stride must be a whole number from 1 to 16, not “{text}”."
        )
        assert read(element, "settings.stride") == [1, 1]


def test_image_and_kernel_are_resized(open_page: Open) -> None:
    element = explorer(open_page())
    put(element, image=[[1, 2], [3, 4]], kernel=[[5, 6]])
    element.get_by_text("Stride, padding").click()
    for what, rows, columns in (("image", "2", "3"), ("kernel", "2", "1")):
        size = element.get_by_role("group", name=f"Size of the {what}")
        size.get_by_label("rows").fill(rows)
        size.get_by_label("columns").fill(columns)
    assert read(element, "image") == [[1, 2, 0], [3, 4, 0]]
    assert read(element, "kernel") == [[5], [0]]
    size.get_by_label("rows").fill("13")
    expect(element.locator(".ce-message")).to_have_text(
        "size must be a whole number from 1 to 12, not “13”."
    )
    assert read(element, "kernel") == [[5], [0]]


@pytest.mark.parametrize(
    ("kernel", "settings", "complaint"),
    [
        (
            [[1] * 6], {},
            "The kernel does not fit: its 6 columns reach over 6, and the image has 5 columns: "
            "6 > 5.",
        ),
        (
            [[1], [1]], {"dilation": [3, 1], "padding": [0, 1, 0, 0]},
            "The kernel does not fit: its 2 rows with dilation 3 reach over 4, and the padded "
            "image has 3 rows: 4 > 3.",
        ),
        (
            [[1]], {"mode": "reflect", "padding": [2, 0, 0, 0]},
            "Padding top = 2 is too much for mode reflect, which needs less than the image's 2 "
            "rows: 2 ≥ 2.",
        ),
        (
            [[1]], {"mode": "circular", "padding": [0, 0, 0, 6]},
            "Padding right = 6 is too much for mode circular, which goes once around the image's 5 "
            "columns: 6 > 5.",
        ),
    ],
)  # fmt: skip
def test_impossible_settings_say_why(
    open_page: Open, kernel: Rows, settings: dict[str, Any], complaint: str
) -> None:
    page = open_page()
    element = explorer(page)
    put(element, image=[[1, 2, 3, 4, 5], [6, 7, 8, 9, 0]], kernel=kernel, settings=settings)
    drawn(page)
    assert element.locator(".ce-output .ce-none").inner_text() == complaint
    assert read(element, "output") is None
    put(element, kernel=[[2]], settings={"padding": [0] * 4, "mode": "zeros"})
    drawn(page)
    assert read(element, "output") == [[2, 4, 6, 8, 10], [12, 14, 16, 18, 0]]


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        (
            "image",
            [[1, 2], [3]],
            "image must have rows of one length: row 0 has 2 numbers, row 1 has 1",
        ),
        ("image", [], "image must have from 1 to 1024 rows"),
        ("image", "text", "image must have rows of one length|is not a number"),
        ("image", None, "image must have from 1 to 1024 rows"),
        ("kernel", [["x"]], "“x” is not a number"),
        ("kernel", [[1] * 16], "kernel must have from 1 to 15 rows and columns, not 1 × 16"),
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
    element.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data}
    )
    expect(element.locator(".ce-message")).to_contain_text(complaint)
    assert read(element, "output") == before
    element.get_by_label("kernel row 0 column 0").fill("8")
    assert read(element, "kernel")[0][0] == 8


def test_a_picture_of_ones_own_stays_in_the_browser(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    element.locator("input[type=file]").set_input_files(
        {"name": "wide.png", "mimeType": "image/png", "buffer": png(1280, 500)}
    )
    element.locator("canvas").first.wait_for()
    assert torch.tensor(read(element, "image")).shape == (250, 640)  # made smaller
    assert execute(read(element, "code")).shape == torch.tensor(read(element, "output")).shape
    page.wait_for_function("location.hash.startsWith('#corr:')")
    assert "image" not in page.evaluate("location.hash")
    element.get_by_role("button", name="Undo").click()
    assert len(read(element, "image")) == 5


# ---- puzzles


def solution(kernel: Rows, puzzle: dict[str, Any]) -> Tensor:
    return reference(puzzle["image"], kernel, puzzle.get("settings", {}))


def identity_of(puzzle: dict[str, Any]) -> str:
    name: str = puzzle["id"]
    return name


def test_there_are_enough_puzzles() -> None:
    assert len(PUZZLES) >= 12
    assert len({puzzle["id"] for puzzle in PUZZLES}) == len(PUZZLES)
    assert any(puzzle["kernel"] is None for puzzle in PUZZLES)


@pytest.mark.parametrize("puzzle", PUZZLES, ids=identity_of)
def test_a_puzzle_has_one_kind_of_answer(puzzle: dict[str, Any]) -> None:
    wanted = torch.tensor(puzzle["output"], dtype=torch.float64)
    if puzzle["kernel"] is not None:
        assert is_close(solution(puzzle["kernel"], puzzle).tolist(), wanted)
    else:
        # The best that any kernel can do leaves an error behind.
        h, w = puzzle["shape"]
        taps = torch.eye(h * w, dtype=torch.float64).reshape(-1, h, w)
        A = torch.stack([solution(tap.tolist(), puzzle).flatten() for tap in taps], dim=1)
        best = torch.linalg.lstsq(A, wanted.flatten()[:, None]).solution
        assert (A @ best - wanted.flatten()[:, None]).abs().max() > 0.1
    assert len(puzzle["near"]) >= 3
    for miss in puzzle["near"]:
        assert miss["say"]
        found = solution(miss["kernel"], puzzle)
        assert found.shape == wanted.shape
        assert not torch.allclose(found, wanted)


def test_the_explorer_judges_every_puzzle(open_page: Open) -> None:
    page = open_page()
    element = explorer(page, 1)
    verdict = element.locator(".ce-verdict")
    for number, puzzle in enumerate(PUZZLES, 1):
        element.get_by_role("button", name=re.compile(f"^Puzzle {number}(,|$)")).click()
        for miss in puzzle["near"]:
            put(element, kernel=miss["kernel"])
            expect(verdict).to_contain_text(miss["say"])
            assert "Solved" not in verdict.inner_text()
        element.get_by_role("button", name="No kernel can do this").click()
        if puzzle["kernel"] is None:
            expect(verdict).to_have_text(f"Solved. {puzzle['why']}")
        else:
            expect(verdict).to_have_text("One can. Keep looking, or take a hint.")
            put(element, kernel=puzzle["kernel"])
            expect(verdict).to_have_text(f"Solved. {puzzle['why']}")
    put(element, kernel=[[1]])  # of another shape than the puzzle asks for
    drawn(page)
    assert element.locator(".ce-tally").inner_text() == f"{len(PUZZLES)} of {len(PUZZLES)} solved"
    page.reload()
    expect(explorer(page, 1).locator(".ce-tally")).to_have_text(
        f"{len(PUZZLES)} of {len(PUZZLES)} solved"
    )


@pytest.mark.parametrize("kept", ["nonsense", "{}", "null", '["no such puzzle"]', "[[]]"])
def test_spoilt_progress_is_no_obstacle(open_page: Open, kept: str) -> None:
    page = open_page()
    page.evaluate("kept => localStorage.setItem('corr-explorer-solved', kept)", kept)
    page.reload()
    assert explorer(page, 1).locator(".ce-tally").inner_text().startswith("0 of")


# ---- the pages


def test_a_page_without_a_place_for_it_stops_the_build() -> None:
    docname = next(iter(PLACES))
    with pytest.raises(ExtensionError, match=f"{docname} has no section 'Try it yourself'"):
        machinery.place(docname, "A page\n======\n")


def test_downloads_hold_no_trace() -> None:
    for page in PAGES[1:]:
        links = BeautifulSoup(page.read_text("utf-8"), "html.parser").select("a.download")
        files = [(page.parent / str(link["href"])).resolve() for link in links]
        assert len(files) >= 3
        for file in files:
            if file.suffix == ".zip":
                with zipfile.ZipFile(file) as archive:
                    contents = [archive.read(name) for name in archive.namelist()]
            else:
                contents = [file.read_bytes()]
            assert not any(b"explorer" in content for content in contents), file


def test_the_script_is_small_and_only_where_it_is_used() -> None:
    assert len(gzip.compress((HTML / "_static/explorer.js").read_bytes(), 9)) <= 15 * 1024
    for page in HTML.rglob("*.html"):
        text = page.read_text("utf-8")
        assert ("explorer.js" in text) == (page in PAGES), page


def test_the_photograph_is_loaded_only_when_asked_for(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    assert page.evaluate("window.corrExplorer.photograph === undefined")
    element.get_by_role("combobox", name="Image").select_option("photograph")
    element.locator("canvas").first.wait_for()
    assert page.evaluate("window.corrExplorer.photograph.length") > 100_000


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_without_javascript_there_is_a_still(open_page: Open, path: Path) -> None:
    page = open_page(path, java_script_enabled=False)
    still = page.locator("corr-explorer figure").first
    assert still.is_visible()
    described = still.get_attribute("aria-label") or still.locator("img").first.get_attribute("alt")
    assert described
    assert "kernel" in still.inner_text()


def test_a_still_writes_numbers_as_figures_do() -> None:
    """Where a device has rounded a zero, there is a zero; how small that is depends on the grid."""
    text = machinery._figure(
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
def test_it_fits_a_narrow_screen(open_page: Open, path: Path, theme: Any) -> None:
    page = open_page(path, viewport={"width": 320, "height": 640}, color_scheme=theme)
    explorer(page)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_it_follows_the_themes_switch(open_page: Open) -> None:
    page = open_page(color_scheme="light")
    element = explorer(page)
    ink = "element => getComputedStyle(element.querySelector('.ce-result')).color"
    light = element.evaluate(ink)
    page.evaluate("document.body.dataset.theme = 'dark'")
    assert element.evaluate(ink) != light
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.body.dataset.theme = 'light'")
    assert element.evaluate(ink) == light


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_whatever_is_shown(open_page: Open, npm_tools: Path, theme: Any) -> None:
    """Every page as it is first shown has a test of its own; here is what a reader makes of it."""
    page = open_page(color_scheme=theme)
    element = explorer(page)
    page.add_script_tag(path=npm_tools / "axe-core" / "axe.min.js")

    def check() -> None:
        drawn(page)
        result = page.evaluate("axe.run('corr-explorer', { preload: false })")
        found = [
            (problem["id"], [node["html"][:200] for node in problem["nodes"]][:3])
            for problem in result["violations"]
        ]
        assert found == []

    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    put(element, settings={"padding": [2, 0, 1, 0], "mode": "circular", "flip": True})
    element.get_by_label("kernel row 0 column 0").fill("no number")
    check()
    put(element, kernel=[[1] * 15] * 15, image=[[1, -2, 3]])  # does not fit
    put(explorer(page, 1), kernel=PUZZLES[0]["kernel"])
    check()
    element.get_by_role("combobox", name="Image").select_option("photograph")
    element.locator("canvas").first.wait_for()
    check()
