"""What the suites of others expect to find, and a count of what `corr2d` computed in each."""

import json
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from convtutor import METHODS

RECORD = Path(__file__).parents[2] / "docs" / "peers.json"
# The comparisons that held, by the name of the package whose cases they are.
HELD: Counter[str] = Counter()


def pytest_configure(config: pytest.Config) -> None:
    for marker in (
        "skip_xp_backends",
        "xfail_xp_backends",
        "array_api_backends",
        "slow",
        "xslow",
        "xfail_on_32bit",
        "thread_unsafe",
        "fail_slow",
        "parallel_threads",
    ):
        config.addinivalue_line("markers", f"{marker}: SciPy's own")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write down how much was compared, if all of it was and all of it held."""
    if exitstatus == 0 and set(HELD) == {"kornia", "onnx", "scipy", "torch"}:
        cases = {name: {"version": version(name), "cases": HELD[name]} for name in sorted(HELD)}
        RECORD.write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")


@pytest.fixture(params=[None, *METHODS], ids=str)
def method(request: pytest.FixtureRequest) -> str | None:
    """Every method, and the default one."""
    name: str | None = request.param
    return name


@pytest.fixture
def xp() -> Any:
    """The array library that SciPy's tests compute with: NumPy."""
    from scipy._lib._array_api import np_compat

    return np_compat


@pytest.fixture
def held() -> Counter[str]:
    """Count comparisons that hold."""
    return HELD
