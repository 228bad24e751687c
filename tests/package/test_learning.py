"""``learn_kernel`` against the notebook's printout, a closed formula, and PyTorch's optimiser;
``curvature`` and ``largest_stable_lr`` against counting, autograd, and what training does.
"""

import dataclasses
import re
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from convtutor import corr2d, curvature, images, largest_stable_lr, learn_kernel, tolerance

START, GOAL, LR, STEPS = (0.6147, -0.4089), (1.0, -1.0), 0.03, 20


def assert_close(actual: Tensor, expected: Tensor) -> None:
    # Sums of some ten products of size 1, over twenty steps that shrink the roundings they inherit.
    # The last losses are squares of differences a thousand times smaller than what is subtracted,
    # so they lose two or three digits more; what matters of them is that they are near zero.
    bounds = tolerance(actual.dtype, actual.device)
    torch.testing.assert_close(actual, expected, rtol=1000 * bounds["rtol"], atol=bounds["atol"])


@pytest.fixture
def lesson(dtype: torch.dtype, device: torch.device) -> dict[str, Any]:
    """The notebook's image, target, kernel size, rate, number of steps and first kernel."""
    image = images.striped(6, 8, dtype=dtype, device=device)
    return {
        "image": image,
        "target": corr2d(image, image.new_tensor([GOAL])),
        "kernel_size": (1, 2),
        "lr": LR,
        "steps": STEPS,
        "start": image.new_tensor([START]),
    }


def test_prints_what_the_notebook_prints(lesson: dict[str, Any]) -> None:
    trace = learn_kernel(**lesson)
    assert [f"{loss:.3f}" for loss in trace.losses[1::2].tolist()] == [
        "1.578", "0.363", "0.101", "0.033", "0.012", "0.005", "0.002", "0.001", "0.000", "0.000",
    ]  # fmt: skip
    assert [f"{tap:.4f}" for tap in trace.kernel.flatten().tolist()] == ["1.0011", "-0.9987"]


def test_follows_the_closed_formula(lesson: dict[str, Any]) -> None:
    # The loss is ½ eᵀHe, with e what the kernel lacks. Of the 42 windows of the striped image 18
    # hold a 1 on the left, 18 on the right, and 12 on both: H is twice that. A step multiplies e by
    # 1 − lr·H.
    H = torch.tensor([[36.0, 24.0], [24.0, 36.0]], dtype=torch.float64)
    goal = torch.tensor(GOAL, dtype=torch.float64)
    e = torch.tensor(START, dtype=torch.float64) - goal
    losses, kernels = [], [goal + e]
    for _ in range(STEPS):
        losses.append(0.5 * e @ H @ e)
        e = e - LR * H @ e
        kernels.append(goal + e)

    trace = learn_kernel(**lesson)
    image = lesson["image"]
    assert trace.losses.shape == (STEPS,)
    assert_close(trace.losses, torch.stack(losses).to(image))
    expected = torch.stack(kernels).to(image).reshape(STEPS + 1, 1, 2)
    assert_close(trace.kernels, expected)
    assert torch.equal(trace.kernel, trace.kernels[STEPS])


def test_takes_the_steps_of_torchs_optimiser(dtype: torch.dtype, device: torch.device) -> None:
    torch.manual_seed(0)
    image = torch.randn(2, 3, 5, 7, dtype=dtype, device=device)
    target = torch.randn(2, 3, 4, 5, dtype=dtype, device=device)
    trace = learn_kernel(image, target, (2, 3), lr=0.002, steps=4)
    assert trace.losses.shape == (4,)
    assert trace.kernels.shape == (5, 2, 3)

    layer = nn.Conv2d(1, 1, (2, 3), bias=False).to(image)
    with torch.no_grad():
        layer.weight.copy_(trace.kernels[0])
    optimiser = torch.optim.SGD(layer.parameters(), lr=0.002)
    for step in range(4):
        response = layer(image.reshape(6, 1, 5, 7)).reshape(target.shape)
        loss = ((response - target) ** 2).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        assert_close(trace.losses[step], loss.detach())
        kernel = layer.weight.detach().reshape(2, 3)
        assert_close(trace.kernels[step + 1], kernel)


def test_no_steps_leave_the_start(lesson: dict[str, Any], dtype: torch.dtype) -> None:
    trace = learn_kernel(**lesson | {"steps": 0})
    assert trace.losses.shape == (0,)
    assert (trace.losses.dtype, trace.losses.device) == (dtype, lesson["image"].device)
    assert torch.equal(trace.kernels, lesson["start"].reshape(1, 1, 2))
    assert torch.equal(trace.kernel, lesson["start"])


def test_without_a_start_draws_one_from_0_to_1(dtype: torch.dtype, device: torch.device) -> None:
    image = torch.zeros(25, 41, dtype=dtype, device=device)
    torch.manual_seed(0)
    first, second = (
        learn_kernel(image, image[:2, :2], (24, 40), lr=0.1, steps=0).kernel for _ in range(2)
    )
    assert not torch.equal(first, second)
    assert (first.dtype, first.device) == (dtype, image.device)
    # Of 960 uniform draws, some fall into either outer hundredth, but for one time in 15 000.
    assert 0 <= first.min() < 0.01
    assert 0.99 < first.max() <= 1
    assert 0.45 < first.mean() < 0.55  # five times what chance explains


def test_leaves_what_it_was_given_alone(lesson: dict[str, Any]) -> None:
    tensors = {name: value for name, value in lesson.items() if isinstance(value, Tensor)}
    assert list(tensors) == ["image", "target", "start"]
    before = {name: tensor.clone() for name, tensor in tensors.items()}
    for tensor in tensors.values():
        tensor.requires_grad_()

    trace = learn_kernel(**lesson)
    for name, tensor in tensors.items():
        assert torch.equal(tensor, before[name]), name
        assert tensor.requires_grad, name
        assert tensor.grad is None, name
    # And the other way round: the trace is no view of the start, and holds no graph.
    with torch.no_grad():
        lesson["start"].zero_()
    assert torch.equal(trace.kernels[0], before["start"])
    assert not trace.losses.requires_grad
    assert not trace.kernels.requires_grad


def test_learns_where_gradients_are_switched_off(lesson: dict[str, Any]) -> None:
    expected = learn_kernel(**lesson)
    with torch.no_grad():
        trace = learn_kernel(**lesson)
    assert_close(trace.kernels, expected.kernels)


def test_a_trace_does_not_change(lesson: dict[str, Any]) -> None:
    trace = learn_kernel(**lesson | {"steps": 1})
    assert trace != learn_kernel(**lesson | {"steps": 1})  # another one, whatever it holds
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.losses = trace.kernels  # type: ignore[misc]


# On an image of shape (6, 8), a kernel of shape (1, 2) gives a response of shape (6, 7).
@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        ({"lr": 0.0}, ValueError, "lr must be positive and finite, got 0.0"),
        ({"lr": -0.03}, ValueError, "lr must be positive and finite, got -0.03"),
        ({"lr": float("nan")}, ValueError, "lr must be positive and finite, got nan"),
        ({"lr": float("inf")}, ValueError, "lr must be positive and finite, got inf"),
        ({"lr": "0.1"}, TypeError, "lr must be a number, got '0.1'"),
        ({"steps": True}, TypeError, "steps must be an integer, got True"),
        ({"steps": -1}, ValueError, "steps must be at least 0, got -1"),
        (
            {"start": torch.zeros(2, 1)},
            ValueError,
            "start of shape (2, 1) does not match kernel_size (1, 2)",
        ),
        (
            # It would broadcast against the response.
            {"target": torch.zeros(1, 7)},
            ValueError,
            "target of shape (1, 7) does not match the response of shape (6, 7)",
        ),
        (
            {"target": torch.zeros(6, 8)},
            ValueError,
            "target of shape (6, 8) does not match the response of shape (6, 7)",
        ),
        (
            {"kernel_size": 2},
            ValueError,
            "kernel_size must be two positive integers (height, width), got 2",
        ),
        (
            {"start": None, "kernel_size": (7, 2)},
            ValueError,
            "kernel of shape (7, 2) does not fit in image of shape (6, 8): 7 > 6",
        ),
        (
            {"image": torch.ones(6, 8, dtype=torch.int64)},
            TypeError,
            "image of dtype torch.int64 must have a floating-point type, so that its loss has "
            "gradients: use image.to(torch.float32)",
        ),
        (
            {"target": torch.zeros(6, 7, dtype=torch.float16)},
            TypeError,
            "target of dtype torch.float16 does not match image of dtype {dtype}: use "
            "target.to(image.dtype)",
        ),
        (
            {"start": torch.zeros(1, 2, dtype=torch.float16)},
            TypeError,
            "start of dtype torch.float16 does not match image of dtype {dtype}: use "
            "start.to(image.dtype)",
        ),
    ],
)
def test_says_what_is_wrong(
    lesson: dict[str, Any], wrong: dict[str, Any], error: type[Exception], text: str
) -> None:
    image = lesson["image"]
    arguments = lesson | wrong
    for name, value in wrong.items():
        if isinstance(value, Tensor):
            # A tensor of torch's default dtype is there for its shape, any other for its dtype.
            dtype = image.dtype if value.dtype == torch.float32 else value.dtype
            arguments[name] = value.to(image.device, dtype)
    text = text.format(dtype=image.dtype)
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        learn_kernel(**arguments)


def test_curvature_counts_the_ones_of_the_stripe(dtype: torch.dtype, device: torch.device) -> None:
    H = curvature(images.striped(6, 8, dtype=dtype, device=device), (1, 2))
    assert torch.equal(H, torch.tensor([[36, 24], [24, 36]], dtype=dtype, device=device))
    # On its side, a kernel of shape (1, 2) sees rows of equal pixels: 8 rows of 5 windows, half
    # of them bright.
    H = curvature(images.striped(6, 8, dtype=dtype, device=device).T, (1, 2))
    assert torch.equal(H, torch.full((2, 2), 40, dtype=dtype, device=device))


def test_curvature_is_the_hessian_of_the_loss(dtype: torch.dtype, device: torch.device) -> None:
    torch.manual_seed(0)
    image = torch.randn(2, 3, 5, 7, dtype=dtype, device=device)
    target = torch.randn(2, 3, 4, 5, dtype=dtype, device=device)
    kernel = torch.randn(2, 3, dtype=dtype, device=device)

    def loss(kernel: Tensor) -> Tensor:
        return ((corr2d(image, kernel) - target) ** 2).sum()

    H = torch.autograd.functional.hessian(loss, kernel)  # type: ignore[no-untyped-call]
    actual = curvature(image, (2, 3))
    assert (actual.dtype, actual.device) == (dtype, image.device)
    # Sums of 120 products of size 1.
    torch.testing.assert_close(actual, H.reshape(6, 6), **tolerance(dtype, device, terms=120))


class _NoFloat64(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Refuse, as Apple's GPUs do, to become float64 while changing the device."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if kwargs.get("dtype") == torch.float64 and kwargs.get("device") is not None:
            raise TypeError("no float64 on this device")
        return func(*args, **kwargs)


def test_the_limit_needs_no_float64_on_the_device(device: torch.device) -> None:
    image = images.striped(6, 8, device=device)
    with _NoFloat64():  # type: ignore[no-untyped-call]
        assert largest_stable_lr(image, (1, 2)) == pytest.approx(2 / 60, rel=1e-14)


def test_the_stripes_limit_is_a_thirtieth(dtype: torch.dtype, device: torch.device) -> None:
    limit = largest_stable_lr(images.striped(6, 8, dtype=dtype, device=device), (1, 2))
    assert isinstance(limit, float)
    assert limit == pytest.approx(2 / 60, rel=1e-14)  # 12 and 60 are exact


@pytest.mark.parametrize("kernel_size", [(1, 2), (2, 1), (2, 3)])
def test_below_the_limit_it_settles_and_above_it_does_not(
    kernel_size: tuple[int, int], dtype: torch.dtype, device: torch.device
) -> None:
    torch.manual_seed(0)
    image = torch.randn(2, 5, 7, dtype=dtype, device=device)
    goal = torch.randn(kernel_size, dtype=dtype, device=device)
    lesson: dict[str, Any] = {"kernel_size": kernel_size, "steps": 400, "start": 0 * goal}
    limit = largest_stable_lr(image, kernel_size)
    target = corr2d(image, goal)
    # In the steepest direction a step leaves −0.98 of the error, or −1.02: after 400 steps that is
    # a three-thousandth, or three thousand times; squared, in the loss. Part of the first loss
    # belongs to the other directions.
    below = learn_kernel(image, target, lr=0.99 * limit, **lesson)
    above = learn_kernel(image, target, lr=1.01 * limit, **lesson)
    assert below.losses[-1] < 1e-5 * below.losses[0]
    assert above.losses[-1] > 1e3 * above.losses[0]


def test_no_rate_is_too_large_for_a_black_image(device: torch.device) -> None:
    assert largest_stable_lr(torch.zeros(6, 8, device=device), (2, 3)) == float("inf")


def test_the_limit_of_a_bright_image_in_half_precision(device: torch.device) -> None:
    # 200 · 199 windows of ones, so the curvatures are 0 and 4 · 39 800: half precision ends at
    # 65 504.
    image = torch.ones(200, 200, dtype=torch.float16, device=device)
    assert largest_stable_lr(image, (1, 2)) == pytest.approx(2 / (4 * 39_800), rel=1e-12)


@pytest.mark.parametrize("pixel", [float("nan"), float("inf"), 1e200])
def test_there_is_no_limit_where_the_sums_are_not_finite(pixel: float) -> None:
    image = torch.ones(6, 8, dtype=torch.float64)
    image[2, 3] = pixel
    with pytest.raises(ValueError, match=r"^image must be finite, and so must the sums"):
        largest_stable_lr(image, (1, 2))


@pytest.mark.parametrize("name", ["image", "target", "start"])
def test_takes_tensors_only(lesson: dict[str, Any], name: str) -> None:
    text = f"{name} of type list is not a tensor: use torch.as_tensor({name})"
    with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
        learn_kernel(**lesson | {name: lesson[name].tolist()})


@pytest.mark.parametrize("name", ["target", "start"])
def test_takes_tensors_of_one_device_only(lesson: dict[str, Any], name: str) -> None:
    # The device "meta" is on every machine and is never the default.
    with pytest.raises(ValueError, match=f"^{name} on device meta does not match image on device"):
        learn_kernel(**lesson | {name: lesson[name].to("meta")})


@pytest.mark.parametrize("function", [curvature, largest_stable_lr])
def test_curvature_takes_a_tensor_only(function: Any) -> None:
    with pytest.raises(TypeError, match=r"^image of type list is not a tensor"):
        function([[1.0, 2.0]], (1, 2))


@pytest.mark.parametrize("function", [curvature, largest_stable_lr])
@pytest.mark.parametrize(
    ("image_dtype", "kernel_size", "error", "text"),
    [
        (
            torch.int64,
            (1, 2),
            TypeError,
            "image of dtype torch.int64 must have a floating-point type, so that its loss has "
            "gradients: use image.to(torch.float32)",
        ),
        (
            torch.float32,
            2,
            ValueError,
            "kernel_size must be two positive integers (height, width), got 2",
        ),
        (
            torch.float32,
            (0, 2),
            ValueError,
            "kernel_size must be two positive integers (height, width), got (0, 2)",
        ),
        (
            torch.float32,
            (True, 2),
            ValueError,
            "kernel_size must be two positive integers (height, width), got (True, 2)",
        ),
        (
            torch.float32,
            (7, 2),
            ValueError,
            "kernel of shape (7, 2) does not fit in image of shape (6, 8): 7 > 6",
        ),
    ],
)
def test_curvature_says_what_is_wrong(
    function: Any,
    image_dtype: torch.dtype,
    kernel_size: Any,
    error: type[Exception],
    text: str,
) -> None:
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        function(torch.ones(6, 8, dtype=image_dtype), kernel_size)
