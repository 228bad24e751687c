"""``shapes`` against PyTorch's own layers: their output's shape, and their gradient."""

import random
import re
from typing import Any

import pytest
import torch
from torch.nn import functional

from convtutor.shapes import output_size, receptive_field


def random_axis(draw: random.Random) -> dict[str, int]:
    """Size, kernel, stride, padding and dilation; about one axis in three does not fit."""
    return {
        "size": draw.randint(1, 24),
        "kernel": draw.randint(1, 9),
        "stride": draw.randint(1, 6),
        "padding": draw.randint(0, 5),
        "dilation": draw.randint(1, 4),
    }


@pytest.mark.parametrize("seed", range(200))
def test_equals_torch_or_refuses_with_it(seed: int) -> None:
    draw = random.Random(seed)
    rows, columns = random_axis(draw), random_axis(draw)
    image = torch.empty(1, 1, rows["size"], columns["size"])
    kernel = torch.empty(1, 1, rows["kernel"], columns["kernel"])
    stride, padding, dilation = (
        (rows[key], columns[key]) for key in ("stride", "padding", "dilation")
    )
    try:
        expected = functional.conv2d(
            image, kernel, stride=stride, padding=padding, dilation=dilation
        ).shape[-2:]
    except RuntimeError:
        with pytest.raises(ValueError, match="does not fit"):
            (output_size(**rows), output_size(**columns))
    else:
        assert (output_size(**rows), output_size(**columns)) == tuple(expected)


def test_the_random_axes_are_a_fair_sample() -> None:
    fits = 0
    for seed in range(200):
        axis = random_axis(random.Random(seed))
        fits += axis["size"] + 2 * axis["padding"] > axis["dilation"] * (axis["kernel"] - 1)
    assert 100 < fits < 190


def test_counts_windows_one_by_one() -> None:
    for size, kernel, stride, padding, dilation in [
        (6, 3, 1, 0, 1),
        (7, 3, 2, 0, 1),  # nothing left over
        (8, 3, 2, 0, 1),  # one pixel left over
        (5, 1, 7, 0, 1),  # a stride beyond the end
        (1, 1, 1, 0, 1),
        (9, 4, 2, 2, 3),
    ]:
        starts = range(-padding, size + padding, stride)
        last = [start + dilation * (kernel - 1) for start in starts]
        windows = sum(end < size + padding for end in last)
        assert windows == output_size(
            size, kernel, stride=stride, padding=padding, dilation=dilation
        )


@pytest.mark.parametrize(
    ("axis", "error", "text"),
    [
        ({"size": 0}, ValueError, "size must be at least 1, got 0"),
        ({"kernel": 0}, ValueError, "kernel must be at least 1, got 0"),
        ({"stride": 0}, ValueError, "stride must be at least 1, got 0"),
        ({"padding": -1}, ValueError, "padding must be at least 0, got -1"),
        ({"dilation": 0}, ValueError, "dilation must be at least 1, got 0"),
        ({"stride": 1.0}, TypeError, "stride must be an integer, got 1.0"),
        ({"padding": True}, TypeError, "padding must be an integer, got True"),
        ({"kernel": (3, 3)}, TypeError, "kernel must be an integer, got (3, 3)"),
        (
            {"size": 5, "kernel": 4, "dilation": 3, "padding": 2},
            ValueError,
            "kernel of size 4 with dilation 3 does not fit in size 5 with padding 2 on each side: "
            "10 > 9",
        ),
    ],
)
def test_refuses_what_does_not_fit(axis: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        output_size(**{"size": 8, "kernel": 3, **axis})


def random_layers(draw: random.Random) -> list[tuple[int, int, int]]:
    return [
        (draw.randint(1, 4), draw.randint(1, 3), draw.randint(1, 3))
        for _ in range(draw.randint(0, 4))
    ]


@pytest.mark.parametrize("seed", range(60))
def test_receptive_field_is_where_the_gradient_reaches(seed: int) -> None:
    draw = random.Random(seed)
    rows = random_layers(draw)
    columns = [(draw.randint(1, 4), draw.randint(1, 3), draw.randint(1, 3)) for _ in rows]
    fields = receptive_field(rows), receptive_field(columns)
    # Room for two windows along the rows and three along the columns.
    shape = [size + more * jump for (size, jump), more in zip(fields, (1, 2), strict=True)]
    X = torch.zeros(1, 1, *shape, dtype=torch.float64, requires_grad=True)
    Y = X
    for (h, down, apart), (w, right, between) in zip(rows, columns, strict=True):
        ones = torch.ones(1, 1, h, w, dtype=torch.float64)
        Y = functional.conv2d(Y, ones, stride=(down, right), dilation=(apart, between))
    assert Y.shape[-2:] == (2, 3)
    for i, j in [(0, 0), (1, 0), (0, 2), (1, 1)]:
        (gradient,) = torch.autograd.grad(Y[0, 0, i, j], X, retain_graph=True)
        for index, axis, (size, jump) in zip((i, j), (1, 0), fields, strict=True):
            seen = gradient[0, 0].sum(axis).nonzero().flatten()
            assert seen[0] == index * jump
            assert seen[-1] == index * jump + size - 1


@pytest.mark.parametrize("seed", range(100))
def test_receptive_field_is_the_smallest_image_with_an_output(seed: int) -> None:
    layers = random_layers(random.Random(seed))
    size, jump = receptive_field(layers)

    def through(pixels: int) -> int:
        for kernel, stride, dilation in layers:
            pixels = output_size(pixels, kernel, stride=stride, dilation=dilation)
        return pixels

    assert [through(size), through(size + jump - 1)] == [1, 1]
    assert through(size + jump) == 2
    if size > 1:
        with pytest.raises(ValueError, match=r"does not fit|size must be at least 1"):
            through(size - 1)


def test_no_layers_see_one_pixel() -> None:
    assert receptive_field([]) == (1, 1)


@pytest.mark.parametrize(
    ("layers", "error", "text"),
    [
        (
            [(3, 1, 1), (3, 2)],
            ValueError,
            "layers[1] must be three numbers (kernel, stride, dilation), got (3, 2)",
        ),
        (
            [3, 1, 1],  # one layer, not in a list
            ValueError,
            "layers[0] must be three numbers (kernel, stride, dilation), got 3",
        ),
        ([(0, 1, 1)], ValueError, "kernel of layers[0] must be at least 1, got 0"),
        ([(3, 1, 1), (3, 0, 1)], ValueError, "stride of layers[1] must be at least 1, got 0"),
        ([(3, 1, 0)], ValueError, "dilation of layers[0] must be at least 1, got 0"),
        ([(3, 1.5, 1)], TypeError, "stride of layers[0] must be an integer, got 1.5"),
    ],
)
def test_receptive_field_refuses_what_is_no_layer(
    layers: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(text)}$"):
        receptive_field(layers)
