r"""
Slide, multiply, add
====================

By the end of this page you can work out a :term:`cross-correlation` with a pencil, and
read the few lines of code that do the same.

**You will need** Python, and a first acquaintance with PyTorch tensors.

**You will learn** how one number of the output comes about, how large the whole output
is, and how the definition turns into two loops.
"""

import torch
from torch.nn.functional import conv2d

from convtutor import corr2d, default_device, plots
from convtutor.exercises import ask, check

device = default_device()

# %%
# Here is an image ``X`` of 3 rows and 5 columns, and a :term:`kernel` ``K`` of 2 rows
# and 3 columns. The numbers of the image are its pixels. The numbers of the kernel are
# called its :term:`taps <tap>`. The two shapes are not square on purpose: if you mix up
# rows and columns, the shape of your result will tell you.
#
# ``device=device`` puts both on the device that ``default_device`` has found: the
# graphics card, if there is one, and the processor if not.

X = torch.tensor(
    [
        [1.0, 0.0, 2.0, 0.0, 1.0],
        [0.0, 3.0, 0.0, 1.0, 0.0],
        [2.0, 1.0, 1.0, 0.0, 2.0],
    ],
    device=device,
)
K = torch.tensor([[1.0, 2.0, -1.0], [0.0, 1.0, 3.0]], device=device)

# %%
fig = plots.show_grids(
    {"image X": X, "kernel K": K, "products": X[0:2, 0:3] * K},
    windows={"image X": (0, 0, 2, 3)},
)
fig.set_label(
    "An image of 3 by 5 pixels with its top left 2 by 3 pixels framed, a kernel of 2 "
    "by 3 taps, and the six products of the framed pixels and the taps.\n\n"
    "The kernel lies on the framed pixels. Each pixel is multiplied by the tap on it."
)

# %%
# One window, one number
# ----------------------
#
# Lay the kernel on the top left corner of the image. It covers six pixels, which we
# call a :term:`window`. Multiply each pixel by the tap that lies on it, and add up the
# six products.

window = X[0:2, 0:3]
products = window * K
print(products)
print("sum:", products.sum().item())

# %%
assert products.sum() == 2

# %%
# That sum, 2, is the first number of the output.
#
# Now slide the kernel one row down. Its window holds 0, 3, 0 in the upper row and 2, 1,
# 1 in the lower row. Take a pencil. **What is the sum?**

lower_window = X[1:3, 0:3]
print((lower_window * K).sum().item())

# %%
assert (lower_window * K).sum() == 10

# %%
# The sum is :math:`0 \cdot 1 + 3 \cdot 2 + 0 \cdot (-1) + 2 \cdot 0 + 1 \cdot 1 + 1
# \cdot 3 = 10`. It stands below the 2 in the output, because its window lies below the
# first window in the image.

# %%
# The whole output
# ----------------
#
# The kernel fits into this image in six places. The function :func:`convtutor.corr2d`
# visits all six and returns the sums.

Y = corr2d(X, K)
print(Y)

# %%
by_hand = torch.tensor([[2.0, 7.0, 2.0], [10.0, 3.0, 8.0]], device=device)
torch.testing.assert_close(Y, by_hand)

# %%
# Watch it at work: the kernel moves from window to window, and each sum goes to the
# place in the output that its window has in the image. The figure shows the kernel at
# the fourth of its six places.

# %%
fig = plots.show_grids(
    {"image X": X, "kernel K": K, "output Y": Y},
    windows={"image X": (1, 0, 2, 3), "output Y": (1, 0, 1, 1)},
)
fig.set_label(
    "A 3 by 5 image, a 2 by 3 kernel with the taps 1, 2, minus 1 and 0, 1, 3, and the "
    "2 by 3 output. The bottom left window and the 10 that it gives are framed."
)

# %%
# A pixel belongs to several windows, so it takes part in several sums. Look at the 2 in
# the middle of the top row, and suppose that it became a 3. **How many of the six
# outputs would change?**

brighter = X.clone()
brighter[0, 2] = 3
change = corr2d(brighter, K) - Y
print(change)

# %%
changes = int((change.abs() > 0.5).sum())
assert changes == 3
expected_change = torch.tensor([[-1.0, 2.0, 1.0], [0.0, 0.0, 0.0]], device=device)
torch.testing.assert_close(change, expected_change)

# %%
# Three outputs change. The three upper windows all hold this pixel, each under another
# tap: first under −1, then under 2, then under 1. The outputs change by just these
# taps. The three lower windows do not reach the top row.

# %%
# How large is the output?
# ------------------------
#
# Count the places of the kernel along one axis. If it is as wide as the image, there is
# one place. If it is one pixel narrower, there are two. Each time the kernel becomes
# narrower by one pixel, it gains one place.
#
# Take an image of 6 rows and 8 columns, and a kernel of 3 rows and 2 columns. **What
# shape does the output have?**

output = corr2d(torch.ones(6, 8, device=device), torch.ones(3, 2, device=device))
print(output.shape)

# %%
assert output.shape == (4, 7)

# %%
# It has 4 rows and 7 columns. The kernel can start in the rows 0, 1, 2 and 3, because
# it needs three rows and the image ends after row 5. In the same way it can start in
# seven columns.

# %%
# In general, a kernel of :math:`h` rows and :math:`w` columns, on an image of :math:`H`
# rows and :math:`W` columns, gives an output of
#
# .. math:: (H - h + 1) \times (W - w + 1)
#
# numbers. This is also called the :term:`valid` part: the kernel never hangs over the
# border of the image.

# %%
for H, W, h, w in ((3, 5, 2, 3), (6, 8, 1, 2), (6, 8, 2, 1), (5, 4, 5, 4)):
    image = torch.ones(H, W, device=device)
    kernel = torch.ones(h, w, device=device)
    assert corr2d(image, kernel).shape == (H - h + 1, W - w + 1)

# %%
# The definition in code
# ----------------------
#
# Written in symbols, the output in row :math:`i` and column :math:`j` is
#
# .. math:: Y_{i,j} = \sum_{a=0}^{h-1} \sum_{b=0}^{w-1} X_{i+a,\,j+b} \, K_{a,b}.
#
# The code says the same. Two loops choose the window. The product of window and kernel
# and its sum do the rest. ``new_zeros`` makes the output: a tensor of zeros with the
# number type and the device of the image.


def correlate(image, kernel):
    h, w = kernel.shape
    rows = image.shape[0] - h + 1
    columns = image.shape[1] - w + 1
    output = image.new_zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            window = image[i : i + h, j : j + w]
            output[i, j] = (window * kernel).sum()
    return output


print(correlate(X, K))

# %%
torch.testing.assert_close(correlate(X, K), corr2d(X, K))
tall = torch.arange(35.0, device=device).reshape(7, 5)
torch.testing.assert_close(correlate(tall, K.T), corr2d(tall, K.T))

# %%
# It returns the numbers that you know. :func:`convtutor.corr2d` computes the same sums.
# It also takes a whole stack of images at once, checks its input, and chooses a faster
# way where there is one.

# %%
# Try it yourself
# ---------------
#
# You worked out one number of the output with a pencil. **Can you write a function that
# does it for any image, any kernel and any place?** ``ask`` prints what your function
# should do.

ask("window_sum")

# %%
# Replace the dots by your code and run the cell again. ``check`` tries your function on
# several images and says what it finds.


def window_sum(image, kernel, row, column): ...  # about 2 lines


check("window_sum", window_sum)

# %%
# In practice
# -----------
#
# PyTorch calls this operation *convolution*. It is a cross-correlation all the same;
# :doc:`the third page <plot_3_tell_correlation_from_convolution>` says what the
# difference is and when it matters. The function is :func:`torch.nn.functional.conv2d`.
# It wants two more axes: a batch and a channel for the image, an output channel and an
# input channel for the kernel. Indexing with ``None`` adds an axis of length 1 in
# front.

theirs = conv2d(X[None, None], K[None, None])
print(theirs.shape)
print(theirs[0, 0])

# %%
torch.testing.assert_close(theirs[0, 0], Y)

# %%
# Further reading
# ---------------
#
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic for deep learning
#   <https://arxiv.org/abs/1603.07285>`__: the shapes of outputs, with the pictures that
#   everybody uses.
# - :doc:`Filter a photograph <plot_2_filter_a_photograph>`: the same operation on a
#   real picture.
