"""Break a small copy of the site in every way that must stop a build, and see it stopped."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]

SCRIPT = '''"""
A page
======

With one figure.
"""

import matplotlib.pyplot as plt

from convtutor import images, plots

fig, ax = plt.subplots()
plots.show_grid(ax, images.striped(2, 5), title="a stripe")
fig.set_label("A stripe.")
'''

NOTEBOOK = """---
file_format: mystnb
kernelspec:
  name: python3
---

# A notebook

Half of $x^2$.

```{code-cell}
1 + 1
```
"""


@pytest.fixture
def small_site(tmp_path: Path) -> Path:
    """Our own configuration around one script and one notebook."""
    docs, section = tmp_path / "docs", tmp_path / "gallery" / "1_section"
    for folder in ("_ext", "_static", "_templates", "inventories"):
        shutil.copytree(ROOT / "docs" / folder, docs / folder)
    for file in ("conf.py", "references.bib"):
        shutil.copy(ROOT / "docs" / file, docs)
    section.mkdir(parents=True)
    (tmp_path / "gallery" / "GALLERY_HEADER.rst").write_text("Gallery\n=======\n\nAll.\n")
    (section / "GALLERY_HEADER.rst").write_text("Section\n-------\n\nSome.\n")
    (section / "plot_page.py").write_text(SCRIPT)
    (docs / "notebook.md").write_text(NOTEBOOK)
    (docs / "index.md").write_text("# Home\n\n```{toctree}\ntutorials/index\nnotebook\n```\n")
    return tmp_path


def build(site: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-n", *options, "docs", "docs/_build/html"]
    return subprocess.run(
        command, cwd=site, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_sound_site_builds_twice(small_site: Path) -> None:
    for _ in range(2):
        result = build(small_site, "-W")
        assert result.returncode == 0, result.stderr
        assert "WARNING:" not in result.stderr


def test_a_figure_is_saved_for_both_themes(small_site: Path) -> None:
    assert build(small_site, "-W").returncode == 0
    html = (small_site / "docs/_build/html/tutorials/1_section/plot_page.html").read_text()
    for theme, file in (
        ("only-light", "sphx_glr_plot_page_001.png"),
        ("only-dark", "sphx_glr_plot_page_001_dark.png"),
    ):
        (tag,) = [line for line in html.split("<") if line.startswith("img") and theme in line]
        assert 'alt="A stripe."' in tag
        assert file in tag


@pytest.mark.parametrize("strict", [("-W",), ()], ids=["strict", "lenient"])
@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("images.striped(2, 5)", "images.striped(0, 5)", "height must be at least 1, got 0"),
        ('fig.set_label("A stripe.")', "", "a figure has no alternative text"),
    ],
    ids=["raises", "undescribed figure"],
)
def test_a_failing_script_stops_the_build(
    small_site: Path, old: str, new: str, complaint: str, strict: tuple[str, ...]
) -> None:
    replace(small_site / "gallery/1_section/plot_page.py", old, new)
    result = build(small_site, *strict)
    assert result.returncode != 0
    assert complaint in result.stderr


@pytest.mark.parametrize("strict", [("-W",), ()], ids=["strict", "lenient"])
def test_a_failing_cell_stops_the_build(small_site: Path, strict: tuple[str, ...]) -> None:
    replace(small_site / "docs/notebook.md", "1 + 1", "1 / 0")
    result = build(small_site, *strict)
    assert result.returncode != 0
    assert "notebook.md has a code cell that did not execute" in result.stderr or strict
    assert "Executing notebook failed" in result.stderr


def test_a_script_that_is_left_out_stops_the_build(small_site: Path) -> None:
    page = small_site / "gallery/1_section/plot_page.py"
    page.rename(page.with_name("page.py"))
    result = build(small_site)
    assert result.returncode != 0
    assert "gallery scripts that did not execute: page.py" in result.stderr


def test_a_gallery_that_is_switched_off_stops_the_build(small_site: Path) -> None:
    result = build(small_site, "-D", "plot_gallery=0")
    assert result.returncode != 0
    assert "gallery scripts that did not execute: plot_page.py" in result.stderr


def test_notebooks_that_are_switched_off_stop_the_build(small_site: Path) -> None:
    result = build(small_site, "-D", "nb_execution_mode=off")
    assert result.returncode != 0
    assert "notebook.md has a code cell that did not execute" in result.stderr


def test_mathematics_that_cannot_be_rendered_stops_the_build(small_site: Path) -> None:
    replace(small_site / "docs/notebook.md", "$x^2$", r"$\argmin x$")
    result = build(small_site, "-W")
    assert result.returncode != 0
    assert "as MathML" in result.stderr


@pytest.mark.parametrize(
    "device",
    [
        "nonsense",
        pytest.param(
            "cuda",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA"),
        ),
    ],
)
def test_a_device_that_is_not_there_is_one_clear_line(small_site: Path, device: str) -> None:
    result = build(small_site, CONVTUTOR_DEVICE=device)
    assert result.returncode != 0
    assert f"CONVTUTOR_DEVICE='{device}'" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 3
