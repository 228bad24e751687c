"""Read the exercises as a visitor would: below each check its hints and its solution, folded."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from _ext import whereabouts
from _ext.exercises import add_help, notebook_help
from bs4 import BeautifulSoup, Tag

from convtutor.exercises import EXERCISES

ROOT = Path(__file__).parents[2]
HTML = ROOT / "docs" / "_build" / "html"
SCRIPTS = sorted((ROOT / "gallery").rglob("plot_*.py"))


def checks(script: Path) -> list[str]:
    return re.findall(r'^check\("(\w+)"', script.read_text(encoding="utf-8"), re.MULTILINE)


def page_of(script: Path) -> Path:
    return HTML / "tutorials" / script.relative_to(ROOT / "gallery").with_suffix(".html")


def read(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def words(text: str) -> str:
    """Text without its spacing and its typography."""
    return re.sub(r"[\s`*“”‘’'\"]+", "", text)


def summary(panel: Tag) -> str:
    assert panel.summary is not None
    return panel.summary.get_text()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_hints_and_solution_are_folded_below_the_check(script: Path) -> None:
    panels = read(page_of(script)).select("details.exercise")
    names = checks(script)
    assert len(panels) == len(names) >= 1
    for panel, name in zip(panels, names, strict=True):
        exercise = EXERCISES[name]
        printed = [pre.get_text() for pre in panel.find_all_previous("pre")]
        assert any(f"{name}: not attempted yet" in text for text in printed)
        assert summary(panel) == f"Hints and a solution for {name}"
        inner = panel.find_all("details")
        titles = [f"Hint {number}" for number in range(1, len(exercise.hints) + 1)]
        assert [summary(details) for details in inner] == [*titles, "Solution"]
        for details, hint in zip(inner, exercise.hints, strict=False):
            assert words(details.get_text()).endswith(words(hint))
        source = inner[-1].find("pre")
        assert source is not None
        assert source.get_text() == exercise.answer
        assert source.find("span", class_="k"), "not highlighted"
        for details in (panel, *inner):
            assert not details.has_attr("open")


def test_the_list_has_every_exercise_by_section_and_leads_to_its_page() -> None:
    soup = read(HTML / "exercises.html")
    found: dict[str, str] = {}
    for section in soup.select("section section"):
        for item in section.find_all("li"):
            name, link = item.find("code"), item.find_all("a")[-1]
            assert name is not None
            exercise = EXERCISES[name.get_text()]
            assert words(exercise.statement) in words(item.get_text())
            assert exercise.effort in item.get_text()
            found[exercise.name] = str(link["href"])
    expected = {
        name: f"{page_of(script).relative_to(HTML).as_posix()}#try-it-yourself"
        for script in SCRIPTS
        for name in checks(script)
    }
    assert list(found.items()) == list(expected.items())
    sections = [len(section.find_all("li")) for section in soup.select("section section")]
    assert sections == [
        sum(len(checks(script)) for script in SCRIPTS if script.parent.name == folder)
        for folder in sorted({script.parent.name for script in SCRIPTS})
    ]


def test_no_download_knows_of_the_panel() -> None:
    scripts = list((HTML / "_downloads").rglob("plot_*.py"))
    assert len(scripts) >= len(SCRIPTS)
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert "exercise-help" not in text
        assert not any(e.answer in text for e in EXERCISES.values())


def test_a_notebook_gives_one_hint_at_a_time_and_the_solution_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exercise = EXERCISES["visible_part"]
    (kind, _), (code, source) = notebook_help("visible_part")
    assert (kind, code) == ("markdown", "code")
    for number in range(1, len(exercise.hints) + 1):
        exec(source, {})
        assert f"Hint {number} of " in capsys.readouterr().out
    exec(source.replace("# solution", "solution"), {})
    assert exercise.answer in capsys.readouterr().out


def test_a_page_leads_to_colab_once_if_its_notebook_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONVTUTOR_REPOSITORY", "https://github.com/somebody/convtutor")
    monkeypatch.setenv("CONVTUTOR_NOTEBOOKS", "notebooks")
    begins = ".. GENERATED FROM PYTHON SOURCE LINES 1-2"
    cell = f'\n{begins}\n\n    check("rewind", rewind)\n'
    source = [f"{cell}{cell}"]
    add_help(SimpleNamespace(), "tutorials/3_learning/plot_x", source)  # type: ignore[arg-type]
    assert source[0].count(".. exercise-help:: rewind") == 2
    assert source[0].count("own-copy") == 1
    assert "somebody/convtutor/blob/notebooks/3_learning/plot_x.ipynb>`__" in source[0]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_page_says_where_the_dots_can_be_replaced(script: Path) -> None:
    (words,) = read(page_of(script)).select("p.own-copy")
    links = {link.get_text(): str(link["href"]) for link in words.find_all("a")}
    suffixes = {"notebook": ".ipynb", "script": ".py", "zip": ".zip"}
    for kind, link in links.items():
        assert (page_of(script).parent / link).resolve().name == f"{script.stem}{suffixes[kind]}"
        assert (page_of(script).parent / link).is_file()
    # A site that knows no address has the package in its zips, and nowhere else.
    assert set(links) == ({"notebook", "script"} if whereabouts.base_url() else {"zip"})
    (panel, *_) = read(page_of(script)).select("details.exercise")
    assert panel.find_previous("p", class_="own-copy") is not None
