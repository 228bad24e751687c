"""Build the whole site twice from nothing: but for what was measured, no byte may differ."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
DATE = {"SOURCE_DATE_EPOCH": "1700000000"}


def published(html: Path) -> dict[str, Path]:
    """List the files of a site, by the names under which they are published."""
    return {
        path.relative_to(html).as_posix(): path
        for path in sorted(html.rglob("*"))
        if path.is_file() and ".doctrees" not in path.parts
    }


def differences(one: Path, other: Path) -> list[str]:
    """Name the files that are not in both sites, or differ by more than what was measured."""
    ours, theirs = published(one), published(other)
    return [
        name
        for name in sorted(ours.keys() | theirs.keys())
        if not (name in ours and name in theirs and _are_equal(ours[name], theirs[name]))
    ]


def _are_equal(ours: Path, theirs: Path) -> bool:
    return ours.read_bytes() == theirs.read_bytes() or (
        ours.suffix in (".html", ".json") and _computed(ours) == _computed(theirs)
    )


def _computed(path: Path) -> str:
    """Read a file without what was measured."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return "\n".join(line for line in text.splitlines() if '"seconds":' not in line)
    page = BeautifulSoup(text, "html.parser")
    for measured in page.select("[data-measured], .tag_measured"):
        measured.clear()
    return str(page)


def build(folder: Path) -> Path:
    """Build a copy of the project's sources, and say where the site is."""
    written = shutil.ignore_patterns(".*", "_build", "_api", "_backreferences", "node_modules")
    shutil.copytree(ROOT, folder, ignore=written)
    shutil.rmtree(folder / "docs" / "tutorials", ignore_errors=True)
    html = folder / "docs" / "_build" / "html"
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "docs", str(html)]
    paths = {"PYTHONPATH": str(folder)}
    subprocess.run(command, cwd=folder, env=os.environ | DATE | paths, check=True)
    return html


def main() -> None:
    """Build, compare, and name what differs."""
    with TemporaryDirectory() as folder:
        one, other = (build(Path(folder, name)) for name in ("one", "other"))
        found = differences(one, other)
        if found:
            sys.exit("\n".join(["not the same in two builds:", *found]))
        print(f"{len(published(one))} files, the same in two builds")


if __name__ == "__main__":
    main()
