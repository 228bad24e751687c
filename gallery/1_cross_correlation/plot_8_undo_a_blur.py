r"""
Undo a blur
===========

This page is for those who want more. By the end of it you have undone a blur exactly,
and know what it takes to undo the blur of a real picture.

**You will need** :doc:`Compute one sum in many ways
<plot_6_compute_one_sum_in_many_ways>`.

**You will learn** what a blur does to each wave of a picture, and what comes of
dividing by small numbers.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import default_device, images, kernels, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # some GPUs round to 10 bits

# %%
# Here is a part of the photograph, and a Gaussian :term:`kernel` of 7 × 9 taps. We put
# the taps into an image of zeros, as large as this part, and move them so that
# their middle comes to the top left corner: ``roll`` moves what leaves on one side back
# in on the other. In this way the blur will not shift the picture. ``default_device``
# has found the device to compute on.

X = images.photograph(device=device)[60:260, 150:390]
taps = torch.zeros_like(X)
taps[:7, :9] = kernels.gaussian(7, 9, sigma=1, device=device)
taps = taps.roll((-3, -4), dims=(0, 1))

# %%
# To correlate, multiply the :term:`spectrum` of the picture by the complex conjugate of
# the kernel's spectrum. Windows that leave the picture come back on the other side;
# that does not matter here. The kernel's spectrum says by how much the blur multiplies
# each wave of the picture. We call it the gain.

gain = torch.fft.rfft2(taps).conj()
blurred = torch.fft.irfft2(torch.fft.rfft2(X) * gain, s=X.shape)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.7), layout="constrained")
plots.show_image(axes[0], X, title="picture")
plots.show_image(axes[1], blurred, title="blurred")
fig.set_label(
    "The face of a woman with glasses, sharp on the left and blurred on the right."
)

# %%
# Divide
# ------
#
# The blur multiplies each wave by its gain. So we can undo it: divide each wave by its
# gain. We measure how far off the result is by the root of the mean squared difference
# from the picture.


def off(estimate):
    return (estimate - X).square().mean().sqrt().item()


undone = torch.fft.irfft2(torch.fft.rfft2(blurred) / gain, s=X.shape)
print(f"blurred: {off(blurred):.4f}")
print(f"undone:  {off(undone):.4f}")

# %%
assert off(undone) < 1e-3 < 0.02 < off(blurred)
direct = X.roll((3, 4), dims=(0, 1))
direct = torch.cat([direct, direct[:6]], dim=0)
direct = torch.cat([direct, direct[:, :8]], dim=1)
kernel = kernels.gaussian(7, 9, sigma=1, device=device)
by_hand = torch.nn.functional.conv2d(direct[None, None], kernel[None, None])[0, 0]
torch.testing.assert_close(blurred, by_hand, rtol=0, atol=2e-3)

# %%
# It works: apart from rounding, the picture is back. Nothing was lost, since no gain is
# exactly 0.

# %%
# But look at the gains. A slow wave takes many pixels to rise and fall, and a blur lets
# it pass: the mean of the picture, the slowest of all, is multiplied by 1. A fast wave
# rises and falls within a few pixels, and hardly passes.

largest, smallest = gain.abs().max().item(), gain.abs().min().item()
print(f"from {largest:.4f} to {smallest:.4f}")

# %%
assert round(largest, 4) == 1
assert round(smallest, 4) == 0.0002

# %%
# Suppose that the wave with the smallest gain is a little wrong in the blurred picture.
# **By how much does the division multiply this error?**

factor = round(1 / smallest / 1000) * 1000
print(factor)

# %%
assert factor == 5000

# %%
# It divides by 0.0002, so it multiplies by about 5000. An error that is too small to be
# seen can become larger than the picture.

# %%
# A real picture
# --------------
#
# A file holds 256 shades of grey. Store the blurred picture in this way, and each pixel
# is rounded to the nearest shade.

stored = (255 * blurred).round() / 255
print(f"{(stored - blurred).abs().max().item():.4f}")

# %%
assert (stored - blurred).abs().max() < 0.5 / 255 + 1e-5

# %%
# No pixel is wrong by more than half a shade, which is 0.002. Nobody could see that.
# Now divide the waves of the *stored* picture by the gains. **What will you see?**
#
# - the sharp picture
# - the sharp picture with a little grain
# - noise, and hardly a picture

ruined = torch.fft.irfft2(torch.fft.rfft2(stored) / gain, s=X.shape)
print(f"ruined: {off(ruined):.2f}")

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.7), layout="constrained")
plots.show_image(axes[0], stored, title="stored")
plots.show_image(axes[1], ruined, title="divided")
fig.set_label(
    "On the left the blurred face. On the right coarse noise, with a trace of the face."
)

# %%
assert off(ruined) > 0.5
assert off(ruined) > 2 * X.std()

# %%
# You see noise, and can hardly make out the face. Rounding has put a small error into
# every wave. In the slow waves it stays small, but in the fast ones it is multiplied by
# thousands. Now the root of the mean squared error is more than twice the standard
# deviation of the picture, which measures its contrast.

# %%
# Hold back
# ---------
#
# The remedy is to distrust the waves that hardly passed. Let :math:`B` be a wave of the
# stored picture, and :math:`g` its gain. In place of :math:`B / g`, take
#
# .. math:: \frac{g^* B}{\left|g\right|^2 + \lambda}
#
# with a small number :math:`\lambda`; :math:`g^*` is the complex conjugate of
# :math:`g`. Where :math:`\left|g\right|^2` is much larger than :math:`\lambda`, this is
# nearly :math:`B / g`. Where it is much smaller, it is nearly 0: the wave is left out.
# Among all pictures, this one makes the following sum least: the squared differences
# between its blur and the stored picture, plus :math:`\lambda` times its squared
# pixels.


def hold_back(amount):
    spectrum = torch.fft.rfft2(stored) * gain.conj()
    spectrum = spectrum / (gain.abs() ** 2 + amount)
    return torch.fft.irfft2(spectrum, s=X.shape)


# %%
estimate = hold_back(0.001).requires_grad_()
blur_of_it = torch.fft.irfft2(torch.fft.rfft2(estimate) * gain, s=X.shape)
to_make_least = (blur_of_it - stored).square().sum() + 0.001 * estimate.square().sum()
slope = torch.autograd.grad(to_make_least, estimate)[0]
torch.testing.assert_close(slope, torch.zeros_like(X), rtol=0, atol=2e-5)

# %%
# Try three amounts: 0.1, 0.001 and 0.00001. Nothing above says which one is right, so
# take a guess. **Which one comes closest to the picture?**

errors = {}
for amount in (0.1, 0.001, 0.00001):
    errors[amount] = off(hold_back(amount))
    print(f"{amount:.5f}: {errors[amount]:.3f}")

# %%
fig, axes = plt.subplots(1, 3, figsize=(5.6, 2), layout="constrained")
for ax, amount in zip(axes, errors, strict=True):
    plots.show_image(ax, hold_back(amount), title=f"{amount:.5f}")
fig.set_label(
    "The face three times: with 0.1 still blurred, with 0.001 sharp, and with 0.00001 "
    "covered by a fine grain."
)

# %%
best = min(errors, key=errors.get)
assert best == 0.001
assert errors[0.001] < off(stored) / 2
assert errors[0.1] > off(stored)
assert errors[0.00001] > off(stored)

# %%
# The middle one does, and it is less than half as far off as the blurred picture. With
# 0.1, too many waves are left out, and the picture stays blurred. With 0.00001, too
# much of the error comes through. The right amount depends on the size of the error:
# the noisier a picture is, the more one has to hold back.

# %%
# Try it yourself
# ---------------
#
# **Can you write this for any picture and any kernel?** Here the taps need not be
# moved: let the kernel begin at the top left corner.

ask("undo_blur")

# %%
# Replace the dots by your code and run the cell again.


def undo_blur(blurred, kernel, amount): ...  # about 4 lines


check("undo_blur", undo_blur)

# %%
# In practice
# -----------
#
# To undo a convolution is called *deconvolution*. The layer that some people call by
# this name is a :term:`transposed convolution`, and does not undo anything. The method
# of this page is Tikhonov's. If each wave has a λ of its own, namely the power of the
# noise in it divided by the power of the picture in it, it is Wiener's filter.
# ``wiener`` in ``skimage.restoration`` is similar: its λ grows towards the fast waves,
# unless you ask for something else. In all of these the kernel is known. To find the
# kernel as well, from the blurred picture alone, is much harder.
#
# Further reading
# ---------------
#
# - P. C. Hansen, J. G. Nagy and D. P. O'Leary, *Deblurring images: matrices, spectra,
#   and filtering*, SIAM, 2006: this page as a book.
