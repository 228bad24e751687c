"""
Learn a filter from a photograph
================================

By the end of this page you have recovered the kernel behind a photo effect, from one
picture before and one picture after.

**You will need**
:ref:`sphx_glr_tutorials_3_learning_plot_3_explain_the_learning_rate.py`.

**You will learn**

- why a photograph tells a lot about some sides of a kernel, and little about others;
- how to check a learned kernel on pixels that it has never met.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, curvature, default_device, images, learn_kernel, plots
from convtutor.exercises import ask, check

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
    plots.show_frame(ax, (170, 190, 130, 180), colour=plots.BLUE, label="check")
fig.set_label("A photograph and its relief, each with two frames, learn and check.")

# %%
# An output pixel stands where its window *starts*. So the two cuts start at the same
# place, and the one from the output has two rows and four columns less.

before, after = X[70:130, 150:230], Y[70:128, 150:226]
torch.testing.assert_close(corr2d(before, K), after)

# %%
# A long valley
# -------------
#
# The loss is a bowl again, now over 15 taps. For the stripe, its steepest direction was
# five times as steep as its flattest. **How many times is it here?**

curvatures, directions = torch.linalg.eigh(curvature(before.cpu().double(), (3, 5)))
low, high = curvatures[[0, -1]].tolist()
print(f"flattest {low:.1f}, steepest {high:.0f}, ratio {high / low:.0f}")
assert round(torch.linalg.cond(curvature(images.striped(6, 8), (1, 2))).item()) == 5
assert round(high / low, -2) == 2000

# %%
# Two thousand. Neighbouring pixels of a photograph are nearly equal: raise all taps,
# and every output changes; raise one and lower the next, and hardly anything happens.
# So what do 300 steps do, at the best fixed rate?

start, lr = torch.zeros(3, 5, device=device), 2 / (low + high)
walked = learn_kernel(before, after, (3, 5), lr=lr, steps=300, start=start).kernel
extremes = directions[:, [0, -1]].T.reshape(2, 3, 5)
now, once = (((K - other).cpu() * extremes).sum((1, 2)) for other in (walked, start))
left = (now / once).round(decimals=2).tolist()
print("left of the error in the flattest and the steepest direction:", left)
assert left == [0.74, 0.74]

# %%
# Too little: three quarters are left in both, and the steepest error changes its sign
# at each step. With :term:`momentum`, the pace depends on the square root of the ratio.

low, high = low**0.5, high**0.5
rate, share = (2 / (high + low)) ** 2, ((high - low) / (high + low)) ** 2
rolled = start.clone().requires_grad_()
optimiser = torch.optim.SGD([rolled], lr=rate, momentum=share)
for _ in range(300):
    optimiser.zero_grad()
    ((corr2d(before, rolled) - after) ** 2).sum().backward()
    optimiser.step()

# %%
# Check
# -----
#
# Both kernels meet the face, which neither has seen. **What is wrong with the kernel
# in the middle, and what does that do to the picture?**

kernels = {"true": K, "plain descent": walked, "momentum": rolled.detach()}
face, truth = X[170:300, 190:370], Y[170:298, 190:366]
fig, axes = plt.subplots(2, 3, figsize=(5.6, 2.9), layout="constrained")
for (name, kernel), (top, bottom) in zip(kernels.items(), axes.T, strict=True):
    plots.show_grid(top, kernel.round(decimals=1), title=name, limit=2)
    plots.show_image(bottom, corr2d(face, kernel), title="")
fig.set_label("Plain descent has smoothly changing taps, and a much darker face.")

# %%
# Plain descent has found the drift of the taps, but not their detail, which lies in the
# flat directions. The dark comes from the steepest one: the taps add up to 0.3, not 1.
# With momentum every tap is right, and on the face the error stays below 1/255, one
# shade of grey in a photograph of 8 bits.

assert (walked - K).abs().max() > 0.5 and (rolled - K).abs().max() < 0.001
assert (corr2d(face, rolled) - truth).abs().max() < 1 / 255
assert round(walked.sum().item(), 1) == 0.3

# %%
# Try it yourself
# ---------------
#
# A recipe without a learning rate: set one tap at a time to what suits it best, round
# after round. It ends where descent would end. **Can you get there at once?**

ask("find_kernel")

# %%
# Replace the loops; each window is an equation.


def find_kernel(image, response, height, width): ...  # about 3 lines


check("find_kernel", find_kernel)

# %%
# In practice
# -----------
#
# For a bowl, :func:`torch.linalg.lstsq` finds the bottom in one line. Networks have no
# such line, but valleys as long as these, and their optimisers use momentum.
#
# Further reading
# ---------------
#
# - A. Hertzmann and others, `Image analogies <https://doi.org/10.1145/383259.383295>`__:
#   before, after, and a third picture that gets the same treatment.
# - G. Goh, `Why momentum really works <https://distill.pub/2017/momentum>`__.
