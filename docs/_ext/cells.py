"""Tell what each cell of a script is for, from its code alone, and fold what does not teach.

Imports and settings (*setup*), what only draws (*figure*) and what only asserts (*proof*) take a
line each on a page; an answer is covered until the reader wants it. A script holds no trace of
this: its cells are read here as the gallery reads them, and found again on the page that it made.
"""

import ast
import dis
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType

from _ext.internals import blocks_of_script

# Calls that prepare what a page computes, and modules that a page may switch something in.
_SETTINGS = {
    "Generator",
    "default_device",
    "default_rng",
    "filterwarnings",
    "manual_seed",
    "set_default_dtype",
    "set_float32_matmul_precision",
    "set_num_threads",
    "set_printoptions",
    "simplefilter",
}
_MODULES = {"matplotlib", "os", "plt", "torch", "warnings"}

_HEADING = re.compile(r"\S.*\n([=\-~^\"'*+#])\1{2,} *(\n|$)")
_ITEM = re.compile(r"[-*] ")
_QUESTION = re.compile(r"\*\*([^*]+\?)\*\*")


@dataclass(frozen=True)
class Cell:
    """A block of a script: where it begins, what it is for, and the question it ends in."""

    line: int
    kind: str  # text, code, setup, figure or proof
    content: str
    question: str = ""

    @property
    def has_heading(self) -> bool:
        """Whether a new section begins here."""
        return self.kind == "text" and _HEADING.match(self.content) is not None


@cache
def read(script: Path) -> list[Cell]:
    """Read the cells of a script in order; the first one is the docstring."""
    found = []
    title = ""
    for kind, content, line in blocks_of_script(script)[1]:
        question = ""
        if kind == "text":
            title = content.split("\n")[0] if _HEADING.match(content) else title
            # There, the question leads to the exercise, and nothing is covered.
            question = "" if title == "Try it yourself" else _question(content)
        else:
            kind = _kind(ast.parse(content).body)
        found.append(Cell(line, kind, content, question))
    return found


def answers(cells: Sequence[Cell]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Pair each cell that asks a question with the cells that answer it.

    An answer is all that follows, up to and including the text that reads the result.
    """
    for place, asking in enumerate(cells):
        if not asking.question:
            continue
        answer = []
        for cell in cells[place + 1 :]:
            if cell.has_heading or cell.question:
                break
            answer.append(cell)
            if cell.kind == "text":
                break
        yield asking, answer


def faults(cells: Sequence[Cell]) -> Iterator[tuple[int, str]]:
    """Find cells that mix kinds, and questions without an answer: the line, and what to do."""
    needed: set[str] = set()  # what the cells in sight further down use
    for cell in reversed(cells):
        if cell.kind == "text":
            continue
        shown = list(_outside_functions(ast.parse(cell.content).body))
        taken, left = _names(cell.content)
        if cell.kind != "proof" and any(map(_asserts, shown)):
            yield cell.line, "move the assertions into a cell of their own"
        if cell.kind != "setup" and any(isinstance(part, _IMPORTS) for part in shown):
            yield cell.line, "move the imports into the first cell"
        if cell.kind in ("figure", "proof"):
            if any(_called(part) == "print" for part in shown):
                yield cell.line, f"print elsewhere: this is a {cell.kind}, and folds away"
            if lost := sorted(needed & left):
                names = ", ".join(lost)
                yield cell.line, f"define {names} elsewhere: this is a {cell.kind}, and folds away"
        elif cell.kind == "code":
            needed = (needed - left) | taken
    for text, code in pairwise(cells[1:]):
        adjoins = code.line - text.line == len(text.content.strip().splitlines())
        if text.kind == "text" and adjoins and not code.content.startswith("\n"):
            yield code.line, "leave a line empty above: the comment has become text of the page"
    for asking, answer in answers(cells):
        if not answer:
            yield asking.line, f"answer {asking.question!r} before the next question or heading"


def _question(text: str) -> str:
    """Find the bold question in the last paragraph, which a list of choices may follow."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text.strip()) if not part.startswith("  ")]
    while paragraphs and _ITEM.match(paragraphs[-1]):
        paragraphs.pop()
    bold = _QUESTION.findall(paragraphs[-1]) if paragraphs else []
    return " ".join(bold[-1].split()) if bold else ""


_IMPORTS = (ast.Import, ast.ImportFrom)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_BLOCKS = (ast.For, ast.With, ast.If)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


def _kind(body: list[ast.stmt]) -> str:
    if all(map(_prepares, body)):
        return "setup"
    shown = list(_outside_functions(body))
    if any(map(_labels_figure, shown)):
        return "figure"
    if any(map(_asserts, shown)) and all(map(_proves, body)):
        return "proof"
    return "code"


def _prepares(part: ast.stmt) -> bool:
    """Whether a statement imports, or sets a device, a seed or a switch."""
    if isinstance(part, _IMPORTS):
        return True
    if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Attribute | ast.Subscript):
        return re.split(r"\W", ast.unparse(part.targets[0]))[0] in _MODULES
    return isinstance(part, ast.Assign | ast.Expr) and _called(part.value) in _SETTINGS


def _proves(part: ast.stmt) -> bool:
    """Whether a statement asserts something, or prepares what is asserted."""
    if isinstance(part, _BLOCKS):
        return all(map(_proves, part.body + getattr(part, "orelse", [])))
    return isinstance(part, _ASSIGNMENTS) or _asserts(part)


def _asserts(part: ast.AST) -> bool:
    calls = isinstance(part, ast.Expr) and _called(part.value).startswith("assert_")
    return calls or isinstance(part, ast.Assert)


def _labels_figure(part: ast.AST) -> bool:
    called = ast.unparse(part.func) if isinstance(part, ast.Call) else ""
    return re.fullmatch(r"fig\w*\.set_label", called) is not None


def _called(part: ast.AST) -> str:
    """Name the function that an expression calls, without what it is looked up in."""
    function = part.func if isinstance(part, ast.Call) else None
    return getattr(function, "attr", "") or getattr(function, "id", "")


def _outside_functions(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for part in body:
        yield part
        if not isinstance(part, _FUNCTIONS):
            yield from _outside_functions(ast.iter_child_nodes(part))


def _names(source: str) -> tuple[set[str], set[str]]:
    """Name what a cell takes from the cells before it, and what it leaves to those after it."""
    taken: set[str] = set()
    left: set[str] = set()
    for step in dis.get_instructions(compile(source, "", "exec")):
        if step.opname == "STORE_NAME":
            left.add(step.argval)
        elif step.opname == "LOAD_NAME":
            taken |= {step.argval} - left
        elif isinstance(step.argval, CodeType):
            taken |= _globals(step.argval) - left
    return taken, left


def _globals(function: CodeType) -> set[str]:
    """Name what a function, or one in it, looks up outside."""
    steps = dis.get_instructions(function)
    found = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return found.union(*(_globals(c) for c in function.co_consts if isinstance(c, CodeType)))
