r"""
Predict the output's shape
==========================

By the end of this page you can say how large a layer's output is before you run it,
whichever book its padding comes from.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn** what padding, stride and dilation do to the windows, one formula for
all of them, and where *same* puts the odd pixel of an even kernel.
"""

import warnings
from contextlib import suppress

import matplotlib.pyplot as plt
import torch
from torch.nn import functional

from convtutor import default_device, images, plots
from convtutor.exercises import ask, check
from convtutor.shapes import output_size

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
fig, ax = plt.subplots(figsize=(4.6, 3.2), layout="constrained")
plots.show_windows(ax, 8, 3, title="3 taps on 8 pixels")
fig.set_label(
    "One row of eight pixels, and below it the six windows of three taps that fit, "
    "each one pixel further right than the one above.\n\n"
    "The output has one pixel for each window, so its size is the number of "
    "windows."
)

# %%
# A kernel of 3 taps fits into 8 pixels at 6 places: it can start at each pixel but the
# last two. Rows and columns follow the same rule and are independent of each other, so
# this page looks at one axis at a time.

# %%
# Padding adds room beyond the border
# -----------------------------------
#
# :term:`Padding` puts zeros around the image, so that more windows fit. PyTorch counts
# it **per side**: padding 1 adds one pixel on the left and one on the right, two in
# all. Three amounts of padding have names.
#
# - :term:`Valid` means no padding: every window lies inside the image.
# - :term:`Full` means one pixel less than the kernel has taps, on each side: every
#   window that touches the image counts, even if by one pixel only.
# - :term:`Same` is half of that, and gives the output the size of the image. This works
#   out if the number of taps is odd.
#
# A kernel of 3 × 5 taps lies on an image of 5 × 8 pixels. **What shape does the output
# have with full padding?**

X = torch.arange(40.0, device=device).reshape(1, 1, 5, 8)
K = torch.ones(1, 1, 3, 5, device=device)
valid = functional.conv2d(X, K)
same = functional.conv2d(X, K, padding=(1, 2))
full = functional.conv2d(X, K, padding=(2, 4))
print("valid:", tuple(valid.shape[2:]))
print("same: ", tuple(same.shape[2:]))
print("full: ", tuple(full.shape[2:]))

# %%
assert valid.shape[2:] == (3, 4)
assert same.shape[2:] == (5, 8)
assert full.shape[2:] == (7, 12)
for output, padding in ((valid, (0, 0)), (same, (1, 2)), (full, (2, 4))):
    assert output.shape[2] == output_size(5, 3, padding=padding[0])
    assert output.shape[3] == output_size(8, 5, padding=padding[1])

# %%
# With full padding it has 7 rows and 12 columns. Two rows are added above and two
# below, which makes 9, and 3 taps fit into 9 pixels at 7 places. In the other direction
# four columns on each side make 16, and 5 taps fit into 16 pixels at 12 places. Valid
# is as much smaller than the image as full is larger.
#
# (``conv2d`` takes its shapes from the last two axes. The two before them are for many
# images and many channels, and there is one of each here.)

# %%
# Same, for an even kernel
# ------------------------
#
# A kernel of 2 taps needs one more pixel in all for an output as large as the image,
# and one pixel cannot be shared by two sides. With ``padding="same"`` PyTorch puts the
# odd pixel at the end, on the right and at the bottom. So a window starts at its own
# pixel and reaches one to the right: the middle of the window is half a pixel to the
# right of the place where its answer is written.
#
# Half a pixel is easily overlooked, but it adds up. Here is a bright pixel in column 6
# (counted from 0), and a kernel of two taps of ½, which blurs it. Blur it four times.
# **In which column is the middle of the blurred spot, after four such layers?**

spot = images.impulse(1, 11, column=6, device=device)[None, None]
blur = torch.tensor([[[[0.5, 0.5]]]], device=device)
blurred = spot
for _ in range(4):
    padded = functional.pad(blurred, (0, 1))  # 0 left, 1 right
    blurred = functional.conv2d(padded, blur)
columns = torch.arange(11, device=device)
middle = (blurred[0, 0, 0] * columns).sum().item()
print((16 * blurred[0, 0, 0]).int().tolist())
print("middle:", middle)

# %%
fig = plots.show_grids(
    {
        "a bright pixel in column 6": 16 * spot[0, 0],
        "blurred four times": 16 * blurred[0, 0],
    },
    columns=1,
)
fig.set_label(
    "Two rows of eleven pixels. Above, a 16 in column 6. Below, after four blurs, "
    "1, 4, 6, 4, 1 in columns 2 to 6. The middle is column 4.\n\n"
    "All numbers are drawn sixteen times as large, so that they are whole."
)

# %%
torch.testing.assert_close(blurred.sum().item(), 1.0)
assert round(middle, 3) == 4
by_pytorch = spot
with warnings.catch_warnings(action="ignore"):  # of a copy that it has to make
    for _ in range(4):
        by_pytorch = functional.conv2d(by_pytorch, blur, padding="same")
torch.testing.assert_close(by_pytorch, blurred)

# %%
# The middle is column 4. Each layer writes its answer half a pixel too far to the left,
# so four layers move the spot by two pixels. (The row is printed times 16, so that its
# numbers are whole.) Odd kernels have a tap in the middle and do not have this problem,
# which is one reason why most networks use them. If you need an even one, pad by hand,
# left and right in turn.

# %%
# Stride and dilation
# -------------------
#
# :term:`Stride` is the distance from one window to the next, so a stride of 3 skips two
# of three windows. :term:`Dilation` is the distance from one tap to the next within the
# window: at 1 the taps are neighbours, and at 3 there are two pixels between them. For
# now, a kernel of 3 taps lies on 10 pixels, without padding. **How many windows are
# there at stride 3, and how many at dilation 3?**

windows_strided = output_size(10, 3, stride=3)
windows_dilated = output_size(10, 3, dilation=3)
print("stride 3:", windows_strided, "windows")
print("dilation 3:", windows_dilated, "windows")

# %%
fig, axes = plt.subplots(3, 1, figsize=(5, 6.2), height_ratios=(4, 5, 5))
fig.set_layout_engine("constrained")
plots.show_windows(axes[0], 10, 3, stride=3, title="stride 3")
plots.show_windows(axes[1], 10, 3, stride=3, padding=1, title="stride 3, padding 1")
plots.show_windows(axes[2], 10, 3, dilation=3, title="dilation 3")
fig.set_label(
    "Windows on ten pixels. At stride 3 there are three, and the last pixel is in "
    "none of them. With one zero per side there are four. At dilation 3 there are "
    "four windows with spread taps."
)

# %%
assert output_size(10, 3, stride=3) == 3
assert output_size(10, 3, stride=3, padding=1) == 4
assert output_size(10, 3, dilation=3) == output_size(10, 7) == 4

# %%
# There are three windows at stride 3. The last pixel, in orange, is in none of them,
# because the next window would reach over the border. PyTorch does not mention this.
# With one pixel of padding per side there is room for a fourth window.
# (``output_size`` counts the windows for us; the rule that it follows comes next.)
#
# At dilation 3 there are four. The outer taps of a window are 6 pixels apart, so the
# window reaches over 7 pixels, and fits into 10 as often as a kernel with 7 taps would.

# %%
# One formula
# -----------
#
# Let an axis have :math:`n` pixels, the kernel :math:`k` taps, and write :math:`s` for
# the stride, :math:`p` for the padding per side and :math:`d` for the dilation. A
# window reaches over :math:`d (k - 1) + 1` pixels, and with the padding there are
# :math:`n + 2p`. The first window stands at the left end. Each further one needs
# :math:`s` more pixels, so we divide the pixels that are left by :math:`s`, and add 1
# for the first window. The output has
#
# .. math:: \lfloor \, (n + 2p - d (k - 1) - 1) \, / \, s \, \rfloor + 1
#
# pixels. The half brackets mean that we round down, because a window that does not fit
# as a whole does not count. :func:`convtutor.shapes.output_size` computes this.
#
# Here is a layer with a kernel of 3 × 4 taps, for an image of 9 × 14 pixels. Its stride
# is 2 from row to row and 3 from column to column. In the same order, its padding is 1
# and 0, and its dilation 1 and 2. **What shape does its output have?**

image = torch.empty(1, 1, 9, 14, device="meta")
settings = {"stride": (2, 3), "padding": (1, 0), "dilation": (1, 2)}
layer = torch.nn.Conv2d(1, 1, kernel_size=(3, 4), **settings, device="meta")
shape = tuple(layer(image).shape[2:])
print(shape)

# %%
assert shape == (5, 3)
assert shape[0] == output_size(9, 3, stride=2, padding=1)
assert shape[1] == output_size(14, 4, stride=3, dilation=2)

# %%
# There are :math:`(9 + 2 - 2 - 1) / 2 + 1 = 5` rows. For the columns,
# :math:`(14 - 6 - 1) / 3` is two and a third, which is rounded down, so there are
# :math:`2 + 1 = 3` of them.
#
# (On the device ``meta`` a tensor has a shape but holds no numbers. You can ask even a
# huge network for its shapes there, and it costs nothing.)

# %%
# Three books, one layer
# ----------------------
#
# Not everybody counts alike. When you take a layer's settings from a book, look up what
# its author means by them.
#
# ==================  ==============  ==============  ===============
# \                   PyTorch, here   CS231n          D2L
# ==================  ==============  ==============  ===============
# Padding counts      one side        one side        both sides
# Taps side by side   dilation 1      dilation 0      (no dilation)
# A remainder is      dropped         not allowed     dropped
# ==================  ==============  ==============  ===============
#
# CS231n is Stanford's course, and D2L is *Dive into Deep Learning*. (D2L's formula
# counts the padding of both sides; its code, being PyTorch's, counts one.) Written as
# code, the three rules look like this, for 3 taps side by side.


def here(n, p, s):
    return (n + 2 * p - 3) // s + 1


def cs231n(n, p, s):
    return (n - 3 + 2 * p) / s + 1


def d2l(n, p_both, s):
    return (n - 3 + p_both + s) // s


# %%
# Take 10 pixels and padding 1, and a stride of 2. **What does the formula of CS231n
# give?**

for p, s in ((0, 1), (1, 1), (0, 2), (1, 2)):
    print(f"padding {p}, stride {s}: {here(10, p, s)}, {cs231n(10, p, s)}")

# %%
for p in (0, 1, 2):
    for s in (1, 2, 3):
        expected = output_size(10, 3, stride=s, padding=p)
        assert here(10, p, s) == d2l(10, 2 * p, s) == expected
        assert int(cs231n(10, p, s)) == expected
assert cs231n(10, 1, 2) == 5.5

# %%
# It gives 5.5, and CS231n then calls the layer invalid. PyTorch drops the half and
# makes 5 pixels. D2L's rule agrees with PyTorch's, as long as its padding is the sum of
# both sides. All three agree wherever there is no remainder.

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. The first
# one is about the orange pixel. With 3 taps, neither stride 2 nor dilation 2 alone does
# much harm, but a layer that has both misses every second pixel. **How many pixels are
# unseen, in general?**

ask("unseen_pixels")

# %%
# Replace the dots. The example that ``ask`` prints is the one with stride 3 in the
# figure above, where one pixel is unseen.


def unseen_pixels(size, kernel, stride, dilation): ...  # about 4 lines


check("unseen_pixels", unseen_pixels)

# %%
# The second one is about *same*. **How many pixels have to be added before and after?**

ask("same_padding")

# %%
# Replace the dots.


def same_padding(kernel, dilation): ...  # about 2 lines


check("same_padding", same_padding)

# %%
# In practice
# -----------
#
# :class:`torch.nn.Conv2d` takes ``padding="same"`` at stride 1 only. A stride of 2
# halves rows and columns, so the layers after it have a quarter of the work to do. For
# a sound, which has one axis only, a stride of 2 keeps every second sample: it halves
# the sampling rate. The opposite, a layer that doubles the size, is the subject of
# :ref:`sphx_glr_tutorials_2_layers_plot_8_make_it_larger.py`.

# %%
assert output_size(512, 3, stride=2, padding=1) == 512 // 2
with suppress(ValueError):  # it is refused
    assert torch.nn.Conv2d(1, 1, kernel_size=3, stride=2, padding="same") is None

# %%
# Further reading
# ---------------
#
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic
#   <https://arxiv.org/abs/1603.07285>`__.
# - CS231n, `Convolutional networks
#   <https://cs231n.github.io/convolutional-networks/>`__, and D2L, `Padding and stride
#   <https://d2l.ai/chapter_convolutional-neural-networks/padding-and-strides.html>`__.
