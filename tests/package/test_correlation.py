"""`corr2d`: what it returns, what it picks, and what it refuses."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d

from convtutor import choosing, correlation
from convtutor.correlation import corr2d
from convtutor.methods import METHODS

Shape = tuple[int, ...]


def image_of(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.arange(torch.Size(shape).numel()).reshape(shape).to(dtype)


def test_an_example_by_hand() -> None:
    image = torch.tensor([[0.0, 1.0, 2.0, 3.0], [3.0, 4.0, 5.0, 6.0]])
    kernel = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    # Upper left: 0*0 + 1*1 + 3*2 + 4*3.
    assert corr2d(image, kernel).tolist() == [[19.0, 25.0, 31.0]]


@pytest.mark.parametrize("method", [None, *METHODS])
@pytest.mark.parametrize("image_shape", [(6, 9), (1, 6, 9), (2, 3, 6, 9), (0, 6, 9), (2, 0, 6, 9)])
@pytest.mark.parametrize("kernel_shape", [(1, 1), (2, 5), (6, 9)])
def test_shape_dtype_and_device(
    method: str | None, image_shape: Shape, kernel_shape: Shape
) -> None:
    image = image_of(*image_shape, dtype=torch.float64)
    output = corr2d(image, image_of(*kernel_shape, dtype=torch.float64), method=method)
    assert output.shape == (*image_shape[:-2], 7 - kernel_shape[0], 10 - kernel_shape[1])
    assert output.dtype == torch.float64
    assert output.device == image.device


@pytest.mark.parametrize("picked", [None, *choosing.COSTS["cpu"]])  # none: as it chooses
@pytest.mark.parametrize(
    ("image_shape", "kernel_shape"), [((5, 8), (3, 2)), ((90, 70), (9, 4)), ((300, 200), (60, 41))]
)
def test_the_default_is_right(
    monkeypatch: pytest.MonkeyPatch, image_shape: Shape, kernel_shape: Shape, picked: str | None
) -> None:
    if picked:
        monkeypatch.setattr(correlation, "choose_method", lambda *_, **__: picked)
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(image_shape, generator=generator, dtype=torch.float64)
    kernel = torch.randn(kernel_shape, generator=generator, dtype=torch.float64)
    exact = conv2d(image[None, None], kernel[None, None])[0, 0]
    torch.testing.assert_close(corr2d(image, kernel), exact, rtol=0.0, atol=1e-11)


@pytest.mark.parametrize("picked", METHODS)
def test_the_default_calls_what_the_chooser_names(
    monkeypatch: pytest.MonkeyPatch, picked: str
) -> None:
    asked: list[tuple[object, ...]] = []
    calls: list[tuple[Tensor, Tensor]] = []

    def choose(*arguments: object) -> str:
        asked.append(arguments)
        return picked

    def record(image: Tensor, kernel: Tensor) -> Tensor:
        calls.append((image, kernel))
        return image

    monkeypatch.setattr(correlation, "choose_method", choose)
    monkeypatch.setitem(METHODS, picked, record)
    # Not whole numbers, which the FFT does not suit.
    image, kernel = image_of(6, 9) + 0.5, image_of(2, 3)
    assert corr2d(image, kernel) is image
    assert asked == [((6, 9), (2, 3), image.device)]
    assert len(calls) == 1


@pytest.mark.parametrize("method", METHODS)
def test_method_is_obeyed(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setitem(METHODS, method, lambda image, _: image + 1)
    image = image_of(6, 9)
    assert torch.equal(corr2d(image, image_of(2, 3), method=method), image + 1)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_integers_stay_exact(
    monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype, device: torch.device
) -> None:
    monkeypatch.setattr(correlation, "choose_method", lambda *_, **__: "fft")  # must not be asked
    image = image_of(40, 50, dtype=dtype) + 2**24
    kernel = image_of(21, 20, dtype=dtype) % 3 - 1
    exact = conv2d(image.double()[None, None], kernel.double()[None, None])[0, 0]
    output = corr2d(image.to(device), kernel.to(device))
    assert output.dtype == dtype
    assert output.device.type == device.type
    assert torch.equal(output.cpu(), exact.to(dtype))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_16_bit_sums_round_once(monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype) -> None:
    monkeypatch.setattr(correlation, "choose_method", lambda *_, **__: "taps")  # must not be asked
    generator = torch.Generator().manual_seed(0)
    image = torch.rand((40, 50), generator=generator).to(dtype)
    kernel = torch.rand((15, 20), generator=generator).to(dtype) / 8
    exact = conv2d(image.double()[None, None], kernel.double()[None, None])[0, 0]
    # Half a unit in the last place, and a little for the sum in single precision.
    bound = 0.51 * torch.finfo(dtype).eps * exact
    assert ((corr2d(image, kernel).double() - exact).abs() <= bound).all()


def test_second_derivatives_of_the_default() -> None:
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(7, 5, generator=generator, dtype=torch.float64, requires_grad=True)
    kernel = torch.randn(2, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(corr2d, (image, kernel))
    assert torch.autograd.gradgradcheck(corr2d, (image, kernel))


def test_accepts_parameters() -> None:
    weight = torch.nn.Parameter(image_of(2, 3))
    (gradient,) = torch.autograd.grad(corr2d(image_of(6, 9), weight).sum(), weight)
    # Each tap meets 5 x 7 pixels; the first one those from 0 to 42, whose mean is 21 ... and so on
    # along the row.
    assert gradient.tolist() == [[735.0, 770.0, 805.0], [1050.0, 1085.0, 1120.0]]


REFUSED = [
    # image, kernel, kind of error, its text
    (
        [[1.0]],
        torch.ones(1, 1),
        TypeError,
        "image of type list is not a tensor: use torch.as_tensor(image)",
    ),
    (
        torch.ones(2, 2),
        2.0,
        TypeError,
        "kernel of type float is not a tensor: use torch.as_tensor(kernel)",
    ),
    (
        torch.ones(3, 9, dtype=torch.uint8),
        torch.ones(1, 1, dtype=torch.uint8),
        TypeError,
        "image of dtype torch.uint8 has 8 bits, so sums could wrap around: use "
        "image.to(torch.float32)",
    ),
    (
        torch.ones(3, 9, dtype=torch.int8),
        torch.ones(1, 1),
        TypeError,
        "image of dtype torch.int8 has 8 bits, so sums could wrap around: use "
        "image.to(torch.float32)",
    ),
    (
        torch.ones(3, 9),
        torch.ones(1, 1, dtype=torch.int16),
        TypeError,
        "kernel of dtype torch.int16 has 16 bits, so sums could wrap around: use "
        "kernel.to(torch.float32)",
    ),
    (
        torch.ones(3, 9, dtype=torch.bool),
        torch.ones(1, 1),
        TypeError,
        "image of dtype torch.bool holds truth values, which do not add up: use "
        "image.to(torch.float32)",
    ),
    (
        torch.ones(3, 9).to(torch.float8_e5m2),
        torch.ones(1, 1),
        TypeError,
        "image of dtype torch.float8_e5m2 is too coarse to sum in: use image.to(torch.float32)",
    ),
    (
        torch.ones(3, 9, dtype=torch.complex64),
        torch.ones(1, 1, dtype=torch.complex64),
        TypeError,
        "image of dtype torch.complex64 is complex: correlate image.real and image.imag apart",
    ),
    (
        torch.ones(3, 9, dtype=torch.float64),
        torch.ones(1, 1),
        TypeError,
        "kernel of dtype torch.float32 does not match image of dtype torch.float64: use "
        "kernel.to(image.dtype)",
    ),
    (
        torch.ones(3, 9).to_sparse(),
        torch.ones(1, 1),
        TypeError,
        "image of layout torch.sparse_coo is not dense: use image.to_dense()",
    ),
    (
        torch.ones(3, 9),
        torch.ones(1, 1, device="meta"),
        ValueError,
        "kernel on device meta does not match image on device cpu: use kernel.to(image.device)",
    ),
    (
        torch.ones(9),
        torch.ones(1, 1),
        ValueError,
        "image of shape (9,) must have at least 2 dimensions",
    ),
    (
        torch.tensor(1.0),
        torch.ones(1, 1),
        ValueError,
        "image of shape () must have at least 2 dimensions",
    ),
    (
        torch.ones(3, 9),
        torch.ones(3),
        ValueError,
        "kernel of shape (3,) must have exactly 2 dimensions",
    ),
    (
        torch.ones(3, 9),
        torch.ones(1, 1, 2, 2),
        ValueError,
        "kernel of shape (1, 1, 2, 2) must have exactly 2 dimensions",
    ),
    (
        torch.ones(3, 9),
        torch.ones(2, 0),
        ValueError,
        "kernel of shape (2, 0) is empty: it needs at least one tap",
    ),
    (
        torch.ones(2, 0, 9),
        torch.ones(1, 1),
        ValueError,
        "image of shape (2, 0, 9) is empty: it needs at least one row and one column",
    ),
    (
        torch.ones(3, 9),
        torch.ones(5, 2),
        ValueError,
        "kernel of shape (5, 2) does not fit in image of shape (3, 9): 5 > 3",
    ),
    (
        torch.ones(4, 3, 9),
        torch.ones(2, 10),
        ValueError,
        "kernel of shape (2, 10) does not fit in image of shape (4, 3, 9): 10 > 9",
    ),
]


@pytest.mark.parametrize(
    ("image", "kernel", "kind", "text"), REFUSED, ids=[case[3] for case in REFUSED]
)
@pytest.mark.parametrize("method", [None, "taps"])
def test_refuses(
    image: Any, kernel: Any, kind: type[Exception], text: str, method: str | None
) -> None:
    with pytest.raises(kind) as caught:
        corr2d(image, kernel, method=method)
    assert type(caught.value) is kind
    assert str(caught.value) == text


def test_refuses_unknown_methods() -> None:
    known = ", ".join(repr(name) for name in METHODS)
    with pytest.raises(ValueError, match=f"^method 'winograd' is not one of {known}$"):
        corr2d(torch.ones(3, 9), torch.ones(1, 1), method="winograd")


def test_method_must_be_named() -> None:
    with pytest.raises(TypeError, match="positional"):
        corr2d(torch.ones(3, 9), torch.ones(1, 1), "taps")  # type: ignore[call-arg]
