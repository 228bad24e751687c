"""
Read digits
===========

By the end of this page a small network reads handwritten digits, and you have looked
inside it.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_1_learn_a_kernel.py`.

**You will learn**

- how kernels become a network, and where its parameters are;
- how to measure what it can do, on digits that it has never seen;
- what its kernels answer, and what they cannot do.
"""

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from tqdm import tqdm

from convtutor import corr2d, default_device, plots

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too
torch.manual_seed(0)

# %%
# Digits of eight by eight pixels
# -------------------------------
#
# scikit-learn brings 1797 of them along, in shades from 0 to 16. This is one of them.

digits = load_digits()
X = torch.tensor(digits.images, dtype=torch.float32, device=device)[:, None] / 16
labels = torch.tensor(digits.target, device=device)
assert X.shape == (1797, 1, 8, 8) and X.min() == 0 and X.max() == 1

fig, ax = plt.subplots(figsize=(3.4, 3.6), layout="constrained")
plots.show_grid(ax, X[12, 0] * 16, title=f"the label says {labels[12]}")
fig.set_label("A grid of 8 by 8 numbers; the large ones draw the digit two.")

# %%
# A fifth is put aside before anything else happens. A network can learn examples by
# heart; only digits that it has not seen tell whether it can read.

order = torch.randperm(len(X)).to(device)
test, train = order[:360], order[360:]
print(len(train), "to learn from,", len(test), "to check")

# %%
# Kernels upon kernels
# --------------------
#
# The first layer has eight kernels and makes eight feature maps. The second has 32
# filters, each with one kernel for each of those maps. A linear layer weighs what they
# find, at every place, and gives each digit a score. :class:`torch.nn.Dropout` hides
# half of that from it during training, so that it leans on no single map.

net = nn.Sequential(
    *(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU()),
    *(nn.Conv2d(8, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
    *(nn.Dropout(0.5), nn.Linear(32 * 3 * 3, 10)),
).to(device)

# %%
# **Which of the three layers has the most parameters?**

layers = net[0], net[2], net[7]
sizes = [sum(parameter.numel() for parameter in layer.parameters()) for layer in layers]
for layer, size in zip(layers, sizes, strict=True):
    print(f"{size:4} in {layer}")
assert sizes == [80, 2336, 2890]

# %%
# The last, with a weight for each of 288 numbers and each digit. The first has 80.
#
# Train
# -----
#
# Thirty times through the examples, 240 at a time. The loss is the cross-entropy of
# scores and labels; :class:`torch.optim.Adam` adds momentum, and a rate for each
# parameter. If it takes longer than three seconds, a bar shows how far it is.


def fit(net):
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in tqdm(range(30), desc="training", delay=3, leave=False):
        for batch in train[torch.randperm(len(train)).to(device)].split(240):
            loss = nn.functional.cross_entropy(net(X[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


threads = torch.get_num_threads()
torch.set_num_threads(1)  # so small a network would only wait for a second one
fit(net)
torch.set_num_threads(threads)

# %%
# **How many of 100 unseen digits will it read?** A guess gets ten of them right.


@torch.no_grad()
def score(net, images):
    return (net.eval()(images).argmax(1) == labels[test]).float().mean().item()


print(f"{score(net, X[test]):.1%}")
assert score(net, X[test]) >= 0.97

# %%
# At least 97. Here are the four that it found hardest, and what it took them for.

with torch.no_grad():
    chances = net(X[test]).softmax(1)
hardest = chances.gather(1, labels[test][:, None])[:, 0].argsort()[:4]
fig, axes = plt.subplots(1, 4, figsize=(5.6, 1.8), layout="constrained")
for ax, i in zip(axes, hardest, strict=True):
    title = f"{labels[test][i]}, read as {chances[i].argmax()}"
    plots.show_image(ax, 1 - X[test][i, 0], title=title)
fig.set_label("Four digits, so badly written that a person would hesitate too.")

# %%
# Look inside
# -----------
#
# The first layer is the operation that you know: pad the digit by one pixel of zeros
# per side, slide, multiply, add, and add the bias.

first, padded = net[0], nn.functional.pad(X[12, 0], (1, 1, 1, 1))
answers = [corr2d(padded, kernel[0]) for kernel in first.weight.detach()]
with torch.no_grad():
    expected = first(X[12]) - first.bias[:, None, None]
torch.testing.assert_close(torch.stack(answers), expected, rtol=1e-4, atol=1e-5)

# %%
# **Find a kernel that answers to one side of the strokes only.** How are its taps
# arranged?

fig, axes = plt.subplots(4, 4, figsize=(5.6, 5.8), layout="constrained")
for i in range(8):
    top, bottom = axes[i // 4 * 2 : i // 4 * 2 + 2, i % 4]
    plots.show_grid(top, first.weight[i, 0].round(decimals=1), title=f"kernel {i + 1}")
    plots.show_response(bottom, answers[i], title="its answer")
fig.set_label(
    "Eight kernels of 3 by 3, each above its answer to the digit two. Some are orange "
    "on one side and blue on the other, and answer to one side of the strokes."
)

# %%
# Orange on one side, blue on the other: some look like the edge detectors of earlier
# pages. Nobody has designed them.
#
# What kernels cannot do
# ----------------------
#
# Kernels slide, so a digit that moves takes its feature maps along. **What is left of
# the score when every digit moves by two pixels?**

moved = X[test].roll(2, dims=-1)
print(f"{score(net, moved):.1%}")
assert score(net, moved) < 0.5

# %%
# Less than half. The last layer has a weight for every *place* in the maps, and has
# never seen a digit off centre.
#
# Try it yourself
# ---------------
#
# How much of this is due to kernels? Here is a network without any. Give it one layer
# of kernels, with a :class:`torch.nn.ReLU`, and compare. A hint: without padding, a
# 3 × 3 kernel leaves 6 × 6 places for the linear layer.

plain = nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).to(device)
fit(plain)
print(f"{score(plain, X[test]):.1%}")

# %%
# In practice
# -----------
#
# Our score flatters: these digits are by thirteen people, who wrote in both parts. Keep
# whole writers apart to know how a network reads strangers. And if digits will move,
# move them during training.
#
# Further reading
# ---------------
#
# - Y. LeCun and others, `Gradient-based learning applied to document recognition
#   <https://doi.org/10.1109/5.726791>`__: the network that read cheques.
# - `The digits <https://scikit-learn.org/stable/datasets/toy_dataset.html>`__,
#   scikit-learn: where they come from, and who wrote them.
# - M. Zeiler and R. Fergus, `Visualizing and understanding convolutional networks
#   <https://arxiv.org/abs/1311.2901>`__: how to look into deeper layers.
