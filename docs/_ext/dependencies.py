"""Which definitions of the project some code depends on: read off its names, without running it.

A page that draws with ``plots.show_grid`` depends on that function, on all that its source names,
and so on, but not on its neighbours in the file. What a module does when it is imported, beside
defining names, counts for whoever imports it.
"""

import ast
import inspect
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

# What is needed of a module: one of its names, all of it, or only that it is imported.
Need = tuple[str, str]
ALL, IMPORTED = "*", ""

_Node = TypeVar("_Node", bound=ast.AST)


class Project:
    """The project's own code, each file of it read once.

    Args:
        path: Folders with modules and packages. A module that is in none of them belongs to
            somebody else.
    """

    def __init__(self, path: Sequence[Path]) -> None:
        self._path = path
        self._find = cache(self._look_for)

    def dependencies(
        self, code: str, *, instead: Mapping[Need, Collection[Need]] | None = None
    ) -> dict[tuple[Path, str], bytes]:
        """Follow the names in some code, directly and through other definitions.

        Args:
            code: Python source.
            instead: What to follow in place of some needs, where the source says too much.

        Returns:
            What this code depends on, by file and name: the sources of definitions, of a module as
            a whole (`ALL`), of what one does when it is imported (`IMPORTED`), and the data beside
            the modules of a package.
        """
        page = _Module("", Path(), code)
        todo = {*page.needs(ALL), *page.needs(IMPORTED)}
        found: dict[tuple[Path, str], bytes] = {}
        seen: set[Need] = set()
        while todo:
            need = todo.pop()
            name, wanted = need
            seen.add(need)
            if instead and need in instead:
                todo |= {*instead[need]} - seen
            elif module := self._find(name):
                if not module.knows(wanted):
                    # A module inside this package, or made in a way that cannot be seen.
                    inside = f"{name}.{wanted}"
                    todo.add((inside, IMPORTED) if self._find(inside) else (name, ALL))
                    continue
                parts = name.split(".")
                around = {(".".join(parts[: i + 1]), IMPORTED) for i in range(len(parts))}
                todo |= (module.needs(wanted) | around) - seen
                if source := module.source(wanted):
                    found[module.file, wanted] = source.encode()
                if wanted != IMPORTED:
                    found |= {(data, ALL): data.read_bytes() for data in module.data()}
        return found

    def _look_for(self, module: str) -> "_Module | None":
        for folder in self._path if module else ():
            place = folder.joinpath(*module.split("."))
            for file in (place / "__init__.py", place.with_suffix(".py")):
                if file.is_file():
                    return _Module(module, file, file.read_text(encoding="utf-8"))
        return None


class _Module:
    """The names that a module defines or imports, and what it does besides."""

    def __init__(self, name: str, file: Path, code: str) -> None:
        self.file, self._name, self._lines = file, name, code.splitlines(keepends=True)
        self._package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        self.needs, self.source = cache(self._needs), cache(self._read)
        self._all = ast.parse(code).body
        self._defined: defaultdict[str, list[ast.stmt]] = defaultdict(list)
        self._imported: dict[str, Need] = {}
        self._whole: list[str] = []  # of which the names that are used cannot be told
        self._effects: list[ast.stmt] = []
        for statement in self._all:
            names = _defines(statement)
            if names is None:
                self._effects.append(statement)
                names = [n.id for n in _walk(statement, ast.Name) if isinstance(n.ctx, ast.Store)]
            names += [node.target.id for node in _walk(statement, ast.NamedExpr)]
            for defined in names:
                self._defined[defined].append(statement)
            for node in ast.walk(statement):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    self._note(node)

    def _note(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            if isinstance(statement, ast.ImportFrom):
                module = self._absolute(statement)
                if alias.name == "*":
                    self._whole.append(module)
                else:
                    self._imported[alias.asname or alias.name] = module, alias.name
            elif alias.asname or "." not in alias.name:
                self._imported[alias.asname or alias.name] = alias.name, ALL
            else:
                self._whole.append(alias.name)
                package = alias.name.partition(".")[0]
                self._imported.setdefault(package, (package, ALL))

    def knows(self, wanted: str) -> bool:
        """Say whether a name is defined or imported here."""
        return wanted in (ALL, IMPORTED) or wanted in self._defined or wanted in self._imported

    def data(self) -> Iterator[Path]:
        """List the files beside a module of a package that are no modules."""
        if self._package:
            files = (file for file in self.file.parent.iterdir() if file.is_file())
            yield from (file for file in files if file.suffix != ".py")

    def _read(self, wanted: str) -> str:
        """Read the source of what is wanted, and where the names in it come from."""
        statements = self._statements(wanted)
        names = {used.id for statement in statements for used in _walk(statement, ast.Name)}
        origins = (
            f"{name} = {'.'.join(self._imported[name])}\n"
            for name in sorted(names | {wanted})
            if name in self._imported
        )
        return "".join([*map(self._source, statements), *origins])

    def _needs(self, wanted: str) -> frozenset[Need]:
        """List what has to be there for what is wanted."""
        needs = {self._imported[wanted]} if wanted in self._imported else set()
        for statement in self._statements(wanted):
            needs |= set(self._uses(statement))
        if wanted == IMPORTED:
            for module, name in self._imported.values():
                # The latter if that is a module.
                needs |= {(module, IMPORTED), (f"{module}.{name}", IMPORTED)}
        needs |= {(module, IMPORTED if wanted == IMPORTED else ALL) for module in self._whole}
        return frozenset(needs)

    def _statements(self, wanted: str) -> list[ast.stmt]:
        special = {ALL: self._all, IMPORTED: self._effects}
        return special[wanted] if wanted in special else self._defined.get(wanted, [])

    def _uses(self, statement: ast.stmt) -> Iterator[Need]:
        for importing in _walk(statement, ast.ImportFrom):
            yield from ((self._absolute(importing), alias.name) for alias in importing.names)
        taken = {id(node.value): node.attr for node in _walk(statement, ast.Attribute)}
        for used in _walk(statement, ast.Name):
            attribute = taken.get(id(used), ALL)
            if used.id in self._imported:
                module, name = self._imported[used.id]
                if name != ALL:
                    yield module, name
                    module = f"{module}.{name}"
                # Of a module, what is taken of it counts, and of a module in that, all.
                yield module, attribute
                if attribute != ALL:
                    yield f"{module}.{attribute}", ALL
            if used.id in self._defined:
                yield self._name, used.id

    def _absolute(self, statement: ast.ImportFrom) -> str:
        parts = self._package.split(".")
        above = parts[: len(parts) - statement.level + 1] if statement.level else []
        return ".".join([*above, *filter(None, [statement.module])])

    def _source(self, statement: ast.stmt) -> str:
        decorators = getattr(statement, "decorator_list", [])
        start = min(node.lineno for node in (statement, *decorators)) - 1
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            return "".join(inspect.getblock(self._lines[start:]))  # as a page may print it
        return "".join(self._lines[start : statement.end_lineno])


def _defines(statement: ast.stmt) -> list[str] | None:
    """List the names that a statement defines, `None` if it does anything else."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            bound = [node for target in targets for node in ast.walk(target)]
            if not any(isinstance(node, ast.Attribute | ast.Subscript) for node in bound):
                return [node.id for node in bound if isinstance(node, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return []
    return None


def _walk(tree: ast.AST, kind: type[_Node]) -> Iterator[_Node]:
    return (node for node in ast.walk(tree) if isinstance(node, kind))
