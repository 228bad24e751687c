r"""
See what a layer sees
=====================

By the end of this page you can say which pixels reach an output pixel through a stack
of layers, and what happens to the output when the image moves.

**You will need**
:ref:`sphx_glr_tutorials_3_learning_plot_1_follow_the_gradients.py` and
:ref:`sphx_glr_tutorials_2_layers_plot_3_predict_the_output_shape.py`.

**You will learn**

- how large a receptive field is, by formula and by measurement;
- how a shifted image shifts the output, and why not at borders and with strides.
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
# An output pixel sees a window, whose pixels may be outputs of a layer before it. All
# pixels of the image that it depends on in the end are its :term:`receptive field`.
# Here are three layers with all taps 1; the second has stride 2.

layers = [((3, 3), 1), ((2, 3), 2), ((2, 3), 1)]  # kernel and stride
stack = nn.Sequential(*(nn.Conv2d(1, 1, k, s, bias=False) for k, s in layers))
for layer in stack.to(device):
    nn.init.ones_(layer.weight)

# %%
# Count one axis at a time, from one pixel. A layer with kernel :math:`k` and dilation
# :math:`d` adds :math:`d (k - 1)` steps to the view. A step is one pixel at first; each
# stride multiplies it for the layers to come, and the last step is the *jump* from one
# output pixel's view to the next. **How many rows and columns does our stack see?**

rows, _ = receptive_field([(3, 1, 1), (2, 2, 1), (2, 1, 1)])  # kernel, stride, dilation
columns, jump = receptive_field([(3, 1, 1), (3, 2, 1), (3, 1, 1)])
print(rows, "rows and", columns, "columns, jump", jump)
assert (rows, columns) == (1 + 2 * 1 + 1 * 1 + 1 * 2, 1 + 2 * 1 + 2 * 1 + 2 * 2)
assert receptive_field([(3, 1, 2)]) == (1 + 2 * 2, 1)

# %%
# Now measure: a pixel is seen if output pixel 1, counted from 0, has a gradient with
# respect to it. As all taps are 1, the gradient even counts the ways between the two.

X = torch.zeros(1, 1, 8, 13, device=device, requires_grad=True)
(gradient,) = torch.autograd.grad(stack(X)[0, 0, 0, 1], X)
ways = gradient[0, 0].round(decimals=3)
fig, ax = plt.subplots(figsize=(5.6, 3.7), layout="constrained")
frame = (0, jump, rows, columns)
plots.show_grid(ax, ways, title="ways to one output pixel", window=frame)
fig.set_label(
    "An 8 by 13 grid of counts. A frame of 6 rows and 9 columns, from the third on, "
    "holds all that are not zero: from 1 in its corners to 15 in the middle."
)

# %%
# The frame, one jump to the right, is the formula; the numbers are the measurement. The
# two pixels in the middle are heard 15 times each, the corners once: a receptive field
# has a centre, and a rim that hardly matters.

assert (ways[:, jump:][:rows, :columns] > 0).sum() == (ways > 0).sum() == rows * columns
assert ways[0, jump] == 1 and ways.max() == 15 and (ways == 15).sum() == 2

# %%
# A promise: if the image moves, the answer moves along
# -----------------------------------------------------
#
# Every window is treated alike, so a shifted image gives a shifted response. This is
# called :term:`equivariance <equivariant>`. Move the stripe by one column:


def respond(image, **options):
    K = torch.tensor([[[[1.0, -1.0]]]], device=device)
    return functional.conv2d(image[None, None], K, **options)[0, 0]


before = images.striped(2, 8, device=device)
after = before.roll(1, dims=1)
torch.testing.assert_close(respond(after)[:, 1:], respond(before)[:, :-1])

# %%
# Two things break the promise: padding and stride. **What will one zero on each side
# add to the response? And how many edges will the layer find at stride 2?**

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
# Padding adds two edges, which stay put while the image moves. Stride 2 finds no edge
# before the move, as both of them fall between its windows; after it, both.

edges = [respond(image, padding=(0, 1))[:, ::8] for image in (before, after)]
assert torch.stack(edges).round(decimals=3).tolist() == [[[-1, 1]] * 2] * 2
assert respond(before, stride=(1, 2)).round(decimals=3).abs().max() == 0
assert respond(after, stride=(1, 2)).round(decimals=3).tolist() == [[0, 1, 0, -1]] * 2

# %%
# Try it yourself
# ---------------
#
# You know how large a receptive field is. **Where does it lie?** Each layer is a kernel
# size, a stride and a dilation, the first layer first.

ask("seen_pixels")

# %%
# Replace the dots. What ``receptive_field`` returns is all that you need.


def seen_pixels(layers, place): ...  # about 2 lines


check("seen_pixels", seen_pixels)

# %%
# In practice
# -----------
#
# Some networks blur before they skip: then a stride breaks less of the promise.
#
# Further reading
# ---------------
#
# - A. Araujo, W. Norris and J. Sim, `Computing receptive fields of convolutional neural
#   networks <https://distill.pub/2019/computing-receptive-fields/>`__: the formula.
# - W. Luo and others, `Understanding the effective receptive field
#   <https://arxiv.org/abs/1701.04128>`__: why the rim hardly matters.
# - R. Zhang, `Making convolutional networks shift-invariant again
#   <https://arxiv.org/abs/1904.11486>`__: the blur before the stride.
