"""Break a small copy of the site in every way that must stop a build, and see it stopped."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from bs4 import BeautifulSoup
from PIL import Image

ROOT = Path(__file__).parents[2]

SCRIPT = '''"""
A page
======

With one figure.
"""

import matplotlib.pyplot as plt

from convtutor import images, plots

fig, ax = plt.subplots(figsize=(5, 3))
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
    # The package too, which the site offers for download.
    shutil.copytree(ROOT / "convtutor", tmp_path / "convtutor")
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, tmp_path)
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


def test_a_figure_is_shown_for_both_themes(small_site: Path) -> None:
    label = 'A "stripe" of <i>1</i> & 0,\\nwith *no* \\\\ in it.\\n\\nIts caption, *set*.'
    replace(small_site / "gallery/1_section/plot_page.py", '"A stripe."', f"'{label}'")
    assert build(small_site, "-W").returncode == 0
    html = (small_site / "docs/_build/html/tutorials/1_section/plot_page.html").read_text()
    soup = BeautifulSoup(html, "html.parser")
    figure = soup.find("figure")
    assert figure is not None
    light, dark = figure.find_all("img")
    for image, theme, end in (
        (light, "only-light", "001.webp"),
        (dark, "only-dark", "001_dark.webp"),
    ):
        assert image["class"] == [theme]
        assert str(image["src"]).endswith(f"_images/sphx_glr_plot_page_{end}")
        assert image["alt"] == 'A "stripe" of <i>1</i> & 0, with *no* \\ in it.'
        assert image["loading"] == "lazy"
        # Twice as many pixels as the page asks for.
        with Image.open(small_site / "docs/_build/html" / str(image["src"])[6:]) as saved:
            shown = (int(str(image["width"])), int(str(image["height"])))
            assert shown == (saved.width // 2, saved.height // 2)
    caption = figure.find("figcaption")
    assert caption is not None
    assert caption.get_text().strip("¶# \n") == "Its caption, set."


def test_a_site_that_knows_its_address_says_so(small_site: Path) -> None:
    known = {
        "CONVTUTOR_BASE_URL": "https://site.example/course",
        "CONVTUTOR_REPOSITORY": "https://git.example/owner/name",
        "CONVTUTOR_BRANCH": "trunk",
    }
    assert build(small_site, "-W", **known).returncode == 0
    html = small_site / "docs/_build/html"
    page = "tutorials/1_section/plot_page"
    soup = BeautifulSoup((html / f"{page}.html").read_text(), "html.parser")
    said = {tag["property"]: str(tag["content"]) for tag in soup.select("meta[property^='og:']")}
    assert said["og:url"] == f"https://site.example/course/{page}.html"
    assert said["og:title"] == "A page"
    card = said["og:image"].removeprefix("https://site.example/course/")
    with Image.open(html / card) as image:
        assert image.size == (1200, 630)
        assert sum(image.convert("L").histogram()[:100]), "there is no ink on the card"
    edit = soup.select_one(".edit-this-page a")
    assert edit is not None
    source = "gallery/1_section/plot_page.py"
    assert edit["href"] == f"https://git.example/owner/name/edit/trunk/{source}"
    sitemap = ElementTree.parse(html / "sitemap.xml").getroot()
    addresses = [(entry[0].text or "") for entry in sitemap]
    assert f"https://site.example/course/{page}.html" in addresses
    lost = BeautifulSoup((html / "404.html").read_text(), "html.parser")
    sheets = [str(link["href"]) for link in lost.select("link[rel=stylesheet]")]
    assert sheets
    assert all(sheet.startswith("/course/_static/") for sheet in sheets)


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


def test_a_directive_with_a_wrong_name_stops_the_build(small_site: Path) -> None:
    wrong = ("exercise-list} esay", "exercise-help} window_sun", "report} fact")
    replace(
        small_site / "docs/notebook.md",
        "Half of",
        "".join(f"```{{{directive}\n```\n\n" for directive in wrong) + "Half of",
    )
    result = build(small_site, "-W")
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert 'choose from "easy", "hard", or "medium"' in result.stderr
    assert "there is no exercise 'window_sun'; did you mean 'window_sum'" in result.stderr
    assert 'choose from "facts", "times", or "devices"' in result.stderr


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


def test_a_preview_is_one_page_and_the_others_are_not_executed(small_site: Path) -> None:
    (small_site / "gallery/1_section/plot_other.py").write_text('"""\nT\n=\n"""\n\nraise\n')
    result = build(small_site, "-W", CONVTUTOR_PREVIEW="1_section/plot_page")
    assert result.returncode == 0, result.stderr
    html = small_site / "docs/_build/html"
    assert "a stripe" in (html / "tutorials/1_section/plot_page.html").read_text().lower()
    assert not list(html.rglob("plot_other.html"))
    assert not (html / "notebook.html").exists()
    # What was left out is not let off: the site as a whole still has to execute.
    assert build(small_site).returncode != 0


def test_a_preview_of_a_page_that_is_not_there_is_refused(small_site: Path) -> None:
    result = build(small_site, CONVTUTOR_PREVIEW="1_section/plot_pag")
    assert "CONVTUTOR_PREVIEW=1_section/plot_pag is no script of the gallery" in result.stderr


def test_a_page_opens_its_notebook_in_colab(small_site: Path) -> None:
    known = {
        "CONVTUTOR_BASE_URL": "https://site.example/course/",
        "CONVTUTOR_REPOSITORY": "https://github.com/owner/name",
        "CONVTUTOR_NOTEBOOKS": "built",
    }
    result = build(small_site, "-W", **known)
    assert result.returncode == 0, result.stderr
    page = small_site / "docs/_build/html/tutorials/1_section/plot_page.html"
    (link,) = BeautifulSoup(page.read_text(), "html.parser").find_all("a", string="Open in Colab")
    assert str(link["href"]).endswith("/github/owner/name/blob/built/1_section/plot_page.ipynb")
    # The branch holds this zip, unpacked.
    (zipped,) = page.parents[2].glob("_downloads/*/tutorials_jupyter.zip")
    with zipfile.ZipFile(zipped) as notebooks:
        assert notebooks.namelist() == ["1_section/plot_page.ipynb"]
        assert b"https://site.example/course/simple/" in notebooks.read("1_section/plot_page.ipynb")
