"""What is typed arrives as typed: keys are pressed as a hand does, one a frame."""

import random
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
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


def value_of(text: str) -> float:
    top, _, bottom = text.replace("−", "-").partition("/")
    return float(top) / float(bottom or 1)


def entries(count: int) -> list[tuple[str, int, int, str]]:
    rng = random.Random(17)
    made: list[tuple[str, int, int, str]] = []
    given = [
        "-0.5",
        "3.14159",
        "123456",
        "1/30",
        "-1/9",
        ".5",
        "-.25",
        "1e-3",
        "0",
        "-0",
        "7.",
        "+2",
    ]
    while len(made) < count:
        what = rng.choice(("image", "kernel"))
        row, column = rng.randrange(3), rng.randrange(3)
        text = given[len(made)] if len(made) < len(given) else rng.choice(
            (
                str(rng.randint(-999999, 999999)),
                f"{rng.uniform(-9, 9):.{rng.randint(1, 9)}f}",
                f"{rng.randint(-20, 20)}/{rng.randint(1, 40)}",
                f"{rng.uniform(-1, 1):.2e}",
            )
        )  # fmt: skip
        made.append((what, row, column, text))
    return made


def test_every_entry_arrives_as_typed(open_page: Open, many: int) -> None:
    page = open_page()
    element = explorer(page)
    rng = random.Random(0)
    for k, (what, row, column, text) in enumerate(entries(min(many // 4, 200))):
        cell = element.get_by_label(f"{what} row {row} column {column}")
        cell.click()
        page.keyboard.press(
            "Control+a"
        )  # it may have the focus already, and a click then sets the caret
        type_keys(page, text, pause=0 if k % 4 else 150)
        assert cell.input_value() == text
        way = rng.choice(("Enter", "Tab", "none"))
        if way != "none":
            page.keyboard.press(way)
        assert read(element, what)[row][column] == value_of(text), text
    assert is_right(element)


def test_a_draft_is_not_touched_while_something_else_changes(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    tap = element.get_by_label("kernel row 0 column 1")
    tap.click()
    type_keys(page, "-0.")
    put(element, image=[[1, 2, 3], [4, 5, 6], [7, 8, 9], [0, 1, 0]])
    drawn(page)
    assert tap.input_value() == "-0."
    type_keys(page, "5")
    assert read(element, "kernel")[0][1] == -0.5


def test_escape_takes_a_draft_back(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    before = read(element, "kernel")
    element.get_by_label("kernel row 0 column 1").click()
    type_keys(page, "75")
    assert read(element, "kernel")[0][1] == 75
    page.keyboard.press("Escape")
    assert read(element, "kernel") == before


def test_a_click_selects_the_number(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    put(element, kernel=[[70, 1]])
    drawn(page)
    element.get_by_label("kernel row 0 column 0").click()
    page.wait_for_timeout(30)
    assert page.evaluate("getSelection().toString()") == "70"
    type_keys(page, "8")
    assert read(element, "kernel")[0][0] == 8


def test_a_number_is_edited_and_undone(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    before = read(element, "kernel")
    element.get_by_label("kernel row 0 column 1").click()
    type_keys(page, "-1/4")
    assert read(element, "kernel")[0][1] == -0.25
    assert is_close(read(element, "output"), execute(read(element, "code")))
    page.keyboard.press("Control+z")
    assert read(element, "kernel") == before
    page.keyboard.press("Control+Shift+z")
    assert read(element, "kernel")[0][1] == -0.25
    element.get_by_role("button", name="Undo").click()
    assert read(element, "kernel") == before
    expect(element.get_by_role("button", name="Undo")).to_be_disabled()


def test_text_is_refused_in_words(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    before = read(element, "kernel")
    tap = element.get_by_label("kernel row 0 column 0")
    said = element.locator(".ce-message")
    for text in ("abc", "1/0", "--1", "1e999", "1 2 3", "<b>1</b>"):
        tap.click()
        tap.press("Control+a")
        type_keys(page, text)
        assert tap.input_value() == text
        assert tap.get_attribute("aria-invalid") == "true"
        page.keyboard.press("Enter")
        expect(said).to_have_text(f"“{text}” is not a number. The cell keeps 1.")
        page.keyboard.press("Escape")
        assert read(element, "kernel") == before
        expect(said).to_be_hidden()
    type_keys(page, "0,5")
    expect(said).to_contain_text("“0,5” is not a number. Write 0.5.")
    page.keyboard.press("Escape")
    type_keys(page, "9999999")
    page.keyboard.press("Tab")
    expect(said).to_contain_text("9999999 is too large: numbers here go from")
    tap.click()
    type_keys(page, "4")
    expect(said).to_be_hidden()
    assert read(element, "kernel")[0][0] == 4


def test_undo_drops_what_is_half_typed(open_page: Open) -> None:
    """What is not a number does not stay marked, in silence, when something else is undone."""
    page = open_page()
    element = explorer(page)
    put(element, kernel=[[3, 4]])
    drawn(page)
    tap = element.get_by_label("kernel row 0 column 0")
    tap.click()
    type_keys(page, "abc")
    page.keyboard.press("Control+z")
    drawn(page)
    assert tap.input_value() == "1"
    assert tap.get_attribute("aria-invalid") is None
    expect(element.locator(".ce-message")).to_be_hidden()


def test_focus_survives_when_undo_reshapes_a_grid(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    put(element, kernel=[[1, 2, 3, 4, 5]])
    drawn(page)
    element.get_by_label("kernel row 0 column 4").focus()
    page.keyboard.press("Control+z")
    drawn(page)
    focused = page.evaluate("document.activeElement.ariaLabel")
    assert focused == "kernel row 0 column 2"
    page.keyboard.press("Control+y")
    drawn(page)
    assert page.evaluate("document.activeElement.ariaLabel") == focused


def field(element: Locator, group: str, label: str) -> Locator:
    found: Locator = element.get_by_role("group", name=group).get_by_label(label)
    return found


def open_settings(page: Page) -> Locator:
    element = explorer(page)
    element.get_by_text("Stride, padding").click()
    return element


def test_a_size_waits_until_it_is_typed(open_page: Open) -> None:
    page = open_page()
    element = open_settings(page)
    before = read(element, "image")
    field(element, "Size of the image", "rows").click()
    page.keyboard.press("Control+a")
    type_keys(page, "12")
    assert read(element, "image") == before
    page.keyboard.press("Enter")
    assert read(element, "image") == before + [[0] * 7] * 7
    type_keys(page, "13")
    page.keyboard.press("Tab")
    assert message(element).startswith("size must be a whole number from 1 to 12, not “13”.")
    assert len(read(element, "image")) == 12


def test_image_and_kernel_are_resized(open_page: Open) -> None:
    page = open_page()
    element = open_settings(page)
    put(element, image=[[1, 2], [3, 4]], kernel=[[5, 6]])
    drawn(page)
    for what, rows, columns in (("image", "2", "3"), ("kernel", "2", "1")):
        for label, size in (("rows", rows), ("columns", columns)):
            field(element, f"Size of the {what}", label).click()
            page.keyboard.press("Control+a")
            type_keys(page, size)
            page.keyboard.press("Tab")
    assert read(element, "image") == [[1, 2, 0], [3, 4, 0]]
    assert read(element, "kernel") == [[5], [0]]


def test_settings_out_of_range_are_refused_in_words(open_page: Open) -> None:
    page = open_page()
    element = open_settings(page)
    for text in ("0", "-1", "1.5", "x", "999", ""):
        field(element, "Stride", "down").click()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        type_keys(page, text)
        page.keyboard.press("Enter")
        expect(element.locator(".ce-message")).to_have_text(
            f"stride must be a whole number from 1 to 16, not “{text}”. It stays 1."
        )
        page.keyboard.press("Escape")
        assert read(element, "settings.stride") == [1, 1]
    page.keyboard.press("ArrowUp")
    assert read(element, "settings.stride") == [2, 1]


NUMPY = "[[1 2]\n [3 4]]"
REPR = "array([[ 1.,  2.],\n       [-3.,  4.]])"
TORCH = "tensor([[1.0000e+00, 2.5],\n        [3., 4.]], dtype=torch.float64)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2 3", [[1, 2, 3]]),
        ("1\t2\n3\t4\n", [[1, 2], [3, 4]]),
        ("1,2;3,4", [[1, 2], [3, 4]]),
        ("1/2, 1/4", [[0.5, 0.25]]),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        (NUMPY, [[1, 2], [3, 4]]),
        (REPR, [[1, 2], [-3, 4]]),
        (TORCH, [[1, 2.5], [3, 4]]),
    ],
)
@pytest.mark.parametrize("what", ["image", "kernel"])
def test_a_table_is_pasted(open_page: Open, what: str, text: str, expected: Any) -> None:
    page = open_page()
    element = explorer(page)
    before = read(element, what)
    paste(element, what, text, 1, 0)
    after = read(element, what)
    for r, row in enumerate(before):
        for c, old in enumerate(row):
            inside = 0 <= r - 1 < len(expected) and c < len(expected[0])
            assert after[r][c] == (expected[r - 1][c] if inside else old)
    assert is_right(element)


def paste(element: Locator, what: str, text: str, row: int, column: int) -> None:
    cell = element.get_by_label(f"{what} row {row} column {column}", exact=True)
    cell.focus()
    cell.evaluate(
        """(cell, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text", text);
            const given = { clipboardData, bubbles: true, cancelable: true };
            cell.dispatchEvent(new ClipboardEvent("paste", given));
        }""",
        text,
    )


def test_a_pasted_table_may_make_the_grid_larger(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    paste(element, "kernel", "1 2 3 4\n5 6 7 8", 2, 1)
    assert read(element, "kernel") == [
        [1, 0, -1, 0, 0], [2, 0, -2, 0, 0], [1, 1, 2, 3, 4], [0, 5, 6, 7, 8]
    ]  # fmt: skip
    page.keyboard.press("Control+z")
    assert read(element, "kernel") == [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1 2\n3", "What was pasted has rows of different lengths"),
        ("a b", "“a” is not a number. Nothing was pasted."),
        ("[[1 2 ... 3]]", "“...” is not a number"),
        ("\n".join(["1 " * 20] * 20), "kernel must have from 1 to 15 rows and columns"),
    ],
)
def test_a_bad_table_is_refused_in_words(open_page: Open, text: str, complaint: str) -> None:
    page = open_page()
    element = explorer(page)
    before = read(element, "kernel")
    paste(element, "kernel", text, 0, 0)
    assert complaint in message(element)
    assert read(element, "kernel") == before


def test_a_puzzles_kernel_keeps_its_shape(open_page: Open) -> None:
    page = open_page()
    element = explorer(page, 1)
    paste(element, "kernel", "1 2 3 4", 0, 0)
    assert "It has 1 × 4 numbers, and the kernel here 1 × 3. Nothing was pasted." in message(
        element
    )
    assert read(element, "kernel") == [[0, 0, 0]]
