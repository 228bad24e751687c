r"""
See what a layer sees
=====================

By the end of this page you can say which pixels reach an output pixel through a stack
of layers, and what happens to the output when the image moves.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_3_predict_the_output_shape.py`.

**You will learn** how large a receptive field is, by formula and by measurement, and
when a shifted image shifts the output.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional

from convtutor import default_device, images, plots
from convtutor.exercises import ask, check
from convtutor.shapes import receptive_field

device = default_device()
torch.manual_seed(0)
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
fig, ax = plt.subplots(figsize=(5.4, 2.5), layout="constrained")
names = ("image", "first output", "second output")
for level, seen in enumerate(((2, 3, 4, 5, 6), (3, 4, 5), (4,))):
    height = 1.7 * level
    ax.text(-0.3, height + 0.43, names[level], ha="right", va="center", size=12)
    for column in range(9):
        colour = plots.ORANGE if column in seen else plots.GREY
        ax.add_patch(plt.Rectangle((column, height), 0.86, 0.86, color=colour))
    for column in seen if level > 0 else ():
        for tap in (column - 1, column, column + 1):
            across, up = (column + 0.43, tap + 0.43), (height, height - 0.84)
            ax.plot(across, up, color=plots.ORANGE, linewidth=1.5)
ax.set(xlim=(-3.2, 9.1), ylim=(-0.1, 4.4), aspect="equal")
ax.set_axis_off()
fig.set_label(
    "Three rows of nine pixels, one above the other. One pixel of the top row, the "
    "second output, is connected to three pixels of the first output, and these to "
    "five pixels of the image.\n\n"
    "After two layers of three taps, an output pixel depends on five pixels of the "
    "image."
)

# %%
# How far can it see?
# -------------------
#
# A pixel of a layer's output depends on one window of its input. If that input is
# itself the output of a layer, then each pixel of the window depends on a window
# further down. All the pixels of the image that an output pixel depends on in the end
# are its :term:`receptive field`.
#
# Count one axis at a time. Begin with a view of one pixel. A layer with a kernel of
# :math:`k` taps and dilation :math:`d` adds :math:`d (k - 1)` steps to the view. A step
# is one pixel long at first, and each stride multiplies the length of the steps for the
# layers that come *after* it.
#
# Take three layers, with kernels of 3 × 3, 2 × 3 and 2 × 3 taps. The second has a
# stride of 2. Count the rows first. From top to bottom, the view is
# :math:`1 + 2 \cdot 1 + 1 \cdot 1 + 1 \cdot 2 = 6` pixels: the last layer's step is 2
# pixels long. **How many columns does an output pixel see?**

rows, jump = receptive_field([(3, 1, 1), (2, 2, 1), (2, 1, 1)])
columns, jump = receptive_field([(3, 1, 1), (3, 2, 1), (3, 1, 1)])
print(rows, "rows and", columns, "columns")

# %%
assert rows == 1 + 2 * 1 + 1 * 1 + 1 * 2 == 6
assert columns == 1 + 2 * 1 + 2 * 1 + 2 * 2 == 9
assert jump == 2
assert receptive_field([(3, 1, 2)]) == (1 + 2 * 2, 1)

# %%
# It sees 9 columns: :math:`1 + 2 \cdot 1 + 2 \cdot 1 + 2 \cdot 2`. (For each layer,
# :func:`convtutor.shapes.receptive_field` takes the kernel, the stride and the dilation
# along one axis. It returns the size of the view, and the *jump* from one output
# pixel's view to the next one's, which is the product of all strides, here 2.)

# %%
# Measure it
# ----------
#
# We can find the same out by experiment. Build the three layers with all taps 1, so
# that nothing cancels. Light one pixel of an image of 8 × 13 at a time, and look at a
# single output pixel: number 1 of the first row, counted from 0. If it is not zero, the
# pixel is in its receptive field.

stack = nn.Sequential(
    nn.Conv2d(1, 1, kernel_size=(3, 3), bias=False),
    nn.Conv2d(1, 1, kernel_size=(2, 3), stride=2, bias=False),
    nn.Conv2d(1, 1, kernel_size=(2, 3), bias=False),
).to(device)
for layer in stack:
    nn.init.ones_(layer.weight)

# %%
# ``torch.eye(104)`` has 104 rows with a single 1 in each. Reshaped, these are 104
# images, and in each of them another pixel is lit. The number that comes out also says
# in how many ways the pixel reaches the output. **In how many ways does a corner of the
# receptive field reach it?**

one_lit = torch.eye(8 * 13, device=device).reshape(104, 1, 8, 13)
answers = stack(one_lit)[:, 0, 0, 1].detach()
ways = answers.reshape(8, 13).round(decimals=3)
corner = ways[0, jump].item()
print("corner:", corner)

# %%
fig = plots.show_grids(
    {"ways to one output pixel": ways},
    windows={"ways to one output pixel": (0, jump, rows, columns)},
)
fig.set_label(
    "An 8 by 13 grid of counts. A frame of 6 rows and 9 columns, from the third "
    "column on, holds all that are not zero: from 1 in its corners to 15 in the "
    "middle."
)

# %%
inside = ways[:rows, jump : jump + columns]
assert (inside > 0).all()
assert (ways > 0).sum() == rows * columns
assert corner == 1 and ways[rows - 1, jump + columns - 1] == 1
assert ways.max() == 15 and (ways == 15).sum() == 2

# %%
# A corner reaches it in one way only, and the two pixels in the middle reach it in 15.
# The frame in the figure is the formula, one jump to the right because we asked for
# output pixel 1, and the numbers in it are the measurement: they agree.

# %%
# So with equal taps the middle counts most, because many paths lead through it. With
# other taps it may be different: training can make a tap at the rim large, or a path
# can be closed by a ReLU. The receptive field says what an output pixel *can* see, and
# not how much it makes of it.

# %%
# A promise: if the image moves, the answer moves along
# -----------------------------------------------------
#
# A layer treats all windows alike, so a shifted image gives a shifted response. This is
# called :term:`equivariance <equivariant>`. Here is a stripe, moved to the right by one
# column, and the response of the kernel 1, −1 before and after.

K = torch.tensor([[[[1.0, -1.0]]]], device=device)
before = images.striped(2, 8, device=device)[None, None]
after = before.roll(1, dims=3)
response_before = functional.conv2d(before, K)
response_after = functional.conv2d(after, K)
print("before:", response_before[0, 0, 0].int().tolist())
print("after: ", response_after[0, 0, 0].int().tolist())

# %%
torch.testing.assert_close(response_after[..., 1:], response_before[..., :-1])

# %%
# Zeros at the border break the promise. They do not move along, and where the bright
# image meets them there is an edge that belongs to the frame and not to the picture.
# With one column of zeros per side, the layer finds four edges in the stripe before the
# move. **In which two columns do edges stay where they are, when the stripe moves?**
# (The response has nine columns, 0 to 8.)

padded_before = functional.conv2d(before, K, padding=(0, 1))
padded_after = functional.conv2d(after, K, padding=(0, 1))
stay = (padded_before == padded_after) & (padded_before != 0)
columns_that_stay = stay[0, 0, 0].nonzero().flatten().tolist()
print("before:", padded_before[0, 0, 0].int().tolist())
print("after: ", padded_after[0, 0, 0].int().tolist())

# %%
fig = plots.show_grids(
    {
        "image, before": before[0, 0],
        "with padding, before": padded_before[0, 0],
        "image, after": after[0, 0],
        "with padding, after": padded_after[0, 0],
    },
    columns=1,
)
fig.set_label(
    "A striped image before and after its move, and below each the response with "
    "padding: the two edges of the stripe move along, the outermost ones stay where "
    "they are."
)

# %%
assert columns_that_stay == [0, 8]
assert padded_before[0, 0, 0].count_nonzero() == 4

# %%
# They stay in the columns 0 and 8, the first and the last. Only the stripe's own edges
# move along.

# %%
# Not every padding breaks the promise. With *circular* padding the window that hangs
# over the border sees the opposite side. If the image moves in a circle, so that what
# leaves on the right comes in on the left, the response moves in the same circle.

circular = nn.Conv2d(
    1, 1, kernel_size=(1, 3), padding=(0, 1), padding_mode="circular", bias=False
).to(device)
circular_before = circular(before)
circular_after = circular(after)

# %%
torch.testing.assert_close(circular_after, circular_before.roll(1, dims=3))

# %%
# A stride breaks the promise as well, because it looks at every second window only. But
# it does not break it for all moves. We begin with the stripe as it is after its move,
# and move it further. **By how many columns must the image move at least, so that a
# layer with stride 2 gives the same answers, moved along by one?**


def strided(image):
    return functional.conv2d(image, K, stride=(1, 2))[0, 0, 0]


for distance in (0, 1, 2):
    answers = strided(after.roll(distance, dims=3))
    print(f"moved by {distance}:", answers.int().tolist())

# %%
assert strided(after).tolist() == [0, 1, 0, -1]
assert strided(after.roll(1, dims=3)).count_nonzero() == 0
torch.testing.assert_close(strided(after.roll(2, dims=3)), strided(after).roll(1))
several = torch.rand(2, 1, 4, 12).to(device)
taps = torch.rand(1, 1, 2, 2).to(device)
first = functional.conv2d(several, taps, stride=2)
second = functional.conv2d(several.roll((2, 4), dims=(2, 3)), taps, stride=2)
torch.testing.assert_close(second, first.roll((1, 2), dims=(2, 3)))

# %%
# It must move by two columns. Then each window holds what the window before it held,
# and the answers 1 and −1 stand one place further. (This move is circular again, so
# that the −1 comes back in on the left.) After a move by one column both edges fall
# between the windows, and the layer sees none. A stride keeps the promise for moves by
# a multiple of itself, and breaks it for all others.
# :ref:`sphx_glr_tutorials_2_layers_plot_7_pool_and_blur_before_you_skip.py` shows how
# to make this better.

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. You know how
# large a receptive field is. **Where does it lie?** Each layer is a kernel size, a
# stride and a dilation, the first layer first.

ask("seen_pixels")

# %%
# Replace the dots. What ``receptive_field`` returns is all that you need.


def seen_pixels(layers, place): ...  # about 2 lines


check("seen_pixels", seen_pixels)

# %%
# In practice
# -----------
#
# To see more of the image, a network can use larger kernels, more layers, strides or
# dilation. Two layers of 3 × 3 taps see as much as one of 5 × 5, with 18 weights in
# place of 25, and there is room for a ReLU between them.

two_small, _ = receptive_field([(3, 1, 1), (3, 1, 1)])
one_large, _ = receptive_field([(5, 1, 1)])
print(two_small, one_large)

# %%
assert two_small == one_large == 5
assert 2 * 3 * 3 == 18 < 5 * 5

# %%
# Further reading
# ---------------
#
# - A. Araujo, W. Norris and J. Sim, `Computing receptive fields of convolutional neural
#   networks <https://distill.pub/2019/computing-receptive-fields/>`__: the formula.
# - W. Luo and others, `Understanding the effective receptive field
#   <https://arxiv.org/abs/1701.04128>`__: how much the middle counts in real networks.
# - R. Zhang, `Making convolutional networks shift-invariant again
#   <https://arxiv.org/abs/1904.11486>`__: strides and the promise.
