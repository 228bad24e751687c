r"""
Find the bug behind the numbers
===============================

By the end of this page you have met three bugs that leave every shape right. They hide
in what a tensor carries besides its numbers.

**You will need** :ref:`sphx_glr_tutorials_4_exercises_plot_4_find_the_bug.py` and
:ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`.

**You will learn** what a tensor's type does to its numbers, and what a tensor keeps
from one step of training to the next.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, learn_kernel, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
picture = (255 * images.photograph()[60:360, 90:450]).to(torch.uint8)
summed = picture[:, :-1] + picture[:, 1:]  # each pixel plus its right neighbour

# %%
fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.7), layout="constrained")
plots.show_image(axes[0], picture / 255, title="the picture")
plots.show_image(axes[1], summed / 255, title="neighbours added")
fig.set_label(
    "A photograph of a woman in uniform; and the sums of neighbouring pixels, where "
    "the dark parts have become brighter, but the face and the wall are covered with "
    "dark patches.\n\n"
    "Each pixel plus its right neighbour should make everything brighter. Where do the "
    "dark patches come from?"
)

# %%
# Again there are three pieces of code with a bug, each with an example that hides it.
# Find the bug, and an example that shows it, before you look at the answer.
#
# 1. Right on a dark picture
# --------------------------
#
# The kernel (1, 1) adds each pixel and its right neighbour. Here it is as a function,
# and it is right on three dark pixels. The pixels are bytes, as in most image files,
# from 0 for black to 255 for white:


def first(X):
    return X[:, :-1] + X[:, 1:]


dark = torch.tensor([[20, 100, 30]], dtype=torch.uint8)
print(first(dark).tolist())

# %%
assert first(dark).tolist() == [[120, 130]]

# %%
# Now take the brighter pixels 200 and 100. **What does the function make of 200 +
# 100?**

bright = torch.tensor([[200, 100, 30]], dtype=torch.uint8)
print(first(bright).tolist())

# %%
assert first(bright).tolist() == [[300 - 256, 130]]

# %%
# It makes 44. A byte ends at 255, and what goes beyond starts again from 0:
# :math:`300 - 256 = 44`. So the brightest places come out dark, and no error is raised.
# :func:`convtutor.corr2d` refuses such an image, and says what to do:

kernel = torch.tensor([[1, 1]], dtype=torch.uint8)
try:
    corr2d(bright, kernel)
except TypeError as error:
    refusal = str(error)
print(refusal.replace(": ", ":\n"))

# %%
assert refusal.endswith("use image.to(torch.float32)")

# %%
# 2. Right in whole numbers
# -------------------------
#
# This function takes kernels with one row and two columns, and uses no loop over
# pixels. On whole numbers it is right:


def second(X, K):
    Y = torch.zeros(X.shape[0], X.shape[1] - 1)
    Y += K[0, 0] * X[:, :-1]
    Y += K[0, 1] * X[:, 1:]
    return Y


X = torch.tensor([[3.0, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])
K = torch.tensor([[1.0, -1.0]])
print("right:", torch.equal(second(X, K), corr2d(X, K)))

# %%
assert torch.equal(second(X, K), corr2d(X, K))

# %%
# Now give it an image and a kernel with numbers of 64 bits, which are good for about 16
# decimals. (Numbers of 32 bits are good for about 7.) The image is 1/3, 0, so the
# answer should be 1/3. **How many decimals of the answer will be right?**
#
# - about 16
# - about 7
# - none

third_and_zero = torch.tensor([[1 / 3, 0.0]], dtype=torch.float64)
answer = second(third_and_zero, K.double()).item()
print(f"corr2d: {corr2d(third_and_zero, K.double()).item():.16f}")
print(f"second: {answer:.16f}")
decimals = 0
while round(answer, decimals + 1) == round(1 / 3, decimals + 1):
    decimals += 1
print("right decimals:", decimals)

# %%
assert decimals == 7
assert corr2d(third_and_zero, K.double()).item() == 1 / 3

# %%
# About 7 decimals are right. ``torch.zeros`` was not told which type to use, so it made
# numbers of 32 bits, and everything that is written into them is rounded to that.
# Nothing warns you. (On a GPU the function fails, because ``torch.zeros`` was not told
# the device either. That is the better failure.) ``X.new_zeros(...)`` takes both from
# ``X``.

# %%
# There is a test that notices. :func:`gradcheck <torch.autograd.gradcheck.gradcheck>`
# moves each number by a tiny bit, and compares what the output does with the gradient
# that autograd computes. A function that rounds to 32 bits swallows the tiny move.

pair = X.double().requires_grad_(), K.double().requires_grad_()
passes = {
    "corr2d": torch.autograd.gradcheck(corr2d, pair),
    "second": torch.autograd.gradcheck(second, pair, raise_exception=False),
}
print(passes)

# %%
assert passes == {"corr2d": True, "second": False}

# %%
# 3. Right at first
# -----------------
#
# The last one is a training loop. It should learn the kernel (1, −1) from the striped
# image, as on the page *Learn a kernel*, with the same start and the same rate. In the
# first three steps the loss falls, as it should:

stripe = images.striped(6, 8, device=device)
target = corr2d(stripe, K.to(device))
start = torch.tensor([[0.6147, -0.4089]], device=device)

# %%
learner = start.clone().requires_grad_()
losses = []
for _ in range(20):
    loss = ((corr2d(stripe, learner) - target) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        learner -= 0.03 * learner.grad
    losses.append(loss.item())
print("at first:", [round(loss, 2) for loss in losses[:3]])

# %%
assert losses[0] > losses[1] > losses[2]

# %%
# **What will the loss do after that?**
#
# - it goes on falling, towards zero
# - it goes up and down, and does not settle
# - it grows, faster and faster

trace = learn_kernel(stripe, target, (1, 2), lr=0.03, steps=20, start=start)
rises = sum(losses[step] > losses[step - 1] for step in range(1, 20))
print("rises in", rises, "of 19 steps")
print(f"last loss: {losses[-1]:.2f}; it should be {trace.losses[-1]:.4f}")

# %%
assert rises >= 6
assert losses[-1] > losses[0] / 2 and max(losses) < 1.5 * losses[0]
assert trace.losses[-1] < losses[0] / 3000

# %%
fig, ax = plt.subplots(figsize=(5, 2.8), layout="constrained")
curves = {"right": trace.losses, "the loop above": torch.tensor(losses)}
plots.show_loss_curves(ax, curves, title="twenty steps")
fig.set_label(
    "Two losses over twenty steps, on a logarithmic axis. The right one falls, "
    "soon in a straight line, to 0.0001. That of the loop goes up and down between "
    "about 0.06 and 4, and does not settle."
)

# %%
# It goes up and down, like a ball in a bowl without friction. ``backward`` does not
# replace the :term:`gradient` that is there, it *adds* to it, and nothing sets it back
# to zero. So each step follows the sum of all gradients so far: it repeats the step
# before, and adds its own gradient. A line with ``learner.grad = None``, or an
# optimiser's ``zero_grad``, cures it.

# %%
# The ball is more than a picture. :term:`Momentum` keeps a share of the last step, and
# with a share of 1 nothing of the speed is ever lost:

rolling = start.clone().requires_grad_()
optimiser = torch.optim.SGD([rolling], lr=0.03, momentum=1.0)
heights = []
for _ in range(20):
    optimiser.zero_grad()
    height = ((corr2d(stripe, rolling) - target) ** 2).sum()
    height.backward()
    optimiser.step()
    heights.append(height.item())
print("momentum of 1:", [round(height, 2) for height in heights[-3:]])
print("the loop above:", [round(loss, 2) for loss in losses[-3:]])

# %%
for height, loss in zip(heights, losses, strict=True):
    assert abs(height - loss) < 0.01

# %%
# The losses are the same. A step that follows the sum of all gradients so far, and a
# ball that keeps all of its speed, are one and the same thing.

# %%
# What a test must look at
# ------------------------
#
# The second function returns the right shape, and on whole numbers it is right, so a
# test that looks at nothing else lets it pass. The next test looks at the type of the
# answer as well, and at numbers that are not whole. It also looks at the image
# afterwards, because a function may overwrite what it was given.


def test(correlate):
    image = torch.tensor([[0.1, 0.7, 0.3, 0.2], [0.9, 0.4, 0.6, 0.8]]).double()
    kernel = torch.tensor([[1.0, -1.0]]).double()
    before = image.clone()
    found = correlate(image, kernel)
    assert found.dtype == torch.float64
    assert torch.allclose(found, corr2d(before, kernel), rtol=0, atol=1e-12)
    assert torch.equal(image, before)


# %%
caught = []
for function in (corr2d, second):
    try:
        test(function)
    except AssertionError:
        caught.append(function.__name__)
print("caught:", caught)

# %%
assert caught == ["second"]

# %%
# The test catches the second function, and lets ``corr2d`` pass. It would not have
# caught the other two bugs. The first one shows only on bytes, and only where they are
# bright. The third one is not in the correlation but in the loop around it, and shows
# only after a few steps.

# %%
# Try it yourself
# ---------------
#
# Several suspects say that they cross-correlate. Some do, and others have a bug from
# this page or the page before. **Can you write the test that tells them apart?**

ask("is_right")

# %%
# Replace the dots by your code and run the cell again. ``check`` says which suspect you
# misjudge.


def is_right(correlate): ...  # about 5 lines


check("is_right", is_right)

# %%
# In practice
# -----------
#
# Test in 64 bits where a device has them, on each device that you have, and with
# numbers at the end of their range. And look at the loss for longer than it takes to
# fall once.
#
# Further reading
# ---------------
#
# - `Gradcheck mechanics
#   <https://docs.pytorch.org/docs/stable/notes/gradcheck.html>`__, PyTorch: what
#   ``gradcheck`` compares, and why it wants 64 bits.
# - A. Karpathy, `A recipe for training neural networks
#   <https://karpathy.github.io/2019/04/25/recipe/>`__: more that goes wrong in silence.
