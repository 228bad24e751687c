"""What holds in eager mode holds in PyTorch's other modes too, or is refused by name; and what the
default method promises holds for data that a Fourier transform would not suit."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d
from torch.utils.flop_counter import FlopCounterMode

from convtutor import METHODS, Conv2D, choose_method, corr2d, learn_kernel, suits_fft

pytestmark = [
    # PyTorch would rather have traces' successor used,
    pytest.mark.filterwarnings("ignore:`torch.jit.*:DeprecationWarning"),
    # and says so where a batch of kernels is computed one by one: slower, and right.
    pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning"),
]

Function = Callable[[Tensor, Tensor], Tensor]

# What plans nothing by the sizes, and so can be exported for all of them.
ANY_SIZE = ["native", "taps", "windows", "im2col"]


def expected(image: Tensor, kernel: Tensor) -> Tensor:
    """PyTorch's answer."""
    output = conv2d(image.reshape(-1, 1, *image.shape[-2:]), kernel[None, None])
    return output.reshape(*image.shape[:-2], *output.shape[-2:])


def rand(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def by(method: str | None) -> Function:
    def correlate(image: Tensor, kernel: Tensor) -> Tensor:
        return corr2d(image, kernel, method=method)

    return correlate


class Correlate(nn.Module):
    """What `torch.export` takes."""

    def __init__(self, method: str | None) -> None:
        super().__init__()
        self.method = method

    def forward(self, image: Tensor, kernel: Tensor) -> Tensor:
        return corr2d(image, kernel, method=self.method)


@pytest.mark.parametrize("method", [None, *METHODS])
@pytest.mark.parametrize("shape", [(7, 11), (3, 37), (120, 112)])
def test_vmap_over_images_and_kernels(method: str | None, shape: tuple[int, int]) -> None:
    images, kernels = rand(2, *shape), rand(2, shape[0] // 2, shape[1] // 2, seed=1)
    if shape == (120, 112):  # where the default would take the FFT
        assert choose_method(shape, kernels.shape[1:], "cpu") == "fft"
    over_images = torch.func.vmap(by(method), (0, None))(images, kernels[0])
    torch.testing.assert_close(over_images, expected(images, kernels[0]))
    over_kernels = torch.func.vmap(by(method), (None, 0))(images[0], kernels)
    torch.testing.assert_close(
        over_kernels, torch.stack([expected(images[0], kernel) for kernel in kernels])
    )


@pytest.mark.parametrize("method", [None, *METHODS])
def test_derivatives_of_functions(method: str | None) -> None:
    image, kernel = rand(6, 9), rand(2, 3, seed=1)
    correlate = by(method)
    right = torch.func.jacrev(expected, (0, 1))(image, kernel)
    for jacobian in (torch.func.jacrev, torch.func.jacfwd):
        torch.testing.assert_close(jacobian(correlate, (0, 1))(image, kernel), right)
    torch.testing.assert_close(
        torch.func.grad(lambda k: correlate(image, k).square().sum())(kernel),
        torch.func.grad(lambda k: expected(image, k).square().sum())(kernel),
    )
    tangent = torch.func.jvp(lambda k: correlate(image, k), (kernel,), (kernel + 1,))[1]
    torch.testing.assert_close(tangent, expected(image, kernel + 1))


def trace(function: Function, *arguments: Tensor) -> Function:
    traced: Function = torch.jit.trace(function, arguments)  # type: ignore[no-untyped-call]
    return traced


@pytest.mark.parametrize("method", [None, "native"])
def test_what_is_traced_is_right_for_other_sizes_too(method: str | None) -> None:
    kernel = rand(3, 5, seed=1)
    traced = trace(by(method), rand(40, 50), kernel)
    for image in (rand(40, 50, seed=2), rand(47, 31, seed=3)):
        torch.testing.assert_close(traced(image, kernel), expected(image, kernel))


@pytest.mark.parametrize("method", [name for name in METHODS if name != "native"])
def test_what_cannot_be_traced_is_refused(method: str) -> None:
    with pytest.raises(RuntimeError, match=f"^method '{method}' cannot be traced"):
        trace(by(method), rand(40, 50), rand(3, 5, seed=1))


@pytest.fixture
def one_precision() -> Iterator[None]:
    """Give cuDNN back its default: `torch.export` reads an older switch, which knows no other."""
    convolutions: Any = torch.backends.cudnn.conv  # type: ignore[attr-defined]
    ours = convolutions.fp32_precision
    convolutions.fp32_precision = "tf32"
    yield
    convolutions.fp32_precision = ours


@pytest.mark.usefixtures("one_precision")
@pytest.mark.parametrize("method", [None, *ANY_SIZE])
def test_export_with_any_batch_and_size(method: str | None) -> None:
    size = torch.export.Dim
    dynamic = ({0: size("batch"), 1: size("height", min=8), 2: size("width", min=8)}, None)
    kernel = rand(3, 5, seed=1)
    program = torch.export.export(
        Correlate(method), (rand(3, 40, 50), kernel), dynamic_shapes=dynamic
    ).module()
    image = rand(2, 47, 61, seed=2)
    torch.testing.assert_close(program(image, kernel), expected(image, kernel))


@pytest.mark.usefixtures("one_precision")
@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("loop", *ANY_SIZE)])
def test_export_with_one_size_of_methods_that_plan_by_it(method: str) -> None:
    arguments = rand(2, 23, 34), rand(3, 5, seed=1)
    program = torch.export.export(Correlate(method), arguments).module()
    torch.testing.assert_close(program(*arguments), expected(*arguments))


@pytest.mark.parametrize("method", [None, *ANY_SIZE])
def test_compiled_in_one_graph_for_every_size(method: str | None) -> None:
    torch.compiler.reset()
    compiled = torch.compile(by(method), fullgraph=True, backend="eager")
    kernel = rand(3, 5, seed=1)
    for shape in [(3, 40, 50), (2, 47, 61), (5, 33, 70)]:
        image = rand(*shape)
        torch.testing.assert_close(compiled(image, kernel), expected(image, kernel))


@pytest.mark.parametrize("shape", [(6, 9), (90, 70), (200, 300)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_autocast_gives_the_dtype_that_conv2d_gives(
    shape: tuple[int, int], dtype: torch.dtype
) -> None:
    image, kernel = rand(*shape, dtype=dtype), rand(min(shape[0] // 3, 9), 5, seed=1, dtype=dtype)
    for method in (None, *METHODS):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output, right = corr2d(image, kernel, method=method), expected(image, kernel)
        assert output.dtype == right.dtype
        # Some methods round each partial sum; of n in one row of the kernel, at most.
        rtol = 0.1 if right.dtype == torch.bfloat16 else 1e-12
        torch.testing.assert_close(output, right, rtol=rtol, atol=rtol)


def test_a_layer_after_a_linear_one_in_autocast() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(9, 11), Conv2D((2, 3)))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = network(rand(7, 9, dtype=torch.float32))
    assert output.dtype == torch.bfloat16
    output.sum().backward()
    gradients = [parameter.grad for parameter in network.parameters()]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("method", [None, *METHODS])
def test_one_image_of_a_batch_never_affects_another(method: str | None) -> None:
    for size in ((9, 5), (1, 5)):
        images, kernel = torch.ones(3, 50, 37), torch.ones(size)
        images[1] = math.nan
        finite = corr2d(images, kernel, method=method).isfinite()
        assert finite[0].all()
        assert finite[2].all()
        assert not finite[1].any()


def one_bright_pixel(image: Tensor) -> Tensor:
    image[300, 310] = 1e8
    return image


def missing_corner(image: Tensor) -> Tensor:
    image[:50, :60] = -3.4e38
    return image


def missing_half(image: Tensor) -> Tensor:
    image[:, 200:] = -1e30
    return image


HARD: list[Callable[[Tensor], Tensor]] = [one_bright_pixel, missing_corner, missing_half]


@pytest.mark.parametrize("change", HARD)
def test_the_default_is_as_exact_as_a_sum_for_every_window(
    change: Callable[[Tensor], Tensor],
) -> None:
    image = change(rand(400, 420, dtype=torch.float32))
    kernel = rand(31, 37, seed=1, dtype=torch.float32) / 2000
    assert choose_method(image.shape, kernel.shape, "cpu") == "fft"
    exact = expected(image.double(), kernel.double())
    scale = expected(image.double().abs(), kernel.double().abs())
    error = (corr2d(image, kernel).double() - exact).abs()
    # The bound of the docstring, for sums whose rounding is as often up as down.
    assert (error <= torch.finfo(torch.float32).eps * math.sqrt(kernel.numel()) * scale).all()


def test_the_default_counts_exactly() -> None:
    image, kernel = (rand(400, 420, dtype=torch.float32) < 0.5).float(), torch.ones(31, 37)
    assert choose_method(image.shape, kernel.shape, "cpu") == "fft"
    assert torch.equal(corr2d(image, kernel).double(), expected(image.double(), kernel.double()))


@pytest.mark.parametrize("method", [None, "fft"])
def test_no_result_is_negative_where_nothing_else_is(method: str | None) -> None:
    image = rand(400, 420, dtype=torch.float32)
    image[:200] = 0
    kernel = rand(31, 37, seed=1, dtype=torch.float32)
    assert corr2d(image, kernel, method=method).min() >= 0


def test_a_result_raised_to_zero_passes_gradients() -> None:
    image = rand(40, 42)
    image[:20] = 0
    image.requires_grad_()
    kernel = rand(7, 5, seed=1).requires_grad_()
    right = torch.autograd.grad(expected(image, kernel).sum(), (image, kernel))
    found = torch.autograd.grad(corr2d(image, kernel, method="fft").sum(), (image, kernel))
    torch.testing.assert_close(found, right)


def test_an_offset_is_fine() -> None:
    """Rounding is relative to the sums, which an offset makes large."""
    image = rand(400, 420, dtype=torch.float32) + 1000
    kernel = rand(31, 37, seed=1, dtype=torch.float32)
    assert suits_fft(image, kernel)
    torch.testing.assert_close(
        corr2d(image, kernel).double(),
        expected(image.double(), kernel.double()),
        rtol=2e-6,
        atol=0,
    )


@pytest.mark.parametrize(
    ("image", "kernel", "suits"),
    [
        (rand(60, 70), rand(9, 5, seed=1), True),
        (torch.zeros(60, 70), rand(9, 5), True),
        (rand(2, 60, 70) * torch.tensor([1.0, 1e-4])[:, None, None], rand(9, 5), False),
        (rand(60, 70) * torch.logspace(0, -5, 70), rand(9, 5), False),
        (rand(60, 70).round(), torch.ones(9, 5), False),
        (rand(60, 70).round(), rand(9, 5), True),
        (torch.full((60, 70), math.nan), rand(9, 5), False),
        (rand(60, 70) + math.inf, rand(9, 5), False),
        (rand(60, 70), torch.full((9, 5), math.nan), False),
        (rand(60, 70, dtype=torch.float32) * 1e36, rand(9, 5, dtype=torch.float32), False),
        (rand(60, 70, dtype=torch.float32) * 1e-36, rand(9, 5, dtype=torch.float32), False),
    ],
    ids=lambda value: None if isinstance(value, Tensor) else str(value),
)
def test_what_suits_a_transform(image: Tensor, kernel: Tensor, suits: bool) -> None:
    assert suits_fft(image, kernel) == suits


def test_a_quiet_window_is_noticed_wherever_it_is() -> None:
    kernel = rand(7, 4, seed=1)
    for i in range(23 - 7 + 1):
        for j in range(17 - 4 + 1):
            image = rand(23, 17) + 0.1
            image[i : i + 7, j : j + 4] *= 1e-5
            assert not suits_fft(image, kernel), (i, j)


def test_a_loud_pixel_is_noticed_wherever_it_is() -> None:
    kernel = rand(7, 4, seed=1)
    for i, j in ((0, 0), (22, 16), (22, 0), (11, 16)):
        for loud in (1e5, -1e5):
            image = rand(23, 17) + 0.1
            image[i, j] = loud
            assert not suits_fft(image, kernel), (i, j)


def test_a_layer_shows_the_size_of_its_kernel() -> None:
    assert repr(Conv2D((3, 5))) == "Conv2D(kernel_size=(3, 5))"


def test_learning_starts_on_the_images_device_whatever_the_default() -> None:
    arguments: Any = (rand(6, 8), rand(6, 7), (1, 2))
    with torch.device("meta"):
        trace = learn_kernel(*arguments, lr=0.01, steps=2)
    assert trace.kernel.device.type == "cpu"


def test_a_narrow_image_is_not_cut_into_wide_blocks() -> None:
    """The work of 1,001 taps on 20,000 pixels, and not 256 times that."""
    with FlopCounterMode(display=False) as counter:
        METHODS["phases"](rand(20_000, 1), rand(1001, 1))
    assert 0 < counter.get_total_flops() <= 4 * 2 * 20_000 * 1001
