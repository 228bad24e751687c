"""
Learn a filter from a photograph
================================

By the end of this page you have recovered the kernel behind a photo effect, from one
picture before and one picture after.

**You will need**
:ref:`sphx_glr_tutorials_3_learning_plot_2_explain_the_learning_rate.py`.

**You will learn**

- why a photograph tells a lot about some sides of a kernel, and little about others;
- how momentum finds those too, in a few hundred steps;
- how to check a learned kernel on pixels that it has never met.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, curvature, default_device, images, learn_kernel, plots

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# Before and after
# ----------------
#
# Here is the effect. Its taps add up to 1, so an even grey stays as it is. They are
# positive at the upper left and negative at the lower right, so everything else turns
# into a relief, lit from one side.

X = images.photograph(device=device)
K = torch.tensor([[1, 2, 0, -1, 0], [2, 0, 1, 0, -2], [0, 1, 0, -2, -1.0]]).to(device)
Y = corr2d(X, K)
assert K.sum() == 1

# %%
# Now forget ``K``. We learn it from a corner of the cap, and keep the face to check it.

fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.6), layout="constrained")
for ax, picture, title in zip(axes, (X, Y), ("before", "after"), strict=True):
    plots.show_image(ax, picture, title=title)
    plots.show_frame(ax, (70, 150, 60, 80), colour=plots.ORANGE, label="learn")
    plots.show_frame(ax, (135, 190, 150, 180), colour=plots.BLUE, label="check")
fig.set_label(
    "The photograph of Grace Hopper, and the same as a relief of light and shade. In "
    "both, a small frame at the cap says learn, a larger one at the face says check."
)

# %%
# The output pixel in row :math:`i` and column :math:`j` belongs to the window that
# *starts* there. So both cuts start at the same place, and the one from the output has
# two rows and four columns less.

before, after = X[70:130, 150:230], Y[70:128, 150:226]
print(after.numel(), "equations for", K.numel(), "unknown taps")
torch.testing.assert_close(corr2d(before, K), after)

# %%
# Walk
# ----
#
# The loss is a bowl again, now over 15 taps. How steep is it?

hessian = curvature(before.cpu().double(), (3, 5))
curvatures, directions = torch.linalg.eigh(hessian)
low, high = curvatures[0].item(), curvatures[-1].item()
print(f"flattest {low:.1f}, steepest {high:.0f}, ratio {high / low:.0f}")
assert round(high / low, -2) == 2000
stripe = torch.linalg.eigvalsh(curvature(images.striped(6, 8), (1, 2)))
torch.testing.assert_close(stripe[1] / stripe[0], torch.tensor(5.0))

# %%
# For the stripe the ratio was five; here it is two thousand. Neighbouring pixels of a
# photograph are nearly equal. Raise all taps together, and every output changes. Raise
# one tap and lower the next, and hardly anything happens.
#
# **Will 300 steps find the kernel,** at the best fixed rate, 2/(flattest + steepest)?

start = torch.zeros(3, 5, device=device)
walk = learn_kernel(before, after, (3, 5), lr=2 / (low + high), steps=300, start=start)
error = (walk.kernels - K).flatten(1).cpu().double() @ directions[:, 0]
left = (error[300] / error[0]).item()
print(f"left of the error in the flattest direction: {left:.0%}")
assert round(left, 2) == 0.74 and round(2 / (1 + high / low), 3) == 0.001

# %%
# No: each step takes a thousandth off that error, and three quarters are still there.
#
# Roll
# ----
#
# With momentum, the pace depends on the square root of the ratio, 45 instead of 2000.
# The best pair is that of the page on learning rates; the loop is the one you know.

root_low, root_high = low**0.5, high**0.5
rate = (2 / (root_high + root_low)) ** 2
momentum = ((root_high - root_low) / (root_high + root_low)) ** 2
assert round(root_high / root_low) == 45

# %%
found, losses = start.clone().requires_grad_(), []
optimiser = torch.optim.SGD([found], lr=rate, momentum=momentum)
for _ in range(300):
    loss = ((corr2d(before, found) - after) ** 2).sum()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append(loss.detach())

# %%
fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
curves = {"plain descent": walk.losses, "with momentum": torch.stack(losses)}
plots.show_loss_curves(ax, curves, title="momentum climbs, then overtakes")
fig.set_label(
    "Two losses over 300 steps, on a logarithmic axis. Plain descent falls for thirty "
    "steps, then hardly moves. Momentum climbs at first, then falls and falls."
)

# %%
# Check
# -----
#
# Both kernels meet the face, which neither has seen. **What is wrong with the kernel
# in the middle, and what does that do to the picture?**

face, truth = X[135:285, 190:370], Y[135:283, 190:366]
kernels = {"true": K, "plain descent": walk.kernel, "momentum": found.detach()}
fig, axes = plt.subplots(2, 3, figsize=(5.6, 3.5), layout="constrained")
for (name, kernel), (top, bottom) in zip(kernels.items(), axes.T, strict=True):
    plots.show_grid(top, kernel.round(decimals=1), title=name, limit=2)
    plots.show_image(bottom, corr2d(face, kernel), title="")
fig.set_label(
    "Three kernels, and the face as each shows it. True and momentum are the same. "
    "Plain descent has smoothly changing taps, and its picture is darker and softer."
)

# %%
# Plain descent has found the drift of the kernel, from positive to negative, but not
# its detail: that lies in the flat directions. With momentum every tap is right, and on
# the face the error stays below 1/255, one shade of grey in a photograph of 8 bits.

for name, kernel in kernels.items():
    taps, pixels = (kernel - K).abs().max(), (corr2d(face, kernel) - truth).abs().max()
    print(f"{name:13}  worst tap off by {taps:.4f}, worst pixel by {pixels:.4f}")
assert (found - K).abs().max() < 1e-3 < 0.5 < (walk.kernel - K).abs().max()
assert (corr2d(face, found) - truth).abs().max() < 1 / 255

# %%
# Try it yourself
# ---------------
#
# A file keeps 256 shades, and nothing below black or above white. Which does more harm:
# to round ``after``, or to clip it with ``after.clamp(0, 1)``? A hint: clipping is not
# linear, and no kernel can do it.

windows = before.unfold(0, 3, 1).unfold(1, 5, 1).reshape(-1, 15).cpu()
spoiled = (after * 255).round().cpu() / 255
solved = torch.linalg.lstsq(windows, spoiled.reshape(-1, 1)).solution.reshape(3, 5)
print(f"worst tap off by {(solved - K.cpu()).abs().max():.4f}")

# %%
# In practice
# -----------
#
# That cell solves for the kernel in one line: :func:`torch.linalg.lstsq` finds the
# bottom of a bowl. Descent is for networks, which have no such line. They have valleys
# as long as these, and their optimisers use momentum.

solved = torch.linalg.lstsq(windows, after.cpu().reshape(-1, 1)).solution.reshape(3, 5)
torch.testing.assert_close(solved, found.detach().cpu(), rtol=0, atol=1e-3)

# %%
# Further reading
# ---------------
#
# - A. Hertzmann and others, `Image analogies <https://doi.org/10.1145/383259.383295>`__:
#   before, after, and a third picture that gets the same treatment.
# - G. Goh, `Why momentum really works <https://distill.pub/2017/momentum>`__: why it
#   climbs before it falls.
