"""What every test shares: the device, the precisions, and figures without a screen."""

import matplotlib
import pytest
import torch

from convtutor import default_device
from convtutor.devices import has_float64


def pytest_configure() -> None:
    """Set the libraries up, or end the run in one line if the device is not there."""
    matplotlib.use("agg")
    # Some GPUs round the factors of a convolution to 10 bits unless they are told not to.
    torch.backends.cudnn.conv.fp32_precision = "ieee"  # type: ignore[attr-defined]
    try:
        default_device()
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session")
def device() -> torch.device:
    """Where to compute: what ``CONVTUTOR_DEVICE`` names, else the accelerator, else the CPU."""
    return default_device()


@pytest.fixture(params=[torch.float32, torch.float64], ids=["float32", "float64"])
def dtype(request: pytest.FixtureRequest, device: torch.device) -> torch.dtype:
    """Both precisions, where the device has both."""
    precision: torch.dtype = request.param
    if precision == torch.float64 and not has_float64(device):
        pytest.skip(f"{device} has no float64")
    return precision
