"""The window is dragged, pointed at, walked with keys and played; numbers are dragged, too."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from touching import Open, drawn, explorer, is_right, plain, put, read, type_keys

IMAGE = [[1, 0, 2, 0, 1, 4], [0, 3, 0, 1, 0, 2], [2, 1, 1, 0, 2, 7], [5, 1, 2, 3, 4, 0]]
PHOTOGRAPH = "#corr:image=photograph&kernel=3x3:1,0,-1,2,0,-2,1,0,-1&cell=150,240"


def place(element: Locator) -> list[int]:
    """The row and column of the output that is looked at."""
    said = plain(element.locator(".ce-sum").first.inner_text())
    found = re.match(r"Y\[(\d+), (\d+)\]", said)
    assert found, said
    return [int(number) for number in found.groups()]


def centre(target: Locator) -> tuple[float, float]:
    box = target.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for k in range(1, 9):
        at = [a + (b - a) * k / 8 for a, b in zip(start, end, strict=True)]
        page.mouse.move(*at)
        drawn(page)
    page.mouse.up()


@pytest.fixture
def laid(open_page: Open) -> tuple[Page, Locator]:
    page = open_page()
    element = explorer(page)
    put(element, image=IMAGE, kernel=[[1, 2], [0, 1], [3, -1]])  # output 2 by 5
    drawn(page)
    return page, element


def test_the_window_is_dragged_over_the_image(laid: tuple[Page, Locator]) -> None:
    page, element = laid
    start, end = (
        centre(element.get_by_label(name))
        for name in ("image row 1 column 0", "image row 2 column 3")
    )
    drag(page, start, end)
    assert place(element) == [1, 3]
    drag(page, end, (end[0] + 400, end[1] - 300))  # out of the grid: as far as it goes
    assert place(element) == [0, 4]
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_the_window_is_dragged_over_the_output(laid: tuple[Page, Locator]) -> None:
    page, element = laid
    cells = element.get_by_role("grid", name="output").get_by_role("gridcell")
    drag(page, centre(cells.nth(0)), centre(cells.nth(8)))
    assert place(element) == [1, 3]


def test_pointing_moves_the_window(laid: tuple[Page, Locator]) -> None:
    page, element = laid
    page.mouse.move(*centre(element.get_by_label("image row 2 column 4")))
    drawn(page)
    assert place(element) in ([1, 3], [1, 4])
    page.mouse.move(*centre(element.get_by_label("image row 0 column 0")))
    drawn(page)
    assert place(element) == [0, 0]


def test_keys_move_the_window(laid: tuple[Page, Locator]) -> None:
    page, element = laid
    element.get_by_label("image row 0 column 0").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    drawn(page)
    assert place(element)[0] == 1
    assert place(element)[1] >= 2
    element.get_by_role("grid", name="output").get_by_role("gridcell").nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    drawn(page)
    assert place(element) == [1, 4]


def test_a_tap_is_dragged_up_and_down(laid: tuple[Page, Locator]) -> None:
    page, element = laid
    tap = element.get_by_label("kernel row 1 column 1")
    x, y = centre(tap)
    drag(page, (x, y), (x, y - 40))
    assert read(element, "kernel")[1][1] == 6
    drag(page, (x, y), (x, y + 64))
    assert read(element, "kernel")[1][1] == -2
    assert is_right(element)
    element.get_by_role("button", name="Undo").click()
    assert read(element, "kernel")[1][1] == 6


def test_a_pixel_that_is_chosen_is_dragged_up_and_down(laid: tuple[Page, Locator]) -> None:
    page, element = laid
    pixel = element.get_by_label("image row 2 column 5")
    pixel.click()
    x, y = centre(pixel)
    drag(page, (x, y), (x, y - 24))
    assert read(element, "image")[2][5] == 10
    assert is_right(element)


@pytest.mark.parametrize(("key", "value"), [("Alt+ArrowUp", 2), ("Alt+ArrowDown", 0),
                                            ("Alt+Shift+ArrowUp", 1.1)])  # fmt: skip
def test_a_tap_changes_by_keys(laid: tuple[Page, Locator], key: str, value: float) -> None:
    page, element = laid
    element.get_by_label("kernel row 1 column 1").focus()
    page.keyboard.press(key)
    assert read(element, "kernel")[1][1] == value
    assert is_right(element)


def test_the_window_plays_pauses_steps_and_is_scrubbed(laid: tuple[Page, Locator]) -> None:
    page, element = laid
    element.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "element => element.querySelector('.ce-sum b').textContent === 'Y[0, 2]'",
        arg=element.element_handle(),
    )
    element.get_by_role("button", name="Pause").click()
    unseen = element.locator(".ce-output .ce-unseen")
    row, column = place(element)
    assert unseen.count() == 10 - (row * 5 + column + 1)
    element.get_by_role("button", name="one step on").click()
    drawn(page)
    assert unseen.count() == 10 - (row * 5 + column + 2)
    slider = element.get_by_role("slider", name="Place of the window")
    slider.focus()
    page.keyboard.press("End")
    drawn(page)
    assert place(element) == [1, 4]
    assert slider.get_attribute("aria-valuetext") == "row 1, column 4"
    page.keyboard.press("ArrowLeft")
    drawn(page)
    assert place(element) == [1, 3]
    page.mouse.move(*centre(element.get_by_label("image row 0 column 0")))
    drawn(page)
    assert unseen.count() == 0


def test_it_plays_by_itself_until_touched(open_page: Open) -> None:
    page = open_page("demo")
    element = explorer(page)
    before = place(element)
    page.wait_for_timeout(600)
    assert place(element) != before
    element.get_by_role("button", name="Pause").wait_for()
    page.mouse.move(*centre(element.locator(".ce-output canvas")))
    element.get_by_role("button", name="Play").wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(100)
    before = place(element)
    page.wait_for_timeout(400)
    assert place(element) == before


def test_it_stays_still_for_those_who_prefer_no_motion(open_page: Open) -> None:
    page = open_page("demo", reduced_motion="reduce")
    element = explorer(page)
    before = place(element)
    page.wait_for_timeout(600)
    assert place(element) == before


def test_a_photograph_shows_its_pixels(open_page: Open) -> None:
    page = open_page(fragment=PHOTOGRAPH)
    element = explorer(page)
    image = element.locator(".ce-image .ce-picture")
    x, y = centre(element.locator(".ce-image .ce-frame"))
    drag(page, (x, y), (x + 60, y + 30))
    row, column = place(element)
    assert row > 150
    assert column > 240
    pixels = read(element, "image")
    seen = [
        cell.get_attribute("title") or cell.inner_text()
        for cell in element.locator(".ce-pixels .ce-cell").all()
    ]
    expected = [pixels[row + r][column + c] for r in range(3) for c in range(3)]
    for text, value in zip(seen, expected, strict=True):
        assert float(text.removeprefix("rounded; it is ")) == pytest.approx(value, abs=1e-9)
    image.focus()
    for key in ("ArrowDown", "Shift+ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    drawn(page)
    assert place(element) == [row + 1, column + 11]
    output = element.get_by_role("application", name="output")
    output.hover(position={"x": 0, "y": 0})
    drawn(page)
    assert place(element) == [0, 0]


def test_an_image_is_drawn(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    element.get_by_role("button", name="Draw your own").click()
    element.locator(".ce-image canvas").wait_for()
    box = element.locator(".ce-image canvas").bounding_box()
    assert box
    pixel = box["width"] / 24
    start = (box["x"] + 4.5 * pixel, box["y"] + 6.5 * pixel)
    end = (box["x"] + 20.5 * pixel, box["y"] + 6.5 * pixel)
    drag(page, start, end)
    image = read(element, "image")
    assert image[6] == [0] * 4 + [1] * 17 + [0] * 3
    assert sum(map(sum, image)) == 17
    assert is_right(element)
    drag(page, start, (start[0] + 2 * pixel, start[1]))  # beginning on a line rubs it out
    assert sum(map(sum, read(element, "image"))) == 14
    element.get_by_role("button", name="Undo").click()
    assert sum(map(sum, read(element, "image"))) == 17
    page.wait_for_function("location.hash.includes('image=24x24')")


PHONE: dict[str, Any] = {
    "has_touch": True,
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
}


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Move a finger over the screen."""
    client = page.context.new_cdp_session(page)

    def touch(kind: str, at: tuple[float, float] | None) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        drawn(page)

    touch("touchStart", start)
    for k in range(1, 9):
        touch(
            "touchMove",
            (start[0] + (end[0] - start[0]) * k / 8, start[1] + (end[1] - start[1]) * k / 8),
        )
    touch("touchEnd", None)


def test_by_touch(open_page: Open) -> None:
    page = open_page(**PHONE)
    element = explorer(page)
    element.get_by_role("grid", name="output").get_by_role("gridcell").nth(2).tap()
    drawn(page)
    assert place(element) == [0, 2]
    pixel = element.get_by_label("image row 3 column 3")
    pixel.tap()
    drawn(page)
    assert place(element) == [2, 2]
    assert page.evaluate("document.activeElement.tagName") != "INPUT"  # and no keyboard came up
    swipe(page, centre(pixel), centre(element.get_by_label("image row 1 column 1")))
    assert place(element) == [0, 0]
    pixel.tap()
    pixel.tap()
    type_keys(page, "9")
    assert read(element, "image")[3][3] == 9


def test_a_finger_drags_the_window_over_a_photograph(open_page: Open) -> None:
    page = open_page(fragment=PHOTOGRAPH, **PHONE)
    element = explorer(page)
    element.locator(".ce-image").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    x, y = centre(element.locator(".ce-image .ce-frame"))
    swipe(page, (x + 8, y + 6), (x + 38, y + 56))
    assert place(element)[0] > 220
    assert page.evaluate("scrollY") == before


def test_a_phone_shows_both_pictures_and_the_sum(open_page: Open) -> None:
    page = open_page("photograph", **PHONE)
    element = explorer(page)
    element.locator(".ce-stage").scroll_into_view_if_needed()
    element.locator(".ce-stage").evaluate("stage => stage.scrollIntoView()")
    for part in (".ce-image canvas", ".ce-output canvas", ".ce-kernel .ce-grid", ".ce-sum"):
        expect(element.locator(part).first).to_be_in_viewport(ratio=0.9)
