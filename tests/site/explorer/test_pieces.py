"""The learning rate, a stack of layers, a drawn digit: each is PyTorch's, and can be touched."""

from pathlib import Path
from typing import Any

import pytest
import torch
from _ext.explorer import runs
from playwright.sync_api import Locator, Page, expect
from torch import nn
from touching import Open, drawn, put, read

from convtutor import corr2d, images, learn_kernel
from convtutor.shapes import receptive_field

PIECES = ("corr-descent", "corr-layers", "corr-digits")


def piece(page: Page, name: str) -> Locator:
    found = page.locator(name)
    found.locator("button").first.wait_for()
    return found


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for k in range(1, 9):
        page.mouse.move(*[a + (b - a) * k / 8 for a, b in zip(start, end, strict=True)])
        drawn(page)
    page.mouse.up()


# ---- the learning rate


def test_the_losses_are_those_of_learn_kernel(open_page: Open) -> None:
    element = piece(open_page("corr-descent"), "corr-descent")
    X = images.striped(6, 8, dtype=torch.float64)
    Y = corr2d(X, torch.tensor([[1.0, -1.0]], dtype=torch.float64))
    torch.manual_seed(0)
    for _ in range(100):
        rate = torch.rand(1).item() * 0.035 + 0.0005
        start = torch.rand(1, 2, dtype=torch.float64) * 2 - 1
        put(element, rate=rate, start=start[0].tolist())
        trace = learn_kernel(X, Y, (1, 2), lr=rate, steps=20, start=start)
        found = [torch.tensor(read(element, name)) for name in ("losses", "kernels")]
        torch.testing.assert_close(found[0].double(), trace.losses, rtol=1e-4, atol=1e-4)
        expected = trace.kernels.reshape(21, 2)
        torch.testing.assert_close(found[1].double(), expected, rtol=1e-4, atol=1e-4)


def test_the_start_and_the_rate_are_dragged(open_page: Open) -> None:
    page = open_page("corr-descent")
    element = piece(page, "corr-descent")
    box = element.locator(".ce-handle").bounding_box()
    ground = element.locator(".ce-ground").bounding_box()
    assert box
    assert ground
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    # From the start to a place on the floor of the valley, half the map's reach from the goal.
    end = (ground["x"] + ground["width"] / 4, ground["y"] + ground["height"] / 4)
    drag(page, (x, y), end)
    assert read(element, "start") == pytest.approx([0.6, -0.6], abs=0.01)
    rate = element.get_by_role("slider", name="Learning rate")
    rate.focus()
    page.keyboard.press("End")
    assert read(element, "rate") == 0.036
    page.keyboard.press("ArrowLeft")
    assert read(element, "rate") == pytest.approx(0.0359)
    element.get_by_role("button", name="learning rate 1/30").click()
    assert read(element, "rate") == pytest.approx(1 / 30)


def test_by_keys_a_start_is_found_from_which_a_high_rate_arrives(open_page: Open) -> None:
    page = open_page("corr-descent")
    element = piece(page, "corr-descent")
    element.get_by_role("button", name="learning rate 0.034").click()
    expect(element.locator(".ce-praise")).to_have_text("")
    put(element, start=[0.6, -0.7])
    element.locator(".ce-handle").focus()
    page.keyboard.press("Shift+ArrowUp")
    assert read(element, "start") == [0.6, -0.6]
    expect(element.locator(".ce-praise")).to_contain_text("You found one.")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    expect(element.locator(".ce-praise")).to_have_text("")


# ---- layers


def ways(count: int, layers: list[list[int]], place: int) -> list[int]:
    """The same by PyTorch: a gradient counts the ways, as all taps are 1."""
    X = torch.zeros(1, 1, count, dtype=torch.float64, requires_grad=True)
    Y = X
    for kernel, stride, dilation in layers:
        taps = torch.ones(1, 1, kernel, dtype=torch.float64)
        Y = nn.functional.conv1d(Y, taps, stride=stride, dilation=dilation)
    (gradient,) = torch.autograd.grad(Y[0, 0, place], X)
    return [int(number) for number in gradient[0, 0].tolist()]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_field_of_a_pixel_is_its_gradient(open_page: Open, width: int) -> None:
    element = piece(
        open_page("corr-layers", viewport={"width": width, "height": 800}), "corr-layers"
    )
    torch.manual_seed(1)
    fitting = 0
    for _ in range(100):
        count = int(torch.randint(1, 5, ()))
        layers = [[int(torch.randint(1, most, ())) for most in (5, 3, 3)] for _ in range(count)]
        put(element, layers=layers)
        found = read(element, "ways")
        if not found:
            continue
        fitting += 1
        size, jump = receptive_field([(k, s, d) for k, s, d in layers])
        assert found == ways(len(found), layers, 0)
        assert max(k for k, number in enumerate(found) if number) + 1 == size
        put(element, cell=1)
        if read(element, "cell") == 1:
            assert read(element, "ways") == ways(len(found), layers, 1)
            assert read(element, "ways").index(1) == jump
    assert fitting >= 30


def test_layers_are_added_and_changed_and_pointed_at(open_page: Open) -> None:
    page = open_page("corr-layers")
    element = piece(page, "corr-layers")
    said = element.locator(".ce-said")
    expect(said).to_have_text(
        "Pixel 0 of layer 3 sees 1 + 2 · 1 + 2 · 1 + 2 · 2 = 9 pixels of the image. "
        "The view of its neighbour begins 2 pixels further on."
    )
    element.get_by_label("layer 2, pixel 3").hover()
    expect(said).to_contain_text("Pixel 3 of layer 2 sees")
    element.get_by_label("layer 2, pixel 3").click()
    element.get_by_label("layer 2, pixel 3").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("Pixel 2 of layer 3 sees")
    field = element.get_by_role("group", name="layer 1").get_by_label("stride")
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("2")
    expect(element.locator(".ce-praise")).to_contain_text("That is it")
    element.get_by_role("button", name="Add a layer").click()
    assert read(element, "layers") == [[3, 2, 1], [3, 2, 1], [3, 1, 1], [3, 1, 1]]
    put(element, layers=[[7, 4, 4]] * 2)
    expect(said).to_contain_text("Layer 2 needs 25 pixels")
    element.get_by_role("button", name="Start again").click()
    assert read(element, "layers") == [[3, 1, 1], [3, 2, 1], [3, 1, 1]]


# ---- digits


def test_the_scores_are_the_networks(open_page: Open, network: nn.Sequential) -> None:
    element = piece(open_page("corr-digits"), "corr-digits")
    torch.manual_seed(2)
    shades = torch.randint(17, (100, 8, 8)) / 16
    with torch.no_grad():
        expected = network(shades[:, None])
    for digit, scores in zip(shades.double().tolist(), expected, strict=True):
        put(element, digit=digit)
        assert read(element, "digit") == digit
        found = torch.tensor(read(element, "scores"), dtype=torch.float32)
        torch.testing.assert_close(found, scores, rtol=1e-4, atol=1e-4)


def test_a_digit_is_drawn(open_page: Open, network: nn.Sequential) -> None:
    page = open_page("corr-digits")
    element = piece(page, "corr-digits")
    element.get_by_role("button", name="Clear").click()
    assert read(element, "digit") == [[0] * 8] * 8
    expect(element.locator(".ce-said")).to_contain_text("The board is empty.")
    box = element.locator(".ce-board canvas").bounding_box()
    assert box
    x, y, side = box["x"], box["y"], box["width"]
    drag(page, (x + side / 2, y + side / 8), (x + side / 2, y + side * 7 / 8))
    drawing = torch.tensor(read(element, "digit"))
    assert (drawing[1:7, 3:5] > 0).all()
    assert drawing[:, :3].sum() == drawing[:, 5:].sum() == 0
    assert ((drawing * 16) % 1 == 0).all()  # counted dots
    best = int(network(drawing[None, None].float()).argmax())
    expect(element.locator(".ce-said")).to_contain_text(f" {best}: it has the highest score")
    element.get_by_role("application", name="your digit").focus()
    page.keyboard.press("End")
    page.keyboard.press("Space")
    assert sum(row[7] for row in read(element, "digit")) > 0


def test_a_layer_that_is_not_known_stops_the_build() -> None:
    with pytest.raises(TypeError, match=r"digits\.js does not know Tanh"):
        runs.network(nn.Sequential(nn.Tanh()))
    with pytest.raises(TypeError, match=r"digits\.js does not know Conv2d"):
        runs.network(nn.Sequential(nn.Conv2d(1, 2, 3, stride=2)))


# ---- all of them


@pytest.mark.parametrize(
    ("name", "property_", "value", "complaint"),
    [
        ("corr-descent", "rate", 0.5, "rate must be from 0 to 0.036, not 0.5"),
        ("corr-descent", "rate", "x", "rate must be from 0"),
        ("corr-descent", "start", [1], "start must be 2 numbers, not 1"),
        ("corr-descent", "start", None, "must have from 1"),
        ("corr-layers", "layers", [], "layers must be from 1 to 5, not 0"),
        ("corr-layers", "layers", [[0, 1, 1]], "kernel must be a whole number from 1 to 7"),
        ("corr-layers", "layers", None, "layers must be from 1 to 5"),
        ("corr-digits", "digit", [[1, 2]], "digit must have 8 rows and columns, not 1 × 2"),
        ("corr-digits", "digit", "x", "image must be rows of numbers"),
    ],
)
def test_properties_refuse_bad_values(
    open_page: Open, name: str, property_: str, value: Any, complaint: str
) -> None:
    element = piece(open_page(name), name)
    said = element.evaluate(
        """(element, [name, value]) => {
            try { element[name] = value; } catch (error) { return error.message; }
        }""",
        [property_, value],
    )
    assert complaint in said


@pytest.mark.parametrize("name", PIECES)
def test_they_fit_a_narrow_screen(open_page: Open, name: str) -> None:
    page = open_page(name, viewport={"width": 320, "height": 640})
    piece(page, name)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", PIECES)
def test_axe_finds_nothing(open_page: Open, npm_tools: Path, name: str) -> None:
    page = open_page(name)
    piece(page, name)
    page.add_script_tag(path=npm_tools / "axe-core" / "axe.min.js")
    result = page.evaluate("name => axe.run(name, { preload: false })", name)
    found = [
        (problem["id"], [node["html"][:200] for node in problem["nodes"]][:3])
        for problem in result["violations"]
    ]
    assert found == []
