r"""
Write correlation as a matrix
=============================

By the end of this page you have drawn the matrix behind a cross-correlation, and seen
that backpropagation uses its transpose.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`.

**You will learn**

- two ways to find the matrix, row by row and column by column, and what it is called;
- what a :term:`transposed convolution` is, and what it is not.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import conv_transpose2d

from convtutor import corr2d, default_device, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# Row by row, from windows
# ------------------------
#
# Each output pixel is a weighted sum of input pixels. So a matrix :math:`A` must turn
# the image, read row by row into a vector, into the output, read in the same way. **How
# many rows and columns does it have here?**

X = torch.tensor([[1, 0, 2, 1], [0, 3, 1, 0], [2, 1, 0, 1.0]], device=device)
K = torch.tensor([[1, 2, 3], [4, 5, 6.0]], device=device)
Y = corr2d(X, K)
print(Y)

# %%
# Four rows, one for each output pixel, and twelve columns, one for each input pixel. A
# row holds the taps where its window lies, and zeros elsewhere.

A = torch.zeros(2, 2, 3, 4, device=device)
for i in range(2):
    for j in range(2):
        A[i, j, i : i + 2, j : j + 3] = K
A = A.reshape(4, 12)
torch.testing.assert_close(A @ X.flatten(), Y.flatten())

# %%
# **What will the second row look like, next to the first?**

style = {"figsize": (5.6, 2.4), "layout": "constrained"}
fig, ax = plt.subplots(**style)
plots.show_blocks(ax, A, block=(2, 4), title="the kernel as a matrix, 4 × 12")
ax.set(xlabel="input pixels, row by row", ylabel="output pixels")
fig.set_label(
    "Two rows of three blocks. Above, one with diagonals of 1, 2, 3, one with 4, 5, 6, "
    "and one of zeros; below, the zeros come first."
)

# %%
# The same, one step to the right. As the kernel slides along a row, the numbers along
# each diagonal of a block are equal: the block is *Toeplitz*. As it slides down, the
# blocks along each diagonal are equal too. Hence the name, *doubly block Toeplitz*.

blocks = A.reshape(2, 2, 3, 4).transpose(1, 2)  # block row, block column, 2 × 4
torch.testing.assert_close(blocks[0, :2], blocks[1, 1:])
torch.testing.assert_close(blocks[..., 0, :3], blocks[..., 1, 1:])

# %%
# Column by column, from impulses
# -------------------------------
#
# A column says where one input pixel goes. So light one pixel after the other, and
# write down the responses. This finds the matrix of *any* linear operation, with no
# idea of what is inside.

impulses = torch.eye(12, device=device).reshape(12, 3, 4)
columns = corr2d(impulses, K).reshape(12, 4)
torch.testing.assert_close(columns.T, A)

# %%
# The way back for gradients
# --------------------------
#
# Say a loss has the gradient :math:`G` with respect to the output. By the chain rule,
# its gradient with respect to the image is :math:`A^\top G`. Autograd agrees.

G = torch.tensor([[0.0, 1.0], [0.0, 0.0]], device=device)
leaf = X.clone().requires_grad_()
(gradient,) = torch.autograd.grad(corr2d(leaf, K), leaf, grad_outputs=G)
torch.testing.assert_close((A.T @ G.flatten()).reshape(3, 4), gradient)

# %%
# **Draw the gradient:** only the top right output pixel matters here. Which pixels of
# the image does it care for, and how much?

fig, axes = plt.subplots(1, 3, width_ratios=(2, 3, 4), **style)
plots.show_grid(axes[0], G, title="gradient of Y", window=(0, 1, 1, 1))
plots.show_grid(axes[1], K, title="kernel")
plots.show_grid(axes[2], gradient, title="gradient of X", window=(0, 1, 2, 3))
fig.set_label("A single 1; the kernel; the kernel stamped at the top right of zeros.")

# %%
# Each output pixel stamps the kernel, as it is, onto its window; stamps that overlap
# add up. This is a *transposed convolution*, and networks use it to make images larger.
# It is no way back to the image: twelve numbers went into four, and no matrix can tell
# which twelve they were. The shape comes back, the pixels do not.

stamped = conv_transpose2d(Y[None, None], K[None, None])[0, 0]
torch.testing.assert_close(stamped.round(decimals=3), (A.T @ Y.flatten()).reshape(3, 4))
assert torch.linalg.matrix_rank(A.cpu()) == 4 and not torch.allclose(stamped, X)

# %%
# Try it yourself
# ---------------
#
# The matrix again, for any size of image, and with a stride: the kernel then skips
# places, and the matrix has fewer rows.

ask("correlation_matrix")

# %%
# Replace the dots.


def correlation_matrix(kernel, height, width, stride): ...  # about 3 lines


check("correlation_matrix", correlation_matrix)

# %%
# In practice
# -----------
#
# Nobody stores this matrix: a row is as long as the image has pixels, and with a 3 × 3
# kernel, all but nine of its numbers are zero. It is there to think with. What holds
# for matrices, such as that a product of two is one, holds for linear layers.
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
