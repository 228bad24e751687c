"""
Diagonal edges
==============

By the end of this page you know what an edge detector does to edges that it was not
made for, and what happens when rows and columns change places.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`.

**You will learn** what the kernel (1, −1) answers to a diagonal edge, what changes when
you transpose the image or the kernel, and one rule for both.
"""

import torch

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()

# %%
X = images.diagonal(6, 8, device=device)
K = torch.tensor([[1.0, -1.0]], device=device)

# %%
fig = plots.show_grids({"image X": X})
fig.set_label(
    "An image of 6 by 8 pixels. A band of ones, three pixels wide, starts at the upper "
    "left corner and runs down and to the right; all else is zero.\n\n"
    "The image has two diagonal edges: one at the lower left of the band, and one at "
    "its upper right."
)

# %%
# The kernel (1, −1) has found the edges of an upright stripe. *Dive into Deep Learning*
# asks three questions about it, and leaves the answers to its readers:
#
# 1. What happens if you apply this kernel to an image with diagonal edges?
# 2. What happens if you transpose the image?
# 3. What happens if you transpose the kernel instead?
#
# A sheet of paper and ten minutes are the best way to use this page.
#
# 1. Apply the kernel
# -------------------
#
# The kernel computes each pixel minus its right neighbour, so it walks along the rows.
# Take a row in the middle of the image and go through it from left to right. **What
# does the kernel answer at the edge where a row enters the band, and at the edge where
# it leaves it?**

Y = corr2d(X, K)
print("row 3 of the image and of the response:")
print(X[3].int().tolist())
print(Y[3].int().tolist())

# %%
fig = plots.show_grids({"image X": X, "response to K": Y})
fig.set_label(
    "The image, and the response of 6 by 7 numbers: −1 along the lower left edge of "
    "the band, 1 along its upper right edge, 0 elsewhere."
)

# %%
diagonal = torch.arange(7) - torch.arange(6)[:, None]  # column minus row
assert torch.equal(Y.cpu(), (diagonal == 2).float() - (diagonal == -1).float())

# %%
# It answers −1 where a row enters the band, because there a zero stands left of a one,
# and 1 where it leaves the band. A row by itself does not know that the edges are
# diagonal: it looks like a row through an upright stripe. So the kernel finds diagonal
# edges as well, because they cross the rows.

# %%
# 2. Transpose the image
# ----------------------
#
# Transposed, the image has its rows as columns: ``X.T`` has eight rows of six pixels,
# and the band still runs down and to the right. First recall the upright stripe.
# Transposed, it lies down. **How many numbers of the response to the lying stripe are
# not zero?**

lying = images.striped(6, 8, device=device).T
lying_response = corr2d(lying, K)
print("not zero:", lying_response.count_nonzero().item())

# %%
assert lying_response.count_nonzero() == 0

# %%
# There are none: every number of the response is zero. Each row of the lying stripe is
# all ones or all zeros, and the kernel compares neighbours within a row only. The edges
# of a lying stripe run *along* the rows, and this kernel cannot see them.

# %%
# A diagonal edge crosses both rows and columns, so it cannot hide in this way. **Which
# edge of the transposed band gives −1?**
#
# - the lower left one
# - the upper right one
# - neither of them

turned = corr2d(X.T, K)
minus = (turned == -1).nonzero()  # the rows and columns of all −1
row, column = minus[0].tolist()
where = "lower left" if row > column else "upper right"
print(f"first -1 at row {row}, column {column}: {where}")

# %%
diagonal = torch.arange(5) - torch.arange(8)[:, None]
assert torch.equal(turned.cpu(), (diagonal == 0).float() - (diagonal == -3).float())
assert where == "lower left"

# %%
fig = plots.show_grids({"image Xᵀ": X.T, "response to K": turned})
fig.set_label(
    "The transposed image, 8 by 6, with the band on and below the main diagonal; and "
    "its response: −1 along the lower left edge, 1 along the upper right one."
)

# %%
# The lower left edge gives −1, as before. Each row still enters the band at its lower
# left edge, which gives −1, and leaves it at its upper right edge, which gives 1.

# %%
# 3. Transpose the kernel
# -----------------------
#
# The transposed kernel, ``K.T``, has one tap above the other. It computes each pixel
# minus the one *below* it, so it walks down the columns. We apply it to the original
# image. **Which edge of the band gives −1 now?**
#
# - the lower left one
# - the upper right one
# - neither of them

down = corr2d(X, K.T)
row, column = (down == -1).nonzero()[0].tolist()
where_down = "lower left" if row > column else "upper right"
print(f"first -1 at row {row}, column {column}: {where_down}")

# %%
diagonal = torch.arange(8) - torch.arange(5)[:, None]
assert torch.equal(down.cpu(), (diagonal == 0).float() - (diagonal == 3).float())
assert where_down == "upper right"

# %%
fig = plots.show_grids({"K: along the rows": Y, "Kᵀ: down the columns": down})
fig.set_label(
    "The responses to the kernel, 6 by 7, and to the transposed kernel, 5 by 8. Both "
    "find both edges, with their signs exchanged."
)

# %%
# The upper right edge gives −1 now. Going *down* a column, you enter the band from
# above, at its upper right edge, and leave it at the lower left one. Both kernels find
# both edges, but with their signs exchanged.

# %%
# One rule for both
# -----------------
#
# Now hold the answers to the second and the third question side by side.

fig = plots.show_grids({"Xᵀ with K": turned, "X with Kᵀ": down})
fig.set_label(
    "The response to the transposed image, 8 by 5, beside that to the transposed "
    "kernel, 5 by 8. Both have ones on the diagonal that starts in the upper left "
    "corner, and minus ones on another, three steps away."
)

# %%
# Is one of them the transpose of the other? **What do you get if you transpose the
# answer to X with Kᵀ?**
#
# - the answer to Xᵀ with K
# - the answer to Xᵀ with K, with opposite signs
# - something else

print("equal:   ", torch.equal(down.T, turned))
print("opposite:", torch.equal(down.T, -turned))

# %%
assert torch.equal(down.T, turned)
assert torch.equal(corr2d(X.T, K.T), Y.T)
busy = torch.tensor([[3.0, 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8]], device=device)
uneven = torch.tensor([[1.0, 2, -1], [0, 3, 1]], device=device)
torch.testing.assert_close(corr2d(busy.T, uneven.T), corr2d(busy, uneven).T)

# %%
# You get the answer to Xᵀ with K. Transposing the image or transposing the kernel gives
# the same numbers, once one of the two outputs is transposed. If you transpose *both*,
# you get the first answer of this page, ``Y``, transposed:

both = corr2d(X.T, K.T)
print("equal:", torch.equal(both, Y.T))

# %%
# This holds for every image and every kernel, because :term:`cross-correlation` treats
# rows and columns alike. If you swap their names everywhere, in the image, the kernel
# and the output, nothing else changes.

# %%
# Try it yourself
# ---------------
#
# Here are the three questions as functions. The first one answers for the band in an
# image of any size. The second one finds the answer to the transposed image without
# transposing the image, and the third one the answer to the transposed kernel without
# transposing the kernel. Both take any image and any kernel.

ask("band_edges", "transposed_image", "transposed_kernel")

# %%
# Replace the dots by your code and run the cell again. The second function may
# transpose the kernel and its answer, the third one the image and its answer.


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
# A single kernel responds to an edge only as far as the edge crosses the kernel's own
# direction. So edge detectors use a pair, one kernel along the rows and one down the
# columns. Together the two numbers are the *gradient* of the brightness, up to its
# sign: an arrow that points straight across the edge, and is long where the brightness
# changes a lot.
#
# Further reading
# ---------------
#
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `Dive into Deep Learning
#   <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__: the
#   exercise as it was first set.
