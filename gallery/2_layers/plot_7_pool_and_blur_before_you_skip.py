r"""
Pool, and blur before you skip
==============================

By the end of this page you can make a feature map smaller in four ways, and say which
of them changes its answer least when the image moves by a pixel.

**You will need**
:ref:`sphx_glr_tutorials_2_layers_plot_3_predict_the_output_shape.py` and
:ref:`sphx_glr_tutorials_2_layers_plot_6_see_what_relu_adds.py`.

**You will learn** what max and average pooling do, what a stride leaves out, and why a
blur before it helps.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn import functional

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check
from convtutor.shapes import output_size

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Here is a small feature map of 4 × 6 numbers. It is cut into windows of 2 × 2, which
# do not overlap. (``default_device`` picks the GPU if there is one, and the CPU
# otherwise.)

X = torch.tensor(
    [
        [1.0, 0, 2, 3, 0, 0],
        [4.0, 2, 1, 0, 0, 8],
        [0.0, 0, 6, 6, 2, 0],
        [0.0, 0, 6, 6, 0, 2],
    ],
    device=device,
)

# %%
fig, ax = plt.subplots(figsize=(3.8, 2.8), layout="constrained")
plots.show_blocks(ax, X, block=(2, 2), title="six windows")
fig.set_label(
    "A grid of 4 by 6 numbers, cut into six windows of 2 by 2. The upper three hold "
    "1, 0, 4, 2, then 2, 3, 1, 0, then 0, 0, 0, 8. The lower three hold four zeros, "
    "four sixes, and 2, 0, 0, 2."
)

# %%
# Max and average
# ---------------
#
# Deep in a network, a map need not be as large as the image. *Where exactly* something
# was found matters less and less, *what* was found matters more, and smaller maps cost
# less. Pooling makes one number out of each window. :term:`Max pooling` keeps the
# largest number, average pooling takes their mean. **What does max pooling make of the
# upper three windows?**

largest = functional.max_pool2d(X[None], kernel_size=2)[0]
mean = functional.avg_pool2d(X[None], kernel_size=2)[0]
print("max:", largest, sep="\n")
print("average:", mean, sep="\n")

# %%
fig = plots.show_grids({"max": largest, "average": mean})
fig.set_label(
    "Two grids of 2 by 3 numbers. Max: 4, 3, 8 and 0, 6, 2. Average: 1.75, 1.5, 2 "
    "and 0, 6, 1."
)

# %%
assert largest.tolist() == [[4, 3, 8], [0, 6, 2]]
torch.testing.assert_close(mean.cpu(), torch.tensor([[1.75, 1.5, 2], [0, 6, 1]]))

# %%
# It makes 4, 3 and 8 of them. The two kinds of pooling ask different questions. The
# largest number says whether something was found *anywhere* in the window: the single 8
# survives. The mean says *how much* was found in all: the 8 becomes a 2, the same as if
# there had been a 2 in each place.
#
# (``[None]`` adds the axis for channels that the functions ask for. Each channel is
# pooled by itself, so there are as many channels afterwards as before. Nothing here is
# learned: pooling has no weights.)

# %%
# Average pooling is a cross-correlation with four taps of ¼ and a :term:`stride` of 2.
# Max pooling is not, because :ref:`it is not linear
# <sphx_glr_tutorials_2_layers_plot_6_see_what_relu_adds.py>`.

# %%
quarter = torch.full((1, 1, 2, 2), 0.25, device=device)
by_correlation = functional.conv2d(X[None, None], quarter, stride=2)[0, 0]
torch.testing.assert_close(by_correlation, mean)

# %%
# Shapes
# ------
#
# The formula for shapes is the same as for a kernel:
# :ref:`sphx_glr_tutorials_2_layers_plot_3_predict_the_output_shape.py`. Two things are
# different in PyTorch. If you give no stride, pooling takes the size of the window,
# where a convolution takes 1. And max pooling pads with minus infinity, so that the
# padding never wins.
#
# A map of 7 × 9 pixels is pooled with a window of 3 × 2, and no stride is given. **What
# shape does it have afterwards?**

pooled = functional.max_pool2d(torch.zeros(1, 7, 9), kernel_size=(3, 2))
pooled_shape = tuple(pooled.shape[1:])
print(pooled_shape)

# %%
assert pooled_shape == (output_size(7, 3, stride=3), output_size(9, 2, stride=2))
assert pooled_shape == (2, 4)
minus_one = torch.full((1, 4, 6), -1.0)
assert functional.max_pool2d(minus_one, 3, stride=1, padding=1).max() == -1

# %%
# It has 2 × 4 pixels. Three rows go into seven twice, and two columns into nine four
# times. The last row and the last column are in no window.

# %%
# What a stride leaves out
# ------------------------
#
# The plainest way to halve a map is to skip every second number, which is what a stride
# of 2 does. It is cheap, but whatever lies on a skipped place is lost. Here is a
# stripe, and the row of its response to the kernel 1, −1: one number for each edge.

stripe = images.striped(1, 10, device=device)
K = torch.tensor([[1.0, -1.0]], device=device)
response = corr2d(stripe, K)
print(response[0].int().tolist())

# %%
# Keep the columns 0, 2, 4, 6 and 8, counted from 0. Both edges are in odd columns, so
# nothing of them is left. Now move the stripe to the right by one pixel. **How many of
# its two edges are left after skipping?**

moved_response = corr2d(stripe.roll(1, dims=1), K)
skipped = response[:, ::2]
moved_skipped = moved_response[:, ::2]
edges_left = (moved_skipped != 0).sum().item()
print("in place:", skipped[0].int().tolist())
print("moved:   ", moved_skipped[0].int().tolist())

# %%
assert skipped.count_nonzero() == 0
assert edges_left == 2

# %%
# Both are left. A move by one pixel decides between none and all, and the layer after
# this one would see two completely different images.

# %%
# Blur first
# ----------
#
# Before we skip, let each number spread to its neighbours: the kernel ¼, ½, ¼ keeps
# half of it and gives a quarter to either side. Each edge then reaches over three
# columns, and at least one of them is kept. Take the left edge of the stripe before its
# move, which is a 1 in an odd column. Blur it, and keep the even columns. **What do the
# numbers that are kept add up to?**

blur = torch.tensor([[0.25, 0.5, 0.25]], device=device)
blurred = corr2d(functional.pad(response, (1, 1)), blur)
moved_blurred = corr2d(functional.pad(moved_response, (1, 1)), blur)
kept, moved_kept = blurred[:, ::2], moved_blurred[:, ::2]
left_edge = kept[0, :3].sum().item()
print("in place:", kept[0].tolist())
print("moved:   ", moved_kept[0].tolist())

# %%
fig = plots.show_grids(
    {
        "in place": 4 * response,
        "skipped": 4 * skipped,
        "blurred, then skipped": 4 * kept,
        "moved by one": 4 * moved_response,
        "moved, skipped": 4 * moved_skipped,
        "moved, blurred, then skipped": 4 * moved_kept,
    },
    columns=1,
)
fig.set_label(
    "Six rows of numbers, all of them times four. In place: a 4 and a −4. Skipped: "
    "only zeros. Blurred, then skipped: 1, 1, 0, −1, −1. Moved by one: a 4 and a "
    "−4. Moved and skipped: both of them. Moved, blurred, then skipped: 0, 2, 0, 0, "
    "−2.\n\n"
    "All numbers are drawn four times as large, so that they are whole."
)

# %%
assert left_edge == 0.5
assert kept[0].tolist() == [0.25, 0.25, 0, -0.25, -0.25]
assert moved_kept[0].tolist() == [0, 0.5, 0, 0, -0.5]

# %%
# They add up to ½ in place, as two quarters, and to ½ after the move, as one half. It
# is the same wherever the edge lies, since the taps at even places, ¼ + ¼, weigh as
# much as the tap at the odd place. The edge is never lost, and never counts double.

# %%
# A photograph moves by one pixel
# -------------------------------
#
# Now for a real image. We take the photograph, and find in it the edges from bright to
# dark, with the kernel 1, −1 and a :term:`ReLU`. Then we make the map half as large in
# four ways:
#
# - skip,
# - blur, then skip,
# - max pooling (which takes the largest of 2 × 2, and skips),
# - take the largest of 2 × 2 at stride 1, then blur, then skip.


def skip(edges):
    return edges[..., ::2, ::2]


def blur_and_skip(edges):
    both_ways = (blur.T * blur)[None, None]
    return functional.conv2d(edges, both_ways, stride=2)


def pool(edges):
    return functional.max_pool2d(edges, 2)


def pool_blur_and_skip(edges):
    return blur_and_skip(functional.max_pool2d(edges, 2, stride=1))


# %%
# (The blur works in both directions here: a column of ¼, ½, ¼, which ``.T`` makes by
# transposing, times the same row. In an index, ``...`` stands for all axes before the
# last two, and ``::2`` for every second place.)
#
# Move the photograph to the right by one pixel and compare each map with the one
# before. The size of the change is its root mean square, as a fraction of the map's
# own. At 0 nothing has changed, and at 1 the change is as large as the map itself.
# **Which map changes least?**
#
# - the one that skips
# - the one that is blurred first
# - max pooling
# - max pooling with a blur before it skips


def edges_of(image):
    return functional.relu(corr2d(image, K))[None, None]


photograph = images.photograph(device=device)
edges = edges_of(photograph[:, 1:])
moved_edges = edges_of(photograph[:, :-1])

# %%
changes = {}
for way in (skip, blur_and_skip, pool, pool_blur_and_skip):
    before, after = way(edges), way(moved_edges)
    change = (after - before).square().mean() / before.square().mean()
    changes[way.__name__] = change.sqrt().item()
    print(f"{way.__name__:18} {changes[way.__name__]:.2f}")

# %%
fig, ax = plt.subplots(figsize=(5.4, 2.3), layout="constrained")
names = ["skip", "blur, skip", "max pooling", "max, blur, skip"]
bars = ax.barh(names, list(changes.values()), color=plots.BLUE)
ax.bar_label(bars, fmt="%.2f", padding=4, size=12)
ax.invert_yaxis()
plots.show_axes(ax, title="Change by a move of one pixel", across="", up="")
fig.set_label(
    "Four bars, the relative change of the map when the photograph moves by one "
    "pixel: skipping changes it most, by more than its own size, then max pooling, "
    "then blurring first. Max pooling with a blur before the skip changes it least."
)

# %%
assert round(changes["skip"], 2) == 1.07
assert round(changes["pool"], 2) == 0.72
assert round(changes["blur_and_skip"], 2) == 0.58
assert round(changes["pool_blur_and_skip"], 2) == 0.42
assert min(changes, key=changes.get) == "pool_blur_and_skip"
dense = functional.max_pool2d(edges, 2, stride=1)
moved_dense = functional.max_pool2d(moved_edges, 2, stride=1)
of_edges = (moved_edges - edges).square().mean() / edges.square().mean()
of_dense = (moved_dense - dense).square().mean() / dense.square().mean()
assert of_dense < of_edges / 2  # without a skip, wider edges change less
down = {}
for way in (skip, blur_and_skip, pool, pool_blur_and_skip):
    before, after = way(edges_of(photograph[1:])), way(edges_of(photograph[:-1]))
    change = (after - before).square().mean() / before.square().mean()
    down[way.__name__] = change.sqrt().item()
assert sorted(down, key=down.get) == sorted(changes, key=changes.get)
assert all(down[name] < changes[name] for name in down)

# %%
# Max pooling with a blur changes least, by 0.42 of its size. It cannot be 0, because
# the edges really have moved, by half a pixel of the smaller map. Skipping alone
# changes the map by 1.07 of its size: the change is larger than the map itself. The
# blur alone brings this down to 0.58. Max pooling alone is at 0.72: it takes the
# largest number of each window, but when an edge leaves a window, that window loses it
# all at once.
#
# Both steps help, and together they help most. Taking the largest of 2 × 2 at stride 1
# makes each edge a pixel wider, so more of it stays where it was when the image moves.
# The blur makes the sides of the edge less steep, so each pixel changes by less.

# %%
# If the photograph moves down, all four changes are smaller, because this kernel looks
# along the rows and its edges run down the picture. But the order is the same.
#
# Do not blur more than the stride needs. A map that is blurred to an even grey does not
# change at all when the image moves, but it says nothing any more.

# %%
# Try it yourself
# ---------------
#
# ``ask`` prints the task of an exercise, and ``check`` judges your answer. **Can you do
# max pooling without the loops?**

ask("max_pool")

# %%
# Replace the dots. A tensor's ``unfold(axis, size, step)`` cuts windows out of an axis.


def max_pool(image, height, width, stride): ...  # about 1 line


check("max_pool", max_pool)

# %%
# A blur and a skip need not compute what is skipped. **Can one call of PyTorch do
# both?**

ask("blur_then_skip")

# %%
# Replace the dots.


def blur_then_skip(image, kernel, stride): ...  # about 1 line


check("blur_then_skip", blur_then_skip)

# %%
# In practice
# -----------
#
# The layers are :class:`torch.nn.MaxPool2d` and :class:`torch.nn.AvgPool2d`. With a
# window as large as the map, they leave one number for each channel, which is how many
# networks end; :class:`torch.nn.AdaptiveAvgPool2d` finds that size by itself. There is
# no layer for the smallest number, because it is minus the largest of the negative.

smallest = -functional.max_pool2d(-X[None], kernel_size=2)[0]
print(smallest)

# %%
assert smallest.tolist() == [[0, 0, 0], [0, 6, 0]]

# %%
# Further reading
# ---------------
#
# - R. Zhang, `Making convolutional networks shift-invariant again
#   <https://arxiv.org/abs/1904.11486>`__: the blur before the stride, in large
#   networks.
# - A. Azulay and Y. Weiss, `Why do deep convolutional networks generalize so poorly to
#   small image transformations? <https://arxiv.org/abs/1805.12177>`__.
# - J. Springenberg and others, `Striving for simplicity
#   <https://arxiv.org/abs/1412.6806>`__: networks that use strides and do not pool.
