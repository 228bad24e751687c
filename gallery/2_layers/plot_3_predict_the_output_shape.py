r"""
Predict the output's shape
==========================

By the end of this page you can say how large a layer's output is before you run it,
whichever book its padding comes from.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn**

- what padding, stride and dilation do to the windows;
- one formula for all of them;
- how to translate between three conventions.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn import functional

from convtutor import default_device, plots
from convtutor.exercises import ask, check
from convtutor.shapes import output_size

device = default_device()

# %%
# Padding: room beyond the border
# -------------------------------
#
# :term:`Padding` adds zeros, always counted **per side**. Three amounts have names.
# :term:`Valid` is none: every window lies inside the image. :term:`Full` is one less
# than the kernel: every window that touches the image counts. :term:`Same` is half of
# that; it keeps the shape, if the kernel is odd. **What do 3 × 5 taps give on 5 × 8**?

X = torch.arange(40.0, device=device).reshape(1, 1, 5, 8)
K = torch.ones(1, 1, 3, 5, device=device)
for name, padding in (("valid", (0, 0)), ("same", (1, 2)), ("full", (2, 4))):
    Y = functional.conv2d(X, K, padding=padding)
    print(name, padding, "gives", tuple(Y.shape[2:]))
    assert Y.shape[2] == output_size(5, 3, padding=padding[0])
    assert Y.shape[3] == output_size(8, 5, padding=padding[1])

# %%
# Stride and dilation: skip windows, spread taps
# ----------------------------------------------
#
# :term:`Stride` is the distance from one window to the next. :term:`Dilation` is the
# distance from one tap to the next; at 1 the taps are neighbours. **With 3 taps on 10
# pixels, how many windows are there at stride 3? And at dilation 3?**

fig, axes = plt.subplots(3, 1, figsize=(5, 6.2), height_ratios=(4, 5, 5))
fig.set_layout_engine("constrained")
plots.show_windows(axes[0], 10, 3, stride=3, title="stride 3")
plots.show_windows(axes[1], 10, 3, stride=3, padding=1, title="stride 3, padding 1")
plots.show_windows(axes[2], 10, 3, dilation=3, title="dilation 3")
fig.set_label(
    "Windows on ten pixels. At stride 3 there are three, and the last pixel is unseen. "
    "With one zero per side there are four. At dilation 3, four with spread taps."
)

# %%
# Three and four. At stride 3 the last pixel, in orange, is in no window, and no error
# tells you. At dilation 3 the taps reach over 7 pixels, as a kernel with 7 taps would.

assert [output_size(10, 3, stride=3, padding=p) for p in (0, 1)] == [3, 4]
assert output_size(10, 3, dilation=3) == output_size(10, 7) == 4

# %%
# One formula
# -----------
#
# Take one axis at a time. With size :math:`n`, kernel :math:`k`, stride :math:`s`,
# padding :math:`p` per side and dilation :math:`d`, the taps reach over
# :math:`d (k - 1) + 1` pixels, and the output has
#
# .. math:: \lfloor \, (n + 2p - d (k - 1) - 1) \, / \, s \, \rfloor + 1
#
# pixels, rounded down: a piece of a window is no window. **Predict both axes** of this
# layer. (On the device ``meta`` a tensor has a shape, but no numbers.)

X = torch.empty(1, 1, 9, 14, device="meta")
options = {"stride": (2, 3), "padding": (1, 0), "dilation": (1, 2), "device": "meta"}
layer = torch.nn.Conv2d(1, 1, kernel_size=(3, 4), **options)
print(tuple(layer(X).shape[2:]))
assert layer(X).shape[2] == output_size(9, 3, stride=2, padding=1) == 5
assert layer(X).shape[3] == output_size(14, 4, stride=3, dilation=2) == 3

# %%
# Rows: :math:`(9 + 2 - 2 - 1) / 2 + 1 = 5`. Columns: :math:`(14 - 6 - 1) / 3` is two
# and a third, so :math:`2 + 1 = 3`. :func:`convtutor.shapes.output_size` does the same.
#
# Three books, one layer
# ----------------------
#
# ==================  ==============  ==============  ===============
# \                   PyTorch, here   CS231n          D2L
# ==================  ==============  ==============  ===============
# Padding counts      one side        one side        both sides
# Taps side by side   dilation 1      dilation 0      (no dilation)
# A remainder is      dropped         not allowed     dropped
# ==================  ==============  ==============  ===============
#
# (D2L is *Dive into Deep Learning*.) Here are all three formulas, for 3 taps side by
# side on 10 pixels. **Where will they differ?**

for p, s in ((0, 1), (1, 1), (0, 2), (1, 2)):
    ours = output_size(10, 3, stride=s, padding=p)
    cs231n = (10 - 3 + 2 * p) / s + 1
    d2l = (10 - 3 + (p + p) + s) // s
    print(f"padding {p}, stride {s}: {ours}, {cs231n}, {d2l}")
    assert d2l == ours == int(cs231n)

# %%
# Only where CS231n has a fraction: it calls such a layer invalid. (In D2L the formula
# counts both sides; its code, being PyTorch, counts one.)
#
# Try it yourself
# ---------------
#
# With 3 taps, neither stride 2 nor dilation 2 alone does much harm. A layer that has
# both misses every second pixel. **How many pixels are unseen**, in general?

ask("unseen_pixels")

# %%
# Replace the dots. The first case is the top of the figure, with one pixel unseen.


def unseen_pixels(size, kernel, stride, dilation): ...  # about 4 lines


check("unseen_pixels", unseen_pixels)

# %%
# In practice
# -----------
#
# :class:`torch.nn.Conv2d` takes ``padding="same"``, at stride 1 only. On ``meta``, even
# a huge network tells its shapes at no cost.
#
# Further reading
# ---------------
#
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic
#   <https://arxiv.org/abs/1603.07285>`__.
# - CS231n, `Convolutional networks
#   <https://cs231n.github.io/convolutional-networks/>`__, and D2L, `Padding and stride
#   <https://d2l.ai/chapter_convolutional-neural-networks/padding-and-strides.html>`__.
