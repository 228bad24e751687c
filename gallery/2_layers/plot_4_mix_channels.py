r"""
Mix channels
============

By the end of this page you can say what a layer with many channels computes, how many
numbers it learns and how many products it takes.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`.

**You will learn**

- how kernels make a filter, and filters a layer;
- how to count its weights and its work;
- what a 1 × 1 kernel is good for.
"""

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
# Many in: one kernel each, then add
# ----------------------------------
#
# A colour image has three :term:`channels <channel>`; deep in a network, a layer has
# hundreds. Here are two, and a kernel for each; together the kernels are called a
# :term:`filter`. Each channel is cross-correlated with its own kernel, and the
# responses are added. The sum is one :term:`feature map`.

X = torch.tensor([[[1, 2, 0, 1], [0, 1, 3, 0]], [[0, 1, 1, 0], [2, 1, 0, 3]]])
K = torch.tensor([[[1, 0, -1]], [[0, 2, 0]]])
X, K = X.float().to(device), K.float().to(device)
responses = [corr2d(X[0], K[0]), corr2d(X[1], K[1])]
Y = responses[0] + responses[1]
torch.testing.assert_close(nn.functional.conv2d(X[None], K[None])[0, 0], Y)

# %%
panels = [["X0", "K0", "Y0", "sum"], ["X1", "K1", "Y1", "sum"]]
fig, axes = plt.subplot_mosaic(panels, figsize=(5.6, 2.7), width_ratios=(4, 3, 2, 2))
fig.set_layout_engine("constrained")
plots.show_grid(axes["sum"], Y, title="sum")
for c in (0, 1):
    plots.show_grid(axes[f"X{c}"], X[c], title=f"channel {c}")
    plots.show_grid(axes[f"K{c}"], K[c], title=f"kernel {c}")
    plots.show_grid(axes[f"Y{c}"], responses[c], title="response")
fig.set_label("Two rows of channel, kernel and response; beside them the sum of both.")

# %%
# Many out: one filter each
# -------------------------
#
# For more answers a layer has more filters, each with a bias. **How many numbers does
# this layer learn**, from 2 channels to 5, with kernels of 1 × 3?

layer = nn.Conv2d(2, 5, kernel_size=(1, 3), device=device)
print("weight:", tuple(layer.weight.shape), "bias:", tuple(layer.bias.shape))
assert sum(parameter.numel() for parameter in layer.parameters()) == 5 * 2 * 1 * 3 + 5

# %%
# 35: output channels × input channels × taps, and five biases. All of it by hand:

for o in range(5):
    by_hand = sum(corr2d(X[c], layer.weight[o, c]) for c in range(2)) + layer.bias[o]
    torch.testing.assert_close(layer(X[None])[0, o], by_hand)

# %%
# And the work? Every weight, biases aside, is used once for each of 4 output pixels.
# PyTorch's counter counts products and sums, so it says twice as much.

with FlopCounterMode(display=False) as counter:
    layer(X[None])
print("products:", counter.get_total_flops() // 2)
assert counter.get_total_flops() // 2 == layer.weight.numel() * 4 == 120

# %%
# 1 × 1: mix, and look at no neighbour
# ------------------------------------
#
# A filter of 1 × 1 kernels sees one pixel, in all its channels: it can weigh colours.
# Of the two below, one measures brightness and the other how red a pixel is. **What is
# the redness of black, of white, of any grey between them, and of a pure blue?**

file = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
X = torch.tensor(plt.imread(file) / 255).permute(2, 0, 1).float().to(device)
K = torch.tensor([[0.299, 0.587, 0.114], [1.0, -0.5, -0.5]], device=device)
Y = nn.functional.conv2d(X[None], K[..., None, None])[0]
torch.testing.assert_close(Y[0], images.photograph(device=device))

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.5), layout="constrained")
plots.show_image(axes[0], Y[0], title="brightness")
plots.show_response(axes[1], Y[1], title="redness")
fig.set_label(
    "The photograph of Grace Hopper twice. Left, brightness in shades of grey. Right, "
    "redness: her face and a stripe of the flag are orange, the backdrop and the "
    "flag's field are blue, and her black uniform and white shirt are both pale."
)

# %%
# Black cloth and white are pale: the taps 1, −0.5, −0.5 add up to 0, so a grey gives 0;
# blue gives −0.5. At each pixel, this layer is a matrix times a vector of channels.

assert K[1].sum() == 0 and K[1, 2] == -0.5
assert Y[1, 140:165, 200:320].mean() > 0.1 > 0 > Y[1, 50:250, 400:490].mean()
torch.testing.assert_close(Y, torch.einsum("oc,chw->ohw", K, X))

# %%
# Try it yourself
# ---------------
#
# A layer, then a 1 × 1 layer, with nothing in between: both are linear, so one layer
# could do it all. **Which weight does it have?**

ask("merge_layers")

# %%
# Replace the dots.


def merge_layers(weight, mix): ...  # about 1 line


check("merge_layers", merge_layers)

# %%
# In practice
# -----------
#
# Weights grow with the product of the channels. A network may mix 512 down to 64, by a
# 1 × 1 layer, before its 3 × 3 kernels make 512 again, with a seventh of the weights.

assert 64 * 512 * 3 * 3 + 512 * 64 < 512 * 512 * 3 * 3 / 7

# %%
# Further reading
# ---------------
#
# - M. Lin, Q. Chen and S. Yan, `Network in network
#   <https://arxiv.org/abs/1312.4400>`__: the paper that made 1 × 1 layers popular.
# - :ref:`sphx_glr_tutorials_2_layers_plot_5_split_channels_into_groups.py`: layers that
#   do without most of these weights.
