"""What the tests of the built site share: one headless browser."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's own Chromium: nothing is downloaded."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail(
            f"no browser to drive the site with: none of {', '.join(NAMES)} is on the path. "
            "Install one, for example with 'apt-get install chromium'",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        # Inside a container the sandbox is not to be had; the pages are our own.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
