"""Which results of an earlier build still stand: a digest of all that they can depend on.

Whatever a page shows of its run depends on its own source and on what all pages share: the package,
the code that runs pages and draws their figures, versions, the device, settings. One digest covers
what is shared. When it differs, every page runs again; when it does not, only the pages run whose
own source has changed. Nothing is analysed, so nothing can be overlooked.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from _ext.facts import DOCS, ROOT, built_from, computed_on, system, versions

# What runs pages, or draws on them. Each imports, of the machinery, only others in this list.
SHAPING = (
    *("cells", "figures", "internals", "questions", "running", "surroundings"),
    *("explorer/offers", "explorer/runs"),
)

# Settings that a result may depend on, and those that the whole site may depend on as well.
_COMPUTING = ("CUBLAS_", "CUDA_", "DASK_", "MKL_", "NVIDIA_", "OMP_", "PYTORCH_", "TORCH_")
_ALL = (*_COMPUTING, "CONVTUTOR_", "GITHUB_", "READTHEDOCS", "SOURCE_DATE_EPOCH")

# Written by a build, or by a check, beside the sources.
_WRITTEN = {"_build", "_api", "_backreferences", "tutorials", "__pycache__", ".ruff_cache"}


def of_results(overrides: Mapping[str, Any]) -> str:
    """Digest what the results of all pages share, settings from the command line among it."""
    shaping = [DOCS / "conf.py", *(DOCS / "_ext" / f"{name}.py" for name in SHAPING)]
    files = [*shaping, *_below(DOCS / "_bench"), *_below(ROOT / "convtutor")]
    return _digest(
        _machine(), _settings((*_COMPUTING, "CONVTUTOR_DEVICE")), _contents(files), dict(overrides)
    )


def of_page(shared: str, sources: Iterable[Path]) -> str:
    """Digest what the results of one page depend on: what all share, and its own sources."""
    return _digest(shared, _contents(path for path in sources if path.exists()))


def of_site(overrides: Mapping[str, Any]) -> str:
    """Digest everything that the site depends on."""
    made_from = dict(built_from())
    if "SOURCE_DATE_EPOCH" not in os.environ:
        made_from["date"] = made_from["date"][:4]  # the year of the copyright
    folders = (DOCS, ROOT / "gallery", ROOT / "convtutor")
    files = [path for path in ROOT.iterdir() if path.is_file()]
    files += [path for folder in folders for path in _below(folder)]
    return _digest(_machine(), made_from, _settings(_ALL), _contents(files), dict(overrides))


def _machine() -> dict[str, Any]:
    return {**computed_on(), "system": system(), "versions": versions()}


def _settings(prefixes: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(prefixes)}


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _WRITTEN & set(path.relative_to(folder).parts):
            yield path


def _contents(files: Iterable[Path]) -> dict[str, str]:
    return {os.path.relpath(path, ROOT): sha256(path.read_bytes()).hexdigest() for path in files}


def _digest(*parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
