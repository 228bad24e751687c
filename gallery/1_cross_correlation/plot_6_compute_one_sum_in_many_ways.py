r"""
Compute one sum in many ways
==============================

By the end of this page you know nine ways to compute the same cross-correlation, and
can count what they cost.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_3_tell_correlation_from_convolution.py`.

**You will learn**

- how a sliding window becomes a matrix product, or a product of two spectra;
- how many operations, and how many bytes, an output pixel takes.
"""

from math import log2

import matplotlib.pyplot as plt
import torch

from convtutor import METHODS, corr2d, default_device, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # whole factors, on GPUs too

# %%
# Here is the example of the first page again, one column narrower. You know its sums.

X = torch.tensor([[1.0, 0, 2, 0], [0, 3, 0, 1], [2, 1, 1, 0]], device=device)
K = torch.tensor([[1.0, 2, -1], [0, 1, 3]], device=device)
Y = torch.tensor([[2.0, 7], [10, 3]], device=device)
for name in METHODS:
    print(f"{name:8}", METHODS[name](X, K).flatten().round(decimals=4).tolist())
    torch.testing.assert_close(METHODS[name](X, K), Y)

# %%
# 1. ``loop`` is the definition: one window after the other.
# 2. ``taps`` swaps the loops: one *tap* after the other, for all windows at once.
# 3. ``windows`` views the image as an array of windows, and sums out two of its axes.
# 4. ``im2col`` writes the windows as the columns of a matrix, and multiplies once.
# 5. ``bands`` multiplies the image by a banded matrix for each kernel column, and adds.
# 6. ``strips`` and ``phases`` cut one image into 16 channels: PyTorch is fast on many.
# 7. ``fft`` multiplies spectra. (And ``native`` leaves the choice to PyTorch.)
#
# Unroll the image, or the kernel
# -------------------------------
#
# :term:`im2col` makes a matrix of the *image*, with a window in each column; the taps,
# in a row, times this matrix are all outputs. The *kernel* has a matrix, too, as
# cross-correlation is linear: its columns answer images with one bright pixel. **How
# often does the first hold the image's 3? How many of the second's 48 entries are 0?**

columns = X.unfold(0, 2, 1).unfold(1, 3, 1).reshape(4, 6).T
torch.testing.assert_close(K.flatten() @ columns, Y.flatten())
toeplitz = corr2d(torch.eye(12, device=device).reshape(12, 3, 4), K).reshape(12, 4).T
torch.testing.assert_close(toeplitz @ X.flatten(), Y.flatten())
fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.4), width_ratios=(4, 12))
fig.set_layout_engine("constrained")
plots.show_grid(axes[0], columns, title="image, unrolled")
plots.show_grid(axes[1], toeplitz, title="kernel, unrolled")
fig.set_label("A window in each column; 1, 2, −1, 0, 0, 1, 3 moving right, row by row.")
assert (columns == 3).sum() == 4 and (toeplitz.round(decimals=3) == 0).sum() == 28

# %%
# Four times, once in each window: 12 pixels become 24 numbers. And 28: each row holds
# five taps that are not zero, moved along: a :term:`Toeplitz matrix`, block by block.
#
# Multiply spectra
# ----------------
#
# The Fourier transform (FFT, if done fast) takes an image to its :term:`spectrum`. By
# the :term:`convolution theorem`, a convolution's is the product of the two spectra;
# for a *cross-correlation*, take the complex conjugate of the kernel's first.

X_hat, K_hat = torch.fft.fft2(X), torch.fft.fft2(K, X.shape)
result = torch.fft.ifft2(X_hat * K_hat.conj()).real
print(result.round(decimals=2))
torch.testing.assert_close(result[:2, :2], Y)

# %%
# The four outputs are top left. The others come from windows that left the image
# and came back on the opposite side, as a spectrum repeats its image for ever.
#
# Count operations and bytes
# --------------------------
#
# The direct ways multiply and add once for each tap: :math:`2 k^2` operations for an
# output pixel under :math:`k \times k` taps. A transform of :math:`n` real numbers
# takes about :math:`2.5 \, n \log_2 n`, whatever the kernel; there are three, and a
# product. A number from memory, or back to it, takes four bytes. **On 768 × 1024
# pixels, from which** :math:`k` **on does the FFT take fewer operations: 3, 9 or 31?**

k, n = torch.arange(2, 32), 768 * 1024
outputs = (768 - k + 1) * (1024 - k + 1)
operations = {"direct": 2 * k**2, "fft": (3 * 2.5 * log2(n) + 3) * n / outputs}
moved = {
    "taps": 4 * (3 * k**2 - 1),  # for each tap: a pixel and a sum in, a sum out
    "fft": 4 * 9 * n / outputs,  # at least: two a transform, three the product
    "im2col": 4 * (2 * k**2 + 2),  # at least: windows out and in; image, output
    "at best": 4 * 2 * k**0,  # each pixel in once, each output out once
}

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.2), layout="constrained")
plots.show_costs(axes[0], k, operations, title="operations")
plots.show_costs(axes[1], k, moved, title="bytes moved")
fig.set_label(
    "Costs against the side of the kernel. Left, the operations of the direct ways "
    "cross the FFT's level line at 9. Right, bytes: only taps and im2col rise."
)
assert k[operations["fft"] < operations["direct"]].tolist() == list(range(9, 32))
assert [round(counts[1].item()) for counts in moved.values()] == [104, 36, 80, 8]

# %%
# From 9 on. With 3 × 3 taps ``taps`` moves 104 bytes, ``im2col`` at least 80, the FFT
# at least 36, and any way at least 8. Which *is* fast, :doc:`/how_fast` measures.
#
# Try it yourself
# ---------------
#
# Above, windows that left the image and came back were in the way. Here they are
# wanted, and the operation is a *convolution*. **What changes in the code above?**

ask("wrap_around")

# %%
# Replace the loops by three transforms.


def wrap_around(image, kernel): ...  # about 3 lines


check("wrap_around", wrap_around)

# %%
# In practice
# -----------
#
# :func:`convtutor.choose_method` weighs counts like these. On a GPU, PyTorch can also
# try several ways and keep the fastest: set ``torch.backends.cudnn.benchmark = True``.
#
# Further reading
# ---------------
#
# - K. Chellapilla, S. Puri and P. Simard, `High performance convolutional neural
#   networks for document processing <https://inria.hal.science/inria-00112631>`__.
# - S. Chetlur and others, `cuDNN: efficient primitives for deep learning
#   <https://arxiv.org/abs/1410.0759>`__: the matrix that is never written down.
