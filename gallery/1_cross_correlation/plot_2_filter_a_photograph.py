"""
Filter a photograph
===================

By the end of this page you have blurred a real photograph and found its edges, each
with one small kernel.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn**

- why a kernel whose taps add up to 1 keeps the brightness of an image;
- why a kernel whose taps add up to 0 finds edges;
- what happens at the border.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, plots

device = default_device()

# %%
# The photograph shows Grace Hopper, who wrote one of the first compilers. It has 600
# rows and 512 columns; 0 is black and 1 is white.

X = images.photograph(device=device)
print("shape:", tuple(X.shape))
assert X.shape == (600, 512)
assert X.min() >= 0 and X.max() <= 1

# %%
# Blur: taps that add up to 1
# ---------------------------
#
# Give all taps of a kernel the same weight, so that each output pixel is the mean of
# its window. This one is wider than high. **In which direction will the photograph look
# smeared?**

h, w = 3, 21
K = torch.full((h, w), 1 / (h * w), device=device)
blurred = corr2d(X, K)
print("kernel sums to", round(K.sum().item(), 6))
print("shape:", tuple(blurred.shape))

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.5), layout="constrained")
plots.show_image(axes[0], X, title="before")
plots.show_image(axes[1], blurred, title="after a mean over 3 × 21 pixels")
fig.set_label(
    "Left, the photograph of Grace Hopper in uniform. Right, the same photograph "
    "smeared sideways: upright lines are soft, level lines are still sharp."
)

# %%
# Sideways: every pixel now mixes with ten neighbours on its left and ten on its right,
# but with only one above and one below. The output has lost two rows and twenty
# columns, where the window would have hung over the border.

assert blurred.shape == (600 - 3 + 1, 512 - 21 + 1) == (598, 492)

# %%
# The taps add up to 1, so an even patch of grey keeps its grey. A mean can also never
# leave the range of the pixels that it is taken of.

even = torch.full((5, 30), 0.25, device=device)
torch.testing.assert_close(corr2d(even, K), torch.full((3, 10), 0.25, device=device))
assert X.min() <= blurred.min() and blurred.max() <= X.max() + 1e-5

# %%
# Edges: taps that add up to 0
# ----------------------------
#
# Now subtract neighbours instead. On an even patch the differences cancel, whatever its
# brightness: the response is zero. Only a change is left. The kernel below compares
# what lies left of a pixel with what lies right of it, and the middle row counts
# double. It is named after Irwin Sobel.

K = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]], device=device)
edges = corr2d(X, K)
torch.testing.assert_close(corr2d(even, K), torch.zeros(3, 28, device=device))

# %%
# **Which edges will its transpose show?** Decide before you look at the picture on the
# right.

fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.5), layout="constrained")
plots.show_response(axes[0], edges, title="left minus right")
plots.show_response(axes[1], corr2d(X, K.T), title="above minus below")
fig.set_label(
    "Two edge maps of the photograph. In the left one, upright outlines such as the "
    "sides of the face stand out; in the right one, level outlines such as the cap's "
    "brim and the shoulders. Orange means bright before dark, blue means dark before "
    "bright."
)

# %%
# The transposed kernel compares rows instead of columns, so it shows level edges.
# Orange marks a step from bright to dark, as seen from the left or from above; blue
# marks the opposite step.
#
# Transposing *both* image and kernel only turns the picture on its side:

torch.testing.assert_close(corr2d(X.T, K.T), edges.T)

# %%
# Try it yourself
# ---------------
#
# What does a kernel do whose taps add up to 1, with a 2 in the middle? Replace ``K``
# and look.

K = torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], device=device)
fig, ax = plt.subplots(figsize=(3.2, 3.8), layout="constrained")
plots.show_image(ax, corr2d(X, K)[60:320, 140:380], title="your turn")
fig.set_label("The face of Grace Hopper, cut out of the photograph, not yet filtered.")

# %%
# A hint: start with the kernel above, which changes nothing, and add a kernel of the
# second sort to it, one that finds edges in every direction.
#
# In practice
# -----------
#
# Libraries for images keep the size: they make up pixels beyond the border, by
# mirroring or repeating what is there, and say so in an argument called ``mode`` or
# ``borderType``. Whatever they make up, the outermost pixels of the result are guesses.
#
# Further reading
# ---------------
#
# - A. Torralba, P. Isola and W. Freeman, `Foundations of Computer Vision
#   <https://visionbook.mit.edu>`__: linear filters, with many more kernels.
# - :ref:`sphx_glr_tutorials_3_learning_plot_1_learn_a_kernel.py`: how to find a kernel
#   when you only know what it should do.
