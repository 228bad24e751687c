"""The puzzles: each has one kind of answer, and the explorer judges it."""

import re
from typing import Any

import pytest
import torch
from _ext.explorer.offers import puzzles
from playwright.sync_api import Locator, Page, expect
from touching import Open, Rows, drawn, explorer, is_close, put, reference, type_keys

PUZZLES = puzzles()


def solution(kernel: Rows, puzzle: dict[str, Any]) -> torch.Tensor:
    return reference(puzzle["image"], kernel, puzzle.get("settings", {}))


def identity_of(puzzle: dict[str, Any]) -> str:
    name: str = puzzle["id"]
    return name


def test_there_are_enough_puzzles() -> None:
    assert len(PUZZLES) >= 12
    assert len({puzzle["id"] for puzzle in PUZZLES}) == len(PUZZLES)
    assert any(puzzle["kernel"] is None for puzzle in PUZZLES)


@pytest.mark.parametrize("puzzle", PUZZLES, ids=identity_of)
def test_a_puzzle_has_one_kind_of_answer(puzzle: dict[str, Any]) -> None:
    wanted = torch.tensor(puzzle["output"], dtype=torch.float64)
    if puzzle["kernel"] is not None:
        assert is_close(solution(puzzle["kernel"], puzzle).tolist(), wanted)
    else:
        # The best that any kernel can do leaves an error behind.
        h, w = puzzle["shape"]
        taps = torch.eye(h * w, dtype=torch.float64).reshape(-1, h, w)
        A = torch.stack([solution(tap.tolist(), puzzle).flatten() for tap in taps], dim=1)
        best = torch.linalg.lstsq(A, wanted.flatten()[:, None]).solution
        assert (A @ best - wanted.flatten()[:, None]).abs().max() > 0.1
    assert len(puzzle["near"]) >= 3
    for miss in puzzle["near"]:
        assert miss["say"]
        found = solution(miss["kernel"], puzzle)
        assert found.shape == wanted.shape
        assert not torch.allclose(found, wanted)


def choose(element: Locator, number: int) -> None:
    element.get_by_role("button", name=re.compile(f"^Puzzle {number}(,|$)")).click()


def tally(element: Locator) -> Locator:
    return element.locator(".ce-tally")


def test_the_explorer_judges_every_puzzle(open_page: Open) -> None:
    page = open_page()
    element = explorer(page, 1)
    verdict = element.locator(".ce-verdict")
    for number, puzzle in enumerate(PUZZLES, 1):
        choose(element, number)
        for miss in puzzle["near"]:
            put(element, kernel=miss["kernel"])
            expect(verdict).to_contain_text(miss["say"])
            assert "Solved" not in verdict.inner_text()
        element.get_by_role("button", name="No kernel can do this").click()
        if puzzle["kernel"] is None:
            expect(verdict).to_have_text(f"Solved. {puzzle['why']}")
        else:
            expect(verdict).to_have_text("One can. Keep looking, or take a hint.")
            put(element, kernel=puzzle["kernel"])
            expect(verdict).to_have_text(f"Solved. {puzzle['why']}")
    put(element, kernel=[[1]])  # of another shape than the puzzle asks for
    drawn(page)
    everything = f"{len(PUZZLES)} of {len(PUZZLES)} solved"
    expect(tally(element)).to_have_text(everything)
    page.reload()
    expect(tally(explorer(page, 1))).to_have_text(everything)
    choose(explorer(page, 1), 1)
    explorer(page, 1).get_by_role("button", name="No kernel can do this").click()
    expect(verdict).to_have_text("One can, and you have found it already.")


def test_an_answer_that_is_shown_does_not_count(open_page: Open) -> None:
    page = open_page()
    element = explorer(page, 1)
    element.get_by_role("button", name="Show the answer").click()
    expect(element.locator(".ce-verdict")).to_contain_text("This is the answer.")
    put(element, kernel=[[0, 0, 0]])
    put(element, kernel=PUZZLES[0]["kernel"])
    drawn(page)
    expect(tally(element)).to_have_text(f"0 of {len(PUZZLES)} solved")
    choose(element, 2)
    choose(element, 1)
    solve_the_first(page, element)
    expect(tally(element)).to_have_text(f"1 of {len(PUZZLES)} solved")


def solve_the_first(page: Page, element: Locator) -> None:
    element.get_by_label("kernel row 0 column 2").click()
    type_keys(page, "1")
    expect(element.locator(".ce-verdict")).to_contain_text("Solved.")


def test_two_tabs_keep_each_others_puzzles(open_page: Open) -> None:
    one = open_page()
    other = one.context.new_page()
    other.goto(one.url)
    here, there = explorer(one, 1), explorer(other, 1)
    solve_the_first(one, here)
    expect(tally(there)).to_have_text(f"1 of {len(PUZZLES)} solved")
    choose(there, 2)
    put(there, kernel=PUZZLES[1]["kernel"])
    expect(tally(there)).to_have_text(f"2 of {len(PUZZLES)} solved")
    one.reload()
    expect(tally(explorer(one, 1))).to_have_text(f"2 of {len(PUZZLES)} solved")


@pytest.mark.parametrize("kept", ["nonsense", "{}", "null", '["no such puzzle"]', "[[]]"])
def test_spoilt_progress_is_not_an_obstacle(open_page: Open, kept: str) -> None:
    page = open_page()
    page.evaluate("kept => localStorage.setItem('corr-explorer-solved', kept)", kept)
    page.reload()
    expect(tally(explorer(page, 1))).to_contain_text("0 of")
