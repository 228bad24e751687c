r"""
Find it again
=============

By the end of this page you can find a small picture in a large one, with a
cross-correlation that neither brightness nor contrast can fool.

**You will need** :doc:`Filter a photograph <plot_2_filter_a_photograph>`.

**You will learn** what a plain sum of products looks for, and how to make it look for a
pattern in two steps.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import interpolate

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Long before there were networks, cross-correlation was a way to compare: how much is
# this signal like that one, and where? Here is a photograph, and a patch of 24 × 32
# pixels that we cut out of it. Can we find the place where the patch comes from?
# ``default_device`` has found the device to compute on.

photograph = images.photograph(device=device)


def cut(row, column):
    return photograph[row : row + 24, column : column + 32]


top, left = 174, 290
patch = cut(top, left)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.6), width_ratios=(5, 3))
fig.set_layout_engine("constrained")
plots.show_image(axes[0], photograph, title="photograph")
plots.show_frame(axes[0], (174, 290, 24, 32), colour=plots.ORANGE, label="patch")
plots.show_image(axes[1], patch, title="patch")
fig.set_label(
    "A grey portrait of a woman in a dark uniform with a white collar; a small frame "
    "lies around one of her eyes. Beside it, the eye, larger."
)

# %%
# The plain sum
# -------------
#
# Use the patch as the kernel. Where it lies on itself, bright pixels meet bright taps
# and dark pixels meet dark taps, so the sum of products should be large. The function
# below says where an output is largest. ``argmax`` goes through the output row by row
# and returns how many numbers come before the largest one. ``divmod`` divides this
# count by the length of a row: the quotient is the row, the remainder is the column.


def peak(output):
    place = output.argmax().item()
    return divmod(place, output.shape[1])


# %%
# All pixels of a photograph are positive, from 0 for black to 1 for white. **Where is
# the sum of products largest?**
#
# - where the patch lies on itself
# - where the photograph is very bright
# - where the photograph is very dark

row, column = peak(corr2d(photograph, patch))
window = cut(row, column)
print("found at", (row, column))
print("cut out at", (top, left))
print(f"mean brightness there:    {window.mean():.2f}")
print(f"mean brightness of patch: {patch.mean():.2f}")

# %%
n = 24 * 32
means = corr2d(photograph, torch.full((24, 32), 1 / n, device=device))
is_bright = bool(window.mean() > means.flatten().quantile(0.99))
assert is_bright and (row, column) != (top, left)

# %%
# It is largest where the photograph is very bright: on the white shirt. The pixels
# there are bright, so they make every product large, whether they meet a bright tap or
# a dark one. A high sum says "bright" as much as it says "alike".

# %%
# Let us try more patches. We go through the photograph in steps and keep every patch
# that has something on it: one whose standard deviation is above 0.2.

places = []
for i in range(0, 576, 48):
    for j in range(0, 480, 64):
        deviation = cut(i, j).std()
        if deviation > 0.2:
            places.append((i, j))
print(len(places), "patches")

# %%
# For each of them, we compute an output, and count how often its peak is at the place
# where the patch was cut out.


def count_found(compare, image):
    found = 0
    for i, j in places:
        if peak(compare(image, cut(i, j))) == (i, j):
            found += 1
    return found


print(count_found(corr2d, photograph), "found by the plain sum")

# %%
assert len(places) == 29
assert count_found(corr2d, photograph) == 0

# %%
# The plain sum finds not a single one of the 29.

# %%
# Take the mean away
# ------------------
#
# Brightness can be taken out of the game. Take its mean away from the patch. Then its
# taps add up to 0: a window that is evenly bright gives 0, and only a pattern gives a
# large sum.


def zero_mean(image, wanted):
    return corr2d(image, wanted - wanted.mean())


print(count_found(zero_mean, photograph), "found after taking the mean away")

# %%
assert count_found(zero_mean, photograph) == 7
assert abs((patch - patch.mean()).sum()) < 1e-3

# %%
# That is better, with 7 of 29, but not good. What is in the way now? Compare two
# windows with the same pattern on them, where one has three times the contrast of the
# other: all its differences from the mean are three times as large. **How many times as
# large is its sum?**

stronger = patch.mean() + 3 * (patch - patch.mean())
ratio = (zero_mean(stronger, patch) / zero_mean(patch, patch)).item()
print(round(ratio, 2))

# %%
assert round(ratio, 2) == 3

# %%
# It is three times as large, because every product is. So a window that resembles the
# patch only a little, but has a strong contrast, beats the patch itself. In this
# photograph there is strong contrast wherever white cloth meets black.

# %%
# Divide by the contrast
# ----------------------
#
# Contrast can be taken out as well. For a window :math:`x` with the mean :math:`m_x`
# and a patch :math:`t` with the mean :math:`m_t`, compute
#
# .. math:: \frac{\sum (x - m_x)(t - m_t)}
#           {\sqrt{\sum (x - m_x)^2} \, \sqrt{\sum (t - m_t)^2}}.
#
# This is called the :term:`normalised cross-correlation`. If you know the correlation
# coefficient of statistics, this is it, for every window of the image.
#
# The sums over a window are cross-correlations, too. Above the line we need not
# subtract :math:`m_x`: the numbers :math:`t - m_t` add up to 0, so it would change
# nothing. For the first root below the line, ``corr2d`` with a kernel of ones adds up
# the pixels of each window, and from the squared image it adds up their squares. These
# two sums are enough, because for a window of :math:`n` pixels
#
# .. math:: \sum (x - m_x)^2 = \sum x^2 - \frac{1}{n} \Bigl( \sum x \Bigr)^2.
#
# Where a window is even, this is 0, and we put a small number in its place, so that
# nothing is divided by 0.


def normalised(image, wanted):
    taps = wanted - wanted.mean()
    ones = torch.ones_like(wanted)
    sums = corr2d(image, ones)
    squares = corr2d(image * image, ones)
    spread = squares - sums * sums / wanted.numel()
    spread = spread.clamp(min=1e-3)
    return corr2d(image, taps) / (spread * taps.square().sum()).sqrt()


# %%
# Put the patch itself into the formula, so that :math:`x` and :math:`t` are the same.
# **What is the value where the patch lies on itself?**

alike = normalised(photograph, patch)
print(f"{alike[top, left].item():.2f}")

# %%
here = cut(40, 300).flatten()
coefficient = torch.corrcoef(torch.stack([here, patch.flatten()]).cpu())[0, 1].item()
assert abs(alike[40, 300].item() - coefficient) < 1e-3
assert abs(alike[top, left].item() - 1) < 1e-3
assert alike.abs().max() < 1 + 1e-3

# %%
# It is 1. With :math:`x = t` the two roots below the line are equal, so their product
# is the sum above the line. No window can give more than 1, or less than −1, which
# stands for the negative of the patch. So the scale is the same for every patch and
# every image, and 1 means: this is it, apart from brightness and contrast.

# %%
# Now count again.

print(count_found(normalised, photograph), "of", len(places), "found")

# %%
assert count_found(normalised, photograph) == len(places) == 29
assert peak(normalised(photograph, patch)) == (top, left)
assert peak(zero_mean(photograph, patch)) != (top, left)

# %%
# All 29 are found. Here is where each of the three ways looks for the eye. The peak of
# the zero mean lies where a white collar meets a black tie, because the contrast is
# strong there.

# %%
fig, ax = plt.subplots(figsize=(4.2, 4.6), layout="constrained")
plots.show_image(ax, photograph, title="three ways to look for an eye")
for compare, colour, label in (
    (corr2d, plots.BLUE, "plain sum"),
    (zero_mean, plots.GREY, "zero mean"),
    (normalised, plots.ORANGE, "normalised"),
):
    found_at = peak(compare(photograph, patch))
    plots.show_frame(ax, (*found_at, 24, 32), colour=colour, label=label)
fig.set_label(
    "The portrait with three frames: that of the plain sum on the white shirt, that "
    "of the zero mean where the collar meets the tie, that of the third around the eye."
)

# %%
# Change the light
# ----------------
#
# Somebody develops the photograph anew, and it comes out pale: each pixel :math:`x` has
# become :math:`0.4 \, x + 0.3`. We look for the 29 patches of the old photograph in the
# new one. **How many does the normalised cross-correlation find?**

pale = 0.4 * photograph + 0.3
found_in_pale = count_found(normalised, pale)
print(found_in_pale)

# %%
assert found_in_pale == 29

# %%
# It finds all 29 again. The 0.3 is part of the mean, and goes with it. The 0.4 stands
# above the line and below it, and cancels.

# %%
# Other changes do matter. The patch is compared pixel by pixel, so if the picture is
# enlarged or turned, the pixels no longer fit. Look for the eye in a picture that is
# one and a half times as high and as wide. ``interpolate`` makes it. It wants two axes
# in front, which ``None`` adds and ``[0, 0]`` takes away again.

larger = interpolate(photograph[None, None], scale_factor=1.5, mode="bilinear")[0, 0]
print(f"{normalised(larger, patch).max().item():.1f}")

# %%
assert round(normalised(larger, patch).max().item(), 1) == 0.6

# %%
# The highest value anywhere is 0.6. There is nothing in this picture that is quite like
# the patch.

# %%
# Try it yourself
# ---------------
#
# Put it all together: given an image and a patch, **where in the image is the window
# that looks most like the patch?**

ask("find_patch")

# %%
# Replace the dots by your code and run the cell again.


def find_patch(image, patch): ...  # about 6 lines


check("find_patch", find_patch)

# %%
# In practice
# -----------
#
# This is called *template matching*. ``match_template`` of scikit-image computes the
# normalised cross-correlation, and so does ``matchTemplate`` of OpenCV with the method
# ``TM_CCOEFF_NORMED``. A layer of a network computes the plain sum: its kernels are
# patches that training has chosen. Many networks also subtract means and divide by
# standard deviations between their layers, but those of whole maps, and not of each
# window.
#
# Further reading
# ---------------
#
# - J. P. Lewis, *Fast normalized cross-correlation*, Vision Interface, 1995: the sums
#   over windows, and what they cost.
# - L. Bertinetto and others, `Fully-convolutional Siamese networks for object tracking
#   <https://arxiv.org/abs/1606.09549>`__: find it again in the next frame of a film,
#   with learned features in place of pixels.
