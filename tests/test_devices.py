"""The choice of the device, on this machine and on machines that are made up."""

import platform
import re

import pytest
import torch

from convtutor import default_device, describe_device

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
