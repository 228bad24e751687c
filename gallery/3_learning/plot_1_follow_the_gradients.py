r"""
Follow the gradients
====================

By the end of this page you can compute every gradient of a convolutional layer by hand,
with nothing but the layer's own operation.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`.

**You will learn**

- why the gradient of the kernel is a cross-correlation;
- why the gradient of the image is a convolution: there, the kernel is flipped;
- which error autograd gives when you write a layer by hand.
"""

import matplotlib.pyplot as plt
import torch
from torch.autograd import gradcheck
from torch.nn import functional

from convtutor import Conv2D, corr2d, default_device, plots
from convtutor.exercises import ask, check

device = default_device()

# %%
# A layer is one link in a chain that ends in a loss. On the way back it receives a
# tensor ``G``, a :term:`gradient`: for each output pixel, how much the loss rises when
# that pixel rises. Here the rest of the chain is made up, so that ``G`` is known.

X = torch.tensor([[1.0, 2, 0, 1, 0, 3], [0, 1, 3, 0, 2, 1], [2, 0, 1, 1, 0, 1]])
K = torch.tensor([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
G = torch.tensor([[1.0, 0.0, 2.0, -1.0], [0.0, 3.0, 1.0, 0.0]])
X, K, G = X.to(device), K.to(device), G.to(device)
loss = (G * corr2d(X, K)).sum()

# %%
# The kernel: where was each tap?
# -------------------------------
#
# As the kernel slid, its second tap lay on one pixel after the other: in all, on a
# window of the image that is as large as the output. **By how much does the loss rise
# when you raise this tap by 1?**

nudge = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], device=device)
rise = (G * corr2d(X, K + nudge)).sum() - loss
print("rise:", rise.item())
assert round(rise.item(), 3) == (G * X[0:2, 1:5]).sum() == 13

# %%
# By 13: the sum of those pixels, each times what its output pixel is worth to the loss.
# The next tap lay on the next window. So lay ``G`` on the image, slide, multiply, add:
# the gradient of the kernel is a cross-correlation, and has the shape of the kernel.

kernel_grad = corr2d(X, G)
print(kernel_grad)
torch.testing.assert_close(kernel_grad[0, 1], rise)

# %%
# The image: whom did each pixel serve?
# -------------------------------------
#
# Each window that read a pixel returns its share of ``G``, times the tap that it read
# with. The window that starts :math:`b` columns *before* the pixel used the tap
# :math:`b` columns *into* the kernel. One index runs down, the other up.
#
# .. math:: \frac{\partial L}{\partial X_{r,c}} = \sum_{a,b} G_{r-a,\,c-b} \, K_{a,b}
#
# That is a :term:`convolution`; at a border, the flipped kernel hangs over, onto zeros.
# For ``X[1, 2]`` its window holds 1, 0, 2 and 0, 3, 1. **What is the gradient there?**

padded = functional.pad(G, (2, 2, 1, 1))
image_grad = corr2d(padded, K.flip(0, 1))

# %%
fig, axes = plt.subplots(2, 2, figsize=(5.6, 3.6), width_ratios=(8, 3))
fig.set_layout_engine("constrained")
plots.show_grid(axes[0, 0], padded, title="G among zeros", window=(1, 2, 2, 3))
plots.show_grid(axes[0, 1], K.flip(0, 1), title="K, flipped")
plots.show_grid(axes[1, 0], image_grad, title="gradient of X", window=(1, 2, 1, 1))
axes[1, 1].set_axis_off()
fig.set_label(
    "G in a rim of zeros, its window 1, 0, 2 and 0, 3, 1 framed; the flipped kernel 3, "
    "−1, 0 and 0, 2, 1; the gradient of X, with the 10 of that window framed."
)

# %%
# It is :math:`1 \cdot 3 + 3 \cdot 2 + 1 \cdot 1 = 10`. The bias is part of every output
# pixel, so its gradient is the sum of ``G``. Started with ``G``, does autograd find all
# three? Does :func:`torch.autograd.gradcheck.gradcheck`, by nudging X and K, agree?

assert round(image_grad[1, 2].item(), 3) == 10
layer = Conv2D((2, 3)).to(device)
with torch.no_grad():
    layer.weight.copy_(K)
layer(X.requires_grad_()).backward(G)
torch.testing.assert_close(layer.weight.grad, kernel_grad)
torch.testing.assert_close(X.grad, image_grad)
torch.testing.assert_close(layer.bias.grad, G.sum().reshape(1))
pair = [tensor.detach().cpu().double().requires_grad_() for tensor in (X, K)]
assert gradcheck(corr2d, pair)

# %%
# Twice yes. *Dive into Deep Learning* asks which error message autograd gives for a
# layer that fills its output pixel by pixel. **Which one do you expect?**

Y = torch.zeros(2, device=device)
Y[0] = (X[0:2, 0:3] * layer.weight).sum()
print("on record:", Y.requires_grad, "as", Y.grad_fn.name())
torch.testing.assert_close(torch.autograd.grad(Y[0], layer.weight)[0], X[0:2, 0:3])

# %%
# None: autograd records a write into a fresh tensor as one more step.
#
# Try it yourself
# ---------------
#
# Let the loss be the sum of the output's squares. **What is its gradient** with respect
# to the kernel? Ask autograd. An output that you fill pixel by pixel will do, unless
# you make it with ``requires_grad=True``.

ask("kernel_gradient")

# %%
# Replace the dots. The second hint says why it will not do then.


def kernel_gradient(image, kernel): ...  # about 3 lines


check("kernel_gradient", kernel_gradient)

# %%
# In practice
# -----------
#
# Networks also run the image's gradient forwards: a :term:`transposed convolution`.

back = functional.conv_transpose2d(G[None, None], K[None, None])[0, 0]
torch.testing.assert_close(back, image_grad)

# %%
# Further reading
# ---------------
#
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic for deep learning
#   <https://arxiv.org/abs/1603.07285>`__: with a chapter on the transposed convolution.
# - A. Baydin, B. Pearlmutter, A. Radul and J. Siskind, `Automatic differentiation in
#   machine learning: a survey <https://jmlr.org/papers/v18/17-468.html>`__.
