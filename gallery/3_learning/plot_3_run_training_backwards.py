r"""
Run training backwards
======================

By the end of this page you have found the random start of an experiment that printed
only its results.

**You will need**
:ref:`sphx_glr_tutorials_3_learning_plot_2_explain_the_learning_rate.py`.

**You will learn**

- how to undo a step of gradient descent;
- which digits of a printout remember the past, and which have forgotten it.
"""

from functools import partial

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, images, learn_kernel, plots
from convtutor.learning import curvature

# Rounding is the subject here, so all is float64, on the CPU, because every CPU has it.
tensor = partial(torch.tensor, dtype=torch.float64)
linspace = partial(torch.linspace, dtype=torch.float64)

# %%
# A notebook once learned the kernel (1, −1) from the stripe, in twenty steps at a rate
# of 0.03. It printed the loss of every second step, and the last kernel. The start was
# random, and never printed. These are the clues:

losses = tensor([1.578, 0.363, 0.101, 0.033, 0.012, 0.005, 0.002, 0.001, 0, 0])
taps = tensor([1.0011, -0.9987])

# %%
# Undo a step
# -----------
#
# A step multiplies the error of the kernel by :math:`M = I - 0.03\,H`, where :math:`H`
# is the curvature. The inverse of :math:`M` takes the step back. Try it on a start that
# we know:

X, goal = images.striped(6, 8, dtype=torch.float64), tensor([1.0, -1.0])
Y, H = corr2d(X, goal.reshape(1, 2)), curvature(X, (1, 2))
M = torch.eye(2, dtype=torch.float64) - 0.03 * H
back = torch.linalg.matrix_power(M.inverse(), 20)
lesson = {"image": X, "target": Y, "kernel_size": (1, 2), "lr": 0.03, "steps": 20}
end = learn_kernel(start=tensor([[0.2, 0.7]]), **lesson).kernel
torch.testing.assert_close(goal + (end - goal) @ back, tensor([[0.2, 0.7]]))

# %%
# Nothing is lost. **How good is the start that the printed kernel gives?** It has four
# decimals.

guess = goal + (taps - goal) @ back
print("start:", [round(tap, 3) for tap in guess.tolist()])
trace = learn_kernel(start=guess[None], **lesson)
print(f"its loss in step 2: {trace.losses[1]:.3f}")
assert trace.losses[1] > 2 * losses[0]

# %%
# Bad: that loss is twice the printed one. A step leaves −0.8 of the error in the sum of
# the taps, and 0.64 of the error in their difference. So twenty steps back magnify what
# was rounded away 87 times in the sum, but 7523 times in the difference. All kernels
# that print as (1.0011, −0.9987) fill a small square; carried back, it is a needle.

magnified = tensor([0.8, 0.64]) ** -20
torch.testing.assert_close(magnified.round(), tensor([87, 7523]))
corners = tensor([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * 0.00005
needle = goal + (taps + corners - goal) @ back

# %%
# Ask the losses
# --------------
#
# With the errors :math:`s` of the sum and :math:`d` of the difference, the loss is
# :math:`15 s^2 + 3 d^2`. So every printed loss draws an ellipse in the plane of starts.
# Since :math:`d` dies sooner, early losses tell more of it, and later ones of
# :math:`s`. This replays the experiment for a whole plane of starts:

s, d = (guess - goal).sum(), (guess - goal) @ tensor([1.0, -1.0])
torch.testing.assert_close(trace.losses[0], 15 * s**2 + 3 * d**2)


def replay(left, right):
    errors, seen = torch.cartesian_prod(right, left).flip(1) - goal, []
    for _ in range(10):
        errors = errors @ M
        seen.append(((errors @ H) * errors).sum(1) / 2)
        errors = errors @ M
    return torch.stack([*seen, *(goal + errors).T]).reshape(12, len(right), len(left))


# %%
# **At how many points do two of these ellipses cross?**

left, right = linspace(-0.2, 1.8, 201), linspace(-1.7, 0.3, 201)
early, _, _, late, *_ = replay(left, right)
fig, ax = plt.subplots(figsize=(4.4, 4.2), layout="constrained")
plots.show_polygon(ax, needle, colour=plots.ORANGE, label="last kernel")
plots.show_level(ax, left, right, early, 1.578, colour=plots.BLUE, label="loss, step 2")
plots.show_level(ax, left, right, late, 0.033, colour=plots.GREY, label="loss, step 8")
ax.set(title="starts that each clue allows", xlabel="left tap", ylabel="right tap")
ax.legend(frameon=False)
fig.set_label("Two ellipses cross at four points; a thin needle covers one of them.")

# %%
# At four: a square has lost its sign. The needle, useless for the size of the
# difference, knows both signs. There, ask for all twelve printed numbers.

left, right = linspace(0.6135, 0.6152, 341), linspace(-0.4092, -0.4085, 281)
printed = torch.cat([losses, taps])[:, None, None]
half_a_digit = tensor([0.0005] * 10 + [0.00005] * 2)[:, None, None]
agrees = (replay(left, right) - printed).abs() <= half_a_digit
by_losses, by_all = agrees[:10].all(0), agrees.all(0)

# %%
fig, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
plots.show_region(ax, left, right, by_losses, colour=plots.GREY, label="losses agree")
plots.show_region(ax, left, right, by_all, colour=plots.ORANGE, label="the kernel too")
ax.plot([0.6147, 0.6143], [-0.4089, -0.4088], "*", color=plots.BLUE, markersize=12)
ax.set(title="starts that all clues allow", xlabel="left tap", ylabel="right tap")
ax.set(xticks=[0.614, 0.6145, 0.615], yticks=[-0.409, -0.4088, -0.4086])
ax.legend(frameon=False)
fig.set_label("A sliver of starts, cut in two, with one star on each side of the cut.")

# %%
# The left tap began between 0.6143 and 0.6150, the right one between −0.4091 and
# −0.4087. Leave one clue out at a time, and you see that three do all the work: the
# losses of steps 2 and 8, and the *second* tap, which cuts the sliver in two.

found = torch.stack([left[by_all.any(0)][[0, -1]], right[by_all.any(1)][[0, -1]]])
stated = tensor([[0.6143, 0.6150], [-0.4091, -0.4087]])
torch.testing.assert_close(found, stated, rtol=0, atol=6e-5)
without = [agrees[torch.arange(12) != clue].all(0).sum() for clue in range(12)]
assert [clue for clue in range(12) if without[clue] > by_all.sum()] == [0, 3, 11]

# %%
# Run the two stars. Both give all ten losses. The left one misses a digit of one tap.

for start, last in (([0.6147, -0.4089], "-0.9987"), ([0.6143, -0.4088], "-0.9988")):
    trace = learn_kernel(start=tensor([start]), **lesson)
    ended = [f"{tap:.4f}" for tap in trace.kernel.flatten().tolist()]
    print(start, "to", *ended)
    assert ended == ["1.0011", last]
    torch.testing.assert_close(trace.losses[1::2].round(decimals=3), losses)

# %%
# Try it yourself
# ---------------
#
# How many decimals of the last kernel would have told the difference to 0.001, without
# any losses? A hint: each decimal makes the needle ten times shorter.

decimals = 4
print(f"the difference, give or take {10**-decimals * magnified[1]:.4f}")

# %%
# In practice
# -----------
#
# Print the seed. What else it takes is in PyTorch's `notes on reproducibility
# <https://docs.pytorch.org/docs/stable/notes/randomness.html>`__.
#
# Further reading
# ---------------
#
# - D. Maclaurin, D. Duvenaud and R. Adams, `Gradient-based hyperparameter optimization
#   through reversible learning <https://arxiv.org/abs/1502.03492>`__: whole networks
#   trained backwards, with the lost bits kept.
# - :ref:`sphx_glr_tutorials_3_learning_plot_4_ask_what_the_data_can_show.py`: what not
#   even endless training can find out.
