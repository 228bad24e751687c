r"""
Learn a kernel
==============

By the end of this page gradient descent has found an edge detector that nobody told it
about.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`.

**You will learn**

- how to learn a kernel from an image and the response that it should give;
- how to read a :term:`loss` that falls;
- which way a kernel takes to its goal, and why it zigzags.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

from convtutor import corr2d, default_device, images, learn_kernel, plots, tolerance
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# A question with a known answer
# ------------------------------
#
# Take the striped image, and the response of the kernel (1, −1) to it. Then forget the
# kernel. **Can it be recovered** from the image and the response alone? PyTorch's layer
# wants both as a batch with channels: here one example, one channel.

X = images.striped(6, 8, device=device)
Y = corr2d(X, torch.tensor([[1.0, -1.0]], device=device))
X, Y = X.reshape(1, 1, 6, 8), Y.reshape(1, 1, 6, 7)

# %%
# The layer has two taps and no bias. It would start at random; so that the page always
# comes out the same, we write down one such start.

conv2d = nn.LazyConv2d(1, kernel_size=(1, 2), bias=False, device=device)
conv2d(X)  # lazy: it counts the channels of the first image that it sees
start = torch.tensor([[0.6147, -0.4089]], device=device)
with torch.no_grad():
    conv2d.weight.copy_(start[None, None])

# %%
# Twenty steps downhill
# ---------------------
#
# Each step of :term:`gradient descent` compares the layer's response with the right
# one, sums the squared differences, asks autograd for the gradient, and moves the
# kernel against it, ``lr`` times as far: ``lr`` is the :term:`learning rate`. **By how
# much will the loss have fallen after twenty steps: ten times, a hundred times, more?**

lr, losses = 0.03, []
for step in range(20):
    loss = ((conv2d(X) - Y) ** 2).sum()
    conv2d.zero_grad()
    loss.backward()
    with torch.no_grad():  # the move itself is not part of what autograd records
        conv2d.weight -= lr * conv2d.weight.grad  # on .data, its checks would miss it
    losses.append(loss.item())
    if step % 2 == 1:
        print(f"step {step + 1:2}, loss {loss:.3f}")

# %%
# From 1.578 in the second step to less than 0.0005 in the twentieth: more than three
# thousand times. And the kernel?

printed = " ".join(f"{loss:.3f}" for loss in losses[1::2])
assert printed == "1.578 0.363 0.101 0.033 0.012 0.005 0.002 0.001 0.000 0.000"
assert losses[1] > 3000 * losses[19]
found = conv2d.weight.detach().reshape(1, 2)
print("found:", [round(tap, 4) for tap in found.flatten().tolist()])
assert [f"{tap:.4f}" for tap in found.flatten().tolist()] == ["1.0011", "-0.9987"]

# %%
# It is (1, −1) to within 0.0013, and the layer has seen only what that kernel does.
#
# The way there
# -------------
#
# :func:`convtutor.learn_kernel` takes the same steps and keeps every kernel on its way.

trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=20, start=start)
bounds = tolerance(X.dtype, device, terms=100)
torch.testing.assert_close(trace.losses.tolist(), losses, **bounds)
torch.testing.assert_close(trace.kernel, found, **bounds)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3), layout="constrained")
plots.show_losses(axes[0], trace.losses, title="the loss: soon a line")
plots.show_path(axes[1], trace.kernels, goal=(1, -1), title="the kernel: a zigzag")
fig.set_label(
    "Left, the loss on a logarithmic axis: it falls, soon in a straight line. Right, "
    "the plane of the two taps: the kernel jumps from side to side on its way to 1, −1."
)

# %%
# The zigzag shows in the sum of the two taps, which should be 0. **What does that sum
# do from step to step?**

sums = trace.kernels.sum(dim=(-2, -1))
print("sums:", [round(value, 3) for value in sums[:6].tolist()])
torch.testing.assert_close(sums[1:6], -0.8 * sums[:5], **bounds)

# %%
# It changes its sign and keeps four fifths of its size: the rate is so high that each
# step overshoots. The loss squares the error, so in the end each step leaves
# 0.8² = 64 % of it. On a logarithmic axis, that is a straight line.

assert abs(losses[19] / losses[18] - 0.64) < 0.005

# %%
# Try it yourself
# ---------------
#
# A step of gradient descent, with the loss of this page. **What does the kernel
# become?**

ask("descend")

# %%
# Replace the dots, with autograd or without.


def descend(image, target, kernel, lr): ...  # about 2 lines


check("descend", descend)

# %%
# In practice
# -----------
#
# Losses are mostly *means*, so that the rate need not shrink as images grow. Steps are
# left to an optimiser, such as :class:`torch.optim.SGD`, whose default step is ours.
#
# Further reading
# ---------------
#
# - :ref:`sphx_glr_tutorials_3_learning_plot_3_explain_the_learning_rate.py`: the zigzag
#   explained, and a cure.
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `Dive into Deep Learning
#   <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__: where
#   this experiment comes from.
