r"""
Separate a kernel
=================

By the end of this page you can do the work of a large kernel with two thin ones, tell
for which kernels this is exact, and say how close it comes for the others.

**You will need** :doc:`Filter a photograph <plot_2_filter_a_photograph>`, and products
of matrices.

**You will learn** what the rank of a kernel says about it, and how the singular value
decomposition takes a kernel apart.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, kernels, plots, tolerance
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Here is a column of three numbers and a row of five. The sign ``@`` stands for the
# product of matrices. The product of a column and a row is a multiplication table: each
# of its numbers is one number of the column times one number of the row.

column = torch.tensor([[1.0], [2.0], [1.0]], device=device)
row = torch.tensor([[1.0, 4.0, 6.0, 4.0, 1.0]], device=device)
K = column @ row

# %%
fig = plots.show_grids({"column": column, "row": row, "column @ row": K})
fig.set_label(
    "A column with the numbers 1, 2, 1; a row with the numbers 1, 4, 6, 4, 1; and "
    "their product, a kernel of 3 by 5 taps with a 12 in the middle."
)

# %%
# One after the other
# -------------------
#
# Take this kernel ``K`` and look at one window. Each tap is a number of the column
# times a number of the row, and in the sum of products we may take the column's part
# out:
#
# .. math:: \sum_a \sum_b X_{i+a,\,j+b} \, c_a \, r_b
#           = \sum_a c_a \Bigl( \sum_b X_{i+a,\,j+b} \, r_b \Bigr).
#
# The sum inside the brackets is a cross-correlation with the row. The sum around it is
# a cross-correlation of that result with the column. So we may use the two thin kernels
# one after the other.

X = images.photograph(device=device)
at_once = corr2d(X, K)
one_by_one = corr2d(corr2d(X, row), column)
print(torch.allclose(at_once, one_by_one, atol=1e-3))

# %%
torch.testing.assert_close(K[1], 2 * row[0])
torch.testing.assert_close(one_by_one, at_once, **tolerance(X.dtype, device, terms=64))

# %%
# Apart from rounding, the results are the same. :func:`convtutor.tolerance` says how
# far apart rounding may bring them. A kernel that is a column times a row is called
# :term:`separable`.
#
# This saves work. The Gaussian blur of the second page has 9 × 13 taps, so it takes 117
# multiplications for each pixel. It is separable, into a column of 9 and a row of 13.
# **How many multiplications for each pixel do the two thin kernels take together?**

gaussian = kernels.gaussian(9, 13, sigma=2)
height, width = gaussian.shape
print(height * width, "at once,", height + width, "one by one")

# %%
assert height * width == 117
assert height + width == 22

# %%
# They take 22: the row needs 13 multiplications for each pixel, and the column needs 9
# more. In general :math:`h + w` multiplications take the place of :math:`h \times w`.
# The larger the kernel, the more this saves.

# %%
# Which kernels are separable?
# ----------------------------
#
# Look at the first figure again. Each row of the kernel is a multiple of the same row:
# once, twice, once. This is how you recognise a separable kernel. Now look at the
# kernel that sharpens.

sharpen = kernels.sharpen()
print(sharpen)

# %%
# Its middle row is not a multiple of its first row, so one product of a column and a
# row is not enough. But we may add up several such products. The smallest number of
# products that add up to a kernel is called its :term:`rank`. **How many does the
# kernel that sharpens need?**

rank = torch.linalg.matrix_rank(sharpen).item()
print(rank)

# %%
assert rank == 2
outer_rows = torch.tensor([[1.0], [0.0], [1.0]]) @ torch.tensor([[0.0, -1.0, 0.0]])
middle_row = torch.tensor([[0.0], [1.0], [0.0]]) @ torch.tensor([[-1.0, 5.0, -1.0]])
assert torch.equal(outer_rows + middle_row, sharpen)

# %%
# It needs two. One product is not enough, and two are, because the kernel has only two
# different rows. The column 1, 0, 1 times the row 0, −1, 0 makes the first row and the
# last. The column 0, 1, 0 times the row −1, 5, −1 makes the row in the middle. In the
# same way, the rank of any kernel is at most the number of its different rows, and at
# most the number of its different columns.

# %%
# Here are the ranks of some kernels.

named = {
    "Sobel": kernels.sobel(),
    "Laplacian": kernels.laplacian(),
    "emboss": kernels.emboss(),
    "box": kernels.box(9, 13),
    "Gaussian": gaussian,
}
ranks = {}
for name, kernel in named.items():
    ranks[name] = torch.linalg.matrix_rank(kernel).item()
    print(f"{name:9} {ranks[name]}")

# %%
assert list(ranks.values()) == [1, 2, 3, 1, 1]

# %%
# Sobel, the box and the Gaussian are separable. The Laplacian has only two different
# rows, like the kernel that sharpens. Emboss has three different rows, and none of them
# is made up of the other two.

# %%
# Let the computer find the parts
# -------------------------------
#
# For the Gaussian, we know that there is one column and one row. Which ones? The
# singular value decomposition finds them: ``torch.linalg.svd`` takes a matrix apart
# into columns ``U``, rows ``Vh``, and a weight for each pair of a column and a row in
# ``S``, largest first. The weights are called :term:`singular values <singular value>`.
# As many of them are above zero as the rank says.
#
# The kernels of this section are on the processor, because not every graphics card can
# take a matrix apart.

U, S, Vh = torch.linalg.svd(gaussian)
print(S[:4].round(decimals=4))

# %%
assert S[0] > 0.1 and S[1] < 1e-6

# %%
# Only the first weight is above zero; the five that are not printed are zero as well.
# So the first pair is all there is. ``U[:, :1]`` is the first column, kept as a column,
# and ``Vh[:1]`` is the first row. Put the weight into one of them, and use the two in
# place of the Gaussian.

thin_column = (U[:, :1] * S[0]).to(device)
thin_row = Vh[:1].to(device)
blurred = corr2d(corr2d(X, thin_row), thin_column)
print(thin_column.shape, thin_row.shape)

# %%
torch.testing.assert_close(thin_column @ thin_row, gaussian.to(device))
direct = corr2d(X, gaussian.to(device))
torch.testing.assert_close(blurred, direct, **tolerance(X.dtype, device, terms=117))

# %%
# A kernel of a higher rank is the sum of several pairs. The function below adds up the
# largest ones: it multiplies each column by its weight, and the product of matrices
# does the rest. The kernel that sharpens is the sum of two pairs. The first one alone
# is nearly there, and the second one makes it exact.


def largest_pairs(kernel, count):
    U, S, Vh = torch.linalg.svd(kernel)
    weighted = U[:, :count] * S[:count]
    return weighted @ Vh[:count]


first = largest_pairs(sharpen, 1)
both = largest_pairs(sharpen, 2)

# %%
torch.testing.assert_close(both, sharpen, rtol=0, atol=1e-5)
assert (first - sharpen).norm() < 0.1 * sharpen.norm()

# %%
pairs = {"first pair": first, "second pair": both - first, "their sum": both}
fig = plots.show_grids({name: pair.round(decimals=1) for name, pair in pairs.items()})
fig.set_label(
    "Three kernels of 3 by 3 taps: the first pair with 5 in the middle and numbers "
    "near those of the kernel that sharpens, the second with small numbers, and their "
    "sum.\n\n"
    "All numbers are rounded to one digit after the point."
)

# %%
# A lens out of focus
# -------------------
#
# A camera that is out of focus turns each point of light into a small disc. Here is
# such a blur, a disc of 9 rows and 13 columns, wider than it is tall. ``[:, None]``
# turns the numbers of the rows into a column. A column plus a row is a table again.
# Here the table tells of each tap whether it lies inside the disc.

down = torch.arange(9.0)[:, None] - 4
across = torch.arange(13.0) - 6
inside = (down / 4.5) ** 2 + (across / 6.5) ** 2 <= 1
disc = inside.float()
for line in disc.int().tolist():
    print(*line)

# %%
# Its rank is at most 9, because it has 9 rows. But some of these are alike. **What is
# the rank of this disc?**

disc_rank = torch.linalg.matrix_rank(disc).item()
print(disc_rank)

# %%
assert disc_rank == len(torch.unique(disc, dim=0)) == 4

# %%
# It is 4. There are four different rows, because the lower half repeats the upper one
# and the three rows in the middle are alike. None of the four is made up of the others.
# With four pairs, the blur takes 4 × 22 = 88 multiplications for each pixel in place of
# 117. That is not much of a gain.

# %%
# But look at the four weights that are not zero.

weights = torch.linalg.svdvals(disc)
print(weights[:4].round(decimals=2))

# %%
assert (weights > 1e-4).sum() == 4
assert weights[0] > 3 * weights[1]

# %%
# The first one is more than three times as large as the second. So the first pair holds
# the largest part of the disc, and each further pair adds less. Let us keep only the
# largest pairs. No other sum of as many products comes closer to the disc, if we
# measure by the sum of the squared differences: this is a theorem of Eckart and Young.
# Here is how far off each sum is: the size of the difference, as a share of the size of
# the disc.

off = {}
for count in (1, 2, 3, 4):
    difference = largest_pairs(disc, count) - disc
    off[count] = (difference.norm() / disc.norm()).item()
    print(f"{count * 22} multiplications: {off[count]:.2f} off")

# %%
assert [round(share, 2) for share in off.values()] == [0.34, 0.22, 0.12, 0]
total = weights.square().sum()
torch.testing.assert_close(off[1], (weights[1:].square().sum() / total).sqrt().item())

# %%
# Look at the disc beside the first pair and the sum of the first two.

sums = {
    "disc": disc,
    "one pair": largest_pairs(disc, 1),
    "two pairs": largest_pairs(disc, 2),
}

# %%
fig = plots.show_grids(sums, columns=3, write_numbers=False)
fig.set_label(
    "A disc of even colour; one pair, a rectangle that fades towards its border; and "
    "two pairs, nearly the disc."
)

# %%
fig, axes = plt.subplots(1, 3, figsize=(5.6, 2.2), layout="constrained")
face = X[60:260, 150:350]
for ax, title in zip(axes, sums, strict=True):
    blur = sums[title] / disc.sum()
    plots.show_image(ax, corr2d(face, blur.to(device)), title=title)
fig.set_label(
    "A face blurred with each of the three kernels: the three pictures look alike."
)

# %%
# One pair is a third off, and you can see that in the kernel. In the blurred photograph
# it is hard to see: the root of the mean squared difference of the two results is less
# than 0.01, where white is 1. For a fifth of the work, this may be close enough. With
# two pairs it is closer still.

# %%
exact = corr2d(X, (disc / disc.sum()).to(device))
nearly = corr2d(X, (largest_pairs(disc, 1) / disc.sum()).to(device))
closer = corr2d(X, (largest_pairs(disc, 2) / disc.sum()).to(device))
assert (nearly - exact).square().mean().sqrt() < 0.01
assert (closer - exact).square().mean() < (nearly - exact).square().mean()
assert 22 / 117 < 1 / 5

# %%
# Try it yourself
# ---------------
#
# Someone hands you a kernel of rank 1. **What are its column and its row?**

ask("separate")

# %%
# Replace the dots by your code and run the cell again. There are many right answers:
# double the column and halve the row, and their product stays the same.


def separate(kernel): ...  # about 2 lines


check("separate", separate)

# %%
# In practice
# -----------
#
# Gaussian blurs are done this way in most libraries: ``gaussian_filter`` in
# ``scipy.ndimage`` filters one axis after the other, and OpenCV has ``sepFilter2D`` for
# a column and a row of your own. Networks use the idea as well, with a layer of 1 × *n*
# and one of *n* × 1 taps in place of one of *n* × *n*. Fewer multiplications do not
# always mean less time, since two passes move more numbers through the memory;
# :doc:`How fast </how_fast>` measures.
#
# Further reading
# ---------------
#
# - S. Eddins, `Separable convolution: part 2
#   <https://blogs.mathworks.com/steve/2006/11/28/separable-convolution-part-2/>`__: the
#   same decomposition in MATLAB.
# - C. Szegedy and others, `Rethinking the Inception architecture for computer vision
#   <https://arxiv.org/abs/1512.00567>`__: layers of *n* × 1 and 1 × *n* taps.
