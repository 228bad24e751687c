r"""
Follow the gradients
====================

By the end of this page you can compute every gradient of a convolutional layer by hand,
with nothing but the layer's own operation.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`, and the chain
rule.

**You will learn** why the gradient of the kernel is a cross-correlation, why the
gradient of the image is a convolution, and which call of autograd ends in an error.
"""

import torch
from torch.autograd import gradcheck
from torch.nn import functional

from convtutor import Conv2D, corr2d, default_device, plots
from convtutor.exercises import ask, check

device = default_device()

# %%
X = torch.tensor([[1.0, 2, 0, 1, 0, 3], [0, 1, 3, 0, 2, 1], [2, 0, 1, 1, 0, 1]])
K = torch.tensor([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
G = torch.tensor([[1.0, 0.0, 2.0, -1.0], [0.0, 3.0, 1.0, 0.0]])
X, K, G = X.to(device), K.to(device), G.to(device)

# %%
fig = plots.show_grids({"image X": X, "kernel K": K, "gradient G": G})
fig.set_label(
    "Three grids of numbers: the image X, 3 by 6; the kernel K, 2 by 3, with 1, 2, 0 "
    "above 0, −1, 3; and G, 2 by 4, with 1, 0, 2, −1 above 0, 3, 1, 0.\n\n"
    "The image and the kernel make an output of 2 × 4 pixels. For each of these, "
    "G says how much the loss rises when that pixel rises."
)

# %%
# A layer is one link in a chain that ends in a loss. In the forward pass it turns its
# image into an output. In the backward pass a tensor of the output's shape comes back
# to it: the :term:`gradient` of the loss with respect to the output, called ``G`` here.
# An entry of 2 means that the loss rises twice as fast as this output pixel. From ``G``
# the layer has to find out how the loss depends on its kernel, on its image, and on its
# bias.
#
# To try that, we need a loss for which we know ``G``. The simplest one multiplies each
# output pixel by its entry of ``G`` and adds up. (``default_device`` has put the
# tensors on the GPU if there is one, and :func:`convtutor.corr2d` is the
# cross-correlation of the first page.)

loss = (G * corr2d(X, K)).sum()
print(f"loss: {loss:.0f}")

# %%
# The kernel
# ----------
#
# Take one tap: the 2 in the middle of the upper row, ``K[0, 1]``. While the kernel
# slides over the image, this tap lies on one pixel after the other. In the first window
# that is ``X[0, 1]``, in the last one ``X[1, 4]``, so in all it visits the pixels
# ``X[0:2, 1:5]``, in rows 0 and 1 and columns 1 to 4, one for each output pixel. If the
# tap rises by 1, each output pixel rises by the image pixel that it met, and the loss
# by that times the entry of ``G``. **By how much does the loss rise when the tap K[0,
# 1] rises by 1?**

nudge = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], device=device)
rise = (G * corr2d(X, K + nudge)).sum() - loss
print(f"rise: {rise:.0f}")

# %%
under_the_tap = X[0:2, 1:5]
assert round(rise.item(), 3) == (G * under_the_tap).sum() == 13

# %%
# The loss rises by 13. The tap met the pixels 2, 0, 1, 0 and 1, 3, 0, 2; multiplied by
# ``G``, entry by entry, they give 2 + 2 in the upper row and 9 in the lower one. All
# other entries contribute nothing, because the pixel or the entry is zero.

# %%
# The next tap on the right met the pixels one column further right, and so on. So here
# is a recipe for all taps at once: lay ``G`` on the image, slide it, multiply, and add.
# We know that operation: the gradient of the kernel is the *cross-correlation* of the
# image with ``G``. It has as many entries as there are places for ``G`` on the image:
# 2 × 3, the shape of the kernel.

kernel_grad = corr2d(X, G)
print(kernel_grad)

# %%
torch.testing.assert_close(kernel_grad[0, 1], rise)
assert kernel_grad.shape == K.shape

# %%
# The image
# ---------
#
# Now take a pixel instead of a tap. Several windows read it, and in each of them it met
# a different tap. The window that starts at the pixel itself read it with the first
# tap, ``K[0, 0]``. The window that starts one column *further left* read it with the
# tap one column *further right*. In general, the tap ``K[a, b]`` read the pixel
# :math:`X_{r,c}` for the output pixel :math:`Y_{r-a,\,c-b}`, so the gradient is
#
# .. math:: \frac{\partial L}{\partial X_{r,c}} = \sum_{a,b} G_{r-a,\,c-b} \, K_{a,b}.
#
# One index grows while the other shrinks, which makes this a :term:`convolution`, not a
# cross-correlation. To compute it with ``corr2d`` we flip the kernel, and put ``G``
# into a frame of zeros, because a pixel at the border was read by fewer windows. The
# frame is one less than the kernel: one row above and below, two columns left and
# right.

padded = functional.pad(G, (2, 2, 1, 1))  # 2 left, 2 right, 1 above, 1 below
flipped = K.flip(0, 1)

# %%
grids = {"G among zeros": padded, "K, flipped": flipped}
fig = plots.show_grids(grids, windows={"G among zeros": (1, 2, 2, 3)})
fig.set_label(
    "G in a frame of zeros, 4 by 8, with the window 1, 0, 2 and 0, 3, 1 framed; beside "
    "it the flipped kernel, 3, −1, 0 above 0, 2, 1.\n\n"
    "The framed window holds the entries of G for the six output pixels that "
    "have read X[1, 2]."
)

# %%
# The frame in the figure marks the window for the pixel ``X[1, 2]``. Multiply it by the
# flipped kernel, entry by entry, and add up. **What is the gradient of the loss with
# respect to X[1, 2]?**

image_grad = corr2d(padded, flipped)
print(image_grad)

# %%
assert round(image_grad[1, 2].item(), 3) == 10
assert image_grad.shape == X.shape

# %%
# It is 10: the products are :math:`1 \cdot 3 + 3 \cdot 2 + 1 \cdot 1`, and the others
# are zero. The printed table has the same for every pixel of the image, in row 1 and
# column 2 the 10 that we computed.

# %%
# The bias
# --------
#
# The bias is one number that is added to every output pixel. **What is the gradient of
# the loss with respect to the bias?**

layer = Conv2D((2, 3)).to(device)
with torch.no_grad():
    layer.weight.copy_(K)
image = X.clone().requires_grad_()
layer(image).backward(G)
print("bias:", layer.bias.grad)

# %%
torch.testing.assert_close(layer.bias.grad, G.sum().reshape(1))
torch.testing.assert_close(layer.weight.grad, kernel_grad)
torch.testing.assert_close(image.grad, image_grad)

# %%
# If the bias rises by 1, every output pixel rises by 1, so the loss rises by the sum of
# all entries of ``G``, which is 6. The code above has asked autograd:
# ``backward(G)`` starts the backward pass of a layer with ``G`` and fills the ``.grad``
# of all that took part. (A layer's weight and bias take part from the start;
# ``requires_grad_`` asks for the same for the image.) Autograd agrees with us about the
# other two gradients as well.

# %%
# There is also a way to check gradients that needs no formula at all. :func:`gradcheck
# <torch.autograd.gradcheck.gradcheck>` moves each number a tiny bit, looks at what the
# output does, and compares that with autograd. It wants numbers of 64 bits, because in
# 32 bits the effect of a tiny move would drown in rounding. (It runs on the CPU,
# because not every GPU has 64 bits.)

inputs = (
    X.cpu().double().requires_grad_(),
    K.cpu().double().requires_grad_(),
)
print("gradients confirmed:", gradcheck(corr2d, inputs))

# %%
# Which error does autograd give?
# -------------------------------
#
# *Dive into Deep Learning* asks its readers to find the gradients of a layer that they
# wrote themselves, and which error message they see. Here are three candidates. The
# first one is the output of our layer as it is, the second one its sum. The third one
# is again a sum, but the output has been filled pixel by pixel, as one writes it in
# plain loops:


def fill(image, kernel):
    output = torch.zeros(2, 4, device=device)
    for i in range(2):
        for j in range(4):
            window = image[i : i + 2, j : j + 3]
            output[i, j] = (window * kernel).sum()
    return output


candidates = {
    "output": layer(X),
    "sum": layer(X).sum(),
    "filled": fill(X, layer.weight).sum(),
}

# %%
# Now we call ``backward()`` on each of them, this time without an argument. **Which of
# them raises an error?**
#
# - the output of the layer
# - the sum of the output
# - the sum of an output that was filled pixel by pixel

refused = {}
for name, candidate in candidates.items():
    try:
        candidate.backward()
        print(f"{name}: works")
    except RuntimeError as error:
        refused[name] = str(error)
        print(f"{name}: refused.\n  {error}")

# %%
assert list(refused) == ["output"]
assert refused["output"] == "grad can be implicitly created only for scalar outputs"
both_sums = 2 * corr2d(X, torch.ones_like(G))  # added to the gradient that was there
torch.testing.assert_close(layer.weight.grad, kernel_grad + both_sums)

# %%
# Only the output itself is refused. It has eight pixels, and autograd cannot know how
# much each of them matters to the loss; we told it when we called ``backward(G)``. A
# sum is a single number, a *scalar*, and its own gradient is 1, so nothing is missing.
# Filling a tensor pixel by pixel works as well, because autograd records each write as
# one more step.

# %%
# Try it yourself
# ---------------
#
# Until now ``G`` was given. A real loss makes its own: let the loss be the sum of the
# squares of all output pixels. **What is its gradient with respect to the kernel?** You
# may ask autograd, or find ``G`` first and then use this page. ``ask`` prints what the
# function should do, and ``check`` tries yours on examples.

ask("kernel_gradient")

# %%
# Replace the dots by your code and run the cell again.


def kernel_gradient(image, kernel): ...  # about 3 lines


check("kernel_gradient", kernel_gradient)

# %%
# In practice
# -----------
#
# Nobody computes these gradients by hand, but the operations are used elsewhere. The
# gradient of the image spreads each entry of ``G`` over the window that it came from.
# Networks run the same operation *forwards* to make an image larger, under the name of
# :term:`transposed convolution`:

larger = functional.conv_transpose2d(G[None, None], K[None, None])[0, 0]
print(larger)

# %%
torch.testing.assert_close(larger, image_grad)

# %%
# The numbers are those of the gradient of the image. (``[None, None]`` adds the two
# axes for batch and channel that PyTorch's functions expect, and ``[0, 0]`` takes them
# away again.)
#
# Further reading
# ---------------
#
# - V. Dumoulin and F. Visin, `A guide to convolution arithmetic for deep learning
#   <https://arxiv.org/abs/1603.07285>`__: with a chapter on the transposed convolution.
# - A. Baydin, B. Pearlmutter, A. Radul and J. Siskind, `Automatic differentiation in
#   machine learning: a survey <https://jmlr.org/papers/v18/17-468.html>`__.
