"""The lab as its user has it: exercises are solved in JupyterLab, by hand, in a browser.

A folder of one's own is filled from the built site, and nothing that was typed in it is lost.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import lab
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from convtutor.exercises import EXERCISES

SCRIPT = Path(lab.__file__)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 120  # seconds, on a busy machine
# The one in front: those that were open before are in other tabs.
FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"
NOTEBOOK = f"{FRONT} .jp-Notebook"
OUTPUT = ".jp-OutputArea-output"
PLACE = "data-windowed-list-index"  # of a cell among the others
expect.set_options(timeout=1000 * PATIENCE)
# One of each section.
SOLVED = {
    "window_sum": "1_cross_correlation/plot_1_slide_multiply_add",
    "fit_bias": "2_layers/plot_2_build_a_layer_from_scratch",
    "descend": "3_learning/plot_2_learn_a_kernel",
    "direction_kernel": "4_exercises/plot_2_design_a_kernel",
}


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running lab, with a new folder, and settings of nobody."""
    folder, home = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("home")
    options = ["--no-browser", "--allow-root", "--IdentityProvider.token=", "--port=0"]
    command = [sys.executable, str(SCRIPT), str(folder), *options]
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home)}
    log = home / "log"
    with log.open("w") as file, subprocess.Popen(command, stderr=file, env=environment) as process:
        yield address(log)
        process.terminate()


def address(log: Path) -> str:
    """Wait until the lab says where it is, and answers there."""
    for _ in range(10 * PATIENCE):
        found = re.search(r"http://127\.0\.0\.1:\d+/", log.read_text(encoding="utf-8"))
        with suppress(URLError):
            if found and urlopen(f"{found[0]}lab"):
                return found[0]
        time.sleep(0.1)
    pytest.fail(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    yield page
    page.close()


def run_until(page: Page, words: str) -> Locator:
    """Run a notebook cell by cell as far as the cell with these words, and return that."""
    active = page.locator(f"{NOTEBOOK} .jp-Cell.jp-mod-active")
    page.locator(f"{NOTEBOOK} .jp-Cell").first.click()
    page.keyboard.press("Escape")
    for place in range(200):
        expect(active).to_have_attribute(PLACE, str(place))
        if words in active.locator(".cm-content").inner_text():
            return active
        page.keyboard.press("Shift+Enter")
        ran = page.locator(f'{NOTEBOOK} .jp-CodeCell[{PLACE}="{place}"] .jp-InputPrompt')
        if ran.count():
            expect(ran).to_have_text(re.compile(r"\[\d+\]:"))
    pytest.fail(f"no cell has {words!r}")


def type_in(page: Page, source: str) -> None:
    """Type code key by key in the place of what is in a cell."""
    page.keyboard.press("Enter")  # from moving among cells to writing in one
    page.keyboard.press("Control+a")
    for number, line in enumerate(source.split("\n")):
        if number:
            page.keyboard.press("Enter")
            page.keyboard.press("Shift+Home")  # the editor indents; we do so ourselves
        page.keyboard.type(line or " ", delay=10)


def open_notebook(page: Page, address: str) -> None:
    """Go to a notebook, and wait until its kernel has started."""
    page.goto(address)
    expect(page.locator(f"{NOTEBOOK} .jp-Cell").first).to_be_visible()
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle")


@pytest.mark.parametrize("name", SOLVED)
def test_an_exercise_is_solved(page: Page, served: str, name: str) -> None:
    open_notebook(page, f"{served}lab/workspaces/{name}/tree/{SOLVED[name]}.ipynb")
    check = f'check("{name}", {name})'
    cell = run_until(page, check)
    page.keyboard.press("Control+Enter")  # as it stands
    expect(cell.locator(OUTPUT)).to_contain_text("not attempted")
    type_in(page, f"{EXERCISES[name].answer}\n\n{check}")
    page.keyboard.press("Control+Enter")
    expect(cell.locator(OUTPUT)).to_have_text(re.compile(f"{name}: correct"))


def test_the_site_and_the_notebooks_link_to_each_other(page: Page, served: str) -> None:
    page.goto(f"{served}site/tutorials/2_layers/plot_4_mix_channels.html")
    page.get_by_role("link", name="Open this page in JupyterLab").first.click()
    expect(page.locator(f"{NOTEBOOK} h1")).to_have_text(re.compile("^Mix channels"))
    with page.expect_popup() as opened:
        page.get_by_role("link", name="The page on the site").click()
    expect(opened.value.locator("h1")).to_have_text(re.compile("^Mix channels"))
    assert opened.value.url.endswith("/site/tutorials/2_layers/plot_4_mix_channels.html")
    opened.value.get_by_text("all answers").click()  # its scripts and styles are there
    expect(opened.value.locator("details.answer").first).to_have_attribute("open", "")


def notebook(*sources: str, printed: str = "") -> str:
    cells = [{"cell_type": "code", "source": [text], "outputs": [printed]} for text in sources]
    return json.dumps({"cells": cells})


def test_what_was_typed_is_never_lost(tmp_path: Path) -> None:
    first, second = notebook("a = 1", "dots = ..."), notebook("a = 1", "dots = ...", "news")
    answered = notebook("a = 1", "dots = 5")
    assert lab.give({"s/one.ipynb": first, "s/two.ipynb": first}, tmp_path) == []
    one, two = tmp_path / "s" / "one.ipynb", tmp_path / "s" / "two.ipynb"
    assert one.read_text() == first

    one.write_text(answered)
    assert lab.give({"s/one.ipynb": first, "s/two.ipynb": first}, tmp_path) == []
    assert lab.give({"s/one.ipynb": second, "s/two.ipynb": second}, tmp_path) == ["s/one.ipynb"]
    assert (one.read_text(), two.read_text()) == (answered, second)

    one.unlink()
    assert lab.give({"s/one.ipynb": second, "s/two.ipynb": second}, tmp_path) == []
    assert one.read_text() == second


def test_a_notebook_that_was_only_run_is_left_alone_until_there_is_a_newer_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "one.ipynb"
    lab.give({path.name: notebook("a = 1")}, tmp_path)
    path.write_text(run := notebook("a = 1", printed="1"))
    lab.give({path.name: notebook("a = 1")}, tmp_path)
    assert path.read_text() == run
    assert lab.give({path.name: notebook("a = 2")}, tmp_path) == []
    assert path.read_text() == notebook("a = 2")


def test_no_notebook_installs_what_is_installed() -> None:
    notebooks = lab.offered_notebooks(lab.HTML)
    assert len(notebooks) == len(list(lab.HTML.glob("tutorials/*/plot_*.html"))) > 20
    for name, text in notebooks.items():
        code = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        assert not [cell for cell in code if "install" in "".join(cell["source"])], name
        assert f"(/site/tutorials/{name.removesuffix('.ipynb')}.html)" in text
