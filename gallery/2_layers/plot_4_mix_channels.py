r"""
Mix channels
============

By the end of this page you can say what a layer with many channels computes, how many
numbers it learns, how many products it takes, and how to hand it a colour picture.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`.

**You will learn** how kernels make a filter and filters a layer, how to count, how a
picture becomes a tensor, and what a 1 × 1 kernel is good for.
"""

from contextlib import suppress

import matplotlib.pyplot as plt
import torch
from matplotlib import cbook
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()
torch.manual_seed(0)
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Matplotlib comes with a photograph of the computer scientist Grace Hopper. It is in
# colour, and read as a NumPy array.

file = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
picture = plt.imread(file)

# %%
fig, axes = plt.subplots(2, 2, figsize=(4.4, 5.4), layout="constrained")
fig.get_layout_engine().set(wspace=0.06, hspace=0.06)
colours = torch.tensor(picture / 255)
plots.show_image(axes[0, 0], colours, title="picture")
plots.show_image(axes[0, 1], colours[:, :, 0], title="red")
plots.show_image(axes[1, 0], colours[:, :, 1], title="green")
plots.show_image(axes[1, 1], colours[:, :, 2], title="blue")
fig.set_label(
    "The photograph of Grace Hopper in colour, and with it its red, its green and "
    "its blue channel, each in shades of grey. The blue backdrop is brightest in "
    "the blue channel, and the red stripes of the flag in the red one.\n\n"
    "A colour picture is three images of the same place."
)

# %%
# A colour picture has three :term:`channels <channel>`. Deep in a network, a layer has
# hundreds: each is an image that says where something was found.

# %%
# Many in: one kernel each, then add
# ----------------------------------
#
# We want one number for each place that takes all channels into account. The layer has
# a kernel of its own for each channel, and all of them together are called a
# :term:`filter`. Each channel is cross-correlated with its own kernel, and the
# responses are added. Their sum is one :term:`feature map`. Here are two channels and
# two kernels.

X = torch.tensor(
    [
        [[1.0, 2, 0, 1], [0, 1, 3, 0]],  # channel 0
        [[0.0, 1, 1, 0], [2, 1, 0, 3]],  # channel 1
    ],
    device=device,
)
K = torch.tensor([[[1.0, 0, -1]], [[0, 2, 0]]], device=device)
print("channel 0:", X[0], "its kernel:", K[0], sep="\n")
print("channel 1:", X[1], "its kernel:", K[1], sep="\n")

# %%
# Take the first window: 1, 2, 0 in channel 0 and 0, 1, 1 in channel 1. **What is the
# first number of the feature map?**

response_0 = corr2d(X[0], K[0])
response_1 = corr2d(X[1], K[1])
feature_map = response_0 + response_1
print(feature_map)

# %%
fig = plots.show_grids(
    {
        "channel 0": X[0],
        "kernel 0": K[0],
        "response 0": response_0,
        "channel 1": X[1],
        "kernel 1": K[1],
        "response 1": response_1,
        "sum of both responses": feature_map,
    },
    windows={
        "channel 0": (0, 0, 1, 3),
        "channel 1": (0, 0, 1, 3),
        "sum of both responses": (0, 0, 1, 1),
    },
    columns=3,
)
fig.set_label(
    "Two rows of channel, kernel and response, and below them the sum of both "
    "responses. The first window is framed in both channels, and its 3 in the sum."
)

# %%
assert round(feature_map[0, 0].item(), 3) == 3
library = nn.functional.conv2d(X[None], K[None])
torch.testing.assert_close(library[0, 0], feature_map)

# %%
# It is 3. In channel 0 the sum is 1 · 1 + 2 · 0 + 0 · (−1) = 1, in channel 1 it is 0 ·
# 0 + 1 · 2 + 1 · 0 = 2, and 1 + 2 = 3. The two channels have become one map. PyTorch's
# ``conv2d`` computes the same.

# %%
# Many out: one filter each
# -------------------------
#
# A layer that should look for more than one thing has more filters, and each gives a
# feature map of its own. Each filter also has a :term:`bias`, one number that is added
# to its whole map. A layer makes 5 channels out of 2, with kernels of 1 × 3 taps. **How
# many numbers does this layer learn?**

layer = nn.Conv2d(2, 5, kernel_size=(1, 3), device=device)
print("weight:", tuple(layer.weight.shape))
print("bias:  ", tuple(layer.bias.shape))
learnable = layer.weight.numel() + layer.bias.numel()
print("numbers:", learnable)

# %%
assert learnable == 5 * 2 * 1 * 3 + 5 == 35

# %%
# It learns 35 numbers: 5 filters of 2 kernels of 3 taps make 30, and there are 5
# biases. The axes of ``weight`` stand in this order: which output, which input, which
# row, which column. So ``layer.weight[o, c]`` is the kernel that output channel ``o``
# has for input channel ``c``, and the whole layer is a double loop over our own
# operation.

maps = []
for o in range(5):
    total = layer.bias[o]
    for c in range(2):
        total = total + corr2d(X[c], layer.weight[o, c])
    maps.append(total)
by_hand = torch.stack(maps)

# %%
torch.testing.assert_close(layer(X[None])[0], by_hand)

# %%
# (``X[None]`` adds an axis in front, because a layer expects a whole :term:`batch` of
# images. Ours is a batch of one, and ``[0]`` takes the only result out of it.)

# %%
# And the work?
# -------------
#
# A layer uses each number of its weight once for each output pixel. Our feature maps
# have 2 × 2 pixels, so the layer takes 30 · 4 = 120 products. PyTorch can count them:
# its counter counts products and sums, which makes twice as many.

with FlopCounterMode(display=False) as counter:
    layer(X[None])
products = counter.get_total_flops() // 2
print(products, "products")

# %%
assert products == layer.weight.numel() * 4 == 120

# %%
# Now make the layer wider: 4 channels go in, and 10 come out, twice as many as before
# on either side. **By what factor does the number of products grow?**

wide = nn.Conv2d(4, 10, kernel_size=(1, 3), device=device)
four_channels = X.repeat(2, 1, 1)  # our two channels, twice
with FlopCounterMode(display=False) as counter:
    wide(four_channels[None])
factor = counter.get_total_flops() // 2 / products
print(factor)

# %%
assert factor == 4

# %%
# It grows by a factor of 4. There is a kernel for every *pair* of an input and an
# output channel, and twice as many on both sides make four times as many pairs.

# %%
# From a picture to a tensor
# --------------------------
#
# A picture that comes from NumPy, from PIL or from a camera is not yet what a layer
# takes. Ours looks like this.

print(picture.shape, picture.dtype, picture.min(), picture.max())

# %%
# Three things have to change.
#
# - The channels stand last, and PyTorch wants them first: ``permute(2, 0, 1)`` puts
#   axis 2 in front of the axes 0 and 1.
# - The numbers are whole, from 0 to 255, in 8 bits. A sum that is too large for 8 bits
#   begins again at 0, so 200 + 100 would be 44. We make them fractions from 0 to 1.
# - There is no axis for the batch. ``[None]`` adds it.
#
# (PIL's images become arrays by ``numpy.asarray(image)``. An image read by OpenCV has
# its colours in the order blue, green, red; ``picture[:, :, ::-1].copy()`` turns it
# around.) **What shape will the tensor have?**

pixels = torch.tensor(picture)
pixels = pixels.permute(2, 0, 1)
pixels = pixels.float() / 255
batch = pixels[None].to(device)
print(tuple(batch.shape), batch.dtype)

# %%
assert batch.shape == (1, 3, 600, 512)
assert 0 <= batch.min() < 0.05 and 0.95 < batch.max() <= 1
eight_bits = torch.tensor([200], dtype=torch.uint8)
assert (eight_bits + torch.tensor([100], dtype=torch.uint8)).item() == 44
rgb_layer = nn.Conv2d(3, 1, kernel_size=3)
without_permute = torch.tensor(picture).float()[None]
without_float = torch.tensor(picture).permute(2, 0, 1)[None]
with suppress(RuntimeError):  # it is refused
    assert rgb_layer(without_permute) is None
with suppress(RuntimeError):  # it is refused
    assert rgb_layer(without_float) is None

# %%
# It has the shape (1, 3, 600, 512): one image, three channels, 600 rows and 512
# columns. If you forget ``permute``, PyTorch says that it expected 3 channels but got
# 600. If you forget ``float``, it says that the input and the weight are not of the
# same type.

# %%
# 1 × 1: mix colours, and look at no neighbour
# --------------------------------------------
#
# A filter of 1 × 1 kernels has one tap for each channel. It sees a single pixel, in all
# its channels, so it can weigh colours. Here are two such filters. The first has the
# taps 0.299, 0.587 and 0.114, which is how bright red, green and blue seem to our eyes.
# The second has 1, −0.5 and −0.5, and measures how red a pixel is.
#
# A grey pixel has the same amount of all three colours. Its redness is 0, because the
# three taps add up to 0. **What is the redness of a pure blue pixel, which has 0, 0 and
# 1?**

mix = torch.tensor([[0.299, 0.587, 0.114], [1.0, -0.5, -0.5]], device=device)
weight = mix.reshape(2, 3, 1, 1)
brightness, redness = nn.functional.conv2d(batch, weight)[0]
pure_blue = torch.tensor([0.0, 0.0, 1.0], device=device)
blue_redness = (mix[1] * pure_blue).sum().item()
print(blue_redness)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.5), layout="constrained")
fig.get_layout_engine().set(wspace=0.06, hspace=0.06)
plots.show_image(axes[0], brightness, title="brightness")
plots.show_response(axes[1], redness, title="redness")
fig.set_label(
    "The photograph of Grace Hopper twice. Left, brightness in shades of grey. "
    "Right, redness: her face and a stripe of the flag are orange, the backdrop and "
    "the flag's field are blue, and her black uniform and white shirt are both "
    "pale."
)

# %%
assert mix[1].sum() == 0 and blue_redness == -0.5
assert redness[140:165, 200:320].mean() > 0.1
assert redness[50:250, 400:490].mean() < 0
torch.testing.assert_close(brightness, images.photograph(device=device))
by_matrix = torch.einsum("oc,chw->ohw", mix, batch[0])
torch.testing.assert_close(torch.stack([brightness, redness]), by_matrix)

# %%
# It is −0.5. The figure draws negative numbers in blue, and it does so where the
# picture is blue. Her face is orange, since skin is more red than green or blue. Black
# and white are both pale, because neither is red. At each pixel, a 1 × 1 layer
# multiplies the vector of channels by a matrix, here of 2 × 3 numbers.

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. A layer is
# followed by a 1 × 1 layer, with nothing in between. Both are linear, so one layer
# could do the work of both. **Which weight does it have?**

ask("merge_layers")

# %%
# Replace the dots.


def merge_layers(weight, mix): ...  # about 1 line


check("merge_layers", merge_layers)

# %%
# You have seen how a picture becomes a tensor. **Can you write it as a function?**

ask("picture_to_tensor")

# %%
# Replace the dots.


def picture_to_tensor(picture): ...  # about 1 line


check("picture_to_tensor", picture_to_tensor)

# %%
# One can also think of the channels as a third direction, besides rows and columns, in
# which the kernel is as deep as the image and therefore cannot move. PyTorch's
# ``conv3d`` slides in three directions. **Which image and which kernels do you have to
# give it, to get the same numbers?**

ask("channels_as_depth")

# %%
# Replace the dots.


def channels_as_depth(image, weight): ...  # about 1 line


check("channels_as_depth", channels_as_depth)

# %%
# In practice
# -----------
#
# Since weights grow with the product of the channels, a network may mix 512 channels
# down to 64 by a 1 × 1 layer, and only then let 3 × 3 kernels make 512 of them again.
# The two layers together have less than a seventh of the weights.

direct = 512 * 512 * 3 * 3
in_two_steps = 512 * 64 + 64 * 512 * 3 * 3
print(f"{direct:,} or {in_two_steps:,} weights")

# %%
assert in_two_steps < direct / 7

# %%
# Further reading
# ---------------
#
# - M. Lin, Q. Chen and S. Yan, `Network in network
#   <https://arxiv.org/abs/1312.4400>`__: the paper that made 1 × 1 layers popular.
# - :ref:`sphx_glr_tutorials_2_layers_plot_5_split_channels_into_groups.py`: layers that
#   do without most of these weights.
