r"""
Ask what the data can show
==========================

By the end of this page you can tell, before you train, how much of a kernel an image
can teach.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_1_learn_a_kernel.py`.

**You will learn**

- why a loss of zero does not mean that the kernel is found;
- what makes an image a good teacher.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, learn_kernel, plots

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
K = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]], device=device)
Y = corr2d(X, K)
starts = [torch.zeros(3, 3), torch.rand(3, 3), torch.rand(3, 3)]
lesson = {"image": X, "target": Y, "kernel_size": (3, 3), "lr": 0.02, "steps": 60}
traces = [learn_kernel(start=start.to(device), **lesson) for start in starts]
largest = max(trace.losses[-1].item() for trace in traces)
print(f"last losses: {largest:.0e} or less")
assert largest < 1e-8

# %%
found = [trace.kernel.cpu() for trace in traces]
titles = ("Sobel's kernel", "found from zero", "from a random start", "from another")
fig, axes = plt.subplots(2, 2, figsize=(5, 5), layout="constrained")
for ax, title, kernel in zip(axes.flat, titles, [K, *found], strict=True):
    plots.show_grid(ax, kernel.cpu().round(decimals=2), title=title, limit=2)
fig.set_label("Four different 3 by 3 kernels, whose columns add up to 4, 0 and −4.")

# %%
# All three are perfect on this image, no two agree, and none is Sobel's. But add up
# their columns: 4, 0 and −4, every time.

sums = torch.stack(found).sum(1)
expected = torch.tensor([4.0, 0, -4]).expand(3, 3)
torch.testing.assert_close(sums, expected, rtol=0, atol=1e-3)
assert torch.pdist(torch.stack([K.cpu(), *found]).flatten(1)).min() > 0.1

# %%
# Count what shows
# ----------------
#
# Write every window as a row of a matrix :math:`A`, and the response is :math:`A` times
# the nine taps. The rank of :math:`A` counts what can be learned. (In float64, on the
# CPU: a rank must tell zero from rounding.)


def windows(image):
    patches = torch.nn.functional.unfold(image[None, None].cpu().double(), (3, 3))
    return patches[0].T


A = windows(X)
print(tuple(A.shape), "has rank", torch.linalg.matrix_rank(A).item())
assert A.shape == (24, 9) and torch.linalg.matrix_rank(A) == 3

# %%
# Three of nine: the rows of the stripe are all equal, so the three taps of a column
# always see the same pixel, and only their sum shows. **What does this kernel answer?**

unseen = torch.tensor([[1.0, 2, -3], [-1, 0, 3], [0, -2, 0]], device=device)
print("largest response:", corr2d(X, unseen).abs().max().item())
assert corr2d(X, unseen).abs().max() == 0

# %%
# Nothing: its columns add up to zero. Six directions are like that. You may add them to
# any answer and the stripe will not object.
#
# Least squares picks the smallest of all perfect kernels. It spreads every sum evenly:

smallest = torch.linalg.pinv(A) @ Y.cpu().double().flatten()
print(smallest.reshape(3, 3).float().round(decimals=3) + 0)
torch.testing.assert_close(smallest.reshape(3, 3), expected.double() / 3)

# %%
# Gradient descent only ever moves along rows of :math:`A`. So from zero it arrives at
# the smallest kernel too; from elsewhere it keeps the part of its start that the image
# does not see.

invisible = torch.eye(9, dtype=torch.float64) - torch.linalg.pinv(A) @ A
for start, kernel in zip(starts, found, strict=True):
    predicted = smallest + invisible @ start.flatten().double()
    torch.testing.assert_close(kernel.flatten().double(), predicted, rtol=0, atol=1e-3)

# %%
# A better teacher
# ----------------
#
# The singular values of :math:`A` say how loudly each direction speaks; the largest by
# the smallest is the *condition number*. **Which is the best teacher:** the stripe, a
# patch of the photograph, random black and white, or one bright pixel?

pixel, dice = torch.zeros(6, 8), torch.randint(0, 2, (6, 8)).float()
pixel[2, 2] = 1
teachers = {"stripe": X, "photograph": images.photograph()[200:206, 200:208]}
teachers |= {"random pixels": dice, "one bright pixel": pixel}
spectra = {name: torch.linalg.svdvals(windows(X)) for name, X in teachers.items()}
spectra["stripe"] = spectra["stripe"][:3]  # the other six are zero, but for rounding

# %%
fig, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
plots.show_spectra(ax, spectra, title="how loudly each direction speaks")
fig.set_label(
    "Singular values. The stripe has only three. The nine of the photograph fall "
    "steeply, those of random pixels gently, and those of one bright pixel are equal."
)

# %%
# One pixel copies the kernel, flipped, into the response, so all taps speak alike. In a
# photograph neighbours are alike, and their differences hardly speak. Noise drowns the
# quiet first. Add noise of 0.01 to the three full responses, a thousand times:

print(f"{'':17} condition  error")
for name in ("photograph", "random pixels", "one bright pixel"):
    noise = 0.01 * torch.randn(24, 1000, dtype=torch.float64)
    error = (torch.linalg.pinv(windows(teachers[name])) @ noise).norm(dim=0)
    values = spectra[name]
    print(f"{name:17} {values[0] / values[8]:9.1f} {error.mean():6.3f}")
    theory = 0.01 * (1 / values**2).sum().sqrt()
    torch.testing.assert_close(error.square().mean().sqrt(), theory, rtol=0.1, atol=0)

# %%
# The even voice has condition number 1. But random pixels light up many windows, so
# even their quietest direction is louder: with noise, they win. Look at both.

faint, random, single = (spectra[name][[0, 8]] for name in list(spectra)[1:])
assert faint[0] > 100 * faint[1] and random[0] < 20 * random[1] and random[1] > 1
torch.testing.assert_close(single, torch.ones(2, dtype=torch.float64))

# %%
# Try it yourself
# ---------------
#
# Light a second pixel so that the condition number stays 1. A hint: all nine taps must
# pass over both, but no window may see both.

mine = pixel.clone()
mine[0, 0] = 1
print("condition number:", torch.linalg.cond(windows(mine)).item())

# %%
# In practice
# -----------
#
# A network often has more weights than its data pin down; *weight decay* lets the
# unseen part fade. A trap: on a GPU, :func:`torch.linalg.lstsq` assumes full rank.
#
# Further reading
# ---------------
#
# - S. Boyd and L. Vandenberghe, `Introduction to Applied Linear Algebra
#   <https://web.stanford.edu/~boyd/vmls>`__: least squares, from the ground up.
# - C. Zhang and others, `Understanding deep learning requires rethinking generalization
#   <https://arxiv.org/abs/1611.03530>`__: networks that can learn any answer by heart.
