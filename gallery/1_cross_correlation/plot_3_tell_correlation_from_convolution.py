r"""
Tell correlation from convolution
=================================

By the end of this page you can tell from one bright pixel which of the two a function
computes, and you know when the difference matters.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`.

**You will learn**

- that convolution is cross-correlation with the kernel turned by half a turn;
- which of the two lets image and kernel change places;
- why it matters for a kernel that is given, and not for one that is learned.
"""

import matplotlib.pyplot as plt
import torch
from scipy import signal
from torch.nn.functional import pad

from convtutor import corr2d, default_device, images, kernels, learn_kernel, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits
torch.manual_seed(0)

# %%
# A sign apart
# ------------
#
# Cross-correlation, or correlation for short, adds up :math:`X_{i+a,\,j+b} \, K_{a,b}`.
# :term:`Convolution` goes through the window backwards:
#
# .. math:: Y_{i,j} = \sum_{a,b} X_{i-a,\,j-b} \, K_{a,b}.
#
# That is forwards through a :term:`flipped <flip>` kernel, one that made half a turn.
# Let it hang over the border, onto zeros, while it meets the image: mode :term:`full`.


def correlate(X, K):
    h, w = K.shape
    return corr2d(pad(X, (w - 1, w - 1, h - 1, h - 1)), K)  # pad: the last axis first


def convolve(X, K):
    return correlate(X, K.flip(0, 1))


# %%
# One bright pixel tells
# ----------------------
#
# An image that is dark but for one pixel is an :term:`impulse`. The taps stand in a
# triangle. **Which operation puts it down as it is, and what does the other do?**

X = images.impulse(2, 4, row=0, column=2, device=device)
K = torch.tensor([[1.0, 0.0], [2.0, 3.0], [4.0, 5.0]], device=device)

# %%
fig, axes = plt.subplots(2, 2, figsize=(4.4, 4), layout="constrained")
plots.show_grid(axes[0, 0], X, title="image X", limit=5)
plots.show_grid(axes[0, 1], K, title="kernel K")
plots.show_grid(axes[1, 0], correlate(X, K), title="cross-correlation")
plots.show_grid(axes[1, 1], convolve(X, K), title="convolution")
fig.set_label(
    "An image with a single one; a kernel with the taps 1 to 5 in a triangle; their "
    "cross-correlation, the triangle half-turned; their convolution, the triangle."
)

# %%
# Convolution *stamps* the kernel on the bright pixel. Correlation stamps it turned: the
# first window to touch a pixel does so with the kernel's *last* tap.

torch.testing.assert_close(convolve(X, K)[0:3, 2:4], K)

# %%
# One of them commutes
# --------------------
#
# **In which of the two may image and kernel change places**, as factors may?

X = torch.tensor([[1.0, 0.0, 2.0, -1.0], [0.0, 3.0, 0.0, 1.0]], device=device)
same = [torch.allclose(f(X, K), f(K, X), atol=1e-4) for f in (convolve, correlate)]
print("convolution: {}, correlation: {}".format(*same))
assert same == [True, False]
torch.testing.assert_close(correlate(X, K), correlate(K, X).flip(0, 1))

# %%
# In a convolution. A correlation comes back turned by half a turn. SciPy agrees:

x, k = X.cpu().numpy(), K.cpu().numpy()
ours = convolve(X, K).cpu().numpy(), correlate(X, K).cpu().numpy()
torch.testing.assert_close(ours, (signal.convolve2d(x, k), signal.correlate2d(x, k)))

# %%
# When it matters
# ---------------
#
# A kernel from a textbook is made for one of the two. In the other, left minus right is
# right minus left, and a relief is lit from the other side. Blurs do not mind.

for K in (kernels.sobel(), kernels.emboss() - kernels.identity()):
    torch.testing.assert_close(K.flip(0, 1), -K)
torch.testing.assert_close(kernels.gaussian().flip(0, 1), kernels.gaussian())

# %%
# Training finds a kernel from an image and its output. Let a correlation learn in this
# way what a convolution made. **Which kernel comes out?**

K = torch.tensor([[1.0, 2.0, -1.0], [0.0, 3.0, 1.0]], device=device)
X = torch.randn(8, 9, device=device)
learned = learn_kernel(X, corr2d(X, K.flip(0, 1)), (2, 3), lr=0.005, steps=150).kernel
print(learned.round(decimals=2))
torch.testing.assert_close(learned, K.flip(0, 1), rtol=0, atol=0.01)

# %%
# The flipped one, which gives the same output. So nobody misses the flip in ``conv2d``.
#
# Try it yourself
# ---------------
#
# Correlate with one kernel, then with another. One larger kernel does both at once.
# **Is it their correlation, or their convolution?**

ask("merge_kernels")

# %%
# Replace the dots. All that you need is on this page.


def merge_kernels(first, second): ...  # about 2 lines


check("merge_kernels", merge_kernels)

# %%
# In practice
# -----------
#
# Deep learning libraries, and ``filter2D`` in OpenCV, correlate and say *convolution*.
# :func:`scipy.signal.convolve2d`, NumPy's ``convolve`` and MATLAB's ``conv2`` flip.
#
# Further reading
# ---------------
#
# - I. Goodfellow, Y. Bengio and A. Courville, `Deep Learning, chapter 9
#   <https://www.deeplearningbook.org/contents/convnets.html>`__: why nobody flips.
