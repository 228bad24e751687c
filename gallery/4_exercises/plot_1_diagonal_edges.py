"""
Diagonal edges
==============

By the end of this page you know what an edge detector does to edges that it was not
made for.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`.

**You will learn**

- what the kernel (1, −1) answers to a diagonal edge;
- what changes when you transpose the image, or the kernel, and the rule for both.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()

# %%
# The question
# ------------
#
# Here is an image with a diagonal band, and the :term:`kernel` that found the edges of
# the upright stripe. Answer each of these with a sketch, then read on.
#
# 1. What happens if you apply the kernel?
# 2. What happens if you transpose the image?
# 3. What happens if you transpose the kernel instead?

X = images.diagonal(6, 8, device=device)
K = torch.tensor([[1.0, -1.0]], device=device)
print(X)

# %%
# 1. Apply the kernel
# -------------------
#
# The kernel takes each pixel minus its right neighbour, so it walks along the rows.

Y = corr2d(X, K)
style = {"figsize": (5.6, 2.6), "layout": "constrained"}
fig, axes = plt.subplots(1, 2, width_ratios=(8, 7), **style)
plots.show_grid(axes[0], X, title="image X: a diagonal band")
plots.show_grid(axes[1], Y, title="response to K: both edges")
fig.set_label("A band of ones. Its lower left edge gives −1, its upper right edge 1.")

# %%
# It finds both edges. Each row by itself looks like a row of the upright stripe: going
# right, you *enter* the band at its lower left edge, which gives −1, and *leave* it at
# its upper right edge, which gives 1.


def edges(enter, leave, height, width):
    diagonal = torch.arange(width) - torch.arange(height)[:, None]
    return (diagonal == leave).float() - (diagonal == enter).float()


torch.testing.assert_close(Y.cpu(), edges(-1, 2, 6, 7))

# %%
# 2. Transpose the image
# ----------------------
#
# The band still runs down and to the right, now on the other side of the diagonal.

transposed = corr2d(X.T, K)
fig, axes = plt.subplots(1, 2, width_ratios=(6, 5), **style | {"figsize": (5, 3.2)})
plots.show_grid(axes[0], X.T, title="image Xᵀ")
plots.show_grid(axes[1], transposed, title="response to K")
fig.set_label("The band below the diagonal: −1 at its lower left edge, 1 at the other.")

# %%
# Again −1 where a row enters the band, and 1 where it leaves: a diagonal edge crosses
# rows as well as columns. The stripe, transposed, has edges along its rows, and they
# are not seen.

torch.testing.assert_close(transposed.cpu(), edges(-3, 0, 8, 5))
assert corr2d(images.striped(6, 8).T, K.cpu()).abs().max() == 0

# %%
# 3. Transpose the kernel
# -----------------------
#
# It now takes each pixel minus the one *below* it. **Which edge will be 1 now?**

down = corr2d(X, K.T)
fig, axes = plt.subplots(1, 2, width_ratios=(7, 8), **style)
plots.show_grid(axes[0], Y, title="K: along the rows")
plots.show_grid(axes[1], down, title="Kᵀ: down the columns")
fig.set_label("Both kernels find both edges, with their signs exchanged.")

# %%
# The lower left one. Going down, you enter the band from above, at its *upper right*
# edge, and leave it at the lower left one: the signs are exchanged.

torch.testing.assert_close(down.cpu(), edges(3, 0, 5, 8))

# %%
# One rule for both
# -----------------
#
# Hold the last two answers side by side. Transposing the image, or transposing the
# kernel, gives the same numbers, once one of the outputs is transposed. Transposing
# *both* gives the first answer, transposed:

torch.testing.assert_close(corr2d(X, K.T), corr2d(X.T, K).T)
torch.testing.assert_close(corr2d(X.T, K.T), corr2d(X, K).T)

# %%
# :term:`Cross-correlation` treats rows and columns alike: you may swap their names.
#
# Try it yourself
# ---------------
#
# The questions again: a band in an image of any size, then any image and any kernel.

ask("band_edges", "transposed_image", "transposed_kernel")

# %%
# Replace the dots. The second may transpose the kernel and its answer, the third the
# image and its answer.


def band_edges(height, width, device): ...  # about 2 lines
def transposed_image(image, kernel): ...  # about 1 line
def transposed_kernel(image, kernel): ...  # about 1 line


check("band_edges", band_edges)
check("transposed_image", transposed_image)
check("transposed_kernel", transposed_kernel)

# %%
# In practice
# -----------
#
# A pair of kernels, one for each axis, measures the *gradient* of the brightness. It
# points *across* an edge, and is large where the edge is sharp.
#
# Further reading
# ---------------
#
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `Dive into Deep Learning
#   <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__: the
#   exercise as it was first set, without answers.
