r"""
Design a kernel
===============

By the end of this page you can design kernels for edges in any direction, for second
and higher derivatives, and for blurs.

**You will need** :ref:`sphx_glr_tutorials_4_exercises_plot_1_diagonal_edges.py`.

**You will learn** to find the :term:`taps <tap>` of a kernel from what it must answer
to simple images, and what each of these kernels is good for.
"""

import math

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, kernels, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too
torch.manual_seed(0)

# %%
x = torch.arange(6.0, device=device)[None, :]  # one row, 0 to 5
y = torch.arange(4.0, device=device)[:, None]  # one column, 0 to 3
slope = 3 * x + 2 * y

# %%
fig = plots.show_grids({"a slope": slope})
fig.set_label(
    "A grid of 4 by 6 numbers. The first row is 0, 3, 6, 9, 12, 15, and each row is 2 "
    "more than the one above it.\n\n"
    "A good image to design a kernel with: one knows what the kernel should answer."
)

# %%
# *Dive into Deep Learning* asks its readers to design some kernels. The way to do it is
# always the same: take images for which you know the answer, and find taps that give
# this answer. Each heading is one of the book's questions. Try it on paper first.
#
# 1. Which kernel measures the slope in a given direction?
# --------------------------------------------------------
#
# On the slope above, brightness grows by 3 with each column and by 2 with each row. A
# kernel that takes *half of the right neighbour minus the left one* answers 3, and its
# transpose, half of the lower neighbour minus the upper one, answers 2. (Half, because
# the two neighbours are two pixels apart.)

right = torch.tensor(
    [[0.0, 0.0, 0.0], [-0.5, 0.0, 0.5], [0.0, 0.0, 0.0]], device=device
)
print("right:", corr2d(slope, right)[0].tolist())
print("down: ", corr2d(slope, right.T)[0].tolist())

# %%
torch.testing.assert_close(corr2d(slope, right), torch.full_like(slope[1:-1, 1:-1], 3))
torch.testing.assert_close(
    corr2d(slope, right.T), torch.full_like(slope[1:-1, 1:-1], 2)
)

# %%
# Now walk in another direction: 0.8 pixels to the right and 0.6 pixels down, which is a
# step of length 1. **By how much does the brightness grow in that step?**


def along(across, down):
    return across * right + down * right.T


answer = corr2d(slope, along(0.8, 0.6))
print([round(growth, 1) for growth in answer[0].tolist()])

# %%
torch.testing.assert_close(answer, torch.full_like(answer, 3.6))
for theta in torch.linspace(0, 6, 13).tolist():
    kernel = along(math.cos(theta), math.sin(theta))
    expected = 3 * math.cos(theta) + 2 * math.sin(theta)
    torch.testing.assert_close(
        corr2d(slope, kernel), torch.full_like(answer, expected), rtol=1e-4, atol=1e-4
    )

# %%
# It grows by :math:`0.8 \cdot 3 + 0.6 \cdot 2 = 3.6`. The slope in a direction is a
# mixture of the two slopes that we can measure, so the kernel for this direction is the
# same mixture of the two kernels. At an angle :math:`\theta`, counted from right
# towards down, the shares are :math:`\cos\theta` and :math:`\sin\theta`.

# %%
# Such a kernel sees edges. Here is a disc with a soft rim, which has edges in every
# direction. We apply the kernel for 60°, a direction that points down and a little to
# the right. **Which parts of the rim fade away?**
#
# - those that run along the direction of 60°
# - those that run across it
# - none, the rim looks alike everywhere

theta = math.radians(60)
distance = torch.hypot(torch.arange(61.0) - 30, torch.arange(45.0)[:, None] - 22)
disc = (18 - distance).clamp(0, 3).to(device)
response = corr2d(disc, along(math.cos(theta), math.sin(theta)))

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.4), layout="constrained")
plots.show_image(axes[0], disc / 3, title="a disc")
plots.show_response(axes[1], response, title="the response at 60°")
plots.show_arrow(axes[1], (21, 29), angle=theta, length=22)
fig.set_label(
    "A white disc with a soft rim; and the response, with an arrow at 60°, to the "
    "lower right: the rim is blue ahead of the arrow, orange behind it, and pale on "
    "both sides."
)

# %%
row, column = 16.5 * math.sin(theta), 16.5 * math.cos(theta)  # from row 21, column 29
ahead = response[round(21 + row), round(29 + column)].item()
behind = response[round(21 - row), round(29 - column)].item()
beside = response[round(21 + column), round(29 - row)].item()
assert ahead < -0.9 and behind > 0.9
assert abs(beside) < 0.1

# %%
# The parts that run along the direction fade away. There, a step in the direction stays
# at the same brightness. Behind the arrow brightness rises, and ahead of it falls. So
# the kernel for a direction finds the edges *across* it. A kernel like this is called
# *steerable*: mixtures of two kernels give the kernels for all directions.

# %%
# 2. Which kernel measures the second derivative?
# -----------------------------------------------
#
# The second derivative is the change of the change. From :math:`x_0` to :math:`x_1` the
# change is :math:`x_1 - x_0`, from :math:`x_1` to :math:`x_2` it is :math:`x_2 - x_1`,
# and the second minus the first is :math:`x_0 - 2\,x_1 + x_2`. So the kernel is
# (1, −2, 1). With fewer taps it is not possible. Two taps would have to answer 0 to an
# even grey, so one is minus the other, and 0 to an even slope, so both are zero.
#
# For rows and columns together, add the transpose, with (1, −2, 1) going down. The sum
# is called the :term:`Laplacian`. It measures how the brightness bends along both axes.

laplacian = kernels.laplacian(device=device)
print(laplacian)

# %%
bend = torch.tensor([[0.0, 0, 0], [1, -2, 1], [0, 0, 0]], device=device)
assert torch.equal(laplacian, bend + bend.T)

# %%
# Take an image whose brightness is :math:`x^2 + 3\,y^2`, where :math:`x` counts the
# columns and :math:`y` the rows. **What does the Laplacian answer?** It answers the
# same everywhere.

answer_to_squares = corr2d(x**2 + 3 * y**2, laplacian)
print(answer_to_squares)

# %%
assert (answer_to_squares - 8).abs().max() < 1e-3

# %%
# It answers 8. The second derivative of :math:`x^2` is 2, that of :math:`3\,y^2` is 6,
# and the Laplacian adds the two.

# %%
# The book also asks which structures in an image such a kernel responds to most
# strongly. Here are three candidates, all as bright as each other: a single point, a
# thin line, and an edge.

structures = torch.zeros(5, 13, device=device)
structures[2, 2] = 1  # a point
structures[:, 6] = 1  # a line
structures[:, 10:] = 1  # an edge, from dark to bright

# %%
fig = plots.show_grids({"a point, a line, an edge": structures})
fig.set_label(
    "A grid of 5 by 13 numbers: a single 1 in row 2 and column 2, a column of ones in "
    "column 6, and ones from column 10 on; zeros elsewhere."
)

# %%
# **To which of the three is the Laplacian's response the largest in size?**
#
# - the point
# - the line
# - the edge

bends = corr2d(structures, laplacian)
largest = {
    "point": bends[:, 0:3].abs().max().item(),
    "line": bends[:, 4:7].abs().max().item(),
    "edge": bends[:, 8:].abs().max().item(),
}
print(largest)

# %%
assert largest == {"point": 4, "line": 2, "edge": 1}

# %%
fig = plots.show_grids({"the response of the Laplacian": bends})
fig.set_label(
    "The response, 3 by 11 numbers: −4 at the point, with 1 around it; −2 along the "
    "line, with 1 on both sides; 1 and −1 at the edge."
)

# %%
# Its response is the largest at the point: it answers −4 there, −2 on the line and only
# 1 and −1 at the edge. At an edge brightness bends along one axis and to one side; at a
# line it falls on both sides, and at a point on all four. So second derivatives are
# good at finding spots and thin lines, and every speck of noise is such a spot.

# %%
# 3. Which kernel blurs, and what for?
# ------------------------------------
#
# A blur takes a weighted mean: its taps are positive and add up to 1, so that an even
# grey stays what it is. The simplest one is the plain mean of three neighbours. Try it
# on the finest stripes there are, 1, 0, 1, 0, 1, 0. **What does the mean of three make
# of a bright pixel, one with the value 1?** A fraction will do.

stripes = images.checkerboard(1, 6, device=device)
mean_of_three = torch.tensor([[1.0, 1.0, 1.0]], device=device) / 3
binomial = torch.tensor([[1.0, 2.0, 1.0]], device=device) / 4
print("stripes:      ", stripes[0, 1:-1].tolist())
blurred = corr2d(stripes, mean_of_three)
print("mean of three:", [round(pixel, 2) for pixel in blurred[0].tolist()])
print("1, 2, 1:      ", corr2d(stripes, binomial)[0].tolist())

# %%
torch.testing.assert_close(blurred - 1 / 2, -(stripes[:, 1:-1] - 1 / 2) / 3)
torch.testing.assert_close(corr2d(stripes, binomial), torch.full_like(blurred, 0.5))

# %%
# It makes one third of it, because both of its neighbours are dark. And a dark pixel
# becomes two thirds: the mean of three has *exchanged* bright and dark, at a third of
# the contrast. The kernel (1, 2, 1)/4 wipes these stripes out, as a blur should. It is
# a mean of two, (1, 1)/2, twice in a row, and taking means of two again and again leads
# to the :term:`Gaussian`.

# %%
# What is a blur good for? It removes what changes from pixel to pixel, and one such
# thing is noise. Each pixel of the blurred image is a mean of several noisy ones, and
# in a mean, errors partly cancel. Statistics has a rule for noise that is independent
# from pixel to pixel: a kernel multiplies its size, the standard deviation, by the
# square root of the sum of the squared taps. Take (1, 2, 1)/4 down times (1, 2, 1)/4
# across, of 3 × 3 taps, whose squares add up to :math:`(6/16)^2`. **How large is noise
# of size 1 after this blur?** Give three decimals.

noise = torch.randn(300, 400, device=device)
blur = binomial.T * binomial
print(f"before {noise.std():.2f}, after {corr2d(noise, blur).std():.2f}")

# %%
expected = (blur**2).sum().sqrt().item()
assert round(expected, 6) == 6 / 16
assert abs(corr2d(noise, blur).std() - expected) < 0.01

# %%
# Its size is :math:`6/16 = 0.375` afterwards: little more than a third is left. A blur
# is also what one needs before leaving out pixels, because stripes that are too fine
# for the smaller image would turn into false, coarse ones.

# %%
# 4. How many taps does a derivative need?
# ----------------------------------------
#
# Take differences again and again. The first one has the taps (−1, 1), the second one
# (1, −2, 1), the third one (−1, 3, −3, 1). Each measures one derivative more. **What
# does the third one answer to the cubes, 0, 1, 8, 27, 64, 125?** It answers the same
# everywhere.

cubes = x**3
for taps in [(-1.0, 1.0), (1.0, -2.0, 1.0), (-1.0, 3.0, -3.0, 1.0)]:
    differences = corr2d(cubes, torch.tensor([taps], device=device))
    print(len(taps), "taps:", differences[0].round().int().tolist())

# %%
assert (differences - 6).abs().max() < 1e-3

# %%
# It answers 6, which is :math:`3!`, the third derivative of :math:`x^3`. Each round of
# differences lowers the degree of a polynomial by one. So :math:`d` rounds turn all
# powers below :math:`d` into zero, as a derivative of order :math:`d` should, and their
# kernel has :math:`d + 1` taps.

# %%
# Could a cleverer kernel do with fewer? **How many taps does a kernel for the third
# derivative need at least?**

powers = torch.stack([torch.arange(3.0) ** k for k in range(3)])  # 1, x, x²
print("rank:", torch.linalg.matrix_rank(powers).item())

# %%
assert torch.linalg.matrix_rank(powers) == 3  # only zero taps wipe out all three
for places in ([0.0, 1], [0.0, 1, 3], [-2.0, 0, 1, 5], [-2.0, -1, 0, 2, 3]):
    spread = torch.tensor(places, dtype=torch.float64)
    vandermonde = torch.stack([spread**k for k in range(len(places))])
    assert torch.linalg.matrix_rank(vandermonde) == len(places)

# %%
# It needs four, because three are not enough. Three taps would have to answer 0 to the
# powers 1, :math:`x` and :math:`x^2`. These are three equations for three taps, and the
# matrix of their values at three pixels has full :term:`rank`, so the taps can only be
# zero. It is the same for every order, because such a matrix of powers, a *Vandermonde
# matrix*, has full rank wherever its pixels differ. So a derivative of order :math:`d`
# needs :math:`d + 1` taps.

# %%
# Try it yourself
# ---------------
#
# The first exercise asks for a kernel in any direction, the second for a blur of any
# size, and the last for the fewest taps, at pixels that need not be neighbours: at
# :math:`n` places the taps must answer :math:`(n - 1)!` to :math:`x^{n-1}`, and 0 to
# all lower powers. For the places 0, 1, 2 they are (1, −2, 1).

ask("direction_kernel", "blur_kernel", "derivative_taps")

# %%
# Replace the dots by your code and run the cell again.


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
# Neighbouring pixels of a photograph are nearly equal, but their noise is not. So a
# difference loses most of the picture and keeps the noise, and is best taken of a
# blurred image. :term:`Sobel`'s kernel does both in one: a blur, (1, 2, 1), down the
# columns, and a difference, (1, 0, −1), left minus right, along the rows.

blur_down = torch.tensor([[1.0], [2.0], [1.0]], device=device)
difference = torch.tensor([[1.0, 0.0, -1.0]], device=device)
print(blur_down * difference)

# %%
torch.testing.assert_close(blur_down * difference, kernels.sobel(device=device))

# %%
# Further reading
# ---------------
#
# - W. Freeman and E. Adelson, `The design and use of steerable filters
#   <https://doi.org/10.1109/34.93808>`__: question 1, for all kernels that are a finite
#   Fourier series in the angle.
# - B. Fornberg, `Generation of finite difference formulas on arbitrarily spaced grids
#   <https://doi.org/10.1090/S0025-5718-1988-0935077-0>`__: question 4, for pixels that
#   are not evenly spaced.
