"""Which files of the project some code depends on: read off its imports, without running it.

A package's ``__init__.py`` that does nothing but import is a signpost: ``from convtutor import
corr2d`` depends on the module that defines ``corr2d``, and not on all that the signpost names.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

# A name in a module; the whole module if there is no name.
_Need = tuple[str, str | None]

_IMPORTS = (ast.Import, ast.ImportFrom)


def dependencies(code: str, path: Sequence[Path], *, but: Collection[str] = ()) -> set[Path]:
    """Follow the imports of some code, directly and through other modules.

    Args:
        code: Python source.
        path: Folders with the project's own modules and packages. A module that is in none of them
            belongs to somebody else.
        but: Modules that are known to make no difference, though they are imported.

    Returns:
        The project's files that this code depends on: modules, and the data beside them in a
        package.
    """
    found: set[Path] = set()
    seen: set[_Need] = set()
    todo = list(_needs(_parse(code), ""))
    while todo:
        need = todo.pop()
        if need not in seen and need[0] not in but:
            seen.add(need)
            files, further = _resolve(*need, path)
            found |= files
            todo += further
    return found


def _resolve(module: str, name: str | None, path: Sequence[Path]) -> tuple[set[Path], list[_Need]]:
    """Say which files one import needs, and which imports follow from it."""
    file = _find(module, path)
    if file is None:
        return set(), []
    is_package = file.name == "__init__.py"
    package = module if is_package else module.rpartition(".")[0]
    tree = _read(file)
    # What a package does, apart from pointing on, is done whatever is imported from it.
    files = {init for init in _packages(module, path) if not _is_signpost(_read(init))}
    if is_package and name is not None:
        if _find(f"{module}.{name}", path):
            return files, []  # a need of its own
        for statement in tree.body:
            if isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    if name == (alias.asname or alias.name):
                        origin = _absolute(statement, package)
                        return files, [(origin, alias.name), (f"{origin}.{alias.name}", None)]
    return files | {file} | _data(file.parent), list(_needs(tree, package))


@cache
def _needs(tree: ast.Module, package: str) -> frozenset[_Need]:
    """List what some code imports: of a module that it binds to a name, the attributes it uses."""
    return frozenset(_imports(tree, package))


def _imports(tree: ast.Module, package: str) -> Iterator[_Need]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = _absolute(node, package)
            for alias in node.names:
                yield module, None if alias.name == "*" else alias.name
                for used in _uses(tree, alias.asname or alias.name):
                    yield f"{module}.{alias.name}", used  # if that is a module
        elif isinstance(node, ast.Import):
            for alias in node.names:
                bound, _, below = alias.name.partition(".")
                if below and not alias.asname:
                    yield alias.name, None
                for used in _uses(tree, alias.asname or bound):
                    yield alias.name if alias.asname else bound, used


def _uses(tree: ast.Module, bound: str) -> set[str | None]:
    """List the attributes that are taken of a name; `None` if it may be used in other ways."""
    names, taken = _usage(tree)
    attributes = set(taken.get(bound, ()))
    return attributes if 0 < names[bound] == taken[bound].total() else attributes | {None}


@cache
def _usage(tree: ast.Module) -> tuple[Counter[str], defaultdict[str, Counter[str | None]]]:
    """Count how often each name is used, and how often each attribute is taken of it."""
    names: Counter[str] = Counter()
    taken: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names[node.id] += 1
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            taken[node.value.id][node.attr] += 1
    return names, taken


def _absolute(statement: ast.ImportFrom, package: str) -> str:
    parts = package.split(".")[: len(package.split(".")) - statement.level + 1]
    return ".".join([*(parts if statement.level else []), *filter(None, [statement.module])])


def _find(module: str, path: Sequence[Path]) -> Path | None:
    for folder in path:
        place = folder.joinpath(*module.split("."))
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                return file
    return None


def _packages(module: str, path: Sequence[Path]) -> Iterator[Path]:
    """List the ``__init__.py`` of a package and of those around it."""
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        file = _find(".".join(parts[:depth]), path)
        if file and file.name == "__init__.py":
            yield file


def _is_signpost(tree: ast.Module) -> bool:
    return all(
        isinstance(statement, _IMPORTS)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        or (isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__")
        for statement in tree.body
    )


def _data(folder: Path) -> set[Path]:
    if not (folder / "__init__.py").is_file():
        return set()
    return {file for file in folder.iterdir() if file.is_file() and file.suffix != ".py"}


def _read(file: Path) -> ast.Module:
    return _parse(file.read_text(encoding="utf-8"))


@cache
def _parse(code: str) -> ast.Module:
    return ast.parse(code)
