r"""
Run training backwards
======================

By the end of this page you have found the random start of an experiment that printed
only its results. This page is for those who want more: nothing later builds on it.

**You will need**
:ref:`sphx_glr_tutorials_3_learning_plot_3_explain_the_learning_rate.py`.

**You will learn** how to undo a step of :term:`gradient descent`, and which digits of a
printout remember the past.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, images, learn_kernel, plots
from convtutor.exercises import ask, check

# %%
losses = torch.tensor(
    [1.578, 0.363, 0.101, 0.033, 0.012, 0.005, 0.002, 0.001, 0.0, 0.0],
    dtype=torch.float64,  # 64 bits, because rounding is the subject of this page
)
taps = torch.tensor([1.0011, -0.9987], dtype=torch.float64)

# %%
fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
ax.set_yscale("log")
plots.show_axes(ax, title="all that is left", across="step", up="printed loss")
ax.plot(range(2, 17, 2), losses[:8], "o", color=plots.BLUE)
ax.set_xticks(range(0, 21, 4))
fig.set_label(
    "Eight points on a logarithmic axis, from 1.578 in step 2 down to 0.001 in step "
    "16; the losses of steps 18 and 20 are 0.000 and cannot be drawn.\n\n"
    "A notebook printed every second loss, and at the end the kernel 1.0011, −0.9987. "
    "It did not print where it had started."
)

# %%
# A notebook once learned the kernel (1, −1) from the striped image, in twenty steps at
# a learning rate of 0.03. It printed ten losses and the final kernel. The start was
# random, and nobody wrote it down. Can it be found again? The course has used the
# answer since *Learn a kernel*; on this page we find it.
#
# Undo the steps
# --------------
#
# Two numbers describe how wrong a kernel is. The sum of its taps should be 0; let
# :math:`s` be the sum that it has. The difference, left tap minus right tap, should be
# 2; let :math:`d` be this difference minus 2. *Explain the learning rate* has shown
# what a step does at the rate 0.03: it multiplies :math:`s` by −0.8 and :math:`d` by
# 0.64. So to undo a step, divide by these numbers.
#
# The printed taps give :math:`s = 1.0011 - 0.9987 = 0.0024` and
# :math:`d = 1.0011 + 0.9987 - 2 = -0.0002` after twenty steps. **How many times larger
# does undoing all twenty steps make s, and how many times d?** Give whole numbers.

factors = torch.tensor([-0.8, 0.64], dtype=torch.float64)
magnified = factors**-20
after = torch.stack([taps.sum(), taps[0] - taps[1] - 2])
before = after * magnified
print("magnified by:", magnified.round().tolist())
print(f"before training: s = {before[0]:.2f}, d = {before[1]:.2f}")

# %%
assert magnified.round().tolist() == [87, 7523]
torch.testing.assert_close(
    after.round(decimals=6), torch.tensor([24e-4, -2e-4]).double()
)

# %%
# :math:`0.8^{-20}` is about 87, and :math:`0.64^{-20}` about 7523. So :math:`s` was
# about 0.21 before training, and :math:`d`, it seems, −1.5.

# %%
# But the taps were printed with four decimals. Each may be wrong by half a unit in the
# last place, by 0.00005, and so :math:`s` and :math:`d` may be wrong by 0.0001. Undoing
# the steps magnifies this error just as much as the number itself. **Which of the two
# results can you trust?**
#
# - both s and d
# - only s
# - only d
# - neither

uncertain = 0.0001 * magnified
for name, value, doubt in zip("sd", before, uncertain, strict=True):
    print(f"{name} = {value:.2f}, give or take {doubt:.2f}")

# %%
sure = [
    name for name, doubt in zip("sd", uncertain.tolist(), strict=True) if doubt < 0.1
]
assert sure == ["s"]
assert [round(doubt, 2) for doubt in uncertain.tolist()] == [0.01, 0.75]
assert round((before - uncertain)[1].item(), 2) == -2.26
assert round((before + uncertain)[1].item(), 2) == -0.75

# %%
# You can trust only :math:`s`. It is known to within 0.01, but :math:`d` could be
# anything from −0.75 to −2.26. Training has nearly forgotten :math:`d`: what remained
# of it after twenty steps was hardly larger than the last printed digit.

# %%
# Ask the losses
# --------------
#
# The printed losses remember more. In terms of :math:`s` and :math:`d`, the loss is
# :math:`15\,s^2 + 3\,d^2`. (It is the :math:`18\,u^2 + 24\,u\,v + 18\,v^2` of *Explain
# the learning rate*, with :math:`s = u + v` and :math:`d = u - v`.) The loss printed in
# step 2 was computed after one move, that of step 4 after three moves, and so on. After
# :math:`n` moves it is
#
# .. math:: 15\,(0.8^n s)^2 + 3\,(0.64^n d)^2,
#
# where :math:`s` and :math:`d` now belong to the start. This function replays all ten:


def replay(s, d):
    return torch.stack(
        [15 * (0.8**n * s) ** 2 + 3 * (0.64**n * d) ** 2 for n in range(1, 20, 2)]
    )


# %%
# Let us try it on a start that we know, (0.2, 0.7), with real training:

X = images.striped(6, 8, dtype=torch.float64)
Y = corr2d(X, torch.tensor([[1.0, -1.0]], dtype=torch.float64))
known = torch.tensor([[0.2, 0.7]], dtype=torch.float64)
trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=20, start=known)
replayed = replay(known.sum(), known[0, 0] - known[0, 1] - 2)
for real, formula in zip(trace.losses[1:6:2], replayed, strict=False):
    print(f"trained {real:.4f}, replayed {formula:.4f}")

# %%
torch.testing.assert_close(replayed, trace.losses[1::2])

# %%
# Training and the formula agree. Now suppose that all ten losses were known exactly.
# **How many different starts would have these losses?**

s, d = before
starts = [(s, d), (s, -d), (-s, d), (-s, -d)]
for start in starts:
    first, second = replay(*start)[:2].tolist()
    print(f"{start[0]:5.2f}, {start[1]:5.2f}: {first:.3f}, {second:.3f}, ...")

# %%
for start in starts:
    torch.testing.assert_close(replay(*start), replay(s, d))

# %%
# Four starts would. The formula contains only the squares of :math:`s` and :math:`d`,
# and a square is the same for both signs. Each single loss allows all points of an
# ellipse, and two such ellipses cross at four points.

# %%
fig, ax = plt.subplots(figsize=(4.6, 4.4), layout="constrained")
corner = 0.00005 * torch.tensor([[-1, -1], [-1, 1], [1, 1], [1, -1]]).double()
shaken = taps + corner
far_s = shaken.sum(1) * magnified[0]
far_d = (shaken[:, 0] - shaken[:, 1] - 2) * magnified[1]
needle = torch.stack([1 + (far_s + far_d) / 2, -1 + (far_s - far_d) / 2], dim=1)
across, up = torch.linspace(-0.2, 1.8, 201), torch.linspace(-1.7, 0.3, 201)
levels = replay(across + up[:, None], across - up[:, None] - 2)
plots.show_polygon(ax, needle, colour=plots.ORANGE, label="last kernel")
plots.show_level(ax, across, up, levels[0], 1.578, colour=plots.BLUE, label="step 2")
plots.show_level(ax, across, up, levels[3], 0.033, colour=plots.GREY, label="step 8")
plots.show_axes(ax, title="possible starts", across="left tap", up="right tap")
ax.legend(frameon=False)
fig.set_label(
    "The plane of the two taps. The losses of steps 2 and 8 are two ellipses that "
    "cross at four points. A long thin needle, which the last kernel allows, passes "
    "through one of the four.\n\n"
    "The starts that the loss of step 2, that of step 8 and the last kernel allow."
)

# %%
# Here is everything in one picture. The last kernel, give or take its rounding, allows
# the starts in the orange needle: thin, because :math:`s` is known well, and long,
# because :math:`d` is hardly known. But the *signs* of both are certain, and so only
# one of the four crossings is left.
#
# The rest is arithmetic. The ten losses are ten linear equations for :math:`s^2` and
# :math:`d^2`. In their coefficients :math:`(0.8^n)^2` is :math:`0.64^n`, and
# :math:`(0.64^n)^2` is :math:`0.4096^n`. There are more equations than unknowns, and
# each loss is rounded, so we ask for the numbers that fit best, in the sense of *least
# squares*. The signs come from the last kernel.

n = torch.arange(1, 20, 2)  # moves before each printed loss
equations = torch.stack([15 * 0.64**n, 3 * 0.4096**n], dim=1).double()
squares = torch.linalg.lstsq(equations, losses[:, None]).solution.flatten()
found_s, found_d = squares.sqrt() * before.sign()
found = torch.stack([1 + (found_s + found_d) / 2, -1 + (found_s - found_d) / 2])
print("start:", [round(tap, 4) for tap in found.tolist()])

# %%
shaken_by = uncertain / magnified
assert (after.abs() > shaken_by).all()  # the last kernel knows both signs
at_crossings = torch.linalg.solve(equations[[0, 3]], losses[[0, 3]])
assert at_crossings.min() > 0  # so the two ellipses cross, at four points
assert [round(tap, 4) for tap in found.tolist()] == [0.6144, -0.4088]

# %%
# A start is right if it prints what the notebook printed. So we run the experiment from
# (0.6144, −0.4088), the start that we have found, and round as the notebook did. For
# comparison we also run it from (0.6147, −0.4089), with which *Learn a kernel* begins.
# **Which of these starts print exactly what the notebook printed?**
#
# - (0.6144, −0.4088), found here
# - (0.6147, −0.4089), used there

candidates = {"found here": (0.6144, -0.4088), "used there": (0.6147, -0.4089)}
exact = []
for name, start in candidates.items():
    begin = torch.tensor([start], dtype=torch.float64)
    trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=20, start=begin)
    same_losses = torch.equal(trace.losses[1::2].round(decimals=3), losses)
    same_taps = torch.equal(trace.kernel[0].round(decimals=4), taps)
    print(f"{name}: losses {same_losses}, taps {same_taps}")
    if same_losses and same_taps:
        exact.append(name)

# %%
assert exact == ["found here", "used there"]

# %%
# Both print all ten losses and both taps, digit for digit. The taps of the two starts
# differ by 0.0003 or less, and what could tell them apart has been rounded away. The
# printout cannot say more than this.

# %%
# Try it yourself
# ---------------
#
# Undo many steps at once, in as many directions as there are: from the errors after
# training, **what were the errors before?**

ask("rewind")

# %%
# Replace the dots by your code and run the cell again.


def rewind(errors, curvatures, lr, steps): ...  # about 1 line


check("rewind", rewind)

# %%
# In practice
# -----------
#
# Set a seed, and print it with the results: then nobody has to search for a start.
# PyTorch's `notes on reproducibility
# <https://docs.pytorch.org/docs/stable/notes/randomness.html>`__ say what else helps.
#
# Further reading
# ---------------
#
# - D. Maclaurin, D. Duvenaud and R. Adams, `Gradient-based hyperparameter optimization
#   through reversible learning <https://arxiv.org/abs/1502.03492>`__: whole networks
#   trained backwards, with the lost bits kept.
