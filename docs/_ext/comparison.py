"""Compare what two builds computed: a build writes what it computed into ``build.json``."""

import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
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


def results(doctree: nodes.document, figures: Iterable[Path]) -> Record:
    """Digest what a page printed and drew, apart from what it measured, and list its numbers."""
    computed = [block for block in printed(doctree) if "tag_measured" not in block["classes"]]
    text = _WHERE.sub("", "\n".join(block.astext() for block in computed))
    return {
        "printed": _digest(text.encode()),
        "numbers": [float(number) for number in _NUMBER.findall(text)],
        "figures": [_digest(figure.read_bytes()) for figure in sorted(figures)],
    }


def named_records() -> list[Path]:
    """List the records of other builds that the environment names, those in folders too."""
    named = map(Path, filter(None, os.environ.get("CONVTUTOR_RECORDS", "").split(os.pathsep)))
    return [
        file
        for path in named
        for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])
    ]


def other_records(folder: Path) -> dict[str, Record]:
    """Read the records in a folder, and those that the environment names, each with its name.

    Raises:
        ValueError: If one of them is not such a record, or is not there.
    """
    files = [*sorted(folder.glob("*.json")), *named_records()]
    return {file.parent.name if file.stem == "build" else file.stem: _read(file) for file in files}


def agreement(ours: Record, theirs: Record) -> str:
    """Say how far the numbers that a page printed in two builds agree."""
    if ours["printed"] == theirs["printed"]:
        return "the same text" if ours["numbers"] else "prints no numbers"
    if len(ours["numbers"]) != len(theirs["numbers"]):
        return f"other text: {len(ours['numbers'])} and {len(theirs['numbers'])} numbers"
    pairs = list(zip(ours["numbers"], theirs["numbers"], strict=True))
    apart = [pair for pair in pairs if pair[0] != pair[1]]
    if not apart:
        return "other words, the same numbers"
    digits = min(agreeing_digits(*pair) for pair in apart)
    others = "other" if len(apart) == 1 else "others"
    return f"{len(pairs) - len(apart)} of {len(pairs)} numbers, the {others} to {digits} digits"


def agreeing_digits(a: float, b: float) -> int:
    """Count the significant digits that two different numbers share, rounded down."""
    return max(0, math.floor(-math.log10(abs(a - b) / max(abs(a), abs(b)))))


def same_figures(ours: Iterable[str], theirs: Iterable[str]) -> str:
    """Say how many of a page's figures are the same to the last bit."""
    here, there = Counter(ours), Counter(theirs)
    if not here and not there:
        return "none to compare"
    most = max(here.total(), there.total())
    return "all" if here == there else f"{(here & there).total()} of {most}"


def _read(file: Path) -> Record:
    try:
        record: Record = json.loads(file.read_text(encoding="utf-8"))
        record["device"], record["pages"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is no build.json of a site like this one: {error!r}") from None
    return record


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]
