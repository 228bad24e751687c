"""The named kernels: their taps, and what they answer to images that one can reason about."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

import convtutor
from convtutor import images, kernels

# The default may be a convolution that rounds whole numbers, as some on GPUs do.
corr2d = partial(convtutor.corr2d, method="taps")

FIXED: dict[Callable[..., Tensor], list[list[int]]] = {
    kernels.sobel: [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    kernels.laplacian: [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    kernels.sharpen: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    kernels.emboss: [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    kernels.identity: [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
}
SUMS: dict[Callable[..., Tensor], int] = {
    kernels.identity: 1,
    kernels.box: 1,
    kernels.gaussian: 1,
    kernels.sobel: 0,
    kernels.laplacian: 0,
    kernels.sharpen: 1,
    kernels.emboss: 1,
}
RANKS: dict[Callable[..., Tensor], int] = {
    kernels.identity: 1,
    kernels.box: 1,
    kernels.gaussian: 1,
    kernels.sobel: 1,
    kernels.laplacian: 2,
    kernels.sharpen: 2,
    kernels.emboss: 3,
}


def ramp(down: float, right: float, dtype: torch.dtype, device: torch.device) -> Tensor:
    """An even slope, 6 by 7, with these steps per row and per column."""
    rows = torch.arange(6, dtype=dtype, device=device)[:, None]
    columns = torch.arange(7, dtype=dtype, device=device)
    return down * rows + right * columns


@pytest.mark.parametrize(("kernel", "taps"), FIXED.items())
def test_has_these_taps(
    kernel: Callable[..., Tensor], taps: list[list[int]], dtype: torch.dtype, device: torch.device
) -> None:
    expected = torch.tensor(taps, dtype=dtype, device=device)
    torch.testing.assert_close(kernel(dtype=dtype, device=device), expected, rtol=0, atol=0)


@pytest.mark.parametrize("kernel", SUMS)
def test_keeps_or_removes_an_even_grey(
    kernel: Callable[..., Tensor], dtype: torch.dtype, device: torch.device
) -> None:
    taps = kernel(dtype=dtype, device=device)
    even = torch.full((6, 7), 0.25, dtype=dtype, device=device)
    response = corr2d(even, taps)
    torch.testing.assert_close(response, torch.full_like(response, 0.25 * SUMS[kernel]))


@pytest.mark.parametrize("kernel", RANKS)
def test_has_this_rank(kernel: Callable[..., Tensor]) -> None:
    assert torch.linalg.matrix_rank(kernel(dtype=torch.float64)) == RANKS[kernel]


@pytest.mark.parametrize("kernel", SUMS)
def test_goes_where_it_is_told(kernel: Callable[..., Tensor]) -> None:
    assert kernel(device=torch.device("meta")).device.type == "meta"
    assert kernel(dtype=torch.float16).dtype == torch.float16
    with torch.device("meta"):
        assert kernel().device.type == "meta"
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        assert kernel().dtype == torch.bfloat16
    finally:
        torch.set_default_dtype(before)


@pytest.mark.parametrize("size", [(1, 5), (3, 1), (5, 7)])
def test_identity_leaves_the_middle_as_it_is(
    size: tuple[int, int], dtype: torch.dtype, device: torch.device
) -> None:
    image = torch.rand(9, 11, dtype=dtype, device=device)
    h, w = size
    expected = image[h // 2 : 9 - h // 2, w // 2 : 11 - w // 2]
    assert torch.equal(corr2d(image, kernels.identity(h, w, dtype=dtype, device=device)), expected)


def test_box_is_the_mean_of_the_window(dtype: torch.dtype, device: torch.device) -> None:
    taps = kernels.box(2, 5, dtype=dtype, device=device)
    image = torch.rand(2, 5, dtype=dtype, device=device)
    assert taps.shape == (2, 5)
    torch.testing.assert_close(corr2d(image, taps), image.mean().reshape(1, 1))


@pytest.mark.parametrize("sigma", [0.7, 1.0, 2.5])
def test_gaussian_falls_off_as_a_bell(
    sigma: float, dtype: torch.dtype, device: torch.device
) -> None:
    taps = kernels.gaussian(17, 21, sigma=sigma, dtype=dtype, device=device)
    assert taps.shape == (17, 21)
    assert torch.equal(taps, taps.flip(0, 1))
    # One step from the middle, and two, in either direction.
    down, right = taps[9:11, 10] / taps[8, 10], taps[8, 11:13] / taps[8, 10]
    expected = torch.exp(-torch.tensor([1.0, 4.0], dtype=dtype, device=device) / (2 * sigma**2))
    torch.testing.assert_close(down, expected)
    torch.testing.assert_close(right, expected)


def test_gaussian_narrower_than_a_pixel_keeps_the_nearest(
    dtype: torch.dtype, device: torch.device
) -> None:
    one = kernels.gaussian(3, 5, sigma=0.01, dtype=dtype, device=device)
    assert torch.equal(one, kernels.identity(3, 5, dtype=dtype, device=device))
    # No pixel is in the middle, so four share the weight.
    four = kernels.gaussian(4, 6, sigma=0.01, dtype=dtype, device=device)
    assert four.nonzero().tolist() == [[1, 2], [1, 3], [2, 2], [2, 3]]
    assert (four[1:3, 2:4] == 0.25).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_gaussian_counts_more_taps_than_16_bits_can(dtype: torch.dtype) -> None:
    # 16 bits round the whole numbers above 256 or 2048.
    taps = kernels.gaussian(6001, 1, sigma=1.0, dtype=dtype)
    exact = kernels.gaussian(6001, 1, sigma=1.0, dtype=torch.float64)
    torch.testing.assert_close(taps[2997:3004], exact[2997:3004].to(dtype))


def test_gaussian_of_even_size_has_no_single_middle(device: torch.device) -> None:
    taps = kernels.gaussian(2, 4, device=device)
    assert torch.equal(taps[0], taps[1])
    assert torch.equal(taps[:, 1], taps[:, 2])
    assert (taps[:, 0] < taps[:, 1]).all()


def test_sobel_is_8_times_the_fall_to_the_right(dtype: torch.dtype, device: torch.device) -> None:
    taps = kernels.sobel(dtype=dtype, device=device)
    slope = ramp(down=2, right=-3, dtype=dtype, device=device)
    assert (corr2d(slope, taps) == 8 * 3).all()
    assert (corr2d(slope, taps.T) == 8 * -2).all()


def test_laplacian_is_blind_to_slopes_and_measures_bends(
    dtype: torch.dtype, device: torch.device
) -> None:
    taps = kernels.laplacian(dtype=dtype, device=device)
    slope = ramp(down=2, right=-3, dtype=dtype, device=device)
    assert (corr2d(slope, taps) == 0).all()
    rows, columns = slope.new_tensor(range(6))[:, None], slope.new_tensor(range(7))
    # Second derivatives 2 and 6, everywhere.
    assert (corr2d(rows**2 + 3 * columns**2, taps) == 2 + 6).all()


def test_sharpen_overshoots_on_both_sides_of_an_edge(device: torch.device) -> None:
    response = corr2d(images.striped(3, 8, device=device), kernels.sharpen(device=device))
    assert response.tolist() == [[2, -1, 0, 0, -1, 2]]


def test_emboss_is_lit_from_one_side(dtype: torch.dtype, device: torch.device) -> None:
    taps = kernels.emboss(dtype=dtype, device=device)
    slope = ramp(down=1, right=1, dtype=dtype, device=device)
    # Over a rise to the lower right, the response is above the pixel, by what the differences say.
    assert (corr2d(slope, taps) - slope[1:-1, 1:-1] == 2 * 2 * 2 + 2 + 2).all()
    assert (corr2d(-slope, taps) + slope[1:-1, 1:-1] == -12).all()


@pytest.mark.parametrize("kernel", [kernels.box, kernels.gaussian])
@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8], ids=str)
def test_blur_refuses_a_dtype_without_fractions(
    kernel: Callable[..., Tensor], dtype: torch.dtype
) -> None:
    with pytest.raises(TypeError, match=f"^dtype must be a floating-point type, got {dtype}$"):
        kernel(dtype=dtype)


@pytest.mark.parametrize(
    ("kernel", "arguments", "text"),
    [
        (kernels.box, {"height": 0}, "height must be at least 1, got 0"),
        (kernels.box, {"width": -3}, "width must be at least 1, got -3"),
        (kernels.gaussian, {"width": 0}, "width must be at least 1, got 0"),
        (kernels.gaussian, {"sigma": 0.0}, "sigma must be positive and finite, got 0.0"),
        (kernels.gaussian, {"sigma": float("nan")}, "sigma must be positive and finite, got nan"),
        (kernels.identity, {"height": 2}, "height must be a positive odd number, got 2"),
        (kernels.identity, {"width": -1}, "width must be a positive odd number, got -1"),
    ],
)
def test_refuses_what_makes_no_kernel(
    kernel: Callable[..., Tensor], arguments: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        kernel(**arguments)
