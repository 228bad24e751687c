"""The choice of the device, and how exactly it computes, on this machine and on made-up ones."""

import platform
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from convtutor import convolution_precision, default_device, describe_device, tolerance
from convtutor.devices import has_float64

VARIABLE = "CONVTUTOR_DEVICE"


def pretend(monkeypatch: pytest.MonkeyPatch, kind: str | None, count: int = 1) -> None:
    """Make torch find ``count`` accelerators of a kind, or a driver for CUDA and no card."""

    def current_accelerator(check_available: bool = False) -> torch.device | None:
        if check_available:
            return None if kind is None else torch.device(kind)
        return torch.device(kind or "cuda")

    monkeypatch.setattr(torch.accelerator, "current_accelerator", current_accelerator)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: count if kind else 0)


def test_default_device_computes(device: torch.device) -> None:
    assert torch.ones(2, 3, device=device).sum().item() == 6


@pytest.mark.parametrize("wanted", [None, ""], ids=["unset", "empty"])
@pytest.mark.parametrize(
    ("kind", "expected"), [(None, "cpu"), ("cuda", "cuda"), ("mps", "mps"), ("xpu", "xpu")]
)
def test_picks_the_accelerator_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, kind: str | None, expected: str, wanted: str | None
) -> None:
    pretend(monkeypatch, kind)
    if wanted is None:
        monkeypatch.delenv(VARIABLE, raising=False)
    else:
        monkeypatch.setenv(VARIABLE, wanted)
    assert default_device() == torch.device(expected)


@pytest.mark.parametrize(
    ("kind", "count", "wanted"),
    [
        (None, 0, "cpu"),
        (None, 0, "cpu:0"),
        ("cuda", 2, "cpu"),
        ("cuda", 2, "cuda"),
        ("cuda", 2, "cuda:0"),
        ("cuda", 2, "cuda:1"),
        ("mps", 1, "mps"),
    ],
)
def test_the_variable_overrides_the_choice(
    monkeypatch: pytest.MonkeyPatch, kind: str | None, count: int, wanted: str
) -> None:
    pretend(monkeypatch, kind, count)
    monkeypatch.setenv(VARIABLE, wanted)
    assert default_device() == torch.device(wanted)


@pytest.mark.parametrize(
    ("kind", "count", "wanted", "has"),
    [
        (None, 0, "cuda", "cpu"),
        (None, 0, "cpu:1", "cpu"),
        (None, 0, "meta", "cpu"),
        ("cuda", 2, "cuda:2", "cpu, cuda:0, cuda:1"),
        ("cuda", 1, "mps", "cpu, cuda:0"),
        ("cuda", 2, "cpu:1", "cpu, cuda:0, cuda:1"),
        ("mps", 1, "cuda", "cpu, mps:0"),
    ],
)
def test_a_device_that_is_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch, kind: str | None, count: int, wanted: str, has: str
) -> None:
    pretend(monkeypatch, kind, count)
    monkeypatch.setenv(VARIABLE, wanted)
    with pytest.raises(ValueError, match=VARIABLE) as error:
        default_device()
    assert str(error.value) == (
        f"CONVTUTOR_DEVICE={wanted!r} is not on this machine, which has: {has}"
    )


def test_cuda_without_cuda_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    monkeypatch.setenv(VARIABLE, "cuda")
    text = "CONVTUTOR_DEVICE='cuda' is not on this machine, which has: cpu"
    with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
        default_device()


@pytest.mark.parametrize("wanted", ["gpu", " cpu", "cuda:x", "cuda:-1", "fast\nplease"])
def test_a_name_that_torch_does_not_know_is_an_error_of_one_line(
    monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    pretend(monkeypatch, "cuda", 2)
    monkeypatch.setenv(VARIABLE, wanted)
    with pytest.raises(ValueError, match=VARIABLE) as error:
        default_device()
    assert str(error.value) == (
        f"CONVTUTOR_DEVICE={wanted!r} is not the name of a device; this machine has: "
        "cpu, cuda:0, cuda:1"
    )
    assert "\n" not in str(error.value)
    assert error.value.__suppress_context__  # torch's own list of kinds says less


@pytest.mark.parametrize(("threads", "text"), [(1, "1 thread"), (2, "2 threads")])
def test_describes_the_cpu(monkeypatch: pytest.MonkeyPatch, threads: int, text: str) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    assert describe_device(torch.device("cpu")) == f"CPU (x86_64, AVX512, {text})"


@pytest.mark.parametrize("kind", ["cuda", "xpu"])
def test_describes_an_accelerator_by_its_model(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    models = {torch.device(kind, 0): "Model A", torch.device(kind, 1): "Model B"}
    monkeypatch.setattr(getattr(torch, kind), "get_device_name", models.__getitem__)
    assert describe_device(torch.device(kind, 1)) == f"{kind.upper()} (Model B)"


def test_describes_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert describe_device(torch.device("mps")) == "MPS (arm64)"


def test_describes_this_machine_in_one_line(device: torch.device) -> None:
    assert re.fullmatch(rf"{device.type.upper()} \([^\n]+\)", describe_device(device))


@pytest.mark.parametrize(
    ("kind", "fp64", "expected"),
    [
        ("cpu", None, True),
        ("cuda", None, True),
        ("mps", None, False),
        ("xpu", True, True),
        ("xpu", False, False),
    ],
)
def test_knows_which_devices_have_float64(
    monkeypatch: pytest.MonkeyPatch, kind: str, fp64: bool | None, expected: bool
) -> None:
    properties = SimpleNamespace(has_fp64=fp64)
    monkeypatch.setattr(torch.xpu, "get_device_properties", lambda _: properties)
    assert has_float64(torch.device(kind)) is expected


CPU, CUDA, XPU, MPS = (torch.device(kind) for kind in ("cpu", "cuda", "xpu", "mps"))


# The switches for the precision of convolutions, which torch's hints do not know.
SWITCHES: dict[str, Any] = {
    library: getattr(torch.backends, library).conv for library in ("cudnn", "mkldnn")
}


@pytest.fixture
def switches() -> Iterator[dict[str, Any]]:
    """Lend the switches, and give them back as they were."""
    before = {library: switch.fp32_precision for library, switch in SWITCHES.items()}
    yield SWITCHES
    for library, chosen in before.items():
        SWITCHES[library].fp32_precision = chosen


@pytest.mark.parametrize(
    ("device", "library", "chosen", "eps"),
    [
        (CUDA, "cudnn", "ieee", 2**-23),
        (CUDA, "cudnn", "tf32", 2**-10),
        (CPU, "mkldnn", "ieee", 2**-23),
        (CPU, "mkldnn", "bf16", 2**-7),
        (XPU, "mkldnn", "tf32", 2**-10),
    ],
)
def test_rounded_factors_widen_the_tolerance_of_float32_alone(
    switches: dict[str, Any], device: torch.device, library: str, chosen: str, eps: float
) -> None:
    switches[library].fp32_precision = chosen
    assert convolution_precision(device) == chosen
    assert tolerance(torch.float32, device, terms=6) == {"rtol": 6 * eps, "atol": 6 * eps}
    assert tolerance(torch.float64, device, terms=6)["rtol"] == 6 * 2**-52
    assert tolerance(torch.float16, device, terms=6)["rtol"] == 6 * 2**-10


def test_devices_that_were_told_nothing_keep_all_digits(switches: dict[str, Any]) -> None:
    switches["mkldnn"].fp32_precision = "none"
    assert convolution_precision(CPU) == convolution_precision(MPS) == "ieee"


@pytest.mark.parametrize("terms", [1, 40, 1000])
def test_the_tolerance_holds_and_is_not_idle(
    terms: int, dtype: torch.dtype, device: torch.device
) -> None:
    """A sum taken in another order passes; a thousandth more for each term does not."""
    torch.manual_seed(0)
    factors = torch.rand(2, 50, terms, dtype=dtype, device=device)
    products = factors.prod(0)
    bounds = tolerance(dtype, device, terms=terms)
    forwards = products.cumsum(1)[:, -1]
    torch.testing.assert_close(forwards, products.flip(1).cumsum(1)[:, -1], **bounds)
    with pytest.raises(AssertionError, match="not close"):
        torch.testing.assert_close(forwards, forwards + 1e-3 * terms, **bounds)


@pytest.mark.parametrize(
    ("dtype", "terms", "error", "rule"),
    [
        (torch.float32, 0, ValueError, "terms must be at least 1, got 0"),
        (torch.float32, 2.5, TypeError, "terms must be an integer, got 2.5"),
        (torch.int64, 3, TypeError, "dtype must be a floating-point type, got torch.int64"),
    ],
)
def test_a_tolerance_that_makes_no_sense_is_an_error(
    dtype: torch.dtype, terms: Any, error: type[Exception], rule: str
) -> None:
    with pytest.raises(error, match=f"^{rule}$"):
        tolerance(dtype, CPU, terms=terms)
