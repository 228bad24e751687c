"""
Filter a photograph
===================

By the end of this page you have filtered a photograph with five kernels, can tell from
its taps what a kernel will do, and know a good guess for the pixels beyond the border.

**You will need** :doc:`Slide, multiply, add <plot_1_slide_multiply_add>`.

**You will learn** what the sum of its taps says about a kernel, what a negative output
means, and how to choose and to score a padding.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import pad

from convtutor import corr2d, default_device, images, kernels, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# The photograph shows Grace Hopper, who wrote one of the first compilers. Its pixels
# are shades of grey, from 0 for black to 1 for white. We filter the part ``X`` that
# shows her face. ``default_device`` has found the device that all this is computed on.

photograph = images.photograph(device=device)
X = photograph[60:260, 150:350]
print(photograph.shape)
print(X.shape)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.1), layout="constrained")
plots.show_image(axes[0], photograph, title="photograph")
plots.show_frame(axes[0], (60, 150, 200, 200), colour=plots.ORANGE, label="X")
plots.show_image(axes[1], X, title="X, 200 × 200")
fig.set_label(
    "A grey portrait of a woman in uniform, with a frame around her face; beside it, "
    "the framed part, larger."
)

# %%
# Five kernels
# ------------
#
# Two of our kernels blur. The box takes the plain mean of its window. The
# :term:`Gaussian` takes a mean, too, but the pixels near the middle count more; its
# width ``sigma`` says how quickly this falls off. Both have 9 rows and 13 columns here.

box = kernels.box(9, 13, device=device)
gaussian = kernels.gaussian(9, 13, sigma=2, device=device)

# %%
# The other three are small enough to read.

sharpen = kernels.sharpen(device=device)
sobel = kernels.sobel(device=device)
laplacian = kernels.laplacian(device=device)
for kernel in (sharpen, sobel, laplacian):
    print(kernel)

# %%
# The first one, ``sharpen``, has a large 5 in the middle. Suppose that it lies on an
# even patch of grey, where all nine pixels are 0.6. **Which number does it return?**

even = torch.full((3, 3), 0.6, device=device)
print(corr2d(even, sharpen))

# %%
torch.testing.assert_close(corr2d(even, sharpen).item(), 0.6, rtol=0, atol=1e-4)

# %%
# It returns 0.6 again. Each product is a tap times 0.6, so the sum is 0.6 times the sum
# of the taps, and these taps add up to 5 − 4 = 1. A kernel whose taps add up to 1 keeps
# the brightness of an even patch, so its output still looks like a picture. The box and
# the Gaussian do this as well. The taps of the other two kernels on the list, Sobel and
# the Laplacian, add up to 0. They return 0 on every even patch, and something else only
# where the picture changes.

# %%
for kernel in (box, gaussian, sharpen):
    assert abs(kernel.sum().item() - 1) < 1e-5
for kernel in (sobel, laplacian):
    assert kernel.sum() == 0
for kernel, largest in ((sharpen, 5), (sobel, 2), (laplacian, 1)):
    assert kernel.max() == largest
assert round(box.max().item(), 4) == round(1 / 117, 4)
assert round(gaussian[4, 6].item(), 3) == 0.041

# %%
# The second one, :term:`Sobel`, looks for upright edges: it takes what lies on the
# left, minus what lies on the right. Here is such an edge, bright on the left.

edge = torch.tensor(
    [
        [1.0, 1.0, 0.0],
        [1.0, 1.0, 0.0],
        [1.0, 1.0, 0.0],
    ],
    device=device,
)

# %%
# Lay Sobel's nine taps on these nine pixels. **What does Sobel answer?**

print(corr2d(edge, sobel))

# %%
assert corr2d(edge, sobel).round() == 4
assert corr2d(edge.flip(1), sobel).round() == -4

# %%
# It answers 4, because the left column gives 1 + 2 + 1 and the right column lies on
# zeros. The number is positive, because the left is the brighter side. Turn the edge
# around, bright on the right, and the answer is −4.

# %%
# The third one, the :term:`Laplacian`, adds up the four neighbours and takes away four
# times the pixel. It answers wherever a pixel differs from the mean of its neighbours,
# in whatever direction.
#
# Here are all five at work. Grey pictures show brightness. In the other two, orange
# stands for positive numbers, blue for negative ones, and a pale colour for 0.

# %%
fig, axes = plt.subplots(2, 3, figsize=(5.6, 4.2), layout="constrained")
plots.show_image(axes[0, 0], X, title="X")
plots.show_image(axes[0, 1], corr2d(X, box), title="box")
plots.show_image(axes[0, 2], corr2d(X, gaussian), title="Gaussian")
plots.show_image(axes[1, 0], corr2d(X, sharpen), title="sharpen")
plots.show_response(axes[1, 1], corr2d(X, sobel), title="Sobel")
plots.show_response(axes[1, 2], corr2d(X, laplacian), title="Laplacian")
fig.set_label(
    "A face six times: the original; two blurs; sharpened, with every wrinkle; Sobel's "
    "upright edges in orange and blue; the Laplacian's thin lines of both colours."
)

# %%
# Look at the edges of the face in Sobel's picture. They are orange where bright skin
# has something dark on its right, and blue where it has something dark on its left. In
# a real picture the rows above and below have a say, too. So among the pixels whose
# left neighbour is brighter than the right one, Sobel's answer is positive in about
# nine of ten, but not in all.

# %%
left_minus_right = X[1:-1, :-2] - X[1:-1, 2:]
positive = corr2d(X, sobel)[left_minus_right > 0] > 0
assert round(positive.float().mean().item(), 1) == 0.9

# %%
# What lies beyond the border?
# ----------------------------
#
# The output is smaller than the image, because the kernel may not hang over its border.
# To keep the size, we put guesses around the image before we filter it. This is called
# :term:`padding`. PyTorch's function ``pad`` offers four guesses:
#
# - ``constant`` takes zeros,
# - ``circular`` takes the pixels from the opposite side of the image,
# - ``reflect`` takes a mirror image,
# - ``replicate`` takes the last pixel again.
#
# We can score these guesses on a part of the photograph, because around a part we know
# the true pixels. The function below gets a part with its true surroundings, 4 rows and
# 6 columns on each side, which is how far our Gaussian reaches. It blurs the part once
# with them and once with guesses in their place. It returns how far apart the two blurs
# are: the root of the mean squared difference.
#
# ``pad`` wants to know how much to add at the left, at the right, at the top and at the
# bottom, in this order. It also wants an axis in front of rows and columns; ``[None]``
# adds one, and ``[0]`` takes it away again.


def blur_error(surrounded, mode):
    truth = corr2d(surrounded, gaussian)
    part = surrounded[4:-4, 6:-6]
    padded = pad(part[None], (6, 6, 4, 4), mode=mode)[0]
    difference = corr2d(padded, gaussian) - truth
    return difference.square().mean().sqrt().item()


# %%
# Take the 120 × 90 pixels that begin in row 150 and column 180. Their blur will be
# wrong near the border, more or less, depending on the guess. **Which of the four blurs
# will be closest to the true one?**

surrounded = photograph[146:274, 174:276]
errors = {}
for mode in ("constant", "circular", "reflect", "replicate"):
    errors[mode] = blur_error(surrounded, mode)
    print(f"{mode:9} {errors[mode]:.4f}")

# %%
assert surrounded[4:-4, 6:-6].shape == (120, 90)
best_first = sorted(errors, key=errors.get)
assert best_first == ["replicate", "reflect", "circular", "constant"]

# %%
# Repeating the last pixel comes closest on this part. Brightness mostly changes little
# from one pixel to the next, so the nearest pixel is a good guess for its missing
# neighbour. A mirror image starts nearly as well, but where the brightness rises
# towards the border, the mirror image falls again. The opposite side of the picture
# shows something else altogether. Zeros are the worst guess here: they put a black
# frame around the picture, and the blur smears it inwards.

# %%
# One part of one picture proves little. So take 200 parts of this size, each at a
# random place of the photograph, which has 600 × 512 pixels. With its surroundings,
# each part takes 128 × 102 of them. The generator draws the same places every time,
# because it starts from the same seed. **In how many of the 200 will repeating the last
# pixel be the best guess?**
#
# - in about 50, as by chance
# - in about 100
# - in about 180
# - in all 200

generator = torch.Generator().manual_seed(0)
wins = dict.fromkeys(errors, 0)
for _ in range(200):
    top = torch.randint(600 - 128 + 1, (), generator=generator)
    left = torch.randint(512 - 102 + 1, (), generator=generator)
    somewhere = photograph[top : top + 128, left : left + 102]
    scores = {mode: blur_error(somewhere, mode) for mode in wins}
    wins[min(scores, key=scores.get)] += 1
for mode, count in wins.items():
    print(f"{mode:9} {count}")

# %%
assert 170 <= wins["replicate"] <= 190
assert wins["reflect"] >= 0.9 * (200 - wins["replicate"])

# %%
# It is the best guess in about nine of ten parts, and the mirror image wins nearly all
# the others. So the last pixel is a good choice for a photograph, but not a law: on
# another kind of picture, score the guesses again. Pictures that really do repeat,
# such as a map of the whole earth from east to west, want ``circular``.

# %%
# Try it yourself
# ---------------
#
# A blur is a mean of the window. To sharpen, go the other way, and push each pixel away
# from that mean. **Which single kernel does it?**

ask("sharpening_kernel")

# %%
# Replace the dots by your code and run the cell again. Whatever the amount, an even
# patch of grey should stay as it is.


def sharpening_kernel(height, width, amount, device): ...  # about 3 lines


check("sharpening_kernel", sharpening_kernel)

# %%
# In practice
# -----------
#
# The layer :class:`torch.nn.Conv2d` takes the four guesses as its ``padding_mode``,
# where ``constant`` is called ``zeros`` and is the default. Mind the names when you
# change libraries. PyTorch's *reflect* is called *mirror* in ``scipy.ndimage``. The
# *reflect* of ``scipy.ndimage`` is a mirror image that begins with the last pixel once
# more.
#
# Further reading
# ---------------
#
# - A. Torralba, P. Isola and W. Freeman, `Foundations of Computer Vision
#   <https://visionbook.mit.edu>`__: linear filters, with many more kernels.
# - :doc:`Separate a kernel <plot_4_separate_a_kernel>`: how to get a large blur for
#   little work.
