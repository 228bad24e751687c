"""Break one thing in the package at a time: a page that builds on it must notice and raise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GALLERY = Path(__file__).parents[2] / "gallery"

SLIDE = "1_cross_correlation/plot_1_slide_multiply_add.py"
PHOTOGRAPH = "1_cross_correlation/plot_2_filter_a_photograph.py"
CONVOLUTION = "1_cross_correlation/plot_3_tell_correlation_from_convolution.py"
SEPARATE = "1_cross_correlation/plot_4_separate_a_kernel.py"
FIND = "1_cross_correlation/plot_5_find_it_again.py"
MANY_WAYS = "1_cross_correlation/plot_6_compute_one_sum_in_many_ways.py"
LAYER = "2_layers/plot_2_build_a_layer_from_scratch.py"
SHAPE = "2_layers/plot_3_predict_the_output_shape.py"
CHANNELS = "2_layers/plot_4_mix_channels.py"
LARGER = "2_layers/plot_8_make_it_larger.py"
FIELD = "2_layers/plot_9_see_what_a_layer_sees.py"
LEARN = "3_learning/plot_2_learn_a_kernel.py"
RATE = "3_learning/plot_3_explain_the_learning_rate.py"
FILTER = "3_learning/plot_5_learn_a_filter_from_a_photograph.py"
DIAGONAL = "4_exercises/plot_1_diagonal_edges.py"
DESIGN = "4_exercises/plot_2_design_a_kernel.py"

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
NORMAL_WEIGHT = """
from convtutor import Conv2D
original = Conv2D.__init__
def begin(self, kernel_size):
    original(self, kernel_size)
    self.weight.data.normal_()
Conv2D.__init__ = begin
"""
HALF_CURVATURE = """
from convtutor import learning
original = learning.curvature
learning.curvature = lambda *args: original(*args) / 2
import convtutor
convtutor.curvature = learning.curvature
"""
WRONG_RATE = """
import convtutor
original = convtutor.learn_kernel
convtutor.learn_kernel = lambda *args, lr, **rest: original(*args, lr=0.9 * lr, **rest)
"""


def instead(name: str, new: str) -> str:
    """Put something else in the place of a function, which can still be had as ``original``."""
    return f"""
from convtutor import {name.partition(".")[0]}
original = {name}
{name} = lambda *args, **rest: {new}
"""


FIELD_TOO_SMALL = instead("shapes.receptive_field", "(original(*args)[0] - 1, original(*args)[1])")
NO_JUMPS = instead("shapes.receptive_field", "(original(*args)[0], 1)")
NO_DILATION = instead("shapes.receptive_field", "original([(k, s, 1) for k, s, _ in args[0]])")
NEGATIVE_LAPLACIAN = instead("kernels.laplacian", "-original(**rest)")
SIGMA_IGNORED = instead("kernels.gaussian", "original(*args, **{**rest, 'sigma': 1})")

MUTATIONS = {
    "flipped kernel, by hand": (SLIDE, FLIPPED),
    "flipped kernel, in a layer": (LAYER, FLIPPED),
    "flipped kernel, all ways": (MANY_WAYS, FLIPPED),
    "flipped kernel, as a patch": (FIND, FLIPPED),
    "flipped kernel, among zeros": (LARGER, FLIPPED),
    "axes swapped": (DIAGONAL, SWAPPED),
    "both loops over the rows": (SLIDE, ONE_LOOP_BOUND),
    "bias dropped": (LAYER, NO_BIAS),
    "weight starts below zero": (LAYER, NORMAL_WEIGHT),
    "wrong rate": (LEARN, WRONG_RATE),
    "half the curvature": (RATE, HALF_CURVATURE),
    "half the curvature, of a photograph": (FILTER, HALF_CURVATURE),
    "twice the stable rate": (RATE, instead("learning.largest_stable_lr", "2 * original(*args)")),
    "stripe moved": (LAYER, instead("images.striped", "original(*args, **rest).roll(1, 1)")),
    "band transposed": (DIAGONAL, instead("images.diagonal", "original(*args[::-1], **rest).T")),
    "output size off by one": (SHAPE, instead("shapes.output_size", "original(*args, **rest) + 1")),
    "field too small": (FIELD, FIELD_TOO_SMALL),
    "field without jumps": (FIELD, NO_JUMPS),
    "field without dilation": (FIELD, NO_DILATION),
    "Sobel transposed": (PHOTOGRAPH, instead("kernels.sobel", "original(**rest).T")),
    "Laplacian negated": (PHOTOGRAPH, NEGATIVE_LAPLACIAN),
    "Laplacian negated, by design": (DESIGN, NEGATIVE_LAPLACIAN),
    "sharpen blurs": (PHOTOGRAPH, instead("kernels.sharpen", "kernels.box(**rest)")),
    "sharpen does nothing": (PHOTOGRAPH, instead("kernels.sharpen", "kernels.identity(**rest)")),
    "sigma ignored": (PHOTOGRAPH, SIGMA_IGNORED),
    "Gaussian transposed": (PHOTOGRAPH, instead("kernels.gaussian", "original(*args, **rest).T")),
    "emboss of rank 1": (SEPARATE, instead("kernels.emboss", "kernels.sobel(**rest)")),
    "Gaussian of higher rank": (
        SEPARATE,
        instead("kernels.gaussian", "original(*args, **rest).sqrt() - 0.01"),
    ),
    "emboss negated": (CONVOLUTION, instead("kernels.emboss", "-original(**rest)")),
    "checkerboard of larger squares": (
        DESIGN,
        instead("images.checkerboard", "original(*args, **rest, square=2)"),
    ),
    "impulse moved": (CONVOLUTION, instead("images.impulse", "original(*args, **rest).roll(1, 1)")),
    "photograph mirrored": (CHANNELS, instead("images.photograph", "original(**rest).flip(1)")),
    "box of one tap": (PHOTOGRAPH, instead("kernels.box", "kernels.identity(*args, **rest)")),
}


def run(page: str, mutation: str, folder: Path) -> subprocess.CompletedProcess[str]:
    # In a file, as a page may print the source of what was changed.
    broken = folder / "broken.py"
    path = str(GALLERY / page)
    broken.write_text(f"{mutation}\nimport runpy\nrunpy.run_path({path!r}, run_name='__main__')\n")
    environment = os.environ | {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, str(broken)], env=environment, capture_output=True, text=True, check=False
    )


def noticed(page: str, result: subprocess.CompletedProcess[str]) -> bool:
    """Whether an assertion on the page has failed: an error of another kind does not count."""
    errors = result.stderr.splitlines()
    return (
        result.returncode == 1
        and any(line.startswith("AssertionError") for line in errors)
        and any(line.startswith(f'  File "{GALLERY / page}", line ') for line in errors)
    )


@pytest.mark.parametrize(("page", "mutation"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_page_notices(page: str, mutation: str, tmp_path: Path) -> None:
    result = run(page, mutation, tmp_path)
    assert noticed(page, result), result.stderr


@pytest.mark.parametrize(
    "mutation",
    ["convtutor.no_such_thing.corr2d = 1", "convtutor.corr2d = None", "assert False", ""],
)
def test_a_mutation_that_is_no_use_is_told_apart(mutation: str, tmp_path: Path) -> None:
    assert not noticed(SLIDE, run(SLIDE, f"import convtutor\n{mutation}", tmp_path))
