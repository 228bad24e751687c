r"""
Learn a kernel
==============

By the end of this page gradient descent has found an edge detector that nobody told it
about.

**You will need** :ref:`sphx_glr_tutorials_2_layers_plot_1_layer_from_scratch.py`.

**You will learn**

- how to learn a kernel from an image and the response that it should give;
- how to read a loss that falls;
- which way a kernel takes to its goal, and why it zigzags.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

from convtutor import corr2d, default_device, images, learn_kernel, plots

device = default_device()

# Some GPUs round the factors of a convolution to 10 bits unless they are told not to.
torch.backends.cudnn.conv.fp32_precision = "ieee"

# %%
# A question with a known answer
# ------------------------------
#
# Take the striped image, and the response of the kernel (1, −1) to it. Then forget the
# kernel. **Can it be recovered** from the image and the response alone?

X = images.striped(6, 8, device=device)
Y = corr2d(X, torch.tensor([[1.0, -1.0]], device=device))
print("from", tuple(X.shape), "to", tuple(Y.shape))

# %%
# PyTorch's layer expects a batch and channels, so both tensors get two more dimensions:
# one example, one channel. There is no bias, for there is nothing for it to do. The
# lazy layer finds out the number of its input channels when it first sees an image.

X, Y = X.reshape(1, 1, 6, 8), Y.reshape(1, 1, 6, 7)
conv2d = nn.LazyConv2d(1, kernel_size=(1, 2), bias=False, device=device)
conv2d(X)
print(tuple(conv2d.weight.shape))

# %%
# A layer starts at random. So that this page comes out the same every time, it starts
# here instead:

start = torch.tensor([[0.6147, -0.4089]], device=device)
with torch.no_grad():
    conv2d.weight.copy_(start[None, None])

# %%
# Twenty steps downhill
# ---------------------
#
# Each step compares the layer's response with the right one, sums the squared
# differences, asks autograd for the slope, and moves the kernel against it. ``no_grad``
# keeps the move itself out of the record that autograd keeps. **By how much will the
# loss have fallen after twenty steps: ten times, a hundred times, more?**

lr, losses = 0.03, []
for step in range(20):
    loss = ((conv2d(X) - Y) ** 2).sum()
    conv2d.zero_grad()
    loss.backward()
    with torch.no_grad():
        conv2d.weight -= lr * conv2d.weight.grad
    losses.append(loss.item())
    if step % 2 == 1:
        print(f"step {step + 1:2}, loss {loss:.3f}")

# %%
# From 1.578 in the second step to less than 0.0005 in the twentieth: more than three
# thousand times.

printed = [f"{loss:.3f}" for loss in losses[1::2]]
assert printed[:5] == ["1.578", "0.363", "0.101", "0.033", "0.012"]
assert printed[5:] == ["0.005", "0.002", "0.001", "0.000", "0.000"]
assert losses[1] > 3000 * losses[19]

# %%
# And the kernel?

found = conv2d.weight.detach().reshape(1, 2)
print("found:", [round(tap, 4) for tap in found.flatten().tolist()])
assert [f"{tap:.4f}" for tap in found.flatten().tolist()] == ["1.0011", "-0.9987"]

# %%
# That is (1, −1) to within 0.0013. The layer has never seen the kernel, only what it
# does.
#
# The way there
# -------------
#
# :func:`convtutor.learn_kernel` takes the same steps with the code of these pages, and
# keeps every kernel that it passes.

trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=20, start=start)
torch.testing.assert_close(
    trace.losses, torch.tensor(losses, device=device), rtol=1e-4, atol=1e-6
)
torch.testing.assert_close(trace.kernel, found, rtol=1e-4, atol=1e-6)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3), layout="constrained")
plots.show_losses(axes[0], trace.losses, title="the loss falls steadily")
plots.show_path(axes[1], trace.kernels, goal=(1, -1), title="the kernel zigzags home")
fig.set_label(
    "Left, the loss on a logarithmic axis: it falls steadily, over more than three "
    "decades. Right, the plane of the two taps: the kernel jumps from side to side of "
    "a line that leads to the goal at 1, minus 1."
)

# %%
# **Why does it zigzag?** The rate is so high that each step goes too far, across the
# valley to the other side, though less far than before. Watch the sum of the two taps,
# which should be 0: it changes its sign with every step, and keeps four fifths of its
# size.

sums = trace.kernels.sum(dim=(-2, -1))
print("sums:", [round(value, 3) for value in sums[:6].tolist()])
torch.testing.assert_close(sums[1:6], -0.8 * sums[:5], rtol=1e-3, atol=1e-5)

# %%
# Try it yourself
# ---------------
#
# At 0.03 the kernel comes home. What does it do at 0.034? Change the rate and look at
# the last loss. A hint: what becomes of the sum of the taps?

trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=60, start=start)
print(f"first loss {trace.losses[0]:.3f}, last loss {trace.losses[-1]:.1e}")

# %%
# In practice
# -----------
#
# Two habits of this page are for learning only. Losses are usually *means*, not sums,
# so that the rate need not shrink as the images grow. And the update is left to an
# optimiser, such as :class:`torch.optim.SGD`, which takes exactly this step.

with torch.no_grad():
    conv2d.weight.copy_(start[None, None])
optimiser = torch.optim.SGD(conv2d.parameters(), lr=0.03)
for _ in range(20):
    optimiser.zero_grad()
    ((conv2d(X) - Y) ** 2).sum().backward()
    optimiser.step()
torch.testing.assert_close(conv2d.weight.detach()[0, 0], found, rtol=1e-4, atol=1e-6)

# %%
# Further reading
# ---------------
#
# - :ref:`sphx_glr_tutorials_3_learning_plot_2_explain_the_learning_rate.py`: the zigzag
#   explained, and a cure.
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `Dive into Deep Learning
#   <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__: where
#   this experiment comes from.
