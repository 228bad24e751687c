"""Exercises for the fourth section: classic questions, and one on testing."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from convtutor import images
from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.checking import Exercise
from convtutor.exercises.suspects import SUSPECTS, always_32_bits, into_the_image


def band_edges_spec(height: int, width: int, device: torch.device) -> Tensor:
    """Write down what (1, −1) answers to a band of ones, where 0 ≤ column − row ≤ 2."""
    answer = torch.zeros(height, width - 1, device=device)
    for i in range(height):
        for j in range(width - 1):
            here, right = 0 <= j - i <= 2, 0 <= j + 1 - i <= 2
            answer[i, j] = int(here) - int(right)
    return answer


def band_edges(height: int, width: int, device: torch.device) -> Tensor:
    """Subtract from each pixel its right neighbour, all rows at once."""
    band = images.diagonal(height, width, device=device)
    return band[:, :-1] - band[:, 1:]


BAND_EDGES = Exercise(
    effort="easy",
    specification=band_edges_spec,
    solution=band_edges,
    hints=(
        "The answer is −1 where a row enters the band, and 1 where it leaves the band.",
        "``images.diagonal(height, width, device=device)`` draws the band.",
        "No correlation is needed: take all columns but the last, minus all but the first.",
    ),
    cases=lambda device: [
        (height, width, device) for height, width in [(2, 4), (6, 8), (8, 6), (3, 9), (1, 5)]
    ],
)


def transposed_image_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate the transposed image with the kernel; transpose no image."""
    h, w = kernel.shape
    W, H = image.shape  # the other way round
    answer = image.new_zeros(H - h + 1, W - w + 1)
    for i in range(answer.shape[0]):
        for j in range(answer.shape[1]):
            for a in range(h):
                for b in range(w):
                    answer[i, j] += image[j + b, i + a] * kernel[a, b]
    return answer


def transposed_image(image: Tensor, kernel: Tensor) -> Tensor:
    """Transpose the kernel instead, and the answer."""
    return corr2d(image, kernel.T).T


TRANSPOSED_IMAGE = Exercise(
    effort="easy",
    specification=transposed_image_spec,
    solution=transposed_image,
    hints=(
        "The definition treats rows and columns alike: swap their names everywhere at once.",
        "What else has rows and columns, besides the image? The kernel, and the answer.",
    ),
    cases=images_and_kernels,
)


def transposed_kernel_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate the image with the transposed kernel; transpose no kernel."""
    w, h = kernel.shape  # the other way round
    answer = image.new_zeros(image.shape[0] - h + 1, image.shape[1] - w + 1)
    for i in range(answer.shape[0]):
        for j in range(answer.shape[1]):
            for a in range(h):
                for b in range(w):
                    answer[i, j] += image[i + a, j + b] * kernel[b, a]
    return answer


def transposed_kernel(image: Tensor, kernel: Tensor) -> Tensor:
    """Transpose the image instead, and the answer."""
    return corr2d(image.T, kernel).T


TRANSPOSED_KERNEL = Exercise(
    effort="easy",
    specification=transposed_kernel_spec,
    solution=transposed_kernel,
    hints=(
        "It is the same swap as for the image. Which two may you still transpose?",
        "The image before, and the answer after.",
    ),
    cases=images_and_kernels,
)


def direction_kernel_spec(right: float, down: float, device: torch.device) -> Tensor:
    """Find the 3 × 3 kernel that measures the slope along (right, down)."""
    length = math.sqrt(right**2 + down**2)
    kernel = torch.zeros(3, 3, device=device)
    for place in (-1, 1):
        kernel[1, 1 + place] = place / 2 * right / length
        kernel[1 + place, 1] = place / 2 * down / length
    return kernel


def direction_kernel(right: float, down: float, device: torch.device) -> Tensor:
    """Mix the kernels of the two axes, as a walk of length 1 mixes two steps."""
    across = torch.tensor([[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]], device=device)
    return (right * across + down * across.T) / math.hypot(right, down)


DIRECTION_KERNEL = Exercise(
    effort="medium",
    specification=direction_kernel_spec,
    solution=direction_kernel,
    hints=(
        "Half of *right minus left* is the slope along the rows. What is it down the columns?",
        "A walk of one pixel goes ``right / length`` across and ``down / length`` down.",
        "The slope along it is the same mixture of the two slopes, and so is the kernel.",
    ),
    cases=lambda device: [
        (right, down, device)
        for right, down in [(1.0, 0.0), (0.0, 1.0), (3.0, 4.0), (-5.0, 12.0), (0.6, -0.8)]
    ],
)


def blur_kernel_spec(height: int, width: int, device: torch.device) -> Tensor:
    """Find the blur that is a mean of two pixels, again and again, down and across."""
    kernel = torch.zeros(height, width, device=device)
    kernel[0, 0] = 1
    for _ in range(height - 1):
        for i in reversed(range(height)):
            kernel[i] = (kernel[i] + kernel[i - 1] * (i > 0)) / 2
    for _ in range(width - 1):
        for j in reversed(range(width)):
            kernel[:, j] = (kernel[:, j] + kernel[:, j - 1] * (j > 0)) / 2
    return kernel


def blur_kernel(height: int, width: int, device: torch.device) -> Tensor:
    """Multiply a column and a row of binomial numbers, and divide by their sum."""
    column = [[math.comb(height - 1, i)] for i in range(height)]
    row = [[math.comb(width - 1, j) for j in range(width)]]
    kernel = torch.tensor(column) * torch.tensor(row)
    return (kernel / kernel.sum()).to(device)


BLUR_KERNEL = Exercise(
    effort="medium",
    specification=blur_kernel_spec,
    solution=blur_kernel,
    hints=(
        "Begin with one row. Twice the mean of two is (1, 2, 1)/4; what comes next?",
        "These are binomial numbers, ``math.comb``, divided by a power of two.",
        "Down and across do not disturb each other: a column times a row.",
    ),
    cases=lambda device: [
        (height, width, device) for height, width in [(1, 2), (1, 3), (4, 1), (3, 5), (6, 4)]
    ],
)


def correlation_matrix_spec(
    kernel: Tensor,
    height: int,
    width: int,
    stride: int,
) -> Tensor:
    """Find the matrix that takes all pixels, row by row, to the output at a stride."""
    h, w = kernel.shape
    rows = []
    for i in range(0, height - h + 1, stride):
        for j in range(0, width - w + 1, stride):
            row = kernel.new_zeros(height, width)
            row[i : i + h, j : j + w] = kernel
            rows.append(row.flatten())
    return torch.stack(rows)


def correlation_matrix(
    kernel: Tensor,
    height: int,
    width: int,
    stride: int,
) -> Tensor:
    """Light one pixel after the other: the answers are the columns."""
    pixels = height * width
    impulses = torch.eye(pixels).to(kernel).reshape(pixels, 1, height, width)
    return conv2d(impulses, kernel[None, None], stride=stride).flatten(1).T


CORRELATION_MATRIX = Exercise(
    effort="medium",
    specification=correlation_matrix_spec,
    solution=correlation_matrix,
    hints=(
        "You can write row after row, as above, or column after column, without a loop.",
        "A column is the answer to an image with a single bright pixel. ``torch.eye`` holds "
        "all of these images, once it is reshaped.",
        "``torch.nn.functional.conv2d`` knows strides, and takes them all as one batch.",
    ),
    cases=lambda device: [
        (integers(*shape, dtype=dtype, device=device), height, width, stride)
        for dtype in floating(device)
        for shape, height, width, stride in [
            ((1, 2), 2, 3, 1),
            ((2, 3), 3, 4, 1),
            ((2, 1), 5, 4, 2),
            ((3, 2), 4, 7, 3),
        ]
    ],
)


def derivative_taps_spec(places: Tensor) -> Tensor:
    """Find the taps at these places that measure the highest derivative they can."""
    taps = torch.diag(torch.ones_like(places))  # at first, row i is pixel i
    for order in range(1, len(places)):
        for i in range(len(places) - order):
            distance = (places[i + order] - places[i]) / order
            taps[i] = (taps[i + 1] - taps[i]) / distance
    return taps[0]


def derivative_taps(places: Tensor) -> Tensor:
    """Divide the factorial by the product of the distances to all other places."""
    order = len(places) - 1
    distances = places[:, None] - places + torch.diag(torch.ones_like(places))
    return math.factorial(order) / distances.prod(1)


DERIVATIVE_TAPS = Exercise(
    effort="hard",
    specification=derivative_taps_spec,
    solution=derivative_taps,
    hints=(
        "Try (0, 1), (0, 1, 2) and (−1, 1) on paper. The second of these is (1, −2, 1).",
        "With n taps, all powers below n − 1 must give 0, and ``x ** (n - 1)`` must give "
        "(n − 1)!, its derivative. That is one equation for each tap.",
        "A polynomial that is 0 at all places but one gives the tap there.",
        "So tap i is (n − 1)!, divided by the product of its distances to all other places.",
    ),
    cases=lambda device: [
        (torch.tensor(places, dtype=dtype, device=device),)
        for dtype in floating(device)
        for places in [(0.0, 1.0), (-1.0, 1.0), (0.0, 1.0, 2.0), (-1.0, 0.0, 3.0), (0.0, 2, 3, 7)]
    ],
)


def name_operation_spec(operation: Callable[[Tensor, Tensor], Tensor]) -> str:
    """Tell what a function computes: "correlation", "convolution" or "neither"."""
    image = torch.tensor([[3, 1, 4, 1, 5.0], [9, 2, 6, 5, 3]])
    found = operation(image.clone(), torch.tensor([[1.0, -2.0]]))
    if found.shape != (2, 4):
        return "neither"
    correlates = convolves = True
    for i in range(2):
        for j in range(4):
            here, right = image[i, j], image[i, j + 1]
            correlates = correlates and bool(found[i, j] == here - 2 * right)
            convolves = convolves and bool(found[i, j] == right - 2 * here)
    return "correlation" if correlates else "convolution" if convolves else "neither"


def name_operation(operation: Callable[[Tensor, Tensor], Tensor]) -> str:
    """Try it on an example with no symmetry, and hold the answer against both."""
    image, kernel = torch.arange(10.0).reshape(2, 5) ** 2, torch.tensor([[1.0, -2.0]])
    found = operation(image.clone(), kernel)
    if torch.equal(found, corr2d(image, kernel)):
        return "correlation"
    is_flipped = torch.equal(found, corr2d(image, kernel.flip(0, 1)))
    return "convolution" if is_flipped else "neither"


NAME_OPERATION = Exercise(
    effort="medium",
    specification=name_operation_spec,
    solution=name_operation,
    hints=(
        "Let the function filter an example, and compare with what ``corr2d`` makes of it. "
        "What must the example be like, so that no bug can hide?",
        "A kernel that is not symmetric tells the two operations apart; a wide image that is "
        "busy up to its border leaves no room for the rest. (On a tall one, some functions "
        "raise an error, which you would have to catch.)",
        "``torch.equal`` compares shapes as well. For the convolution, flip the kernel.",
    ),
    cases=lambda device: [
        (suspect,) for suspect in SUSPECTS if suspect not in (always_32_bits, into_the_image)
    ],
)


def is_right_spec(correlate: Callable[[Tensor, Tensor], Tensor]) -> bool:
    """Tell whether a function really cross-correlates an image and a kernel."""
    image = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]]).double()
    kernel, before = torch.tensor([[1, -2]]).double(), image.clone()
    found = correlate(image, kernel)
    if found.shape != (2, 4) or found.dtype != torch.float64:
        return False
    for i in range(2):
        for j in range(4):
            if found[i, j] != before[i, j] - 2 * before[i, j + 1]:
                return False
    return torch.equal(image, before)


def is_right(correlate: Callable[[Tensor, Tensor], Tensor]) -> bool:
    """Compare on one example that is wide, busy up to its border, and in 64 bits."""
    image = torch.arange(15.0, dtype=torch.float64).reshape(3, 5) ** 2
    kernel, before = torch.tensor([[1.0, -2.0]], dtype=torch.float64), image.clone()
    expected, found = corr2d(image, kernel), correlate(image, kernel)
    same = found.dtype == expected.dtype and torch.equal(found, expected)
    return same and torch.equal(image, before)


IS_RIGHT = Exercise(
    effort="hard",
    specification=is_right_spec,
    solution=is_right,
    hints=(
        "Compare with ``corr2d``. On which image and kernel would every bug show?",
        "A wide image, busy up to its border, and a kernel of 1 × 2 that is not symmetric. (On "
        "a tall image some suspects raise an error, which you would have to catch.)",
        "Numbers are not all: compare dtypes, in 64 bits, and look at the image afterwards.",
    ),
    cases=lambda device: [(suspect,) for suspect in SUSPECTS],
)

EXERCISES = [
    BAND_EDGES,
    TRANSPOSED_IMAGE,
    TRANSPOSED_KERNEL,
    DIRECTION_KERNEL,
    BLUR_KERNEL,
    CORRELATION_MATRIX,
    NAME_OPERATION,
    DERIVATIVE_TAPS,
    IS_RIGHT,
]
