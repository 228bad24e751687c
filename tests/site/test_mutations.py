"""Break one thing in the package at a time: a page that builds on it must notice and raise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GALLERY = Path(__file__).parents[2] / "gallery"

SLIDE = "1_cross_correlation/plot_1_slide_multiply_add.py"
PHOTOGRAPH = "1_cross_correlation/plot_2_filter_a_photograph.py"
SEVEN_WAYS = "1_cross_correlation/plot_4_compute_one_sum_seven_ways.py"
LAYER = "2_layers/plot_1_layer_from_scratch.py"
SHAPE = "2_layers/plot_3_predict_the_output_shape.py"
FIELD = "2_layers/plot_6_see_what_a_layer_sees.py"
LEARN = "3_learning/plot_1_learn_a_kernel.py"
RATE = "3_learning/plot_2_explain_the_learning_rate.py"
DIAGONAL = "4_exercises/plot_1_diagonal_edges.py"

# Wrap every method, so that it does not matter which one a page ends up with.
METHODS = """
from convtutor.methods import METHODS
for name, method in list(METHODS.items()):
    METHODS[name] = lambda image, kernel, method=method: {}
"""
FLIPPED = METHODS.format("method(image, kernel.flip(0, 1))")
SWAPPED = METHODS.format("method(image.mT, kernel).mT")
ONE_LOOP_BOUND = """
from convtutor import corr2d, methods
def one_bound(image, kernel):
    output = methods.native(image, kernel)
    output[..., output.shape[-2]:] = 0
    return output
for name in methods.METHODS:
    methods.METHODS[name] = one_bound
"""
NO_BIAS = """
from convtutor import Conv2D, corr2d
Conv2D.forward = lambda self, x: corr2d(x, self.weight)
"""
WRONG_RATE = """
import convtutor
original = convtutor.learn_kernel
convtutor.learn_kernel = lambda *args, lr, **rest: original(*args, lr=0.9 * lr, **rest)
"""
HALF_CURVATURE = """
from convtutor import learning
original = learning.curvature
learning.curvature = lambda *args: original(*args) / 2
import convtutor
convtutor.curvature = learning.curvature
"""
STRIPE_MOVED = """
from convtutor import images
original = images.striped
images.striped = lambda *args, **rest: original(*args, **rest).roll(1, 1)
"""
BAND_TRANSPOSED = """
from convtutor import images
original = images.diagonal
images.diagonal = lambda height, width, **rest: original(width, height, **rest).T
"""
SIZE_OFF_BY_ONE = """
from convtutor import shapes
original = shapes.output_size
shapes.output_size = lambda *args, **rest: original(*args, **rest) + 1
"""
FIELD_TOO_SMALL = """
from convtutor import shapes
original = shapes.receptive_field
shapes.receptive_field = lambda layers: (original(layers)[0] - 1, original(layers)[1])
"""
SOBEL_TRANSPOSED = """
from convtutor import kernels
original = kernels.sobel
kernels.sobel = lambda *args, **rest: original(*args, **rest).T
"""


def run(page: str, mutation: str) -> subprocess.CompletedProcess[str]:
    code = f"{mutation}\nimport runpy\nrunpy.run_path({str(GALLERY / page)!r}, run_name='__main__')"
    environment = os.environ | {"MPLBACKEND": "agg"}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("page", "mutation"),
    [
        pytest.param(SLIDE, FLIPPED, id="flipped kernel, by hand"),
        pytest.param(LAYER, FLIPPED, id="flipped kernel, in a layer"),
        pytest.param(SEVEN_WAYS, FLIPPED, id="flipped kernel, all ways"),
        pytest.param(DIAGONAL, SWAPPED, id="axes swapped"),
        pytest.param(SLIDE, ONE_LOOP_BOUND, id="both loops over the rows"),
        pytest.param(LAYER, NO_BIAS, id="bias dropped"),
        pytest.param(LEARN, WRONG_RATE, id="wrong rate"),
        pytest.param(RATE, HALF_CURVATURE, id="half the curvature"),
        pytest.param(LAYER, STRIPE_MOVED, id="stripe moved"),
        pytest.param(DIAGONAL, BAND_TRANSPOSED, id="band transposed"),
        pytest.param(SHAPE, SIZE_OFF_BY_ONE, id="output size off by one"),
        pytest.param(FIELD, FIELD_TOO_SMALL, id="receptive field too small"),
        pytest.param(PHOTOGRAPH, SOBEL_TRANSPOSED, id="Sobel transposed"),
    ],
)
def test_a_page_notices(page: str, mutation: str) -> None:
    result = run(page, mutation)
    assert result.returncode == 1
    assert "Error" in result.stderr.splitlines()[-1] or "not close" in result.stderr


@pytest.mark.parametrize(
    "page", [SLIDE, PHOTOGRAPH, SEVEN_WAYS, LAYER, SHAPE, FIELD, LEARN, RATE, DIAGONAL]
)
def test_the_page_runs_unbroken(page: str) -> None:
    result = run(page, "")
    assert result.returncode == 0, result.stderr
