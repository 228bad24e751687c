r"""
Slide, multiply, add
====================

By the end of this page you can work out a :term:`cross-correlation` with a pencil, and
read the few lines of code that do the same.

**You will need** Python, and a first acquaintance with PyTorch tensors.

**You will learn**

- how one number of the output comes about;
- how to predict the shape of the whole output;
- how the definition becomes two loops.
"""

import inspect

import matplotlib.pyplot as plt
import torch

from convtutor import animation, corr2d, default_device, methods, plots
from convtutor.exercises import ask, check

device = default_device()

# %%
# One window, one number
# ----------------------
#
# Here is an image of 3 × 5 pixels, and a :term:`kernel` of 2 × 3 numbers, which are
# called its :term:`taps <tap>`. Neither is square, on purpose: swap rows and columns in
# a square one, and the shape does not tell.

X = torch.tensor([[1.0, 0, 2, 0, 1], [0, 3, 0, 1, 0], [2, 1, 1, 0, 2]], device=device)
K = torch.tensor([[1.0, 2, -1], [0, 1, 3]], device=device)

# %%
# Lay the kernel on the top left corner of the image. It covers a :term:`window` of six
# pixels. Multiply each pixel by the tap that lies on it, and add the products up.

products = X[0:2, 0:3] * K
print(products)
print("sum:", products.sum().item())
assert products.sum() == 2

# %%
# That sum, 2, is the first number of the output. Now slide the kernel one row down. Its
# window holds 0, 3, 0 and 2, 1, 1. **What is the sum?** Take a pencil before you look:
# the figure has that window in a frame, and the number that it gives.

Y = corr2d(X, K)
fig, axes = plt.subplots(1, 3, figsize=(5.6, 1.9), width_ratios=(5, 3, 3))
fig.set_layout_engine("constrained")
plots.show_grid(axes[0], X, title="image X, 3 × 5", window=(1, 0, 2, 3))
plots.show_grid(axes[1], K, title="kernel K, 2 × 3")
plots.show_grid(axes[2], Y, title="output, 2 × 3", window=(1, 0, 1, 1))
fig.set_label(
    "A 3 by 5 image, a 2 by 3 kernel with the taps 1, 2, minus 1 and 0, 1, 3, and the "
    "2 by 3 output. The bottom left window and the 10 that it gives are framed."
)

# %%
# It is :math:`0 \cdot 1 + 3 \cdot 2 - 0 \cdot 1 + 2 \cdot 0 + 1 \cdot 1 + 1 \cdot 3 =
# 10`. Six windows fit in, and :func:`convtutor.corr2d` visits them all. Watch it: the
# taps ride along, small, in the corners of the pixels, and each sum takes the place in
# the output that its window has in the image.

by_hand = torch.tensor([[2.0, 7, 2], [10, 3, 8]], device=device)
torch.testing.assert_close(Y, by_hand)
animation.SlidingWindow(X, K)

# %%
# How large is the output?
# ------------------------
#
# A window as wide as the image fits in one place. A window one pixel narrower fits in
# two. So a kernel with :math:`h` rows and :math:`w` columns, on an image with :math:`H`
# rows and :math:`W` columns, gives an output of
#
# .. math:: (H - h + 1) \times (W - w + 1).
#
# **Predict three shapes**: of a 6 × 8 image under a 1 × 2 kernel, of the same image
# under a 2 × 1 kernel, and of a 5 × 4 image under a kernel as large as itself.

for (H, W), (h, w) in [((6, 8), (1, 2)), ((6, 8), (2, 1)), ((5, 4), (5, 4))]:
    output = corr2d(torch.ones(H, W, device=device), torch.ones(h, w, device=device))
    print(f"{H} × {W} under {h} × {w} gives {output.shape[0]} × {output.shape[1]}")
    assert output.shape == (H - h + 1, W - w + 1)

# %%
# The definition in code
# ----------------------
#
# Say it in symbols: the output at row :math:`i` and column :math:`j` is
#
# .. math:: Y_{i,j} = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} X_{i+a,\,j+b} \, K_{a,b}.
#
# The code says the same. Two loops choose the window; the product and the sum do the
# rest. The dots, and axes counted from the end, such as −1, only let it take a whole
# stack of images at once.

first_line, _, body = inspect.getsource(methods.loop).split('"""')  # no docstring
print(first_line.rstrip() + body)

# %%
# Try it yourself
# ---------------
#
# You did one number of the output with a pencil. Here it is for any image, kernel and
# place, in plain loops. **Can you do without loops?**

ask("window_sum")

# %%
# Replace the dots, and run this again.


def window_sum(image, kernel, row, column): ...  # about 2 lines


check("window_sum", window_sum)

# %%
# In practice
# -----------
#
# Most of deep learning says *convolution* and computes this; what differs, and when it
# matters, has :doc:`a page of its own <plot_3_tell_correlation_from_convolution>`.
# PyTorch's is :func:`torch.nn.functional.conv2d`. It wants two axes more: batch and
# channel for X, output and input channel for K. These sums are in many a textbook:

X, K = torch.arange(9.0).reshape(1, 1, 3, 3), torch.arange(4.0).reshape(1, 1, 2, 2)
theirs = torch.nn.functional.conv2d(X, K)[0, 0]
print(theirs)
torch.testing.assert_close(theirs, corr2d(X[0, 0], K[0, 0]))

# %%
# Further reading
# ---------------
#
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic for deep learning
#   <https://arxiv.org/abs/1603.07285>`__: the shapes, with the pictures that everybody
#   uses.
# - :ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`: the
#   same operation as a layer with parameters.
