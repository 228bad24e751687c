r"""
Ask what the data can show
==========================

By the end of this page you can tell in advance how much of a kernel an image teaches.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`, and
what the rank and the singular values of a matrix are.

**You will learn**

- why a loss of zero does not mean that the kernel is found;
- what makes an image a good teacher.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, kernels, learn_kernel, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too
torch.manual_seed(0)

# %%
# Zero loss, wrong kernel
# -----------------------
#
# The stripe has taught a kernel with two taps. Now let it teach one with nine, Sobel's,
# from zero and from two random starts. **Will the three agree?**

X = images.striped(6, 8, device=device)
K = kernels.sobel(device=device)
Y = corr2d(X, K)
found = []
for start in (torch.zeros(3, 3), torch.rand(3, 3), torch.rand(3, 3)):
    trace = learn_kernel(X, Y, (3, 3), lr=0.02, steps=60, start=start.to(device))
    assert trace.losses[-1] < 1e-8
    found.append(trace.kernel.cpu())

# %%
titles = ("Sobel's kernel", "found from zero", "from a random start", "from another")
fig, axes = plt.subplots(2, 2, figsize=(5, 5), layout="constrained")
for ax, title, kernel in zip(axes.flat, titles, [K, *found], strict=True):
    plots.show_grid(ax, kernel.cpu().round(decimals=2), title=title, limit=2)
fig.set_label("Four different 3 by 3 kernels, whose columns add up to 4, 0 and −4.")

# %%
# All three are perfect here, no two agree, and none is Sobel's. But add up the columns:
# 4, 0 and −4, every time.

sums = torch.tensor([4.0, 0, -4]).expand(3, 3)
torch.testing.assert_close(torch.stack(found).sum(1), sums, rtol=0, atol=1e-3)
assert sum(torch.allclose(a, b, 0, 0.1) for a in found for b in [*found, K.cpu()]) == 3

# %%
# Count what shows
# ----------------
#
# Write every window as a row of a matrix :math:`A`, and the response is :math:`A` times
# the nine taps. The rank of :math:`A` counts what can be learned.


def windows(image):  # in float64, for a rank must tell zero from rounding
    return image.cpu().double().unfold(0, 3, 1).unfold(1, 3, 1).reshape(-1, 9)


A = windows(X)
print(tuple(A.shape), "has rank", torch.linalg.matrix_rank(A).item())
assert A.shape == (24, 9) and torch.linalg.matrix_rank(A) == 3

# %%
# Three of nine: the rows of the stripe are equal, so the three taps of a column see the
# same pixel, and only their sum shows. The pseudo-inverse picks, of all *least squares*
# solutions, the smallest. **Which of the four is that?**

smallest = (torch.linalg.pinv(A) @ Y.cpu().double().flatten()).reshape(3, 3).float()
torch.testing.assert_close(smallest, sums / 3)
torch.testing.assert_close(smallest, found[0], rtol=0, atol=1e-3)

# %%
# The one found from zero, which spreads every sum evenly. A step of gradient descent is
# a mixture of windows, so it never adds what no window sees.
#
# A better teacher
# ----------------
#
# A :term:`singular value` of :math:`A` says how large the response is to a direction in
# the space of kernels. The largest over the smallest is the :term:`condition number`.
# **Which is the best teacher:** a photograph, random pixels, or one bright pixel?

pixel, dice = images.impulse(6, 8), torch.randint(0, 2, (6, 8)).float()
photograph = images.photograph()[200:206, 200:208]
teachers = {"photograph": photograph, "random pixels": dice, "one bright pixel": pixel}
spectra = {name: torch.linalg.svdvals(windows(X)) for name, X in teachers.items()}
torch.testing.assert_close(spectra["one bright pixel"], torch.ones(9).double())
assert spectra["random pixels"].min() > 1

# %%
fig, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
plots.show_spectra(ax, spectra, title="how large the response to a direction is")
fig.set_label("One line falls steeply, one gently; that of the bright pixel is level.")

# %%
# One pixel copies the kernel, flipped, into the response: all directions alike. In a
# photograph neighbours are alike: what tells them apart drowns first in noise. The taps
# found are linear in the response. So noise of 0.01 in the place of the response gives
# the error of the taps:

errors = {}
for name, image in teachers.items():
    A, noise = windows(image), 0.01 * torch.randn(24, 1000).double()
    errors[name] = (torch.linalg.pinv(A) @ noise).norm(dim=0).mean()
    print(f"{name:16} condition {torch.linalg.cond(A):5.1f}, error {errors[name]:.3f}")
assert errors["random pixels"] < errors["one bright pixel"] < errors["photograph"]

# %%
# The bright pixel has condition number 1, the best there is. But random pixels light up
# many windows, so even their smallest singular value is larger: with noise, they win.
#
# Try it yourself
# ---------------
#
# Of kernels that the stripe cannot tell apart, **which has the least sum of squares?**

ask("visible_part")

# %%
# Replace the dots.


def visible_part(kernel): ...  # about 1 line


check("visible_part", visible_part)

# %%
# In practice
# -----------
#
# Often data pin down fewer weights than there are; *weight decay* lets the rest fade.
#
# Further reading
# ---------------
#
# - S. Boyd and L. Vandenberghe, `Introduction to Applied Linear Algebra
#   <https://web.stanford.edu/~boyd/vmls>`__: least squares, from the ground up.
# - C. Zhang and others, `Understanding deep learning requires rethinking generalization
#   <https://arxiv.org/abs/1611.03530>`__: networks that can learn any answer by heart.
