"""Find out what a script needs in a fresh environment, by reading it.

Nobody keeps a list for every page: the names come from the script's imports, the versions from
``pyproject.toml`` and from the environment that has just run the script.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import metadata, packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from sphinx.errors import ExtensionError

from _ext.facts import project


def requirements(script: str, address: str | None) -> list[str]:
    """Name the packages that a script imports.

    Each is asked for from the lowest version that the project declares, else from the one that this
    build ran with, to below the next major one. A submodule that its package keeps in an extra, as
    ``dask.array``, brings the extra; a method ``to_zarr`` brings zarr.

    Args:
        script: The source of a Python script.
        address: Where the wheel of the project's own package is, if that is known.

    Returns:
        Requirements, in alphabetical order.

    Raises:
        ExtensionError: If the script imports what the project does not declare.
    """
    modules = set(_imports(ast.parse(script)))
    packages = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names
    return sorted(
        _requirement(
            package,
            {module.split(".")[1] for module in modules if module.startswith(f"{package}.")},
            address,
        )
        for package in packages
    )


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            # ``to_zarr`` of an array of Dask's imports zarr, behind the script's back.
            yield from (n for n in _declared() if node.attr in (f"to_{n}", f"from_{n}"))


def _requirement(package: str, submodules: set[str], address: str | None) -> str:
    own = project()["project"]
    if package == own["name"]:
        return f"{package} @ {address}" if address else f"{package}=={own['version']}"
    names = {canonicalize_name(name) for name in _distributions().get(package, [])}
    for name in names & _declared().keys():
        declared, installed = _declared()[name], _metadata(name)
        here = Version(installed["Version"])
        extras = declared.extras | submodules.intersection(
            installed.get_all("Provides-Extra") or ()
        )
        return (
            name
            + (f"[{','.join(sorted(extras))}]" if extras else "")
            + (str(declared.specifier) or f">={here.major}.{here.minor}")
            + f",<{here.major + 1}"
        )
    raise ExtensionError(
        f"a script imports {package}, which pyproject.toml names neither among the dependencies "
        "nor in the group 'docs'"
    )


@cache
def _declared() -> dict[str, Requirement]:
    """The requirements of the package and of the site, by name."""
    lines = [*project()["project"]["dependencies"], *project()["dependency-groups"]["docs"]]
    return {
        canonicalize_name(requirement.name): requirement
        for requirement in (Requirement(line) for line in lines if isinstance(line, str))
    }


# All of these are read from files, slowly, and asked for again and again.
_distributions = cache(packages_distributions)
_metadata = cache(metadata)
