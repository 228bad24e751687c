"""Compare what a reader answers with what the build computed.

Beside the site, ``docs/questions/SECTION/PAGE.toml`` says which expression answers a question, and
what to say to a usual slip. The expressions are evaluated when a script has run as far as the
answer goes; their values travel to the page as data of the form that the question ends in.
"""

import json
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from _ext.cells import answers, read
from _ext.internals import cell_failed

_FOLDER = Path(__file__).parents[1] / "questions"
_KEYS = {"text", "answer", "near", "slips", "choices", "labels"}
_KEPT = "judged: "  # begins the comment that holds an answer
_DIGITS = 6  # of a number in single precision


def source(script: Path) -> Path:
    """Say where the questions of a script are."""
    return _FOLDER / script.parent.name / f"{script.stem}.toml"


def scrape(block: tuple[str, str, int], block_vars: dict[str, Any], conf: object) -> str:
    """Evaluate what answers a question, once its cells have run.

    Called by sphinx-gallery after every code block.

    Returns:
        The reStructuredText that keeps the values for the page.

    Raises:
        ExtensionError: If an entry cannot be used.
    """
    script = Path(block_vars["src_file"])
    file = source(script)
    if not file.exists() or cell_failed():
        return ""
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("question", [])
    cells = read(script)
    asked = [asking.question for asking, _ in answers(cells)]
    rst = ""
    for entry in entries:
        where = f"{file}: {entry.get('text')!r}"
        if entry.get("text") not in asked:
            raise ExtensionError(f"{where} is not asked; {script.name} asks {asked}")
        asking, answer = list(answers(cells))[asked.index(entry["text"])]
        until = max(answer, default=asking, key=lambda cell: cell.line).line
        last = max((c.line for c in cells if c.kind != "text" and c.line <= until), default=0)
        if last == block[2]:
            try:
                judged = evaluate(entry, block_vars["example_globals"])
            except Exception as error:  # whatever an expression may raise
                raise ExtensionError(f"{where}: {error}") from error
            rst += f"\n.. {_KEPT}{_pack(judged)}\n"
    return rst


def evaluate(entry: Mapping[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """Replace the expressions of an entry by their values.

    Args:
        entry: As it stands in the file.
        names: What the page has defined so far.

    Returns:
        What the page's script compares a reader's answer with.

    Raises:
        ValueError: If the entry has a key too many, or a value of the wrong kind.
    """
    if unknown := entry.keys() - _KEYS:
        raise ValueError(f"unknown keys {sorted(unknown)}; there are {sorted(_KEYS)}")
    choices = entry.get("choices")

    def value(expression: str) -> Any:
        found = eval(expression, dict(names))
        return _keys(found, choices) if choices else _numbers(found)

    kept = {key: entry[key] for key in ("text", "near", "choices", "labels") if key in entry}
    answer = value(entry["answer"])
    slips = [{"value": value(slip["value"]), "say": slip["say"]} for slip in entry.get("slips", ())]
    if any(slip["value"] == answer for slip in slips):
        raise ValueError(f"a slip has the right answer, {answer}")
    return {**kept, "answer": answer, "slips": slips}


def _keys(found: Any, choices: Mapping[str, str]) -> list[str]:
    several = isinstance(found, list | tuple | set | frozenset)
    keys = sorted(map(str, found)) if several else [str(found)]
    if lost := [key for key in keys if key not in choices]:
        raise ValueError(f"{lost} are not among the choices {list(choices)}")
    return keys


def _numbers(found: Any) -> Any:
    """Turn a number, or rows of them, into JSON; rounding errors of single precision go."""
    found = found.tolist() if hasattr(found, "tolist") else found
    if isinstance(found, list | tuple):
        return [_numbers(part) for part in found]
    if not isinstance(found, int | float):
        raise ValueError(f"{found!r} is not a number; a question about it needs choices")
    number = found if isinstance(found, int) else float(f"{found:.{_DIGITS}g}")
    return int(number) if number == int(number) else number


def _pack(judged: dict[str, Any]) -> str:
    """Write data as letters, so that nobody reads an answer by accident."""
    return b64encode(json.dumps(judged, ensure_ascii=False).encode()).decode()


def collect(doctree: nodes.document) -> dict[str, str]:
    """Find what `scrape` has kept in the comments of a page: data by question."""
    comments = [comment.astext() for comment in doctree.findall(nodes.comment)]
    kept = [text.removeprefix(_KEPT) for text in comments if text.startswith(_KEPT)]
    return {json.loads(b64decode(data))["text"]: data for data in kept}


def form(app: Sphinx, data: str) -> str:
    """Write the form of a question, with the data that an answer is compared with."""
    entry = json.loads(b64decode(data))
    written: str = app.builder.templates.render("question.html", {**entry, "data": data})
    return written
