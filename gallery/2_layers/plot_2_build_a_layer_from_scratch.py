"""
Build a layer from scratch
==========================

By the end of this page you have a convolutional layer of your own, and it finds the
edges of a stripe.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn**

- what a layer has that an operation has not: parameters;
- what a kernel with two taps, 1 and −1, sees in an image;
- what it is blind to.
"""

import inspect

import matplotlib.pyplot as plt
import torch

from convtutor import Conv2D, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()
torch.manual_seed(0)

# %%
# An operation with parameters
# ----------------------------
#
# A :term:`layer` is the operation plus two things that training may change: the kernel,
# called :term:`weight`, and one number that is added to every output pixel, called
# :term:`bias`. Here is how :class:`convtutor.Conv2D` begins, and what it computes.

print(inspect.getsource(Conv2D.__init__))
print(inspect.getsource(Conv2D.forward))

# %%
# ``nn.Parameter`` is what lets an optimiser find the two. The weight starts at random
# between 0 and 1, the bias at zero. **How many numbers can a layer with a 1 × 2 kernel
# learn?**

layer = Conv2D((1, 2)).to(device)
for name, parameter in layer.named_parameters():
    print(name, tuple(parameter.shape))
assert 0 <= layer.weight.min() <= layer.weight.max() < 1 and layer.bias == 0
assert sum(parameter.numel() for parameter in layer.parameters()) == 1 * 2 + 1

# %%
# Three: two taps and the bias.
#
# An image with two edges
# -----------------------
#
# Let us give the layer something to see: a bright image with a dark stripe. It is 6
# pixels high and 8 wide.

X = images.striped(6, 8, device=device)
print(X)

# %%
# Set the taps to 1 and −1, so that each output pixel is *the pixel minus its right
# neighbour*. **In which columns will it be 1, and in which −1?**

with torch.no_grad():
    layer.weight.copy_(torch.tensor([[1.0, -1.0]]))
    Y = layer(X)
print(Y)

# %%
# The second column is 1: there the image steps from bright to dark. The sixth is −1:
# there it steps back. Everywhere else both pixels are equal.

expected = torch.zeros(6, 7, device=device)
expected[:, 1], expected[:, 5] = 1, -1
torch.testing.assert_close(Y, expected)

# %%
fig, axes = plt.subplots(
    1, 2, figsize=(5.6, 2.6), layout="constrained", width_ratios=(8, 7)
)
plots.show_grid(axes[0], X, title="image: a dark stripe", window=(2, 1, 1, 2))
plots.show_grid(axes[1], Y, title="response: its two edges", window=(2, 1, 1, 1))
fig.set_label(
    "Left, the 6 by 8 image: ones, but zeros in columns three to six. Right, the 6 by "
    "7 response: ones in the second column, minus ones in the sixth, zeros elsewhere. "
    "The window 1, 0 and the 1 that it gives are framed."
)

# %%
# The same kernel, blind
# ----------------------
#
# Transpose the image, so that the stripe lies on its side. **What does the layer answer
# now?**

level = layer(X.T).detach()
print("largest response:", level.abs().max().item())
torch.testing.assert_close(level, torch.zeros(8, 5, device=device))

# %%
# Nothing at all. Along each row of the transposed image all pixels are equal, and this
# kernel compares neighbours in a row only. A kernel sees what it was made for, which is
# why a network has many.

# %%
# Try it yourself
# ---------------
#
# A bias shifts every output pixel by the same amount. Given an image, a kernel and the
# output that the layer should have, **which bias is best**, in squared error?

ask("fit_bias")

# %%
# Replace the dots.


def fit_bias(image, kernel, target): ...  # about 1 line


check("fit_bias", fit_bias)

# %%
# In practice
# -----------
#
# PyTorch's layer is :class:`torch.nn.Conv2d`. It has a kernel for every pair of an
# input channel and an output channel, and its taps start on both sides of zero. With
# one channel on either side and our parameters copied in, it is our layer.

theirs = torch.nn.Conv2d(1, 1, kernel_size=(1, 2), device=device)
with torch.no_grad():
    layer.bias.fill_(0.5)  # so that a lost bias would show
    theirs.weight.copy_(layer.weight[None, None])
    theirs.bias.copy_(layer.bias)
torch.testing.assert_close(theirs(X[None, None])[0, 0], layer(X))

# %%
# Further reading
# ---------------
#
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `Dive into Deep Learning
#   <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__: the
#   chapter in which this stripe became famous.
# - :ref:`sphx_glr_tutorials_3_learning_plot_1_follow_the_gradients.py`: what training
#   needs to know about the two parameters.
