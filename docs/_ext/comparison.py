"""Compare what two builds computed: a build writes what it computed into ``build.json``."""

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docutils import nodes

Record = dict[str, Any]

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")

# PyTorch writes where a tensor is, unless that is the CPU: a number there is no result.
_WHERE = re.compile(r",\s+device='[^']*'")


def printed(doctree: nodes.document) -> list[nodes.literal_block]:
    """List what the cells of a page printed."""
    shown = {"sphx-glr-script-out", "stream"}
    return [block for block in doctree.findall(nodes.literal_block) if shown & {*block["classes"]}]


def numbers(doctree: nodes.document) -> list[float]:
    """List the numbers that a page printed, apart from those that it measured."""
    computed = [block for block in printed(doctree) if "tag_measured" not in block["classes"]]
    text = _WHERE.sub("", "\n".join(block.astext() for block in computed))
    return [float(number) for number in _NUMBER.findall(text)]


def other_records(folder: Path) -> dict[str, Record]:
    """Read the records in a folder, each with its name.

    Raises:
        ValueError: If one of them is not such a record.
    """
    return {file.stem: _read(file) for file in sorted(folder.glob("*.json"))}


def agreement(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Say how far the numbers that a page printed in two builds agree."""
    if len(ours) != len(theirs):
        return f"not compared: {len(ours)} and {len(theirs)} numbers"
    apart = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    if not apart:
        return f"all {len(ours)}" if ours else "it prints none"
    digits = min(agreeing_digits(*pair) for pair in apart)
    others = "other" if len(apart) == 1 else "others"
    return f"{len(ours) - len(apart)} of {len(ours)}, the {others} to {digits} digits"


def agreeing_digits(a: float, b: float) -> int:
    """Count the significant digits that two different numbers share, rounded down."""
    return max(0, math.floor(-math.log10(abs(a - b) / max(abs(a), abs(b)))))


def _read(file: Path) -> Record:
    try:
        record: Record = json.loads(file.read_text(encoding="utf-8"))
        record["device"], record["pages"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is not a build.json of a site like this one: {error!r}") from None
    return record
