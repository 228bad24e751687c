r"""
Slide, multiply, add
====================

By the end of this page you can work out a cross-correlation with a pencil, and read the
few lines of code that do the same.

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
# Here is an image with nine pixels, and a *kernel* with four taps.

X = torch.arange(9.0, device=device).reshape(3, 3)
K = torch.tensor([[0.0, 1.0], [2.0, 3.0]], device=device)
print("X:", X, "K:", K, sep="\n")

# %%
# Lay the kernel on the top left corner of the image. It covers a *window* of four
# pixels. Multiply each pixel by the tap that lies on it, and add the four products up.

products = X[0:2, 0:2] * K
print(products)
print("sum:", products.sum().item())

# %%
# That sum, 19, is the first number of the output. Now slide the kernel one pixel to the
# right, so that it covers 1, 2, 4 and 5. **What is the next number?** Take a pencil
# before you read on.

fig, axes = plt.subplots(1, 3, figsize=(5.6, 2.2), layout="constrained")
plots.show_grid(axes[0], X, title="image X", window=(0, 1, 2, 2))
plots.show_grid(axes[1], K, title="kernel K")
plots.show_grid(axes[2], X[0:2, 1:3] * K, title="products")
fig.set_label(
    "The 3 by 3 image with a frame around its top right window 1, 2, 4, 5; the kernel "
    "0, 1, 2, 3; and their products 0, 2, 8, 15."
)

# %%
# The products 0, 2, 8 and 15 add up to 25. Two more windows fit in, one row further
# down, and that is all: :func:`convtutor.corr2d` visits the four of them.

Y = corr2d(X, K)
print(Y)
torch.testing.assert_close(Y, torch.tensor([[19.0, 25.0], [37.0, 43.0]], device=device))

# %%
# Watch it happen. The taps ride along in the corners of the frame, and each sum goes to
# the place in the output that the window has in the image.

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
    Y = corr2d(torch.ones(H, W, device=device), torch.ones(h, w, device=device))
    print(f"{H} × {W} under {h} × {w} gives {Y.shape[0]} × {Y.shape[1]}")
    assert Y.shape == (H - h + 1, W - w + 1)

# %%
# None of these is square. Square examples hide mistakes, because rows and columns can
# be mixed up without a trace. Here is one more, with its numbers.

X = torch.tensor([[1.0, 0.0, 2.0, 0.0, 1.0], [0.0, 3.0, 0.0, 1.0, 0.0]], device=device)
K = torch.tensor([[1.0, 2.0, -1.0]], device=device)
Y = corr2d(X, K)

# %%
fig, axes = plt.subplots(
    1, 3, figsize=(5.6, 1.6), layout="constrained", width_ratios=(5, 3, 3)
)
plots.show_grid(axes[0], X, title="image, 2 × 5", window=(1, 0, 1, 3))
plots.show_grid(axes[1], K, title="kernel, 1 × 3")
plots.show_grid(axes[2], Y, title="output, 2 × 3", window=(1, 0, 1, 1))
fig.set_label(
    "A 2 by 5 image, a 1 by 3 kernel and the 2 by 3 output. The first window of the "
    "second row, 0, 3, 0, is framed, and so is the 6 that it gives."
)

# %%
# Check one number yourself: the framed window holds 0, 3, 0, and the taps are 1, 2, −1,
# so the sum is :math:`0 \cdot 1 + 3 \cdot 2 - 0 \cdot 1 = 6`.

torch.testing.assert_close(Y[1, 0], torch.tensor(6.0, device=device))

# %%
# The definition in code
# ----------------------
#
# Say it in symbols: the output at row :math:`i` and column :math:`j` is
#
# .. math:: Y_{i,j} = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} X_{i+a,\,j+b} \, K_{a,b}.
#
# The code says the same. Two loops choose the window; the product and the sum do the
# rest.

print(inspect.getsource(methods.loop))

# %%
# .. note::
#    Most of deep learning says *convolution* and computes this, which is strictly a
#    *cross-correlation*. What differs, and when it matters, has a page of its own:
#    :doc:`plot_3_tell_correlation_from_convolution`.
#
# Try it yourself
# ---------------
#
# One number of the output, as you did it with the pencil, but for any window. Here is
# what is asked for, in plain loops. Can you do it without a loop?

ask("window_sum")

# %%
# Replace the dots, and run it again.


def window_sum(image, kernel, row, column): ...  # about 2 lines


check("window_sum", window_sum)

# %%
# In practice
# -----------
#
# PyTorch's own function is :func:`torch.nn.functional.conv2d`. It wants two more
# dimensions, for a batch of images and for channels, and it gives the same numbers.

theirs = torch.nn.functional.conv2d(X[None, None], K[None, None])
torch.testing.assert_close(theirs[0, 0], corr2d(X, K))

# %%
# Further reading
# ---------------
#
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic for deep learning
#   <https://arxiv.org/abs/1603.07285>`__: the shapes, with the pictures that everybody
#   uses.
# - :ref:`sphx_glr_tutorials_2_layers_plot_1_layer_from_scratch.py`: the same operation
#   as a layer with parameters.
