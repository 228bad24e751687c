"""Break every exercise's answer in at least five ways: the checker must see each, and say why."""

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import pad

from convtutor import corr2d, images
from convtutor.exercises import EXERCISES, Exercise, check
from convtutor.shapes import receptive_field

Attempt = Callable[..., Any]
WIDE = torch.arange(15.0).reshape(3, 5) ** 2
ROW = torch.tensor([[1.0, -2.0]])
solve = {name: exercise.solution for name, exercise in EXERCISES.items()}

DIFFERS = r"yours .*, expected"
SHAPE = r"yours has shape \(.*\), expected \("


def fill(image: Tensor, kernel: Tensor) -> Tensor:
    """Write pixel by pixel into an output that wants a slope of its own."""
    output = torch.zeros_like(corr2d(image, kernel.detach()), requires_grad=True)
    output[0, 0] = (image[: kernel.shape[0], : kernel.shape[1]] * kernel).sum()
    return torch.autograd.grad((output**2).sum(), kernel)[0]


# What people write for this exercise in particular, and what they must be told.
SPECIFIC: dict[str, dict[str, tuple[Attempt, str]]] = {
    "window_sum": {
        "flipped kernel": (lambda X, K, i, j: solve["window_sum"](X, K.flip(0, 1), i, j), DIFFERS),
        "row and column swapped": (
            lambda X, K, i, j: solve["window_sum"](X, K, j, i),
            "raises RuntimeError|yours",
        ),
        "square kernels only": (
            lambda X, K, i, j: (X[i : i + len(K), j : j + len(K)] * K).sum(),
            DIFFERS,
        ),
        "the window without its last column": (
            lambda X, K, i, j: (X[i : i + K.shape[0], j : j + K.shape[1] - 1] * K[:, :-1]).sum(),
            DIFFERS,
        ),
    },
    "sharpening_kernel": {
        "height and width swapped": (
            lambda h, w, a, d: solve["sharpening_kernel"](w, h, a, d),
            "are rows and columns swapped",
        ),
        "the mean is not divided": (
            lambda h, w, a, d: solve["sharpening_kernel"](h, w, a, d) - a,
            DIFFERS,
        ),
        "beside the middle": (
            lambda h, w, a, d: solve["sharpening_kernel"](h, w, a, d).roll(1, 1),
            DIFFERS,
        ),
    },
    "merge_kernels": {
        "not flipped": (
            lambda A, B: solve["merge_kernels"](A, B.flip(0, 1)),
            DIFFERS,
        ),
        "correlation without padding": (corr2d, "raises ValueError|yours"),
        "half of the padding": (
            lambda A, B: solve["merge_kernels"](A, B)[1:, 1:],
            SHAPE,
        ),
    },
    "wrap_around": {
        "a cross-correlation": (
            lambda X, K: (
                torch.fft.ifft2(torch.fft.fft2(X) * torch.fft.fft2(K, X.shape).conj()).real
            ),
            DIFFERS,
        ),
        "nothing wraps around": (corr2d, SHAPE),
        "still complex": (
            lambda X, K: torch.complex(solve["wrap_around"](X, K), X),
            "dtype torch.complex",
        ),
        "padded with zeros": (
            lambda X, K: corr2d(pad(X, (0, K.shape[1] - 1, 0, K.shape[0] - 1)), K),
            DIFFERS,
        ),
    },
    "rows_read": {
        "without halos": (lambda size, kernel, chunk: size - kernel + 1, DIFFERS),
        "chunks rounded down": (
            lambda size, kernel, chunk: (
                size - kernel + 1 + (size - kernel + 1) // chunk * (kernel - 1)
            ),
            "size = 6, kernel = 2, chunk = 3: yours 6, expected 7",
        ),
        "a halo as large as the kernel": (
            lambda size, kernel, chunk: solve["rows_read"](size, kernel + 1, chunk) + 1,
            DIFFERS,
        ),
        "chunks of the input": (
            lambda size, kernel, chunk: size + (math.ceil(size / chunk) - 1) * (kernel - 1),
            DIFFERS,
        ),
    },
    "fit_bias": {
        "the sum, not the mean": (lambda X, K, Y: (Y - corr2d(X, K)).sum().reshape(1), DIFFERS),
        "the wrong way round": (lambda X, K, Y: (corr2d(X, K) - Y).mean().reshape(1), DIFFERS),
        "no shape": (
            lambda X, K, Y: (Y - corr2d(X, K)).mean(),
            r"shape \(\), expected \(1,\), though the values are right",
        ),
        "one bias for each row": (lambda X, K, Y: (Y - corr2d(X, K)).mean(1), SHAPE),
    },
    "fewest_weights": {
        "no groups": (lambda i, o, t: i * o * t, DIFFERS),
        "depthwise always": (lambda i, o, t: o * t, DIFFERS),
        "divides twice": (lambda i, o, t: i * o * t // math.gcd(i, o) ** 2, DIFFERS),
        "square layers only": (lambda i, o, t: max(i, o) * t, DIFFERS),
        "a true division": (lambda i, o, t: i * o * t / math.gcd(i, o), "yours is a float"),
    },
    "kernel_gradient": {
        "the gradient of the sum, not of the squares": (
            lambda X, K: corr2d(X, torch.ones_like(corr2d(X, K))),
            DIFFERS,
        ),
        "half of it": (lambda X, K: corr2d(X, corr2d(X, K)), DIFFERS),
        "the output asks for a gradient of its own": (
            lambda X, K: fill(X, K.clone().requires_grad_()),
            "raises RuntimeError .*a leaf Variable that requires grad",
        ),
        "the gradient of the image": (
            lambda X, K: torch.autograd.grad((corr2d(X.requires_grad_(), K) ** 2).sum(), X)[0],
            SHAPE,
        ),
    },
    "unseen_pixels": {
        "counts the seen": (lambda n, k, s, d: n - solve["unseen_pixels"](n, k, s, d), DIFFERS),
        "forgets the dilation": (lambda n, k, s, d: solve["unseen_pixels"](n, k, s, 1), DIFFERS),
        "forgets the stride": (lambda n, k, s, d: solve["unseen_pixels"](n, k, 1, d), DIFFERS),
        "only what is left over at the end": (
            lambda n, k, s, d: (n - d * (k - 1) - 1) % s,
            "size = 11, kernel = 3, stride = 2, dilation = 2: yours 0, expected 5",
        ),
    },
    "merge_layers": {
        "the mix transposed": (
            lambda W, M: torch.einsum("co,cihw->oihw", M, W),
            "raises RuntimeError|yours",
        ),
        "height and width swapped": (lambda W, M: solve["merge_layers"](W, M).mT, SHAPE),
        "channels not added": (lambda W, M: M[:, :, None, None, None] * W, SHAPE),
        "in and out swapped": (lambda W, M: solve["merge_layers"](W, M).transpose(0, 1), SHAPE),
    },
    "seen_pixels": {
        "forgets the jump": (
            lambda layers, place: (place, place + receptive_field(layers)[0] - 1),
            DIFFERS,
        ),
        "one too far": (
            lambda layers, place: (
                place * receptive_field(layers)[1],
                place * receptive_field(layers)[1] + receptive_field(layers)[0],
            ),
            r"place = 2: yours \(2, 5\), expected \(2, 4\)",
        ),
        "the layers backwards": (
            lambda layers, place: solve["seen_pixels"](layers[::-1], place),
            DIFFERS,
        ),
        "the size alone": (lambda layers, place: receptive_field(layers)[0], "yours is an int"),
        "three numbers": (
            lambda layers, place: (*solve["seen_pixels"](layers, place), 0),
            "yours has 3 numbers, expected are 2",
        ),
    },
    "visible_part": {
        "row sums": (lambda K: K.mean(1, keepdim=True).expand_as(K), DIFFERS),
        "sums, not means": (lambda K: K.sum(0, keepdim=True).expand_as(K), DIFFERS),
        "one row only": (lambda K: K.mean(0), SHAPE),
        "the part that is not seen": (lambda K: K - K.mean(0), DIFFERS),
        "square kernels only": (
            lambda K: K.mean(0).expand(len(K), len(K)),
            "raises RuntimeError for kernel = .*size",
        ),
    },
    "rewind": {
        "forwards": (lambda e, c, lr, n: e * (1 - lr * c) ** n, DIFFERS),
        "one step too few": (lambda e, c, lr, n: solve["rewind"](e, c, lr, n - 1), DIFFERS),
        "without signs": (lambda e, c, lr, n: e / (1 - lr * c).abs() ** n, DIFFERS),
        "one curvature for all": (lambda e, c, lr, n: e / (1 - lr * c[0]) ** n, DIFFERS),
    },
    "descend": {
        "uphill": (lambda X, Y, K, lr: solve["descend"](X, Y, K, -lr), DIFFERS),
        "half a step": (lambda X, Y, K, lr: solve["descend"](X, Y, K, lr / 2), DIFFERS),
        "the mean, not the sum": (
            lambda X, Y, K, lr: solve["descend"](X, Y, K, lr / Y.numel()),
            DIFFERS,
        ),
        "in place": (
            lambda X, Y, K, lr: K.copy_(solve["descend"](X, Y, K, lr)),
            "changes its argument kernel",
        ),
    },
    "fastest_rate": {
        "the limit": (lambda c: 2 / max(c), r"curvatures = \[12.0, 60.0\]: yours 0.0333333"),
        "one over the steepest": (lambda c: 1 / max(c), DIFFERS),
        "the mean of all": (lambda c: 1 / (sum(c) / len(c)), DIFFERS),
        "the first and the last": (lambda c: 2 / (c[0] + c[-1]), r"\[0.5, 7.0, 2.0, 3.0\]"),
    },
    "confusion": {
        "rows for columns": (lambda S, y: solve["confusion"](S, y).T, DIFFERS),
        "the lowest score": (lambda S, y: solve["confusion"](-S, y), DIFFERS),
        "shares, not counts": (
            lambda S, y: solve["confusion"](S, y) / len(y),
            "dtype torch.float32, expected torch.int64",
        ),
        "as many classes as examples": (
            lambda S, y: torch.zeros(len(y), len(y), dtype=torch.int64, device=y.device),
            SHAPE,
        ),
        "right ones only": (lambda S, y: solve["confusion"](S, y).diag().diag(), DIFFERS),
    },
    "find_kernel": {
        "flipped": (lambda X, Y, h, w: solve["find_kernel"](X, Y, h, w).flip(0, 1), DIFFERS),
        "height and width swapped": (
            lambda X, Y, h, w: solve["find_kernel"](X, Y, h, w).reshape(w, h),
            SHAPE,
        ),
        "read column by column": (
            lambda X, Y, h, w: solve["find_kernel"](X, Y, h, w).reshape(w, h).T,
            DIFFERS,
        ),
        "the image with the response": (lambda X, Y, h, w: corr2d(X, Y) / (X**2).sum(), DIFFERS),
    },
    "band_edges": {
        "right minus left": (lambda h, w, d: -solve["band_edges"](h, w, d), DIFFERS),
        "the transposed band": (
            lambda h, w, d: -images.diagonal(max(w, h), max(w, h, 4), device=d).T[:h, :w].diff(),
            DIFFERS,
        ),
        "down the columns": (lambda h, w, d: -images.diagonal(h, w, device=d).diff(dim=0), SHAPE),
        "padded to the size of the image": (
            lambda h, w, d: pad(solve["band_edges"](h, w, d), (0, 1)),
            SHAPE,
        ),
    },
    "transposed_image": {
        "nothing transposed": (corr2d, SHAPE),
        "the kernel only": (lambda X, K: corr2d(X, K.T), "are rows and columns swapped"),
        "the answer only": (lambda X, K: corr2d(X, K).T, SHAPE),
        "flipped instead": (lambda X, K: corr2d(X, K.T.flip(0, 1)).T, DIFFERS),
    },
    "transposed_kernel": {
        "nothing transposed": (corr2d, SHAPE),
        "the image only": (lambda X, K: corr2d(X.T, K), "are rows and columns swapped"),
        "both before": (lambda X, K: corr2d(X.T, K.T), SHAPE),
        "flipped instead": (lambda X, K: corr2d(X, K.T.flip(0, 1)), DIFFERS),
    },
    "direction_kernel": {
        "right and down swapped": (lambda x, y, d: solve["direction_kernel"](y, x, d), DIFFERS),
        "the other way": (lambda x, y, d: solve["direction_kernel"](-x, -y, d), DIFFERS),
        "twice the slope": (lambda x, y, d: 2 * solve["direction_kernel"](x, y, d), DIFFERS),
        "not for one pixel": (
            lambda x, y, d: solve["direction_kernel"](x, y, d) * math.hypot(x, y),
            "right = 3.0, down = 4.0",
        ),
        "down for both": (lambda x, y, d: solve["direction_kernel"](y, y, d), "raises|yours"),
    },
    "blur_kernel": {
        "a box": (lambda h, w, d: torch.full((h, w), 1 / (h * w), device=d), DIFFERS),
        "adds up to more than 1": (lambda h, w, d: 2 * solve["blur_kernel"](h, w, d), DIFFERS),
        "height and width swapped": (
            lambda h, w, d: solve["blur_kernel"](w, h, d),
            "are rows and columns swapped",
        ),
        "one mean too many": (lambda h, w, d: solve["blur_kernel"](h + 1, w, d)[:h], DIFFERS),
    },
    "correlation_matrix": {
        "transposed": (
            lambda K, H, W, s: solve["correlation_matrix"](K, H, W, s).T,
            "are rows and columns swapped",
        ),
        "forgets the stride": (lambda K, H, W, s: solve["correlation_matrix"](K, H, W, 1), SHAPE),
        "height and width swapped": (
            lambda K, H, W, s: solve["correlation_matrix"](K, W, H, s),
            "raises RuntimeError|yours",
        ),
        "a convolution": (
            lambda K, H, W, s: solve["correlation_matrix"](K.flip(0, 1), H, W, s),
            DIFFERS,
        ),
        "every so many rows": (
            lambda K, H, W, s: solve["correlation_matrix"](K, H, W, 1)[::s],
            "stride = 2: yours",
        ),
    },
    "derivative_taps": {
        "the slope of the first two": (
            lambda x: pad(torch.stack([-1 / (x[1] - x[0]), 1 / (x[1] - x[0])]), (0, len(x) - 2)),
            r"places = \[0, 1, 2\]: yours \[-1, 1, 0\], expected \[1, -2, 1\]",
        ),
        "without the factorial": (
            lambda x: solve["derivative_taps"](x) / math.factorial(len(x) - 1),
            DIFFERS,
        ),
        "as if one pixel apart": (
            lambda x: solve["derivative_taps"](torch.arange(len(x)).to(x)),
            r"places = \[-1, 1\]: yours \[-1, 1\], expected \[-0.5, 0.5\]",
        ),
        "backwards": (lambda x: solve["derivative_taps"](x).flip(0), DIFFERS),
    },
    "name_operation": {
        "trusts everything": (lambda f: "correlation", "yours correlation, expected convolution"),
        "the two mixed up": (
            lambda f: {"correlation": "convolution", "convolution": "correlation"}.get(
                solve["name_operation"](f), "neither"
            ),
            "operation = window_by_window: yours convolution, expected correlation",
        ),
        "a symmetric kernel": (
            lambda f: (
                "correlation" if torch.equal(f(WIDE, ROW**0), corr2d(WIDE, ROW**0)) else "neither"
            ),
            "operation = flipped: yours correlation, expected convolution",
        ),
        "an impulse and nothing else": (
            lambda f: "correlation" if f(images.impulse(2, 5), ROW)[1, 1] == -2 else "convolution",
            "operation = both_loops_over_rows: yours .*, expected neither",
        ),
        "says more than it is asked": (
            lambda f: f"a {solve['name_operation'](f)}",
            "yours a correlation, expected correlation",
        ),
    },
    "is_right": {
        "trusts everything": (lambda f: True, "correlate = flipped: yours True, expected False"),
        "tries a tall image": (
            lambda f: torch.equal(f(WIDE.T, ROW.T), corr2d(WIDE.T, ROW.T)),
            "raises IndexError for correlate = both_loops_over_rows",
        ),
        "a symmetric kernel": (
            lambda f: torch.equal(f(WIDE, ROW**0), corr2d(WIDE, ROW**0)),
            "correlate = flipped: yours True",
        ),
        "32 bits": (
            lambda f: torch.equal(f(WIDE.clone(), ROW), corr2d(WIDE, ROW)),
            "correlate = always_32_bits: yours True",
        ),
        "looks at the output only": (
            lambda f: torch.equal(f(WIDE.double(), ROW.double()), corr2d(WIDE, ROW).double()),
            "correlate = .*yours True",
        ),
    },
}


def after(solution: Attempt, change: Callable[[Any], Any]) -> Attempt:
    return lambda *arguments: change(solution(*arguments))


def spoil_tensors(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    """Answers that would be right, but for what every tensor has."""
    solution = exercise.solution
    return {
        "no tensor": (after(solution, lambda Y: Y.tolist()), "expected is a tensor"),
        "other dtype": (
            after(solution, lambda Y: Y.to(torch.float16)),
            r"dtype torch.float16, expected torch\.\w+: say dtype",
        ),
        "other shape": (after(solution, lambda Y: Y[None]), f"{SHAPE}.*the values are right"),
        "other device": (after(solution, lambda Y: Y.to("meta")), "yours is on meta.*say device"),
        "one number changed": (after(solution, change_last), DIFFERS),
        "zeros": (after(solution, torch.zeros_like), DIFFERS),
    }


def change_last(Y: Tensor) -> Tensor:
    changed = Y.clone().flatten()
    changed[-1] = ~changed[-1] if Y.dtype == torch.bool else changed[-1] + 1
    return changed.reshape(Y.shape)


def spoil_numbers(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    """The same for numbers, and tuples of them."""
    solution = exercise.solution

    def one_more(answer: Any) -> Any:
        if isinstance(answer, bool):
            return not answer
        if isinstance(answer, str):
            return f"{answer}s"
        return tuple(map(one_more, answer)) if isinstance(answer, tuple) else answer + 1

    def zero(answer: Any) -> Any:
        return tuple(map(zero, answer)) if isinstance(answer, tuple) else type(answer)()

    return {
        "bytes": (after(solution, lambda answer: str(answer).encode()), "yours is a bytes, exp"),
        "off by one": (after(solution, one_more), DIFFERS),
        "zero": (after(solution, zero), DIFFERS),
        "a tensor": (
            after(solution, lambda _: torch.ones(2)),
            "yours is a torch.Tensor, expected",
        ),
    }


def spoil_arguments(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    """Right answers that leave their mark on what they were given."""

    def marked(*arguments: Any) -> Any:
        answer = exercise.solution(*arguments)
        answer = answer.clone() if isinstance(answer, Tensor) else answer
        next(argument for argument in arguments if isinstance(argument, Tensor)).add_(1)
        return answer

    return {"modifies its input": (marked, r"changes its argument \w+: leave what")}


def wrong_answers(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    case = exercise.cases(torch.device("cpu"))[0]
    is_tensor = isinstance(exercise.specification(*case), Tensor)
    answers = SPECIFIC[exercise.name] | (spoil_tensors if is_tensor else spoil_numbers)(exercise)
    if any(isinstance(argument, Tensor) for argument in case):
        answers |= spoil_arguments(exercise)
    return answers


@pytest.mark.parametrize(
    ("name", "attempt", "message"),
    [
        pytest.param(exercise.name, attempt, message, id=f"{exercise.name}: {label}")
        for exercise in EXERCISES.values()
        for label, (attempt, message) in wrong_answers(exercise).items()
    ],
)
def test_a_wrong_answer_is_called_wrong_and_why(
    name: str, attempt: Attempt, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = check(name, attempt)
    assert capsys.readouterr().out == f"{result.line}\n"
    assert result.status == "wrong"
    assert result.line.startswith(f"{name}: wrong, ")
    assert re.search(message, result.line), result.line


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_five_wrong_answers_and_some_of_its_own(name: str) -> None:
    assert len(SPECIFIC[name]) >= 2
    assert len(wrong_answers(EXERCISES[name])) >= 5
