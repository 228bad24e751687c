"""The images, cell by cell where they are small, and by landmarks where one is a photograph."""

import re
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch
from matplotlib import cbook
from PIL import Image
from torch import Tensor

from convtutor import images

STRIPED = {
    (6, 8): [[1, 1, 0, 0, 0, 0, 1, 1]] * 6,
    (2, 5): [[1, 0, 0, 0, 1]] * 2,
    (1, 4): [[1, 0, 0, 1]],
}
DIAGONAL = {
    (6, 8): [
        [1, 1, 1, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 1, 1, 1],
    ],
    (2, 5): [
        [1, 1, 1, 0, 0],
        [0, 1, 1, 1, 0],
    ],
    (5, 4): [
        [1, 1, 1, 0],
        [0, 1, 1, 1],
        [0, 0, 1, 1],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
    ],
}
IMPULSE = {
    (2, 3): [[0, 0, 0], [0, 1, 0]],
    (5, 4): [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    (1, 1): [[1]],
}
CHECKERBOARD = {
    (2, 5): [[1, 0, 1, 0, 1], [0, 1, 0, 1, 0]],
    (3, 2): [[1, 0], [0, 1], [1, 0]],
    (1, 1): [[1]],
}
CASES = [(images.striped, *case) for case in STRIPED.items()]
CASES += [(images.diagonal, *case) for case in DIAGONAL.items()]
CASES += [(images.impulse, *case) for case in IMPULSE.items()]
CASES += [(images.checkerboard, *case) for case in CHECKERBOARD.items()]


@pytest.mark.parametrize(("draw", "size", "pixels"), CASES)
def test_draws_these_pixels(
    draw: Callable[..., Tensor],
    size: tuple[int, int],
    pixels: list[list[int]],
    dtype: torch.dtype,
    device: torch.device,
) -> None:
    drawn = draw(*size, dtype=dtype, device=device)
    expected = torch.tensor(pixels, dtype=dtype, device=device)
    torch.testing.assert_close(drawn, expected, rtol=0, atol=0)  # dtype and device as well


@pytest.mark.parametrize("draw", [images.striped, images.diagonal, images.checkerboard])
def test_is_6_by_8_unless_told_otherwise(draw: Callable[..., Tensor]) -> None:
    assert torch.equal(draw(), draw(6, 8))


def test_impulse_is_5_by_7_unless_told_otherwise() -> None:
    assert torch.equal(images.impulse(), images.impulse(5, 7, row=2, column=3))


@pytest.mark.parametrize(("row", "column"), [(0, 4), (2, 0), (1, 2)])
def test_impulse_is_where_it_is_told(row: int, column: int, device: torch.device) -> None:
    pixels = images.impulse(3, 5, row=row, column=column, device=device)
    assert pixels.nonzero().tolist() == [[row, column]]
    assert pixels[row, column] == 1


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({"row": 3}, "row must be from 0 to 2, got 3"),
        ({"row": -1}, "row must be from 0 to 2, got -1"),
        ({"column": 5}, "column must be from 0 to 4, got 5"),
    ],
)
def test_impulse_refuses_a_place_outside(place: dict[str, int], text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        images.impulse(3, 5, row=place.get("row"), column=place.get("column"))


def test_checkerboard_has_squares_of_the_size_it_is_told(device: torch.device) -> None:
    expected = [[1, 1, 0, 0, 1], [1, 1, 0, 0, 1], [0, 0, 1, 1, 0]]
    assert images.checkerboard(3, 5, square=2, device=device).tolist() == expected
    with pytest.raises(ValueError, match=r"^square must be at least 1, got 0$"):
        images.checkerboard(square=0)


# The device "meta" is on every machine and is never the default.
@pytest.mark.parametrize(
    "draw",
    [
        images.striped,
        images.diagonal,
        images.impulse,
        images.checkerboard,
        images.photograph,
    ],
)
def test_goes_where_it_is_told(draw: Callable[..., Tensor]) -> None:
    assert draw(device=torch.device("meta")).device.type == "meta"
    assert draw(dtype=torch.float16).dtype == torch.float16
    with torch.device("meta"):
        assert draw().device.type == "meta"
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        assert draw().dtype == torch.bfloat16
    finally:
        torch.set_default_dtype(before)


@pytest.mark.parametrize("draw", [images.striped, images.diagonal])
@pytest.mark.parametrize(
    ("size", "text"),
    [
        ({"height": 0}, "height must be at least 1, got 0"),
        ({"height": -2, "width": 9}, "height must be at least 1, got -2"),
        ({"width": 3}, "width must be at least 4, got 3"),
    ],
)
def test_refuses_a_size_that_shows_no_edge(
    draw: Callable[..., Tensor], size: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        draw(**size)


@pytest.mark.parametrize("draw", [images.impulse, images.checkerboard])
@pytest.mark.parametrize("name", ["height", "width"])
def test_refuses_an_image_without_pixels(draw: Callable[..., Tensor], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be at least 1, got 0$"):
        draw(**{name: 0})


def test_photograph_is_brightness_from_0_to_1(dtype: torch.dtype, device: torch.device) -> None:
    photograph = images.photograph(dtype=dtype, device=device)
    assert photograph.shape == (600, 512)
    assert (photograph.dtype, photograph.device.type) == (dtype, device.type)
    # The picture holds pure black and pure white; one rounding may separate them from 0 and 1.
    assert photograph.min() == 0
    assert 1 - torch.finfo(dtype).eps <= photograph.max() <= 1


def test_photograph_weighs_colours_as_pillow_does(device: torch.device) -> None:
    # Pillow has a conversion to grey of its own, by the same standard, rounded to 1/255.
    with Image.open(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)) as file:
        expected = torch.from_numpy(numpy.array(file.convert("L"))).to(device, torch.float32) / 255
    torch.testing.assert_close(images.photograph(device=device), expected, rtol=0, atol=0.51 / 255)


@pytest.mark.parametrize(
    ("rows", "columns", "low", "high"),
    [
        pytest.param((100, 125), (180, 340), 0.0, 0.15, id="brim of the hat"),
        pytest.param((140, 165), (200, 320), 0.6, 0.8, id="forehead"),
        pytest.param((450, 500), (245, 270), 0.8, 1.0, id="shirt"),
        pytest.param((490, 512), (85, 160), 0.6, 0.8, id="name tag, on the left"),
        pytest.param((50, 250), (400, 490), 0.4, 0.6, id="background, on the right"),
    ],
)
def test_photograph_stands_upright(
    rows: tuple[int, int], columns: tuple[int, int], low: float, high: float, device: torch.device
) -> None:
    patch = images.photograph(device=device)[slice(*rows), slice(*columns)]
    assert low < patch.mean() < high


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int64, torch.complex64], ids=str)
def test_photograph_refuses_a_dtype_without_shades_of_grey(dtype: torch.dtype) -> None:
    with pytest.raises(TypeError, match=f"^dtype must be a floating-point type, got {dtype}$"):
        images.photograph(dtype=dtype)
