r"""
Explain the learning rate
=========================

By the end of this page you can tell, before you train, which learning rates bring a
kernel home.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_1_learn_a_kernel.py`.

**You will learn**

- why the steepest direction of a loss limits the rate, and its flattest one the pace;
- what momentum adds.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, learn_kernel, plots
from convtutor.learning import curvature, largest_stable_lr

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# The loss is a bowl
# ------------------
#
# Take the stripe, the response to (1, −1), and the start of the page before. The
# response is linear in the taps and the loss squares it, so over the plane of the two
# taps the loss is a bowl. Autograd measures its second derivatives, the *Hessian*.

X = images.striped(6, 8, device=device)
goal = torch.tensor([[1.0, -1.0]], device=device)
start = torch.tensor([[0.6147, -0.4089]], device=device)
Y = corr2d(X, goal)
H = torch.autograd.functional.hessian(lambda K: ((corr2d(X, K) - Y) ** 2).sum(), start)
H = H.reshape(2, 2)
print(H)

# %%
# You can count this in the image: of its 42 windows, 18 hold a one on the left, 18 on
# the right and 12 on both sides. In symbols: if every row of :math:`A` is one window,
# then :math:`H = 2 A^\top A`, and that is what :func:`convtutor.curvature` computes.

A = X.unfold(1, 2, 1).reshape(42, 2)
counted = torch.tensor([[18.0, 12.0], [12.0, 18.0]], device=device)
torch.testing.assert_close(A.T @ A, counted)
torch.testing.assert_close(H, 2 * counted)
torch.testing.assert_close(curvature(X, (1, 2)), H)

# %%
# **Which raises the loss faster:** to move both taps up together, or one up and the
# other down? These are the eigenvectors of :math:`H`, and its eigenvalues are the
# curvatures along them.

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
# Along a direction of curvature :math:`c` the slope is :math:`c` times the error, so a
# step at rate :math:`\eta` leaves :math:`1 - \eta c` of the error. At 0.03 that is −0.8
# of the sum of the two errors and 0.64 of their difference, step after step.

trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=6, start=start)
error = (trace.kernels - goal).reshape(7, 2).cpu() @ directions
left = torch.tensor([0.64, -0.8])
torch.testing.assert_close(error[1:], error[:-1] * left, rtol=1e-4, atol=1e-6)
torch.testing.assert_close(1 - 0.03 * curvatures, left)

# %%
# **Up to which rate do both errors shrink?**

limit = largest_stable_lr(X, (1, 2))
print(f"limit {limit:.5f}, and 0.03 is {0.03 / limit:.0%} of it")
assert abs(limit - 2 / 60) < 1e-12 and round(0.03 / limit, 6) == 0.9

# %%
fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
marks = {"1/36": 1 / 36, "0.03": 0.03, "1/30": 1 / 30}
plots.show_shrinkage(ax, curvatures, 0.04, marks=marks, title="the upper curve counts")
fig.set_label("The curve for 12 falls slowly; that for 60 falls to 0 and rises past 1.")

# %%
# The steep direction leaves first, at 2/60 = 1/30. The fastest rate is where the curves
# cross, at 2/(12 + 60) = 1/36: both errors lose a third of their size per step.
#
# Four rates
# ----------
#
# Give each of four rates the same start and twenty steps.

rates = {"0.005": 0.005, "1/36": 1 / 36, "0.03": 0.03, "0.034": 0.034}
lesson = {"image": X, "target": Y, "kernel_size": (1, 2), "steps": 20, "start": start}
paths = {name: learn_kernel(lr=lr, **lesson).kernels for name, lr in rates.items()}

# %%
# **Which of them is late, and which never arrives?**

fig, axes = plt.subplots(2, 2, figsize=(5.6, 5.4), layout="constrained")
for ax, (name, kernels) in zip(axes.flat, paths.items(), strict=True):
    plots.show_path(ax, kernels, goal=(1, -1), title=f"learning rate {name}")
    plots.show_bowl(ax, H, goal=(1, -1), reach=0.65)
    ax.get_legend().set_visible(name == "0.005")
fig.set_label(
    "Four paths over a slanting valley. At 0.005 the kernel stops on its way, at 1/36 "
    "and 0.03 it zigzags to the goal, at 0.034 it swings across the valley, ever wider."
)

# %%
# At 0.034 the steep error grows by 4 % per step; at 0.05 it doubles, and explodes. If
# the loss were a *mean* over the 42 outputs, the bowl would be 42 times flatter. Then
# 0.03 would do what 0.03/42 does here: a sixth of the way in twenty steps.

factors = 1 - torch.tensor([[1 / 36], [0.034], [0.05]]) * curvatures
torch.testing.assert_close(factors[0], torch.tensor([2 / 3, -2 / 3]))
torch.testing.assert_close(factors[1:, 1], torch.tensor([-1.04, -2.0]))
late, best, zigzag, gone = ((path[-1] - goal).norm() for path in paths.values())
assert best < zigzag < late < gone
mean = learn_kernel(lr=0.03 / 42, **lesson).kernel
left = ((mean - goal).norm() / (start - goal).norm()).item()
print(f"with a mean, {1 - left:.2f} of the way")
assert abs(left - 5 / 6) < 0.01

# %%
# Roll instead of walk
# --------------------
#
# *Momentum* keeps a share :math:`\beta` of the last move: pushes across the valley
# cancel, pushes along it add up. `Polyak <https://doi.org/10.1016/0041-5553(64)90137-5>`__
# found the best pair for a bowl in 1964. In ten steps it comes thirty times closer.

low, high = curvatures.sqrt().tolist()
rate, beta = (2 / (high + low)) ** 2, ((high - low) / (high + low)) ** 2
K = start.clone().requires_grad_()
optimiser = torch.optim.SGD([K], lr=rate, momentum=beta)
for _ in range(10):
    (K.grad,) = torch.autograd.grad(((corr2d(X, K) - Y) ** 2).sum(), K)
    optimiser.step()
walked = paths["1/36"][10]
print(f"walked: {(walked - goal).norm():.5f} away, rolled: {(K - goal).norm():.5f}")
assert (walked - goal).norm() > 30 * (K - goal).norm()

# %%
# Try it yourself
# ---------------
#
# Find a start, other than the goal, from which *one* step at 1/60 arrives. A hint:
# which of the two errors does the factor :math:`1 - 60/60` wipe out?

K = torch.tensor([[0.5, -0.5]], device=device)
print(learn_kernel(X, Y, (1, 2), lr=1 / 60, steps=1, start=K).kernel)

# %%
# In practice
# -----------
#
# A network's loss is no bowl, but near every point it looks like one, and its steepest
# direction still limits the rate. It changes on the way; so rates are found by trial.
#
# Further reading
# ---------------
#
# - G. Goh, `Why momentum really works <https://distill.pub/2017/momentum>`__: this page
#   with sliders.
# - J. Cohen and others, `Gradient descent on neural networks typically occurs at the
#   edge of stability <https://arxiv.org/abs/2103.00065>`__: the limit in real networks.
