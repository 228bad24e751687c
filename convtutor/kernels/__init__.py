"""Kernels with a name, written as :func:`convtutor.corr2d` lays them on an image, unflipped."""

from convtutor.kernels.fixed import emboss, laplacian, sharpen, sobel
from convtutor.kernels.sized import box, gaussian, identity

__all__ = ["box", "emboss", "gaussian", "identity", "laplacian", "sharpen", "sobel"]
