"""
Filter an image larger than memory
==================================

This page is for those who want more. By the end of it you have filtered an image
without ever holding all of it, and got the same answer to the last bit.

**You will need** :doc:`Slide, multiply, add <plot_1_slide_multiply_add>`, and two
libraries: ``pip install "dask[array]" zarr``.

**You will learn** what a piece of an image must borrow from its neighbours, and how
Dask cuts, lends and filters the pieces.
"""

import tempfile
import tracemalloc

import dask
import dask.array as da
import matplotlib.pyplot as plt
import torch

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()

# %%
# Some images do not fit into the memory of a computer: a scan of a tissue under the
# microscope, or a continent seen from a satellite. They are stored in pieces, called
# :term:`chunks <chunk>`, that can be read one at a time. Can we also filter them one at
# a time?
#
# Here is a small image, 6 × 8 pixels, cut into four chunks of 3 × 4 pixels.
# ``default_device`` has found the device to compute on.

X = torch.arange(48.0, device=device).reshape(6, 8)
K = torch.tensor([[1.0, 0.0, -2.0], [0.0, 3.0, 0.0]], device=device)

# %%
fig, ax = plt.subplots(figsize=(4.4, 3.4), layout="constrained")
plots.show_chunk(ax, X, chunk=(3, 4), halo=(0, 0), title="four chunks")
fig.set_label(
    "A grid of 6 by 8 numbers, cut into four chunks of 3 by 4. The top left chunk has "
    "a frame."
)

# %%
# What a chunk must borrow
# ------------------------
#
# If we filter the top left chunk alone, we get too few outputs: a window that begins in
# this chunk may end in the next one. The output belongs to the place where its window
# begins. We want all 3 × 4 outputs that belong to this chunk, and the kernel has 2 × 3
# taps. **How many rows below the chunk and how many columns on its right does it
# need?**

h, w = K.shape
needed_rows = 3 + h - 1
needed_columns = 4 + w - 1
print(corr2d(X[:needed_rows, :needed_columns], K).shape)
print(needed_rows - 3, needed_columns - 4)

# %%
fig, ax = plt.subplots(figsize=(4.4, 3.4), layout="constrained")
plots.show_chunk(ax, X, chunk=(3, 4), halo=(1, 2), title="a chunk and its halo")
fig.set_label(
    "The same four chunks. The frame holds the top left one; a dashed frame also holds "
    "one row below it and two columns on its right."
)

# %%
from_chunk = corr2d(X[:needed_rows, :needed_columns], K)
torch.testing.assert_close(from_chunk, corr2d(X, K)[:3, :4], rtol=0, atol=1e-3)
assert (needed_rows - 3, needed_columns - 4) == (1, 2)

# %%
# It needs one row below and two columns on its right. A window that begins in the last
# row of the chunk reaches :math:`h - 1` rows further down, and one that begins in its
# last column reaches :math:`w - 1` columns further to the right. These borrowed pixels
# are called the :term:`halo` of the chunk.

# %%
# Let Dask do it
# --------------
#
# Dask is a library for arrays that are made of chunks. We hand it a function that
# filters one chunk. The chunk arrives with its halo, as a NumPy array. ``corr2d`` would
# choose a method by the size of its input; ``taps`` is the right one for whole numbers
# here, as it never rounds them.


def filter_chunk(chunk, kernel):
    pixels = torch.tensor(chunk, device=device)
    return corr2d(pixels, kernel, method="taps").cpu().numpy()


# %%
# ``map_overlap`` lends each chunk its halo and calls our function. ``depth`` says how
# many rows and columns to borrow, before and after. ``boundary="none"`` says that there
# is nothing beyond the border of the image, and ``trim=False`` that the function has
# used up the halo itself. ``chunks`` says how large the results are: the last chunks
# have no neighbour to borrow from, so their results are smaller.


def filter_image(image, kernel):
    h, w = kernel.shape
    rows, columns = image.chunks
    last_row, last_column = rows[-1] - h + 1, columns[-1] - w + 1
    return image.map_overlap(
        filter_chunk,
        kernel=kernel,
        depth={0: (0, h - 1), 1: (0, w - 1)},
        boundary="none",
        trim=False,
        chunks=((*rows[:-1], last_row), (*columns[:-1], last_column)),
        dtype="float32",
    )


# %%
# An image on disk
# ----------------
#
# We need a large image. Cover a wall with copies of the photograph, two side by side
# and as many rows as we like. Its shades of grey become whole numbers from 0 to 255.
# Nothing is computed yet: Dask only writes down what is to be done. ``to_zarr`` then
# makes one chunk after the other and writes it to a file.

folder = tempfile.TemporaryDirectory()
on_cpu = images.photograph(device=torch.device("cpu"))
photograph = (255 * on_cpu).round().numpy()


def store_wall(copies):
    wall = da.tile(da.from_array(photograph), (copies, 2))
    wall.to_zarr(f"{folder.name}/wall_{copies}.zarr")


store_wall(16)
store_wall(32)

# %%
# Filter the smaller wall, from one file to another. Dask can work on several chunks at
# once; here we tell it to take one after the other. ``tracemalloc``, a part of Python,
# reports how much memory is in use, and how much was at the worst moment. It does not
# see the tensors in ``filter_chunk``, but there is only one chunk of them at a time.

dask.config.set(scheduler="single-threaded")


def filter_wall(copies):
    image = da.from_zarr(f"{folder.name}/wall_{copies}.zarr")
    tracemalloc.start()
    filter_image(image, K).to_zarr(f"{folder.name}/output_{copies}.zarr")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{peak:,} bytes, for an image")
    print(f"of {image.nbytes:,} bytes")
    return peak


small_peak = filter_wall(16)

# %%
# This takes less than half as much memory as the whole image would. The memory holds
# some chunks that wait until their neighbours have borrowed from them, and the buffers
# of the libraries. The second wall is twice as high. **How much memory will it take?**
#
# - about half as much
# - about as much
# - about twice as much

large_peak = filter_wall(32)
print(f"{large_peak / small_peak:.1f} times as much")

# %%
assert large_peak < 1.5 * small_peak
wall_bytes = 16 * 2 * photograph.nbytes
assert small_peak < wall_bytes / 2

# %%
# It takes about as much. The chunks are as large as before, and only those in use are
# in memory, however many there are. So the image may be as large as the disk.

# %%
# Is the answer right?
# --------------------
#
# We cannot filter the whole wall at once to compare: that is the point. But we know
# what it must be. The wall repeats itself, so its output repeats itself as well. One
# period of the output comes from one photograph and a halo of the copies around it.
# Repeat this period, and cut off what would hang over the border.

period = torch.from_numpy(photograph).to(device)
period = torch.cat([period, period[: h - 1]], dim=0)
period = torch.cat([period, period[:, : w - 1]], dim=1)
one_period = corr2d(period, K, method="taps").cpu().numpy()
expected = da.tile(da.from_array(one_period), (32, 2))
expected = expected[: -(h - 1), : -(w - 1)]

# %%
# Dask compares chunk by chunk. All numbers are whole and small, so none of them was
# ever rounded. Not a bit may differ.

output = da.from_zarr(f"{folder.name}/output_32.zarr")
same = (output == expected).all().compute()
print(output.shape, same)

# %%
assert output.shape == (32 * 600 - h + 1, 2 * 512 - w + 1)
assert same

# %%
# It is the same everywhere. The files are no longer needed.

folder.cleanup()

# %%
# Try it yourself
# ---------------
#
# A halo is read twice: with its own chunk, and with the one that borrows it. Suppose
# that the output is made some rows at a time, and no row is kept from one chunk to the
# next. **How many rows are read in all?**

ask("rows_read")

# %%
# Replace the dots by your code and run the cell again. Mind the last chunk.


def rows_read(size, kernel, chunk): ...  # about 2 lines


check("rows_read", rows_read)

# %%
# In practice
# -----------
#
# Choose chunks that are large compared with the halo: otherwise most of what you read
# is borrowed. But they should be small compared with the memory. The same lines run on
# many machines at once, if you connect to a cluster first, with
# ``dask.distributed.Client``, and keep the image where all of them can read it.
# Networks are applied to large images in the same way. Their receptive field, which
# :doc:`See what a layer sees
# </tutorials/2_layers/plot_9_see_what_a_layer_sees>` computes, then takes the place of
# the kernel, and the halo is one pixel less.
#
# Further reading
# ---------------
#
# - M. Rocklin, `Dask: parallel computation with blocked algorithms and task scheduling
#   <https://doi.org/10.25080/Majora-7b98e3ed-013>`__.
# - Dask's guide to `overlapping computations
#   <https://docs.dask.org/en/stable/array-overlap.html>`__.
