r"""
See why a dense layer is not enough
===================================

By the end of this page you can say what a network gains when it replaces a dense layer
by cross-correlation, and where the kernel comes from.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn** how many weights a dense layer spends on an image, what is left of it
when all places are treated alike, and how both kinds of layer read a digit that has
moved.
"""

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()
torch.manual_seed(0)
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Scikit-learn comes with 1,797 handwritten digits of 8 × 8 pixels, whose ink goes from
# 0 to 16. We divide by 16, and add an empty rim, one pixel wide, so that a digit can
# move by a pixel without losing any of its ink. ``roll`` moves it to the right.
# (``[:, None]`` adds an axis for the channel, which the layers below ask for.
# ``default_device`` picks the GPU if there is one, and the CPU otherwise.)

digits = load_digits()
pixels = torch.tensor(digits.images / 16).float().to(device)
labels = torch.tensor(digits.target).to(device)
in_place = functional.pad(pixels, (1, 1, 1, 1))[:, None]
moved = in_place.roll(1, dims=3)

# %%
fig, axes = plt.subplots(2, 4, figsize=(5.6, 3.1), layout="constrained")
fig.get_layout_engine().set(wspace=0.06, hspace=0.06)
for column, example in enumerate((0, 4, 6, 9)):
    digit = labels[example].item()
    plots.show_image(axes[0, column], in_place[example, 0], title=f"a {digit}")
    plots.show_image(axes[1, column], moved[example, 0], title="moved")
fig.set_label(
    "Four handwritten digits, 0, 4, 6 and 9, each 10 by 10 pixels. Below each one "
    "stands the same digit, moved to the right by one pixel.\n\n"
    "You read the lower row as easily as the upper one. A network has to be built "
    "for it."
)

# %%
# One weight for each pair of pixels
# ----------------------------------
#
# A dense layer, which PyTorch calls :class:`torch.nn.Linear`, does not know that its
# input is an image. It lays all the pixels out in one long row, and each output is a
# weighted sum of all of them. So there is one :term:`weight` for each pair of an input
# and an output.
#
# Take the photograph that these pages use, which has 600 rows and 512 columns, and let
# the output be an image of the same size. **How many weights does the dense layer need,
# in billions (whole billions will do)?**

pixels_in = 600 * 512
weights = pixels_in * pixels_in
print(f"{weights:,} weights")
print(f"{weights * 4 / 1e9:.0f} gigabytes at 4 bytes each")

# %%
assert pixels_in == images.photograph(device=device).numel()
assert weights == 94_371_840_000
assert round(weights * 4 / 1e9) == 377

# %%
# The layer needs 94 billion weights, which fill 377 gigabytes. Most of them would learn
# the same things again and again: what an edge looks like in the top left corner, what
# an edge looks like one pixel further right, and so on for each place. We should not
# have to teach it that an edge is an edge wherever it is.

# %%
# Treat all places alike
# ----------------------
#
# We can force a dense layer to treat all places alike. Move the image, let the layer
# answer, and move the answer back. Do this for every possible move, and take the
# average of the answers. No place is special any more, because each pixel has been at
# every place once.
#
# Here is a dense layer for an image of 3 × 4 pixels. Its weights are a matrix ``M``
# with 12 rows and 12 columns, filled at random.

M = torch.randint(-99, 100, (12, 12)).float().to(device)


def dense(image):
    row_of_pixels = image.flatten()
    return (M @ row_of_pixels).reshape(3, 4)


# %%
# The moves are circular: what leaves the image on one side comes back on the other.
# This is what ``roll`` does, and there are 3 · 4 = 12 such moves.


def averaged(image):
    total = torch.zeros_like(image)
    for down in range(3):
        for right in range(4):
            moved_image = image.roll((down, right), dims=(0, 1))
            answer = dense(moved_image)
            total += answer.roll((-down, -right), dims=(0, 1))
    return total / 12


# %%
# The averaged layer is a matrix as well, because it is a sum of matrices. Its columns
# are its answers to images with a single bright pixel, so we can write the matrix down
# by lighting one pixel after the other. The matrix ``M`` held 144 weights drawn at
# random. **How many different numbers are left in the averaged matrix?**

columns = []
for one_pixel in torch.eye(12, device=device):
    answer = averaged(one_pixel.reshape(3, 4))
    columns.append(answer.flatten())
A = torch.stack(columns, dim=1)
different = A.round(decimals=3).unique().numel()
print(different, "different numbers")

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.1), layout="constrained")
fig.get_layout_engine().set(wspace=0.06, hspace=0.06)
plots.show_response(axes[0], M, title="any matrix")
plots.show_response(
    axes[1], A, title="averaged over shifts", limit=A.abs().max().item()
)
fig.set_label(
    "Two matrices of 12 by 12 cells. Left, random colours. Right, the same twelve "
    "colours in each row, each time in another order: the pattern repeats along "
    "diagonals, in blocks of 4 by 4."
)

# %%
assert different == 12
for weights_of_one_output in A:
    torch.testing.assert_close(weights_of_one_output.sort().values, A[0].sort().values)

# %%
# Twelve numbers are left, one for each pixel of the image. Every row of the averaged
# matrix holds the same twelve, in another order. The weight of an input pixel depends
# only on where it lies relative to the output pixel: all right neighbours have the same
# weight, and so on. So one row tells us all the others.

# %%
# Write the first row as a small image of 3 × 4 numbers. Its first number is the weight
# of the pixel itself, the next that of its right neighbour, and so on. This is a
# :term:`kernel`, and the layer slides it over the image.

K = A[0].reshape(3, 4)
image = torch.rand(3, 4).to(device)
around = functional.pad(image[None], (0, 3, 0, 2), mode="circular")[0]
print("averaged layer:", averaged(image), sep="\n")
print("kernel:", corr2d(around, K), sep="\n")

# %%
torch.testing.assert_close(averaged(image), corr2d(around, K), rtol=1e-4, atol=1e-4)

# %%
# The two agree. (``pad`` with ``mode="circular"`` lets the window that hangs over the
# border see the opposite side, as ``roll`` does; ``[None]`` adds the axis for
# :term:`channels <channel>` that ``pad`` asks for.)

# %%
# We began with any matrix at all, and only asked that places be treated alike. What is
# left *is* :term:`cross-correlation`. A dense layer that treats all places alike from
# the start is its own average, so there is nothing else that it can be.
#
# A second idea makes the kernel small. Pixels that are close together belong together,
# so a layer looks at near neighbours first, and sets all other weights to zero. With a
# window of 3 × 3 the 94 billion weights are down to nine.

# %%
# Does it matter?
# ---------------
#
# Let us train two small networks to read the digits, and then move the digits by one
# pixel. Each network has two layers with weights. Between them it sets negative numbers
# to zero, which is what :term:`ReLU` does, and it ends in ten scores, one for each
# digit. The first network is dense.


def dense_network():
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(100, 10),
        nn.ReLU(),
        nn.Linear(10, 10),
    ).to(device)


# %%
# The second network slides 32 kernels of 5 × 5 pixels over the image. (PyTorch's layer
# for that is :class:`torch.nn.Conv2d`; the next page builds one.) Then it keeps only
# the largest response of each kernel, wherever in the image it was, and its ten scores
# are weighted sums of these 32 numbers.


def sliding_network():
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=5, padding=4, bias=False),
        nn.ReLU(),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 10),
    ).to(device)


# %%
# For a fair comparison, the two have nearly the same number of weights.


def size(network):
    return sum(weight.numel() for weight in network.parameters())


print("dense:  ", size(dense_network()), "weights")
print("sliding:", size(sliding_network()), "weights")

# %%
assert len(labels) == 1797
assert size(dense_network()) == 1120
assert size(sliding_network()) == 1130

# %%
# The first 1,200 digits train the networks, always in place; the rest test them. What
# the lines of ``train`` do is the subject of section 3, *Learning*. Here it is enough
# that they turn a network with random weights into one that reads.


def train(network):
    optimiser = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(12):
        for batch in torch.randperm(1200).split(100):
            scores = network(in_place[batch])
            loss = functional.cross_entropy(scores, labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


# %%
# A network's guess is the digit with the highest score, which ``argmax`` finds.


def percent_right(network, images):
    guesses = network(images[1200:]).argmax(dim=1)
    right = guesses == labels[1200:]
    return 100 * right.float().mean().item()


# %%
# A single training run could be luck, so each network starts three times from other
# random weights. This is the dense one, tested with the digits in place.

dense_networks = []
for seed in range(3):
    torch.manual_seed(seed)
    network = dense_network()
    train(network)
    dense_networks.append(network)
    print(f"run {seed}: {percent_right(network, in_place):.0f} % right")

# %%
# It reads nearly nine digits in ten. Now move all test digits to the right by one
# pixel. **How many of them will the dense network read, on average over the three
# runs?**
#
# - about a tenth of them, as by guessing
# - about half of them
# - nearly as many as in place

dense_moved = [percent_right(network, moved) for network in dense_networks]
mean_dense_moved = sum(dense_moved) / 3
print([f"{percent:.0f} %" for percent in dense_moved])

# %%
for network in dense_networks:
    assert percent_right(network, in_place) > 82
mean_dense = sum(percent_right(network, in_place) for network in dense_networks) / 3
assert 85 < mean_dense < 92
assert 30 < mean_dense_moved < 65

# %%
# It reads about half of them. For a dense layer, a digit that has moved by one pixel is
# a new image, since all the ink falls on inputs with other weights. The network has
# learned where the ink lies, not what shape it has.

# %%
# Now train the sliding network three times in the same way. **How will it read the
# moved digits?**
#
# - about half of them, like the dense network
# - better than that, but clearly worse than in place
# - as well as in place

sliding_in_place, sliding_moved = [], []
for seed in range(3):
    torch.manual_seed(seed)
    network = sliding_network()
    train(network)
    sliding_in_place.append(percent_right(network, in_place))
    sliding_moved.append(percent_right(network, moved))
print("in place:", [f"{percent:.0f} %" for percent in sliding_in_place])
print("moved:   ", [f"{percent:.0f} %" for percent in sliding_moved])

# %%
for still, shifted in zip(sliding_in_place, sliding_moved, strict=True):
    assert still > 88
    assert abs(still - shifted) < 0.5
torch.testing.assert_close(network(moved), network(in_place), rtol=1e-3, atol=1e-3)

# %%
# The sliding network reads the moved digits as well as those in place. It did not have
# to learn that; it is built in. When the digit moves, each kernel meets the same pixels
# as before, one step later, so its largest response is the same number. (The padding of
# four zeros per side lets the window reach every place where it touches the digit.)

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. This one is
# the averaging of this page along one axis. **Which kernel is left of a matrix?**

ask("average_over_shifts")

# %%
# Replace the dots.


def average_over_shifts(matrix): ...  # about 3 lines


check("average_over_shifts", average_over_shifts)

# %%
# In practice
# -----------
#
# Networks for images begin with layers that slide, and often end with a dense one: once
# the maps are small and say *what* is there, a few weights for each place are cheap.
# Treating all places alike is a choice. In a portrait, where eyes are always in the
# upper half, a layer that knows its place can be the better one.
#
# Further reading
# ---------------
#
# - A. Zhang, Z. Lipton, M. Li and A. Smola, `From fully connected layers to
#   convolutions
#   <https://d2l.ai/chapter_convolutional-neural-networks/why-conv.html>`__, in *Dive
#   into Deep Learning*.
# - T. Cohen and M. Welling, `Group equivariant convolutional networks
#   <https://arxiv.org/abs/1602.07576>`__: the same idea for turns and mirrors.
# - :ref:`sphx_glr_tutorials_2_layers_plot_2_build_a_layer_from_scratch.py`: the next
#   page builds the layer that slides.
