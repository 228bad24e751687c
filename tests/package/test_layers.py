"""``Conv2D`` against PyTorch's own layer, which is another implementation of the same formula."""

import math

import pytest
import torch
from torch import Tensor, nn

from convtutor import Conv2D, tolerance
from convtutor.devices import has_float64


def assert_close(actual: Tensor, expected: Tensor) -> None:
    # Sums of at most 120 products of size 1.
    torch.testing.assert_close(
        actual, expected, **tolerance(actual.dtype, actual.device, terms=120)
    )


@pytest.mark.parametrize("kernel_size", [(2, 3), (3, 1), (1, 4)], ids=str)
@pytest.mark.parametrize("image_shape", [(5, 8), (2, 5, 8), (2, 3, 7, 4)], ids=str)
def test_equals_torch_in_values_and_gradients(
    image_shape: tuple[int, ...],
    kernel_size: tuple[int, int],
    dtype: torch.dtype,
    device: torch.device,
) -> None:
    torch.manual_seed(0)
    X = torch.randn(image_shape, dtype=dtype, device=device, requires_grad=True)
    ours = Conv2D(kernel_size).to(X)
    theirs = nn.Conv2d(1, 1, kernel_size).to(X)
    with torch.no_grad():
        ours.bias.fill_(-0.75)
        theirs.weight.copy_(ours.weight)
        assert theirs.bias is not None
        theirs.bias.copy_(ours.bias)

    Y = ours(X)
    # PyTorch's layer wants (batch, channel, height, width).
    expected = theirs(X.reshape(-1, 1, *image_shape[-2:])).reshape(Y.shape)
    assert_close(Y, expected)

    upstream = torch.randn_like(Y)
    gradients = torch.autograd.grad(Y, [X, ours.weight, ours.bias], upstream)
    wanted = torch.autograd.grad(expected, [X, theirs.weight, theirs.bias], upstream)
    for gradient, other in zip(gradients, wanted, strict=True):
        assert_close(gradient, other.reshape(gradient.shape))


def test_gradients_match_finite_differences(device: torch.device) -> None:
    if not has_float64(device):
        pytest.skip("finite differences in float32 are too rough")
    torch.manual_seed(0)
    layer = Conv2D((2, 3)).to(device, torch.float64)
    X = torch.randn(2, 3, 5, dtype=torch.float64, device=device, requires_grad=True)

    def forward(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        y: Tensor = torch.func.functional_call(layer, {"weight": weight, "bias": bias}, (x,))
        return y

    # Some GPUs add up a gradient in another order each time.
    inputs = (X, layer.weight, layer.bias)
    assert torch.autograd.gradcheck(forward, inputs, nondet_tol=1e-12)


@pytest.mark.parametrize("kernel_size", [(2, 3), [3, 1], torch.Size([1, 4])], ids=str)
def test_learns_a_weight_and_a_bias_that_starts_at_zero(
    kernel_size: tuple[int, int], device: torch.device
) -> None:
    layer = Conv2D(kernel_size).to(device)
    parameters = dict(layer.named_parameters())
    assert {name: tuple(p.shape) for name, p in parameters.items()} == {
        "weight": tuple(kernel_size),
        "bias": (1,),
    }
    assert all(p.requires_grad and p.dtype == torch.float32 for p in parameters.values())
    assert layer.bias.item() == 0


def test_weight_is_uniform_from_0_to_1() -> None:
    torch.manual_seed(0)
    weight = Conv2D((160, 250)).weight.detach()
    assert weight.min() >= 0
    assert weight.max() < 1
    # Each tenth expects 4000 of the 40 000 draws, give or take 60: five times that is no chance.
    counts = torch.histc(weight, bins=10, min=0, max=1)
    assert (counts - 4000).abs().max() < 5 * math.sqrt(40_000 * 0.1 * 0.9)

    assert not torch.equal(weight, Conv2D((160, 250)).weight)
    torch.manual_seed(0)
    assert torch.equal(weight, Conv2D((160, 250)).weight)


def test_state_survives_a_round_trip(device: torch.device) -> None:
    saved = Conv2D((2, 3)).to(device)
    with torch.no_grad():
        saved.bias.fill_(0.5)
    state = saved.state_dict()
    assert list(state) == ["weight", "bias"]

    loaded = Conv2D((2, 3)).to(device)
    assert not torch.equal(loaded.weight, saved.weight)
    loaded.load_state_dict(state)
    X = torch.arange(20.0, device=device).reshape(4, 5)
    assert torch.equal(loaded(X), saved(X))


@pytest.mark.parametrize(
    "kernel_size",
    [3, None, "ab", (2,), (1, 2, 3), (0, 2), (2, -1), (2.0, 3), (True, 2)],
    ids=repr,
)
def test_refuses_a_kernel_size_that_is_not_two_positive_integers(kernel_size: object) -> None:
    with pytest.raises(ValueError, match="kernel_size") as error:
        Conv2D(kernel_size)  # type: ignore[arg-type]
    assert str(error.value) == (
        f"kernel_size must be two positive integers (height, width), got {kernel_size!r}"
    )
