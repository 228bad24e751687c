r"""
Compute one sum in many ways
============================

By the end of this page you know the main ways to compute a cross-correlation, and you
can count what each of them costs.

**You will need** :doc:`Tell correlation from convolution
<plot_3_tell_correlation_from_convolution>`.

**You will learn** how sliding windows become one product of matrices, or one product of
two spectra, and how many operations and bytes an output pixel takes.
"""

from math import log2

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import unfold
from torch.utils.flop_counter import FlopCounterMode

from convtutor import METHODS, default_device, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# This is the example of the first page again, one column narrower. You know its four
# sums. ``default_device`` has found the device to compute them on.

X = torch.tensor(
    [
        [1.0, 0.0, 2.0, 0.0],
        [0.0, 3.0, 0.0, 1.0],
        [2.0, 1.0, 1.0, 0.0],
    ],
    device=device,
)
K = torch.tensor([[1.0, 2.0, -1.0], [0.0, 1.0, 3.0]], device=device)
Y = torch.tensor([[2.0, 7.0], [10.0, 3.0]], device=device)

# %%
fig = plots.show_grids({"image X": X, "kernel K": K, "output Y": Y})
fig.set_label(
    "An image of 3 by 4 pixels, a kernel of 2 by 3 taps, and their output, with 2 and "
    "7 above 10 and 3."
)

# %%
# Nine ways, one result
# ---------------------
#
# The dictionary ``METHODS`` holds all the ways that this package knows, by their names.

for name in METHODS:
    result = METHODS[name](X, K)
    print(f"{name:8}", result.flatten().round(decimals=2).tolist())

# %%
assert len(METHODS) == 9
for method in METHODS.values():
    torch.testing.assert_close(method(X, K), Y)

# %%
# They all agree. This is how they go about it:
#
# - ``loop`` follows the definition: it takes one window after the other.
# - ``taps`` takes one tap after the other instead. It multiplies the whole image by
#   this tap, shifts it, and adds it to the output.
# - ``windows`` and ``im2col`` lay out all windows first, and then multiply once.
# - ``bands`` writes each column of the kernel along the diagonal of a matrix, and
#   multiplies the image by this matrix.
# - ``strips`` and ``phases`` cut the image into up to 16 pieces and call them channels,
#   because PyTorch's convolution is made for many channels.
# - ``fft`` multiplies spectra.
# - ``native`` leaves the choice to PyTorch.
#
# Two of these ideas are worth a closer look.

# %%
told = "loop taps windows im2col bands strips phases fft native"
assert set(METHODS) == set(told.split())

# %%
# Write the windows as columns
# ----------------------------
#
# Cut out the four windows of the image, and write the six numbers of each as a column.
# This gives a matrix of 6 rows and 4 columns. PyTorch's function for it is ``unfold``.
# It wants a batch axis and a channel axis in front, which ``None`` adds, and returns a
# batch, from which ``[0]`` takes the only matrix. Write the taps as a row of six
# numbers. Then this row times the matrix gives all four sums in one product.

columns = unfold(X[None, None], (2, 3))[0]
sums = K.flatten() @ columns
print(columns.shape)
print(sums)

# %%
torch.testing.assert_close(sums, Y.flatten())

# %%
# The method is called :term:`im2col`, "image to column". Computers are very good at
# products of matrices, so it is widely used. But it has a price. The image holds the
# number 3 only once. **How often does the matrix hold it?**

threes = int((columns == 3).sum())
print(threes)

# %%
fig = plots.show_grids({"image X": X, "a window in each column": columns})
fig.set_label(
    "The image of 3 by 4 pixels, and the matrix of 6 by 4 numbers: its columns are the "
    "top left, top right, bottom left and bottom right window."
)

# %%
assert threes == 4
assert columns.numel() == 24

# %%
# It holds the 3 four times, because this pixel lies in all four windows. The 12 pixels
# of the image have become 24 numbers. In a large image under :math:`k \times k` taps,
# nearly every pixel is written :math:`k^2` times. That is a lot of memory to fill and
# to read.

# %%
# The other way round, one can write the *kernel* as a large matrix that is multiplied
# by the image. :doc:`Write correlation as a matrix
# </tutorials/4_exercises/plot_3_write_correlation_as_a_matrix>` does that.

# %%
# Multiply spectra
# ----------------
#
# Every image is a sum of waves. The Fourier transform says how much of each wave it
# takes: this is the :term:`spectrum` of the image. ``rfft2`` computes it, fast, for an
# image of real numbers, and ``irfft2`` goes back from the spectrum to the image.
#
# By the :term:`convolution theorem`, the spectrum of a convolution is the product of
# the two spectra. We want a *correlation*, so we take the complex conjugate of the
# kernel's spectrum first, which turns the kernel around. The kernel is filled up with
# zeros to the size of the image; ``s`` says this size.

image_spectrum = torch.fft.rfft2(X)
kernel_spectrum = torch.fft.rfft2(K, s=X.shape)
product = image_spectrum * kernel_spectrum.conj()

# %%
# Transformed back, the product has as many numbers as the image: 3 × 4. **How many of
# these 12 are the outputs that we know?**

everything = torch.fft.irfft2(product, s=X.shape)
print(everything.round(decimals=2))
print(Y)

# %%
torch.testing.assert_close(everything[:2, :2], Y)
wrapped = torch.cat([X, X[:1]])
wrapped = torch.cat([wrapped, wrapped[:, :2]], dim=1)
torch.testing.assert_close(everything, METHODS["loop"](wrapped, K))

# %%
# Only the four at the top left are. The others belong to windows that leave the image
# at the right or at the bottom and come back on the opposite side. For the Fourier
# transform, the image repeats for ever in all directions. So the convolution theorem
# holds for convolutions that wrap around, and we keep only the numbers whose windows
# stay inside the image.

# %%
# Count operations
# ----------------
#
# Which way is the fastest? A first answer comes from counting. Take a kernel of
# :math:`k \times k` taps. The direct ways do one multiplication and one addition for
# each tap, so an output pixel takes :math:`2 k^2` operations. This holds for ``loop``,
# ``taps``, ``windows``, ``im2col`` and ``strips``.
#
# A fast Fourier transform of :math:`n` real numbers takes about :math:`2.5 \, n \log_2
# n` operations, whatever the kernel. We need three of them, for the image, for the
# kernel and back. The product of the spectra takes :math:`3 n` more. For an image of
# 768 × 1024 pixels, :math:`\log_2 n` is 19.6, so each pixel takes :math:`3 \cdot 2.5
# \cdot 19.6 + 3 = 150` operations.
#
# Ignore the border, and let the kernel grow. **What is the smallest k for which the
# Fourier transform takes fewer operations?**

n = 768 * 1024
sides = torch.arange(2, 32)
direct = 2 * sides**2
transform = (3 * 2.5 * log2(n) + 3) * torch.ones(len(sides))
cheaper = sides[transform < direct]  # the sides for which Fourier takes fewer
first_side = int(cheaper[0])
print(first_side)

# %%
fig, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
costs = {"direct": direct, "Fourier": transform}
plots.show_costs(ax, sides, costs, title="operations")
fig.set_label(
    "Operations for an output pixel against the side of the kernel, both axes "
    "logarithmic: a rising line for the direct ways, which crosses the level line of "
    "the Fourier transform at 9."
)

# %%
assert first_side == 9
assert round(log2(n), 1) == 19.6
assert round(transform[0].item()) == 150
outputs = (768 - sides + 1) * (1024 - sides + 1)
assert sides[transform * n / outputs < direct][0] == 9
assert sides[2 * transform < direct][0] == 13

# %%
# It is 9, because :math:`2 \cdot 8^2` is 128, which is less than 150, and
# :math:`2 \cdot 9^2` is 162, which is more. This count relies on the pixels being real
# numbers. A transform of complex numbers, ``fft2``, takes twice as many operations, and
# would pay only from 13 on.

# %%
# Two methods do more than :math:`2 k^2` operations, because they put the taps into a
# matrix among zeros, and multiply by the zeros as well. With 3 × 3 taps, 9 products for
# each output would do. ``bands`` computes 8 rows of outputs at once, and these need 10
# rows of pixels. Each output takes a product with all 10, for each of the 3 columns of
# the kernel, which makes 30. ``phases`` computes 16 neighbouring outputs of a row at
# once. Their windows reach into 2 blocks of 16 pixels, in each of 3 rows. Each output
# takes a product with every pixel of these blocks, which makes 3 · 2 · 16 = 96. Both
# can be fast all the same, because they do many simple products at a time.

# %%
picture = torch.zeros(768 + 2, 1024 + 2)
nine_taps = torch.zeros(3, 3)
products = {}
for name in ("windows", "im2col", "strips", "phases", "bands"):
    with FlopCounterMode(display=False) as counter:
        result = METHODS[name](picture, nine_taps)
    products[name] = counter.get_total_flops() / 2 / result.numel()
assert products["windows"] == products["im2col"] == products["strips"] == 9
assert 96 <= products["phases"] < 100  # a few more: blocks beyond the border
assert products["bands"] == 10  # of the first column; PyTorch does not count the others
assert 10 * 3 == 30 and 3 * 2 * 16 == 96

# %%
# Count bytes
# -----------
#
# Computers often wait for the memory, not for the arithmetic. So count the bytes that
# an output pixel takes from memory or puts there. A number takes four bytes.
#
# ``taps`` goes through the image once for each tap. For each output it reads a pixel,
# reads the sum so far, and writes the new sum. Only for the first tap is there no sum
# to read. **How many bytes does it move for an output pixel, with 3 × 3 taps?**

numbers_moved = 9 * 3 - 1
bytes_moved = 4 * numbers_moved
print(bytes_moved)

# %%
moved = {
    "taps": 4 * (3 * sides**2 - 1),
    "im2col": 4 * (2 * sides**2 + 2),  # windows out and in; image, output
    "Fourier": 4 * 9 * torch.ones(len(sides)),  # two a transform, three the product
    "at best": 4 * 2 * torch.ones(len(sides)),  # each pixel in, each output out
}
assert bytes_moved == moved["taps"][1] == 104
assert moved["im2col"][1] == 80
assert moved["Fourier"][1] == 36
assert moved["at best"][1] == 8

# %%
# It moves 104 bytes. ``im2col`` moves at least 80: it reads the image, writes each
# number of a window and reads it again, and writes the output. Three Fourier transforms
# and a product move at least 36, if each transform reads and writes everything just
# once. The least that any method can do is 8: read each pixel once, and write each
# output once.

# %%
# So the method with the fewest operations is not always the one that moves the fewest
# bytes, and neither count is a time. :doc:`How fast </how_fast>` measures times.

# %%
# Try it yourself
# ---------------
#
# Above, windows that leave the image and come back on the other side were in the way.
# Here they are wanted, and the operation is a *convolution*. **What changes in the
# three lines with the spectra?**

ask("wrap_around")

# %%
# Replace the dots by your code and run the cell again.


def wrap_around(image, kernel): ...  # about 3 lines


check("wrap_around", wrap_around)

# %%
# In practice
# -----------
#
# :func:`convtutor.choose_method` weighs counts like these by what they cost on your
# kind of device, and :func:`convtutor.corr2d` follows it. On a GPU, PyTorch can also
# try several ways and keep the fastest: set ``torch.backends.cudnn.benchmark = True``.
#
# Further reading
# ---------------
#
# - K. Chellapilla, S. Puri and P. Simard, `High performance convolutional neural
#   networks for document processing <https://inria.hal.science/inria-00112631>`__:
#   windows as the columns of a matrix.
# - S. Chetlur and others, `cuDNN: efficient primitives for deep learning
#   <https://arxiv.org/abs/1410.0759>`__: the same matrix, without ever writing it down.
