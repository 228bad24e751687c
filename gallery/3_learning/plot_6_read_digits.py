"""
Read digits
===========

By the end of this page a network of two convolutional layers reads handwritten digits,
and you have looked inside.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`,
:ref:`sphx_glr_tutorials_2_layers_plot_4_mix_channels.py`, and what :term:`ReLU` and
:term:`max pooling` do.

**You will learn** how layers become a network, what it can do that a linear one cannot,
and what its kernels respond to.
"""

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn

from convtutor import corr2d, default_device, plots, tolerance
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too
torch.set_num_threads(1)  # so small a network would only wait for a second one
torch.manual_seed(5)

# %%
digits = load_digits()
X = torch.tensor(digits.images, dtype=torch.float32, device=device)
X = X[:, None] / 16  # one channel, and brightness from 0 to 1
labels = torch.tensor(digits.target, device=device)

# %%
fig, axes = plt.subplots(2, 5, figsize=(5.6, 2.7), layout="constrained")
for ax, example in zip(axes.flat, range(10, 20), strict=True):
    plots.show_image(ax, 1 - X[example, 0], title=f"{labels[example]}")
fig.set_label(
    "Ten small grey images of handwritten digits, from 0 to 9, each with its label.\n\n"
    "Ten of the 1797 digits, each of 8 × 8 pixels, and their labels."
)

# %%
# scikit-learn comes with 1797 handwritten digits. Each is an image of 8 × 8 pixels, and
# has a label that says which digit was meant. We want a network to learn to read them.
#
# Before anything else happens we put a fifth of them aside. A network can learn
# examples by heart, so only digits that it has never seen tell whether it can *read*.
# (``randperm`` lists the 1797 places in a random order, and ``split`` cuts the list in
# two.)

test, train = torch.randperm(1797).to(device).split([360, 1437])
print(len(train), "to learn from,", len(test), "to check with")

# %%
assert X.shape == (1797, 1, 8, 8) and X.min() == 0 and X.max() == 1
assert labels[10:20].tolist() == list(range(10))

# %%
# One linear layer
# ----------------
#
# We begin with the simplest reader. A :term:`linear layer` gives each of the ten digits
# a score, which is a weighted sum of all 64 pixels plus a :term:`bias`. The digit with
# the highest score is the answer. There is nothing convolutional in it yet.
#
# Training is the loop of *Learn a kernel* with three changes. The :term:`loss` is the
# :term:`cross-entropy`, which is small when the right digit has the highest score by
# far. The gradient is computed from a :term:`batch` of 240 examples at a time, in a new
# random order for each of thirty rounds. And the optimiser is :term:`Adam`, which finds
# a suitable rate for each weight by itself.


def fit(network):
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(30):
        shuffled = train[torch.randperm(len(train)).to(device)]
        for batch in shuffled.split(240):
            optimiser.zero_grad()
            scores = network(X[batch])
            loss = nn.functional.cross_entropy(scores, labels[batch])
            loss.backward()
            optimiser.step()


# %%
# Afterwards we count how many of the digits that we have put aside are read right.


def share_read(network):
    with torch.no_grad():  # no gradients needed
        answers = network(X[test]).argmax(1)  # the place of the highest score
    return (answers == labels[test]).float().mean().item()


# %%
linear = nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).to(device)
fit(linear)
print(f"one linear layer: {share_read(linear):.1%}")

# %%
assert 0.93 < share_read(linear) < 0.975

# %%
# A guess would be right in 10 % of the cases. The weighted sums are right in more than
# 93 %, which is a good deal for so simple a reader. (``Flatten`` writes the pixels of
# each digit into one row, because a linear layer expects that.)
#
# Convolutions alone
# ------------------
#
# Now we add two convolutional layers in front. The first has eight kernels of 3 × 3
# taps, and makes eight :term:`feature maps <feature map>`. The second has 32
# :term:`filters <filter>`, each with one kernel for each of the eight maps. Average
# pooling then takes the mean of every 2 × 2 pixels, and the linear layer scores what is
# left.

stack = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),  # 8 maps of 8 × 8 pixels
    nn.Conv2d(8, 32, 3),  # 32 maps of 6 × 6 pixels
    nn.AvgPool2d(2),  # 32 maps of 3 × 3 pixels
    nn.Flatten(),
    nn.Linear(32 * 3 * 3, 10),
).to(device)
print("weights and biases:", sum(weight.numel() for weight in stack.parameters()))

# %%
# This network has eight times as many numbers to learn as the linear layer. But each of
# its layers is linear. **Will it read more of the unseen digits than the single linear
# layer?**
#
# - yes, at least 2 % more
# - no, about as many
# - no, at least 2 % fewer

fit(stack)
print(f"one linear layer: {share_read(linear):.1%}")
print(f"convolutions alone: {share_read(stack):.1%}")

# %%
gain = share_read(stack) - share_read(linear)
assert abs(gain) < 0.02
weights = sum(weight.numel() for weight in stack.parameters())
assert round(weights / 650) == 8
assert sum(weight.numel() for weight in linear.parameters()) == 650

# %%
# No, it reads about as many. A linear function of a linear function is again linear:
# all these layers together give each digit one weighted sum of the 64 pixels plus one
# bias, as the single layer does. We can even write these weights down. The scores of a
# black image are the biases, and lighting one pixel at a time shows what each pixel
# adds:

with torch.no_grad():
    biases = stack(torch.zeros(1, 1, 8, 8, device=device))
    single_pixels = torch.eye(64, device=device).reshape(64, 1, 8, 8)
    table = stack(single_pixels) - biases  # 64 pixels, 10 scores
    rebuilt = X[test].flatten(1) @ table + biases
    difference = (rebuilt - stack(X[test])).abs().max().item()
print("the table gives the same scores:", difference < 0.01)

# %%
assert difference < 0.01

# %%
# What ReLU and max pooling add
# -----------------------------
#
# So something that is not linear has to stand between the layers. After each
# convolution, ReLU makes all negative numbers zero. Max pooling keeps the largest of
# every 2 × 2 pixels instead of their mean; it is not linear either. Nothing else
# changes, and neither of the two has anything to learn.

net = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(8, 32, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(32 * 3 * 3, 10),
).to(device)
before = net[0].weight.detach().clone()  # the first layer's kernels, for later

# %%
# The linear networks have misread about one digit in twenty. **How many of 100 unseen
# digits will this network misread?**
#
# - one or two
# - about five
# - about ten

fit(net)
print(f"with ReLU and max pooling: {share_read(net):.1%}")

# %%
assert share_read(net) >= 0.975
assert 1 - share_read(net) < 0.5 * (1 - share_read(stack))
assert round(100 * (1 - share_read(net))) in (1, 2)
assert all(0.03 < 1 - share_read(network) < 0.07 for network in (linear, stack))

# %%
# It misreads one or two, less than half as many as before, with the same number of
# weights. (The exact share depends on which digits were put aside and on the random
# start, and a little on the device, because rounding differs.)

# %%
# Look inside
# -----------
#
# What has the first layer learned? It does what you know: it puts a frame of zeros
# around the image, one pixel wide, slides a kernel over it, multiplies, and adds. So
# :func:`convtutor.corr2d` can compute its feature maps for us. (We leave out the bias,
# which only makes a whole map brighter or darker.)

kernels = net[0].weight.detach()[:, 0]  # eight kernels of 3 × 3 taps
padded = nn.functional.pad(X[12, 0], (1, 1, 1, 1))
maps = [corr2d(padded, kernel) for kernel in kernels]

# %%
with torch.no_grad():
    expected = net[0](X[12]) - net[0].bias[:, None, None]
bounds = tolerance(X.dtype, device, terms=100)
torch.testing.assert_close(torch.stack(maps), expected, **bounds)

# %%
fig, axes = plt.subplots(4, 4, figsize=(5.6, 5.8), layout="constrained")
for i in range(8):
    row, column = 2 * (i // 4), i % 4
    ax = axes[row, column]
    plots.show_grid(ax, kernels[i], title=f"kernel {i + 1}", write_numbers=False)
    plots.show_response(axes[row + 1, column], maps[i], title="its map")
fig.set_label(
    "Eight kernels of 3 by 3 cells in orange and blue, each above the feature map "
    "that it makes of a handwritten two. Some are orange on one side and blue on the "
    "other, and their maps follow one side of the strokes.\n\n"
    "The eight kernels of the first layer, and what they make of a handwritten 2."
)

# %%
# Some of these kernels are positive on one side and negative on the other: such a
# kernel answers to an edge. How much of that is there in each? A kernel of nine taps is
# a point in a space of nine dimensions. Two directions in this space are pure slopes:
# one has −1, 0, 1 in each row, and the other in each column. A mixture of the two is a
# slope in between, which answers to edges across it. Split a kernel into such a mixture
# and a rest at right angles to it. The squared taps of the two parts then add up to
# those of the kernel, and we measure the share of the mixture. **For kernels of random
# taps, which share is that on average?** A fraction will do.

steps = torch.tensor([-1.0, 0.0, 1.0], device=device)
across = steps.expand(3, 3)  # −1, 0, 1 in each row
across = across / across.norm()
down = across.T


def share_of_slopes(kernels):
    left_right = (kernels * across).sum((1, 2)) ** 2
    up_down = (kernels * down).sum((1, 2)) ** 2
    return (left_right + up_down) / (kernels**2).sum((1, 2))


random_kernels = torch.randn(10000, 3, 3, device=device)
print(f"random taps: {share_of_slopes(random_kernels).mean():.3f}")

# %%
assert abs(share_of_slopes(random_kernels).mean() - 2 / 9) < 0.01
assert abs((across * down).sum()) < 1e-6  # the two are at right angles

# %%
# It is two ninths, or 0.22. Random taps prefer no direction, so each of the nine
# directions gets the same share, and we look at two of them.

# %%
# And this is what training has done to the eight kernels of the network:

shares = share_of_slopes(kernels)
print(f"before training:   {share_of_slopes(before[:, 0]).mean():.2f}")
print(f"after training:    {shares.mean():.2f}")
print(f"most edge-like:    {shares.max():.2f}")

# %%
assert shares.mean() > 0.35
assert shares.mean() > share_of_slopes(before[:, 0]).mean() + 0.1
assert shares.max() > 0.5

# %%
# On average more than a third of a kernel is now an edge detector, and in the most
# edge-like one more than half. (Eight kernels are few, so another random start ends
# with other shares.) Nobody has told the network about edges. They turned out to be
# useful for telling digits apart.

# %%
# Try it yourself
# ---------------
#
# A share does not say which digit is taken for which. A table does: it has a row for
# each label and a column for each answer, and it counts. **How can it be filled without
# a loop?** It is called a :term:`confusion matrix`.

ask("confusion")

# %%
# Replace the dots by your code and run the cell again. Then look at what
# ``confusion(net(X[test]), labels[test])`` returns: which digits are mixed up?


def confusion(scores, labels): ...  # about 4 lines


check("confusion", confusion)

# %%
# In practice
# -----------
#
# Our share is flattering. These digits were written by `thirteen people
# <https://scikit-learn.org/stable/datasets/toy_dataset.html>`__, and our network has
# learned from each of them. To know how it reads the writing of strangers, keep all the
# digits of some writers apart.
#
# Further reading
# ---------------
#
# - Y. LeCun and others, `Gradient-based learning applied to document recognition
#   <https://doi.org/10.1109/5.726791>`__: the network that read cheques.
# - M. Zeiler and R. Fergus, `Visualizing and understanding convolutional networks
#   <https://arxiv.org/abs/1311.2901>`__: how to look into deeper layers.
