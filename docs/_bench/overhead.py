"""Measure what building costs beyond running the pages, for this site and for each page added.

The site is built from scratch in a copy, then small sites of 20, 40 and 80 copies of one trivial
page. From the time of each build, the time that its pages themselves ran is taken away; they run
one after another here, so that this can be done. Run it by hand,
``python docs/_bench/overhead.py``. A machine that has other work to do tells little, which is why
processor time is shown as well.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ALONE = os.environ | {"LOKY_MAX_CPU_COUNT": "1"}
COPIES = (20, 40, 80)
WRITTEN = shutil.ignore_patterns("_build", "_api", "_backreferences", "tutorials", "__pycache__")

PAGE = '''"""
Page {number}
========

One sentence, one cell, one line.
"""

print({number})
'''


def main() -> None:
    """Measure and print everything."""
    print(f"load of this machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'':>16}{'build':>9}{'pages':>9}{'beyond':>9}{'processor':>11}   seconds")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        shutil.copytree(ROOT / "docs", site / "docs", ignore=WRITTEN)
        for part in ("gallery", "convtutor"):
            shutil.copytree(ROOT / part, site / part, ignore=WRITTEN)
        for file in ("pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
            shutil.copy(ROOT / file, site)
        measure("this site", site)
        costs = []
        for copies in COPIES:
            trivial = Path(folder, f"trivial{copies}")
            shutil.copytree(site, trivial, ignore=WRITTEN)
            make_trivial(trivial, copies)
            costs.append(measure(f"{copies} pages", trivial))
    for before, after, cost, more in zip(COPIES, COPIES[1:], costs, costs[1:], strict=False):
        each = [(b - a) / (after - before) for a, b in zip(cost, more, strict=True)]
        print(f"from {before} to {after} pages: {each[0]:.3f} s each, processor {each[1]:.3f} s")


def make_trivial(site: Path, copies: int) -> None:
    """Leave of a copy of the site its configuration, and copies of one page."""
    docs, gallery = site / "docs", site / "gallery"
    shutil.rmtree(gallery)
    for page in docs.glob("*.md"):
        page.unlink()
    section = gallery / "1_section"
    section.mkdir(parents=True)
    (gallery / "GALLERY_HEADER.rst").write_text("Gallery\n=======\n\nAll.\n")
    (section / "GALLERY_HEADER.rst").write_text("Section\n-------\n\nSome.\n")
    for number in range(100, 100 + copies):
        (section / f"plot_{number}.py").write_text(PAGE.format(number=number))
    (docs / "index.md").write_text("# Home\n\n```{toctree}\ntutorials/index\n```\n")


def measure(name: str, site: Path) -> tuple[float, float]:
    """Build a site from scratch, print what that took, and return what it took beyond its pages."""
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "docs", "docs/_build/html"]
    began, used = time.perf_counter(), sum(os.times()[2:4])
    result = subprocess.run(
        command, cwd=site, env=ALONE, capture_output=True, text=True, check=False
    )
    total, processor = time.perf_counter() - began, sum(os.times()[2:4]) - used
    if result.returncode:
        sys.exit(result.stderr)
    pages = run_time(site / "docs" / "_build")
    row = f"{total:>9.1f}{pages:>9.1f}{total - pages:>9.1f}{processor:>11.1f}"
    print(f"{name:>16}{row}", flush=True)
    return total - pages, processor


def run_time(build: Path) -> float:
    """Add up how long the pages ran."""
    record = json.loads((build / "html" / "build.json").read_text("utf-8"))
    return sum(page["seconds"] for page in record["pages"].values())


if __name__ == "__main__":
    main()
