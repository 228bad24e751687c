"""Measure what the operations counted by `convtutor.choosing` cost here, and check the choice.

Run it with ``nox -s calibrate``, or by itself. It prints one entry of `convtutor.choosing.COSTS`,
to be pasted there, and how often the method chosen with these costs is as good as the fastest on
shapes that the costs were not fitted to.
"""

import argparse
import operator
from functools import partial

import numpy as np
import torch
from measure import Function, Shape, draw, interleaved, methods
from scipy.optimize import nnls
from torch import Tensor

from convtutor import METHODS, choosing
from convtutor.choosing import choose_method, operation_counts, suits_fft

Cell = tuple[Shape, Shape]
Times = dict[Cell, dict[str, float]]

FIT: list[Cell] = [
    *(
        ((size, size), (k, k))
        for size in (12, 32, 64, 96, 192, 320, 600, 900, 1400, 1900)
        for k in (1, 3, 5, 8, 13, 18, 27, 41, 60)
        if k <= size
    ),
    *(
        (image, kernel)
        for image in ((60, 200), (300, 700), (1500, 400))
        for kernel in ((1, 7), (11, 1), (3, 9), (25, 6), (4, 40))
    ),
]
# Neither these images nor these kernels are above.
HELD_OUT: list[Cell] = [
    *(
        ((size, size), (k, k))
        for size in (48, 128, 256, 450, 720, 1024, 2048)
        for k in (2, 4, 6, 7, 9, 11, 15, 21, 33, 48)
    ),
    *(
        (image, kernel)
        for image in ((100, 90), (480, 640), (1080, 1920), (2048, 512))
        for kernel in ((1, 9), (9, 1), (7, 3), (5, 31), (21, 9), (2, 15))
    ),
]


def measure(cells: list[Cell], names: set[str] | None, device: torch.device, passes: int) -> Times:
    """Time our methods on each cell, in some passes over all of them; the lowest time counts.

    Args:
        cells: Shapes of image and kernel.
        names: Which methods; all by default.
        device: Where to compute.
        passes: How often to go through the cells.

    Returns:
        Microseconds for one call, by cell and method.
    """
    times: Times = {cell: {} for cell in cells}
    for _ in range(passes):
        for cell, known in times.items():
            far_behind = 20 * min(known.values(), default=0)
            image, kernel = draw(*cell, device)
            functions: dict[str, Function] = {
                name: function
                for name, function in methods(image, kernel).items()
                if (names is None or name in names) and known.get(name, 0) <= far_behind
                if name not in hopeless(cell, device)
            }
            if "fft" in functions:  # before which the default looks at the values
                functions["fft"] = partial(_look_and_transform, image, kernel)
            for name, seconds in interleaved(functions, device, rounds=4, slow=5.0).items():
                known[name] = min(1e6 * seconds, known.get(name, float("inf")))
    return times


def _look_and_transform(image: Tensor, kernel: Tensor) -> Tensor:
    suits_fft(image, kernel)
    return METHODS["fft"](image, kernel)


def hopeless(cell: Cell, device: torch.device) -> set[str]:
    """Name the methods that would take 20 times as long as another, by the costs in force."""
    counts = operation_counts(*cell)
    times = {
        method: sum(map(operator.mul, costs, counts[method]))
        for method, costs in choosing.COSTS.get(device.type, {}).items()
    }
    return {method for method, time in times.items() if time > 20 * min(times.values())}


def fit(times: Times) -> dict[str, tuple[float, ...]]:
    """Find the costs, none negative, whose relative errors have the least sum of squares.

    Args:
        times: Microseconds for one call, by cell and method.

    Returns:
        Costs of the counts of each method, microseconds.
    """
    costs = {}
    for method in operation_counts((9, 9), (2, 2)):
        rows = []
        for cell, known in times.items():
            if method not in known:
                continue
            # Where a method is far behind, its time decides nothing.
            weight = min(known.values()) / known[method]
            counts = np.array(operation_counts(*cell)[method])
            rows.append((weight * counts / known[method], weight))
        scale = np.max([row for row, _ in rows], axis=0)  # counts span many orders of magnitude
        solution, _ = nnls(np.array([row for row, _ in rows]) / scale, [goal for _, goal in rows])
        costs[method] = tuple(float(f"{value:.2g}") for value in solution / scale)
    return costs


def validate(times: Times, device: torch.device) -> None:
    """Print how far the chosen method is behind the fastest one.

    Args:
        times: Microseconds for one call, by cell and method.
        device: Where they were measured.
    """
    behind = {}
    for cell, known in times.items():
        chosen = choose_method(*cell, device)
        behind[cell] = known[chosen] / min(known.values())
        if behind[cell] > 1.3:
            fastest = min(known, key=known.__getitem__)
            print(f"{cell}: chose {chosen}, {behind[cell]:.2f} times as slow as {fastest}")
    good = sum(ratio <= 1.3 for ratio in behind.values())
    print(
        f"within 1.3 of the fastest method: {good} of {len(behind)} cells, {good / len(behind):.0%}"
    )


def main() -> None:
    """Measure, fit, print, validate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--passes", type=int, default=2, help="how often to go through the cells")
    options = parser.parse_args()
    device: torch.device = options.device

    fitted = fit(measure(FIT, set(operation_counts((9, 9), (2, 2))), device, options.passes))
    print(f'    "{device.type}": {{')
    for method, costs in fitted.items():
        print(f'        "{method}": ({", ".join(f"{cost:g}" for cost in costs)}),')
    print("    },")

    held_out = measure(HELD_OUT, None, device, options.passes)
    for source, table in (("the source", choosing.COSTS.get(device.type)), ("this run", fitted)):
        if table is not None:
            print(f"\nwith the costs of {source}:")
            choosing.COSTS[device.type] = table
            choosing._cheapest.cache_clear()
            validate(held_out, device)


if __name__ == "__main__":
    main()
