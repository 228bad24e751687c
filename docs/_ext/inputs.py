"""What a result depends on: the code, the machine and the settings, as names and digests."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import convtutor
from _ext import questions
from _ext.comparison import named_records
from _ext.dependencies import Need, Project
from _ext.facts import DOCS, built_from, computed_on, system, versions
from convtutor import exercises
from convtutor.exercises import EXERCISES

_ROOT = DOCS.parent
_PACKAGE = Path(convtutor.__file__).parent
# Where the project's own modules are, for a page that imports them.
PATH = (_PACKAGE.parent, DOCS, DOCS / "_bench")
# Written by a build, or by a check, beside the sources.
_WRITTEN = {"_build", "_api", "_backreferences", "tutorials", "__pycache__", ".ruff_cache"}

# Settings that a result may depend on.
_COMPUTING = (
    "CONVTUTOR_DEVICE",
    "CUBLAS_",
    "CUDA_",
    "DASK_",
    "MKL_",
    "MPL",
    "NVIDIA_",
    "OMP_",
    "PYTORCH_",
    "TORCH_",
    "TQDM_",
)
# Settings that the whole site may depend on.
_PUBLISHING = ("CONVTUTOR_", "GITHUB_", "READTHEDOCS", "SOURCE_DATE_EPOCH")

Inputs = dict[str, Any]


def of_machine() -> Inputs:
    """List what the result of every page depends on."""
    return {
        **computed_on(),
        "system": system(),
        **_settings(_COMPUTING),
        "versions": versions(),
    }


def of_page(project: Project, code: str, common: Inputs, hooks: Iterable[str] = ()) -> Inputs:
    """List what the result of one page depends on.

    Args:
        project: Our own code.
        code: Its Python code.
        common: What every page depends on.
        hooks: Functions of ours that shape its output, as ``module.function``.

    Returns:
        Names and values, or digests of definitions.
    """
    calls = "".join("from {0} import {2}\n".format(*hook.rpartition(".")) for hook in hooks)
    found = project.dependencies(calls) | project.dependencies(code, instead=_exercises(code))
    used = {f"{_name(file)} {name}".strip(): source for (file, name), source in found.items()}
    digests = {name: _hash(used[name]) for name in sorted(used)}
    return {"its code": _hash(code.encode()), **digests, **common}


def of_questions(script: Path) -> Inputs:
    """List what is evaluated at the end of a script, for its questions."""
    file = questions.source(script)
    return {"its questions": _hash(file.read_bytes())} if file.exists() else {}


def of_site(machine: Inputs, options: Mapping[str, Any]) -> Inputs:
    """List what the site as a whole depends on.

    Args:
        machine: What every page depends on.
        options: Settings of Sphinx from the command line.

    Returns:
        Names and values, or digests of files.
    """
    site = {
        **machine,
        **built_from(),
        **_settings(_PUBLISHING),
        **{_name(file): _hash(file.read_bytes()) for file in sorted(_sources())},
        # One that is not there stops the build later, with an error that says so.
        **{str(file): _hash(file.read_bytes()) for file in named_records() if file.is_file()},
        "options": json.dumps(options, default=str),
    }
    if "SOURCE_DATE_EPOCH" not in site:
        site["date"] = site["date"][:4]  # the year of the copyright
    return site


def _exercises(code: str) -> dict[Need, list[Need]]:
    """Of the table of all exercises, a page needs those that it calls by their names."""
    if "EXERCISES" in code:
        return {}
    modules = {name: exercise.solution.__module__ for name, exercise in EXERCISES.items()}
    called = [(module, name.upper()) for name, module in modules.items() if f'"{name}"' in code]
    return {(exercises.__name__, "EXERCISES"): called}


def _settings(prefixes: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(prefixes)}


def _sources() -> Iterator[Path]:
    """List the files that the site is made of."""
    yield from (path for path in _ROOT.iterdir() if path.is_file())
    for folder in (DOCS, _ROOT / "gallery", _PACKAGE):
        for path in folder.rglob("*"):
            if path.is_file() and not _WRITTEN & set(path.relative_to(folder).parts):
                yield path


def _name(file: Path) -> str:
    """Call a file by its path from the root of the project."""
    return Path(os.path.relpath(file, _PACKAGE.parent)).as_posix()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """List the names whose values differ."""
    changed = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            changed += changes(old, new)
        elif old != new:
            changed.append(name)
    return changed
