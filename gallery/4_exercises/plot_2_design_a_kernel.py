r"""
Design a kernel
===============

By the end of this page you can design kernels for edges, blurs and derivatives.

**You will need** :ref:`sphx_glr_tutorials_4_exercises_plot_1_diagonal_edges.py`.

**You will learn**

- to find the :term:`taps <tap>` of a kernel from what it must answer to simple images;
- why a mean of three is a poor blur.
"""

import math

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, kernels, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# Each heading asks a question of `Dive into Deep Learning
# <https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html>`__. Try first.
#
# 1. Which kernel sees edges across a direction?
# ----------------------------------------------
#
# Take a slope: brightness grows by 3 with each column and by 2 with each row. Half of
# *right minus left* measures the 3, half of *below minus above* the 2. At an angle
# :math:`\theta`, counted from right towards down, the slope is
# :math:`3 \cos\theta + 2 \sin\theta`. So mix the two kernels in the same way.

x = torch.arange(6.0, device=device)[None, :]
y = torch.arange(4.0, device=device)[:, None]
right = torch.tensor([[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]], device=device)


def along(theta):
    return math.cos(theta) * right + math.sin(theta) * right.T


for theta in torch.linspace(0, 6, 13).tolist():
    expected = torch.full((2, 4), 3 * math.cos(theta) + 2 * math.sin(theta))
    torch.testing.assert_close(corr2d(3 * x + 2 * y, along(theta)).cpu(), expected)

# %%
# A disc with a soft rim has edges in every direction. **Which of them fade?**

far = torch.hypot(torch.arange(61.0) - 30, torch.arange(45.0)[:, None] - 22)
disc = (18 - far).clamp(0, 3).to(device)
fig, axes = plt.subplots(1, 3, figsize=(5.6, 1.8), layout="constrained")
for ax, degrees in zip(axes, (0, 60, 150), strict=True):
    theta = math.radians(degrees)
    plots.show_response(ax, corr2d(disc, along(theta)), title=f"θ = {degrees}°")
    plots.show_arrow(ax, (21, 29), angle=theta, length=22)
fig.set_label("Rims of a disc: orange behind an arrow, blue ahead, faded alongside.")

# %%
# Those that run along the arrow.
#
# 2. Which kernel gives the second derivative?
# --------------------------------------------
#
# It is the change of the change. Right minus left, (−1, 1), twice in a row is
# :math:`(x_2 - x_1) - (x_1 - x_0) = x_0 - 2 x_1 + x_2`, so the kernel is (1, −2, 1).
# For both directions, add its transpose: the :term:`Laplacian`. **What does it answer
# to** :math:`x^2 + 3 y^2`?

laplacian = kernels.laplacian(device=device)
assert (corr2d(x**2 + 3 * y**2, laplacian) - (2 + 6)).abs().max() < 1e-3

# %%
# 8 everywhere: 2 from :math:`x^2`, and 6 from :math:`3 y^2`.
#
# 3. Which kernel blurs?
# ----------------------
#
# Its taps are positive, for it must not look for differences, and add up to 1, so that
# an even grey stays. **What does a mean of three make of the finest stripes?**

stripes = images.checkerboard(1, 6, device=device)
mean = corr2d(stripes, torch.tensor([[1, 1, 1]], device=device) / 3)
binomial = corr2d(stripes, torch.tensor([[1, 2, 1]], device=device) / 4)
print(torch.cat([stripes[:, 1:-1], mean, binomial]))
torch.testing.assert_close(mean - 1 / 2, -(stripes[:, 1:-1] - 1 / 2) / 3)
torch.testing.assert_close(binomial, torch.full_like(mean, 0.5))

# %%
# The mean swaps them: bright becomes dark, at a third of the contrast. (1, 2, 1)/4
# wipes them out, as a blur should. It is a mean of two, (1, 1)/2, twice in a row.
#
# 4. Which is the smallest kernel for a derivative?
# -------------------------------------------------
#
# Take differences again and again: (−1, 1), (1, −2, 1), (−1, 3, −3, 1). **After how
# many rounds do the cubes become constant, and what is the constant?**

for d in range(1, 4):
    taps = [(-1.0) ** (d - b) * math.comb(d, b) for b in range(d + 1)]
    row = corr2d(x**3, torch.tensor([taps], device=device))
    print(f"order {d}:", *(f"{pixel:3.0f}" for pixel in row[0].tolist()))
assert (row - 6).abs().max() < 1e-3

# %%
# After three, and it is 6 = 3!, the third derivative of :math:`x^3`. Each round lowers
# the degree by one, so :math:`d + 1` taps wipe out all powers below :math:`d`. Fewer
# cannot: with :math:`d` taps or less, take the polynomial that is 1 at one tap and 0 at
# the others. Its degree is below :math:`d`, so it must be wiped out. But the answer is
# that one tap: it is zero, and so is every other.
#
# Try it yourself
# ---------------
#
# In general: any direction, any size of blur, the fewest taps wherever the pixels lie.

ask("direction_kernel", "blur_kernel", "derivative_taps")

# %%
# Replace the dots. The last one's taps, at :math:`n` places, answer :math:`(n - 1)!` to
# :math:`x^{n-1}` and 0 to lower powers; at 0, 1, 2 they are (1, −2, 1).


def direction_kernel(right, down, device): ...  # about 2 lines
def blur_kernel(height, width, device): ...  # about 4 lines
def derivative_taps(places): ...  # about 3 lines


check("direction_kernel", direction_kernel)
check("blur_kernel", blur_kernel)
check("derivative_taps", derivative_taps)

# %%
# In practice
# -----------
#
# Differences amplify noise, so they are taken of a blurred image. Sobel's kernel does
# both: a blur, (1, 2, 1), down the columns, and (1, 0, −1), left minus right, in a row.
#
# Further reading
# ---------------
#
# - W. Freeman and E. Adelson, `The design and use of steerable filters
#   <https://doi.org/10.1109/34.93808>`__: question 1, for kernels of any shape.
# - B. Fornberg, `Generation of finite difference formulas on arbitrarily spaced grids
#   <https://doi.org/10.1090/S0025-5718-1988-0935077-0>`__: question 4, spaced unevenly.
