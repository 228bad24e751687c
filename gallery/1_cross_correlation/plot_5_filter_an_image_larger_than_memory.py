"""
Filter an image larger than memory
==================================

By the end of this page you have filtered an image without ever holding all of it, and
got the same answer to the last bit.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`, and
``pip install "dask[array]" distributed zarr``.

**You will learn**

- what a piece of an image must borrow from its neighbours: its *halo*;
- how Dask cuts, lends and filters the pieces, on one machine or on a hundred.
"""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import dask
import dask.array as da
import matplotlib.pyplot as plt
import psutil
import torch
import zarr
from dask.distributed import Client

from convtutor import corr2d, default_device, images, plots

device = default_device()

# %%
# What is lost at the seams
# -------------------------
#
# Cut this 6 × 8 image into four *chunks* of 3 × 4 pixels, and filter each by itself.
# The kernel has 2 × 3 taps. **How many of the 30 output pixels do you get?**

X = torch.arange(48.0, device=device).reshape(6, 8)
K = torch.tensor([[1.0, 0, -2], [0, 3, 0]], device=device)
Y = corr2d(X, K)
pixels = corr2d(X[:3, :4], K).numel()
print(f"whole image: {Y.numel()}, four chunks: {4 * pixels}")
assert Y.numel() == 30 and 4 * pixels == 16 and Y[0, 0] == 0 - 2 * 2 + 3 * 9

# %%
# Sixteen: the other windows lie across a seam. A window begins at the place of its
# output pixel and reaches :math:`h - 1` rows down and :math:`w - 1` columns to the
# right. That much a chunk must borrow, and on these two sides only.

fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.4), layout="constrained")
plots.show_chunk(axes[0], X, chunk=(3, 4), halo=(1, 2), title="a chunk and its halo")
plots.show_grid(axes[1], Y, title="the output that it gives", window=(0, 0, 3, 4))
fig.set_label(
    "Left, a 6 by 8 image in four chunks. The top left one, 3 by 4, has a solid frame; "
    "a dashed frame adds one row below and two columns on the right. Right, the 5 by 6 "
    "output, with a frame around its top left 3 by 4 pixels."
)
torch.testing.assert_close(corr2d(X[: 3 + 1, : 4 + 2], K), Y[:3, :4])

# %%
# Let Dask do it
# --------------
#
# Dask lends each chunk its halo and hands it to a function, ours:


def filter_chunk(chunk, kernel):
    pixels = torch.tensor(chunk, device=device)
    return corr2d(pixels, kernel, method="taps").cpu().numpy()


# %%
# ``depth`` is what to borrow before and after, along each axis. Nothing is made up
# beyond the image's border, nothing cut from the results; ``chunks`` are their sizes.


def filter_chunks(image, kernel):
    h, w = kernel.shape
    halo = {"depth": {0: (0, h - 1), 1: (0, w - 1)}, "boundary": "none", "trim": False}
    (*rows, row), (*columns, column) = image.chunks
    sizes = (*rows, row - h + 1), (*columns, column - w + 1)
    return image.map_overlap(
        filter_chunk, kernel=kernel, chunks=sizes, dtype="float32", **halo
    )


# %%
# This time no pixel is missing:

small = da.from_array(X.cpu().numpy(), chunks=(3, 4))
torch.testing.assert_close(torch.tensor(filter_chunks(small, K).compute()), Y.cpu())

# %%
# This starts a cluster inside the process, closed to the network. For a real one, write
# ``client = Client("tcp://scheduler.example.org:8786")``, keep the image where all its
# machines can read it, and change nothing else.

folder = tempfile.TemporaryDirectory()
ports = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
with dask.config.set(temporary_directory=folder.name):
    client = Client(processes=False, threads_per_worker=1, **ports)

# %%
# An image on disk
# ----------------
#
# Tile a wall with photographs, in whole numbers from 0 to 255. Nothing is drawn yet:
# each chunk will be when its turn comes, and Zarr will write it to a file of its own.

photograph = (255 * images.photograph(device=torch.device("cpu"))).round().numpy()
wall = da.tile(da.from_array(photograph), (15, 12)).rechunk((1024, 768))
print(f"{wall.shape[0]} × {wall.shape[1]} pixels, {wall.nbytes:,} bytes")
assert wall.shape == (9000, 6144) and wall.nbytes == 4 * 9000 * 6144

# %%
# While this function works, it reads off the memory of the process, cluster and all.


def watch(work, *arguments):
    process, readings = psutil.Process(), []
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(work, *arguments)
        while not job.done():
            readings.append(process.memory_info().rss)
            time.sleep(0.005)
    return job.result(), torch.tensor(readings, dtype=torch.float64)


# %%
# Write the image, and filter it with 4 × 5 taps. **How much memory will that take?**

K = torch.arange(20.0, device=device).reshape(4, 5) - 9
source, target = folder.name + "/image.zarr", folder.name + "/output.zarr"
before = psutil.Process().memory_info().rss
_, writing = watch(wall.to_zarr, source)
_, filtering = watch(filter_chunks(da.from_zarr(source), K).to_zarr, target)
chunked = torch.cat([writing, filtering]) - before
print(f"at most {chunked.max():,.0f} bytes")
assert chunked.max() < wall.nbytes

# %%
# Less than the image. Is the answer right? Here there is room to filter the image in
# one piece, too. No sum of these whole numbers exceeds 255 · 100, so ``taps`` never
# rounds, and not a bit may differ.

whole, at_once = watch(lambda: filter_chunk(zarr.open_array(source)[:], K))
assert (whole == zarr.open_array(target)[:]).all() and whole.shape == (8997, 6140)
assert K.abs().sum() == 100 and 255 * 100 < 2**24
assert at_once.max() - at_once[0] > 1.5 * wall.nbytes

# %%
fig, ax = plt.subplots(figsize=(5.6, 3), layout="constrained")
taken = {"chunk by chunk": chunked, "in one piece": at_once - at_once[0]}
plots.show_memory(ax, taken, size=wall.nbytes, title="memory taken, start to end")
fig.set_label(
    "In one piece, the memory taken climbs far above a dashed line, which is the size "
    "of the image. Chunk by chunk it stays below that line."
)
client.close()
folder.cleanup()

# %%
# Try it yourself
# ---------------
#
# Libraries for images keep the size: they repeat the pixels at the border. With 3 × 3
# taps, how deep is the halo then? Change ``depth`` until the shape is (6, 8). A hint:
# how far does the kernel reach from its middle?

K, depth = torch.full((3, 3), 1 / 9, device=device), 0
options = {"boundary": "nearest", "trim": False, "kernel": K, "dtype": "float32"}
print(small.map_overlap(filter_chunk, depth=depth, **options).compute().shape)

# %%
# In practice
# -----------
#
# Halos are read twice and a few rows of chunks are held at a time: let chunks be large
# against the one and small against the other. None may be smaller than its halo.
#
# Further reading
# ---------------
#
# - M. Rocklin, `Dask: parallel computation with blocked algorithms and task scheduling
#   <https://doi.org/10.25080/Majora-7b98e3ed-013>`__.
# - Dask's guide to `overlapping computations
#   <https://docs.dask.org/en/stable/array-overlap.html>`__.
