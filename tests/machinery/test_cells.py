"""Tell the kinds of cells from their code, pair questions with answers, and judge values."""

from pathlib import Path

import pytest
import torch
from _ext import cells, questions

HEAD = '"""\nA page\n======\n\nText.\n"""\n'


def write(tmp_path: Path, *parts: str) -> list[cells.Cell]:
    script = tmp_path / f"plot_{abs(hash(parts))}.py"
    script.write_text(HEAD + "".join(f"\n# %%\n{part}\n" for part in parts), encoding="utf-8")
    return cells.read(script)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("setup", "import torch\n\ndevice = default_device()\ntorch.manual_seed(0)"),
        ("setup", 'torch.backends.cudnn.conv.fp32_precision = "ieee"'),
        ("setup", "generator = torch.Generator().manual_seed(3)"),
        ("figure", 'fig, ax = plt.subplots()\nax.plot(losses)\nfig.set_label("Losses fall.")'),
        ("proof", "assert Y.shape == (2, 3)"),
        ("proof", "wanted = 3\nfor row in Y:\n    torch.testing.assert_close(row, wanted)"),
        ("proof", "with torch.no_grad():\n    assert layer(X).sum() == 2"),
        ("code", "X = torch.tensor([1.0])"),
        ("code", "layer.weight.data = torch.ones(2, 3)"),
        ("code", "bar = plt.colorbar(image)\nbar.set_label('height')"),
        ("code", "def test_it():\n    assert corr2d(X, K).shape == (2, 3)"),
        ("code", "for step in range(3):\n    optimizer.step()\n    assert loss > 0"),
    ],
)
def test_the_kind_of_a_cell_is_read_off_its_code(tmp_path: Path, kind: str, code: str) -> None:
    assert write(tmp_path, code)[1].kind == kind


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (["update(X)\nassert X == 4"], "move the assertions into a cell of their own"),
        (["import torch\nX = torch.ones(2, 3)"], "move the imports into the first cell"),
        (["assert Y == 4\nprint(Y)"], "move the assertions into"),
        (['fig = plt.figure()\nprint(1)\nfig.set_label("A.")'], "print elsewhere"),
        (['Y = X.sum()\nfig.set_label("A.")', "print(Y)"], "define Y elsewhere"),
        (["total = Y.sum()\nassert total == 4", "total += 1"], "define total elsewhere"),
        (["# A comment.\nprint(1)"], "the comment has become text"),
        (["# **How many?**", "# A heading\n# ---------"], "answer 'How many?' before"),
        (["# **How many?**", "# And **how large?**", "print(1)"], "answer 'How many?' before"),
    ],
)
def test_a_cell_that_mixes_kinds_is_found(tmp_path: Path, parts: list[str], words: str) -> None:
    found = [what_to_do for _, what_to_do in cells.faults(write(tmp_path, *parts))]
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    "parts",
    [
        # Nobody needs the Y of the figure: the cell in sight makes its own.
        ['Y = X.sum()\nfig.set_label("A.")', "Y = 3\nprint(Y)"],
        ["for row in Y:\n    assert row", "print([row for row in Y])"],
        ["total = Y.sum()\nassert total == 4", "def double(total):\n    return 2 * total"],
        ["# **How many?**", "print(1)", "# One."],
        ["# Try it yourself\n# ---\n# **Can you?**", "# Next\n# ----"],
    ],
)
def test_a_clean_page_has_no_faults(tmp_path: Path, parts: list[str]) -> None:
    assert list(cells.faults(write(tmp_path, *parts))) == []


def test_an_answer_ends_with_the_text_that_reads_it(tmp_path: Path) -> None:
    page = write(
        tmp_path,
        "# Think. **What is the\n# sum?**\n#\n# - two\n# - three",
        "print(2)",
        "assert True",
        "# It is two.",
        "# Something else. **And now?** It can be computed.",
        "print(3)",
        "# A heading\n# ---------\n# And text.",
    )
    found = {asking.question: [part.content for part in answer]
             for asking, answer in cells.answers(page)}  # fmt: skip
    assert list(found) == ["What is the sum?", "And now?"]
    assert [text.strip() for text in found["What is the sum?"]] == [
        "print(2)",
        "assert True",
        "It is two.",
    ]
    assert [text.strip() for text in found["And now?"]] == ["print(3)"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (torch.tensor(10.0), 10),
        (torch.tensor(0.1), 0.1),  # 0.10000000149 in single precision
        (1 / 30, 0.0333333),
        (123456789, 123456789),
        (torch.Size([5, 7]), [5, 7]),
        (torch.tensor([[1.0, -2.5]]), [[1, -2.5]]),
    ],
)
def test_numbers_travel_as_a_reader_would_write_them(value: object, written: object) -> None:
    assert questions.evaluate({"answer": "value"}, {"value": value})["answer"] == written


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"answer": "1", "hint": "no"}, r"unknown keys \['hint'\]"),
        ({"answer": "'left'"}, "'left' is not a number; a question about it needs choices"),
        ({"answer": "'up'", "choices": {"left": "to the left"}}, r"\['up'\] are not among"),
        ({"answer": "1", "slips": [{"value": "1", "say": "No."}]}, "a slip has the right answer"),
    ],
)
def test_an_entry_that_cannot_be_used_says_why(entry: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        questions.evaluate(entry, {})
