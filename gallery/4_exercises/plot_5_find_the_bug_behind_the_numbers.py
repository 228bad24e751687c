r"""
Find the bug behind the numbers
===============================

By the end of this page you have met three bugs that leave every shape right: they hide
in what a tensor carries besides its numbers.

**You will need** :ref:`sphx_glr_tutorials_4_exercises_plot_4_find_the_bug.py` and
:ref:`sphx_glr_tutorials_3_learning_plot_2_learn_a_kernel.py`.

**You will learn**

- what a tensor's type does to its numbers;
- what a tensor keeps from one step of training to the next.
"""

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, learn_kernel, plots
from convtutor.exercises import ask, check

device = default_device()
torch.backends.cudnn.conv.fp32_precision = "ieee"  # all digits, on GPUs too

# %%
# Again, **find each bug, and an example that shows it,** before you read on.
#
# 1. Right in whole numbers
# -------------------------


def first(X, K):
    Y = torch.zeros(X.shape[0], X.shape[1] - 1)
    Y += K[0, 0] * X[:, :-1] + K[0, 1] * X[:, 1:]
    return Y


X = torch.tensor([[3.0, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7]])
K = torch.tensor([[1.0, -1.0]])
torch.testing.assert_close(first(X, K), corr2d(X, K))

# %%
# ``torch.zeros`` without dtype and device gives 32 bits on the CPU, whatever came in.
# That suits most examples. Give it 64 bits, and half of the digits are lost without a
# word. ``gradcheck`` notices: it compares gradients with what a tiny nudge does.

one_third = torch.tensor([[1 / 3, 0]], dtype=torch.float64)
print(f"{corr2d(one_third, K.double()).item():.16f}, not")
print(f"{first(one_third, K.double()).item():.16f}")
assert 1e-9 < abs(first(one_third, K.double()).item() - 1 / 3) < 1e-7
pair = X.double().requires_grad_(), K.double().requires_grad_()
assert torch.autograd.gradcheck(corr2d, pair)
assert not torch.autograd.gradcheck(first, pair, raise_exception=False)

# %%
# 2. Right on a dark picture
# --------------------------


def second(X):
    return X[:, :-1] + X[:, 1:]


dark = torch.tensor([[20, 100, 30]], dtype=torch.uint8)
assert second(dark).tolist() == [[120, 130]]

# %%
# A photograph comes in bytes, and a byte ends at 255. **What is 200 + 100, then?**

bright = torch.tensor([[200, 100, 30]], dtype=torch.uint8)
print(second(bright))
assert second(bright)[0, 0] == 44 == 300 - 256

# %%
# It starts again from 0: the brightest place comes out dark. :func:`convtutor.corr2d`
# refuses such an image, and says what to do.

try:
    corr2d(bright, bright)
except TypeError as error:
    print("TypeError:", *str(error).split(": "), sep="\n  ")
else:
    raise AssertionError("an 8-bit image passed")

# %%
# 3. Right at first
# -----------------

X = images.striped(6, 8, device=device)
Y = corr2d(X, K.to(device))
start = torch.tensor([[0.6147, -0.4089]], device=device)
kernel, losses = start.clone().requires_grad_(), []
for _ in range(20):
    loss = ((corr2d(X, kernel) - Y) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        kernel -= 0.03 * kernel.grad
    losses.append(loss.detach())

# %%
# In the first steps the loss falls, as it should. **What will it do later?**

assert losses[0] > losses[1] > losses[2]
right = learn_kernel(X, Y, (1, 2), lr=0.03, steps=20, start=start).losses
curves = {"right": right, "without zero_grad": torch.stack(losses)}
fig, ax = plt.subplots(figsize=(5, 2.8), layout="constrained")
plots.show_loss_curves(ax, curves, title="it rolls, and never comes to rest")
fig.set_label("Two losses: one falls, the other goes up and down and never settles.")
assert right[-1] < right[0] / 3000 and losses[-1] > losses[0] / 2

# %%
# It goes up and down, like a ball in a bowl without friction. For ``backward`` *adds*
# to the :term:`gradient` that is there, and nothing sets it to zero: each step repeats
# all steps before it.
#
# Try it yourself
# ---------------
#
# Several suspects say that they cross-correlate; the test below tells which of them do.
# **What does each of its lines catch?** Write it with ``corr2d`` instead of the loops.

ask("is_right")

# %%
# Replace the dots. The check says which suspect you misjudge.


def is_right(correlate): ...  # about 5 lines


check("is_right", is_right)

# %%
# In practice
# -----------
#
# Test in 64 bits, on every device you have, and with numbers at the end of their range.
# And look at the loss for longer than it takes to fall once.
#
# Further reading
# ---------------
#
# - `Gradcheck mechanics
#   <https://docs.pytorch.org/docs/stable/notes/gradcheck.html>`__, PyTorch: what
#   ``gradcheck`` compares, and why it wants 64 bits.
# - A. Karpathy, `A recipe for training neural networks
#   <https://karpathy.github.io/2019/04/25/recipe/>`__: more that goes wrong in silence.
