r"""
Compute one sum seven ways
==========================

By the end of this page you know seven ways to compute the same cross-correlation, and
can count what each of them costs.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_3_tell_correlation_from_convolution.py`.

**You will learn**

- how a sliding window becomes a matrix product, or a product of two spectra;
- how many operations, and how many bytes, an output pixel takes.
"""

import inspect
from math import log2

import matplotlib.pyplot as plt
import torch

from convtutor import METHODS, corr2d, default_device, images, methods, plots

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # whole factors, on GPUs too

# %%
# Twelve pixels, six taps, four windows: work one out by hand, then run all methods.

X = torch.tensor([[1.0, 0, 2, 0], [0, 3, 0, 1], [2, 1, 1, 0]], device=device)
K = torch.tensor([[1.0, 2, -1], [0, 1, 3]], device=device)
Y = torch.tensor([[2.0, 7], [10, 3]], device=device)
for name, method in METHODS.items():
    print(f"{name:8}", [round(value, 4) for value in method(X, K).flatten().tolist()])
    torch.testing.assert_close(method(X, K), Y, rtol=0, atol=1e-5)

# %%
# - ``loop`` is the definition: one window after the other.
# - ``taps`` swaps the loops: one *tap* after the other, for all windows at once.
# - ``windows`` views the image as an array of windows, and sums out two of its axes.
# - ``im2col`` writes the windows as the columns of a matrix, and multiplies once.
# - ``strips`` cuts the image into strips, which PyTorch works off at once, as channels.
# - ``fft`` multiplies spectra; ``native`` asks PyTorch's own function.

signature, _, body = inspect.getsource(methods.taps).split('"""')
print(signature.rstrip() + body)

# %%
# Unroll the image, or the kernel
# -------------------------------
#
# The matrix of ``im2col`` unrolls the *image*: one column for each window. But
# cross-correlation is linear, so there must be another matrix, which takes all twelve
# pixels to the four outputs. Its columns are the answers to images with one bright
# pixel each. **How many of its 48 entries are zero?**

windows = X.unfold(0, 2, 1).unfold(1, 3, 1).reshape(4, 6).T
torch.testing.assert_close(K.reshape(1, 6) @ windows, Y.reshape(1, 4))
impulses = torch.eye(12, device=device).reshape(12, 3, 4)
toeplitz = corr2d(impulses, K).reshape(12, 4).T
torch.testing.assert_close(toeplitz @ X.flatten(), Y.flatten())

# %%
fig, axes = plt.subplot_mosaic("TTTTT;KKKMM", figsize=(5.6, 5), layout="constrained")
plots.show_grid(axes["T"], toeplitz, title="the kernel unrolled: times 12 pixels")
plots.show_grid(axes["K"], K.reshape(1, 6), title="the kernel as a row …")
plots.show_grid(axes["M"], windows, title="… times windows")
fig.set_label(
    "Above, a 4 by 12 matrix: 1, 2, minus 1, 0, 0, 1, 3, then zeros; in further rows "
    "the same moves to the right. Below, the kernel as a row of six taps, and a 6 by 4 "
    "matrix whose columns are the windows of the image."
)
assert (toeplitz == 0).sum() == 4 * (12 - 5) == 28

# %%
# Each row holds five taps that are not zero, so :math:`4 \cdot (12 - 5) = 28`. They
# move on with the window: a *Toeplitz* matrix, block by block. For a large image it is
# almost empty. It is a way to think: what holds for a matrix holds for a layer.
#
# Multiply spectra
# ----------------
#
# The convolution theorem: the spectrum of a convolution is the product of the spectra.
# For a *cross-correlation*, take the complex conjugate of the kernel's.

X = images.photograph(device=device)[70:220, 190:330]
K = torch.full((3, 15), 1 / 45, device=device)
X_hat, K_hat = torch.fft.fft2(X), torch.fft.fft2(K, X.shape)
product = X_hat * K_hat.conj()
result = torch.fft.ifft2(product).real[: 150 - 2, : 140 - 14]
torch.testing.assert_close(result, corr2d(X, K), rtol=0, atol=1e-5)

# %%
# The last 2 rows and 14 columns are dropped. There the window left the image and came
# back on the opposite side, for a spectrum repeats its image for ever.

fig, axes = plt.subplots(2, 3, figsize=(5.6, 4.4), layout="constrained")
for i, name in enumerate(("image", "kernel", "result")):
    pixels = (X, 45 * torch.fft.ifft2(K_hat).real, result)[i]
    plots.show_image(axes[0, i], pixels, title=name)
    plots.show_frequencies(axes[1, i], (X_hat, K_hat, product)[i], title="its spectrum")
fig.set_label(
    "Above, eyes and cap of Grace Hopper, the kernel as a white bar, and the image "
    "smeared sideways. Below, spectra: the kernel's is striped, and so is the product."
)

# %%
# Count operations and bytes
# --------------------------
#
# The direct ways multiply and add once for each tap: :math:`2 k^2` operations for an
# output pixel, if the kernel is :math:`k \times k`. A transform of :math:`n` real
# numbers takes about :math:`2.5 \, n \log_2 n`, whatever the kernel; there are three,
# and a product. **From which** :math:`k` **on does the FFT take fewer: 3, 9, 31?** And
# four bytes move for each number that comes from memory or goes back, uncached.

k, n = torch.arange(2, 32), 768 * 1024
outputs = (768 - k + 1) * (1024 - k + 1)
operations = {"direct": 2 * k**2, "fft": (3 * 2.5 * log2(n) + 3) * n / outputs}
moved = {
    "taps": 4 * (3 * k**2 - 1),  # for each tap: a pixel and a sum in, a sum out
    "fft": 4 * 9 * n / outputs,  # two for each transform, three for the product
    "im2col": 4 * (2 * k**2 + 2),  # each window out and in again; image, output
    "at best": 4 * 2 * k**0,  # each pixel in once, each output out once
}

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.2), layout="constrained")
plots.show_costs(axes[0], k, operations, title="operations")
plots.show_costs(axes[1], k, moved, title="bytes moved")
fig.set_label(
    "Costs of an output pixel against the side of the kernel. Left, the operations of "
    "the direct ways rise, and cross the FFT's level line at 9. Right, the bytes of "
    "taps and im2col rise, the FFT stays near 36, the best possible at 8."
)
assert k[operations["fft"] < operations["direct"]].tolist() == list(range(9, 32))
assert [round(counts[1].item()) for counts in moved.values()] == [104, 36, 80, 8]

# %%
# From 9 on. With 3 × 3 taps the FFT moves 36 bytes, ``im2col`` 80 and ``taps`` 104. The
# least possible is 8, and ``strips`` and ``native`` aim at that. Counts say which way
# *could* be fast; :doc:`/how_fast` measures which one is.
#
# Try it yourself
# ---------------
#
# Transposed, the Toeplitz matrix takes four numbers to twelve. PyTorch has a function
# for that, the *transposed* convolution. Let ``guess`` call it, to make this ``True``.

K = torch.tensor([[1.0, 2, -1], [0, 1, 3]], device=device)
guess = torch.nn.functional.pad(Y, (0, 2, 0, 1))
print(torch.equal(guess.flatten(), toeplitz.T @ Y.flatten()))

# %%
# A hint: like ``conv2d``, it wants a batch and channels.
#
# In practice
# -----------
#
# Libraries for GPUs make the matrix of ``im2col`` piece by piece, so that it never
# fills memory, and use spectra for large kernels. Our ``choose_method`` weighs counts
# like these.
#
# Further reading
# ---------------
#
# - K. Chellapilla, S. Puri and P. Simard, `High performance convolutional neural
#   networks for document processing <https://inria.hal.science/inria-00112631>`__.
# - S. Chetlur and others, `cuDNN: efficient primitives for deep learning
#   <https://arxiv.org/abs/1410.0759>`__: the matrix that is never written down.
