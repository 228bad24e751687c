"""A small site with the project's own configuration: two scripts and one page in Markdown."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATE = {"SOURCE_DATE_EPOCH": "1700000000"}

# Each page notes that it ran.
SCRIPT = '''"""
{title}
=======

A page.
"""

import os

import matplotlib.pyplot as plt

{code}

# %%
# Noted:

with open(os.environ["RAN"], "a") as ran:
    ran.write("{title}\\n")
'''
NEXT = "\n\n# %%\n# Text.\n\n"
SHAPES = f"from convtutor.shapes import output_size{NEXT}print(output_size(7, 3))"
FIGURES = """from convtutor import images, plots

# %%
# A figure:

fig, ax = plt.subplots(figsize=(5, 3))
plots.show_grid(ax, images.striped(2, 5), title="a stripe")
fig.set_label("A stripe.")"""
KERNELS = """---
file_format: mystnb
kernelspec:
  name: python3
---

# Kernels

Half of $x^2$.

```{code-cell}
import os

from convtutor import kernels

with open(os.environ["RAN"], "a") as ran:
    ran.write("kernels\\n")
kernels.box(2).tolist()
```
"""
HOME = "# Home\n\n```{toctree}\ntutorials/index\nkernels\n```\n"
HEADER = "{0}\n{1}\n\nAll.\n"
ALL = ["figures", "kernels", "shapes"]


class Site:
    """A copy of the project with few pages, to change and to break."""

    def __init__(self, root: Path) -> None:
        self.root, self.docs = root, root / "docs"
        self.html = self.docs / "_build" / "html"
        self.ran, self.log = root.with_suffix(".ran"), root.with_suffix(".log")
        for folder in ("_ext", "_static", "_templates", "inventories", "records"):
            if (ROOT / "docs" / folder).exists():
                leftovers = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / "docs" / folder, self.docs / folder, ignore=leftovers)
        shutil.copytree(ROOT / "convtutor", root / "convtutor")
        for file in ("docs/conf.py", "docs/references.bib", "pyproject.toml", "README.md"):
            shutil.copy(ROOT / file, root / file)
        shutil.copy(ROOT / "LICENSE", root)
        self.write("docs/index.md", HOME)
        self.write("docs/kernels.md", KERNELS)
        self.write("gallery/GALLERY_HEADER.rst", HEADER.format("Gallery", "======="))
        self.write("gallery/1_section/GALLERY_HEADER.rst", HEADER.format("Section", "-------"))
        self.write("gallery/1_section/plot_1.py", SCRIPT.format(title="shapes", code=SHAPES))
        self.write("gallery/1_section/plot_2.py", SCRIPT.format(title="figures", code=FIGURES))

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        path = self.root / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new))

    def page(self, name: str) -> str:
        """Read a page of the built site."""
        return (self.html / f"{name}.html").read_text(encoding="utf-8")

    def start(self, *options: str, **environment: str) -> "subprocess.Popen[bytes]":
        """Begin to build, in a session of its own, so that all its processes can be found."""
        python = [sys.executable, *(option for option in options if option == "-O")]
        others = [option for option in options if option != "-O"]
        command = [*python, "-m", "sphinx", "-n", *(others or ["-W"]), "docs", str(self.html)]
        # Sphinx paints its log where continuous integration says that it runs.
        paths = {"PYTHONPATH": str(self.root), "RAN": str(self.ran), "NO_COLOR": "1"}
        one_core = {"OMP_NUM_THREADS": "1"}  # another file of tests has the other
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=self.root,
                env=os.environ | DATE | paths | one_core | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # What runs in the background ignores interrupts, and so would what it starts.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def fail(self, *options: str, **environment: str) -> str:
        """Build what cannot be built; return the log."""
        self.ran.write_text("")
        assert self.start(*options, **environment).wait() != 0, self.log.read_text()
        return self.log.read_text(encoding="utf-8")

    def build(self, *options: str, **environment: str) -> list[str]:
        """Build the site; say which pages ran."""
        self.ran.write_text("")
        assert self.start(*options, **environment).wait() == 0, self.log.read_text()
        assert "WARNING" not in self.log.read_text()
        return sorted(self.ran.read_text().split())
