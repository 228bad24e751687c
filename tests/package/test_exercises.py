"""The exercises, and the checker: what is right passes, and what is not is told so."""

import ast
import inspect
import re
import runpy
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv3d, conv_transpose2d, pad

from convtutor.devices import describe_device, has_float64
from convtutor.exercises import EXERCISES, SECTIONS, Exercise, ask, check, hint, solution
from convtutor.exercises.cases import images_and_kernels
from convtutor.exercises.comparing import plain
from convtutor.exercises.suspects import both_loops_over_rows

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
    def in_loops(*arguments: Any) -> Any:
        return exercise.specification(*arguments)

    cases = len(exercise.cases(device))
    for answer in (exercise.solution, in_loops):
        expected = ("correct", f"{exercise.name}: correct on {cases} cases")
        assert line_of(exercise.name, answer, capsys) == expected


def test_other_right_answers_are_right_too(capsys: pytest.CaptureFixture[str]) -> None:
    def singular(kernel: Tensor) -> tuple[Tensor, Tensor]:
        U, S, Vh = torch.linalg.svd(kernel.cpu())
        return (U[:, :1] * S[0]).to(kernel.device), Vh[:1].to(kernel.device)

    def negative_first(kernel: Tensor) -> tuple[Tensor, Tensor]:
        return torch.stack([-3 * kernel, 3 * kernel])[:, None], kernel.new_full((1, 2, 1, 1), 1 / 3)

    assert line_of("separate", singular, capsys)[0] == "correct"
    assert line_of("both_edges", negative_first, capsys)[0] == "correct"


@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 7])
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
def test_same_padding_is_that_of_pytorch(kernel: int, dilation: int) -> None:
    row, taps = torch.arange(1.0, 12)[None, None], torch.arange(1.0, kernel + 1)[None, None]
    padded = pad(row, EXERCISES["same_padding"].solution(kernel, dilation))
    found = torch.nn.functional.conv1d(padded, taps, dilation=dilation)
    expected = torch.nn.functional.conv1d(row, taps, padding="same", dilation=dilation)
    assert torch.equal(found, expected)


def test_transposed_convolution_is_that_of_pytorch() -> None:
    solve = EXERCISES["transposed_convolution"].solution
    image, kernel = torch.arange(12.0).reshape(3, 4), torch.tensor([[1.0, -2, 3], [5, 0, 4]])
    for stride in (1, 2, 3):
        expected = conv_transpose2d(image[None, None], kernel[None, None], stride=stride)
        assert torch.equal(solve(image, kernel, stride), expected[0, 0])
    for size, taps, stride, padding, more in ((3, 3, 2, 1, 1), (7, 5, 3, 2, 0), (5, 4, 1, 1, 0)):
        output = torch.nn.functional.conv_transpose1d(
            torch.ones(1, 1, size),
            torch.ones(1, 1, taps),
            stride=stride,
            padding=padding,
            output_padding=more,
        )
        size_of = EXERCISES["transposed_size"].solution
        assert size_of(size, taps, stride, padding, more) == output.shape[2]


def test_channels_as_depth_do_what_conv2d_does() -> None:
    image, weight = torch.arange(24.0).reshape(3, 2, 4), torch.arange(12.0).reshape(2, 3, 1, 2)
    volume, kernels = EXERCISES["channels_as_depth"].solution(image, weight)
    found = conv3d(volume, kernels)
    assert torch.equal(found[:, :, 0], conv2d(image[None], weight))


def test_integers_come_only_where_they_can_be_convolved() -> None:
    def dtypes(kind: str) -> set[torch.dtype]:
        return {image.dtype for image, _ in images_and_kernels(torch.device(kind))}

    assert dtypes("cpu") - dtypes("meta") == {torch.int64}


@every_exercise
def test_an_exercise_is_complete(exercise: Exercise, device: torch.device) -> None:
    assert exercise.effort in ("easy", "medium", "hard")
    assert exercise.statement.endswith(".")
    assert exercise.statement.count(". ") == 0
    assert 2 <= len(exercise.hints) <= 4
    assert inspect.getdoc(exercise.solution)
    assert list(inspect.signature(exercise.solution).parameters) == list(exercise.parameters)

    cases, again = exercise.cases(device), exercise.cases(device)
    assert len(cases) >= (4 if has_float64(device) else 3)
    for case, other in zip(cases, again, strict=True):
        for argument, same in zip(case, other, strict=True):
            if isinstance(argument, Tensor):
                assert argument.device.type == device.type
                assert torch.equal(argument, same)

    for text, longest in ((exercise.task, 26), (exercise.answer, 12)):
        lines = text.splitlines()
        assert len(lines) <= longest
        assert max(map(len, lines)) <= 88
    for text in (exercise.task, exercise.stub, *exercise.hints, *exercise.slips):
        assert text.encode("cp1252")  # the encoding of a pipe on Windows, which has no minus sign


def test_there_are_enough_and_each_belongs_to_one_section() -> None:
    assert len(EXERCISES) == sum(map(len, SECTIONS.values())) >= 32


def test_they_come_in_the_order_of_their_pages() -> None:
    on_pages = [
        name
        for script in SCRIPTS
        for name in re.findall(r'^check\("(\w+)"', script.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert on_pages == [name for name in EXERCISES if name in on_pages]


# What was not attempted.


@every_exercise
def test_a_stub_is_not_attempted(exercise: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec(exercise.stub, names)
    status, line = line_of(exercise.name, names[exercise.name], capsys)
    assert status == "not attempted"
    assert line.endswith("Replace the dots, and run this again.")


@every_exercise
def test_what_ask_prints_is_the_task_and_not_an_answer(
    exercise: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(exercise.name)
    task = capsys.readouterr().out
    (definition,) = ast.parse(task).body
    assert isinstance(definition, ast.FunctionDef)
    assert plain(exercise.statement) in " ".join((ast.get_docstring(definition) or "").split())
    shows_loops = any(isinstance(node, ast.For) for node in ast.walk(definition))
    assert shows_loops == (exercise.shows == "loops")
    if not shows_loops:
        assert " answer is\n" in task
        assert len(definition.body) == 1  # the docstring

    names: dict[str, Any] = {"torch": torch, "Tensor": Tensor}
    exec(task, names)
    status, line = line_of(exercise.name, names[definition.name], capsys)
    assert status == "not attempted"
    assert ("These are the loops that ask prints" in line) == shows_loops

    ask(exercise.name, exercise.name)
    assert capsys.readouterr().out == f"{task}\n{task}"


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
        (3, r"should be a function, not an int.*check\(\"window_sum\", window_sum\)"),
        (torch.zeros(2), "should be a function, not a tensor"),
        (lambda image: image, r"takes \(image\), but should take \(image, kernel, row, column\)"),
        (lambda *, image: image, r"takes \(\*, image\), but should take \(image, kernel"),
        (nothing_returned, r"It returns None for image = \[\[.*is a return missing"),
        (half_done, "It raises NotImplementedError for image.*no message"),
        (lost, r"It raises IndexError for image = .*, column = \d+: index 99 is out of bounds"),
        (lambda *_: "19", "yours is a str, expected is a tensor of shape"),
        (lambda image, *_: image.new_zeros(()).to_sparse(), "sparse"),
        (lambda image, *_: image.new_tensor(torch.nan), "yours is nan, expected is"),
        (lambda image, *_: torch.tensor(1j, device=image.device), "dtype torch.complex64"),
        (lambda *_: 1 / 0, "It raises ZeroDivisionError"),
        (lambda *_: sys.exit(3), "It raises SystemExit for image = .*: 3"),
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


def test_a_suspect_that_crashes_in_a_good_test_has_given_itself_away(
    capsys: pytest.CaptureFixture[str],
) -> None:
    image = torch.arange(15, dtype=torch.float64).reshape(5, 3) ** 2  # tall, where some crash
    kernel = torch.tensor([[1.0], [-2]], dtype=torch.float64)
    expected = image[:-1] - 2 * image[1:]

    def is_right(correlate: Any) -> bool:
        given = image.clone()
        found = correlate(given, kernel)
        same = found.dtype == expected.dtype and torch.equal(found, expected)
        return same and torch.equal(given, image)

    def name_operation(operation: Any) -> str:
        found = operation(image.clone(), kernel)
        if torch.equal(found, expected):
            return "correlation"
        return "convolution" if torch.equal(found, image[1:] - 2 * image[:-1]) else "neither"

    with pytest.raises(IndexError):
        is_right(both_loops_over_rows)
    assert line_of("is_right", is_right, capsys)[0] == "correct"
    assert line_of("name_operation", name_operation, capsys)[0] == "correct"
    # An error of the test itself is still an error.
    _, line = line_of("is_right", lambda correlate: image[99], capsys)
    assert "It raises IndexError for correlate = window_by_window: index 99 is out of" in line


def test_what_does_not_compare_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    too_large, too_long = 10**400, 10**5000  # for a float, and for Python to write
    for name, answer in (("fastest_rate", too_large), ("rows_read", too_long)):
        status, line = line_of(name, lambda *_, answer=answer: answer, capsys)
        assert status == "wrong"
        assert "an int cannot be compared with the right answer" in line

    def spoil(curvatures: list[Any]) -> float:
        answer: float = EXERCISES["fastest_rate"].solution(curvatures)
        curvatures[0] = torch.ones(2)
        return answer

    assert "It changes its argument" in line_of("fastest_rate", spoil, capsys)[1]
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
        r"1 of \d+ numbers differ, the first at \(1, 2\): yours is -?\d+, expected is -?\d+", line
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
    assert f"yours is on meta, expected is on {device.type}" in line


@pytest.mark.parametrize("call", [ask, lambda name: check(name, None), hint, solution])
def test_an_unknown_name_is_the_only_error(call: Any) -> None:
    with pytest.raises(ValueError, match=r"no exercise 'window_sun'; did you mean 'window_sum'"):
        call("window_sun")
    with pytest.raises(ValueError, match=r"'zzz'; python -m convtutor.exercises lists all"):
        call("zzz")
    with pytest.raises(ValueError, match=r"no exercise \['window_sum'\]"):
        call(["window_sum"])


def test_a_notebook_does_not_print_the_result_again(capsys: pytest.CaptureFixture[str]) -> None:
    result = check("window_sum", None)
    capsys.readouterr()
    result._ipython_display_()
    assert capsys.readouterr().out == ""


# Where readers meet them.


def test_an_attempt_prints_and_warns_once(capsys: pytest.CaptureFixture[str]) -> None:
    def talkative(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
        print("here")
        warnings.warn("there", stacklevel=1)
        return image.new_zeros(())

    capsys.readouterr()
    with pytest.warns(match="there") as warned:
        check("window_sum", talkative)
    assert len(warned) == 1
    assert capsys.readouterr().out.count("here") == 1  # the first case differs


def test_hints_come_one_by_one_and_then_again(capsys: pytest.CaptureFixture[str]) -> None:
    hints = EXERCISES["rewind"].hints
    for number, text in enumerate([*hints, hints[0]]):
        hint("rewind")
        shown = capsys.readouterr().out
        assert shown.startswith(f"Hint {number % len(hints) + 1} of {len(hints)}: {plain(text)}")
        assert ("the last one" in shown) == (number == len(hints) - 1)


def test_solution_prints_the_solution(capsys: pytest.CaptureFixture[str]) -> None:
    solution("rewind")
    assert capsys.readouterr().out == (
        "def rewind(errors, curvatures, lr, steps):\n"
        '    """Divide by the factor that all the steps together have multiplied with."""\n'
        "    return errors / (1 - lr * curvatures) ** steps\n"
    )


def test_every_page_ends_with_an_exercise_and_every_exercise_has_its_page() -> None:
    homes: list[str] = []
    for script in SCRIPTS:
        text = script.read_text(encoding="utf-8")
        names = re.findall(r'^check\("(\w+)", (\w+)\)$', text, re.MULTILINE)
        assert names, f"{script.name} has no exercise"
        asked = re.findall(r'"(\w+)"', "".join(re.findall(r"^ask\((.*)\)$", text, re.MULTILINE)))
        assert asked == [name for name, _ in names]
        for name, attempt in names:
            assert name == attempt
            assert name in EXERCISES, f"{script.name} checks {name}"
            assert f"\n{EXERCISES[name].stub}\n" in text, f"{script.name}: {EXERCISES[name].stub}"
            homes.append(name)
    assert sorted(homes) == sorted(EXERCISES)


def run(module: str, *arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run a command line within this process, which is faster than a new one."""
    status: int = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [module, *arguments])
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=False)
        except SystemExit as ended:
            status = int(ended.code or 0)
    return status, *capsys.readouterr()


def test_the_command_line_lists_the_exercises(capsys: pytest.CaptureFixture[str]) -> None:
    status, listed, _ = run("convtutor.exercises", capsys=capsys)
    assert status == 0
    found = re.findall(r"^  (?:easy|medium|hard) +(\w+)", listed, re.MULTILINE)
    assert found == list(EXERCISES)
    assert all(f"\n{title}\n" in f"\n{listed}" for title in SECTIONS)


def test_the_command_line_gives_one_hint_at_a_time_and_the_solution_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exercise = EXERCISES["merge_kernels"]
    hints, source = list(map(plain, exercise.hints)), exercise.answer

    def shown(*arguments: str) -> tuple[list[bool], bool]:
        _, text, _ = run("convtutor.exercises", "merge_kernels", *arguments, capsys=capsys)
        return [hint in text for hint in hints], source in text

    assert shown() == ([True, False, False], False)
    assert shown("--hint", "2") == ([False, True, False], False)
    assert shown("--solution") == ([False, False, False], True)
    _, first, _ = run("convtutor.exercises", "merge_kernels", capsys=capsys)
    assert exercise.task in first
    assert exercise.stub in first
    assert "--hint 2" in first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["merge_kernel"], "no exercise 'merge_kernel'; did you mean 'merge_kernels'"),
        (["merge_kernels", "--hint", "4"], "merge_kernels has 3 hints, got 4"),
        (["merge_kernels", "--hint", "0"], "merge_kernels has 3 hints, got 0"),
        (["--solution"], "say which exercise"),
    ],
)
def test_the_command_line_says_what_is_wrong_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, error = run("convtutor.exercises", *arguments, capsys=capsys)
    assert status == 2
    assert message in error
    assert "window_sum" not in error


def test_the_package_says_what_there_is(
    device: torch.device, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told, _ = run("convtutor", capsys=capsys)
    assert status == 0
    assert describe_device(device) in told
    assert f"{len(EXERCISES)} exercises" in told
    assert "python -m convtutor.exercises" in told


@pytest.mark.skipif(sys.platform == "win32", reason="the shell there has no head")
def test_a_reader_who_has_seen_enough_ends_it_quietly() -> None:
    # Unbuffered, each line is a write of its own, and head closes the pipe after the first.
    command = f'"{sys.executable}" -u -W error -m convtutor.exercises | head -n 1'
    ended = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert ended.stderr == ""
    assert ended.stdout == "Cross-correlation\n"
