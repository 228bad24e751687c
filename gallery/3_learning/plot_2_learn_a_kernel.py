r"""
Learn a kernel
==============

By the end of this page gradient descent has found an edge detector that nobody told it
about.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py` and
:ref:`sphx_glr_tutorials_3_learning_plot_1_follow_the_gradients.py`.

**You will learn** how to learn a kernel from an image and the response that it should
give, how to read a :term:`loss` that falls, and why nobody misses the flip.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

from convtutor import corr2d, default_device, images, learn_kernel, plots, tolerance
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too
torch.manual_seed(0)

# %%
stripe = images.striped(6, 8, device=device)
K = torch.tensor([[1.0, -1.0]], device=device)
edges = corr2d(stripe, K)

# %%
fig = plots.show_grids({"the image": stripe, "its edges": edges})
fig.set_label(
    "6 by 8 numbers, ones with a stripe of zeros in columns 3 to 6; and the "
    "response of 6 by 7 numbers: 1 at the left edge of the stripe, −1 at its right "
    "edge, 0 elsewhere.\n\n"
    "This is all that the learner is shown: an image, and the response that it should "
    "give. The kernel (1, −1), which made the response, stays hidden."
)

# %%
# So far somebody has chosen every kernel. Now we go the other way: given an image and
# the response that we want, find the kernel. Here we know the answer, (1, −1), and can
# see whether the method finds it. Where nobody knows a kernel, for instance to read
# handwriting, it works in the same way.
#
# A layer that knows nothing
# --------------------------
#
# The learner is PyTorch's layer. It takes images as a *batch with channels*, a tensor
# of four dimensions: example, channel, row, column. We have one example with one
# channel.

X = stripe.reshape(1, 1, 6, 8)
Y = edges.reshape(1, 1, 6, 7)

# %%
# The layer has one output channel and a kernel of 1 × 2 taps. For simplicity it has no
# bias. :class:`torch.nn.LazyConv2d` is a *lazy* layer: we need not say how many
# channels the input has. The layer counts them in the first batch that it is given, and
# creates its :term:`weight` at that moment; before, it has none.

conv2d = nn.LazyConv2d(1, kernel_size=(1, 2), bias=False, device=device)
conv2d(X)
print("weight of shape", tuple(conv2d.weight.shape))

# %%
# Its taps are random. So that the page comes out the same every time, we replace them
# by one such start that we have written down. (``[None, None]`` adds the axes for the
# output and the input channel. ``torch.no_grad()`` says that this change is not part of
# a computation that autograd should follow.)

start = torch.tensor([[0.6147, -0.4089]], device=device)
with torch.no_grad():
    conv2d.weight.copy_(start[None, None])

# %%
assert conv2d.weight.shape == (1, 1, 1, 2)

# %%
# Twenty steps downhill
# ---------------------
#
# The :term:`loss` says how wrong the layer is: the difference between its response and
# the right one, squared, and summed over all pixels. Autograd finds the
# :term:`gradient` of the loss with respect to the two taps. It points to where the loss
# rises fastest, so a step *against* it makes the loss smaller, if the step is not too
# large. This is :term:`gradient descent`, and how far to go, as a multiple of the
# gradient, is the :term:`learning rate`, ``lr``. Ours is 0.03.
#
# We take twenty steps and print every second loss. The first of these are 1.578, in
# step 2, and 0.363, in step 4. **Which of these numbers is closest to the loss in the
# twentieth step?**
#
# - 0.16, a tenth of the loss in step 2
# - 0.016, a hundredth of it
# - 0.00016, a ten-thousandth of it

lr = 0.03
losses = []
for step in range(1, 21):
    loss = ((conv2d(X) - Y) ** 2).sum()
    conv2d.zero_grad()  # backward would add to the gradient of the last step
    loss.backward()
    with torch.no_grad():
        conv2d.weight -= lr * conv2d.weight.grad
    losses.append(loss.item())
    if step % 2 == 0:
        print(f"step {step:2}, loss {loss:.3f}")

# %%
printed = " ".join(f"{loss:.3f}" for loss in losses[1::2])
assert printed == "1.578 0.363 0.101 0.033 0.012 0.005 0.002 0.001 0.000 0.000"
assert 10_000 < losses[1] / losses[19] < 15_000
assert round(losses[19], 5) == 0.00013
assert abs(losses[19] / losses[18] - 0.64) < 0.005

# %%
# It is 0.00013, which is less than a ten-thousandth of the loss in the second step.
# Each step multiplies the loss by a *factor* below 1. At first the factor changes, but
# soon it is always about 0.64. Factors multiply, so after eighteen steps not much is
# left.

# %%
# A small loss means that the layer's response is nearly right. It does not yet say that
# the kernel is. **What are the two taps now, to one decimal?**

found = conv2d.weight.detach().reshape(1, 2)
print("found:", [round(tap, 4) for tap in found.flatten().tolist()])

# %%
assert [f"{tap:.4f}" for tap in found.flatten().tolist()] == ["1.0011", "-0.9987"]
assert (found - K).abs().max() < 0.0014

# %%
# The taps are (1, −1) to within 0.0013. Gradient descent has found the edge detector
# from what it does to one image. (``detach`` returns the numbers alone, without
# autograd's record of how they came about.)

# %%
# The way there
# -------------
#
# A kernel with two taps is a point in a plane, and training moves it from point to
# point. :func:`convtutor.learn_kernel` takes the same steps as the loop above, and
# keeps the loss and the kernel of each.

trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=20, start=start)

# %%
bounds = tolerance(X.dtype, device, terms=100)
torch.testing.assert_close(trace.losses.tolist(), losses, **bounds)
torch.testing.assert_close(trace.kernel, found, **bounds)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3), layout="constrained")
plots.show_losses(axes[0], trace.losses, title="the loss")
plots.show_path(axes[1], trace.kernels, goal=(1, -1), title="the kernel")
fig.set_label(
    "Left, the loss on a logarithmic axis: it falls, soon in a straight line. Right, "
    "the plane of the two taps: the kernel jumps from side to side on its way to "
    "1, −1.\n\n"
    "Each dot is one step. The kernel does not go straight to its goal: it zigzags."
)

# %%
# The left picture has a logarithmic axis: each line across stands for a loss ten times
# as large as the one below. There the loss soon falls along a straight line, which is
# what the same factor in every step looks like.
#
# The right picture has a zigzag. It shows in the *sum* of the two taps, which should
# come out as 1 − 1 = 0. At the start the sum is 0.6147 − 0.4089 = 0.206. **What is the
# sum of the taps after the first step, to two decimals?** You can compute it: the first
# step changes the left tap by −0.0095 and the right tap by −0.3610.

sums = trace.kernels.sum(dim=(-2, -1))  # one sum for each of the 21 kernels
for step in range(5):
    print(f"after {step} steps: {sums[step]:6.3f}")

# %%
first_step = trace.kernels[1] - trace.kernels[0]
torch.testing.assert_close(
    first_step, torch.tensor([[-0.0095, -0.3610]], device=device), rtol=0, atol=1e-4
)
torch.testing.assert_close(sums[1:6], -0.8 * sums[:5], **bounds)

# %%
# It is −0.16. The step has gone too far: the sum was too large, and now it is too small
# by four fifths as much. The next step overshoots in the other direction, and so on: in
# every step the sum is multiplied by −0.8. That is the zigzag. The next page explains
# where this number comes from, and which learning rate would not zigzag.

# %%
# Nobody misses the flip
# ----------------------
#
# ``conv2d`` is called a convolution and computes a cross-correlation: it does not
# :term:`flip` its kernel. Does that matter for a kernel that is learned? Let a real
# :term:`convolution`, one that flips, filter a random image, and let our learner, which
# does not flip, find a kernel for the result.

true_kernel = torch.tensor([[1.0, 2.0, -1.0], [0.0, 3.0, 1.0]], device=device)
noise = torch.randn(8, 9, device=device)
convolved = corr2d(noise, true_kernel.flip(0, 1))

# %%
# **Which kernel will the learner find?**
#
# - the kernel itself, 1 2 −1 above 0 3 1
# - the flipped one, 1 3 0 above −1 2 1
# - neither, because it has the wrong operation

learned = learn_kernel(noise, convolved, (2, 3), lr=0.005, steps=200).kernel
print(learned.round(decimals=2))

# %%
kinds = {"itself": true_kernel, "flipped": true_kernel.flip(0, 1)}
fits = [name for name, k in kinds.items() if (learned - k).abs().max() < 0.01]
assert fits == ["flipped"]

# %%
# It finds the flipped kernel, because a correlation with the flipped kernel *is* the
# convolution. The learner needs no flip in its operation; it learns the taps in the
# order in which it uses them. This is why deep learning libraries can leave the flip
# out, and call the result a convolution all the same.

# %%
# Try it yourself
# ---------------
#
# You have seen twenty steps of gradient descent in a loop. **What does the kernel
# become in one step?** Write it as a function, with autograd or without.

ask("descend")

# %%
# Replace the dots by your code and run the cell again.


def descend(image, target, kernel, lr): ...  # about 2 lines


check("descend", descend)

# %%
# In practice
# -----------
#
# Real losses are mostly *means* over the pixels and not sums, so that the learning rate
# need not shrink when images grow. And nobody writes the step by hand: an optimiser
# takes it. The simplest one, :class:`torch.optim.SGD`, does by default what our loop
# did. Older code changes ``conv2d.weight.data`` in place of using ``torch.no_grad()``.
# That works too, but hides the change from autograd, which then cannot warn you when it
# makes a gradient wrong.

layer = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False, device=device)
with torch.no_grad():
    layer.weight.copy_(start[None, None])
optimiser = torch.optim.SGD(layer.parameters(), lr=0.03)
for _ in range(20):
    optimiser.zero_grad()
    ((layer(X) - Y) ** 2).sum().backward()
    optimiser.step()
print(layer.weight.detach().reshape(1, 2))

# %%
torch.testing.assert_close(layer.weight.detach().reshape(1, 2), found, **bounds)

# %%
# Further reading
# ---------------
#
# - :ref:`sphx_glr_tutorials_3_learning_plot_3_explain_the_learning_rate.py`: the zigzag
#   explained, and a rate without it.
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `Dive into Deep Learning
#   <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__: where
#   this experiment comes from.
