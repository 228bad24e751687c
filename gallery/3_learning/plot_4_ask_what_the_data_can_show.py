r"""
Ask what the data can show
==========================

By the end of this page you can tell in advance how much of a kernel an image can teach.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`, and
what a matrix does to a vector.

**You will learn** how much a loss of zero tells you about a kernel, and what makes an
image a good teacher.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import (
    corr2d,
    curvature,
    default_device,
    images,
    kernels,
    learn_kernel,
    plots,
)
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too
torch.manual_seed(0)

# %%
X = images.striped(6, 8, device=device)
K = kernels.sobel(device=device)
Y = corr2d(X, K)

# %%
fig = plots.show_grids({"the image": X, "Sobel": K, "the response": Y})
fig.set_label(
    "The striped image of ones and zeros; Sobel's kernel, 1, 0, −1 above 2, 0, −2 "
    "above 1, 0, −1; and its response: four equal rows 4, 4, 0, 0, −4, −4.\n\n"
    "From the image and the response a kernel of nine taps is to be learned."
)

# %%
# Learn from three starts
# -----------------------
#
# The striped image has taught a kernel with two taps. Can it teach one with nine, the
# edge detector of :term:`Sobel`? We learn three times: once we start with all taps at
# zero, and twice with random taps.

starts = {
    "from zero": torch.zeros(3, 3),
    "from random taps": torch.rand(3, 3),
    "from others": torch.rand(3, 3),
}
found = {}
for name, start in starts.items():
    trace = learn_kernel(X, Y, (3, 3), lr=0.02, steps=60, start=start.to(device))
    found[name] = trace.kernel.cpu()
    print(f"{name}: loss below 1e-8:", trace.losses[-1].item() < 1e-8)

# %%
for kernel in found.values():
    assert ((corr2d(X.cpu(), kernel) - Y.cpu()) ** 2).sum() < 1e-8

# %%
# All three losses are as good as zero, so each of the learned kernels gives the right
# response. **How many of the three are Sobel's kernel?**

matches = [torch.allclose(kernel, K.cpu(), atol=0.1) for kernel in found.values()]
print("how many:", sum(matches))

# %%
assert sum(matches) == 0
first, second, third = found.values()
assert (first - second).abs().max() > 0.1
assert (first - third).abs().max() > 0.1
assert (second - third).abs().max() > 0.1

# %%
# None of them is Sobel's kernel. Training has made the loss zero, as it should. But
# there are many kernels with a loss of zero, and where training ends depends on where
# it started.

# %%
rounded = {name: kernel.round(decimals=1) for name, kernel in found.items()}
fig = plots.show_grids({"Sobel": K.cpu(), **rounded}, columns=2)
fig.set_label(
    "Four different 3 by 3 kernels. Sobel's has the columns 1, 2, 1, then zeros, then "
    "−1, −2, −1; the one found from zero has equal taps in each column; the others "
    "have uneven ones.\n\n"
    "On the striped image all four give the same response."
)

# %%
# Here are the four kernels, rounded to one decimal, so that a sum may seem to be off by
# 0.1. No two are alike, and yet they have something in common. **What do the three taps
# in the left column add up to, in each of the kernels?**

for name, kernel in found.items():
    totals = kernel.sum(0)  # down each column
    print(name, [round(total) for total in totals.tolist()])

# %%
sums = torch.tensor([4.0, 0.0, -4.0]).expand(3, 3)
torch.testing.assert_close(
    torch.stack([*found.values()]).sum(1), sums, rtol=0, atol=1e-3
)

# %%
# They add up to 4, as in Sobel's kernel, and the other columns to 0 and −4. The image
# cannot show more than these sums. All its rows are equal, so the three taps of a
# column always lie on three equal pixels, and the response depends on their sum alone.

# %%
# Count what shows
# ----------------
#
# For other images this is harder to see, so we let the computer count. Write each
# window of the image as a row of nine numbers. Together these rows are a matrix
# :math:`A`, and :math:`A` times the nine taps is the response, all output pixels below
# each other. Each row is one equation for the taps.


def windows(image):
    cut = image.cpu().double().unfold(0, 3, 1).unfold(1, 3, 1)
    return cut.reshape(-1, 9)


A = windows(X)
print("A has", A.shape[0], "rows and", A.shape[1], "columns")

# %%
response = (A @ K.cpu().double().flatten()).reshape(4, 6)
torch.testing.assert_close(response, Y.cpu().double())
assert A.shape == (24, 9)

# %%
# (The first ``unfold`` cuts the rows of the image into windows of height 3, the second
# one the columns into windows of width 3. With 64 bits there is no doubt which numbers
# are zero.)
#
# There are 24 equations for nine taps, but they repeat each other: windows in the same
# columns are equal. For a kernel, the :term:`rank` was the number of products of a
# column and a row that add up to it. It is also the number of rows of a matrix that say
# something new, because they are not made up of the others. **What is the rank of A?**

rank = torch.linalg.matrix_rank(A).item()
print("rank:", rank)

# %%
assert rank == 3

# %%
# The rank is 3: one for each column sum. Nine taps are asked for, but the data
# determine three numbers, so six directions in the space of kernels remain open. Had we
# looked at the rank before training, we would have known.

# %%
# Where does descent end?
# -----------------------
#
# Of all kernels with zero loss, one is the smallest: its taps have the least sum of
# squares. The *pseudo-inverse* of :math:`A` finds it. **Which of the three learned
# kernels is the smallest one?**
#
# - the one found from zero
# - the one found from random taps
# - the one found from others

wanted = Y.cpu().double().flatten()
smallest = (torch.linalg.pinv(A) @ wanted).reshape(3, 3).float()
print(smallest.round(decimals=2))
same = []
for name, kernel in found.items():
    if torch.allclose(kernel, smallest, atol=1e-3):
        same.append(name)
print(same)

# %%
assert same == ["from zero"]
torch.testing.assert_close(smallest, sums / 3)
for name, start in starts.items():
    change = found[name] - start  # the same in all three rows
    torch.testing.assert_close(change, change[:1].expand(3, 3), rtol=0, atol=1e-4)

# %%
# It is the one found from zero. A step of gradient descent changes the kernel by a sum
# of windows, each times its error, so it changes only what some window can see. What no
# window sees stays as it was at the start: zero, if we start from zero, and random
# leftovers otherwise. To be as small as possible, a column spreads its sum evenly over
# its taps.

# %%
# A better teacher
# ----------------
#
# A full rank is not everything. A matrix of rank 9 determines nine taps, but perhaps
# some of them only just. Here are three images that might teach us a kernel, all of
# 6 × 8 pixels: a piece of the photograph, random zeros and ones, and a single bright
# pixel in the dark.

teachers = {
    "photograph": images.photograph()[200:206, 200:208],
    "random": torch.randint(0, 2, (6, 8)).float(),
    "one pixel": images.impulse(6, 8),
}

# %%
fig, axes = plt.subplots(1, 3, figsize=(5.6, 1.9), layout="constrained")
for ax, (name, image) in zip(axes, teachers.items(), strict=True):
    plots.show_image(ax, image, title=name)
fig.set_label(
    "Three small images of 6 by 8 pixels: a nearly even grey, black and white at "
    "random, and a single white pixel on black."
)

# %%
# Take two kernels of the same length, that is, with the same sum of squares: one has
# nine equal taps, and the other raises one tap and lowers its neighbour. How large is
# the response of the photograph to each?

equal = torch.full((9,), 1 / 3, dtype=torch.float64)
up_and_down = torch.zeros(9, dtype=torch.float64)
up_and_down[0], up_and_down[1] = 0.5**0.5, -(0.5**0.5)
to_equal = windows(teachers["photograph"]) @ equal
to_up_and_down = windows(teachers["photograph"]) @ up_and_down
print(f"nine equal taps: {to_equal.norm():.2f}")
print(f"up and down:     {to_up_and_down.norm():.2f}")

# %%
assert abs(equal.norm() - 1) < 1e-9
assert abs(up_and_down.norm() - 1) < 1e-9
assert to_equal.norm() > 30 * to_up_and_down.norm()

# %%
# The first response is more than thirty times as large as the second, because
# neighbouring pixels of a photograph are nearly equal. So if learning gets the
# difference of two neighbouring taps wrong, hardly anything shows.
#
# A kernel is a direction in a space of nine dimensions. For every matrix :math:`A`
# there are nine directions at right angles to each other, from the one that shows most
# to the one that shows least. The size of the response to a kernel of length 1 in each
# of them is a :term:`singular value` of :math:`A`. The largest one divided by the
# smallest one is the :term:`condition number`. The closer it is to 1, the more equally
# all directions show.

# %%
# Each of the three images would let us learn nine taps. **Which of the three has the
# smallest condition number?**
#
# - the photograph
# - random pixels
# - one bright pixel

conditions = {}
for name, image in teachers.items():
    conditions[name] = torch.linalg.cond(windows(image)).item()
    print(f"{name:10} {conditions[name]:6.1f}")

# %%
spectra = {name: torch.linalg.svdvals(windows(x)) for name, x in teachers.items()}
torch.testing.assert_close(spectra["one pixel"], torch.ones(9).double())
assert conditions["one pixel"] < conditions["random"] < conditions["photograph"]
assert spectra["random"].min() > 1
assert all(torch.linalg.matrix_rank(windows(x)) == 9 for x in teachers.values())

# %%
# One bright pixel has the condition number 1, and there is none smaller. The pixel
# meets each tap once, and copies it into the response, so all directions show alike.
# The photograph shows them least alike.

# %%
fig, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
plots.show_spectra(ax, spectra, title="how strongly each direction shows")
fig.set_label(
    "Nine singular values for each teacher, on a logarithmic axis. The photograph's "
    "fall steeply. The random pixels' fall gently, and stay above 1. The one pixel's "
    "are all 1.\n\n"
    "The singular values of the three teachers, from the largest to the smallest."
)

# %%
# A condition number compares a teacher with itself. But if there is *noise* in the
# response, what counts is the size of the response itself, because a small one drowns.
# The figure shows the singular values. Suppose the response has an error of about 0.01
# at every pixel. **From which teacher do we then get the kernel with the smallest
# error?**
#
# - the photograph
# - random pixels
# - one bright pixel

errors = {}
for name, image in teachers.items():
    noise = 0.01 * torch.randn(24, 1000).double()  # a thousand trials
    errors_of_taps = torch.linalg.pinv(windows(image)) @ noise
    errors[name] = errors_of_taps.norm(dim=0).mean().item()
    print(f"{name:10} {errors[name]:.3f}")

# %%
assert errors["random"] < errors["one pixel"] < errors["photograph"]

# %%
# We get it from the random pixels. They light up many windows, so that even their
# smallest singular value is larger than 1, and the noise matters less. The single pixel
# shows all directions alike, but each of them only weakly: its singular values are all
# 1. (The least-squares kernel is linear in the response, so we need not learn anything
# here: the pseudo-inverse turns the noise in the response into the error of the taps.)

# %%
# The page about the learning rate looked at the same thing from the other side. There,
# the :term:`curvatures <curvature>` of the loss decided how fast descent is. They are
# twice the *squares* of the singular values. So if the condition number is 30, the
# steepest direction of the loss is 900 times as steep as the flattest one.

curvatures = torch.linalg.eigvalsh(curvature(teachers["random"].double(), (3, 3)))
ratio = (curvatures[-1] / curvatures[0]).item()
print(f"condition number {conditions['random']:.2f}, squared {ratio:.1f}")

# %%
torch.testing.assert_close(curvatures.flip(0), 2 * spectra["random"] ** 2)
torch.testing.assert_close(ratio, conditions["random"] ** 2)

# %%
# Try it yourself
# ---------------
#
# If two kernels have the same column sums, the striped image cannot tell them apart.
# **Of all kernels with the same column sums, which has the least sum of squares?**

ask("visible_part")

# %%
# Replace the dots by your code and run the cell again.


def visible_part(kernel): ...  # about 1 line


check("visible_part", visible_part)

# %%
# In practice
# -----------
#
# If a kernel that you have learned has a loss of zero and looks like nonsense, look at
# the rank of the windows before you look for a bug. More varied images help. If there
# are none, *weight decay* helps, which pulls all weights a little towards zero in each
# step: what the data do not determine fades away, so the start no longer matters.
#
# Further reading
# ---------------
#
# - S. Boyd and L. Vandenberghe, `Introduction to Applied Linear Algebra
#   <https://web.stanford.edu/~boyd/vmls>`__: least squares, from the ground up.
# - C. Zhang and others, `Understanding deep learning requires rethinking generalization
#   <https://arxiv.org/abs/1611.03530>`__: networks that can learn any answer by heart.
