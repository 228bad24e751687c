r"""
Learn a filter from a photograph
================================

By the end of this page you have recovered the kernel behind a photo effect, from one
picture before and one picture after.

**You will need**
:ref:`sphx_glr_tutorials_3_learning_plot_3_explain_the_learning_rate.py` and
:ref:`sphx_glr_tutorials_3_learning_plot_4_ask_what_the_data_can_show.py`.

**You will learn** why gradient descent is slow on a photograph, how :term:`momentum`
makes it fast, and how to check a learned kernel on pixels that it has never met.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, curvature, default_device, images, learn_kernel, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
X = images.photograph(device=device)
K = torch.tensor(
    [
        [1.0, 2.0, 0.0, -1.0, 0.0],
        [2.0, 0.0, 1.0, 0.0, -2.0],
        [0.0, 1.0, 0.0, -2.0, -1.0],
    ]
).to(device)
Y = corr2d(X, K)

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 3.6), layout="constrained")
for ax, picture, title in zip(axes, (X, Y), ("before", "after"), strict=True):
    plots.show_image(ax, picture, title=title)
    plots.show_frame(ax, (70, 150, 60, 80), colour=plots.ORANGE, label="learn")
    plots.show_frame(ax, (170, 190, 130, 180), colour=plots.BLUE, label="check")
fig.set_label(
    "A photograph of a woman in uniform, and the same picture as a relief, lit from "
    "one side. In both, a small frame on the cap says learn, and one on the face says "
    "check.\n\n"
    "The kernel is to be learned from the small frame, and checked on the face."
)

# %%
# Somebody has made the right picture out of the left one, and will not say how. We know
# that it was one kernel of 3 × 5 taps. (It is ``K`` in the code above. Its taps add up
# to 1, so an even grey stays as it is. They are positive at the upper left and negative
# at the lower right, so the picture looks like a relief that is lit from one side.)
#
# We forget ``K``, and learn a kernel from a corner of the cap. The face is kept apart
# to check what has been learned. An output pixel stands at the place where its window
# *starts*. So the two cuts begin at the same row and column, and the cut from the
# output has two rows and four columns less.

before = X[70:130, 150:230]
after = Y[70:128, 150:226]

# %%
torch.testing.assert_close(corr2d(before, K), after)
assert round(K.sum().item(), 6) == 1

# %%
# The page before says what to ask first: can this image show a kernel of 15 taps at
# all? We write its windows as the rows of a matrix, and count.

A = before.cpu().double().unfold(0, 3, 1).unfold(1, 5, 1).reshape(-1, 15)
print("rank:", torch.linalg.matrix_rank(A).item(), "of 15")
condition = torch.linalg.cond(A).item()
print(f"condition number: {condition:.1f}")

# %%
assert torch.linalg.matrix_rank(A) == 15
assert round(condition, 1) == 44.5

# %%
# The rank is full, so the image determines all 15 taps: there is only one kernel with a
# loss of zero. But the :term:`condition number` warns us. Some directions in the space
# of kernels show 44.5 times as strongly as others.
#
# A long valley
# -------------
#
# The loss squares the response, so its :term:`curvatures <curvature>` differ by the
# *square* of the condition number. For the striped image the steepest direction was
# five times as steep as the flattest one. **How many times is it here, roughly?**
#
# - 45 times
# - 90 times
# - 2000 times

curvatures, directions = torch.linalg.eigh(curvature(before.cpu().double(), (3, 5)))
flattest, steepest = curvatures[0].item(), curvatures[-1].item()  # they are sorted
ratio = steepest / flattest
print(f"flattest {flattest:.1f}, steepest {steepest:.0f}, ratio {ratio:.0f}")

# %%
assert round(ratio, -2) == 2000
assert abs(ratio / condition**2 - 1) < 1e-6

# %%
# It is about 2000 times as steep: that is 44.5 squared. Neighbouring pixels of a
# photograph are nearly equal. If all taps go up together, every output pixel changes a
# lot. If one tap goes up and its neighbour down, hardly anything happens. The loss is a
# valley that is very long and very narrow.

# %%
# The steepest direction limits the :term:`learning rate`, as we know. The best fixed
# rate is 2 over the sum of the flattest and the steepest curvature. At this rate a step
# multiplies the error in the flattest direction by 0.999. **Which share of that error
# is left after 300 steps, to two decimals?**

lr = 2 / (flattest + steepest)
start = torch.zeros(3, 5, device=device)
walked = learn_kernel(before, after, (3, 5), lr=lr, steps=300, start=start).kernel
flat_direction = directions[:, 0].reshape(3, 5).float().to(device)
error_at_first = ((start - K) * flat_direction).sum().item()
error_at_last = ((walked - K) * flat_direction).sum().item()
left = error_at_last / error_at_first
print(f"left: {left:.2f}")

# %%
assert round(left, 2) == 0.74 == round(0.999**300, 2)
assert round(1 - lr * flattest, 3) == 0.999
assert (walked - K).abs().max() > 0.5

# %%
# Three quarters are left, because :math:`0.999^{300} = 0.74`. A tenth of a per cent per
# step is not enough. And as the rate is so close to the limit, the error in the
# steepest direction does not shrink any faster; it only changes its sign at each step.

# %%
# What is wrong with this kernel? Here it is beside the true one.

fig = plots.show_grids({"true": K, "learned": walked.round(decimals=1)})
fig.set_label(
    "Two kernels of 3 by 5 taps. Both are positive at the upper left and negative at "
    "the lower right. The true one has the taps 1, 2, 0, −1, 0; 2, 0, 1, 0, −2; "
    "0, 1, 0, −2, −1; those of the learned one change smoothly from tap to tap.\n\n"
    "Gradient descent after 300 steps has found the drift of the taps, not the detail."
)

# %%
# It has the drift of the taps from the upper left to the lower right, but not how
# neighbouring taps differ, because these are the flat directions. In the steepest
# direction, very nearly, all taps rise together, and so their sum grows. That sum is
# wrong, too: the learned taps add up to 0.3, the true ones to 1. **How bright does the
# learned kernel make an even grey of brightness 0.5?**

even = torch.full((3, 5), 0.5, device=device)
brightness = corr2d(even, walked).item()
print(f"brightness: {brightness:.2f}")

# %%
assert round(walked.sum().item(), 1) == 0.3
assert round(brightness, 2) == 0.15
alike = directions[:, -1].sum().abs() / 15**0.5  # 1 if all parts are equal
assert alike > 0.99

# %%
# It makes it about 0.15: each pixel under the kernel is 0.5, so the output is 0.5 times
# the sum of the taps. The whole picture comes out much too dark.

# %%
# Roll instead of walk
# --------------------
#
# A ball that rolls into a valley keeps some of its speed. :term:`Momentum` does the
# same: a step consists of the usual step down the slope, plus a share of the step
# before. Pushes *across* the valley point to and fro and cancel each other; pushes
# *along* it add up.
#
# Let us follow the error in the flattest direction once more, first without a share
# and then with one of 0.9. The slope is the curvature ``c`` times the error ``now``.


def error_after(steps, c, rate, share):
    last, now = 1.0, 1.0  # it begins at rest
    for _ in range(steps):
        last, now = now, now - rate * c * now + share * (now - last)
    return now


print(f"without momentum: {error_after(300, flattest, lr, share=0):.2f}")
print(f"with a share of 0.9: {error_after(300, flattest, lr, share=0.9):.2f}")

# %%
assert round(error_after(300, flattest, lr, share=0), 2) == 0.74
assert round(error_after(300, flattest, lr, share=0.9), 2) == 0.04
assert abs(error_after(300, steepest, lr, share=0.9)) < 1e-6

# %%
# Only 0.04 of the error is left, in place of 0.74. How large should the share be to do
# even better, and how large the rate? Call the error :math:`e_n` after :math:`n` steps,
# the rate :math:`\eta` and the share :math:`\beta`. Then the line in the loop says
#
# .. math:: e_{n+1} = e_n - \eta\, c\, e_n + \beta\, (e_n - e_{n-1}).
#
# Look for solutions of the form :math:`e_n = \lambda^n`. They solve the quadratic
# equation :math:`\lambda^2 - (1 + \beta - \eta c)\,\lambda + \beta = 0`, and the
# product of its two roots is :math:`\beta`. If the roots are complex, one is the
# conjugate of the other, so both have the same size, :math:`\sqrt\beta`. So in *every*
# direction with complex roots, a step multiplies the error by :math:`\sqrt\beta` on
# average, however flat the direction is.

# %%
# The roots are complex if
# :math:`\left|1 + \beta - \eta c\right| < 2 \sqrt\beta`, and this can be written as
#
# .. math:: 1 - \sqrt\beta < \sqrt{\eta\, c} < 1 + \sqrt\beta .
#
# A smaller :math:`\beta` shrinks the error faster, but makes this range narrower. So
# take the smallest one for which all curvatures still fit in: the flattest,
# :math:`c_1`, at the left end, and the steepest, :math:`c_2`, at the right end. These
# are two equations, and they give
#
# .. math::
#
#    \begin{aligned}
#    \sqrt\eta &= \frac{2}{\sqrt{c_2} + \sqrt{c_1}}, \\
#    \sqrt\beta &= \frac{\sqrt{c_2} - \sqrt{c_1}}{\sqrt{c_2} + \sqrt{c_1}}
#    = \frac{\kappa - 1}{\kappa + 1} .
#    \end{aligned}
#
# Here :math:`\kappa = \sqrt{c_2 / c_1}` is the condition number, 44.5. Without momentum
# the factor per step is the same with :math:`\kappa^2` in the place of :math:`\kappa`.
# **By which factor does the error shrink per step with momentum, to two decimals?**

root_1, root_2 = flattest**0.5, steepest**0.5
rate = (2 / (root_2 + root_1)) ** 2
share = ((root_2 - root_1) / (root_2 + root_1)) ** 2
print(f"rate {rate:.5f}, share {share:.3f}")
print(f"factor per step {share**0.5:.3f}")

# %%
assert round(share**0.5, 2) == 0.96
assert abs(share**0.5 - (condition - 1) / (condition + 1)) < 1e-6
for c in curvatures.tolist():  # both roots, for every direction, have that size
    middle = 1 + share - rate * c
    assert middle**2 <= 4 * share * (1 + 1e-9)
without = (condition**2 - 1) / (condition**2 + 1)
assert abs(without - (1 - lr * flattest)) < 1e-6

# %%
# It shrinks by the factor :math:`43.5 / 45.5 = 0.96`. That looks close to 0.999, but it
# is more than forty times as far from 1. Apart from a slow beginning, 300 steps make
# the errors smaller by a factor of seven hundred thousand.

# %%
assert 40 < (1 - share**0.5) / (1 - without) < 45
assert round(share**-150, -5) == 700_000

# %%
# PyTorch's optimiser has momentum built in. It does three things in each step: forget
# the old gradient, compute the new one, and change the kernel.

rolled = torch.zeros(3, 5, device=device, requires_grad=True)
optimiser = torch.optim.SGD([rolled], lr=rate, momentum=share)
for _ in range(300):
    optimiser.zero_grad()
    loss = ((corr2d(before, rolled) - after) ** 2).sum()
    loss.backward()
    optimiser.step()
print(rolled.detach().round(decimals=2) + 0.0)  # + 0.0 makes -0. a plain 0.

# %%
assert (rolled - K).abs().max() < 0.001

# %%
# This is the kernel behind the effect. Every tap is right to within 0.001, after as
# many steps as before.

# %%
# Check on pixels it has never met
# --------------------------------
#
# A kernel could fit the corner of the cap and fail elsewhere. So both kernels now
# filter the face, which took no part in training.

face = X[170:300, 190:370]
truth = Y[170:298, 190:366]
kernels = {"plain descent": walked, "momentum": rolled.detach()}
for name, kernel in kernels.items():
    worst = (corr2d(face, kernel) - truth).abs().max()
    print(f"{name}: wrong by up to {worst:.4f}")

# %%
assert (corr2d(face, rolled) - truth).abs().max() < 1 / 255
assert (corr2d(face, walked) - truth).abs().max() > 0.5

# %%
fig, axes = plt.subplots(1, 3, figsize=(5.6, 1.9), layout="constrained")
plots.show_image(axes[0], truth, title="true")
for ax, (name, kernel) in zip(axes[1:], kernels.items(), strict=True):
    plots.show_image(ax, corr2d(face, kernel), title=name)
fig.set_label(
    "The face as a relief, three times: the true one; a much darker one from plain "
    "descent; and one from momentum that looks like the true one.\n\n"
    "The face under the true kernel and under the two learned ones."
)

# %%
# With momentum, the error stays below 1/255 everywhere, which is one shade of grey in a
# picture of 8 bits: nobody could see it. Plain descent is, where it is worst, wrong by
# more than half of the way from black to white.

# %%
# Try it yourself
# ---------------
#
# There were 300 steps on this page, and a learning rate to find. But each output pixel
# is a linear equation for the taps: its window, multiplied by the taps and added up, is
# the response. This image determines the kernel, so these equations have one solution.
# **Can you get there in one go?**

ask("find_kernel")

# %%
# Replace the dots by your code and run the cell again.


def find_kernel(image, response, height, width): ...  # about 3 lines


check("find_kernel", find_kernel)

# %%
# In practice
# -----------
#
# A loss that is a bowl needs no steps at all: :func:`torch.linalg.lstsq` finds its
# bottom in one line. Networks have no such line. Their losses are not bowls, but they
# have steep and flat directions, too, and most optimisers for them use momentum, mostly
# with a share of 0.9.
#
# Further reading
# ---------------
#
# - A. Hertzmann and others, `Image analogies
#   <https://doi.org/10.1145/383259.383295>`__: before, after, and a third picture that
#   gets the same treatment.
# - G. Goh, `Why momentum really works <https://distill.pub/2017/momentum>`__: the same
#   derivation, with figures that you can move.
# - B. Polyak, `Some methods of speeding up the convergence of iteration methods
#   <https://doi.org/10.1016/0041-5553(64)90137-5>`__: where the rate and the share come
#   from.
