"""
Read digits
===========

By the end of this page a network reads handwritten digits, and you have looked inside.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`.

**You will learn**

- how layers become a network, and how to measure what it has learned;
- what its kernels respond to.
"""

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from tqdm import tqdm

from convtutor import corr2d, default_device, plots, tolerance
from convtutor.exercises import ask, check

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

test, train = torch.randperm(1797).to(device).split([360, 1437])

# %%
# Kernels upon kernels
# --------------------
#
# The first layer has eight kernels and makes eight :term:`feature maps <feature map>`.
# The second has 32 filters, each with a kernel per map. After either, :term:`ReLU`
# makes what is negative zero: without it, one layer could do for both. Then
# :term:`max pooling` keeps the largest of each 2 × 2 pixels, and a :term:`linear layer`
# scores each digit. In training, :term:`dropout` sets half of its inputs to zero.

first, second = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 32, 3)
shrink = nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.5))
weigh = nn.Linear(32 * 3 * 3, 10)  # 8 × 8 pixels, then 6 × 6, pooled to 3 × 3
net = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), shrink, weigh).to(device)

# %%
# Train
# -----
#
# Thirty times through the examples, a :term:`batch` of 240 at a time. The loss,
# :term:`cross-entropy`, is small when the right digit has the highest score by far. The
# optimiser, :term:`Adam`, adds :term:`momentum`, and a rate for each parameter.

threads = torch.get_num_threads()
torch.set_num_threads(1)  # so small a network would only wait for a second one
optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in tqdm(range(30), desc="training", delay=3, leave=False):
    for batch in train[torch.randperm(len(train)).to(device)].split(240):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(net(X[batch]), labels[batch])
        loss.backward()
        optimiser.step()
torch.set_num_threads(threads)

# %%
# **How many of 100 unseen digits will it read?** A guess gets ten of them right.

with torch.no_grad():
    answers = net.eval()(X[test]).argmax(1)  # eval: nothing is dropped
score = (answers == labels[test]).float().mean().item()
print(f"{score:.1%}")
assert score >= 0.97

# %%
# At most three in a hundred are misread. The exercise will find out as what.
#
# Look inside
# -----------
#
# The first layer does what you know: pad by one pixel per side, slide, multiply, add.

padded = nn.functional.pad(X[12, 0], (1, 1, 1, 1))
maps = [corr2d(padded, kernel[0]) for kernel in first.weight.detach()]
expected = (first(X[12]) - first.bias[:, None, None]).detach()
bounds = tolerance(X.dtype, device, terms=100)
torch.testing.assert_close(torch.stack(maps), expected, **bounds)

# %%
# **Find a kernel that answers to one side of the strokes.** How are its taps arranged?

fig, axes = plt.subplots(4, 4, figsize=(5.6, 5.8), layout="constrained")
for i, (above, below) in enumerate(zip(axes[::2].flat, axes[1::2].flat, strict=True)):
    taps = first.weight[i, 0].round(decimals=1)
    plots.show_grid(above, taps, title=f"kernel {i + 1}", limit=1)
    plots.show_response(below, maps[i], title="its map")
fig.set_label("Eight kernels of 3 by 3 numbers in orange and blue, each above its map.")

# %%
# Orange on one side and blue on the other makes an edge detector. Nobody designed it.
#
# Try it yourself
# ---------------
#
# A score does not say what is taken for what. A table does: a row for each label, a
# column for each reading. It is called a *confusion matrix*.

ask("confusion")

# %%
# Replace the loops, then print ``confusion(net(X[test]), labels[test])``.


def confusion(scores, labels): ...  # about 4 lines


check("confusion", confusion)

# %%
# In practice
# -----------
#
# Our score flatters: these digits are by `thirteen people
# <https://scikit-learn.org/stable/datasets/toy_dataset.html>`__, and we learn from each
# of them. Keep whole writers apart to know how a network reads strangers.
#
# Further reading
# ---------------
#
# - Y. LeCun and others, `Gradient-based learning applied to document recognition
#   <https://doi.org/10.1109/5.726791>`__: the network that read cheques.
# - M. Zeiler and R. Fergus, `Visualizing and understanding convolutional networks
#   <https://arxiv.org/abs/1311.2901>`__: how to look into deeper layers.
