r"""
Run training backwards
======================

By the end of this page you have found the random start of an experiment that printed
only its results.

**You will need**
:ref:`sphx_glr_tutorials_3_learning_plot_3_explain_the_learning_rate.py`.

**You will learn**

- how to undo a step of :term:`gradient descent`;
- which digits of a printout remember the past, and which have forgotten it.
"""

from functools import partial

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, images, learn_kernel, plots
from convtutor.exercises import ask, check

# Rounding is the subject here, so all is float64, on the CPU, because every CPU has it.
tensor = partial(torch.tensor, dtype=torch.float64)

# %%
# A notebook once learned the kernel (1, −1) from the stripe, in twenty steps at a rate
# of 0.03. It printed every second loss and the last kernel, but not its random start.

losses = tensor([1.578, 0.363, 0.101, 0.033, 0.012, 0.005, 0.002, 0.001, 0, 0])
taps = tensor([1.0011, -0.9987])

# %%
# Undo the steps
# --------------
#
# Two numbers describe a kernel on its way: the error :math:`s` in the sum of its taps,
# which should be 0, and :math:`d` in their difference, which should be 2. A step leaves
# −0.8 of :math:`s` and 0.64 of :math:`d`. So divide by that, twenty times:


def errors(left, right):
    return torch.stack([left + right, left - right - 2])


magnified = tensor([-0.8, 0.64]) ** -20
s, d = errors(*taps) * magnified
print(f"magnified {magnified[0]:.0f} and {magnified[1]:.0f} times: {s:.2f} and {d:.2f}")

# %%
# The printed taps may be wrong by half a digit in the fourth decimal, so their sum and
# their difference by a whole one. **Which of the two can you trust?**

print("wrong by up to", *(f"{0.0001 * factor:.3f}" for factor in magnified.tolist()))
assert magnified.round().tolist() == [87, 7523] and abs(magnified[1] / d + 5000) < 10

# %%
# The sum: :math:`s` is certain to 0.01, but half of :math:`d` is in doubt.
#
# Ask the losses
# --------------
#
# The loss is :math:`15 s^2 + 3 d^2`: half a curvature times the squared error along its
# direction, :math:`s / \sqrt 2` or :math:`d / \sqrt 2`. Step :math:`n + 1` printed it
# after :math:`n` moves, :math:`15\,(0.8^n s)^2 + 3\,(0.64^n d)^2`. Try a known start:


def replay(left, right):
    s, d = errors(left, right)
    return [15 * (0.8**n * s) ** 2 + 3 * (0.64**n * d) ** 2 for n in range(1, 20, 2)]


X = images.striped(6, 8, dtype=torch.float64)
experiment = partial(learn_kernel, X, corr2d(X, tensor([[1, -1]])), (1, 2), lr=0.03)
trace = experiment(steps=20, start=tensor([[0.2, 0.7]]))
torch.testing.assert_close(torch.stack(replay(*tensor([0.2, 0.7]))), trace.losses[1::2])

# %%
# Each printed loss draws an ellipse in the plane of starts; here are two. The last
# kernel, give or take its rounding, draws a needle. **Where is the start?**

half = 0.00005 * tensor([[-1, -1], [-1, 1], [1, 1], [1, -1]])
s, d = errors(*(taps + half).T) * magnified[:, None]
needle = torch.stack([1 + (s + d) / 2, -1 + (s - d) / 2], dim=1)
left, right = torch.linspace(-0.2, 1.8, 201), torch.linspace(-1.7, 0.3, 201)
early, _, _, late, *_ = replay(left, right[:, None])

# %%
fig, ax = plt.subplots(figsize=(4.4, 4.2), layout="constrained")
plots.show_polygon(ax, needle, colour=plots.ORANGE, label="last kernel")
plots.show_level(ax, left, right, early, 1.578, colour=plots.BLUE, label="loss, step 2")
plots.show_level(ax, left, right, late, 0.033, colour=plots.GREY, label="loss, step 8")
plots.show_axes(ax, title="starts each clue allows", across="left tap", up="right tap")
ax.legend(frameon=False)
fig.set_label("Two ellipses cross at four points; a thin needle reaches one of them.")

# %%
# Where they cross: at four points, for a square has lost its sign. The needle, useless
# for the size of :math:`d`, knows both signs. And all ten losses together are ten
# linear equations for :math:`s^2` and :math:`d^2`.

A = tensor([[15 * 0.64**n, 3 * 0.4096**n] for n in range(1, 20, 2)])
assert (A[[0, 3]].inverse() @ losses[[0, 3]]).min() > 0 and s.min() > 0 > d.max()
squares = torch.linalg.lstsq(A, losses[:, None]).solution.flatten()
s, d = squares.sqrt() * errors(*taps).sign()
found = torch.stack([1 + (s + d) / 2, -1 + (s - d) / 2])
print("start:", *(f"{tap:.4f}" for tap in found.tolist()))

# %%
# Run the experiment from there: it prints every loss and both taps, digit for digit. So
# it does from (0.6147, −0.4089), where the page on learning a kernel begins: what tells
# the two apart was rounded away.

for start in (found.round(decimals=4), tensor([0.6147, -0.4089])):
    trace = experiment(steps=20, start=start[None])
    assert torch.equal(trace.losses[1::2].round(decimals=3), losses)
    assert torch.equal(trace.kernel[0].round(decimals=4), taps)

# %%
# Try it yourself
# ---------------
#
# Undo many steps at once, for as many directions as there are.

ask("rewind")

# %%
# Replace the loops by one line.


def rewind(errors, curvatures, lr, steps): ...  # about 1 line


check("rewind", rewind)

# %%
# In practice
# -----------
#
# Print the seed. PyTorch's `notes on reproducibility
# <https://docs.pytorch.org/docs/stable/notes/randomness.html>`__ say what else helps.
#
# Further reading
# ---------------
#
# - D. Maclaurin, D. Duvenaud and R. Adams, `Gradient-based hyperparameter optimization
#   through reversible learning <https://arxiv.org/abs/1502.03492>`__: whole networks
#   trained backwards, with the lost bits kept.
