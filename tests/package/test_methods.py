"""Every method against `torch.nn.functional.conv2d`, against each other, and against what the sum
must obey."""

import functools
import math
import re
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import conv2d, pad

from convtutor import choosing
from convtutor.choosing import choose_method, operation_counts
from convtutor.methods import METHODS, bands, fft, fft_size, products, taps, transforms

Shape = tuple[int, ...]

DIRECT = [name for name in METHODS if name != "fft"]
# Not square, both ways round; from one pixel up; kernels from one tap to the image's own size. The
# number of output rows covers every height of a band, from 1 (a prime above 8) to 8, and strips
# that do and do not divide it.
SHAPES = [
    ((1, 1), (1, 1)),
    ((1, 9), (1, 4)),
    ((9, 1), (4, 1)),
    ((6, 8), (1, 1)),
    ((6, 8), (1, 2)),
    ((6, 8), (6, 8)),
    ((8, 6), (8, 2)),
    ((5, 11), (2, 7)),
    ((17, 7), (5, 3)),
    ((35, 10), (4, 2)),
    ((24, 23), (3, 6)),
    ((19, 33), (3, 3)),
    # For blocks of 16 columns: whole ones, a ragged last one, kernels wider than one and than two.
    ((4, 16), (2, 16)),
    ((3, 32), (2, 9)),
    ((2, 48), (1, 18)),
    ((3, 41), (2, 35)),
]


def whole(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    """Draw small whole numbers: their products and sums are exact in every dtype here."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-3, 4, shape, generator=generator).to(dtype)


def normal(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def expected(image: Tensor, kernel: Tensor) -> Tensor:
    """PyTorch's answer in float64."""
    batch = image.double().reshape(-1, 1, *image.shape[-2:])
    output = conv2d(batch, kernel.double()[None, None])
    return output.reshape(*image.shape[:-2], *output.shape[-2:])


def assert_same_numbers(name: str, actual: Tensor, exact: Tensor) -> None:
    """Whole numbers: equal for the direct methods; for `fft`, close, and equal once rounded."""
    if name == "fft":
        tolerance = 1e-11 if actual.dtype == torch.float64 else 1e-3
        assert (actual.double() - exact).abs().max() < tolerance
        actual = actual.round()
    assert torch.equal(actual, exact.to(actual.dtype))


@pytest.fixture
def small_transforms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `fft` cut small images into several strips, the last of them ragged."""

    def size(height: int, width: int, h: int) -> tuple[int, int]:
        return h + 2, width + 1

    monkeypatch.setattr(transforms, "fft_size", size)


@pytest.fixture
def one_product_per_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `bands` treat small images as it treats large ones."""

    def count(height: int, width: int, h: int, w: int) -> int:
        return w

    monkeypatch.setattr(products, "band_products", count)


@pytest.mark.parametrize(("image_shape", "kernel_shape"), SHAPES)
@pytest.mark.parametrize("name", METHODS)
def test_equals_conv2d_exactly(name: str, image_shape: Shape, kernel_shape: Shape) -> None:
    image, kernel = whole(*image_shape), whole(*kernel_shape, seed=1)
    actual = METHODS[name](image, kernel)
    assert_same_numbers(name, actual, expected(image, kernel))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("name", METHODS)
def test_keeps_floating_dtypes(name: str, dtype: torch.dtype) -> None:
    image, kernel = whole(9, 14, dtype=dtype), whole(3, 2, dtype=dtype, seed=1)
    actual = METHODS[name](image, kernel)
    assert actual.dtype == dtype
    assert_same_numbers(name, actual, expected(image, kernel))


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
@pytest.mark.parametrize("name", DIRECT)
def test_integers_are_exact(name: str, dtype: torch.dtype) -> None:
    # Beyond 2**24, where float32 starts to skip whole numbers.
    image = whole(9, 14, dtype=dtype) * 2**22 + 1
    kernel = whole(3, 2, dtype=dtype, seed=1)
    actual = METHODS[name](image, kernel)
    assert actual.dtype == dtype
    assert torch.equal(actual, expected(image, kernel).to(dtype))


@pytest.mark.parametrize("name", METHODS)
def test_computes_on_the_device(name: str, dtype: torch.dtype, device: torch.device) -> None:
    """Forwards and backwards, wherever `CONVTUTOR_DEVICE` says; what it lacks is on the CPU."""
    arguments = [whole(2, 17, 23).requires_grad_(), whole(4, 3, seed=1).requires_grad_()]
    there = [x.detach().to(device, dtype).requires_grad_() for x in arguments]
    exact, output = expected(*arguments), METHODS[name](*there)
    assert output.device == there[0].device
    weights = whole(*output.shape, seed=2)
    right = [exact, *torch.autograd.grad(exact, arguments, weights)]
    found = [output, *torch.autograd.grad(output, there, weights.to(output))]
    # Half a unit away would be another whole number; a transform is this close.
    found = [numbers.cpu().double() for numbers in found]
    torch.testing.assert_close(found, right, rtol=0.0, atol=0.01)


@pytest.mark.parametrize("name", METHODS)
def test_makes_no_tensor_elsewhere(name: str) -> None:
    """On the device `meta`, where nothing is computed, a tensor from the CPU would not fit in."""
    image, kernel = torch.empty(2, 17, 23, device="meta"), torch.empty(4, 3, device="meta")
    output = METHODS[name](image, kernel)
    assert output.device.type == "meta"
    assert output.shape == (2, 14, 21)


def test_fft_refuses_integers() -> None:
    with pytest.raises(TypeError, match=r"'fft' rounds.*torch.int64: use method 'taps'"):
        fft(whole(4, 5, dtype=torch.int64), whole(2, 1, dtype=torch.int64))


@pytest.mark.parametrize("batch", [(1,), (3,), (2, 3), (2, 1, 2)])
@pytest.mark.parametrize("name", METHODS)
def test_batches(name: str, batch: tuple[int, ...]) -> None:
    image, kernel = whole(*batch, 7, 10), whole(4, 3, seed=1)
    assert_same_numbers(name, METHODS[name](image, kernel), expected(image, kernel))


@pytest.mark.usefixtures("small_transforms")
@pytest.mark.parametrize(("image_shape", "kernel_shape"), [*SHAPES, ((2, 3, 11, 6), (3, 2))])
def test_fft_in_strips(image_shape: Shape, kernel_shape: Shape) -> None:
    image, kernel = whole(*image_shape), whole(*kernel_shape, seed=1)
    assert_same_numbers("fft", fft(image, kernel), expected(image, kernel))


@pytest.mark.usefixtures("one_product_per_column")
@pytest.mark.parametrize(("image_shape", "kernel_shape"), [*SHAPES, ((2, 3, 11, 6), (3, 2))])
def test_bands_of_one_column_each(image_shape: Shape, kernel_shape: Shape) -> None:
    image, kernel = whole(*image_shape), whole(*kernel_shape, seed=1)
    assert torch.equal(bands(image, kernel), expected(image, kernel))


def test_bands_of_a_large_image() -> None:
    """Where `bands` no longer copies, and with one row, which it takes as blocks of 16 pixels."""
    assert products.band_products(170, 190, 4, 7) == 7
    assert products.band_products(170, 90, 4, 7) == 1
    assert [products.band_products(170, 190, 1, w) for w in (1, 2, 17, 18)] == [1, 2, 2, 3]
    image = whole(170, 190)
    for kernel in (whole(4, 7, seed=1), whole(1, 39, seed=1)):
        assert torch.equal(bands(image, kernel), expected(image, kernel))


VIEWS: dict[str, Callable[[Tensor], Tensor]] = {
    "transposed": lambda x: x.T,
    "sliced": lambda x: x[1:-1, 2:-1],
    "strided": lambda x: x[::2, ::3],
    "permuted batch": lambda x: torch.stack((x, 2 * x, 3 * x), -1).permute(2, 0, 1),
    "expanded batch": lambda x: x.expand(3, -1, -1),
    "expanded rows": lambda x: x[:1].expand(8, -1),
    "expanded columns": lambda x: x[:, :1].expand(-1, 9),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", METHODS)
def test_views_give_the_same_answers(name: str, view: str) -> None:
    image, kernel = VIEWS[view](whole(12, 19)), whole(2, 6, seed=1).T[::2]
    assert not image.is_contiguous()
    assert not kernel.is_contiguous()
    actual = METHODS[name](image, kernel)
    assert_same_numbers(name, actual, expected(image.contiguous(), kernel.contiguous()))


@pytest.mark.parametrize(("image_shape", "kernel_shape"), [((17, 7), (5, 3)), ((6, 8), (1, 1))])
@pytest.mark.parametrize("name", METHODS)
def test_inputs_are_not_modified(name: str, image_shape: Shape, kernel_shape: Shape) -> None:
    image, kernel = whole(*image_shape), whole(*kernel_shape, seed=1)
    copies = image.clone(), kernel.clone()
    output = METHODS[name](image, kernel)
    output.add_(1)  # nor do they share memory with the result
    assert torch.equal(image, copies[0])
    assert torch.equal(kernel, copies[1])


@pytest.mark.parametrize("pixel", [math.nan, math.inf])
@pytest.mark.parametrize("name", METHODS)
def test_what_a_pixel_that_is_not_finite_spoils(name: str, pixel: float) -> None:
    image, kernel = torch.ones(40, 64), torch.ones(3, 5)
    image[20, 30] = pixel
    spoilt = ~METHODS[name](image, kernel).isfinite()
    assert spoilt[18:21, 26:31].all()
    if name not in {"bands", "phases", "fft"}:
        assert spoilt.sum() == 3 * 5


def rounding_bound(name: str, image: Tensor, kernel: Tensor) -> Tensor:
    """How far a float32 answer may be from the exact one, for each output pixel.

    A sum of n products, added in any order, is off by less than n * eps/2 times the sum of their
    absolute values (Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1).
    Rounding errors are as often up as down, so the error seen grows like the square root of n at
    most: that, four times, is the bound here, and it is far below 1e-5.

    A transform's error is relative to all its points at once: eps * log2(points) times the norms of
    both factors (section 24.1), which is what the product in the frequency domain hands down to
    every output pixel.
    """
    eps = torch.finfo(torch.float32).eps
    if name == "fft":
        size = fft_size(image.shape[-2], image.shape[-1], kernel.shape[0])
        norms = float(torch.linalg.norm(image.double()) * torch.linalg.norm(kernel.double()))
        return torch.full((), eps * math.log2(math.prod(size)) * norms)
    magnitude: Tensor = expected(image.abs(), kernel.abs())
    return 4 * eps / 2 * math.sqrt(kernel.numel()) * magnitude


@pytest.mark.parametrize(("image_shape", "kernel_shape"), [((40, 61), (3, 5)), ((70, 45), (21, 9))])
@pytest.mark.parametrize("name", METHODS)
def test_float32_stays_within_its_rounding(
    name: str, image_shape: Shape, kernel_shape: Shape
) -> None:
    image, kernel = (
        normal(*image_shape, dtype=torch.float32),
        normal(*kernel_shape, dtype=torch.float32, seed=1),
    )
    exact = expected(image, kernel)
    error = (METHODS[name](image, kernel).double() - exact).abs()
    assert (error <= rounding_bound(name, image, kernel)).all()
    assert error.max() <= 1e-5 * exact.abs().max()


@pytest.mark.parametrize("shapes", [((1024, 300), (9, 15)), ((200, 260), (63, 47))])
@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_large_float32_transforms_stay_within_their_rounding(
    shapes: tuple[Shape, Shape], offset: float
) -> None:
    image = normal(*shapes[0], dtype=torch.float32) + offset
    kernel = normal(*shapes[1], dtype=torch.float32, seed=1)
    exact = expected(image, kernel)
    error = (fft(image, kernel).double() - exact).abs()
    assert (error <= rounding_bound("fft", image, kernel)).all()
    assert error.max() <= 1e-5 * exact.abs().max()


# 16-bit dtypes: some methods round each partial sum, so n of them are off by n times half an eps of
# the sum of absolute values at worst.
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", METHODS)
def test_16_bit_dtypes_stay_within_their_rounding(name: str, dtype: torch.dtype) -> None:
    image, kernel = normal(11, 16, dtype=dtype), normal(4, 3, dtype=dtype, seed=1)
    error = (METHODS[name](image, kernel).double() - expected(image, kernel)).abs()
    half = torch.finfo(dtype).eps / 2
    assert (error <= 13 * half * expected(image.abs(), kernel.abs())).all()


@pytest.mark.parametrize(
    ("image_shape", "kernel_shape"),
    [((5, 4), (2, 3)), ((3, 6), (3, 1)), ((3, 6), (1, 2)), ((2, 4, 5), (3, 2))],
)
@pytest.mark.parametrize("name", METHODS)
def test_gradients(name: str, image_shape: Shape, kernel_shape: Shape) -> None:
    image = normal(*image_shape).requires_grad_()
    kernel = normal(*kernel_shape, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(METHODS[name], (image, kernel))
    assert torch.autograd.gradgradcheck(METHODS[name], (image, kernel))


@pytest.mark.parametrize(
    ("way", "method"), [("small_transforms", fft), ("one_product_per_column", bands)]
)
def test_gradients_of_what_large_images_take(
    request: pytest.FixtureRequest, way: str, method: Callable[[Tensor, Tensor], Tensor]
) -> None:
    request.getfixturevalue(way)
    image = normal(2, 9, 4).requires_grad_()
    kernel = normal(3, 2, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(method, (image, kernel))
    assert torch.autograd.gradgradcheck(method, (image, kernel))


@pytest.mark.parametrize("name", METHODS)
def test_gradient_of_one_argument(name: str) -> None:
    """Only one of the two asks for its gradient: the method must not need the other's."""
    image, kernel = normal(7, 6), normal(2, 4, seed=1)
    for learned in (image, kernel):
        learned.requires_grad_()
        actual = torch.autograd.grad(METHODS[name](image, kernel).square().sum(), learned)
        exact = torch.autograd.grad(expected(image, kernel).square().sum(), learned)
        torch.testing.assert_close(actual, exact)
        learned.requires_grad_(False)


@pytest.mark.parametrize("name", METHODS)
def test_impulse_gives_the_flipped_kernel(name: str) -> None:
    image, kernel = torch.zeros(9, 12, dtype=torch.float64), whole(3, 5, seed=1)
    image[4, 6] = 1
    output = METHODS[name](image, kernel)
    assert_same_numbers(name, output[2:5, 2:7], kernel.flip(0, 1))
    assert round(output.abs().sum().item(), 9) == kernel.abs().sum()


# Shapes that Hypothesis makes as odd as it can; a seed stands for the numbers.
sides = st.integers(1, 24)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    batch = draw(st.lists(st.integers(1, 3), max_size=2))
    height, width = draw(sides), draw(sides)
    h, w = draw(st.integers(1, min(height, 9))), draw(st.integers(1, min(width, 9)))
    seed = draw(st.integers(0, 2**16))
    return whole(*batch, height, width, seed=seed), whole(h, w, seed=seed + 1)


fast_methods = [name for name in METHODS if name != "loop"]


@settings(max_examples=150, deadline=None)
@given(problems())
def test_all_methods_agree(problem: tuple[Tensor, Tensor]) -> None:
    image, kernel = problem
    exact = expected(image, kernel)
    for name in fast_methods:
        assert_same_numbers(name, METHODS[name](image, kernel), exact)


@settings(max_examples=15, deadline=None)
@given(problems())
def test_the_definition_agrees(problem: tuple[Tensor, Tensor]) -> None:
    image, kernel = problem[0][..., :6, :6], problem[1][:6, :6]
    assert torch.equal(METHODS["loop"](image, kernel), expected(image, kernel))


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(-3, 3), st.integers(-3, 3), st.sampled_from(fast_methods))
def test_linear_in_both_arguments(
    problem: tuple[Tensor, Tensor], a: int, b: int, name: str
) -> None:
    image, kernel = problem
    other = functools.partial(torch.roll, shifts=1, dims=-1)
    correlate = METHODS[name]
    for left, right in (
        (
            correlate(a * image + b * other(image), kernel),
            a * correlate(image, kernel) + b * correlate(other(image), kernel),
        ),
        (
            correlate(image, a * kernel + b * other(kernel)),
            a * correlate(image, kernel) + b * correlate(image, other(kernel)),
        ),
    ):
        torch.testing.assert_close(left, right, rtol=0.0, atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(0, 5), st.integers(0, 5), st.sampled_from(fast_methods))
def test_shifting_the_image_shifts_the_output(
    problem: tuple[Tensor, Tensor], down: int, right: int, name: str
) -> None:
    image, kernel = problem
    moved = pad(image, (right, 0, down, 0))
    output = METHODS[name](moved, kernel)[..., down:, right:]
    torch.testing.assert_close(output, METHODS[name](image, kernel), rtol=0.0, atol=1e-10)


def test_methods_have_their_own_names() -> None:
    assert {name: method.__name__ for name, method in METHODS.items()} == {n: n for n in METHODS}


def test_taps_visits_every_tap_once() -> None:
    """A kernel of ones on an image of ones counts the taps."""
    assert torch.equal(taps(torch.ones(5, 7), torch.ones(3, 4)), torch.full((3, 4), 12.0))


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 5000), st.integers(1, 5000), st.data())
def test_transforms_hold_an_output_and_are_smooth(
    height: int, width: int, data: st.DataObject
) -> None:
    h = data.draw(st.integers(1, height))
    rows, columns = fft_size(height, width, h)
    assert rows >= h
    assert columns >= width
    for length in (rows, columns):
        for prime in (2, 3, 5):
            while length % prime == 0:
                length //= prime
        assert length == 1


# Between these widths and the next that is a product of 2, 3 and 5 lie more numbers than Python
# lets functions call each other.
@pytest.mark.parametrize(("width", "columns"), [(41_473, 43_200), (46_876, 48_000)])
def test_transforms_of_a_wide_image(width: int, columns: int) -> None:
    assert fft_size(2, width, 1)[1] == columns
    assert choose_method((2, width), (1, 2), "cpu") in METHODS


def test_transforms_grow_with_the_kernel_and_fill_the_image() -> None:
    assert fft_size(2048, 2048, 3)[0] < fft_size(2048, 2048, 63)[0] < 1024
    assert fft_size(128, 128, 63) == (128, 128)


@settings(max_examples=200, deadline=None)
@given(problems(), st.sampled_from(["cpu", "cuda", "mps", "meta"]))
def test_the_chooser_names_a_method(problem: tuple[Tensor, Tensor], device: str) -> None:
    image, kernel = problem
    assert choose_method(image.shape, kernel.shape, torch.device(device)) in METHODS
    assert choose_method(tuple(image.shape), tuple(kernel.shape), device) in METHODS


@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize(
    ("image_shape", "kernel_shape", "text"),
    [
        ((3,), (1, 1), "image of shape (3,) must have at least 2 dimensions"),
        ((3, 9), (1, 1, 1), "kernel of shape (1, 1, 1) must have exactly 2 dimensions"),
        ((3, 9), (0, 1), "kernel of shape (0, 1) is empty: it needs at least one tap"),
        ((3, 9), (5, 2), "kernel of shape (5, 2) does not fit in image of shape (3, 9): 5 > 3"),
    ],
)
def test_the_chooser_refuses_shapes_that_do_not_fit(
    image_shape: Shape, kernel_shape: Shape, text: str, device: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        choose_method(image_shape, kernel_shape, device)


def test_the_chooser_minimises_the_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    image_shape, kernel_shape = (50, 60), (7, 4)
    counts = operation_counts(image_shape, kernel_shape)
    for cheapest in counts:
        costs = {name: tuple(float(name != cheapest) for _ in counts[name]) for name in counts}
        monkeypatch.setattr(choosing, "COSTS", {"cpu": costs})
        choosing._cheapest.cache_clear()
        assert choose_method(image_shape, kernel_shape, "cpu") == cheapest
    choosing._cheapest.cache_clear()


def test_the_chooser_knows_the_extremes() -> None:
    """Where the methods are far apart, any sensible costs agree."""
    assert choose_method((2048, 2048), (63, 63), "cpu") == "fft"
    assert choose_method((1024, 1024), (3, 3), "cpu") not in {"fft", "native"}
    assert choose_method((1024, 1024), (1, 1), "cpu") == "taps"
    assert choose_method((1024, 1024), (63, 63), "meta") == "native"
    assert choose_method((64, 64), (5, 5), "cuda") == "native"
    assert choose_method((2048, 2048), (9, 9), "cuda") == "strips"
    assert choose_method((2048, 2048), (63, 63), "cuda") != "fft"  # it would wait for the values


def test_costs_fit_the_counts() -> None:
    counts = operation_counts((9, 11), (2, 3))
    for costs in choosing.COSTS.values():
        assert {name: len(costs[name]) for name in costs} == {n: len(counts[n]) for n in costs}
        assert all(cost >= 0 for values in costs.values() for cost in values)
