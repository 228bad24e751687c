r"""
Split channels into groups
==========================

By the end of this page you can build a layer with far fewer weights, and say what it
gives up for that.

**You will need** :ref:`sphx_glr_tutorials_2_layers_plot_4_mix_channels.py`.

**You will learn**

- what ``groups`` does, and why it makes a weight smaller;
- what a depthwise layer is, and why a 1 × 1 layer follows it;
- what each of them costs.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

from convtutor import corr2d, default_device, plots
from convtutor.exercises import ask, check

device = default_device()
torch.manual_seed(0)
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Two layers side by side
# -----------------------
#
# A layer with two :term:`groups` is two layers that do not hear each other. The first
# half of the input channels goes to one, the second half to the other, and the outputs
# are stacked. **What shape does the weight have**, from 4 channels to 6?

layer = nn.Conv2d(4, 6, (1, 3), groups=2, bias=False, device=device)
print(tuple(layer.weight.shape))
assert layer.weight.shape == (6, 4 // 2, 1, 3)

# %%
# Six filters with two kernels each, where a full layer has four: each filter hears its
# own half only. Here is filter 4, counted from 0, by hand: it hears channels 2 and 3.

X = torch.randn(4, 2, 5, device=device)
by_hand = corr2d(X[2], layer.weight[4, 0]) + corr2d(X[3], layer.weight[4, 1])
torch.testing.assert_close(layer(X[None])[0, 4], by_hand)

# %%
# Who listens to whom
# -------------------
#
# With one group per channel the layer is called :term:`depthwise`: each channel is
# filtered by itself. To mix the results, a 1 × 1 layer follows.


def variants(c):
    depthwise = nn.Conv2d(c, c, (3, 5), groups=c, bias=False)
    return {
        "full": nn.Conv2d(c, c, (3, 5), bias=False),
        "2 groups": nn.Conv2d(c, c, (3, 5), groups=2, bias=False),
        "depthwise": depthwise,
        "depthwise, 1 × 1": nn.Sequential(depthwise, nn.Conv2d(c, c, 1, bias=False)),
    }


# %%
# Light one input channel at a time, and note which output channels answer. **Draw the
# four patterns** before you look.

lit = torch.eye(4, device=device)[:, :, None, None].expand(4, 4, 3, 5)
answers = {
    name: (layer.to(device)(lit) != 0)[:, :, 0, 0].T
    for name, layer in variants(4).items()
}
assert [pattern.sum().item() for pattern in answers.values()] == [16, 8, 4, 16]

# %%
fig, axes = plt.subplots(2, 2, figsize=(4.6, 5), layout="constrained")
for ax, (name, pattern) in zip(axes.flat, answers.items(), strict=True):
    plots.show_grid(ax, pattern, title=name)
    ax.set(xlabel="input channel", ylabel="output channel")
fig.set_label(
    "Which output channel answers to which input channel. Full: all do. Two groups: "
    "two blocks of 2 by 2. Depthwise: the diagonal. Depthwise, then 1 by 1: all do."
)

# %%
# Two groups leave two blocks, a depthwise layer leaves the diagonal, and a 1 × 1 layer
# after it brings everything back.
#
# What it costs
# -------------
#
# Now with 64 channels, and 28 × 40 output pixels. Every weight is used once for each.
# **How much does the last layer save?**

for name, layer in variants(64).items():
    weights = sum(weight.numel() for weight in layer.parameters())
    print(f"{name:16} {weights:6,} weights, {weights * 28 * 40:10,} products")

# %%
# More than nine tenths. A full layer multiplies taps by channels; the pair *adds* them:
# 15 taps and 64 channels for each output channel.

assert weights == 64 * (15 + 64) < 64 * 64 * 15 / 10

# %%
# What is given up? In a full layer each pair of channels has a kernel of its own. Here
# all output channels share one kernel per input channel, and only weigh it differently.
# Multiply the two weights out, and you have the full layer that the pair equals:

depthwise, mix = variants(4)["depthwise, 1 × 1"].to(device)
shared = mix.weight * depthwise.weight[:, 0]
X = torch.randn(1, 4, 6, 8, device=device)
torch.testing.assert_close(nn.functional.conv2d(X, shared), mix(depthwise(X)))

# %%
# Try it yourself
# ---------------
#
# More groups, fewer weights; but not every number of groups is allowed. **How few can
# they be?**

ask("fewest_weights")

# %%
# Replace the loop by one line.


def fewest_weights(inputs, outputs, taps): ...  # about 1 line


check("fewest_weights", fewest_weights)

# %%
# In practice
# -----------
#
# A tenth of the products is seldom a tenth of the time. A depthwise layer does so
# little with each number that it mostly waits for memory, above all on a GPU. Count
# first, then measure.
#
# Further reading
# ---------------
#
# - A. Howard and others, `MobileNets <https://arxiv.org/abs/1704.04861>`__: a network
#   of depthwise and 1 × 1 layers, for phones.
# - F. Chollet, `Xception: deep learning with depthwise separable convolutions
#   <https://arxiv.org/abs/1610.02357>`__.
