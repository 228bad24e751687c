r"""
See what a layer sees
=====================

By the end of this page you can say which pixels reach an output pixel through a stack
of layers, and what happens to the output when the image moves.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_follow_the_gradients.py` and
:ref:`sphx_glr_tutorials_2_layers_plot_3_predict_the_output_shape.py`.

**You will learn**

- how large a receptive field is, by formula and by measurement;
- that its pixels do not count alike;
- how borders and strides break a promise.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional

from convtutor import default_device, images, plots
from convtutor.exercises import ask, check
from convtutor.shapes import receptive_field

device = default_device()

# %%
# How far can it see?
# -------------------
#
# An output pixel of one layer sees a window, and each pixel of that window may be the
# output of a layer before it. All pixels of the image that it depends on in the end are
# its *receptive field*. Here are three layers with all taps 1; the second has stride 2.

stack = nn.Sequential(
    nn.Conv2d(1, 1, kernel_size=(3, 3), bias=False),
    nn.Conv2d(1, 1, kernel_size=(2, 3), stride=2, bias=False),
    nn.Conv2d(1, 1, kernel_size=(2, 3), bias=False),
).to(device)
for layer in stack:
    nn.init.ones_(layer.weight)

# %%
# Count one axis at a time, from one pixel. A layer with kernel :math:`k` and dilation
# :math:`d` adds :math:`d (k - 1)` steps to the view: 3 taps that lie 4 apart see 9
# pixels. A step is one pixel at first, and each stride multiplies it for the layers to
# come. **How many rows and columns does one output pixel of our stack see?**

rows, row_jump = receptive_field([(3, 1, 1), (2, 2, 1), (2, 1, 1)])
columns, column_jump = receptive_field([(3, 1, 1), (3, 2, 1), (3, 1, 1)])
print(rows, "rows and", columns, "columns")
assert receptive_field([(3, 1, 4)]) == (9, 1)
assert rows == 1 + 2 * 1 + 1 * 1 + 1 * 2 == 6
assert columns == 1 + 2 * 1 + 2 * 1 + 2 * 2 == 9

# %%
# So says the formula. Now measure: a pixel is seen if the output has a gradient with
# respect to it. As all taps are 1, the gradient even counts the ways that lead from the
# pixel to the output.

X = torch.zeros(1, 1, 8, 13, device=device, requires_grad=True)
Y = stack(X)
(gradient,) = torch.autograd.grad(Y[0, 0, 0, 1], X)
ways = gradient[0, 0]

# %%
fig, ax = plt.subplots(figsize=(5.6, 3.7), layout="constrained")
plots.show_grid(
    ax, ways, title="ways to one output pixel", window=(0, 2, rows, columns)
)
fig.set_label(
    "An 8 by 13 grid of counts. A frame of 6 rows and 9 columns, which starts in the "
    "third column, holds all that are not zero: from 1 in its corners to 15 in the "
    "middle."
)

# %%
# The frame is the formula, the numbers are the measurement, and they agree. The two
# pixels in the middle are heard 15 times each, the corners once: a receptive field has
# a centre, and a rim that hardly matters.

seen = ways > 0.5
assert seen[:rows, 2 : 2 + columns].all() and seen.sum() == rows * columns
torch.testing.assert_close(ways[0, 2], torch.tensor(1.0, device=device))
torch.testing.assert_close(ways.max(), torch.tensor(15.0, device=device))

# %%
# This was the second output pixel of its row, and its field begins in the third column:
# one stride of 2 makes neighbours look 2 pixels apart. That distance is the *jump*.

assert column_jump == row_jump == 2
(gradient,) = torch.autograd.grad(stack(X)[0, 0, 0, 0], X)
torch.testing.assert_close(gradient[0, 0, :, :-2], ways[:, 2:])

# %%
# A promise: if the image moves, the answer moves along
# -----------------------------------------------------
#
# Every window is treated alike, so a shifted image gives a shifted response. This is
# called *equivariance*. Move the stripe by one column:


def respond(image, **options):
    K = torch.tensor([[[[1.0, -1.0]]]], device=device)
    return functional.conv2d(image[None, None], K, **options)[0, 0]


before = images.striped(2, 8, device=device)
after = before.roll(1, dims=1)
torch.testing.assert_close(respond(after)[:, 1:], respond(before)[:, :-1])

# %%
# Two things break the promise: padding and stride. **What will one zero on each side
# add to the response? And how many edges will the layer find at stride 2**, when it
# skips every other window of a row?

# %%
fig, axes = plt.subplots(3, 2, figsize=(5.6, 3.9), layout="constrained")
for column, (X, when) in enumerate([(before, "before"), (after, "after")]):
    padded, strided = respond(X, padding=(0, 1)), respond(X, stride=(1, 2))
    plots.show_grid(axes[0, column], X, title=f"image, {when}")
    plots.show_grid(axes[1, column], padded, title="with padding")
    plots.show_grid(axes[2, column], strided, title="with stride 2", limit=1)
fig.set_label(
    "A striped image before and after its move. With padding, the stripe's edges move "
    "and the outermost stay. With stride 2, no edge before the move and two after it."
)

# %%
# Padding adds two edges that are not in the image. They stay put while the image moves,
# and so tell the layer where the border is. Stride 2 is stranger: before the move both
# edges fall between its windows and it finds none; after it, both.

first = torch.tensor([[-1.0, 0, 1, 0, 0, 0, -1, 0, 1]], device=device).expand(2, 9)
then = torch.tensor([[-1.0, 0, 0, 1, 0, 0, 0, -1, 1]], device=device).expand(2, 9)
torch.testing.assert_close(respond(before, padding=(0, 1)), first)
torch.testing.assert_close(respond(after, padding=(0, 1)), then)
assert respond(before, stride=(1, 2)).abs().max() == 0
assert respond(after, stride=(1, 2)).tolist() == [[0, 1, 0, -1]] * 2

# %%
# What is left of the promise? Move by a whole stride, and the response moves by one.

wide = torch.arange(20.0, device=device).square().reshape(2, 10)
shifted = respond(wide[:, 2:], stride=(1, 2))
torch.testing.assert_close(shifted, respond(wide, stride=(1, 2))[:, 1:])

# %%
# Try it yourself
# ---------------
#
# You know how large a receptive field is. **Where does it lie?** Each layer is a kernel
# size, a stride and a dilation, the first layer first.

ask("seen_pixels")

# %%
# Replace the dots; ``receptive_field`` may help.


def seen_pixels(layers, place): ...  # about 2 lines


check("seen_pixels", seen_pixels)

# %%
# In practice
# -----------
#
# Compare the receptive field with what a network should recognise: anything larger it
# never sees whole. And blur before you skip: the promise then breaks less.
#
# Further reading
# ---------------
#
# - A. Araujo, W. Norris and J. Sim, `Computing receptive fields of convolutional neural
#   networks <https://distill.pub/2019/computing-receptive-fields/>`__: the formula, and
#   what it becomes when paths branch.
# - W. Luo and others, `Understanding the effective receptive field
#   <https://arxiv.org/abs/1701.04128>`__: why the rim hardly matters.
# - R. Zhang, `Making convolutional networks shift-invariant again
#   <https://arxiv.org/abs/1904.11486>`__: the blur before the stride.
