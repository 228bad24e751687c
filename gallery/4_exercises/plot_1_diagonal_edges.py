"""
Diagonal edges
==============

By the end of this page you know what an edge detector does to edges that it was not
made for.

**You will need** :ref:`sphx_glr_tutorials_2_layers_plot_1_layer_from_scratch.py`.

**You will learn**

- what the kernel (1, −1) answers to a diagonal edge;
- what changes when you transpose the image, and what when you transpose the kernel;
- one rule that holds for both.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, plots

device = default_device()

# %%
# The question
# ------------
#
# Here is an image with two diagonal edges, and the kernel that found the edges of the
# upright stripe. Answer each of these with a sketch, then read on.
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
fig, axes = plt.subplots(
    1, 2, figsize=(5.6, 2.6), layout="constrained", width_ratios=(8, 7)
)
plots.show_grid(axes[0], X, title="image X: a diagonal band")
plots.show_grid(axes[1], Y, title="response to K: both edges")
fig.set_label(
    "A diagonal band of ones, three pixels wide, and the response: minus ones along "
    "its lower left edge, ones along its upper right edge, zeros elsewhere."
)

# %%
# It finds both edges. A diagonal edge crosses every row, and each row by itself looks
# just like a row of the upright stripe: going right, you *enter* the band at its lower
# left edge, which gives −1, and *leave* it at its upper right edge, which gives 1.

rows, columns = torch.arange(6)[:, None], torch.arange(7)[None, :]
enters, leaves = columns - rows == -1, columns - rows == 2
torch.testing.assert_close(Y.cpu(), leaves.float() - enters.float())

# %%
# 2. Transpose the image
# ----------------------
#
# The band still runs down and to the right, but it has moved to the other side of the
# diagonal.

transposed = corr2d(X.T, K)
fig, axes = plt.subplots(
    1, 2, figsize=(5, 3.2), layout="constrained", width_ratios=(6, 5)
)
plots.show_grid(axes[0], X.T, title="image Xᵀ")
plots.show_grid(axes[1], transposed, title="response to K")
fig.set_label(
    "Left, the transposed image, 8 by 6: the band lies below the diagonal. Right, the "
    "response: minus ones along its lower left edge, ones along its upper right edge."
)

# %%
# The answer is of the same sort: −1 where a row enters the band and 1 where it leaves.
# Nothing is lost, unlike with the upright stripe, which the kernel no longer sees once
# it lies level. A diagonal edge is as much upright as it is level.

rows, columns = torch.arange(8)[:, None], torch.arange(5)[None, :]
enters, leaves = columns - rows == -3, columns - rows == 0
torch.testing.assert_close(transposed.cpu(), leaves.float() - enters.float())
assert corr2d(images.striped(6, 8).T, K.cpu()).abs().max() == 0

# %%
# 3. Transpose the kernel
# -----------------------
#
# Now each pixel minus the one *below* it: the kernel walks down the columns. **Which
# edge is 1 now?**

down = corr2d(X, K.T)
fig, axes = plt.subplots(
    1, 2, figsize=(5.6, 2.6), layout="constrained", width_ratios=(7, 8)
)
plots.show_grid(axes[0], Y, title="K: along the rows")
plots.show_grid(axes[1], down, title="Kᵀ: down the columns")
fig.set_label(
    "Two responses. Along the rows, the lower left edge is minus one and the upper "
    "right edge is one. Down the columns, the signs are the other way round."
)

# %%
# The edges are found again, with their signs exchanged. Going down you enter the band
# where it lies to your right, at its *upper right* edge, and leave it at the lower left
# one.

rows, columns = torch.arange(5)[:, None], torch.arange(8)[None, :]
enters, leaves = columns - rows == 3, columns - rows == 0
torch.testing.assert_close(down.cpu(), leaves.float() - enters.float())

# %%
# One rule for both
# -----------------
#
# Hold the last two answers side by side. Transposing the image, or transposing the
# kernel, gives the same numbers, once the output is laid on its side. Transposing
# *both* gives the first answer, on its side:

torch.testing.assert_close(corr2d(X, K.T), corr2d(X.T, K).T)
torch.testing.assert_close(corr2d(X.T, K.T), corr2d(X, K).T)

# %%
# The reason is the definition: it treats rows and columns alike, so you may swap their
# names everywhere at once.
#
# Try it yourself
# ---------------
#
# Design a 2 × 2 kernel that is blind to this band, but sees the upright stripe. Which
# two pixels of a window are equal whenever an edge runs down and to the right?

K = torch.tensor([[0.0, 0.0], [0.0, 0.0]], device=device)
stripe = images.striped(6, 8, device=device)
for name, image in (("band", X), ("stripe", stripe)):
    print(name, corr2d(image, K).abs().sum().item())

# %%
# In practice
# -----------
#
# A pair of kernels, one for each axis, measures how steep the image is along the rows
# and down the columns. The two numbers together are the *gradient*. It points *across*
# the edge, and is large where the edge is sharp.
#
# Further reading
# ---------------
#
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `Dive into Deep Learning
#   <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__: the
#   exercise as it was first set, without answers.
# - :ref:`sphx_glr_tutorials_4_exercises_plot_2_design_a_kernel.py`: its second part.
