"""Break a small copy of the site in every way that must stop a build, and see it stopped."""

from pathlib import Path

import pytest
import torch
from small import Site

PAGE = "gallery/1_section/plot_2.py"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One built site; a test that changes it puts it back."""
    site = Site(tmp_path_factory.mktemp("refusals") / "site")
    site.build()
    return site


# As `nox` builds, and as somebody does who lets warnings pass.
STRICT, LENIENT = "-W", "-q"


def test_a_script_that_does_not_reach_its_end_stops_the_build(site: Site) -> None:
    text = (site.root / PAGE).read_text()
    ends = {
        "raises": ("images.striped(2, 5)", "images.striped(0, 5)"),
        "undescribed": ('fig.set_label("A stripe.")', ""),
        "exits": ("import os", "import sys\n\nsys.exit(0)"),
        "vanishes": ("import os", "import os\n\nos._exit(0)"),
        "interrupts": ("import os", "raise KeyboardInterrupt"),
        "asserts": ("import os", "assert 1 == 2"),
        "stutters": ("import os", "x = = 1"),
    }
    complaints = {
        "raises": "height must be at least 1, got 0",
        "undescribed": "a figure has no alternative text",
        "exits": "SystemExit: 0",
        "vanishes": "its process ended before the script did",
        "interrupts": "KeyboardInterrupt",
        "asserts": "AssertionError",
        "stutters": f'plot_stutters.py", line {1 + text.splitlines().index("import os")}',
    }
    for name, (old, new) in ends.items():
        site.write(f"gallery/1_section/plot_{name}.py", text.replace(old, new, 1))
    for option in (STRICT, LENIENT):
        log = site.fail(option)
        for name, complaint in complaints.items():
            found = log.partition(f"gallery/1_section/plot_{name}.py failed:\n")[2]
            assert complaint in found.partition("\n\ngallery/")[0], name
        assert "plot_1.py failed" not in log
        assert "<unknown>" not in log
    for name in ends:
        (site.root / f"gallery/1_section/plot_{name}.py").unlink()
    site.append("README.md", "\n")
    site.build()
    assert not list(site.docs.glob("tutorials/1_section/plot_raises*"))


@pytest.mark.parametrize("option", [STRICT, LENIENT])
def test_a_cell_that_does_not_reach_its_end_stops_the_build(site: Site, option: str) -> None:
    text = (site.root / "docs/kernels.md").read_text()
    ends = {"raises": "1 / 0", "exits": "import sys; sys.exit(0)"}
    for name, cell in ends.items():
        site.write(f"docs/{name}.md", text.replace("kernels.box(2).tolist()", cell))
    log = site.fail(option)
    assert "did not execute to its end in: exits.md, raises.md" in log
    for name in ends:
        (site.docs / f"{name}.md").unlink()


def test_a_cell_that_ends_its_process_stops_the_build(site: Site) -> None:
    text = (site.root / "docs/kernels.md").read_text()
    site.write("docs/dies.md", text.replace("kernels.box(2).tolist()", "os._exit(0)"))
    log = site.fail()
    assert "Kernel died" in log
    assert "dies.md" in log
    (site.docs / "dies.md").unlink()


@pytest.mark.parametrize(
    ("options", "environment"),
    [(("-O",), {}), ((), {"PYTHONOPTIMIZE": "1"})],
    ids=["option", "variable"],
)
def test_a_build_without_asserts_is_refused_in_one_line(
    site: Site, options: tuple[str, ...], environment: dict[str, str]
) -> None:
    log = site.fail(*options, **environment)
    said = [line for line in log.splitlines() if not line.startswith(("Running", "loading"))]
    assert len(said) == 1
    assert "Python leaves out asserts here" in said[0]


@pytest.mark.parametrize("name", ["page.py", "notes/plot_3.py"])
def test_a_script_that_the_gallery_does_not_show_stops_the_build(site: Site, name: str) -> None:
    path = site.root / "gallery/1_section" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text((site.root / PAGE).read_text())
    try:
        assert "not execute" in (log := site.fail())
        assert path.name in log
    finally:
        path.unlink()


@pytest.mark.parametrize("option", ["plot_gallery=0", "nb_execution_mode=off"])
def test_running_that_is_switched_off_stops_the_build(site: Site, option: str) -> None:
    assert "not execute" in site.fail("-D", option)


def test_what_editors_leave_behind_is_no_page(site: Site) -> None:
    section = site.root / "gallery/1_section"
    (section / ".#plot_2.py").symlink_to("somebody@somewhere.1234")
    for name in ("plot_2.py~", "#plot_2.py#", ".plot_2.py.swp", ".hidden.py"):
        (section / name).write_text("not Python")
    checkpoints = section / ".ipynb_checkpoints"
    checkpoints.mkdir()
    (checkpoints / "plot_2-checkpoint.py").write_text("not Python")
    site.build()
    assert not list(site.html.rglob("*checkpoint*"))


def test_a_docstring_may_start_on_the_line_of_its_quotes(site: Site) -> None:
    text = (site.root / PAGE).read_text().replace('"""\nfigures\n=======', '"""quoted\n======')
    text = text.replace("import os", "import os\n\nfrom convtutor.exercises import check", 1)
    checked = '\n# %%\n# Checked:\n\ncheck("window_sum", None)\n'
    site.write("gallery/1_section/plot_quoted.py", text + checked)
    index = (site.docs / "index.md").read_text()
    site.append("docs/index.md", "\n```{exercise-list} 1_section\n```\n")
    site.build()
    assert ">quoted</a>" in site.page("index")
    (site.root / "gallery/1_section/plot_quoted.py").unlink()
    site.write("docs/index.md", index)


def test_what_a_page_says_wrongly_stops_the_build(site: Site) -> None:
    """Mathematics that cannot be rendered, and directives with wrong names."""
    text = (site.root / "docs/kernels.md").read_text()
    wrong = ("exercise-list} esay", "exercise-help} window_sun", "report} fact")
    site.replace("docs/kernels.md", "$x^2$", r"$\argmin x$")
    site.append("docs/kernels.md", "".join(f"\n```{{{name}\n```\n" for name in wrong))
    log = site.fail()
    assert r'Unknown LaTeX command "\argmin"' in log
    assert "Traceback" not in log
    assert "'esay' is not a section of the gallery" in log
    assert "there is no exercise 'window_sun'; did you mean 'window_sum'" in log
    assert 'choose from "facts", "times", or "devices"' in log
    site.write("docs/kernels.md", text)


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
def test_a_device_that_is_not_there_is_one_clear_line(site: Site, device: str) -> None:
    log = site.fail(CONVTUTOR_DEVICE=device)
    assert f"CONVTUTOR_DEVICE='{device}'" in log
    assert "Traceback" not in log
    assert len(log.strip().splitlines()) <= 3


def test_a_preview_of_a_page_that_is_not_there_is_refused(site: Site) -> None:
    log = site.fail(CONVTUTOR_PREVIEW="1_section/plot_")
    assert "CONVTUTOR_PREVIEW=1_section/plot_ is not a script of the gallery" in log


def test_what_is_left_out_of_a_preview_is_not_let_off(site: Site, tmp_path: Path) -> None:
    text = (site.root / PAGE).read_text()
    site.append(PAGE, "\nraise\n")
    html, site.html = site.html, site.docs / "_build" / "preview"
    site.build(CONVTUTOR_PREVIEW="1_section/plot_1")
    assert not list(site.html.rglob("plot_2.html"))
    assert not (site.html / "kernels.html").exists()
    site.html = html
    assert "plot_2.py failed" in site.fail()
    site.write(PAGE, text)


def test_a_cell_that_mixes_kinds_stops_the_build(site: Site) -> None:
    mixed = "print(2)\nassert 1 + 1 == 2\n"
    site.write("gallery/1_section/plot_mixed.py", (site.root / PAGE).read_text() + mixed)
    line = site.fail().partition("1_section/plot_mixed.py:")[2].partition("\n")[0]
    assert "move the assertions into a cell of their own" in line
    (site.root / "gallery/1_section/plot_mixed.py").unlink()


def test_an_answer_that_cannot_be_computed_stops_the_build(site: Site) -> None:
    asks = "\n# %%\n# **How many?**\n\nprint(3)\n\n# %%\n# Three.\n"
    wrong = {
        "unknown": ('text = "How many?"\nanswer = "many"', "name 'many' is not defined"),
        "unasked": ('text = "How much?"\nanswer = "3"', "is not asked"),
        "more": ('text = "How many?"\nanswer = "3"\nhint = "no"', "unknown keys"),
    }
    for name, (entry, _) in wrong.items():
        site.write(f"gallery/1_section/plot_{name}.py", (site.root / PAGE).read_text() + asks)
        site.write(f"docs/questions/1_section/plot_{name}.toml", f"[[question]]\n{entry}\n")
    log = site.fail()
    for name, (_, complaint) in wrong.items():
        found = log.partition(f"gallery/1_section/plot_{name}.py failed:\n")[2]
        found = found.partition("\n\ngallery/")[0]
        assert complaint in found
        assert f"plot_{name}.toml" in found
        (site.root / f"gallery/1_section/plot_{name}.py").unlink()
        (site.docs / f"questions/1_section/plot_{name}.toml").unlink()
