"""
Filter a photograph
===================

By the end of this page you have filtered a photograph with five kernels, know what to
do at its border, and can do the work of a large kernel with two thin ones.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn**

- what the sum of its taps says about a kernel;
- how to score a guess about the pixels beyond the border;
- how to split a kernel into a column and a row, and what that saves.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import pad

from convtutor import corr2d, default_device, images, kernels, plots, tolerance
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Five kernels
# ------------
#
# The photograph shows Grace Hopper, who wrote one of the first compilers.

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
# Here are the three that do not blur. On an even patch of grey only the sum of the taps
# counts. **Add them up: which make a picture, and which a map of differences?**

for name in ("sharpen", "Sobel", "Laplacian"):
    print(name, named[name], sep="\n")

# %%
fig, axes = plt.subplots(2, 3, figsize=(5.6, 4.2), layout="constrained")
plots.show_image(axes[0, 0], X, title="original")
for ax, (name, K) in zip(axes.flat[1:], named.items(), strict=True):
    show = plots.show_image if K.sum() > 0.5 else plots.show_response
    show(ax, corr2d(X, K), title=name)
fig.set_label(
    "A face six times: the original; two blurs; sharpened, with every wrinkle; Sobel's "
    "upright edges in orange and blue; the Laplacian's thin lines of both colours."
)

# %%
# Taps that add up to 1 make a picture, taps that add up to 0 leave only what changes.
# :term:`Sobel` answers in orange, with positive numbers, where the left is brighter.

largest = [(*K.shape, round(K.max().item(), 3)) for K in named.values()]
assert largest == [(9, 13, 0.009), (9, 13, 0.041), (3, 3, 5), (3, 3, 2), (3, 3, 1)]
assert [round(K.sum().item(), 6) for K in named.values()] == [1, 1, 1, 0, 0]
assert (corr2d(X, named["Sobel"]) * (X[1:-1, :-2] - X[1:-1, 2:])).mean() > 0

# %%
# What lies beyond the border?
# ----------------------------
#
# The output is smaller than the image. To keep the size, pad the image with guesses.
# PyTorch has four: zeros (``constant``), the opposite side (``circular``), a mirror
# (``reflect``), the last pixel again (``replicate``). Let the :term:`Gaussian` blur a
# part of the photograph, in its true surroundings and in each. **Which comes closest?**


def border_error(image, K, mode):
    m, n = K.shape[0] // 2, K.shape[1] // 2
    larger = image[150 - m : 270 + m, 180 - n : 270 + n]
    padded = pad(larger[None, m:-m, n:-n], (n, n, m, m), mode=mode)[0]
    return (corr2d(padded, K) - corr2d(larger, K)).square().mean().sqrt().item()


modes = ("constant", "circular", "reflect", "replicate")
errors = [border_error(photograph, named["Gaussian"], mode) for mode in modes]
for mode, error in zip(modes, errors, strict=True):
    print(f"{mode:9} {error:.4f}")
assert errors == sorted(errors, reverse=True)

# %%
# The last pixel again, here. Zeros put a black frame round the picture, the far side is
# a stranger, and a mirror lets a rise in brightness fall again, not just level off.
#
# Two thin kernels for a thick one
# --------------------------------
#
# If a kernel is a column times a row, its work can be done one axis at a time: *h* +
# *w* multiplications for each pixel, not *h* × *w*. The :term:`rank` counts how many
# such products make up a kernel. **Which need only one?**

ranks = {name: torch.linalg.matrix_rank(K.cpu()).item() for name, K in named.items()}
print(ranks)
assert list(ranks.values()) == [1, 1, 2, 1, 2]

# %%
# Three are :term:`separable`: :func:`torch.linalg.svd` finds their column and row.

K = named["Gaussian"]
U, S, Vh = (part.to(device) for part in torch.linalg.svd(K.cpu()))
column, row = U[:, :1] * S[0], Vh[:1]
thin = corr2d(corr2d(X, column), row)
torch.testing.assert_close(thin, corr2d(X, K), **tolerance(X.dtype, device, terms=117))
print(K.numel(), "multiplications for each pixel, or", column.numel() + row.numel())

# %%
# Try it yourself
# ---------------
#
# A blur is the mean of the window. To sharpen, go the other way: push each pixel away
# from that mean. **Which single kernel does it?**

ask("sharpening_kernel")

# %%
# Replace the dots. Whatever the amount, an even grey should stay as it is.


def sharpening_kernel(height, width, amount, device): ...  # about 3 lines


check("sharpening_kernel", sharpening_kernel)

# %%
# In practice
# -----------
#
# :class:`torch.nn.Conv2d` takes these as ``padding_mode``, ``constant`` as ``zeros``.
# PyTorch's *reflect* is *mirror* in ``scipy.ndimage``, where *reflect* is another mode.
#
# Further reading
# ---------------
#
# - A. Torralba, P. Isola and W. Freeman, `Foundations of Computer Vision
#   <https://visionbook.mit.edu>`__: linear filters, with many more kernels.
# - S. Eddins, `Separable convolution: part 2
#   <https://blogs.mathworks.com/steve/2006/11/28/separable-convolution-part-2/>`__.
