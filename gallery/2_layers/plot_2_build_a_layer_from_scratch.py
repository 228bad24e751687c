r"""
Build a layer from scratch
==========================

By the end of this page you have written a convolutional layer of your own, it finds the
edges of a stripe, and you know why it is the same layer as PyTorch's.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn** what a layer has that an operation has not, what a kernel with the
two taps 1 and −1 sees in an image, and what it is blind to.
"""

import torch
from torch import nn

import convtutor
from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()
torch.manual_seed(0)

# %%
# Our layer should find something. Here is a bright image with a dark stripe, 6 pixels
# high and 8 wide. (``default_device`` picks the GPU if there is one, and the CPU
# otherwise.)

X = images.striped(6, 8, device=device)

# %%
fig = plots.show_grids({"a dark stripe, with two edges": X})
fig.set_label(
    "An image of 6 by 8 pixels: ones, but zeros in the third to the sixth column. "
    "So it has an edge on the left of the stripe and one on its right."
)

# %%
# A place for what can be learned
# -------------------------------
#
# :func:`convtutor.corr2d` is an operation: it is given an image and a kernel, returns
# the output, and remembers nothing. A :term:`layer` is given the image only. It keeps
# the kernel, which in a layer is called the :term:`weight`, because training is going
# to change it.
#
# In PyTorch, everything that keeps such numbers is a :class:`torch.nn.Module`. The work
# is done in its method ``forward``, which runs when the layer is called like a
# function. Here is a first attempt.


class FirstAttempt(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = torch.rand(kernel_size)

    def forward(self, image):
        return corr2d(image, self.weight)


# %%
# Training works on what ``parameters()`` lists. The layer below has a kernel of 1 × 2
# taps in a plain tensor. **How many numbers does PyTorch list for it?**

first_attempt = FirstAttempt((1, 2))
listed = sum(numbers.numel() for numbers in first_attempt.parameters())
print(listed, "numbers can be learned")

# %%
assert listed == 0
assert FirstAttempt((1, 2)).to("meta").weight.device.type == "cpu"  # left behind

# %%
# It lists none. A module may hold all kinds of tensors, and PyTorch cannot guess which
# of them are there to be learned. So this layer works, but it would never learn
# anything, and ``layer.to(device)`` would leave its kernel behind on the CPU.

# %%
# The layer
# ---------
#
# Wrapping the tensor in :class:`torch.nn.Parameter` says that it is to be learned. We
# also give the layer a second thing to learn, the :term:`bias`: one number that is
# added to every output pixel. The weight starts at random between 0 and 1, the bias at
# zero.


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, image):
        return corr2d(image, self.weight) + self.bias


# %%
# That is all of it. **How many numbers can this layer learn, with a kernel of 1 × 2
# taps?**

layer = Conv2D((1, 2)).to(device)
for name, parameter in layer.named_parameters():
    print(name, tuple(parameter.shape))
learnable = sum(parameter.numel() for parameter in layer.parameters())

# %%
assert learnable == 1 * 2 + 1
assert 0 <= layer.weight.min() <= layer.weight.max() < 1
assert layer.bias == 0
torch.testing.assert_close(layer(X), corr2d(X, layer.weight))

# %%
# It can learn three numbers, two taps and the bias. The size of the image plays no
# part: the same three numbers serve an image of any size.

# %%
# What 1 and −1 see
# -----------------
#
# Nothing has been trained yet, so we set the weight by hand, to 1 and −1. (PyTorch
# keeps a record of what is done to a parameter, in order to compute gradients later on.
# A change by hand should not be on that record, so it stands under
# ``torch.no_grad()``.) Each output pixel is now *the pixel minus its right neighbour*.
# **What is the first row of the output?**

with torch.no_grad():
    layer.weight.copy_(torch.tensor([[1.0, -1.0]]))
    Y = layer(X)
print(Y)

# %%
fig = plots.show_grids(
    {"image": X, "response": Y},
    windows={"image": (2, 1, 1, 2), "response": (2, 1, 1, 1)},
)
fig.set_label(
    "Above, the 6 by 8 image: ones, but zeros in columns three to six. Below, the 6 "
    "by 7 response: ones in the second column, minus ones in the sixth, zeros "
    "elsewhere. The window 1, 0 and the 1 that it gives are framed."
)

# %%
expected = torch.zeros(6, 7, device=device)
expected[:, 1] = 1
expected[:, 5] = -1
torch.testing.assert_close(Y, expected)

# %%
# The response is 1 in the second column, where the image steps from bright to dark, and
# −1 in the sixth, where it steps back. Everywhere else both pixels are equal, and their
# difference is 0.

# %%
# Mind the sign. The slope of an image, its *gradient*, is positive where the image gets
# brighter from left to right: it is the right pixel minus the left one. Our kernel
# computes the left pixel minus the right one, so its response is *minus* the slope.

right_minus_left = X[:, 1:] - X[:, :-1]

# %%
torch.testing.assert_close(Y, -right_minus_left)

# %%
# The size of the response matters as well. Here is the same stripe with less contrast:
# the bright pixels are 0.75, and the dark ones 0.5. **What is the largest number in the
# response now?**

faint = 0.5 + 0.25 * X
faint_response = layer(faint).detach()
largest = faint_response.max().item()
print(largest)

# %%
torch.testing.assert_close(faint_response, 0.25 * Y)

# %%
# It is 0.25, the step between the two. The brightness itself is gone, since 0.5 − 0.5
# is 0 like 1 − 1. What counts is the contrast: a faint edge gives a small number, and a
# strong one a large number. (``detach`` gives us the numbers without PyTorch's record.)

# %%
# What they are blind to
# ----------------------
#
# Transpose the image with ``.T``, which swaps its rows and its columns. The stripe now
# lies on its side, and it still has two strong edges. **What is the largest response to
# the lying stripe?**

lying = layer(X.T).detach()
largest_lying = lying.abs().max().item()
print(largest_lying)

# %%
fig = plots.show_grids({"the stripe, lying": X.T, "response": lying})
fig.set_label(
    "Left, the 8 by 6 image: ones, but zeros in rows three to six. Right, the "
    "response of 8 by 5 numbers, all of them zero."
)

# %%
torch.testing.assert_close(lying, torch.zeros(8, 5, device=device))

# %%
# The response is zero everywhere. This kernel compares each pixel with its neighbour in
# the same row, and in the lying stripe those are always equal. A kernel sees one thing
# and is blind to others, and that is why the layers of a network have many kernels.

# %%
# Ours and PyTorch's
# ------------------
#
# The package that comes with these pages has the same layer, :class:`convtutor.Conv2D`,
# which checks its input as well. With the same numbers in it, it does the same.

packaged = convtutor.Conv2D((1, 2)).to(device)
with torch.no_grad():
    layer.bias.fill_(0.5)
packaged.load_state_dict(layer.state_dict())

# %%
fresh = convtutor.Conv2D((3, 5))
assert 0 <= fresh.weight.min() <= fresh.weight.max() < 1
assert fresh.bias == 0
torch.testing.assert_close(packaged(X), layer(X))

# %%
# (``state_dict`` is the list of a module's numbers by their names. The bias is 0.5 so
# that a layer which forgot to add it would be found out.)
#
# PyTorch's own layer is :class:`torch.nn.Conv2d`, with a small d. It is made for many
# images at once, which may have many :term:`channels <channel>`, so its weight and its
# input have two more axes. ``X[None, None]`` adds them, and ``[0, 0]`` takes them away
# again. With one channel going in, one coming out, and our numbers copied into it, it
# is our layer.

theirs = nn.Conv2d(1, 1, kernel_size=(1, 2), device=device)
with torch.no_grad():
    theirs.weight.copy_(layer.weight[None, None])
    theirs.bias.copy_(layer.bias)
print(theirs(X[None, None])[0, 0, 0].detach())

# %%
torch.testing.assert_close(theirs(X[None, None])[0, 0], layer(X))

# %%
# It prints the first row of our response, with 0.5 added to each number.

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. A bias
# shifts every output pixel by the same amount. Given an image, a kernel and the output
# that the layer should have, **which bias makes the squared error smallest?**

ask("fit_bias")

# %%
# Replace the dots.


def fit_bias(image, kernel, target): ...  # about 1 line


check("fit_bias", fit_bias)

# %%
# In practice
# -----------
#
# :class:`torch.nn.Conv2d` draws its first weights on both sides of zero, and the more
# pixels a window has, the smaller they are. Then the outputs of a large kernel are
# about as large as those of a small one.

small_start = nn.Conv2d(1, 1, kernel_size=(2, 3)).weight
large_start = nn.Conv2d(1, 1, kernel_size=(20, 30)).weight
print(f"2 × 3:   {small_start.min():.2f} to {small_start.max():.2f}")
print(f"20 × 30: {large_start.min():.2f} to {large_start.max():.2f}")

# %%
assert small_start.abs().max() <= 1 / (2 * 3) ** 0.5
assert large_start.abs().max() <= 1 / (20 * 30) ** 0.5
assert large_start.min() < 0 < large_start.max()
for kernel_size in ((1, 2), (5, 7), (15, 15)):
    answers_to_ones = nn.Conv2d(1, 2000, kernel_size).weight.sum(dim=(1, 2, 3))
    assert 0.5 < answers_to_ones.std() < 0.65  # in theory 0.577, the root of a third

# %%
# Further reading
# ---------------
#
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `Dive into Deep Learning
#   <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__: the
#   chapter in which this stripe became famous.
# - :ref:`sphx_glr_tutorials_3_learning_plot_1_follow_the_gradients.py` and
#   :ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`: how the three numbers
#   are learned.
