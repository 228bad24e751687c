"""The numbers are PyTorch's, and what is rounded says so."""

import random

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
    plain,
    put,
    random_case,
    read,
    reference,
    type_keys,
)

from convtutor import images, kernels

PHOTOGRAPH = "#corr:image=photograph&kernel=3x3:1,0,-1,2,0,-2,1,0,-1"


def test_output_and_code_are_pytorchs(open_page: Open) -> None:
    rng = random.Random(0)
    cases = [random_case(rng) for _ in range(800)]
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
    assert possible >= 300
    assert possible < len(cases)


def test_the_photograph_is_the_packages(open_page: Open) -> None:
    page = open_page(fragment=PHOTOGRAPH + "&padding=1,0,2,0&mode=reflect&stride=1,2&flip=1")
    element = explorer(page)
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


def test_two_kernels_are_laid_on_one_image(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    element.get_by_role("button", name="Second kernel").click()
    element.get_by_label("kernel 2 row 1 column 1").click()
    type_keys(page, "-7")
    grid = element.get_by_role("grid", name="output 2")
    shown = [cell.inner_text() for cell in grid.get_by_role("gridcell").all()]
    second = reference(read(element, "image"), read(element, "second"), {})
    assert shown == [f"{x:.0f}".replace("-", "−") for x in second.flatten().tolist()]
    assert is_right(element)
    element.get_by_role("button", name="Second kernel").click()
    assert read(element, "second") is None


def test_the_sum_is_written_out(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    put(element, image=[[1, 0, 2, 0, 1], [0, 3, 0, 1, 0]], kernel=[[1, 2, -1]])
    drawn(page)
    element.get_by_role("grid", name="output").get_by_role("gridcell").nth(3).hover()
    drawn(page)
    assert plain(element.locator(".ce-sum").first.inner_text()) == (
        "Y[1, 0] = 0 · 1 + 3 · 2 + 0 · (−1) = 6"
    )
    window = element.locator(".ce-image .ce-in")
    assert [cell.get_attribute("data-tap") for cell in window.all()] == ["×1", "×2", "×−1"]
    assert [cell.input_value() for cell in window.locator("input").all()] == ["0", "3", "0"]


@pytest.mark.parametrize(
    ("image", "kernel", "said", "cell"),
    [
        ([[1001, 7]], [[10, 1]], "1001 · 10 + 7 · 1 = 10017", "10017"),
        ([[5, 6, 5]], [[0.5, -1 / 3, 1 / 9]], "5 · 0.5 + 6 · (−1/3) + 5 · 1/9 ≈ 1.056", "1.06"),
        ([[123456.75]], [[1]], "123457 · 1 ≈ 123457", "123457"),
        ([[0.1, 0.2]], [[1, 1]], "0.1 · 1 + 0.2 · 1 = 0.3", "0.3"),
        ([[0.333]], [[1]], "0.333 · 1 = 0.333", "0.333"),
        ([[1 / 3]], [[3]], "1/3 · 3 = 1", "1"),
    ],
)
def test_what_is_rounded_says_so(
    open_page: Open, image: list[list[float]], kernel: list[list[float]], said: str, cell: str
) -> None:
    page = open_page()
    element = explorer(page)
    put(element, image=image, kernel=kernel)
    drawn(page)
    assert plain(element.locator(".ce-sum").first.inner_text()) == f"Y[0, 0] = {said}"
    shown = element.locator(".ce-output .ce-cell").first
    assert shown.inner_text() == cell
    is_rounded = "ce-rounded" in (shown.get_attribute("class") or "")
    assert is_rounded == ("≈" in said)
    assert bool(shown.get_attribute("title")) == is_rounded


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_number_is_cut_off_in_its_cell(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    element = explorer(page)
    gaussian = kernels.gaussian(5, 7, dtype=torch.float64).tolist()
    for kernel in (gaussian, [[-1 / 3, 0.0585, -123456.5, 1000000, 1e-6]]):
        put(element, kernel=kernel, image=[[k * 1001.25 for k in range(12)]] * 6)
        drawn(page)
        cut = element.evaluate(
            """element => [...element.querySelectorAll(".ce-cell")].filter(cell => {
                const input = cell.querySelector("input");
                const inside = input ?? cell;
                return inside.scrollWidth > cell.clientWidth + 1;
            }).map(cell => cell.innerText || cell.querySelector("input").value)"""
        )
        assert cut == []


@pytest.mark.parametrize("width", [390, 360])
@pytest.mark.parametrize("kernel", ["sharpen", "Sobel"])
def test_a_phone_shows_no_number_too_small_to_read(
    open_page: Open, width: int, kernel: str
) -> None:
    page = open_page("photograph", viewport={"width": width, "height": 800})
    element = explorer(page)
    put(element, kernel=(kernels.sharpen() if kernel == "sharpen" else kernels.sobel()).tolist())
    drawn(page)
    sizes = element.evaluate(
        """element => [...element.querySelectorAll(".ce-cell")].map(cell =>
            parseFloat(getComputedStyle(cell).fontSize))"""
    )
    assert len(sizes) == 27
    assert min(sizes) >= 10


def test_what_lies_beyond_the_border_is_shown(open_page: Open) -> None:
    page = open_page()
    element = explorer(page)
    settings = {"padding": [0, 0, 2, 1], "mode": "reflect"}
    put(element, image=[[1, 2, 3]], kernel=[[1, 1]], settings=settings)
    drawn(page)
    assert element.locator(".ce-image .ce-beyond").all_inner_texts() == ["3", "2", "2"]


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
    open_page: Open, kernel: list[list[float]], settings: dict[str, object], complaint: str
) -> None:
    page = open_page()
    element = explorer(page)
    put(element, image=[[1, 2, 3, 4, 5], [6, 7, 8, 9, 0]], kernel=kernel, settings=settings)
    drawn(page)
    assert element.locator(".ce-output .ce-none").first.inner_text() == complaint
    assert read(element, "output") is None
    expect(element.get_by_role("status").first).to_contain_text(complaint)  # and is read out
    put(element, kernel=[[2]], settings={"padding": [0] * 4, "mode": "zeros"})
    drawn(page)
    assert read(element, "output") == [[2, 4, 6, 8, 10], [12, 14, 16, 18, 0]]


def test_a_goal_that_is_reached_is_noticed(open_page: Open) -> None:
    page = open_page("first")
    element = explorer(page)
    praise = element.locator(".ce-praise")
    expect(praise).to_have_text("")
    for row, column, tap in ((0, 0, "0"), (0, 1, "0"), (0, 2, "0"), (1, 1, "1"), (1, 2, "0")):
        element.get_by_label(f"kernel row {row} column {column}").click()
        type_keys(page, tap)
    expect(praise).to_have_text("✓ That is it.")


def test_an_angle_steers_the_kernel(open_page: Open) -> None:
    page = open_page("steer")
    element = explorer(page)
    element.get_by_role("slider", name="Angle").focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    degrees = float(element.get_by_role("slider", name="Angle").input_value())
    assert degrees > 0
    angle = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    across = torch.tensor([[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]], dtype=torch.float64)
    expected = torch.cos(angle) * across + torch.sin(angle) * across.T
    assert is_close(read(element, "kernel"), expected)
