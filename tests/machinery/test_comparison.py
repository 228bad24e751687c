"""Compare made-up records of builds."""

import json
from pathlib import Path

import pytest
from _ext.comparison import agreeing_digits, agreement, numbers, other_records
from docutils import nodes
from docutils.utils import new_document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tensor([[1., -2.5], [3e-4, 0]])", [1, -2.5, 3e-4, 0]),
        ("conv2d of shape (3, 4), 1.0011e+00", [3, 4, 1.0011]),
        ("no number", []),
        ("tensor([1, 2], device='cuda:0') tensor([3],\n       device='mps:0')", [1, 2, 3]),
    ],
)
def test_the_numbers_of_a_page_are_those_it_printed(text: str, expected: list[float]) -> None:
    page = new_document("")
    page += nodes.literal_block("", "K = 7")
    page += nodes.literal_block("", text, classes=["sphx-glr-script-out"])
    assert numbers(page) == expected


@pytest.mark.parametrize(
    ("a", "b", "digits"),
    [(1.0, 1.001, 3), (1000.0, 1001.0, 3), (-2.0, 2.0, 0), (0.0, 1e-9, 0), (1.0, 1.000001, 6)],
)
def test_agreeing_digits(a: float, b: float, digits: int) -> None:
    assert agreeing_digits(a, b) == agreeing_digits(b, a) == digits


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ([1, 2.5], [1, 2.5], "all 2"),
        ([], [], "it prints none"),
        ([1, 2.5, 3], [1, 2.501, 3], "2 of 3, the other to 3 digits"),
        ([1, 2.5, 3], [1, 2.501, 4], "1 of 3, the others to 0 digits"),
        ([1, 2], [1], "not compared: 2 and 1 numbers"),
    ],
)
def test_agreement(ours: list[float], theirs: list[float], words: str) -> None:
    assert agreement(ours, theirs) == words


def test_a_record_is_called_like_its_file(tmp_path: Path) -> None:
    record = {"device": "CPU", "pages": {}}
    (tmp_path / "old.json").write_text(json.dumps(record))
    assert other_records(tmp_path) == {"old": record}


@pytest.mark.parametrize("text", ["", "[]", '{"device": "CPU"}'])
def test_what_is_no_record_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(ValueError, match=r"mine\.json is not a build\.json of a site"):
        other_records(tmp_path)
