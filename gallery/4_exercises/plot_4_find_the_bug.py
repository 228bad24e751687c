r"""
Find the bug
============

By the end of this page you have met three bugs that are easily written, each with the
example that hides it, and a test that catches all three.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn** why square, symmetric and quiet examples prove so little, and which
test a cross-correlation should pass before you trust it.
"""

import torch

from convtutor import corr2d, images, plots
from convtutor.exercises import ask, check

# %%
stripe = images.striped(6, 8)
K = torch.tensor([[1.0, -1.0]])

# %%
fig = plots.show_grids({"the stripe": stripe, "its edges": corr2d(stripe, K)})
fig.set_label(
    "The striped image of ones and zeros, and the response of the kernel (1, −1): a "
    "column of ones and a column of minus ones, zeros elsewhere.\n\n"
    "The first function below gets this example right in every pixel. It is wrong all "
    "the same."
)

# %%
# Each section shows a function that should compute a cross-correlation, and an example
# on which it does. And yet it has a bug. Take your time with each: find the bug, and
# think of an example that shows it, before you look at the answer.
#
# 1. Right on the stripe
# ----------------------


def first(X, K):
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[0]):
            Y[i, j] = (X[i : i + h, j : j + w] * K).sum()
    return Y


print("right on the stripe:", torch.equal(first(stripe, K), corr2d(stripe, K)))

# %%
assert torch.equal(first(stripe, K), corr2d(stripe, K))

# %%
# Here is another image. It is wide, and busy up to its border. With the same kernel the
# output should have 2 rows and 6 columns.

wide = torch.tensor([[3.0, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])

# %%
# **How many of the six columns are right?**

right = corr2d(wide, K)
wrong = first(wide, K)
# all(0) asks for each column whether all its numbers agree.
columns_right = (wrong == right).all(0).sum().item()
print("columns right:", columns_right)

# %%
assert torch.equal(wrong[:, :2], right[:, :2])
assert (wrong[:, 2:] == 0).all()
assert columns_right == 2

# %%
grids = {"right": right, "both loops over the rows": wrong}
fig = plots.show_grids(grids, columns=1)
fig.set_label(
    "Two outputs of 2 by 6 numbers. They agree in the first two columns only; the "
    "others of the second output are zero."
)

# %%
# Two columns are right. Both loops run over ``range(Y.shape[0])``, the number of
# *rows*, so the function fills a square and leaves the other columns at zero. On the
# stripe the output has six rows and seven columns, so one column is left out, but there
# the right answer *is* zero. The example was too quiet to show the bug.

# %%
# A tall image shows it, too. **What does the function do with the transposed image and
# the transposed kernel?**
#
# - it returns the right output
# - it leaves some pixels at zero
# - it raises an error

try:
    complete = torch.equal(first(wide.T, K.T), corr2d(wide.T, K.T))
    outcome = "right" if complete else "zeros"
except IndexError as error:
    outcome = "error"
    print("IndexError:", error)

# %%
assert outcome == "error"

# %%
# It raises an error. Now the square is wider than the output, so the inner loop leaves
# it. That is the better failure: nobody overlooks it.

# %%
# 2. Right on the band
# --------------------


def second(X, K):
    h, w = K.shape
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
    Y = torch.zeros(rows, columns)
    for a in range(h):
        for b in range(w):
            top, left = h - 1 - a, w - 1 - b
            Y += K[a, b] * X[top : top + rows, left : left + columns]
    return Y


band = images.diagonal(5, 7)
smooth = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]])
print("right on the band:", torch.equal(second(band, smooth), corr2d(band, smooth)))

# %%
assert torch.equal(second(band, smooth), corr2d(band, smooth))

# %%
# This one has no loop over pixels. It adds up copies of the image, one for each tap. To
# see what it does, give it an :term:`impulse`, an image with a single bright pixel in
# the middle, and the kernel 1, 2, 3 above 4, 5, 6. A cross-correlation answers with the
# kernel turned by half a turn. **What is the upper left number of the answer of this
# function?**

impulse = images.impulse(3, 5)
numbered = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
answer = second(impulse, numbered)
print("this function:\n", answer)
print("a cross-correlation:\n", corr2d(impulse, numbered))

# %%
assert torch.equal(answer, numbered)
assert torch.equal(corr2d(impulse, numbered), numbered.flip(0, 1))
assert torch.equal(smooth, smooth.flip(0, 1))

# %%
# It is 1: the function answers with the kernel as it is. The tap ``K[0, 0]`` is
# multiplied by the *last* pixel of each window, so this is a :term:`convolution`. With
# a kernel that looks the same after half a turn, as the one above does, the two cannot
# be told apart.

# %%
# 3. Right with 2 × 2 taps
# ------------------------


def third(X, K):
    w, h = K.shape
    windows = X.unfold(0, h, 1).unfold(1, w, 1)
    return (windows * K).sum((2, 3))


square = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
print(
    "right on the wide image:", torch.equal(third(wide, square), corr2d(wide, square))
)

# %%
assert torch.equal(third(wide, square), corr2d(wide, square))

# %%
# ``unfold`` cuts the rows, and then the columns, into overlapping windows, and all of
# them are multiplied by the kernel at once. Give the function the wide image of 2 × 7
# pixels and the kernel (1, −1). A cross-correlation returns 2 × 6 numbers. **What is
# the shape of the answer of this function?**

strange = third(wide, K)
print("shape:", tuple(strange.shape))
print(strange)

# %%
assert torch.equal(strange, torch.zeros(1, 7))

# %%
# The answer has the shape 1 × 7. The first line exchanges height and width: the windows
# have 2 × 1 pixels where the kernel has 1 × 2 taps. You would expect an error, but
# PyTorch *broadcasts*: it repeats the column of two pixels and the row of two taps
# until both are 2 × 2, and multiplies. Each pixel meets the taps 1 and −1, and the sum
# is always zero. A square kernel does not care which side is called ``h``.

# %%
# One test for all three
# ----------------------
#
# What would have caught these bugs? The examples that hid them were quiet, symmetric
# and square. So this test takes an image that is wide and busy, and a kernel that is
# neither square nor symmetric:


def test(correlate):
    image = torch.tensor([[3.0, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])
    kernel = torch.tensor([[1.0, -2.0]])
    assert torch.equal(correlate(image, kernel), corr2d(image, kernel))


# %%
# **How many of the three functions does this one test catch?**

caught = []
for function in (first, second, third, corr2d):
    try:
        test(function)
    except AssertionError:
        caught.append(function.__name__)
print("caught:", caught)

# %%
assert caught == ["first", "second", "third"]

# %%
# It catches all three. (And it lets ``corr2d`` pass, as it should: a test that rejects
# everything would be useless, too.) One good example is worth more than many of the
# same kind.

# %%
# Try it yourself
# ---------------
#
# Somebody hands you a function. **Is it a cross-correlation, a convolution, or
# neither?** Find out by trying it on an example of your choice.

ask("name_operation")

# %%
# Replace the dots by your code and run the cell again. ``check`` says which function
# you misjudge.


def name_operation(operation): ...  # about 6 lines


check("name_operation", name_operation)

# %%
# In practice
# -----------
#
# Two habits find many more bugs. Compare with a slow and plain version on many random
# shapes; libraries such as `Hypothesis <https://hypothesis.readthedocs.io>`__ do that,
# and look for the smallest shape that fails. And break the code on purpose: a test that
# still passes tests nothing.
#
# Further reading
# ---------------
#
# - :ref:`sphx_glr_tutorials_4_exercises_plot_5_find_the_bug_behind_the_numbers.py`:
#   three bugs that no shape gives away.
# - D. MacIver and others, `Hypothesis: a new approach to property-based testing
#   <https://doi.org/10.21105/joss.01891>`__: how such a library works.
