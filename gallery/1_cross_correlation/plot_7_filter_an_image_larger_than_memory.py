"""
Filter an image larger than memory
==================================

By the end of this page you have filtered an image without ever holding all of it, and
got the same answer to the last bit.

**You will need**
:ref:`sphx_glr_tutorials_1_cross_correlation_plot_1_slide_multiply_add.py`, and
``pip install "dask[array]" distributed zarr``.

**You will learn**

- what a piece of an image must borrow from its neighbours: its :term:`halo`;
- how Dask cuts, lends and filters the pieces, on one machine or on a hundred.
"""

import tempfile
import threading

import dask.array as da
import matplotlib.pyplot as plt
import psutil
import torch
from dask.distributed import Client

from convtutor import corr2d, default_device, images, plots
from convtutor.exercises import ask, check

device = default_device()

# %%
# What a chunk must borrow
# ------------------------
#
# Cut this 6 × 8 image into four :term:`chunks <chunk>` of 3 × 4 pixels. The kernel has
# 2 × 3 taps. **Which pixels of its neighbours does the top left chunk need** for 3 × 4
# outputs?

X = torch.arange(48.0, device=device).reshape(6, 8)
K = torch.tensor([[1.0, 0, -2], [0, 3, 0]], device=device)
fig, ax = plt.subplots(figsize=(3.8, 3), layout="constrained")
plots.show_chunk(ax, X, chunk=(3, 4), halo=(1, 2), title="a chunk and its halo")
fig.set_label("Four chunks. A frame holds the top left one, a dashed one its halo too.")
assert torch.allclose(corr2d(X[: 3 + 1, : 4 + 2], K), corr2d(X, K)[:3, :4], atol=1e-3)

# %%
# One row below and two columns on the right: a window begins at the place of its output
# pixel and reaches :math:`h - 1` rows down and :math:`w - 1` columns to the right.
#
# Let Dask do it
# --------------
#
# Dask lends each chunk its halo and hands both to a function of ours. ``depth`` is what
# to borrow before and after, along each axis; ``chunks`` are the sizes of the results.
# The last chunks have no neighbour to borrow from, so theirs come out smaller.


def filter_chunk(chunk, kernel):
    pixels = torch.tensor(chunk, device=device)
    return corr2d(pixels, kernel, method="taps").cpu().numpy()


def filter_chunks(image, kernel):
    h, w = kernel.shape
    halo = {"depth": {0: (0, h - 1), 1: (0, w - 1)}, "boundary": "none", "trim": False}
    (*rows, last), (*columns, end) = image.chunks
    sizes = {"chunks": ((*rows, last - h + 1), (*columns, end - w + 1))}
    return image.map_overlap(filter_chunk, kernel=kernel, dtype="f4", **halo, **sizes)


# %%
# An image on disk
# ----------------
#
# Start a cluster of one inside this process, closed to the network. For a real one, use
# ``client = Client("tcp://scheduler.example.org:8786")``, keep the image where all its
# machines can read it, and install this package on them. A thread watches this process.

folder = tempfile.TemporaryDirectory()
cluster = {"processes": False, "n_workers": 1, "local_directory": folder.name}
ports = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
client = Client(threads_per_worker=1, **cluster, **ports)
process, readings, done = psutil.Process(), [], threading.Event()


def watch():
    while not done.wait(0.005):
        readings.append(process.memory_info().rss)


threading.Thread(target=watch, daemon=True).start()

# %%
# Tile a wall with photographs. Dask makes each chunk in turn, Zarr writes it to a file.

photograph = (255 * images.photograph(device=torch.device("cpu"))).round().numpy()
wall = da.tile(da.from_array(photograph), (15, 12)).rechunk((900, 768))
wall.to_zarr(folder.name + "/image.zarr")

# %%
# Filter it, in four bytes a pixel. **How much memory will that take?**

image = da.from_zarr(folder.name + "/image.zarr")
filter_chunks(image, K).to_zarr(folder.name + "/output.zarr")
done.set()
print(f"{max(readings) - readings[0]:,} bytes, for an image of {wall.nbytes:,}")
assert max(readings) - readings[0] < wall.nbytes

# %%
# Less than the image: some rows of chunks, kept until they have lent their pixels, and
# the libraries' buffers. Is the answer right? Here there is room to filter it whole,
# too. All numbers are whole and small, so none is rounded: not a bit may differ.

output = da.from_zarr(folder.name + "/output.zarr")
assert (filter_chunk(image.compute(), K) == output.compute()).all()
client.close()
folder.cleanup()

# %%
# Try it yourself
# ---------------
#
# Halos are read twice. How many rows are read in all, if the output is made some rows
# at a time, and no row is kept from one chunk to the next?

ask("rows_read")

# %%
# Replace the loops by arithmetic. Mind the last chunk.


def rows_read(size, kernel, chunk): ...  # about 2 lines


check("rows_read", rows_read)

# %%
# In practice
# -----------
#
# Let chunks be large compared with the halo, and small compared with the memory.
#
# Further reading
# ---------------
#
# - M. Rocklin, `Dask: parallel computation with blocked algorithms and task scheduling
#   <https://doi.org/10.25080/Majora-7b98e3ed-013>`__.
# - Dask's guide to `overlapping computations
#   <https://docs.dask.org/en/stable/array-overlap.html>`__.
