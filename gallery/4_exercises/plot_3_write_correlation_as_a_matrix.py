r"""
Write correlation as a matrix
=============================

By the end of this page you have found the matrix behind a cross-correlation, and seen
that backpropagation multiplies by its transpose.

**You will need**
:ref:`sphx_glr_tutorials_3_learning_plot_1_follow_the_gradients.py`, and what a product
of a matrix and a vector is.

**You will learn** how to find the matrix of any linear operation, what is special about
this one, and what a :term:`transposed convolution` can and cannot do.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import conv_transpose2d

from convtutor import corr2d, default_device, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
X = torch.tensor([[1.0, 0, 2, 1], [0, 3, 1, 0], [2, 1, 0, 1]], device=device)
K = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], device=device)
Y = corr2d(X, K)

# %%
fig = plots.show_grids({"image X": X, "kernel K": K, "output Y": Y})
fig.set_label(
    "The image, 3 by 4; the kernel, 1, 2, 3 above 4, 5, 6; and the output, 2 by 2.\n\n"
    "Twelve pixels go in, and four come out."
)

# %%
# Each output pixel is a weighted sum of image pixels. Many weighted sums of the same
# numbers are what a matrix computes. So write the image as one long vector, row by row,
# and the output as another. Then there is a matrix :math:`A` with
#
# .. math:: A \cdot \text{image} = \text{output}.
#
# **How many rows and how many columns does this matrix have?**

rows, columns = Y.numel(), X.numel()
print("rows:", rows, "columns:", columns)

# %%
# It has four rows, one for each output pixel, and twelve columns, one for each image
# pixel.

# %%
# Find it with impulses
# ---------------------
#
# There is a way to find the matrix of *any* linear operation without knowing what
# happens inside. A matrix times a vector that is 1 in one place and 0 elsewhere is one
# of its columns. So light a single pixel, an :term:`impulse`, and write down the
# output: it is the column of that pixel. We do this for all twelve pixels at once.
# ``torch.eye(12)`` holds the twelve vectors, and :func:`convtutor.corr2d` takes them as
# a batch of twelve images.

impulses = torch.eye(12, device=device).reshape(12, 3, 4)
outputs = corr2d(impulses, K).reshape(12, 4)  # one output in each row
A = outputs.T  # one output in each column
print((A @ X.flatten()).reshape(2, 2))

# %%
torch.testing.assert_close((A @ X.flatten()).reshape(2, 2), Y)
assert A.shape == (4, 12)

# %%
# The product of :math:`A` and the image is the output, as it should be. (``flatten``
# writes an image as a vector, ``reshape`` turns the result back, and ``.T``
# transposes.)
#
# Before you look at the matrix, imagine it. Its first row belongs to the first output
# pixel, and holds what each of the twelve image pixels is multiplied by: the taps for
# pixels under the kernel, and 0 for the others. The image is four pixels wide and the
# kernel three. **What is the first row of A?** It begins with 1, 2, 3.

print(A[0].int().tolist())

# %%
assert A[0].tolist() == [1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0]

# %%
# After 1, 2, 3 comes a 0, for the last pixel of the first row, which is not under the
# kernel. Then come the taps of the second row, 4, 5, 6, another 0, and four zeros for
# the third row of the image.

# %%
fig, ax = plt.subplots(figsize=(5.6, 2.4), layout="constrained")
plots.show_blocks(ax, A, block=(2, 4), title="the kernel as a matrix, 4 × 12")
ax.set(xlabel="image pixels, row by row", ylabel="output pixels")
fig.set_label(
    "A matrix of 4 by 12 numbers, cut into two rows of three blocks. The blocks with "
    "1, 2, 3 along their diagonals stand first in the upper row and second in the "
    "lower one; those with 4, 5, 6 follow; the remaining two are zero.\n\n"
    "A block belongs to one row of the output and one row of the image."
)

# %%
# Here is the whole matrix. Within a block, the numbers along each diagonal are equal,
# because the kernel slides along a row without changing. Such a block is called a
# :term:`Toeplitz matrix`. And the blocks along each diagonal are equal, because the
# kernel slides down without changing. Hence the long name of this kind of matrix:
# *doubly block Toeplitz*. Of its 48 numbers, only six are different from each other and
# from zero.

blocks = A.reshape(2, 2, 3, 4).transpose(1, 2)  # block row, block column, 2, 4
print("block (0, 0) equals block (1, 1):", torch.equal(blocks[0, 0], blocks[1, 1]))
print("block (0, 1) equals block (1, 2):", torch.equal(blocks[0, 1], blocks[1, 2]))

# %%
assert torch.equal(blocks[0, :2], blocks[1, 1:])
assert torch.equal(blocks[..., 0, :3], blocks[..., 1, 1:])
assert sorted(set(A.flatten().tolist())) == [0, 1, 2, 3, 4, 5, 6]

# %%
# The way back for gradients
# --------------------------
#
# Let a loss follow the layer, and let :math:`G` be its :term:`gradient` with respect to
# the output. If an image pixel rises, each output pixel rises by an entry of the
# pixel's column, and the loss by that times the entry of :math:`G`. Summed up, that is
# :math:`A^\top G`: the same matrix, transposed.
#
# Say that only the upper right output pixel matters, so that :math:`G` is 0, 1 above
# 0, 0. **What is the gradient of the loss with respect to the image?** Fill in a table
# of 3 × 4 numbers.

G = torch.tensor([[0.0, 1.0], [0.0, 0.0]], device=device)
by_matrix = (A.T @ G.flatten()).reshape(3, 4)
image = X.clone().requires_grad_()
corr2d(image, K).backward(G)
print(by_matrix)
print("autograd agrees:", torch.allclose(image.grad, by_matrix))

# %%
torch.testing.assert_close(by_matrix, image.grad)
stamp = torch.zeros(3, 4, device=device)
stamp[0:2, 1:4] = K
torch.testing.assert_close(by_matrix, stamp)

# %%
grids = {"G": G, "kernel K": K, "gradient": by_matrix}
fig = plots.show_grids(grids, windows={"G": (0, 1, 1, 1), "gradient": (0, 1, 2, 3)})
fig.set_label(
    "G with its single 1 framed; the kernel; and the gradient with respect to the "
    "image: the kernel, framed, at the upper right of zeros."
)

# %%
# It is the kernel, put down where that output pixel's window lies. Each output pixel
# stamps the kernel onto its window, as it is and not flipped, multiplied by its entry
# of :math:`G`; where stamps overlap, they add up.

# %%
# Not a way back to the image
# ---------------------------
#
# Multiplying by :math:`A^\top` is called a :term:`transposed convolution`, and networks
# use it to make images larger. Some texts call it *deconvolution*, as if it undid the
# convolution. Try it: send the image through :math:`A` and then through
# :math:`A^\top`. The shape comes back. **How many of the twelve pixels come back with
# their old value?**

back = conv_transpose2d(Y[None, None], K[None, None])[0, 0]
print(back)
unchanged = (back == X).sum().item()
print("unchanged:", unchanged)

# %%
torch.testing.assert_close(back, (A.T @ Y.flatten()).reshape(3, 4))
assert unchanged == 0
assert torch.linalg.matrix_rank(A.cpu()) == 4

# %%
# None of them does. Twelve numbers went into four, and no matrix can tell which twelve
# they were: the :term:`rank` of :math:`A` is 4, so eight directions in the space of
# images leave no trace in the output. The transpose brings back the shape, not the
# pixels. (``[None, None]`` adds the axes for batch and channel that PyTorch's functions
# expect, and ``[0, 0]`` takes them away again.)

# %%
# Try it yourself
# ---------------
#
# Find the matrix again, for an image of any size, and with a :term:`stride`: then the
# kernel skips some places, and the matrix has fewer rows.

ask("correlation_matrix")

# %%
# Replace the dots by your code and run the cell again.


def correlation_matrix(kernel, height, width, stride): ...  # about 3 lines


check("correlation_matrix", correlation_matrix)

# %%
# In practice
# -----------
#
# One need not store this matrix. A row has a number for each pixel of the image, and
# with a kernel of 3 × 3 taps all but nine of these are zero. The matrix helps to think:
# what holds for matrices holds for linear layers. For instance, the product of two
# matrices is again a matrix, so two linear layers in a row can do no more than one.
#
# Further reading
# ---------------
#
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic for deep learning
#   <https://arxiv.org/abs/1603.07285>`__: chapter 4 draws this matrix, and what stride
#   and padding make of its transpose.
# - I. Goodfellow, Y. Bengio and A. Courville, `Deep Learning
#   <https://www.deeplearningbook.org/contents/convnets.html>`__: section 9.1 has the
#   matrix of an image whose borders wrap around.
