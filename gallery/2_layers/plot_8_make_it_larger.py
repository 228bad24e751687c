r"""
Make it larger
==============

By the end of this page you can enlarge a feature map with a transposed convolution,
say how large it becomes, and avoid the checkerboard that it may leave.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_3_predict_the_output_shape.py`.

**You will learn** how a transposed convolution stamps its kernel, why its sizes need
``output_padding``, and where the checkerboard comes from.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()
torch.manual_seed(0)
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Here is a map with a single bright pixel, and a kernel of 2 × 3 taps.
# (``default_device`` picks the GPU if there is one, and the CPU otherwise.)

one_pixel = images.impulse(2, 2, row=0, column=1, device=device)
stamp = torch.tensor([[1.0, 2, 0], [0, 3, 1]], device=device)
stamped = torch.zeros(4, 6, device=device)
stamped[0:2, 3:6] = stamp

# %%
fig = plots.show_grids(
    {"a map": one_pixel, "a kernel": stamp, "the larger map": stamped},
    windows={"a map": (0, 1, 1, 1), "the larger map": (0, 3, 2, 3)},
)
fig.set_label(
    "A map of 2 by 2 pixels with a single 1 at the right of its upper row. A kernel "
    "of 2 by 3 taps. The larger map has 4 by 6 pixels, all zero but for the kernel, "
    "which stands framed in its upper right corner.\n\n"
    "Each pixel of the small map stamps the kernel into the large one."
)

# %%
by_call = functional.conv_transpose2d(
    one_pixel[None, None], stamp[None, None], stride=(2, 3)
)
torch.testing.assert_close(by_call[0, 0], stamped)

# %%
# A network that colours a picture in, or says for each pixel what it belongs to, has to
# get from its small maps back to the size of the image. A stride of 2 halves a map.
# What we want is the opposite, a stride of one half, so to speak.

# %%
# Stamp, and add
# --------------
#
# A :term:`transposed convolution` lays one copy of the kernel into the output for each
# pixel of its input, multiplied by that pixel. From one copy to the next it moves on by
# the :term:`stride`. Where copies overlap, they are added.
#
# Take a row of three pixels 1, 2, 3, a kernel with the taps 1, 2, 1, and a stride of 2.
# The first copy is 1, 2, 1 and stands in the columns 0 to 2. The second is 2, 4, 2 and
# stands in the columns 2 to 4. The third is 3, 6, 3. **What is the output?**

row = torch.tensor([[1.0, 2, 3]], device=device)
taps = torch.tensor([[1.0, 2, 1]], device=device)
output = torch.zeros(1, 7, device=device)
for column in range(3):
    start = 2 * column
    output[:, start : start + 3] += row[0, column] * taps
print(output.int().tolist())

# %%
copies = torch.zeros(3, 7)
for column in range(3):
    copies[column, 2 * column : 2 * column + 3] = (row[0, column] * taps[0]).cpu()
fig = plots.show_grids(
    {"three copies of the kernel": copies, "their sum": output}, columns=1
)
fig.set_label(
    "Three rows of seven columns. The first holds 1, 2, 1 in columns 0 to 2, the "
    "second 2, 4, 2 in columns 2 to 4, the third 3, 6, 3 in columns 4 to 6. Their "
    "sum is 1, 2, 3, 4, 5, 6, 3."
)

# %%
X4, K4 = row[None, None], taps[None, None]
library = functional.conv_transpose2d(X4, K4, stride=(1, 2))
torch.testing.assert_close(library[0, 0], output)
assert output[0].tolist() == [1, 2, 3, 4, 5, 6, 3]

# %%
# It is 1, 2, 3, 4, 5, 6, 3. In the columns 2 and 4 two copies overlap: the 3 is 1 + 2,
# and the 5 is 2 + 3. This kernel draws a straight line between the pixels, at twice
# their height; with the taps ½, 1, ½ it would be linear interpolation.

# %%
# There is another way to see it, as a stride of one half. Put a zero between
# neighbouring pixels, so that the map is larger. Then let the kernel slide over it as
# usual, turned by half a turn and with full padding.

spread = torch.zeros(1, 5, device=device)
spread[:, ::2] = row
among_zeros = functional.pad(spread, (2, 2))
by_sliding = corr2d(among_zeros, taps.flip(0, 1))
print("spread:", spread.int().tolist())
print("output:", by_sliding.int().tolist())

# %%
torch.testing.assert_close(by_sliding, output)
X4 = row[None, None]
skewed = torch.tensor([[1.0, 2, 5]], device=device)
by_stamps = functional.conv_transpose2d(X4, skewed[None, None], stride=(1, 2))
torch.testing.assert_close(corr2d(among_zeros, skewed.flip(0, 1)), by_stamps[0, 0])

# %%
# The name comes from a third way. A convolution is the product with a large matrix, and
# this is the product with the transpose of that matrix; see
# :ref:`sphx_glr_tutorials_4_exercises_plot_3_write_correlation_as_a_matrix.py`. The
# same operation carries gradients back through a layer. It does not *undo* a
# convolution, although some call it "deconvolution": it gives back the shape, not the
# numbers.

# %%
pixels = torch.rand(1, 1, 5, 7).to(device).requires_grad_()
lopsided = torch.rand(1, 1, 2, 3).to(device)
shrunk = functional.conv2d(pixels, lopsided, stride=(1, 2))
arriving = torch.rand(1, 1, 4, 3).to(device)
carried_back = torch.autograd.grad(shrunk, pixels, arriving)[0]
enlarged = functional.conv_transpose2d(arriving, lopsided, stride=(1, 2))
torch.testing.assert_close(carried_back, enlarged, rtol=1e-4, atol=1e-4)

# %%
# How large?
# ----------
#
# The first copy of the kernel takes :math:`k` pixels, and each of the other
# :math:`n - 1` pixels adds a step of :math:`s`. So the output has
# :math:`(n - 1) \, s + k` pixels along an axis. Padding works the other way round than
# usual: a padding of :math:`p` *removes* :math:`p` pixels on each side. A map of 5 × 4
# pixels meets a kernel of 3 × 4 taps, with stride 2 and padding 1. **What shape does
# the output have?**

small = torch.zeros(1, 1, 5, 4)
layer = nn.ConvTranspose2d(1, 1, kernel_size=(3, 4), stride=2, padding=1)
larger_shape = tuple(layer(small).shape[2:])
print(larger_shape)

# %%
assert larger_shape == ((5 - 1) * 2 + 3 - 2 * 1, (4 - 1) * 2 + 4 - 2 * 1) == (9, 8)

# %%
# It has 9 × 8 pixels: :math:`4 \cdot 2 + 3 - 2 = 9` rows and
# :math:`3 \cdot 2 + 4 - 2 = 8` columns. Note the second number. With 4 taps, stride 2
# and padding 1, an axis becomes exactly twice as large.

# %%
# A stride rounds the size down, and on the way back one cannot tell what was rounded
# off. With 3 taps at stride 2, 7 pixels shrink to 3, but 8 pixels shrink to 3 as well,
# because no window holds the last one. **How many pixels does a transposed convolution
# make of the 3, with the same kernel and stride?**

shrink = nn.Conv2d(1, 1, kernel_size=(1, 3), stride=(1, 2))
grow = nn.ConvTranspose2d(1, 1, kernel_size=(1, 3), stride=(1, 2))
grow_more = nn.ConvTranspose2d(
    1, 1, kernel_size=(1, 3), stride=(1, 2), output_padding=(0, 1)
)
three = shrink(torch.zeros(1, 1, 1, 8))
grown = grow(three).shape[3]
print("from 3:", grown)
print("with output_padding=1:", grow_more(three).shape[3])

# %%
assert shrink(torch.zeros(1, 1, 1, 7)).shape[3] == three.shape[3] == 3
assert grown == 7
assert grow_more(three).shape[3] == 8
weight = torch.rand(1, 1, 1, 3)
bias = torch.tensor([0.25])
by_call = functional.conv_transpose2d(
    torch.rand(1, 1, 1, 3), weight, bias, stride=(1, 2), output_padding=(0, 1)
)
assert by_call[0, 0, 0, -1] == 0.25
assert grow(three, output_size=(1, 8)).shape[3] == 8

# %%
# It makes 7 of them. To come back to 8 you have to say so: ``output_padding=1`` adds
# one pixel at the end. In spite of its name it does not pad with anything new. It only
# keeps one pixel more at that end, and where no copy of the kernel reaches, as here,
# that pixel holds nothing but the bias. (You may also give the size when you call the
# layer: ``grow(three, output_size=(1, 8))``.)

# %%
# The checkerboard
# ----------------
#
# Pictures from a network sometimes have a fine grid in them that nobody has drawn. We
# can see where it comes from. Take the plainest map there is, four pixels that are all
# 1, and the plainest kernel, the taps 1, 1, 1, at stride 2. **What are the first five
# numbers of the output?**

level = torch.ones(1, 1, 1, 4, device=device)
three_taps = torch.ones(1, 1, 1, 3, device=device)
four_taps = torch.ones(1, 1, 1, 4, device=device)
uneven = functional.conv_transpose2d(level, three_taps, stride=(1, 2))[0, 0, 0]
even = functional.conv_transpose2d(level, four_taps, stride=(1, 2))[0, 0, 0]
print("three taps:", uneven.int().tolist())
print("four taps: ", even.int().tolist())

# %%
assert uneven.tolist() == [1, 1, 2, 1, 2, 1, 2, 1, 1]
assert even.tolist() == [1, 1, 2, 2, 2, 2, 2, 2, 1, 1]

# %%
# They are 1, 1, 2, 1, 2. The map was level, and the output is not: inside, two copies
# overlap at every second place, and at the others there is only one. With four taps two
# copies overlap everywhere, apart from the ends. In general the overlap is even if
# the stride divides the number of taps. Training may find taps that make up for an
# uneven overlap, but it has to find them.

# %%
# In two directions the stripes cross. A level map of 3 × 4 pixels meets a kernel of 3 ×
# 3 taps, all of them 1, at stride 2. **What is the largest number of the output?**

level_map = torch.ones(1, 1, 3, 4, device=device)
nine_taps = torch.ones(1, 1, 3, 3, device=device)
board = functional.conv_transpose2d(level_map, nine_taps, stride=2)[0, 0]
highest = board.max().item()
print(highest)

# %%
fig = plots.show_grids({"a level map, made larger": board})
fig.set_label(
    "A grid of 7 by 9 numbers. Ones, twos and fours alternate in both directions, "
    "like a checkerboard: wherever both the row and the column are even and inside, "
    "there is a 4."
)

# %%
assert highest == 4
assert sorted(board.unique().tolist()) == [1, 2, 4]
torch.testing.assert_close(board[0], uneven)

# %%
# It is 4: two copies overlap in the rows and two in the columns, which makes four
# copies in all.

# %%
# Repeat, then convolve
# ---------------------
#
# There is a way around it. First make the map larger without any weights, by repeating
# each pixel in both directions. Then let an ordinary convolution work on the larger
# map. Each output pixel of a convolution has a whole window, so none of them is
# favoured.

repeated = functional.interpolate(level_map, scale_factor=2, mode="nearest")
smooth = functional.conv2d(repeated, nine_taps)[0, 0]
print(smooth)

# %%
torch.testing.assert_close(smooth, torch.full((4, 6), 9.0, device=device))

# %%
# All of its numbers are 9, because every window of the larger map is full. Let us try
# both ways on the photograph. We make it eight times smaller, so that there is
# something to enlarge, and then double it with 3 × 3 equal taps. (One pixel becomes
# four, so the copy of the kernel that it lays down must add up to 4: nine taps of 4/9.)

photograph = images.photograph(device=device)
tiny = functional.avg_pool2d(photograph[None, None], kernel_size=8)
stamped_large = functional.conv_transpose2d(tiny, nine_taps * 4 / 9, stride=2)[0, 0]
twice = functional.interpolate(tiny, scale_factor=2, mode="nearest")
smooth_large = functional.conv2d(twice, nine_taps / 9)[0, 0]

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.3), layout="constrained")
fig.get_layout_engine().set(wspace=0.06, hspace=0.06)
plots.show_image(axes[0], stamped_large[20:90, 25:95], title="transposed")
plots.show_image(axes[1], smooth_large[20:90, 25:95], title="repeated, convolved")
fig.set_label(
    "The face of Grace Hopper twice, enlarged. Left, by a transposed convolution: a "
    "grid of bright dots lies over the picture. Right, by repeating pixels and then "
    "convolving: a soft picture without a grid."
)

# %%
crossings = stamped_large[2:-2:2, 2:-2:2].mean()
gaps = stamped_large[3:-2:2, 3:-2:2].mean()
assert 3.9 < crossings / gaps < 4.1
smooth_crossings = smooth_large[2:-2:2, 2:-2:2].mean()
smooth_gaps = smooth_large[3:-2:2, 3:-2:2].mean()
assert 0.97 < smooth_crossings / smooth_gaps < 1.03

# %%
# The left picture has a grid all over it: where four copies overlap it is four times as
# bright as where there is only one. The right picture is soft, because the taps are
# equal, but it has no grid.

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. First the
# sizes. **How large does an axis become?**

ask("transposed_size")

# %%
# Replace the dots.


def transposed_size(size, kernel, stride, padding, output_padding): ...  # about 1 line


check("transposed_size", transposed_size)

# %%
# Then the operation itself, with one call of ``corr2d``. **How do you get there?**

ask("transposed_convolution")

# %%
# Replace the dots.


def transposed_convolution(image, kernel, stride): ...  # about 4 lines


check("transposed_convolution", transposed_convolution)

# %%
# In practice
# -----------
#
# :class:`torch.nn.ConvTranspose2d` is the layer with weights. Mind the order of its
# axes: the input channels come first, where those of :class:`torch.nn.Conv2d` have the
# output channels first. :class:`torch.nn.Upsample` repeats pixels or interpolates
# between them.

down = nn.Conv2d(4, 6, kernel_size=(2, 3))
up = nn.ConvTranspose2d(4, 6, kernel_size=(2, 3))
print("Conv2d:         ", tuple(down.weight.shape))
print("ConvTranspose2d:", tuple(up.weight.shape))

# %%
assert down.weight.shape == (6, 4, 2, 3)
assert up.weight.shape == (4, 6, 2, 3)

# %%
# Further reading
# ---------------
#
# - A. Odena, V. Dumoulin and C. Olah, `Deconvolution and checkerboard artifacts
#   <https://distill.pub/2016/deconv-checkerboard/>`__.
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic
#   <https://arxiv.org/abs/1603.07285>`__: with a chapter on the transposed convolution.
# - W. Shi and others, `Real-time single image and video super-resolution
#   <https://arxiv.org/abs/1609.05158>`__: another way, which sorts channels into
#   pixels.
