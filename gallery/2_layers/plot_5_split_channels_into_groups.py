r"""
Split channels into groups
==========================

By the end of this page you can build a layer with far fewer weights, and say what it
gives up for that.

**You will need** :ref:`sphx_glr_tutorials_2_layers_plot_4_mix_channels.py`.

**You will learn** what ``groups`` does, what a depthwise layer is and why a 1 × 1 layer
follows it, and what each of them costs.
"""

import torch
from torch import nn

from convtutor import corr2d, default_device, plots
from convtutor.exercises import ask, check

device = default_device()
torch.manual_seed(0)
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
full = torch.ones(6, 4)
two_groups = torch.block_diag(torch.ones(3, 2), torch.ones(3, 2))
fig = plots.show_grids({"full layer": full, "two groups": two_groups})
fig.set_label(
    "Which output channel listens to which input channel, for 4 inputs and 6 "
    "outputs. In the full layer each output listens to each input. With two groups, "
    "the first three outputs listen to the first two inputs, the last three to the "
    "last two.\n\n"
    "Rows are output channels, and columns are input channels. A 1 says that the "
    "output listens to the input."
)

# %%
# Two layers side by side
# -----------------------
#
# A full layer has a kernel for every pair of an input and an output channel, and that
# becomes expensive when there are many channels. A layer with two :term:`groups` is two
# smaller layers side by side. The first half of the input channels goes to one of them,
# the second half to the other, and their outputs are put together again.
#
# The weight of a full layer from 4 channels to 6, with kernels of 1 × 3 taps, has the
# shape (6, 4, 1, 3): which output, which input, row, column. **What shape does the
# weight have with two groups?**

grouped = nn.Conv2d(4, 6, (1, 3), groups=2, bias=False, device=device)
weight_shape = tuple(grouped.weight.shape)
print(weight_shape)

# %%
assert weight_shape == (6, 4 // 2, 1, 3)

# %%
# It has the shape (6, 2, 1, 3). There are still six filters, but each has only two
# kernels, because it listens to two channels. So the layer has half of the weights.

# %%
# The second axis counts within the group. Output channel 4 belongs to the second group
# (we count from 0), so its kernels ``weight[4, 0]`` and ``weight[4, 1]`` are for the
# input channels 2 and 3. Here it is by hand.

X = torch.randn(4, 2, 5).to(device)
by_hand = corr2d(X[2], grouped.weight[4, 0]) + corr2d(X[3], grouped.weight[4, 1])
by_layer = grouped(X[None])[0, 4]
print(by_hand.detach())
print(by_layer.detach())

# %%
torch.testing.assert_close(by_layer, by_hand)

# %%
# One group for each channel
# --------------------------
#
# With as many groups as input channels the layer is called :term:`depthwise`: each
# channel is filtered by itself. There are 4 · 4 = 16 pairs of an input and an output
# channel. **In how many of these pairs does the output depend on the input, if the
# layer is depthwise?**

depthwise = nn.Conv2d(4, 4, (3, 5), groups=4, bias=False, device=device)
one_lit = torch.eye(4, device=device).reshape(4, 4, 1, 1)
one_lit = one_lit.repeat(1, 1, 3, 5)
depthwise_pattern = (depthwise(one_lit) != 0)[:, :, 0, 0].T
pairs = depthwise_pattern.sum().item()
print(pairs, "of 16 pairs")

# %%
assert torch.equal(depthwise_pattern, torch.eye(4, device=device).bool())

# %%
# There are 4 such pairs: each output channel depends on the input channel of the same
# number, and on no other. (The code lights one input channel at a time, and notes which
# output channels are not zero. ``torch.eye`` makes the identity matrix, so image number
# ``i`` of the four has ones in channel ``i`` and zeros in the others.)

# %%
# Channels that never meet cannot be compared: such a layer could not tell red from
# grey. That is why a 1 × 1 layer follows. It looks at no neighbours, but it mixes all
# channels. **In how many of the 16 pairs does the output depend on the input after both
# layers?**

mix = nn.Conv2d(4, 4, kernel_size=1, bias=False, device=device)
both_pattern = (mix(depthwise(one_lit)) != 0)[:, :, 0, 0].T
pairs_after_both = both_pattern.sum().item()
print(pairs_after_both, "of 16 pairs")

# %%
fig = plots.show_grids(
    {"depthwise": depthwise_pattern, "depthwise, then 1 × 1": both_pattern}
)
fig.set_label(
    "Which output channel answers to which input channel. Depthwise: the diagonal "
    "only. Depthwise, then 1 by 1: every output answers to every input.\n\n"
    "Again, rows are output channels, and columns are input channels."
)

# %%
assert pairs_after_both == 16

# %%
# In all of them. The depthwise layer looks around, the 1 × 1 layer mixes, and together
# they connect everything that a full layer connects.

# %%
# What it costs
# -------------
#
# Now take a layer of a usual size: 64 channels in, 64 out, and kernels of 3 × 5 taps.
# The full layer has 64 · 64 · 15 = 61,440 weights. **How many weights do the depthwise
# and the 1 × 1 layer have together?**

channels, taps = 64, 15
full_weights = channels * channels * taps
depthwise_weights = channels * taps
mix_weights = channels * channels
pair_weights = depthwise_weights + mix_weights
print(f"full layer: {full_weights:6,}")
print(f"the pair:   {pair_weights:6,}")

# %%
full_layer = nn.Conv2d(64, 64, (3, 5), bias=False)
depthwise_layer = nn.Conv2d(64, 64, (3, 5), groups=64, bias=False)
mix_layer = nn.Conv2d(64, 64, 1, bias=False)
assert full_layer.weight.numel() == full_weights == 61_440
assert depthwise_layer.weight.numel() + mix_layer.weight.numel() == pair_weights
assert pair_weights == 64 * (15 + 64) == 5_056
assert 0.08 < pair_weights / full_weights < 0.0825

# %%
# They have 5,056, which is about 8 percent. The full layer has 15 · 64 weights for each
# output channel: the number of taps times the number of channels. The pair has only
# 15 + 64, the sum of the two. Each weight is used once for each output pixel in both
# cases, so the number of products is 8 percent as well.

# %%
# What is given up
# ----------------
#
# In a full layer each pair of channels has a kernel of its own. In the pair of layers
# all output channels share the same kernel for an input channel, and only give it
# different weights. We can multiply the two weights with each other, and get the weight
# of a full layer that does the same.

shared = mix.weight * depthwise.weight[:, 0]
print("1 × 1:", tuple(mix.weight.shape))
print("depthwise:", tuple(depthwise.weight[:, 0].shape))
print("product:", tuple(shared.shape))

# %%
image = torch.randn(1, 4, 6, 8).to(device)
torch.testing.assert_close(nn.functional.conv2d(image, shared), mix(depthwise(image)))

# %%
# (PyTorch repeats the axes of size 1 until the shapes match. So each number of the 1 ×
# 1 weight multiplies a whole kernel of 3 × 5 taps.)
#
# In the product, ``shared[0, 2]`` and ``shared[1, 2]`` are multiples of the same
# kernel. In a full layer they could be any two. The pair saves weights because it gives
# up this freedom.

# %%
assert torch.linalg.matrix_rank(shared[:, 2].reshape(4, 15).cpu()) == 1
free = torch.randn(4, 4, 3, 5)
assert torch.linalg.matrix_rank(free[:, 2].reshape(4, 15)) == 4

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. More groups
# mean fewer weights, but not every number of groups is allowed. **How few weights can
# there be?**

ask("fewest_weights")

# %%
# Replace the dots.


def fewest_weights(inputs, outputs, taps): ...  # about 1 line


check("fewest_weights", fewest_weights)

# %%
# In practice
# -----------
#
# Few products do not always mean little time. Before a number can be multiplied it has
# to be fetched from memory, and that takes longer than the product. Here is how many
# products each of our layers makes for each number that it reads from an image or
# writes to one.

numbers_moved = channels + channels  # in and out, for each pixel
print(f"full layer: {full_weights / numbers_moved:5.1f} products a number")
print(f"depthwise:  {depthwise_weights / numbers_moved:5.1f} products a number")

# %%
assert full_weights / numbers_moved == 480
assert depthwise_weights / numbers_moved == 7.5

# %%
# The full layer makes 480 of them, and the depthwise layer 7.5. With so few products
# for each number, the machine may have to wait for its memory. How long it waits
# differs from machine to machine, so count first, and then measure on yours.
#
# Further reading
# ---------------
#
# - A. Howard and others, `MobileNets <https://arxiv.org/abs/1704.04861>`__: a network
#   of depthwise and 1 × 1 layers, for phones.
# - F. Chollet, `Xception: deep learning with depthwise separable convolutions
#   <https://arxiv.org/abs/1610.02357>`__.
# - X. Zhang and others, `ShuffleNet <https://arxiv.org/abs/1707.01083>`__: shuffle the
#   channels, so that each group gets some from every other one.
