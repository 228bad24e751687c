"""`corr2d` as the one operation inside a whole `conv2d`, on the cases of PyTorch, ONNX and kornia.

Padding, stride, dilation, channels and groups are laid around `corr2d` in a few lines, so that each
case of a two-dimensional convolution becomes a case of `corr2d`.
"""

import itertools
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import pad

from convtutor import corr2d

Pair = tuple[int, int]


def both(value: Any) -> Pair:
    first, second = (value, value) if isinstance(value, int) else value
    return first, second


def conv2d(
    image: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    method: str | None,
) -> Tensor:
    """Compute what `torch.nn.functional.conv2d` does, with every product in `corr2d`."""
    batch = image if image.ndim == 4 else image[None]
    (down, right), (rows, columns) = both(stride), both(dilation)
    out, depth, h, w = weight.shape
    kernels = weight.new_zeros(out, depth, (h - 1) * rows + 1, (w - 1) * columns + 1)
    kernels[..., ::rows, ::columns] = weight
    frame = _frame(padding, kernels.shape[-2:])
    padded = pad(batch, frame)
    maps = []
    for k in range(out):
        first = k // (out // groups) * depth
        layers = [
            corr2d(padded[:, first + c], kernels[k, c], method=method)[:, ::down, ::right]
            for c in range(depth)
        ]
        total = sum(layers[1:], layers[0])
        maps.append(total if bias is None else total + bias[k])
    output = torch.stack(maps, 1)
    return output if image.ndim == 4 else output[0]


def _frame(padding: Any, size: Sequence[int]) -> list[int]:
    """List the padding as `pad` wants it: left, right, top, bottom."""
    if padding == "valid":
        return [0, 0, 0, 0]
    if padding == "same":
        return [n for s in reversed(size) for n in ((s - 1) // 2, s // 2)]
    top, left = both(padding)
    return [left, left, top, top]


def held_close(held: Counter[str], peer: str, actual: Tensor, wanted: Tensor) -> None:
    rtol = {torch.float64: 1e-9, torch.float32: 1e-4}.get(actual.dtype, 0.05)
    scale = float(wanted.detach().abs().max()) if wanted.numel() else 0.0
    if not actual.dtype.is_floating_point:
        assert torch.equal(actual, wanted)
    else:
        torch.testing.assert_close(actual, wanted, rtol=rtol, atol=rtol * max(scale, 1e-30))
    held[peer] += 1


def torch_samples(dtype: torch.dtype, *, gradients: bool) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their module's, about itself
        from torch.testing._internal.common_methods_invocations import op_db
    (operation,) = (found for found in op_db if found.name == "nn.functional.conv2d")
    return list(operation.sample_inputs("cpu", dtype, requires_grad=gradients))


# PyTorch warns that it copies its input there.
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
def test_samples_of_torch(held: Counter[str], method: str | None, dtype: torch.dtype) -> None:
    for sample in torch_samples(dtype, gradients=False):
        wanted = torch.nn.functional.conv2d(sample.input, *sample.args, **sample.kwargs)
        actual = conv2d(sample.input, *sample.args, **sample.kwargs, method=method)
        held_close(held, "torch", actual, wanted)


def test_gradients_of_torchs_samples(held: Counter[str], method: str | None) -> None:
    for sample in torch_samples(torch.float64, gradients=True):
        inputs = [x for x in (sample.input, *sample.args) if isinstance(x, Tensor)]
        wanted = torch.nn.functional.conv2d(sample.input, *sample.args, **sample.kwargs)
        actual = conv2d(sample.input, *sample.args, **sample.kwargs, method=method)
        upstream = torch.cos(torch.arange(wanted.numel()).to(wanted)).reshape(wanted.shape)
        right = torch.autograd.grad(wanted, inputs, upstream, allow_unused=True)
        found = torch.autograd.grad(actual, inputs, upstream, allow_unused=True)
        for ours, theirs in zip(found, right, strict=True):
            if ours is None or theirs is None:
                assert theirs is None or not theirs.any()
            else:
                held_close(held, "torch", ours, theirs)


def test_cases_of_onnx(held: Counter[str], method: str | None) -> None:
    onnx = pytest.importorskip("onnx", reason="the session peers installs it")
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # making the cases of all operators overflows some
        cases = collect_testcases("Conv")
    assert len(cases) >= 6
    for case in cases:
        (node,) = case.model.graph.node
        given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        for inputs, outputs in case.data_sets:
            image, *weights = (torch.as_tensor(array) for array in inputs)
            stride = given.get("strides", [1, 1])
            top, left, bottom, right = given.get("pads", [0, 0, 0, 0])
            if given.get("auto_pad") == b"SAME_LOWER":
                frames = zip(image.shape[2:], weights[0].shape[2:], stride, strict=True)
                need = [max(0, (-(-n // s) - 1) * s + k - n) for n, k, s in frames]
                (top, left), (bottom, right) = [-(-n // 2) for n in need], [n // 2 for n in need]
            actual = conv2d(
                pad(image, (left, right, top, bottom)),
                *weights,
                stride=stride,
                dilation=given.get("dilations", 1),
                groups=given.get("group", 1),
                method=method,
            )
            held_close(held, "onnx", actual, torch.as_tensor(outputs[0]))


@pytest.mark.parametrize("border", ["constant", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("behaviour", ["corr", "conv"])
def test_filters_of_kornia(
    held: Counter[str], method: str | None, border: str, padding: str, behaviour: str
) -> None:
    filters = pytest.importorskip("kornia.filters", reason="the session peers installs it")
    generator = torch.Generator().manual_seed(0)
    for (h, w), (rows, columns) in itertools.product(
        [(1, 1), (3, 3), (3, 5), (5, 1), (7, 3)], [(9, 14), (17, 8), (33, 40)]
    ):
        image = torch.rand(2, 3, rows, columns, generator=generator, dtype=torch.float64)
        kernel = torch.randn(1, h, w, generator=generator, dtype=torch.float64)
        wanted = filters.filter2d(image, kernel, border, padding=padding, behaviour=behaviour)
        frame = (w // 2, w // 2, h // 2, h // 2) if padding == "same" else (0, 0, 0, 0)
        taps = kernel[0].flip(0, 1) if behaviour == "conv" else kernel[0]
        actual = corr2d(pad(image, frame, mode=border), taps, method=method)
        held_close(held, "kornia", actual, wanted)
