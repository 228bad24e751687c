r"""
Tell correlation from convolution
=================================

By the end of this page you can tell from a single bright pixel which of the two a
function computes, and you know when the difference matters.

**You will need** :doc:`Slide, multiply, add <plot_1_slide_multiply_add>`.

**You will learn** what convolution does with the kernel, whether image and kernel may
change places, and for which kernels the two operations are the same.
"""

import matplotlib.pyplot as plt
import torch
from scipy import signal
from torch.nn.functional import pad

from convtutor import corr2d, default_device, images, kernels, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Here is a dark image with three bright pixels, and a kernel whose taps form a
# triangle: they are 1 inside and 0 outside. ``tril`` makes it, as it keeps only what
# lies on the diagonal or to the left of it. You can tell at a glance if this triangle
# has been turned or mirrored. ``default_device`` has found the device to compute on.

dots = torch.zeros(20, 28, device=device)
dots[9, 5] = 1
dots[4, 14] = 1
dots[13, 21] = 1
triangle = torch.ones(7, 5, device=device).tril()

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.9), width_ratios=(28, 9))
fig.set_layout_engine("constrained")
plots.show_image(axes[0], dots, title="dots")
plots.show_image(axes[1], pad(triangle, (2, 2, 2, 2)), title="triangle")
fig.set_label(
    "Left, a black image of 20 by 28 pixels with three white ones. Right, a white "
    "triangle of 7 by 5 pixels: upright at its left side, flat at the bottom."
)

# %%
# A sign apart
# ------------
#
# Cross-correlation, or correlation for short, adds up :math:`X_{i+a,\,j+b} \, K_{a,b}`.
# :term:`Convolution` has a minus in place of the plus:
#
# .. math:: Y_{i,j} = \sum_{a,b} X_{i-a,\,j-b} \, K_{a,b}.
#
# While the taps are taken from first to last, the pixels are taken from last to first.
# It makes no difference to the sum if we take both the other way round. So a
# convolution is a correlation with the :term:`flipped <flip>` kernel: its rows and its
# columns run backwards, which is half a turn.
#
# Both functions below put zeros around the image first, so that the kernel may hang
# over the border as long as it meets at least one pixel. This mode is called
# :term:`full`. ``pad`` wants the numbers for the left, the right, the top and the
# bottom.


def correlate(image, kernel):
    h, w = kernel.shape
    padded = pad(image, (w - 1, w - 1, h - 1, h - 1))
    return corr2d(padded, kernel)


def convolve(image, kernel):
    return correlate(image, kernel.flip(0, 1))


# %%
# Now correlate the dots with the triangle. Each dot leaves a mark of 7 × 5 pixels in
# the output. **What does the mark look like?**
#
# - like the triangle as it is
# - like the triangle upside down
# - like the triangle in a mirror that stands beside it
# - like the triangle after half a turn

one_dot = torch.ones(1, 1, device=device)
mark = correlate(one_dot, triangle)
looks = {
    "as it is": triangle,
    "upside down": triangle.flip(0),
    "mirrored": triangle.flip(1),
    "half a turn": triangle.flip(0, 1),
}
for name, look in looks.items():
    print(f"{name:12}", torch.allclose(mark, look, atol=1e-4))

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.6), layout="constrained")
plots.show_image(axes[0], correlate(dots, triangle), title="cross-correlation")
plots.show_image(axes[1], convolve(dots, triangle), title="convolution")
fig.set_label(
    "Left, three triangles that stand on their tips, after half a turn. Right, three "
    "triangles as they were."
)

# %%
torch.testing.assert_close(mark, triangle.flip(0, 1))
torch.testing.assert_close(convolve(one_dot, triangle), triangle)
torch.testing.assert_close(convolve(dots, triangle)[9:16, 5:10], triangle)

# %%
# Correlation leaves the triangle turned by half a turn. Convolution leaves it as it is:
# it stamps the kernel on every bright pixel. This is why convolution is the natural
# operation for a blur in a camera or an echo in a room, where each point leaves the
# same mark.

# %%
# Why it turns
# ------------
#
# Take smaller numbers to see the reason. The image is dark but for one pixel, which is
# called an :term:`impulse`. The taps of the kernel are all different.

impulse = images.impulse(2, 4, row=0, column=2, device=device)
K = torch.tensor([[1.0, 0.0], [2.0, 3.0], [4.0, 5.0]], device=device)

# %%
fig = plots.show_grids({"impulse": impulse, "kernel K": K})
fig.set_label(
    "An image of 2 by 4 pixels with a single 1 in the first row; a kernel of 3 by 2 "
    "taps: 1, 0; 2, 3; 4, 5."
)

# %%
# Slide the kernel over the image, row by row, each row from left to right. It begins at
# the top left, where it hangs over the border. **Which tap is the first to lie on the
# bright pixel?**

marks = correlate(impulse, K)
in_order = marks[marks > 0.5]  # the taps, row by row, without the zeros
first_tap = in_order[0]
print(round(first_tap.item()))
print(marks)

# %%
assert first_tap.round() == 5
torch.testing.assert_close(marks[0:3, 2:4], K.flip(0, 1))
torch.testing.assert_close(convolve(impulse, K)[0:3, 2:4], K)

# %%
# The last tap, 5, comes first. The kernel arrives from the top left, so its bottom
# right corner is ahead. One step further, the 4 lies on the bright pixel, and at the
# very end of the way it is the 1. The output lists the taps in the order in which they
# meet the pixel, which is the reverse order.

# %%
# May image and kernel change places?
# -----------------------------------
#
# The two factors of a product may change places: 2 · 3 is 3 · 2. Now let an image and a
# kernel change places, first in a cross-correlation and then in a convolution. **For
# which of the two does the result stay the same?**
#
# - for cross-correlation only
# - for convolution only
# - for both
# - for neither

X = torch.tensor([[1.0, 0.0, 2.0, -1.0], [0.0, 3.0, 0.0, 1.0]], device=device)
correlates = torch.allclose(correlate(X, K), correlate(K, X), atol=1e-4)
convolves = torch.allclose(convolve(X, K), convolve(K, X), atol=1e-4)
print("cross-correlation:", correlates)
print("convolution:", convolves)

# %%
assert convolves and not correlates
torch.testing.assert_close(correlate(X, K), correlate(K, X).flip(0, 1))

# %%
# It stays the same for convolution only. In a convolution the places of pixel and tap
# add up to the place of the output, and a sum does not mind the order. In a correlation
# the place of the output is a difference: the place of the pixel minus that of the tap.
# A difference changes its sign when its two parts change places, so the result comes
# back turned by half a turn.

# %%
# SciPy has both operations, and it agrees with ours. It works with NumPy's arrays.
# ``.cpu()`` brings a tensor to the processor, and ``.numpy()`` makes an array of it.

x, k = X.cpu().numpy(), K.cpu().numpy()
theirs = torch.tensor(signal.convolve2d(x, k), device=device)
print(torch.allclose(theirs, convolve(X, K), atol=1e-4))

# %%
torch.testing.assert_close(theirs, convolve(X, K), rtol=0, atol=1e-4)
theirs_too = torch.tensor(signal.correlate2d(x, k), device=device)
torch.testing.assert_close(theirs_too, correlate(X, K), rtol=0, atol=1e-4)

# %%
# When it matters
# ---------------
#
# A kernel from a textbook is made for one of the two operations. If you use it in the
# other, you get the result of the flipped kernel. Here are six kernels. The last one
# blurs more to one side than to the other, as a light that moves leaves a fading trail.

trail = torch.tensor([[0.0, 0.0, 0.0], [0.5, 0.3, 0.2], [0.0, 0.0, 0.0]])
named = {
    "Gaussian": kernels.gaussian(3, 3),
    "Laplacian": kernels.laplacian(),
    "sharpen": kernels.sharpen(),
    "Sobel": kernels.sobel(),
    "emboss": kernels.emboss(),
    "trail": trail,
}

# %%
rounded = {name: kernel.round(decimals=2) for name, kernel in named.items()}
fig = plots.show_grids(rounded, columns=3)
fig.set_label(
    "Six kernels of 3 by 3 taps: the Gaussian, the Laplacian, sharpen, Sobel with 1, "
    "2, 1 at the left and the same with a minus at the right, emboss from minus 2 at "
    "the top left to 2 at the bottom right, and a trail of 0.5, 0.3, 0.2 in the middle."
)

# %%
# **How many of the six give the same result in both operations?**

unchanged = []
for name, kernel in named.items():
    if torch.allclose(kernel, kernel.flip(0, 1)):
        unchanged.append(name)
print(unchanged)

# %%
assert unchanged == ["Gaussian", "Laplacian", "sharpen"]
torch.testing.assert_close(kernels.sobel().flip(0, 1), -kernels.sobel())
relief = kernels.emboss() - kernels.identity()
torch.testing.assert_close(relief.flip(0, 1), -relief)

# %%
# Three do, because they look the same after half a turn. Sobel changes its sign: left
# minus right becomes right minus left. Embossing makes a picture look like a relief,
# and the flip moves the light to the other side. A blur that has no preferred side does
# not mind the flip, but the trail then points the other way.

# %%
# A kernel that is *learned* is another matter. If the operation flips, training finds
# the flipped kernel, and the outputs are the same. So nobody misses the flip in the
# layers of PyTorch. :doc:`Learn a kernel </tutorials/3_learning/plot_2_learn_a_kernel>`
# shows it.

# %%
# Try it yourself
# ---------------
#
# Correlate an image with one kernel, and the result with another. One larger kernel
# does both at once. **Is it the correlation of the two kernels, or their convolution?**

ask("merge_kernels")

# %%
# Replace the dots by your code and run the cell again. All that you need is on this
# page.


def merge_kernels(first, second): ...  # about 2 lines


check("merge_kernels", merge_kernels)

# %%
# In practice
# -----------
#
# Libraries for deep learning correlate and call it *convolution*; so does ``filter2D``
# in OpenCV, which says in its documentation that it correlates.
# :func:`scipy.signal.convolve2d`, NumPy's ``convolve`` and MATLAB's ``conv2`` flip the
# kernel. If in doubt, let the function filter an impulse, and see whether the kernel
# comes out turned.
#
# Further reading
# ---------------
#
# - I. Goodfellow, Y. Bengio and A. Courville, `Deep Learning, chapter 9
#   <https://www.deeplearningbook.org/contents/convnets.html>`__: why networks do
#   without the flip.
# - A. Torralba, P. Isola and W. Freeman, `Foundations of Computer Vision
#   <https://visionbook.mit.edu>`__: convolution as the operation that commutes.
