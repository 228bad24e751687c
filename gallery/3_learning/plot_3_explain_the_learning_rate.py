r"""
Explain the learning rate
=========================

By the end of this page you can predict which learning rates bring a kernel home.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`.

**You will learn**

- why the steepest direction of a loss limits the rate, and its flattest one the pace;
- what :term:`momentum` adds.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, curvature, default_device, images, learn_kernel, plots
from convtutor.exercises import ask, check
from convtutor.learning import largest_stable_lr

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# The loss is a bowl
# ------------------
#
# The loss of the page before squares an error that is linear in the taps: over the
# plane of the two taps it is a bowl. Its second derivatives, the :term:`Hessian`, are
# twice the products of pixels, summed over all windows. Here you can count them: of 42
# windows, 18 hold a one on the left, 18 on the right, 12 on both sides.

X = images.striped(6, 8, device=device)
H = curvature(X, (1, 2))
windows = X.unfold(1, 2, 1).reshape(42, 2)  # each window, of two pixels, as a row
assert (windows.T @ windows).tolist() == [[18, 12], [12, 18]]
assert H.tolist() == [[36, 24], [24, 36]]

# %%
# **Which raises the loss faster:** to move both taps up together, or one up and the
# other down? The Hessian stretches these :term:`eigenvectors <eigenvector>` by its
# :term:`eigenvalues <eigenvalue>`, the :term:`curvatures <curvature>` along them.

curvatures, directions = torch.linalg.eigh(H.cpu())
for c, direction in zip(curvatures.tolist(), directions.T.tolist(), strict=True):
    print(f"curvature {c:.1f} along", [round(part, 3) for part in direction])
torch.testing.assert_close(curvatures, torch.tensor([12.0, 60.0]))
torch.testing.assert_close(directions.prod(0), torch.tensor([-0.5, 0.5]))

# %%
# Together, for opposite moves cancel where a window holds two ones.
#
# One step, one factor
# --------------------
#
# Along a direction of curvature :math:`c` the slope is :math:`c` times the error. So a
# step at rate :math:`\eta` leaves :math:`1 - \eta c` of the error: at 0.03, that is
# 0.64 in the flat direction and −0.8 in the steep one. The minus is the zigzag. (The
# page before kept 0.8² = 0.64 of the *loss*: the same number, by chance.)

goal, start = torch.tensor([[[1.0, -1.0]], [[0.6147, -0.4089]]], device=device)
Y = corr2d(X, goal)
trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=6, start=start)
error = (trace.kernels - goal).reshape(7, 2).cpu() @ directions  # along each direction
torch.testing.assert_close(error[1:], error[:-1] * torch.tensor([0.64, -0.8]))

# %%
# **Up to which rate do both errors shrink,** and at which do they shrink fastest?

fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
marks = {"1/36": 1 / 36, "0.03": 0.03, "1/30": 1 / 30}
plots.show_shrinkage(ax, curvatures, 0.04, marks=marks, title="the upper curve decides")
fig.set_label("The curve for 12 falls slowly; that for 60 falls to 0 and rises past 1.")

# %%
# Up to 2/60 = 1/30; 0.03 is 90 % of that. Fastest is where the curves cross,
# 2/(12 + 60) = 1/36: both errors lose a third of their size per step.

assert abs(0.03 / largest_stable_lr(X, (1, 2)) - 0.9) < 1e-9
torch.testing.assert_close((1 - curvatures / 36).abs(), torch.tensor([2 / 3, 2 / 3]))

# %%
# Four rates
# ----------
#
# Look down on the bowl: grey lines join kernels of equal loss. Four rates get the same
# start and twenty steps; the first is what 0.03 becomes if the loss is the *mean* of
# the 42 squares. **Which of them is late, and which never arrives?**

rates, paths = {"0.03/42": 0.03 / 42, "1/36": 1 / 36, "0.03": 0.03, "0.034": 0.034}, {}
fig, axes = plt.subplots(2, 2, figsize=(5.6, 5.4), layout="constrained")
for ax, (name, lr) in zip(axes.flat, rates.items(), strict=True):
    paths[name] = learn_kernel(X, Y, (1, 2), lr=lr, steps=20, start=start).kernels
    plots.show_path(ax, paths[name], goal=(1, -1), title=f"learning rate {name}")
    plots.show_bowl(ax, H, goal=(1, -1), reach=0.65)
fig.set_label("Four paths: 0.03/42 stops short, two arrive, 0.034 swings ever wider.")
assert 0.8 < (paths["0.03/42"][20] - goal).norm() / (start - goal).norm() < 0.85
grown = torch.tensor([0.034, 0.05]) * curvatures[1] - 1
torch.testing.assert_close(grown, torch.tensor([1.04, 2]))

# %%
# 0.03/42 barely moves. At 0.034 the steep error grows by 4 % a step; 0.05 doubles it.
#
# Roll instead of walk
# --------------------
#
# *Momentum* keeps a share of the last move: pushes across the valley cancel, pushes
# along it add up. `Polyak <https://doi.org/10.1016/0041-5553(64)90137-5>`__ found the
# best rate and share for a bowl. Ten such steps come thirty times closer than at 1/36.

low, high = curvatures.sqrt().tolist()
rate, share = (2 / (high + low)) ** 2, ((high - low) / (high + low)) ** 2
error, move = start - goal, 0
for _ in range(10):
    move = share * move - rate * (error @ H)
    error = error + move
assert (paths["1/36"][10] - goal).norm() > 30 * error.norm()

# %%
# Try it yourself
# ---------------
#
# For two curvatures, you saw where the curves cross. **Which rate is the fastest for
# many?**

ask("fastest_rate")

# %%
# Replace the loops by one line.


def fastest_rate(curvatures): ...  # about 1 line


check("fastest_rate", fastest_rate)

# %%
# In practice
# -----------
#
# Seen close up, a network's loss is a bowl, too. Training makes it steeper, until its
# largest curvature hovers about 2 over the rate; so good rates are found by trial.
#
# Further reading
# ---------------
#
# - G. Goh, `Why momentum really works <https://distill.pub/2017/momentum>`__: try it.
# - J. Cohen and others, `Gradient descent on neural networks typically occurs at the
#   edge of stability <https://arxiv.org/abs/2103.00065>`__: the limit in real networks.
