"""By ear, without a mouse, in any colours."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from touching import Open, drawn, execute, explorer, is_close, put, read, type_keys


def tab_to(page: Page, selector: str) -> None:
    for _ in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab does not lead to {selector}")


def test_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    tab_to(page, "corr-explorer .ce-switch button:last-child")
    page.keyboard.press("Enter")
    assert read(element, "settings.flip") is True
    tab_to(page, ".ce-image input")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    type_keys(page, "7")
    assert read(element, "image")[1][1] == 7
    tab_to(page, ".ce-kernel input")
    page.keyboard.press("ArrowDown")
    type_keys(page, "-3")
    assert read(element, "kernel")[1][0] == -3
    tab_to(page, ".ce-output [role=gridcell]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    drawn(page)
    columns = len(read(element, "output")[0])
    assert f"Y[1, {columns - 1}]" in element.locator(".ce-sum").first.inner_text()
    tab_to(page, ".ce-transport button")
    page.keyboard.press("Enter")
    element.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("Enter")
    tab_to(page, "corr-explorer summary")
    page.keyboard.press("Enter")
    tab_to(page, ".ce-settings fieldset:nth-child(3) input")  # padding, top
    page.keyboard.press("ArrowUp")
    assert read(element, "settings.padding") == [1, 0, 0, 0]
    assert is_close(read(element, "output"), execute(read(element, "code")))


def test_a_puzzle_is_solved_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    element = explorer(page, 1)
    element.get_by_role("button", name="Puzzle 1", exact=True).focus()
    tab_to(page, ".ce-kernel input")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    type_keys(page, "1")
    expect(element.locator(".ce-verdict")).to_contain_text("Solved.")


def test_grids_have_heads_and_say_what_is_selected(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    put(element, settings={"padding": [1, 0, 2, 0]})
    drawn(page)
    grid = element.get_by_role("grid", name="image, 5 rows, 7 columns")
    assert [head.inner_text().split() for head in grid.get_by_role("columnheader").all()] == [
        ["column", str(c)] for c in range(7)
    ]
    assert grid.get_by_role("rowheader").count() == 5
    assert grid.get_by_role("gridcell").count() == 35  # padding is no part of the image
    first = grid.locator("[tabindex='0']")
    assert first.get_attribute("aria-label") == "image row 0 column 0"
    output = element.get_by_role("grid", name="output")
    output.get_by_role("gridcell").nth(4).hover()
    drawn(page)
    selected = output.locator("[aria-selected=true]")
    assert selected.count() == 1
    assert selected.inner_text() == output.get_by_role("gridcell").nth(4).inner_text()


def test_what_changes_is_read_out(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    spoken = element.locator(".ce-spoken[role=status]")
    put(element, image=[[1, 0, 2], [0, 3, 0]], kernel=[[1, 2, -1]])
    expect(spoken).to_have_text(
        "Output of 2 rows and 1 column. Output row 0 column 0: "
        "1 times 1 plus 0 times 2 plus 2 times −1 is −1."
    )
    put(element, kernel=[[0.123456, 0, 0]])
    expect(spoken).to_have_text(
        "Output row 0 column 0: 1 times 0.1235 plus 0 times 0 plus 2 times 0 is about 0.1235."
    )


def test_focus_is_seen(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    element.get_by_role("button", name="Play").focus()
    page.keyboard.press("Shift+Tab")
    width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert page.evaluate("document.activeElement.role") == "gridcell"
    assert width >= 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_states_show_in_forced_colours(open_page: Open, theme: Any) -> None:
    page = open_page(forced_colors="active", color_scheme=theme)
    element = explorer(page)
    fill = "each => getComputedStyle(each).backgroundColor"
    pressed, other = element.locator(".ce-switch button").all()
    assert pressed.evaluate(fill) != other.evaluate(fill)
    shelf = explorer(page, 1).locator(".ce-shelf button")
    assert shelf.nth(0).evaluate(fill) != shelf.nth(1).evaluate(fill)
    cell = element.locator(".ce-kernel .ce-cell").first
    assert cell.evaluate("each => getComputedStyle(each).borderTopWidth") == "1px"


@pytest.mark.parametrize("name", ["explorer", "photograph", "first"])
def test_it_fits_a_narrow_screen(open_page: Open, name: str) -> None:
    page = open_page(name, viewport={"width": 320, "height": 640})
    explorer(page)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_paper_is_light(open_page: Open, theme: Any) -> None:
    page = open_page(color_scheme=theme)
    colour = "element => getComputedStyle(element).getPropertyValue('--ce-zero')"
    element = explorer(page)
    assert (element.evaluate(colour) == "#f0f1f3") == (theme == "light")
    page.emulate_media(media="print")
    assert element.evaluate(colour) == "#f0f1f3"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_whatever_is_shown(open_page: Open, npm_tools: Path, theme: Any) -> None:
    page = open_page(color_scheme=theme)
    page.evaluate(
        """theme => {
            const colours = theme === "light" ? {} : {
                "background-primary": "#15181c", "foreground-primary": "#d5d8dc",
                "foreground-secondary": "#a5acb5", "background-secondary": "#101316",
            };
            for (const [name, value] of Object.entries(colours)) {
                document.body.style.setProperty(`--color-${name}`, value);
            }
            document.body.style.background = colours["background-primary"] ?? "white";
        }""",
        theme,
    )
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
    element.get_by_label("kernel row 0 column 0").click()
    type_keys(page, "no")
    check()
    put(element, kernel=[[1] * 15] * 15, image=[[1, -2, 3]])  # does not fit
    put(explorer(page, 1), kernel=[[0, 0, 1]])
    check()
    element.get_by_role("combobox", name="Image").select_option("photograph")
    element.locator("canvas").first.wait_for()
    element.get_by_role("button", name="Second kernel").click()
    check()
