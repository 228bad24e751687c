"""Pages that hold nothing but explorers, made without building the site, in a browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from _ext.explorer import element, runs, scripts, tag
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from torch import nn
from touching import Open

from convtutor import images

PAGES: dict[str, list[dict[str, Any]]] = {
    "explorer": [
        {
            "image": "digits",
            "kernel": "Sobel, upright edges",
            "controls": "images draw kernels operation compare settings code share",
        },
        {"controls": "puzzles"},
    ],
    "first": [
        {
            "image": "first example",
            "kernel": "[[1, 2, -1], [0, 1, 3]]",
            "goal": "[[3, 0, 1], [1, 1, 0]]",
            "controls": "none",
            "home": "explorer.html",
        }
    ],
    "photograph": [{"image": "photograph", "kernel": "sharpen", "controls": "kernels compare"}],
    "demo": [{"image": "photograph", "kernel": "box", "controls": "kernels", "demo": ""}],
    "steer": [{"image": "impulse", "kernel": "difference", "controls": "steer"}],
}


@pytest.fixture(scope="session")
def network() -> nn.Sequential:
    """A network like the one that the page of digits trains, with another kernel's shape."""
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Conv2d(1, 5, (3, 5), padding=(1, 2)),
        nn.ReLU(),
        nn.Conv2d(5, 7, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(7 * 3 * 3, 10),
    ).eval()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, network: nn.Sequential) -> Path:
    """A folder with the pages, to be opened from the disk."""
    folder = tmp_path_factory.mktemp("explorer")
    scripts.write(folder / "_static")
    for name, elements in PAGES.items():
        given = [element({"home": "", **each}, folder / "_images", "_images") for each in elements]
        write_page(folder / f"{name}.html", given, "corr-explorer")
    shades = torch.randint(17, (12, 1, 8, 8)) / 16  # counted dots
    taken = {"X": images.striped(6, 8), "goal": torch.tensor([[1.0, -1.0]])}
    taken |= {"start": torch.tensor([[0.6147, -0.4089]])}
    for name, data in {
        "corr-descent": runs.descent(taken),
        "corr-layers": {"layers": [[3, 1, 1], [3, 2, 1], [3, 1, 1]]},
        "corr-digits": runs.digits({"X": shades, "test": torch.arange(12), "net": network}),
    }.items():
        write_page(folder / f"{name}.html", [tag(name, {}, data, "<p>still</p>")], name)
    return folder


def write_page(path: Path, elements: list[str], name: str) -> None:
    """Write a page that holds elements, and loads what they need."""
    path.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{path.stem}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="_static/explorer.css">'
        '<script defer src="_static/corr-shared.js"></script>'
        f'<script defer src="_static/{name}.js"></script></head>'
        f'<body style="margin: 16px"><main><h1>{path.stem}</h1><h2>Touch</h2>'
        f"{''.join(elements)}</main></body></html>",
        "utf-8",
    )


@pytest.fixture
def open_page(browser: Browser, pages: Path) -> Iterator[Open]:
    """Open a page from the disk; an error, or a request to elsewhere, fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            complaints.append(request.url)

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    def opened(name: str = "explorer", fragment: str = "", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", hear)
        page.on("request", note)
        page.goto((pages / f"{name}.html").as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def many() -> int:
    """How many random things to try: a few by default, all of them with ``CONVTUTOR_MANY=2000``."""
    return int(os.environ.get("CONVTUTOR_MANY", "200"))
