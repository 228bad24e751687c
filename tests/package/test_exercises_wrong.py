"""Break every exercise's answer in at least five ways: the checker sees each, and helps."""

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
from convtutor.exercises.comparing import plain
from convtutor.exercises.judging import judge
from convtutor.shapes import receptive_field

Attempt = Callable[..., Any]
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
WIDE = torch.arange(15.0).reshape(3, 5) ** 2
ROW = torch.tensor([[1.0, -2.0]])
solve = {name: exercise.solution for name, exercise in EXERCISES.items()}

DIFFERS = r"yours is .*, expected is"
SHAPE = r"yours has shape \(.*\), expected is \("


def fill(image: Tensor, kernel: Tensor) -> Tensor:
    """Write pixel by pixel into an output that wants a slope of its own."""
    output = torch.zeros_like(corr2d(image, kernel.detach()), requires_grad=True)
    output[0, 0] = (image[: kernel.shape[0], : kernel.shape[1]] * kernel).sum()
    return torch.autograd.grad((output**2).sum(), kernel)[0]


# What people write for this exercise in particular, and what helps them.
SPECIFIC: dict[str, dict[str, tuple[Attempt, str]]] = {
    "window_sum": {
        "flipped kernel": (
            lambda X, K, i, j: (X[i : i + K.shape[0], j : j + K.shape[1]] * K.flip(0, 1)).sum(),
            "turned by 180 degrees, but correlation leaves it as it is",
        ),
        "row and column swapped": (
            lambda X, K, i, j: solve["window_sum"](X, K, j, i),
            "Row and column are swapped",
        ),
        "square kernels only": (
            lambda X, K, i, j: (X[i : i + len(K), j : j + len(K)] * K).sum(),
            r"the width is kernel.shape\[1\]",
        ),
        "the window without its last column": (
            lambda X, K, i, j: (X[i : i + K.shape[0], j : j + K.shape[1] - 1] * K[:, :-1]).sum(),
            "lacks its last column",
        ),
        "the window only": (
            lambda X, K, i, j: X[i : i + K.shape[0], j : j + K.shape[1]].sum(),
            "without being multiplied",
        ),
    },
    "sharpening_kernel": {
        "height and width swapped": (
            lambda h, w, a, d: solve["sharpening_kernel"](w, h, a, d),
            "are rows and columns swapped",
        ),
        "the mean is not divided": (
            lambda h, w, a, d: (1 + a) * images.impulse(h, w, device=d) - a,
            "missing its division by the number of taps",
        ),
        "beside the middle": (
            lambda h, w, a, d: solve["sharpening_kernel"](h, w, a, d).roll((-1, -1), (0, 1)),
            "the middle is at size // 2",
        ),
    },
    "merge_kernels": {
        "not flipped": (
            lambda A, B: corr2d(pad(A, (len(B.T) - 1,) * 2 + (len(B) - 1,) * 2), B),
            "it should convolve them: flip `second`",
        ),
        "correlation without padding": (corr2d, "and `second` is not flipped"),
        "padding on two sides": (
            lambda A, B: corr2d(pad(A, (len(B.T) - 1, 0, len(B) - 1, 0)), B.flip(0, 1)),
            "missing on two of the four sides",
        ),
    },
    "separate": {
        "without the singular value": (
            lambda K: (
                torch.linalg.svd(K.cpu())[0][:, :1].to(K.device),
                torch.linalg.svd(K.cpu())[2][:1].to(K.device),
            ),
            r"The singular value S\[0\] is missing",
        ),
        "the first row and the first column": (
            lambda K: (K[:, :1], K[:1]),
            "divide by the tap where they cross",
        ),
        "divided by what may be zero": (
            lambda K: (K[:, :1] / K[0, 0], K[:1]),
            r"kernel\[0, 0\], which may be zero",
        ),
        "sums": (
            lambda K: (K.sum(1, keepdim=True), K.sum(0, keepdim=True)),
            "the kernel times the sum of all its taps",
        ),
        "without their axes": (
            lambda K: tuple(part.flatten() for part in solve["separate"](K)),
            r"part 1 of your answer: yours has shape \(2,\), expected is \(2, 1\)",
        ),
        "a list": (lambda K: list(solve["separate"](K)), "a list, expected is a tuple of 2"),
    },
    "find_patch": {
        "the highest product": (
            lambda X, P: divmod(int(corr2d(X, P).argmax()), X.shape[1] - P.shape[1] + 1),
            "the brightest window wins",
        ),
        "zero mean only": (
            lambda X, P: divmod(int(corr2d(X, P - P.mean()).argmax()), len(X.T) - len(P.T) + 1),
            "windows with much contrast still win",
        ),
        "the smallest difference": (
            lambda X, P: divmod(
                int(
                    ((X.unfold(0, len(P), 1).unfold(1, len(P.T), 1) - P) ** 2).sum((2, 3)).argmin()
                ),
                len(X.T) - len(P.T) + 1,
            ),
            "smallest difference, which depends on brightness and contrast",
        ),
        "column first": (
            lambda X, P: solve["find_patch"](X, P)[::-1],
            "Row and column are swapped",
        ),
        "one number": (lambda X, P: int(corr2d(X, P).argmax()), "an int, expected is a tuple of 2"),
    },
    "wrap_around": {
        "a cross-correlation": (
            lambda X, K: (
                torch.fft.ifft2(torch.fft.fft2(X) * torch.fft.fft2(K, X.shape).conj()).real
            ),
            "conjugates neither",
        ),
        "nothing wraps around": (corr2d, "lie inside the image"),
        "still complex": (
            lambda X, K: torch.fft.ifft2(torch.fft.fft2(X) * torch.fft.fft2(K, X.shape)),
            "take its real part",
        ),
        "padded with zeros": (
            lambda X, K: corr2d(pad(X, (len(K.T) - 1, 0, len(K) - 1, 0)), K.flip(0, 1)),
            "reads zeros",
        ),
    },
    "undo_blur": {
        "of a convolution": (
            lambda B, K, amount: (
                torch.fft.ifft2(
                    torch.fft.fft2(B)
                    * torch.fft.fft2(K, B.shape).conj()
                    / (torch.fft.fft2(K, B.shape).abs() ** 2 + amount)
                ).real
            ),
            "undoes a convolution",
        ),
        "amount beside the gain": (
            lambda B, K, amount: (
                torch.fft.ifft2(
                    torch.fft.fft2(B) / (torch.fft.fft2(K, B.shape).conj() + amount)
                ).real
            ),
            "should be added to its square",
        ),
        "amount squared": (
            lambda B, K, amount: solve["undo_blur"](B, K, amount**2),
            "squared here",
        ),
        "still complex": (
            lambda B, K, amount: torch.fft.ifft2(
                torch.fft.fft2(B)
                * torch.fft.fft2(K, B.shape)
                / (torch.fft.fft2(K, B.shape).abs() ** 2 + amount)
            ),
            "take its real part",
        ),
        "nothing undone": (lambda B, K, amount: B.clone(), DIFFERS),
        "half the answer": (lambda B, K, amount: solve["undo_blur"](B, K, amount) / 2, DIFFERS),
    },
    "rows_read": {
        "without halos": (lambda size, kernel, chunk: size - kernel + 1, "halos are missing"),
        "chunks rounded down": (
            lambda size, kernel, chunk: (
                size - kernel + 1 + (size - kernel + 1) // chunk * (kernel - 1)
            ),
            "rounded down.*size = 6, kernel = 2, chunk = 3: yours is 6, expected is 7",
        ),
        "a halo as large as the kernel": (
            lambda size, kernel, chunk: (
                size - kernel + 1 + math.ceil((size - kernel + 1) / chunk) * kernel
            ),
            "The halo has kernel - 1 rows",
        ),
        "chunks of the input": (
            lambda size, kernel, chunk: size + (math.ceil(size / chunk) - 1) * (kernel - 1),
            "rows of the output, not of the image",
        ),
    },
    "average_over_shifts": {
        "no shifts": (lambda M: M[0], "no shift has been averaged"),
        "columns": (lambda M: M.mean(0), "averages the columns"),
        "backwards": (
            lambda M: sum(M.roll((s, s), (0, 1)) for s in range(len(M)))[:, 0] / len(M),
            "the first column of the average",
        ),
        "a sum": (
            lambda M: sum(M.roll((s, s), (0, 1)) for s in range(len(M)))[0],
            "divide by their number",
        ),
        "the whole matrix": (
            lambda M: sum(M.roll((s, s), (0, 1)) for s in range(len(M))) / len(M),
            r"yours has shape \(3, 3\), expected is \(3,\)",
        ),
    },
    "fit_bias": {
        "the sum, not the mean": (
            lambda X, K, Y: (Y - corr2d(X, K)).sum().reshape(1),
            "the bias is its mean",
        ),
        "the wrong way round": (
            lambda X, K, Y: (corr2d(X, K) - Y).mean().reshape(1),
            "subtract the output from the target",
        ),
        "no shape": (
            lambda X, K, Y: (Y - corr2d(X, K)).mean(),
            r"shape \(\), expected is \(1,\), though the numbers are right",
        ),
        "one bias for each row": (
            lambda X, K, Y: (Y - corr2d(X, K)).mean(1),
            "one number serves the whole output",
        ),
    },
    "unseen_pixels": {
        "counts the seen": (
            lambda n, k, s, d: n - solve["unseen_pixels"](n, k, s, d),
            "the pixels that are seen",
        ),
        "forgets the dilation": (
            lambda n, k, s, d: solve["unseen_pixels"](n, k, s, 1),
            "The dilation is missing",
        ),
        "forgets the stride": (
            lambda n, k, s, d: solve["unseen_pixels"](n, k, 1, d),
            "The stride is missing",
        ),
        "only what is left over at the end": (
            lambda n, k, s, d: (n - d * (k - 1) - 1) % s,
            "only the pixels after the last window",
        ),
    },
    "same_padding": {
        "the odd pixel before": (
            lambda k, d: (d * (k - 1) - d * (k - 1) // 2, d * (k - 1) // 2),
            "goes after the image, not before",
        ),
        "half the kernel": (lambda k, d: (k // 2, k // 2), "right only for an odd kernel"),
        "forgets the dilation": (lambda k, d: ((k - 1) // 2, k // 2), "The dilation is missing"),
        "all of it twice": (lambda k, d: (d * (k - 1), d * (k - 1)), "the two sides share it"),
        "one number": (lambda k, d: d * (k - 1), "an int, expected is a tuple of 2"),
    },
    "merge_layers": {
        "the mix transposed": (
            lambda W, M: torch.einsum("co,cihw->oihw", M, W),
            "The mix is transposed",
        ),
        "height and width swapped": (
            lambda W, M: solve["merge_layers"](W, M).mT,
            "Height and width of the filters are swapped",
        ),
        "channels not added": (lambda W, M: M[:, :, None, None, None] * W, "add them up"),
        "in and out swapped": (
            lambda W, M: solve["merge_layers"](W, M).transpose(0, 1),
            "Input and output channels are swapped",
        ),
    },
    "picture_to_tensor": {
        "reshaped": (
            lambda P: torch.from_numpy(P).reshape(1, 3, *P.shape[:2]) / 255,
            "use permute, and not reshape",
        ),
        "up to 255": (
            lambda P: torch.from_numpy(P).permute(2, 0, 1)[None].float(),
            "divide by 255",
        ),
        "no batch": (lambda P: torch.from_numpy(P).permute(2, 0, 1) / 255, "The batch axis"),
        "turned": (lambda P: torch.from_numpy(P).T[None] / 255, "Rows and columns are swapped"),
        "channels last": (lambda P: torch.from_numpy(P)[None] / 255, "before the rows"),
        "64 bits": (
            lambda P: torch.from_numpy(P / 255).permute(2, 0, 1)[None],
            "dtype torch.float64, expected is torch.float32",
        ),
    },
    "channels_as_depth": {
        "no axis in the weight": (lambda X, W: (X[None, None], W), "The image is ready"),
        "one axis in the image": (lambda X, W: (X[None], W[:, None]), "add one more axis"),
        "the weight's axis in front": (
            lambda X, W: (X[None, None], W[None]),
            "comes after its outputs",
        ),
        "channels stay channels": (
            lambda X, W: (X[None, :, None], W[:, :, None]),
            "the other way round",
        ),
    },
    "fewest_weights": {
        "no groups": (lambda i, o, t: i * o * t, "without groups"),
        "depthwise always": (lambda i, o, t: o * t, "their number must divide the outputs"),
        "divides twice": (lambda i, o, t: i * o * t // math.gcd(i, o) ** 2, "twice"),
        "square layers only": (lambda i, o, t: max(i, o) * t, "may not divide the larger one"),
        "a true division": (lambda i, o, t: i * o * t / math.gcd(i, o), "divide with //"),
    },
    "both_edges": {
        "twice the same": (
            lambda K: (torch.stack([K, K])[:, None], K.new_ones(1, 2, 1, 1)),
            "change the sign of one",
        ),
        "subtracted": (
            lambda K: (
                torch.stack([K, -K])[:, None],
                torch.stack([K.new_ones(1, 1), -K.new_ones(1, 1)], 1)[..., None],
            ),
            "add instead",
        ),
        "without the input channel": (
            lambda K: (torch.stack([K, -K]), K.new_ones(1, 2, 1, 1)),
            r"add it with \[:, None\]",
        ),
        "one filter": (
            lambda K: (K[None, None], K.new_ones(1, 1, 1, 1)),
            r"part 1 of your answer: yours has shape \(1, 1, 1, 2\), expected is \(2, 1, 1, 2\)",
        ),
        "turned": (
            lambda K: (torch.stack([K, K.flip(0, 1)])[:, None], K.new_ones(1, 2, 1, 1)),
            "change the sign instead",
        ),
        "a list": (lambda K: list(solve["both_edges"](K)), "a list, expected is a tuple of 2"),
    },
    "max_pool": {
        "the mean": (
            lambda X, h, w, s: X.unfold(0, h, s).unfold(1, w, s).mean((2, 3)),
            "take its largest number",
        ),
        "side by side": (
            lambda X, h, w, s: X.unfold(0, h, h).unfold(1, w, w).amax((2, 3)),
            "as if the stride were the size",
        ),
        "one apart": (
            lambda X, h, w, s: X.unfold(0, h, 1).unfold(1, w, 1).amax((2, 3)),
            "not `stride` pixels",
        ),
        "height and width swapped": (
            lambda X, h, w, s: X.unfold(0, w, s).unfold(1, h, s).amax((2, 3)),
            "Height and width of the window are swapped",
        ),
    },
    "blur_then_skip": {
        "the wrong way round": (lambda X, K, s: corr2d(X[::s, ::s], K), "skips first"),
        "no skipping": (lambda X, K, s: corr2d(X, K), "Nothing is skipped"),
        "rows only": (lambda X, K, s: corr2d(X, K)[::s], "skip columns, too"),
        "a batch": (lambda X, K, s: corr2d(X, K)[None, None, ::s, ::s], r"with \[0, 0\]"),
    },
    "transposed_size": {
        "the ordinary size": (
            lambda n, k, s, p, q: (n + 2 * p - k) // s + 1,
            "after an ordinary convolution",
        ),
        "one stride too many": (
            lambda n, k, s, p, q: n * s + k - 2 * p + q,
            r"stride \* \(size - 1\)",
        ),
        "padding added": (lambda n, k, s, p, q: (n - 1) * s + k + 2 * p + q, "cut off here"),
        "one side": (lambda n, k, s, p, q: (n - 1) * s + k - p + q, "it counts twice"),
        "times the stride": (lambda n, k, s, p, q: n * s, "leaves out the size of the kernel"),
    },
    "transposed_convolution": {
        "not turned": (
            lambda X, K, s: solve["transposed_convolution"](X, K.flip(0, 1), s),
            "The kernel is not turned",
        ),
        "no zeros": (
            lambda X, K, s: corr2d(pad(X, (len(K.T) - 1,) * 2 + (len(K) - 1,) * 2), K.flip(0, 1)),
            "no zeros between the pixels",
        ),
        "zeros at the end": (
            lambda X, K, s: pad(solve["transposed_convolution"](X, K, s), (0, s - 1, 0, s - 1)),
            "zeros after the last pixel",
        ),
        "a stride": (lambda X, K, s: corr2d(X, K)[::s, ::s], "makes the image smaller"),
    },
    "seen_pixels": {
        "forgets the jump": (
            lambda layers, place: (place, place + receptive_field(layers)[0] - 1),
            "The jump is missing",
        ),
        "one too far": (
            lambda layers, place: (
                place * receptive_field(layers)[1],
                place * receptive_field(layers)[1] + receptive_field(layers)[0],
            ),
            r"one too far.*place = 2: yours is \(2, 5\), expected is \(2, 4\)",
        ),
        "the layers backwards": (
            lambda layers, place: solve["seen_pixels"](layers[::-1], place),
            "in the wrong order",
        ),
        "the size alone": (lambda layers, place: receptive_field(layers)[0], "the size.*alone"),
        "three numbers": (
            lambda layers, place: (*solve["seen_pixels"](layers, place), 0),
            "your tuple has 3 parts, expected are 2",
        ),
    },
    "kernel_gradient": {
        "the gradient of the sum, not of the squares": (
            lambda X, K: corr2d(X, torch.ones_like(corr2d(X, K))),
            "not of the sum of squares",
        ),
        "half of it": (lambda X, K: corr2d(X, corr2d(X, K)), "half of the gradient.*twice"),
        "the output asks for a gradient of its own": (
            lambda X, K: fill(X, K.clone().requires_grad_()),
            "raises RuntimeError .*a leaf Variable that requires grad",
        ),
        "the gradient of the image": (
            lambda X, K: torch.autograd.grad((corr2d(X.requires_grad_(), K) ** 2).sum(), X)[0],
            "with respect to the image",
        ),
        "the wrong sign": (lambda X, K: -2 * corr2d(X, corr2d(X, K)), "the wrong sign"),
    },
    "descend": {
        "uphill": (lambda X, Y, K, lr: solve["descend"](X, Y, K, -lr), "subtract the gradient"),
        "half a step": (
            lambda X, Y, K, lr: K - lr * corr2d(X, corr2d(X, K) - Y),
            "half of the step.*twice",
        ),
        "the mean, not the sum": (
            lambda X, Y, K, lr: K - 2 * lr / Y.numel() * corr2d(X, corr2d(X, K) - Y),
            "not on their sum",
        ),
        "in place": (
            lambda X, Y, K, lr: K.copy_(solve["descend"](X, Y, K, lr)),
            "wrong. It changes its argument kernel",
        ),
    },
    "fastest_rate": {
        "the limit": (lambda c: 2 / max(c), r"limit.*= \[12.0, 60.0\]: yours is 0.033333,"),
        "one over the steepest": (lambda c: 1 / max(c), "the flattest shrinks slowly"),
        "the mean of all": (lambda c: 1 / (sum(c) / len(c)), "only the flattest and the steepest"),
        "the first and the last": (lambda c: 2 / (c[0] + c[-1]), "in no particular order"),
        "without the 2": (lambda c: 1 / (min(c) + max(c)), "A factor 2 is missing"),
    },
    "visible_part": {
        "row sums": (lambda K: K.mean(1, keepdim=True).expand_as(K), "the means of the rows"),
        "sums, not means": (lambda K: K.sum(0, keepdim=True).expand_as(K), "divide each"),
        "one row only": (lambda K: K.mean(0), "This is one row; repeat it"),
        "the part that is not seen": (lambda K: K - K.mean(0), "do not show"),
        "square kernels only": (
            lambda K: K.mean(0).expand(len(K), len(K)),
            "raises RuntimeError for kernel = .*size",
        ),
    },
    "find_kernel": {
        "flipped": (
            lambda X, Y, h, w: solve["find_kernel"](X, Y, h, w).flip(0, 1),
            "this one fits a convolution",
        ),
        "height and width swapped": (
            lambda X, Y, h, w: solve["find_kernel"](X, Y, h, w).reshape(w, h),
            "height and width are swapped",
        ),
        "read column by column": (
            lambda X, Y, h, w: solve["find_kernel"](X, Y, h, w).reshape(w, h).T,
            "they come row by row",
        ),
        "the image with the response": (
            lambda X, Y, h, w: corr2d(X, Y) / (X**2).sum(),
            "not the solution",
        ),
    },
    "confusion": {
        "rows for columns": (lambda S, y: solve["confusion"](S, y).T, "The table is transposed"),
        "the lowest score": (lambda S, y: solve["confusion"](-S, y), "the lowest score"),
        "shares, not counts": (
            lambda S, y: solve["confusion"](S, y) / len(y),
            "do not divide.*dtype torch.float32, expected is torch.int64",
        ),
        "as many classes as examples": (
            lambda S, y: torch.zeros(len(y), len(y), dtype=torch.int64, device=y.device),
            SHAPE,
        ),
        "right ones only": (lambda S, y: solve["confusion"](S, y).diag().diag(), "read right"),
        "written once": (
            lambda S, y: (
                torch.zeros(len(S.T), len(S.T), dtype=torch.int64)
                .index_put((y.cpu(), S.argmax(1).cpu()), torch.tensor(1))
                .to(S.device)
            ),
            "written once only",
        ),
    },
    "rewind": {
        "forwards": (lambda e, c, lr, n: e * (1 - lr * c) ** n, "forwards: to go back, divide"),
        "one step too few": (lambda e, c, lr, n: e / (1 - lr * c) ** (n - 1), "one step too few"),
        "without signs": (lambda e, c, lr, n: e / (1 - lr * c).abs() ** n, "signs are lost"),
        "one curvature for all": (
            lambda e, c, lr, n: e / (1 - lr * c[0]) ** n,
            "its own curvature",
        ),
    },
    "band_edges": {
        "right minus left": (
            lambda h, w, d: images.diagonal(h, w, device=d).diff(),
            "subtracts the right pixel from the left",
        ),
        "the transposed band": (
            lambda h, w, d: -images.diagonal(max(w, h), max(w, h, 4), device=d).T[:h, :w].diff(),
            "it is the transposed one",
        ),
        "down the columns": (
            lambda h, w, d: -images.diagonal(h, w, device=d).diff(dim=0),
            "subtracts the pixel below",
        ),
        "padded to the size of the image": (
            lambda h, w, d: pad(solve["band_edges"](h, w, d), (0, 1)),
            "as many windows in a row as pixels, less one",
        ),
    },
    "transposed_image": {
        "nothing transposed": (corr2d, "Nothing is transposed"),
        "the kernel only": (lambda X, K: corr2d(X, K.T), "the answer still lies on its side"),
        "the answer only": (lambda X, K: corr2d(X, K).T, "transpose the kernel, too"),
        "flipped instead": (lambda X, K: corr2d(X, K.T.flip(0, 1)).T, "does not turn it"),
    },
    "transposed_kernel": {
        "nothing transposed": (corr2d, "Nothing is transposed"),
        "the image only": (lambda X, K: corr2d(X.T, K), "the answer still lies on its side"),
        "both before": (lambda X, K: corr2d(X.T, K.T), "Image and kernel are transposed"),
        "flipped instead": (lambda X, K: corr2d(X, K.T.flip(0, 1)), "does not turn it"),
    },
    "direction_kernel": {
        "right and down swapped": (
            lambda x, y, d: solve["direction_kernel"](y, x, d),
            "Right and down are swapped",
        ),
        "the other way": (
            lambda x, y, d: solve["direction_kernel"](-x, -y, d),
            "in the opposite direction",
        ),
        "twice the slope": (
            lambda x, y, d: 2 * solve["direction_kernel"](x, y, d),
            "two pixels apart",
        ),
        "not for one pixel": (
            lambda x, y, d: solve["direction_kernel"](x, y, d) * math.hypot(x, y),
            "divide by the length.*right = 3, down = 4",
        ),
    },
    "blur_kernel": {
        "a box": (lambda h, w, d: torch.full((h, w), 1 / (h * w), device=d), "weighs the middle"),
        "adds up to more than 1": (
            lambda h, w, d: 2 ** (h + w - 2) * solve["blur_kernel"](h, w, d),
            "they should add up to 1",
        ),
        "height and width swapped": (
            lambda h, w, d: solve["blur_kernel"](w, h, d),
            "are rows and columns swapped",
        ),
        "one mean too many": (
            lambda h, w, d: solve["blur_kernel"](h + 1, w + 1, d)[:h, :w],
            "parts of the binomial numbers of n",
        ),
    },
    "derivative_taps": {
        "the slope of the first two": (
            lambda x: pad(torch.stack([-1 / (x[1] - x[0]), 1 / (x[1] - x[0])]), (0, len(x) - 2)),
            r"two taps only.* \[0, 1, 2\]: yours is \[-1, 1, 0\], expected is \[1, -2, 1\]",
        ),
        "without the factorial": (
            lambda x: solve["derivative_taps"](x) / math.factorial(len(x) - 1),
            "The factorial is missing",
        ),
        "as if one pixel apart": (
            lambda x: solve["derivative_taps"](torch.arange(len(x)).to(x)),
            r"anywhere.*places = \[-1, 1\]: yours is \[-1, 1\], expected is \[-0.5, 0.5\]",
        ),
        "backwards": (lambda x: solve["derivative_taps"](x).flip(0), "in reverse order"),
    },
    "correlation_matrix": {
        "transposed": (
            lambda K, H, W, s: solve["correlation_matrix"](K, H, W, s).T,
            "The matrix is transposed",
        ),
        "forgets the stride": (
            lambda K, H, W, s: solve["correlation_matrix"](K, H, W, 1),
            "The stride is missing",
        ),
        "height and width swapped": (
            lambda K, H, W, s: solve["correlation_matrix"](K, W, H, s),
            "Height and width of the image are swapped",
        ),
        "a convolution": (
            lambda K, H, W, s: solve["correlation_matrix"](K.flip(0, 1), H, W, s),
            "this matrix convolves",
        ),
        "every so many rows": (
            lambda K, H, W, s: solve["correlation_matrix"](K, H, W, 1)[::s],
            "rows and columns of the output.*stride = 2: yours",
        ),
    },
    "name_operation": {
        "trusts everything": (
            lambda f: "correlation",
            'yours is "correlation", expected is "convolution" .*it flips the kernel',
        ),
        "the two mixed up": (
            lambda f: {"correlation": "convolution", "convolution": "correlation"}.get(
                solve["name_operation"](f), "neither"
            ),
            "convolution is the one that flips",
        ),
        "a symmetric kernel": (
            lambda f: (
                "correlation" if torch.equal(f(WIDE, ROW**0), corr2d(WIDE, ROW**0)) else "neither"
            ),
            "flipped is wrong: it flips the kernel",
        ),
        "an impulse and nothing else": (
            lambda f: "correlation" if f(images.impulse(2, 5), ROW)[1, 1] == -2 else "convolution",
            "both_loops_over_rows is wrong: it fills a square",
        ),
        "says more than it is asked": (
            lambda f: f"a {solve['name_operation'](f)}",
            'yours is "a correlation", expected is "correlation"',
        ),
        "a kernel that does not fit": (
            lambda f: str(f(ROW, WIDE)),
            r'"neither", expected is "correlation" \(it raised RuntimeError in your test',
        ),
    },
    "is_right": {
        "trusts everything": (
            lambda f: True,
            "correlate = flipped: yours is True, expected is False .*so it convolves",
        ),
        "a symmetric kernel": (
            lambda f: torch.equal(f(WIDE, ROW**0), corr2d(WIDE, ROW**0)),
            "correlate = flipped: yours is True",
        ),
        "32 bits": (
            lambda f: torch.equal(f(WIDE.clone(), ROW), corr2d(WIDE, ROW)),
            "always_32_bits is wrong: it always returns 32 bits",
        ),
        "looks at the output only": (
            lambda f: (
                (Y := f(WIDE.double(), ROW.double())).dtype == torch.float64
                and torch.equal(Y, corr2d(WIDE, ROW).double())
            ),
            "into_the_image is wrong: it writes the right numbers over the image",
        ),
        "trusts nothing": (lambda f: False, "window_by_window: yours is False, expected is True"),
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
            r"dtype torch.float16, expected is torch\.\w+: write dtype",
        ),
        "other shape": (after(solution, lambda Y: Y[None]), f"{SHAPE}.*the numbers are right"),
        "other device": (after(solution, lambda Y: Y.to("meta")), "yours is on meta.*write device"),
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
        if isinstance(answer, Tensor):
            return torch.zeros_like(answer)
        return tuple(map(zero, answer)) if isinstance(answer, tuple) else type(answer)()

    return {
        "bytes": (after(solution, lambda answer: str(answer).encode()), "yours is a bytes, exp"),
        "off by one": (after(solution, one_more), DIFFERS),
        "zero": (after(solution, zero), DIFFERS),
        "a tensor": (
            after(solution, lambda _: torch.ones(2)),
            "yours is a tensor, expected",
        ),
    }


def spoil_arguments(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    """Right answers that leave their mark on what they were given."""

    def marked(*arguments: Any) -> Any:
        answer = exercise.solution(*arguments)
        answer = answer.clone() if isinstance(answer, Tensor) else answer
        next(argument for argument in arguments if isinstance(argument, Tensor)).add_(1)
        return answer

    return {
        "modifies its input": (marked, r"changes its argument \w+, which belongs to the caller")
    }


def wrong_answers(exercise: Exercise) -> dict[str, tuple[Attempt, str]]:
    case = exercise.cases(torch.device("cpu"))[0]
    is_tensor = isinstance(exercise.specification(*case), Tensor)
    answers = SPECIFIC[exercise.name] | (spoil_tensors if is_tensor else spoil_numbers)(exercise)
    if any(isinstance(argument, Tensor) for argument in case):
        answers |= spoil_arguments(exercise)
    return answers


@every_exercise
def test_a_wrong_answer_is_called_wrong_and_why(
    exercise: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(SPECIFIC[exercise.name]) >= 3
    for label, (attempt, message) in wrong_answers(exercise).items():
        result = check(exercise.name, attempt)
        assert capsys.readouterr().out == f"{result.line}\n"
        assert result.status == "wrong", label
        assert result.line.startswith(f"{exercise.name}: wrong. "), label
        assert re.search(message, result.line), f"{label}: {result.line}"


@every_exercise
def test_every_slip_that_an_exercise_knows_is_told_from_the_others(exercise: Exercise) -> None:
    for sentence, mistake in exercise.slips.items():
        result = judge(exercise, mistake)
        assert result.status == "wrong"
        assert result.line.startswith(f"{exercise.name}: wrong. {plain(sentence)}")


def test_a_mistake_that_changes_nothing_is_never_blamed() -> None:
    name = "visible_part"  # all rows of its answers are alike, so their order makes no difference
    line = judge(EXERCISES[name], lambda kernel: kernel.copy_(solve[name](kernel))).line
    assert line.startswith("visible_part: wrong. It changes its argument kernel")
