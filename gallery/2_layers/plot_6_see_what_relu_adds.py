r"""
See what ReLU adds
==================

By the end of this page you can say what no stack of convolutional layers can do, and
why a ReLU between them is enough to do it.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`.

**You will learn** why two linear layers can do no more than one, how two kernels with a
ReLU answer alike to both signs of an edge, and that max pooling is not linear either.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()
torch.manual_seed(4)
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Here is a dark stripe on a bright ground, and the kernel 1, −1, which subtracts from
# each pixel its right neighbour. (``default_device`` picks the GPU if there is one, and
# the CPU otherwise.)

X = images.striped(3, 8, device=device)
K = torch.tensor([[1.0, -1.0]], device=device)
Y = corr2d(X, K)

# %%
fig = plots.show_grids({"a stripe": X, "its two edges": Y}, columns=1)
fig.set_label(
    "Above, an image of 3 by 8 pixels: ones, but zeros in columns three to six. "
    "Below, the response of the kernel 1, −1: a column of ones at the left edge of "
    "the stripe, a column of minus ones at its right edge, zeros elsewhere."
)

# %%
# The kernel finds both edges, but it answers 1 to one of them and −1 to the other.
# Often we only want to know *whether* there is an edge: the outline of a letter is an
# outline in black on white and in white on black. If we added up the answers over the
# image, the two edges would even cancel each other.

# %%
# Can another kernel do it?
# -------------------------
#
# Let the two taps be :math:`a` and :math:`b`, and ask for three things. The answer to
# the window 1, 0 is 1. The answer to 0, 1 is 1 as well. And the answer to 1, 1, where
# there is no edge, is 0. The first two leave no choice, because
# :math:`a \cdot 1 + b \cdot 0` is :math:`a`, and :math:`a \cdot 0 + b \cdot 1` is
# :math:`b`. **What does this kernel answer to the window 1, 1?**

only_choice = torch.tensor([[1.0, 1.0]], device=device)
flat = torch.tensor([[1.0, 1.0]], device=device)
answer_to_flat = corr2d(flat, only_choice).item()
print(answer_to_flat)

# %%
assert answer_to_flat == 2
with_bias = [2 - left - right for left, right in ((1, 0), (0, 1), (1, 1), (0, 0))]
assert with_bias == [1, 1, 0, 2]

# %%
# It answers 2, where we wanted 0, so a kernel of two taps cannot do it. The window 1, 1
# is the sum of the windows 1, 0 and 0, 1, and therefore a kernel's answer to it is the
# sum of its two answers. Likewise, its answer to a window twice as bright is twice as
# large. An operation with these two properties is called *linear*.
#
# A bias does not help. With a bias of 2 and the taps −1, −1 the three answers are 1, 1
# and 0, but there is no edge in the window 0, 0 either, and there the answer is 2.

# %%
# Can more layers do it?
# ----------------------
#
# Here are three layers, one after the other, with 6 and 4 channels in between and
# random taps. They have no bias. Each layer is linear, so the whole stack is linear.
# (``[None, None]`` adds the axes for images and channels that a layer asks for, and
# ``[0, 0, 0, 0]`` picks the first number of the answer.)

stack = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=(2, 3), bias=False),
    nn.Conv2d(6, 4, kernel_size=(1, 2), bias=False),
    nn.Conv2d(4, 1, kernel_size=(1, 2), bias=False),
).to(device)
answer = stack(X[None, None])[0, 0, 0, 0].item()
print(f"{answer:.3f}")

# %%
# That is the first number of the stack's answer to the stripe. Now make the negative of
# the stripe: let every pixel change its sign, so that each edge changes its sign as
# well. **What is the first number of its answer to the negative, to three digits after
# the point?**

answer_to_minus = stack(-X[None, None])[0, 0, 0, 0].item()
print(f"{answer_to_minus:.3f}")

# %%
torch.testing.assert_close(stack(-X[None, None]), -stack(X[None, None]))

# %%
# It is the same number with the other sign. Each product changes its sign, so each sum
# does, and the next layer gets the same input with the other sign. However many layers
# there are, :math:`f(-X) = -f(X)`. So no stack like this can answer alike to an edge
# and to the same edge with its sign turned around, unless it answers 0 to both. Biases
# would not help, because in the end they add the same number to every answer.
#
# (The negative of a photograph has no pixels below zero: it is :math:`1 - X`. But that
# is :math:`-X` with the same brightness added everywhere, so it has the same edges as
# :math:`-X`.)

# %%
# The stack does nothing that one layer could not do. Take two kernels of 3 × 5 taps,
# one after the other. A pixel of the last output sees a window of the first output, and
# each pixel of that sees a window of the image. **What shape does the one kernel have
# that does the same?**

first = torch.randn(3, 5).to(device)
second = torch.randn(3, 5).to(device)
among_zeros = functional.pad(first, (4, 4, 2, 2))
merged = corr2d(among_zeros, second.flip(0, 1))
print(tuple(merged.shape))

# %%
image = torch.randn(9, 14).to(device)
one_after_the_other = corr2d(corr2d(image, first), second)
torch.testing.assert_close(
    corr2d(image, merged), one_after_the_other, rtol=1e-4, atol=1e-4
)
assert merged.shape == (3 + 3 - 1, 5 + 5 - 1)

# %%
# It has 5 × 9 taps. The window of the second kernel is 3 × 5 pixels of the first
# output, and each of them sees 2 more rows and 4 more columns. The code finds the taps
# by sliding the second kernel, turned by half a turn, over the first one with zeros
# around it. It has to be turned because a kernel that follows a kernel is a
# :term:`convolution` of both.

# %%
# It does not work the other way round. Two kernels of 15 taps have 30 numbers to
# choose, and a kernel of 5 × 9 has 45, so most kernels of that size cannot be made from
# two smaller ones. If the second layer pads, the one kernel agrees inside the image,
# but not at its border: beyond the border the second layer sees zeros, and not the
# response that the first layer would have there.

# %%
X4, first4, second4 = image[None, None], first[None, None], second[None, None]
between = functional.conv2d(X4, first4, padding=(1, 2))
padded_twice = functional.conv2d(between, second4, padding=(1, 2))[0, 0]
padded_once = functional.conv2d(X4, merged[None, None], padding=(2, 4))[0, 0]
inside_twice, inside_once = padded_twice[1:-1, 2:-2], padded_once[1:-1, 2:-2]
torch.testing.assert_close(inside_twice, inside_once, rtol=1e-4, atol=1e-4)
assert not torch.allclose(padded_twice, padded_once, rtol=1e-2, atol=1e-2)

# %%
# ReLU: keep what is positive
# ---------------------------
#
# :term:`ReLU` is the simplest thing that is not linear. It sets negative numbers to
# zero and leaves the others as they are. After it, a kernel answers to one sign of an
# edge only. So take two kernels, 1, −1 and −1, 1, let a ReLU follow each, and add the
# results. **What is the first row of the sum?**

falling = functional.relu(corr2d(X, K))
rising = functional.relu(corr2d(X, -K))
both = falling + rising
print(both[0].int().tolist())

# %%
fig = plots.show_grids(
    {"1, −1, then ReLU": falling, "−1, 1, then ReLU": rising, "their sum": both},
    columns=1,
)
fig.set_label(
    "Three grids of 3 by 7 numbers. The first has ones in the second column, where "
    "the stripe begins. The second has ones in the sixth column, where it ends. "
    "Their sum has both columns of ones, and zeros elsewhere."
)

# %%
torch.testing.assert_close(both, Y.abs())
expected = torch.zeros(3, 7, device=device)
expected[:, [1, 5]] = 1
torch.testing.assert_close(both, expected)

# %%
# The first row is 0, 1, 0, 0, 0, 1, 0: both edges give 1, and everything else gives 0.
# That is exactly what no stack of linear layers could do. One kernel finds where the
# image gets darker, the other where it gets brighter, and because neither can fall
# below zero, they do not cancel when they are added. (For each number :math:`x`, the
# ReLU of :math:`x` plus the ReLU of :math:`-x` is its absolute value.)

# %%
# Here is the same on the photograph.

photograph = images.photograph(device=device)
signed = corr2d(photograph, K)
outlines = functional.relu(signed) + functional.relu(-signed)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.5), layout="constrained")
fig.get_layout_engine().set(wspace=0.06, hspace=0.06)
plots.show_response(axes[0], signed, title="one kernel")
plots.show_response(axes[1], outlines, title="two, with ReLU")
fig.set_label(
    "The edges of the photograph twice. Left, the response of the kernel 1, −1: "
    "each edge is orange or blue, depending on the side that is brighter. Right, "
    "the sum of two kernels after ReLU: all edges are orange."
)

# %%
assert signed.min() < 0 < signed.max()
assert outlines.min() == 0
torch.testing.assert_close(outlines, signed.abs())

# %%
# Max pooling is not linear either
# --------------------------------
#
# Many networks keep only the largest number of each small window, which is called
# :term:`max pooling`. The largest number of 1, 0 is 1, and so is the largest of 0, 1.
# If this were linear, the answer to their sum, which is 1, 1, would be 2. **What is the
# largest number of the window 1, 1?**

total = torch.tensor([[[[1.0, 1.0]]]], device=device)
pooled_total = functional.max_pool2d(total, (1, 2)).item()
print(pooled_total)

# %%
assert pooled_total == 1

# %%
# It is 1, so max pooling is not linear. No kernel can do what it does, since all
# kernels are linear. With a ReLU it can be done. The larger of two numbers :math:`a`
# and :math:`b` is :math:`b` plus the ReLU of :math:`a - b`: this adds what :math:`a`
# has more than :math:`b`, and 0 if it has less.

a = torch.tensor([3.0, -1.0, 2.0], device=device)
b = torch.tensor([1.0, 4.0, 2.0], device=device)
larger = b + functional.relu(a - b)
print(larger)

# %%
torch.testing.assert_close(larger, torch.maximum(a, b))

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. Build the
# two layers of this page for any kernel. **Which weights do they have?**

ask("both_edges")

# %%
# Replace the dots.


def both_edges(kernel): ...  # about 1 line


check("both_edges", both_edges)

# %%
# In practice
# -----------
#
# :class:`torch.nn.ReLU` is a layer without anything to learn, and in many networks it
# follows almost every convolution. Where a number was negative, it passes no
# gradient back, so a kernel whose responses are all negative does not learn at all.

numbers = torch.tensor([-2.0, -0.5, 0.5, 2.0], device=device, requires_grad=True)
functional.relu(numbers).sum().backward()
print(numbers.grad)

# %%
assert numbers.grad.tolist() == [0, 0, 1, 1]

# %%
# Further reading
# ---------------
#
# - V. Nair and G. Hinton, `Rectified linear units improve restricted Boltzmann machines
#   <https://www.cs.toronto.edu/~hinton/absps/reluICML.pdf>`__.
# - X. Glorot, A. Bordes and Y. Bengio, `Deep sparse rectifier neural networks
#   <https://proceedings.mlr.press/v15/glorot11a.html>`__.
# - :ref:`sphx_glr_tutorials_3_learning_plot_6_read_digits.py`: a network with ReLU, and
#   one without.
