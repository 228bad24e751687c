r"""
Design a kernel
===============

By the end of this page you can write down the kernel for an edge in any direction, for
a blur, and for a derivative of any order.

**You will need** :ref:`sphx_glr_tutorials_4_exercises_plot_1_diagonal_edges.py`.

**You will learn**

- how a mixture of two kernels sees edges in any direction;
- why a mean of three is a poor blur;
- why a derivative of order :math:`d` takes :math:`d + 1` taps, and no fewer.
"""

import math

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, plots

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# Four questions
# --------------
#
# `Dive into Deep Learning
# <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__ asks them
# without answers. Take a pencil to each of them first. Which kernel
#
# 1. sees edges *across* a given direction, and is blind to edges along it?
# 2. gives the second derivative?
# 3. blurs?
# 4. is the smallest for the :math:`d`-th derivative?
#
# 1. A direction
# --------------
#
# Take a slope: brightness grows by 3 with each column and by 2 with each row. Half of
# *right minus left* measures the 3, half of *below minus above* the 2.

x = torch.arange(6.0, device=device)[None, :]
y = torch.arange(4.0, device=device)[:, None]
slope = 3 * x + 2 * y
right = torch.tensor([[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]], device=device)
down = right.T
zeros = torch.zeros(2, 4, device=device)
torch.testing.assert_close(corr2d(slope, right), zeros + 3)
torch.testing.assert_close(corr2d(slope, down), zeros + 2)

# %%
# Walk one unit at an angle :math:`\theta`, counted from right towards down: brightness
# grows by :math:`3 \cos\theta + 2 \sin\theta`. The response is linear in the kernel, so
# the same mixture of the two kernels measures that.


def along(theta):
    return math.cos(theta) * right + math.sin(theta) * down


# %%
# **At which angle is the response zero?** Where brightness stays the same: one step
# down goes with 2/3 of a step to the left.

blind = math.atan2(1, -2 / 3)
print(f"{math.degrees(blind):.0f} degrees")
torch.testing.assert_close(corr2d(slope, along(blind)), zeros, rtol=0, atol=1e-5)

# %%
# A disc with a soft rim has edges in every direction.

far = torch.hypot(torch.arange(61.0) - 30, torch.arange(45.0)[:, None] - 22)
disc = (18 - far).clamp(0, 3).to(device)

# %%
fig, axes = plt.subplots(1, 3, figsize=(5.6, 1.8), layout="constrained")
for ax, degrees in zip(axes, (0, 60, 150), strict=True):
    theta = math.radians(degrees)
    plots.show_response(ax, corr2d(disc, along(theta)), title=f"θ = {degrees}°")
    plots.show_arrow(ax, (21, 29), angle=theta, length=22)
fig.set_label(
    "Three responses to a bright disc, each with an arrow at angle theta. The rim is "
    "orange behind the arrow and blue ahead of it, and fades where it runs alongside."
)

# %%
# The response is full where the arrow crosses the rim, and fades to nothing where the
# rim runs along the arrow.
#
# 2. The second derivative
# ------------------------
#
# It is the change of the change. Right minus left, (−1, 1), twice in a row is
#
# .. math:: (x_2 - x_1) - (x_1 - x_0) = x_0 - 2 x_1 + x_2,
#
# so the kernel is (1, −2, 1). For curvature in both directions, add its transpose: that
# is the *Laplacian*. **What does it answer to** :math:`x^2 + 3 y^2`?

laplacian = torch.tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0.0]], device=device)
print(corr2d(x**2 + 3 * y**2, laplacian))
torch.testing.assert_close(corr2d(x**2 + 3 * y**2, laplacian), zeros + 2 + 6)

# %%
# 3. A blur
# ---------
#
# Its taps are positive, for it must not look for differences, and add up to 1, so that
# an even grey stays. That leaves a choice. **What does a mean of three make of the
# finest stripes?**

stripes = x % 2
mean = corr2d(stripes, torch.tensor([[1, 1, 1]], device=device) / 3)
binomial = corr2d(stripes, torch.tensor([[1, 2, 1]], device=device) / 4)
for name, row in (("before", stripes[:, 1:-1]), ("mean", mean), ("1, 2, 1", binomial)):
    print(f"{name:8}", *(f"{pixel:.2f}" for pixel in row[0].tolist()))
torch.testing.assert_close(mean - 1 / 2, -(stripes[:, 1:-1] - 1 / 2) / 3)
torch.testing.assert_close(binomial, torch.full_like(mean, 0.5))

# %%
# It swaps them: bright becomes dark, at a third of the contrast. The taps (1, 2, 1)/4
# wipe them out, as a blur should. They are a mean of two, (1, 1)/2, twice in a row; go
# on like that, and the taps approach a Gaussian.
#
# 4. The smallest kernel for a derivative
# ---------------------------------------
#
# Take differences again and again: (−1, 1), (1, −2, 1), (−1, 3, −3, 1). These are the
# binomial numbers with alternating signs, :math:`d + 1` taps for order :math:`d`.
# **After how many rounds do the cubes become constant, and what is the constant?**


def derivative(d):
    taps = [(-1.0) ** (d - b) * math.comb(d, b) for b in range(d + 1)]
    return torch.tensor([taps], device=device)


# %%
fig, axes = plt.subplots(4, 1, figsize=(3.6, 3.8), layout="constrained")
for d, ax in enumerate(axes):
    plots.show_grid(ax, corr2d(x**3, derivative(d)), title=f"order {d}")
    ax.set(xlim=(-0.5, 5.5))
fig.set_label(
    "The cubes 0, 1, 8, 27, 64, 125 and their differences of the first, second and "
    "third order, each row shorter by one. The last is 6, 6, 6."
)

# %%
# After three, and it is :math:`6 = 3!`, the third derivative of :math:`x^3`. Each round
# lowers the degree by one, so order :math:`d` wipes out every power below :math:`d`,
# and makes :math:`d!` of :math:`x^d`.

for d in range(1, 6):
    for power in range(d + 1):
        response = corr2d(x**power, derivative(d))
        assert (response == (math.factorial(d) if power == d else 0)).all()

# %%
# **Could fewer taps do?** Call them :math:`k_0, \ldots, k_{n-1}`. To wipe out the
# powers below :math:`d` they must satisfy :math:`\sum_b k_b \, b^m = 0` for
# :math:`m = 0, \ldots, d - 1`. With :math:`n \le d` taps, the first :math:`n` of these
# equations have a square matrix, whose rows are powers of 0 to :math:`n - 1`. It can be
# inverted, as no polynomial of degree below :math:`n` has :math:`n` zeros; so all taps
# are zero. With :math:`d + 1` taps, one kernel makes :math:`d!` of :math:`x^d`: ours.

places = torch.arange(4.0, dtype=torch.float64)
powers = places ** places[:, None]  # row m holds 0, 1, 2, 3 to the power of m
solved = torch.linalg.solve(powers, torch.tensor([0, 0, 0, 6.0]).double())
torch.testing.assert_close(solved, derivative(3)[0].cpu().double())

# %%
# Try it yourself
# ---------------
#
# (−1, 1) measures the slope half way between two pixels. Which three taps measure it
# *at* the middle one, so that the squares answer 2, 4, 6, 8? A hint: call the places
# −1, 0, 1, and write down what 1, :math:`x` and :math:`x^2` must give.

print(corr2d(x**2, torch.tensor([[0.0, -1.0, 1.0]], device=device)))

# %%
# In practice
# -----------
#
# Differences amplify noise, so they are taken of a blurred image. Sobel's kernel is one
# of each, (1, 2, 1) down the columns and (−1, 0, 1) along the rows:

print(torch.tensor([[1], [2], [1]]) @ torch.tensor([[-1, 0, 1]]))

# %%
# Further reading
# ---------------
#
# - W. Freeman and E. Adelson, `The design and use of steerable filters
#   <https://doi.org/10.1109/34.93808>`__: question 1, for kernels of any shape.
# - B. Fornberg, `Generation of finite difference formulas on arbitrarily spaced grids
#   <https://doi.org/10.1090/S0025-5718-1988-0935077-0>`__: question 4, for pixels at
#   uneven distances.
