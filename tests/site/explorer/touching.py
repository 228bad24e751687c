"""What the tests of the explorer share: hands, eyes, and PyTorch to compare with."""

import random
import re
from collections.abc import Callable
from typing import Any

import torch
from playwright.sync_api import Locator, Page
from torch import Tensor
from torch.nn.functional import conv2d, pad

MODES = ("zeros", "reflect", "replicate", "circular")
CLOSE = 1e-5

Rows = list[list[float]]
Open = Callable[..., Page]


def explorer(page: Page, number: int = 0) -> Locator:
    found = page.locator("corr-explorer").nth(number)
    found.scroll_into_view_if_needed()
    found.locator(".ce-transport").wait_for()
    page.wait_for_function("!document.querySelector('.ce-waiting')")
    return found


def read(element: Locator, name: str) -> Any:
    return element.evaluate(f"element => element.{name}")


def put(element: Locator, **values: Any) -> None:
    element.evaluate("(element, values) => Object.assign(element, values)", values)


def drawn(page: Page) -> None:
    """Wait until what was changed is on the screen."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def type_keys(page: Page, text: str, pause: int = 0) -> None:
    """Press keys as a hand does: one a frame, or more slowly, with a pause in milliseconds."""
    for key in text:
        page.keyboard.press(key)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        if pause:
            page.wait_for_timeout(pause)


def message(element: Locator) -> str:
    return element.locator(".ce-message").inner_text()


def plain(text: str) -> str:
    """Text on one line."""
    return re.sub(r"\s+", " ", text).strip()


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


def is_right(element: Locator) -> bool:
    """Whether the output is PyTorch's for the image, the kernel and the settings that are shown."""
    image, kernel, settings, output = (
        read(element, name) for name in ("image", "kernel", "settings", "output")
    )
    try:
        expected = reference(image, kernel, settings)
    except RuntimeError:
        return output is None
    return output is not None and is_close(output, expected)


def execute(code: str) -> Tensor:
    """What the PyTorch code that is shown computes."""
    names: dict[str, Any] = {}
    exec(code, names)
    result: Tensor = names["Y"]
    return result


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
