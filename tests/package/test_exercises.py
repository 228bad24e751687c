"""The exercises, and the checker: what is right passes, and what is not is told so."""

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from torch import Tensor

from convtutor.devices import has_float64
from convtutor.exercises import EXERCISES, Exercise, ask, check
from convtutor.exercises.__main__ import describe
from convtutor.exercises.cases import images_and_kernels

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "gallery").rglob("plot_*.py"))

every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def line_of(name: str, attempt: object, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Check an attempt; hand over the status, and the one line that was printed."""
    capsys.readouterr()
    result = check(name, attempt)
    (line,) = capsys.readouterr().out.splitlines()
    assert line == result.line
    assert line.startswith(f"{name}: ")
    return result.status, line


# What is right.


@every_exercise
def test_the_solution_and_the_specification_are_correct(
    exercise: Exercise, device: torch.device, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = len(exercise.cases(device))
    for answer in (exercise.solution, exercise.specification):
        expected = ("correct", f"{exercise.name}: correct on {cases} cases")
        assert line_of(exercise.name, answer, capsys) == expected


@every_exercise
def test_the_cases_are_many_the_same_each_time_and_on_the_device(
    exercise: Exercise, device: torch.device
) -> None:
    cases, again = exercise.cases(device), exercise.cases(device)
    assert len(cases) >= (4 if has_float64(device) else 3)
    for case, other in zip(cases, again, strict=True):
        for argument, same in zip(case, other, strict=True):
            if isinstance(argument, Tensor):
                assert argument.device.type == device.type
                assert torch.equal(argument, same)


def test_integers_come_only_where_they_can_be_convolved() -> None:
    def dtypes(kind: str) -> set[torch.dtype]:
        return {image.dtype for image, _ in images_and_kernels(torch.device(kind))}

    assert dtypes("cpu") - dtypes("meta") == {torch.int64}


@every_exercise
def test_an_exercise_is_complete(exercise: Exercise) -> None:
    assert exercise.effort in ("easy", "medium", "hard")
    assert exercise.statement.endswith(".")
    assert exercise.statement.count(". ") == 0
    assert 2 <= len(exercise.hints) <= 4
    assert inspect.getdoc(exercise.solution)
    assert list(inspect.signature(exercise.solution).parameters) == list(
        inspect.signature(exercise.specification).parameters
    )


def test_they_come_section_by_section_and_in_each_the_easy_ones_first() -> None:
    sections = {
        name: script.parent.name
        for script in SCRIPTS
        for name in re.findall(r'^check\("(\w+)"', script.read_text(encoding="utf-8"), re.MULTILINE)
    }
    places = [
        (sections[exercise.name], ("easy", "medium", "hard").index(exercise.effort))
        for exercise in EXERCISES.values()
    ]
    assert places == sorted(places)


# What was not attempted.


@every_exercise
def test_a_stub_is_not_attempted(exercise: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec(exercise.stub, names)
    status, line = line_of(exercise.name, names[exercise.name], capsys)
    assert status == "not attempted"
    assert "python -m convtutor.exercises has hints" in line


def test_other_ways_to_leave_it_open(capsys: pytest.CaptureFixture[str]) -> None:
    def documented(image: Any, kernel: Any, row: Any, column: Any) -> Any:
        """Do it tomorrow."""

    def passed(*arguments: Any) -> Any:
        pass

    def raised(*arguments: Any) -> Any:
        raise NotImplementedError

    for attempt in (documented, passed, raised, None, ...):
        assert line_of("window_sum", attempt, capsys)[0] == "not attempted"


# What is no answer at all.


def nothing_returned(image: Tensor, kernel: Tensor, row: int, column: int) -> None:
    torch.zeros(3) + 1


def half_done(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    if image.shape != (2, 3):
        raise NotImplementedError
    return EXERCISES["window_sum"].solution(image, kernel, row, column)  # type: ignore[no-any-return]


def lost(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    return image[99]


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (3, r"an int is no function.*check\(\"window_sum\", window_sum\)"),
        (torch.zeros(2), "a torch.Tensor is no function"),
        (lambda image: image, r"it takes \(image\), where \(image, kernel, row, column\)"),
        (lambda *, image: image, r"it takes \(\*, image\), where \(image, kernel"),
        (nothing_returned, r"it returns None for image = \[\[.*is a return missing"),
        (half_done, "it raises NotImplementedError for image.*without a word"),
        (lost, r"it raises IndexError for image = .*, column = \d+: index 99 is out of bounds"),
        (lambda *_: "19", "yours is a str, expected is a tensor of shape"),
        (lambda image, *_: image.new_zeros(()).to_sparse(), "sparse"),
        (lambda image, *_: image.new_tensor(torch.nan), "yours nan, expected"),
        (lambda image, *_: torch.tensor(1j, device=image.device), "dtype torch.complex64"),
        (lambda *_: 1 / 0, "it raises ZeroDivisionError"),
        (lambda *_: sys.exit(3), "it raises SystemExit for image = .*: 3"),
        (dict, "window_sum: wrong"),
        (torch.nn.Identity(), "window_sum: wrong"),
    ],
)
def test_whatever_an_attempt_does_is_explained_and_not_thrown(
    attempt: object, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, line = line_of("window_sum", attempt, capsys)
    assert status == "wrong"
    assert re.search(message, line), line


def test_what_does_not_compare_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    too_large, too_long = 10**400, 10**5000  # for a float, and for Python to write
    for name, answer in (("fastest_rate", too_large), ("rows_read", too_long)):
        status, line = line_of(name, lambda *_, answer=answer: answer, capsys)
        assert status == "wrong"
        assert "an int does not compare with the answer" in line

    def spoil(curvatures: list[Any]) -> float:
        answer: float = EXERCISES["fastest_rate"].solution(curvatures)
        curvatures[0] = torch.ones(2)
        return answer

    assert "it changes its argument" in line_of("fastest_rate", spoil, capsys)[1]
    _, line = line_of("is_right", lambda *_: numpy.bool_(True), capsys)
    assert "yours is a numpy.bool, expected is a bool" in line


def test_a_long_error_is_cut_to_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def talkative(*arguments: Any) -> Any:
        raise RuntimeError("word " * 100 + "\nand more")

    _, line = line_of("window_sum", talkative, capsys)
    assert line.endswith(" …")
    assert "and more" not in line


def test_many_numbers_are_not_printed_but_the_first_that_differs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    solution = EXERCISES["merge_kernels"].solution

    def spoiled(first: Tensor, second: Tensor) -> Tensor:
        merged: Tensor = solution(first, second).clone()
        if merged.numel() > 12:
            merged[1, 2] += 1
        return merged

    _, line = line_of("merge_kernels", spoiled, capsys)
    assert re.search(
        r"1 of \d+ numbers differ, first at \(1, 2\): yours -?\d+, expected -?\d+", line
    )


def test_a_gradient_on_record_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    def recorded(first: Tensor, second: Tensor) -> Tensor:
        merged: Tensor = EXERCISES["merge_kernels"].solution(first, second)
        return merged.requires_grad_() if merged.is_floating_point() else merged

    assert line_of("merge_kernels", recorded, capsys)[0] == "correct"


def test_the_answer_is_compared_on_the_device(
    device: torch.device, capsys: pytest.CaptureFixture[str]
) -> None:
    def elsewhere(first: Tensor, second: Tensor) -> Tensor:
        return torch.zeros_like(first, device="meta")

    _, line = line_of("merge_kernels", elsewhere, capsys)
    assert f"yours is on meta, expected on {device.type}" in line


@pytest.mark.parametrize("call", [ask, lambda name: check(name, None)])
def test_an_unknown_name_is_the_only_error(call: Any) -> None:
    with pytest.raises(ValueError, match=r"no exercise 'window_sun'; did you mean 'window_sum'"):
        call("window_sun")
    with pytest.raises(
        ValueError, match=f"'nothing of that sort'; did you mean.*{[*EXERCISES][-1]}"
    ):
        call("nothing of that sort")
    with pytest.raises(ValueError, match=r"no exercise \['window_sum'\]"):
        call(["window_sum"])


def test_a_notebook_does_not_print_the_result_again(capsys: pytest.CaptureFixture[str]) -> None:
    result = check("window_sum", None)
    capsys.readouterr()
    result._ipython_display_()
    assert capsys.readouterr().out == ""


# Where readers meet them.


@every_exercise
def test_ask_prints_the_specification(
    exercise: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(exercise.name)
    source = inspect.getsource(exercise.specification)
    assert capsys.readouterr().out == source
    ask(exercise.name, exercise.name)
    assert capsys.readouterr().out == f"{source}\n{source}"


@every_exercise
def test_no_source_is_too_wide_or_too_long_for_a_page(exercise: Exercise) -> None:
    for function, longest in ((exercise.specification, 20), (exercise.solution, 12)):
        lines = inspect.getsource(function).splitlines()
        assert max(map(len, lines)) <= 88
        assert len(lines) <= longest


@every_exercise
def test_all_that_is_printed_of_it_passes_through_a_pipe_on_windows(exercise: Exercise) -> None:
    assert describe(exercise).encode("cp1252")  # most of the time; no minus sign, for example


def test_every_page_ends_with_an_exercise_and_every_exercise_has_its_page() -> None:
    homes: list[str] = []
    for script in SCRIPTS:
        text = script.read_text(encoding="utf-8")
        names = re.findall(r'^check\("(\w+)", (\w+)\)$', text, re.MULTILINE)
        assert names, f"{script.name} has no exercise"
        asked = "".join(f'"{name}", ' for name, _ in names).removesuffix(", ")
        assert f"\nask({asked})\n" in text
        for name, attempt in names:
            assert name == attempt
            assert name in EXERCISES, f"{script.name} checks {name}"
            assert f"\n{EXERCISES[name].stub}\n" in text
            homes.append(name)
    assert sorted(homes) == sorted(EXERCISES)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "convtutor.exercises", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_the_command_line_lists_and_tells_all() -> None:
    listed = run()
    assert listed.returncode == 0
    assert [line.split()[1] for line in listed.stdout.splitlines()] == list(EXERCISES)
    exercise = EXERCISES["merge_kernels"]
    told = run("merge_kernels").stdout
    for part in (exercise.stub, inspect.getsource(exercise.solution), "3. "):
        assert part in told.replace("`", "``") or part in told
    unknown = run("merge_kernel")
    assert unknown.returncode == 2
    assert "did you mean 'merge_kernels'" in unknown.stderr
