"""Compare made-up records of builds."""

import json
from pathlib import Path

import pytest
from _ext.comparison import (
    Record,
    agreeing_digits,
    agreement,
    other_records,
    results,
    same_figures,
)
from _ext.freshness import of_site
from docutils import nodes
from docutils.utils import new_document


def printed(text: str) -> Record:
    """A page with some code, and what it printed."""
    page = new_document("")
    page += nodes.literal_block("", "K = 7")
    page += nodes.literal_block("", text, classes=["sphx-glr-script-out"])
    return results(page, [])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("tensor([[1., -2.5], [3e-4, 0]])", [1, -2.5, 3e-4, 0]),
        ("conv2d of shape (3, 4), 1.0011e+00", [3, 4, 1.0011]),
        ("no number", []),
        ("tensor([1, 2], device='cuda:0') tensor([3],\n       device='mps:0')", [1, 2, 3]),
    ],
)
def test_the_numbers_of_a_page_are_those_it_printed(text: str, numbers: list[float]) -> None:
    assert printed(text)["numbers"] == numbers


@pytest.mark.parametrize(
    ("a", "b", "digits"),
    [(1.0, 1.001, 3), (1000.0, 1001.0, 3), (-2.0, 2.0, 0), (0.0, 1e-9, 0), (1.0, 1.000001, 6)],
)
def test_agreeing_digits(a: float, b: float, digits: int) -> None:
    assert agreeing_digits(a, b) == agreeing_digits(b, a) == digits


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ("1 2.5", "1 2.5", "the same text"),
        ("none", "none", "prints no numbers"),
        ("tensor([1.])", "tensor([1.], device='cuda:0')", "the same text"),
        ("1 2", "1 or 2", "other words, the same numbers"),
        ("1 2.5 3", "1 2.501 3", "2 of 3 numbers, the other to 3 digits"),
        ("1 2.5 3", "1 2.501 4", "1 of 3 numbers, the others to 0 digits"),
        ("1 2", "1", "other text: 2 and 1 numbers"),
    ],
)
def test_agreement(ours: str, theirs: str, words: str) -> None:
    assert agreement(printed(ours), printed(theirs)) == words


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ("ab", "ba", "all"),
        ("ab", "ac", "1 of 2"),
        ("a", "abc", "1 of 3"),
        ("", "abc", "0 of 3"),
        ("aab", "abb", "2 of 3"),
        ("", "", "none to compare"),
    ],
)
def test_same_figures(ours: str, theirs: str, words: str) -> None:
    assert same_figures(ours, theirs) == same_figures(theirs, ours) == words


def test_a_site_depends_on_what_is_in_the_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "gpu" / "build.json"
    monkeypatch.setenv("CONVTUTOR_RECORDS", str(tmp_path / "gpu"))
    record.parent.mkdir()
    record.write_text('{"device": "one"}')
    before = of_site({})
    assert of_site({}) == before
    record.write_text('{"device": "another"}')
    assert of_site({}) != before
    # One that is named but not there is an error of the page that needs it, not of this.
    record.unlink()
    monkeypatch.setenv("CONVTUTOR_RECORDS", str(record))
    assert of_site({}) != before


def test_records_come_from_the_repository_and_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"device": "CPU", "pages": {}}
    for name in ("records/old.json", "gpu/build.json"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(json.dumps(record))
    monkeypatch.setenv("CONVTUTOR_RECORDS", str(tmp_path / "gpu"))
    assert other_records(tmp_path / "records") == {"old": record, "gpu": record}


@pytest.mark.parametrize("text", ["", "[]", '{"device": "CPU"}', None])
def test_what_is_no_record_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    file = tmp_path / "build.json"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("CONVTUTOR_RECORDS", str(file))
    with pytest.raises(ValueError, match=r"build\.json is no build\.json of a site like this one"):
        other_records(tmp_path)
