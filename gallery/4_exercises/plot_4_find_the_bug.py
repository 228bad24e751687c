r"""
Find the bug
============

By the end of this page you have met six bugs that everyone writes, each with the
example that hides it and the test that catches it.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_1_learn_a_kernel.py`.

**You will learn**

- why square, symmetric, small and dark examples prove so little;
- which tests a cross-correlation should pass before you trust it.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, learn_kernel, plots

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# Each section shows wrong code and an example that it passes. **Find the bug, and an
# example that it fails,** before you read on.
#
# 1. Two loops
# ------------


def loops(X, K):
    Y = torch.zeros(X.shape[0] - len(K) + 1, X.shape[1] - len(K[0]) + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[0]):
            Y[i, j] = (X[i : i + len(K), j : j + len(K[0])] * K).sum()
    return Y


X, K = images.striped(6, 8), torch.tensor([[1.0, -1.0]])
assert torch.equal(loops(X, K), corr2d(X, K))

# %%
# Both loops count the *rows* of the output. There are six, so the seventh column stays
# zero, and behind a stripe that column *is* zero. Take an image that is wide, and busy
# up to its border.

X = torch.tensor([[3.0, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])
fig, axes = plt.subplots(2, 1, figsize=(4.4, 3.4), layout="constrained")
plots.show_grid(axes[0], corr2d(X, K), title="right")
plots.show_grid(axes[1], loops(X, K), title="both loops over the rows", limit=7)
fig.set_label(
    "Two outputs of 2 by 6 numbers. They agree in the first two columns. In the other "
    "four, the upper one has numbers and the lower one zeros."
)

# %%
# The code fills a square and stops. On a tall image it leaves the image:

assert torch.equal(loops(X, K)[:, :2], corr2d(X, K)[:, :2])
assert (loops(X, K)[:, 2:] == 0).all()
try:
    loops(X.T, K.T)
except IndexError as error:
    print("IndexError:", error)
    failed = True
assert failed

# %%
# 2. A flipped kernel
# -------------------

X, K = images.diagonal(5, 7), torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])
assert torch.equal(corr2d(X, K.flip(0, 1)), corr2d(X, K))

# %%
# The flip makes it a convolution, and a symmetric kernel does not mind. An *impulse*
# tells the two apart: a convolution answers with the kernel as it is, and
# cross-correlation with the kernel flipped.

impulse = torch.zeros(3, 5)
impulse[1, 2] = 1
K = torch.tensor([[1.0, 2, 3], [4, 5, 6]])
torch.testing.assert_close(corr2d(impulse, K), K.flip(0, 1))
torch.testing.assert_close(corr2d(impulse, K.flip(0, 1)), K)

# %%
# 3. Swapped names
# ----------------


def swapped(X, K):
    w, h = K.shape
    return (X.unfold(0, h, 1).unfold(1, w, 1) * K).sum((2, 3))


X = torch.tensor([[3.0, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])
K = torch.tensor([[1.0, 2], [3, 4]])
torch.testing.assert_close(swapped(X, K), corr2d(X, K))

# %%
# A square kernel does not care which of its sides is called ``h``. With a kernel of
# 1 × 2, windows of 2 × 1 meet it, and you would expect an error. But the two shapes
# *broadcast*: all four products are summed, and the taps 1 and −1 cancel.

K = torch.tensor([[1.0, -1.0]])
print("right:", tuple(corr2d(X, K).shape), "swapped:", swapped(X, K))
assert corr2d(X, K).shape == (2, 6)
assert torch.equal(swapped(X, K), torch.zeros(1, 7))

# %%
# 4. A fresh tensor
# -----------------


def fresh(X, K):
    Y = torch.zeros(X.shape[0], X.shape[1] - 1)
    Y += K[0, 0] * X[:, :-1] + K[0, 1] * X[:, 1:]
    return Y


assert torch.equal(fresh(X, K), corr2d(X, K))

# %%
# ``torch.zeros`` without dtype and device gives 32 bits on the CPU, whatever came in.
# That suits most examples. In 64 bits the result has lost half of its digits without a
# word; ``gradcheck``, which compares slopes with small differences, notices.

pair = X.double().requires_grad_(), K.double().requires_grad_()
print(fresh(*pair).dtype, "from", pair[0].dtype)
assert torch.autograd.gradcheck(corr2d, pair)
assert not torch.autograd.gradcheck(fresh, pair, raise_exception=False)

# %%
# 5. A loop that learns
# ---------------------

X = images.striped(6, 8, device=device)
Y = corr2d(X, K.to(device))
start = torch.tensor([[0.6147, -0.4089]], device=device)
kernel, losses = start.clone().requires_grad_(), []
for _ in range(20):
    loss = ((corr2d(X, kernel) - Y) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        kernel -= 0.03 * kernel.grad
    losses.append(loss.detach())

# %%
# The first steps look fine, and so does every loop that is tried for three steps only:

losses = torch.stack(losses)
print([round(loss, 2) for loss in losses[:3].tolist()])
assert losses[0] > losses[1] > losses[2]

# %%
# But ``backward`` *adds* to the gradient that is there, and nothing sets it to zero. So
# each step repeats all steps before it, like a ball that rolls without friction.

right = learn_kernel(X, Y, (1, 2), lr=0.03, steps=20, start=start).losses
fig, ax = plt.subplots(figsize=(5, 2.8), layout="constrained")
curves = {"right": right, "without zero_grad": losses}
plots.show_loss_curves(ax, curves, title="it rolls, and never comes to rest")
fig.set_label(
    "Two losses over twenty steps. The right one falls steadily. The other leaves it "
    "after two steps, goes up and down, and ends about where it began."
)
assert right[-1] < right[0] / 3000 and losses[-1] > losses[0] / 2

# %%
# 6. Eight bits
# -------------

dark = torch.tensor([[20, 100, 30]], dtype=torch.uint8)
assert (dark[:, :-1] + dark[:, 1:]).tolist() == [[120, 130]]

# %%
# A byte ends at 255, and starts again from 0. **What is 200 + 100, then?**

bright = torch.tensor([[200, 100, 30]], dtype=torch.uint8)
print(bright[:, :-1] + bright[:, 1:])
assert (bright[0, 0] + bright[0, 1]).item() == 44 == 300 - 256

# %%
# :func:`convtutor.corr2d` refuses such an image, and says what to do:

try:
    corr2d(bright, bright)
except TypeError as error:
    print("TypeError:", error)
    refused = True
assert refused

# %%
# The tests, in short
# -------------------
#
# ================  ====================  =================================
# bug               is hidden by          is caught by
# ================  ====================  =================================
# two loops         a quiet border        wide and tall images
# flipped kernel    a symmetric kernel    an impulse
# swapped names     a square kernel       a kernel of 1 × 2
# fresh tensor      32 bits on the CPU    64 bits, ``gradcheck``, a GPU
# no ``zero_grad``  a few steps           the loss after twenty
# eight bits        a dark image          a bright one
# ================  ====================  =================================
#
# Try it yourself
# ---------------
#
# The output of this seventh one is right for *every* image and kernel. What is wrong
# with it, and which ``assert`` shows that? A hint: call it twice.


def seventh(X, K):
    Y = X[: X.shape[0] - len(K) + 1, : X.shape[1] - len(K[0]) + 1]
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i : i + len(K), j : j + len(K[0])] * K).sum()
    return Y


expected = corr2d(impulse, K)
print(torch.equal(seventh(impulse, K), expected))

# %%
# In practice
# -----------
#
# Two habits replace most of this page. Compare with a slow and plain version on random
# shapes that are neither square nor fixed; libraries such as `Hypothesis
# <https://hypothesis.readthedocs.io>`__ look for the smallest one that fails. And break
# the code on purpose: a test that still passes tests nothing.
#
# Further reading
# ---------------
#
# - `Gradcheck mechanics
#   <https://docs.pytorch.org/docs/stable/notes/gradcheck.html>`__, PyTorch: what
#   ``gradcheck`` compares, and why it wants 64 bits.
# - A. Karpathy, `A recipe for training neural networks
#   <https://karpathy.github.io/2019/04/25/recipe/>`__: networks fail without a word.
