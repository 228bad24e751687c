"""Two-dimensional cross-correlation in PyTorch: the operation, the layer, learning a kernel."""

from convtutor.choosing import choose_method, suits_fft
from convtutor.correlation import corr2d
from convtutor.devices import (
    Tolerance,
    convolution_precision,
    default_device,
    describe_device,
    tolerance,
)
from convtutor.layers import Conv2D
from convtutor.learning import LearningTrace, curvature, largest_stable_lr, learn_kernel
from convtutor.methods import METHODS

__all__ = [
    "METHODS",
    "Conv2D",
    "LearningTrace",
    "Tolerance",
    "choose_method",
    "convolution_precision",
    "corr2d",
    "curvature",
    "default_device",
    "describe_device",
    "largest_stable_lr",
    "learn_kernel",
    "suits_fft",
    "tolerance",
]
