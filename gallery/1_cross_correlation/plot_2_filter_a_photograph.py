"""
Filter a photograph
===================

By the end of this page you have filtered a photograph with five kernels, know what to
do at its border, and do the work of a large kernel with two thin ones.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn**

- what the sum of its taps says about a kernel: 1 keeps the brightness, 0 finds edges;
- which guess about the pixels beyond the border comes closest to the truth;
- how to split a kernel into a column and a row, and when that saves work.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import pad

from convtutor import corr2d, default_device, images, kernels, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Five kernels
# ------------
#
# The photograph shows Grace Hopper, who wrote one of the first compilers; 0 is black
# and 1 is white. The kernels have names.

photograph = images.photograph(device=device)
X = photograph[60:260, 150:350]
named = {
    "box": kernels.box(9, 13, device=device),
    "Gaussian": kernels.gaussian(9, 13, sigma=2, device=device),
    "sharpen": kernels.sharpen(device=device),
    "Sobel": kernels.sobel(device=device),
    "Laplacian": kernels.laplacian(device=device),
}

# %%
# What a kernel does to an even patch of grey depends only on the sum of its taps.
# **Guess from it** which kernels make a picture, and which a map of differences.

even = torch.full((9, 13), 0.25, device=device)
for name, K in named.items():
    grey = corr2d(even, K).mean().item()
    print(f"{name:9} adds up to {abs(K.sum()):.3f}, turns 0.25 into {abs(grey):.3f}")
    assert abs(grey - (0 if name in ("Sobel", "Laplacian") else 0.25)) < 1e-6

# %%
fig, axes = plt.subplots(2, 3, figsize=(5.6, 4.2), layout="constrained")
plots.show_image(axes[0, 0], X, title="original")
for ax, (name, K) in zip(axes.flat[1:], named.items(), strict=True):
    show = plots.show_image if K.sum() > 0.5 else plots.show_response
    show(ax, corr2d(X, K), title=name)
fig.set_label(
    "Six views of a face under a cap: the original; two blurs, the box coarser; "
    "sharpened, with every wrinkle standing out; Sobel's map, with upright edges in "
    "orange and blue; the Laplacian's, with thin lines of both colours."
)

# %%
# Taps that add up to 1 make a picture, blurred or sharpened. Taps that add up to 0
# leave only what changes: Sobel's kernel subtracts right from left, so orange marks a
# step from bright to dark; the Laplacian subtracts the pixel from its neighbours. Take
# the Laplacian away from the image, and every step gets steeper:

expected = X[1:-1, 1:-1] - corr2d(X, named["Laplacian"])
torch.testing.assert_close(corr2d(X, named["sharpen"]), expected, rtol=0, atol=1e-5)
assert (corr2d(X, named["Sobel"]) * (X[1:-1, :-2] - X[1:-1, 2:])).mean() > 0

# %%
# What lies beyond the border?
# ----------------------------
#
# To keep the size of the image, pad it with guesses. PyTorch offers four. Here they
# continue a slope, which in truth goes on with 0 and −1 on the left, 6 and 7 on the
# right.

slope = torch.tensor([[[1.0, 2.0, 3.0, 4.0, 5.0]]])
modes = ("constant", "circular", "reflect", "replicate")
for mode in modes:
    print(f"{mode:9}", pad(slope, (2, 2), mode=mode)[0, 0].int().tolist())

# %%
# We can score them. Cut a piece out of the photograph and blur it, once with its true
# surroundings and once with each guess. **Which guess comes closest?**


def border_error(image, K, mode):
    m, n = K.shape[0] // 2, K.shape[1] // 2
    larger = image[150 - m : 270 + m, 180 - n : 270 + n]
    padded = pad(larger[None, m:-m, n:-n], (n, n, m, m), mode=mode)[0]
    error = corr2d(padded, K) - corr2d(larger, K)
    border = torch.ones_like(error, dtype=torch.bool)
    border[m:-m, n:-n] = False  # here no guess was needed
    assert error[~border].abs().max() < 1e-5
    return error[border].square().mean().sqrt().item()


# %%
errors = [border_error(photograph, named["Gaussian"], mode) for mode in modes]
for mode, error in zip(modes, errors, strict=True):
    print(f"{mode:9} {error:.3f}")
assert errors == sorted(errors, reverse=True)

# %%
# Zeros frame the picture in black. The opposite side is a stranger. A mirror and a
# repeated pixel are both close, but look at the slope: one step beyond its end, the
# repeated pixel is wrong by 1, and the mirror, which turns back, by 2. Light that falls
# off evenly is a slope, so the repeated pixel wins.

assert pad(slope, (1, 1), mode="replicate")[0, 0, 0] == 1  # in truth 0
assert pad(slope, (1, 1), mode="reflect")[0, 0, 0] == 2

# %%
# Two thin kernels for a thick one
# --------------------------------
#
# If a kernel is a column times a row, its work can be done one axis at a time:
# *h* + *w* multiplications for each pixel instead of *h* × *w*. The singular values say
# how many such products a kernel is the sum of. **Which of these need only one?**

for name in ("Gaussian", "Sobel", "Laplacian"):
    sizes = torch.linalg.svdvals(named[name].cpu().double())
    rank = int((sizes > 1e-6 * sizes[0]).sum())
    print(f"{name:9} rank {rank}, from", [round(s, 3) for s in sizes[:3].tolist()])
    assert rank == (2 if name == "Laplacian" else 1)

# %%
# A Gaussian and Sobel's kernel do. The Laplacian needs two, one for each axis, and at
# this size would gain nothing. The decomposition also hands us the column and the row.

K = named["Gaussian"]
U, S, V = (part.to(device) for part in torch.linalg.svd(K.cpu()))
column, row = U[:, :1] * S[0], V[:1]
thin = corr2d(corr2d(X, column), row)
torch.testing.assert_close(thin, corr2d(X, K), rtol=0, atol=1e-5)
print(K.numel(), "multiplications for each pixel, or", column.numel() + row.numel())

# %%
# Try it yourself
# ---------------
#
# Sharpening takes the blur away: it pushes each pixel away from the mean of its window.
# Which *single* kernel does that?

ask("sharpening_kernel")

# %%
# Replace the dots. On an even grey it should change nothing.


def sharpening_kernel(height, width, amount, device): ...  # about 3 lines


check("sharpening_kernel", sharpening_kernel)

# %%
# In practice
# -----------
#
# :class:`torch.nn.Conv2d` takes these guesses as ``padding_mode``. Mind the names in
# other libraries: PyTorch's and NumPy's *reflect* is *mirror* in SciPy's ``ndimage``,
# where *reflect* counts the last pixel twice. Gaussian blurs in SciPy and OpenCV go one
# axis at a time.
#
# Further reading
# ---------------
#
# - A. Torralba, P. Isola and W. Freeman, `Foundations of Computer Vision
#   <https://visionbook.mit.edu>`__: linear filters, with many more kernels.
# - S. Eddins, `Separable convolution: part 2
#   <https://blogs.mathworks.com/steve/2006/11/28/separable-convolution-part-2/>`__: how
#   he learned to look at the rank.
