"""Hundreds of things that hands do, in any order, over all that can be touched: PyTorch agrees.

``CONVTUTOR_MANY=2000`` does all of them; by default there are fewer, for the sake of time.
"""

import random
from collections.abc import Callable

import torch
from playwright.sync_api import Locator, Page
from test_links import broken
from test_pieces import piece, ways
from test_touch import PHONE, swipe
from test_typing import paste
from torch import nn
from touching import (
    Open,
    Rows,
    drawn,
    execute,
    explorer,
    is_close,
    is_right,
    read,
    reference,
    type_keys,
)

from convtutor import corr2d, images, learn_kernel

Hand = Callable[[Page, Locator, random.Random], None]


def a_place(element: Locator, what: str, rng: random.Random) -> tuple[float, float]:
    """Somewhere in a grid or a picture, seldom just outside it."""
    target = element.locator(f".ce-{what} :is(.ce-grid, .ce-picture):visible")
    # Where settings are impossible there is no output.
    box = (target.first if target.count() else element).bounding_box()
    assert box
    share = rng.uniform(-0.05, 1.05), rng.uniform(-0.05, 1.05)
    return box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]


def drag(page: Page, element: Locator, rng: random.Random) -> None:
    what = rng.choice(("image", "image", "output", "kernel"))
    page.mouse.move(*a_place(element, what, rng))
    page.mouse.down()
    for _ in range(rng.randint(0, 5)):
        page.mouse.move(*a_place(element, what, rng), steps=2)
    page.mouse.up()


def point(page: Page, element: Locator, rng: random.Random) -> None:
    page.mouse.move(*a_place(element, rng.choice(("image", "output")), rng))


def keys(page: Page, element: Locator, rng: random.Random) -> None:
    names = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageDown", "Tab"]
    names += ["Shift+Tab", "Alt+ArrowUp", "Alt+ArrowDown", "Escape", "Enter", "Control+z"]
    for _ in range(rng.randint(1, 6)):
        page.keyboard.press(rng.choice(names))


def enter(page: Page, element: Locator, rng: random.Random) -> None:
    inputs = element.locator(".ce-cell input:visible")
    if not inputs.count():
        return
    inputs.nth(rng.randrange(inputs.count())).click()
    texts = ("-0.5", "1/3", "7", "1e-3", "abc", "--", "999999999", "-2.25", "0")
    page.keyboard.press("Control+a")
    type_keys(page, rng.choice(texts))
    if rng.random() < 0.5:
        page.keyboard.press(rng.choice(("Enter", "Tab", "Escape")))


def fill(page: Page, element: Locator, rng: random.Random) -> None:
    texts = ("1 2\n3 4", "[[1, -1]]", "1\t2\t3", "1 2\n3", "x y", "tensor([[0.5, 2.],\n [1., 0.]])")
    paste(element, "kernel", rng.choice(texts), 0, 0)


def undo(page: Page, element: Locator, rng: random.Random) -> None:
    name = rng.choice(("Undo", "Undo", "Redo"))
    button = element.get_by_role("button", name=name)
    if button.is_enabled():
        button.click()


def press(page: Page, element: Locator, rng: random.Random) -> None:
    names = ["Play", "Pause", "one step on", "one step back", "Start again", "Second kernel"]
    names += ["correlation", "convolution", "Draw your own", "Pencil"]
    button = element.get_by_role("button", name=rng.choice(names))
    if button.count() and button.first.is_visible() and button.first.is_enabled():
        button.first.click()


def choose(page: Page, element: Locator, rng: random.Random) -> None:
    box = element.get_by_role("combobox", name=rng.choice(("Image", "Kernel")))
    options = box.locator("option").all_inner_texts()
    box.select_option(rng.choice([name for name in options if name != "photograph"]))
    page.wait_for_timeout(60)


def settle(page: Page, element: Locator, rng: random.Random) -> None:
    fold = element.locator("details").first
    if not fold.evaluate("fold => fold.open"):
        fold.locator("summary").click()
    inputs = fold.locator("input:visible")
    inputs.nth(rng.randrange(inputs.count())).click()
    page.keyboard.press("Control+a")
    type_keys(page, rng.choice(("0", "1", "2", "3", "12", "x", "", "-1")))
    page.keyboard.press(rng.choice(("Enter", "Tab", "ArrowUp", "ArrowDown")))
    if rng.random() < 0.3:
        modes = ("zeros", "reflect", "replicate", "circular")
        fold.get_by_role("combobox").select_option(rng.choice(modes))


def scrub(page: Page, element: Locator, rng: random.Random) -> None:
    slider = element.get_by_role("slider", name="Place of the window")
    if slider.is_enabled():
        slider.focus()
        page.keyboard.press(rng.choice(("End", "Home", "ArrowRight", "PageUp", "PageDown")))


def follow(page: Page, element: Locator, rng: random.Random) -> None:
    good = ("#corr:kernel=1x2:1,-1", "#corr:image=2x3:1,2,3,4,5,6&kernel=1x1:2&flip=1")
    link = rng.choice(good) if rng.random() < 0.5 else f"#corr:{broken(rng)}"
    page.evaluate("link => { location.hash = link; }", link)


HANDS: tuple[Hand, ...] = (
    drag, drag, drag, point, point, keys, keys, enter, enter, enter, fill, undo, undo, press, press,
    choose, settle, settle, scrub, follow,
)  # fmt: skip


def agrees(element: Locator) -> bool:
    """Whether both outputs and the code are PyTorch's."""
    if not is_right(element):
        return False
    image, second, settings = (read(element, name) for name in ("image", "second", "settings"))
    if second:
        found = read(element, "secondOutput")
        try:
            expected = reference(image, second, settings)
        except RuntimeError:
            return found is None
        if not is_close(found, expected):
            return False
    if max(len(image), len(image[0])) <= 24 and read(element, "output") is not None:
        return is_close(read(element, "output"), execute(read(element, "code")))
    return True


def test_whatever_hands_do_pytorch_agrees(open_page: Open, many: int) -> None:
    rng = random.Random(2026)
    page = open_page()
    element = explorer(page)
    done: list[str] = []
    for k in range(many * 6 // 10):
        if k % 150 == 149:  # another tab
            other = page.context.new_page()
            other.goto(page.url)
            page, element = other, explorer(other)
        hand = rng.choice(HANDS)
        done.append(hand.__name__)
        hand(page, element, rng)
        drawn(page)
        assert agrees(element), done[-12:]


def test_whatever_fingers_do_pytorch_agrees(open_page: Open, many: int) -> None:
    rng = random.Random(7)
    page = open_page(**PHONE)
    element = explorer(page)
    for k in range(many // 10):
        what = rng.choice(("image", "output", "kernel"))
        element.locator(f".ce-{what}").first.scroll_into_view_if_needed()
        start, end = a_place(element, what, rng), a_place(element, what, rng)
        if k % 3:
            swipe(page, start, end)
        else:
            page.touchscreen.tap(max(1, start[0]), max(1, start[1]))
        drawn(page)
        assert agrees(element)


def test_the_other_pieces_agree_whatever_hands_do(
    open_page: Open, many: int, network: nn.Sequential
) -> None:
    rng = random.Random(11)
    X = images.striped(6, 8, dtype=torch.float64)
    Y = corr2d(X, torch.tensor([[1.0, -1.0]], dtype=torch.float64))
    for name in ("corr-descent", "corr-layers", "corr-digits"):
        page = open_page(name)
        element = piece(page, name)
        targets = element.locator("button:enabled, input, svg.ce-map, .ce-cell, .ce-board canvas")
        for _ in range(many // 10):
            target = targets.nth(rng.randrange(targets.count()))
            box = target.bounding_box()
            assert box
            page.mouse.move(box["x"] + rng.random() * box["width"], box["y"] + box["height"] / 2)
            page.mouse.down()
            page.mouse.move(box["x"] + rng.random() * box["width"], box["y"] + rng.random() * 40)
            page.mouse.up()
            page.keyboard.press(rng.choice(("ArrowUp", "ArrowLeft", "ArrowRight", "2", "Space")))
            drawn(page)  # what is read below must be of one moment
            if name == "corr-descent":
                start = torch.tensor([read(element, "start")], dtype=torch.float64)
                rate = read(element, "rate")
                if rate:
                    trace = learn_kernel(X, Y, (1, 2), lr=rate, steps=20, start=start)
                    assert is_close([read(element, "losses")], trace.losses[None])
            elif name == "corr-layers":
                seen: list[int] = read(element, "ways")
                layers: list[list[int]] = read(element, "layers")
                chosen = element.locator("[aria-selected=true]")
                if seen and chosen.count():
                    said = (chosen.get_attribute("aria-label") or "").replace(",", "").split()
                    upto, place = int(said[1]), int(said[3])
                    assert seen == ways(len(seen), layers[:upto], place)
            else:
                digit: Rows = read(element, "digit")
                with torch.no_grad():
                    expected = network(torch.tensor(digit)[None, None].float())
                found = torch.tensor(read(element, "scores"), dtype=torch.float32)
                torch.testing.assert_close(found, expected[0], rtol=1e-4, atol=1e-4)
