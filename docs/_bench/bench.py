"""Time `corr2d` against what its readers would otherwise call, over a fixed grid of shapes.

Run it with ``nox -s bench``, or by itself; ``--quick`` tries it on every third cell.
"""

import argparse
import math
import os
from functools import partial

import torch
from measure import (
    Shape,
    copy_rate,
    draw,
    extra_bytes,
    floor_seconds,
    geometric_mean,
    interleaved,
    peers,
    product_rate,
    verify_peers,
)

from convtutor import choose_method, corr2d

Cell = tuple[Shape, Shape]
Times = dict[Cell, dict[str, float]]

SIZES = (128, 256, 512, 1024, 2048)
KERNELS = (3, 5, 7, 9, 11, 15, 21, 31, 47, 63)
OBLONG_IMAGES: tuple[Shape, ...] = ((480, 640), (1080, 1920), (2048, 512))
OBLONG_KERNELS: tuple[Shape, ...] = ((1, 9), (7, 3), (5, 31), (21, 9))
GRID: list[Cell] = [
    *(((size, size), (k, k)) for size in SIZES for k in KERNELS),
    *((image, kernel) for image in OBLONG_IMAGES for kernel in OBLONG_KERNELS),
]

# What took more seconds than this for one call is not timed again in later passes.
PATIENCE = 1.0
# Peers whose time grows with the area of the kernel: once one of them is past our patience, and
# this many times slower than the fastest, it sits out the larger kernels on that image. The table
# shows a dash.
GROWING = {"ndimage.correlate", "kornia.filter2d"}
HOPELESS = 50.0


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--passes", type=int, default=3, help="how often to go through the grid")
    parser.add_argument("--quick", action="store_true", help="every third cell, one pass")
    options = parser.parse_args()
    device: torch.device = options.device
    grid = GRID[::3] if options.quick else GRID

    verify_peers(device)
    moved, multiplied = copy_rate(device), product_rate(device)
    print(f"{device}, {torch.get_num_threads()} threads, torch {torch.__version__}, float32")
    print(f"copy {moved / 1e9:.1f} GB/s, matrix product {multiplied / 1e9:.0f} Gop/s")
    if hasattr(os, "getloadavg"):
        print(f"other work on this machine: load {os.getloadavg()[0]:.1f} (below 0.5 is quiet)")

    times: Times = {}
    for _ in range(1 if options.quick else options.passes):
        one_pass(grid, times, device)
    print_table(times, moved, multiplied, device)
    print_summary(times, moved, multiplied)
    print_memory([cell for cell in grid if math.prod(cell[0]) >= 2**20], device)


def one_pass(grid: list[Cell], times: Times, device: torch.device) -> None:
    """Time each cell of the grid once more.

    Passes are minutes apart. The shortest of all times counts, for us as for the peers, so that it
    matters little what else the machine had to do.

    Args:
        grid: Shapes of image and kernel.
        times: For each cell and name the seconds for one call, updated.
        device: Where to compute.
    """
    for cell in grid:
        image, kernel = draw(*cell, device)
        functions = peers(image, kernel)
        functions["ours"] = partial(corr2d, image, kernel)
        before = times.setdefault(cell, {})
        skipped = {name for name, time in before.items() if time > PATIENCE} | hopeless(cell, times)
        chosen = {name: run for name, run in functions.items() if name not in skipped}
        for name, time in interleaved(chosen, device, rounds=5).items():
            before[name] = min(time, before.get(name, math.inf))


def hopeless(cell: Cell, times: Times) -> set[str]:
    """Name the peers that fell so far behind on a smaller kernel that this one is futile."""
    return {
        name
        for (image, kernel), known in times.items()
        for name in GROWING & set(known)
        if image == cell[0] and math.prod(kernel) < math.prod(cell[1])
        if known[name] > max(PATIENCE, HOPELESS * min(known.values()))
    }


def print_table(times: Times, moved: float, multiplied: float, device: torch.device) -> None:
    """Print one row for each cell."""
    names = [name for name in next(iter(times.values())) if name != "ours"]
    print("\nours in microseconds; the machine's floor and the peers as multiples of ours")
    print(f"{'image':>9} {'kernel':>6} {'method':>7} {'ours':>9} {'floor':>6}", end=" ")
    print(" ".join(f"{name:>17}" for name in names), f"{'best':>6}")
    for (image, kernel), known in times.items():
        ours, method = known["ours"], choose_method(image, kernel, device)
        floor = floor_seconds(image, kernel, moved, multiplied) / ours
        print(
            f"{text(image):>9} {text(kernel):>6} {method:>7} {1e6 * ours:9.1f} {floor:6.2f}",
            end=" ",
        )
        ratios = [
            f"{known[name] / ours:17.2f}" if name in known else f"{'-':>17}" for name in names
        ]
        print(" ".join(ratios), f"{best_ratio(known):6.2f}")


def print_summary(times: Times, moved: float, multiplied: float) -> None:
    """Print the figures that sum up the table."""
    ratios = {cell: best_ratio(known) for cell, known in times.items()}
    large = {cell: ratio for cell, ratio in ratios.items() if min(cell[0]) >= 512}
    conv2d = [known["F.conv2d"] / known["ours"] for known in times.values()]
    floors = [
        known["ours"] / floor_seconds(*cell, moved, multiplied) for cell, known in times.items()
    ]
    print(f"\nbest peer / ours, geometric mean of {len(ratios)} cells: ", end="")
    print(f"{geometric_mean(list(ratios.values())):.2f}")
    for kind, some in (("any size", ratios), ("from 512 x 512 up", large)):
        cell = min(some, key=some.__getitem__)
        print(
            f"best peer / ours, worst cell, {kind}: {some[cell]:.2f} "
            f"at {text(cell[0])}, {text(cell[1])}"
        )
    print(f"F.conv2d / ours, geometric mean: {geometric_mean(conv2d):.1f}")
    print(f"ours / floor, geometric mean: {geometric_mean(floors):.1f}, closest: {min(floors):.1f}")


def print_memory(cells: list[Cell], device: torch.device) -> None:
    """Print the most memory that the default takes for a large image."""
    worst: tuple[float, Cell] | None = None
    for cell in cells:
        image, kernel = draw(*cell, device)
        output = corr2d(image, kernel).nbytes
        extra = extra_bytes(partial(corr2d, image, kernel), device)
        if extra is None:
            print("this system does not tell how much memory a call took")
            return
        multiple = (extra - output) / image.nbytes
        if worst is None or multiple > worst[0]:
            worst = multiple, cell
    if worst is not None:
        multiple, (image_shape, kernel_shape) = worst
        print("most memory beside the output, images of 1024 x 1024 pixels or more: ", end="")
        print(f"{multiple:.2f} times the image, at {text(image_shape)}, {text(kernel_shape)}")


def best_ratio(known: dict[str, float]) -> float:
    """Divide the time of the fastest peer by ours."""
    return min(time for name, time in known.items() if name != "ours") / known["ours"]


def text(shape: Shape) -> str:
    """Write a shape as rows x columns."""
    return "x".join(map(str, shape))


if __name__ == "__main__":
    main()
