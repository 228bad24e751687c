r"""
Find the bug
============

By the end of this page you have met three bugs that everyone writes, each with the
example that hides it and the test that catches it.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn**

- why square, symmetric and quiet examples prove so little;
- which tests a cross-correlation should pass before you trust it.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, images, plots
from convtutor.exercises import ask, check

# %%
# Each section shows wrong code and an example that it passes. **Find the bug, and an
# example that it fails,** before you read on.
#
# 1. Right on the stripe
# ----------------------


def first(X, K):
    Y = torch.zeros(X.shape[0] - len(K) + 1, X.shape[1] - len(K[0]) + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[0]):
            Y[i, j] = (X[i : i + len(K), j : j + len(K[0])] * K).sum()
    return Y


X, K = images.striped(6, 8), torch.tensor([[1.0, -1.0]])
torch.testing.assert_close(first(X, K), corr2d(X, K))

# %%
# Both loops count the *rows* of the output. There are six, so the seventh column stays
# zero, and behind a stripe that column *is* zero. Take an image that is wide, and busy
# up to its border.

X = torch.tensor([[3.0, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])
fig, axes = plt.subplots(2, 1, figsize=(4.4, 3.4), layout="constrained")
plots.show_grid(axes[0], corr2d(X, K), title="right")
plots.show_grid(axes[1], first(X, K), title="both loops over the rows", limit=7)
fig.set_label("Two outputs of 2 by 6 numbers. Only the first two columns agree.")

# %%
# The code fills a square and stops. On a tall image the square leaves the output:

torch.testing.assert_close(first(X, K)[:, :2], corr2d(X, K)[:, :2])
assert (first(X, K)[:, 2:] == 0).all()
try:
    first(X.T, K.T)
except IndexError as error:
    print("IndexError:", error)
else:
    raise AssertionError("a tall image passed")

# %%
# 2. Right on the band
# --------------------


def second(X, K):
    (h, w), Y = K.shape, 0
    for a in range(h):
        for b in range(w):
            Y = Y + K[a, b] * X[h - 1 - a : len(X) - a, w - 1 - b : len(X[0]) - b]
    return Y


band, K = images.diagonal(5, 7), torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])
torch.testing.assert_close(second(band, K), corr2d(band, K))

# %%
# The first tap meets the last pixel of the window: that is a :term:`convolution`, and a
# symmetric kernel does not mind. An :term:`impulse` tells it from a cross-correlation.
# **Which of the two answers with the kernel itself?**

impulse, K = images.impulse(3, 5), torch.tensor([[1.0, 2, 3], [4, 5, 6]])
print(second(impulse, K))
torch.testing.assert_close(second(impulse, K), K)
torch.testing.assert_close(corr2d(impulse, K), K.flip(0, 1))

# %%
# The convolution. Cross-correlation answers with the kernel flipped.
#
# 3. Right with 2 × 2 taps
# ------------------------


def third(X, K):
    w, h = K.shape
    return (X.unfold(0, h, 1).unfold(1, w, 1) * K).sum((2, 3))


K = torch.tensor([[1.0, 2], [3, 4]])
torch.testing.assert_close(third(X, K), corr2d(X, K))

# %%
# A square kernel does not care which of its sides is called ``h``. With a kernel of
# 1 × 2, windows of 2 × 1 meet it, and you would expect an error. But the two shapes
# *broadcast*: all four products are summed, and the taps 1 and −1 cancel.

K = torch.tensor([[1.0, -1.0]])
print("right:", tuple(corr2d(X, K).shape), "third:", third(X, K))
assert corr2d(X, K).shape == (2, 6)
assert torch.equal(third(X, K), torch.zeros(1, 7))

# %%
# Try it yourself
# ---------------
#
# Somebody hands you a function. **Is it a correlation, a convolution, or neither?** The
# loops below know the answer for one image and one kernel; yours may ask ``corr2d``.

ask("name_operation")

# %%
# Replace the dots. The check says which function you misjudge.


def name_operation(operation): ...  # about 6 lines


check("name_operation", name_operation)

# %%
# In practice
# -----------
#
# A wide image and a tall one, an impulse, a kernel of 1 × 2: these catch all three. Two
# habits find more. Compare with a slow and plain version on random shapes; libraries
# such as `Hypothesis <https://hypothesis.readthedocs.io>`__ look for the smallest one
# that fails. And break the code on purpose: a test that still passes tests nothing.
#
# Further reading
# ---------------
#
# - :ref:`sphx_glr_tutorials_4_exercises_plot_5_find_the_bug_behind_the_numbers.py`:
#   three bugs that no shape gives away.
# - D. MacIver and others, `Hypothesis: a new approach to property-based testing
#   <https://doi.org/10.21105/joss.01891>`__: how such a library works.
