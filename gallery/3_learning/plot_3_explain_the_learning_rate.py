r"""
Explain the learning rate
=========================

By the end of this page you can predict which learning rates bring a kernel to its goal,
and which one is the fastest.

**You will need** :ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`, and
what an eigenvector is.

**You will learn** why the steepest direction of a loss limits the learning rate, and
why its flattest direction sets the pace.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, curvature, default_device, images, learn_kernel, plots
from convtutor.exercises import ask, check
from convtutor.learning import largest_stable_lr

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
X = images.striped(6, 8, device=device)
goal = torch.tensor([[1.0, -1.0]], device=device)
start = torch.tensor([[0.6147, -0.4089]], device=device)
Y = corr2d(X, goal)
trace = learn_kernel(X, Y, (1, 2), lr=0.03, steps=20, start=start)

# %%
fig, ax = plt.subplots(figsize=(4.6, 4.4), layout="constrained")
plots.show_path(ax, trace.kernels, goal=(1, -1), title="a walk on a map of the loss")
plots.show_bowl(ax, curvature(X, (1, 2)), goal=(1, -1), reach=0.65)
fig.set_label(
    "The plane of the two taps, with long ellipses around the goal at 1, −1, which run "
    "from the upper left to the lower right. The kernel starts at the upper left and "
    "jumps to and fro across the ellipses.\n\n"
    "Twenty steps at a learning rate of 0.03, as on the page before. Along each grey "
    "line the loss has one value; the goal is the lowest point."
)

# %%
# The loss is a bowl
# ------------------
#
# On the page before a kernel with two taps has learned (1, −1) from a striped image, at
# a :term:`learning rate` of 0.03, in a zigzag. The figure shows why one speaks of going
# *downhill*: each kernel is a place on a map, and the loss is the height there. The map
# shows a valley, steep across and flat along. To understand the zigzag, and to choose a
# better rate, we need to know *how* steep and how flat.
#
# The shape of the valley comes from the image. Say that the left tap is wrong by
# :math:`u` and the right one by :math:`v`. Then the response to a window is wrong by
# :math:`u` if it has a one on its left only, by :math:`v` if it has a one on its right
# only, and by :math:`u + v` if it has a one on both sides. The loss is the sum of the
# squares, and :math:`(u + v)^2` is :math:`u^2 + 2\,u\,v + v^2`. So every window with a
# one on its left brings a :math:`u^2`, every window with a one on its right a
# :math:`v^2`, and each of the :math:`n` windows with both a :math:`2\,u\,v` as well:
#
# .. math:: 18\,u^2 + 2\,n\,u\,v + 18\,v^2
#
# The two 18 are counts. All six rows of the image are 1 1 0 0 0 0 1 1, and a window
# holds two neighbours, so a row has seven windows, and the image 42. Of these, 18 have
# a one on their left, and 18 have a one on their right. The number :math:`n` is still
# missing. **In how many of the 42 windows is there a one on both sides?**

windows = X.unfold(1, 2, 1).reshape(42, 2)  # one window in each row
left, right = windows[:, 0], windows[:, 1]
print("one on the left: ", int(left.sum()))
print("one on the right:", int(right.sum()))
print("one on both:     ", int((left * right).sum()))

# %%
assert (windows.T @ windows).tolist() == [[18, 12], [12, 18]]
wrong = trace.kernels - goal
u, v = wrong[:20, 0].unbind(-1)
torch.testing.assert_close(18 * u**2 + 24 * u * v + 18 * v**2, trace.losses)

# %%
# There are 12 of them, two in each row, so the number in the middle is 24.
# (``unfold(1, 2, 1)`` cuts dimension 1, the columns, into windows of 2 pixels, each 1
# pixel further than the one before.)

# %%
# So now we have the height of the valley above every point:
#
# .. math:: 18\,u^2 + 24\,u\,v + 18\,v^2
#
# Walk away from the goal in two ways. First move both taps up by 1, so that
# :math:`u = v = 1`. Then move the left one up and the right one down, :math:`u = 1` and
# :math:`v = -1`. **How many times as high does the loss become in the first case as in
# the second?**


def height(u, v):
    return 18 * u**2 + 24 * u * v + 18 * v**2


together = height(1, 1)
apart = height(1, -1)
print(f"together {together}, apart {apart}, ratio {together / apart:.0f}")

# %%
assert together == 60 and apart == 12

# %%
# It becomes five times as high: 60 against 12. Look at a window that holds two ones: it
# adds both taps. If both go up, its output moves by the sum of the two moves; if one
# goes up and the other down, the moves cancel and the output stays where it was.

# %%
# For any image and any size of kernel, the :term:`Hessian` says how steep the valley is
# in each direction. It is the table of all second derivatives of the loss, and
# :func:`convtutor.curvature` computes it from the windows. Its
# :term:`eigenvectors <eigenvector>` are the directions straight along and straight
# across the valley, and its :term:`eigenvalues <eigenvalue>` are the
# :term:`curvatures <curvature>` in these directions: how fast the slope grows as one
# walks away from the goal.

H = curvature(X, (1, 2))
print(H)
curvatures, directions = torch.linalg.eigh(H.cpu())  # not every GPU can do this
directions *= directions[0].sign()  # they may point either way: let left be positive
for c, direction in zip(curvatures, directions.T, strict=True):
    print(f"curvature {c:.0f} along", [round(part, 2) for part in direction.tolist()])

# %%
assert H.tolist() == [[36, 24], [24, 36]]
torch.testing.assert_close(curvatures, torch.tensor([12.0, 60.0]))
torch.testing.assert_close(2 * directions**2, torch.ones(2, 2))
assert directions.sign().tolist() == [[1, 1], [-1, 1]]

# %%
# The valley is steep, with a curvature of 60, where both taps rise or fall together. It
# is flat, with a curvature of 12, where one rises and the other falls. (Each direction
# is given as a move of length 1, which is why its parts are 0.71 and not 1.)

# %%
# One step, one factor
# --------------------
#
# Along a direction of curvature :math:`c` the slope is :math:`c` times the error: twice
# as far from the goal, the valley is twice as steep. A step at the learning rate
# :math:`\eta` goes back by :math:`\eta` times the slope, so what is left of the error
# is
#
# .. math:: \text{error} - \eta\, c \cdot \text{error}
#    = (1 - \eta\, c) \cdot \text{error}
#
# Each step multiplies the error by the same factor, :math:`1 - \eta c`. The learning
# rate was 0.03. **By which factor does a step multiply the error in the steep
# direction, where the curvature is 60?**

errors = (trace.kernels - goal).reshape(21, 2).cpu() @ directions
for step in range(4):
    flat, steep = errors[step].tolist()
    print(f"after {step} steps: flat {flat:6.3f}, steep {steep:6.3f}")

# %%
torch.testing.assert_close(errors[1:6], errors[:5] * torch.tensor([0.64, -0.8]))

# %%
# A step multiplies it by :math:`1 - 0.03 \cdot 60 = -0.8`. The minus sign is the
# zigzag: each step jumps across the valley to the other side, where it lands four
# fifths as far from the middle line. In the flat direction the factor is
# :math:`1 - 0.03 \cdot 12 = 0.64`, without a change of sign. (``@ directions`` splits
# the error of each kernel into its two parts.)

# %%
# How high may the rate be?
# -------------------------
#
# An error dies out if its factor lies between −1 and 1. With a higher rate the factor
# of the steep direction falls further below −0.8. **Below which learning rate do the
# errors in both directions die out?** A fraction will do.

limit = largest_stable_lr(X, (1, 2))
print(f"{limit:.4f}")

# %%
torch.testing.assert_close(torch.tensor(limit), torch.tensor(1 / 30))
assert round(0.03 / limit, 6) == 0.9

# %%
# The rate must be below 1/30, because there the factor of the steep direction,
# :math:`1 - 60\,\eta`, reaches −1. The flat direction would allow five times as much,
# but both directions use the same rate, so the steepest one sets the limit. Our 0.03
# was already 90 % of it. (``largest_stable_lr`` computes 2 over the largest curvature,
# which is this limit.)

# %%
# At exactly 1/30 a step does not make the steep error smaller, it only turns it around.
# Once the flat error has died out, the loss gets stuck:

stuck = learn_kernel(X, Y, (1, 2), lr=1 / 30, steps=200, start=start).losses
for step in (100, 199):
    print(f"loss after {step} steps: {stuck[step]:.3f}")

# %%
assert round(stuck[100].item(), 3) == round(stuck[199].item(), 3) == 0.635

# %%
# And which rate is the *fastest*? Here are the sizes of the two factors, for all rates.

fig, ax = plt.subplots(figsize=(5, 3), layout="constrained")
marks = {"0.03": 0.03, "1/30": 1 / 30}
plots.show_shrinkage(ax, curvatures, 0.04, marks=marks, title="what a step leaves")
fig.set_label(
    "What one step leaves of each error, over the learning rate. The curve for "
    "curvature 12 falls slowly. The curve for 60 falls to 0, rises again, crosses the "
    "other one a little before 0.03, and reaches 1 at 1/30.\n\n"
    "At each rate, the higher one of the two curves decides how long it takes."
)

# %%
# The kernel has arrived when *both* errors have died out, so the higher one of the
# curves decides. It is lowest where the curves cross: there the factors have the same
# size and opposite signs, :math:`1 - 12\,\eta = -(1 - 60\,\eta)`. **At which learning
# rate do the curves cross?** Again, a fraction will do.

fastest = 2 / (12 + 60)
factors = 1 - fastest * curvatures
print(f"{fastest:.4f} leaves", [round(factor, 3) for factor in factors.tolist()])

# %%
torch.testing.assert_close(factors, torch.tensor([2 / 3, -2 / 3]))
assert round(1 - 12 / 60, 3) == 0.8

# %%
# They cross at 2/72, which is 1/36. There both errors lose a third of their size in
# every step: the flat one, and the steep one while it zigzags. The steep error could
# even be gone after a single step, at a rate of 1/60, but then the flat one would keep
# four fifths.

# %%
# Four rates
# ----------
#
# We let four learning rates take twenty steps from the same start: 1/36; 0.03; 0.034,
# which is a little more than 1/30; and 0.03/42. The last one is what 0.03 amounts to if
# one takes the *mean* of the 42 squares as the loss instead of their sum. **Which of
# the four never arrives, however many steps it takes?**
#
# - 0.03/42
# - 1/36
# - 0.03
# - 0.034

rates = {"0.03/42": 0.03 / 42, "1/36": 1 / 36, "0.03": 0.03, "0.034": 0.034}
paths = {}
for name, lr in rates.items():  # how much of the distance to the goal is left?
    walk = learn_kernel(X, Y, (1, 2), lr=lr, steps=20, start=start)
    left_over = (walk.kernel - goal).norm() / (start - goal).norm()
    paths[name] = walk.kernels
    print(f"rate {name:7}: {left_over:.4f} is left")

# %%
away = learn_kernel(X, Y, (1, 2), lr=0.034, steps=200, start=start)
assert away.losses[-1] > 1000 * away.losses[0]
final = {name: (path[20] - goal).norm() for name, path in paths.items()}
assert final["1/36"] < final["0.03"] < 0.01
assert 0.82 < final["0.03/42"] / (start - goal).norm() < 0.835
assert round(limit / (0.03 / 42)) == 47
grown = torch.tensor([0.034, 0.05]) * curvatures[1] - 1
torch.testing.assert_close(grown, torch.tensor([1.04, 2.0]))

# %%
fig, axes = plt.subplots(2, 2, figsize=(5.6, 5.6), layout="constrained")
for ax, name in zip(axes.flat, paths, strict=True):
    plots.show_path(ax, paths[name], goal=(1, -1), title=f"rate {name}")
    plots.show_bowl(ax, H, goal=(1, -1), reach=0.65)
fig.set_label(
    "Four maps with the walk of a kernel. At 0.03/42 it stops near its start. At 1/36 "
    "and at 0.03 it zigzags to the goal. At 0.034 it swings across the valley, wider "
    "each time.\n\n"
    "Twenty steps from the same start, at four rates."
)

# %%
# The rate 0.034 never arrives, because it lies above 1/30: its steep error grows by 4 %
# in each step. Twenty steps hardly show it, because the flat error is still shrinking,
# but after 200 steps the loss is more than a thousand times as large as at the start. A
# rate of 0.05 would double the steep error every time.
#
# Of the others 1/36 comes closest, as we computed. With 0.03/42 the kernel is safe but
# late: after twenty steps 83 % of its distance is left, because this rate is 47 times
# lower than the limit. So a learning rate means nothing without its loss.

# %%
# Try it yourself
# ---------------
#
# With two curvatures the fastest rate is where the two curves cross. A kernel with more
# taps has more curvatures. **Which rate is the fastest for a list of them?**

ask("fastest_rate")

# %%
# Replace the dots by your code and run the cell again.


def fastest_rate(curvatures): ...  # about 1 line


check("fastest_rate", fastest_rate)

# %%
# In practice
# -----------
#
# The loss of a network is not a bowl: its curvatures change as the weights move. Only
# close to a minimum it looks like one, and there the limit of 2 over the largest
# curvature holds. When a network is trained on all its examples at once, in full
# batches, something curious has been observed: the largest curvature grows until the
# learning rate stands about at that limit. In advance nobody knows the curvatures of a
# network, so good learning rates are found by trial, in factors of 2 or 3, and by
# lowering the rate when the loss has stopped falling.
#
# Further reading
# ---------------
#
# - :ref:`sphx_glr_tutorials_3_learning_plot_5_learn_a_filter_from_a_photograph.py`: a
#   valley in which the curvatures differ by a factor of 2000 instead of 5, and how to
#   get through it.
# - G. Goh, `Why momentum really works <https://distill.pub/2017/momentum>`__: with
#   figures that you can move.
# - J. Cohen and others, `Gradient descent on neural networks typically occurs at the
#   edge of stability <https://arxiv.org/abs/2103.00065>`__: the limit in real networks.
