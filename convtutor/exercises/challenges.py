"""The exercises of the last section, which is made of them."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from convtutor import images
from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.exercise import Exercise
from convtutor.exercises.suspects import SUSPECTS, always_32_bits, into_the_image


def band_edges_spec(height: int, width: int, device: torch.device) -> Tensor:
    """Find what the kernel (1, -1) answers to a diagonal band, without correlating.

    The band is 1 where ``0 <= column - row <= 2`` and 0 elsewhere, in an image of this height and
    width.
    """
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
    shows="example",
    specification=band_edges_spec,
    solution=band_edges,
    hints=(
        "The answer is -1 where a row enters the band, and 1 where it leaves the band.",
        "``images.diagonal(height, width, device=device)`` draws the band.",
        "Take all columns but the last, minus all columns but the first.",
    ),
    cases=lambda device: [
        (height, width, device) for height, width in [(2, 4), (6, 8), (8, 6), (3, 9), (1, 5)]
    ],
    slips={
        "The signs are wrong: the kernel (1, -1) subtracts the right pixel from the left one.": (
            lambda height, width, device: -band_edges(height, width, device)
        ),
        "This band goes the other way from the diagonal, to the left: it is the transposed one.": (
            lambda height, width, device: _transposed_band_edges(height, width, device)
        ),
        "This subtracts the pixel below; the kernel (1, -1) lies in a row.": (
            lambda height, width, device: -images.diagonal(height, width, device=device).diff(dim=0)
        ),
        "There are as many windows in a row as pixels, less one.": (
            lambda height, width, device: torch.nn.functional.pad(
                band_edges(height, width, device), (0, 1)
            )
        ),
    },
)


def _transposed_band_edges(height: int, width: int, device: torch.device) -> Tensor:
    """Answer for the band where ``0 <= row - column <= 2``."""
    side = max(height, width, 4)
    band = images.diagonal(side, side, device=device).T[:height, :width]
    return band[:, :-1] - band[:, 1:]


def transposed_image_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate the transposed image with the kernel, without transposing the image."""
    h, w = kernel.shape
    W, H = image.shape  # the image lies on its side
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
    shows="loops",
    specification=transposed_image_spec,
    solution=transposed_image,
    hints=(
        "The definition treats rows and columns alike: swap their names everywhere at once.",
        "What has rows and columns, besides the image? The kernel, and the answer.",
    ),
    cases=images_and_kernels,
    slips={
        "Nothing is transposed here.": corr2d,
        "The kernel is transposed, but the answer still lies on its side.": (
            lambda image, kernel: corr2d(image, kernel.T)
        ),
        "The answer is transposed; transpose the kernel, too.": (
            lambda image, kernel: corr2d(image, kernel).T
        ),
        "The kernel is turned, too: transposing does not turn it.": (
            lambda image, kernel: corr2d(image, kernel.T.flip(0, 1)).T
        ),
    },
)


def transposed_kernel_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Cross-correlate the image with the transposed kernel, without transposing the kernel."""
    w, h = kernel.shape  # the kernel lies on its side
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
    shows="loops",
    specification=transposed_kernel_spec,
    solution=transposed_kernel,
    hints=(
        "It is the same swap as for the image. Which two may you still transpose?",
        "Transpose the image before, and the answer after.",
    ),
    cases=images_and_kernels,
    slips={
        "Nothing is transposed here.": corr2d,
        "The image is transposed, but the answer still lies on its side.": (
            lambda image, kernel: corr2d(image.T, kernel)
        ),
        "Image and kernel are transposed, so the answer is the usual one on its side.": (
            lambda image, kernel: corr2d(image.T, kernel.T)
        ),
        "The kernel is turned, too: transposing does not turn it.": (
            lambda image, kernel: corr2d(image, kernel.T.flip(0, 1))
        ),
    },
)


def direction_kernel_spec(right: float, down: float, device: torch.device) -> Tensor:
    """Find the 3 × 3 kernel that measures the slope along the direction (right, down).

    The slope is how much brighter the image becomes over a walk of one pixel in this direction.
    Along a row, it is half of *right neighbour minus left neighbour*. Only the four direct
    neighbours count.
    """
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
    shows="example",
    specification=direction_kernel_spec,
    solution=direction_kernel,
    hints=(
        "Half of *right minus left* is the slope along the rows. What is the slope down the "
        "columns?",
        "A walk of one pixel goes ``right / length`` across and ``down / length`` down.",
        "The slope along the walk is the same mixture of the two slopes, and so is the kernel.",
    ),
    cases=lambda device: [
        (right, down, device)
        for right, down in [(3.0, 4.0), (1.0, 0.0), (0.0, 1.0), (-5.0, 12.0), (0.6, -0.8)]
    ],
    slips={
        "Right and down are swapped.": (
            lambda right, down, device: direction_kernel(down, right, device)
        ),
        "This measures the slope in the opposite direction.": (
            lambda right, down, device: direction_kernel(-right, -down, device)
        ),
        "This is twice the slope: the two neighbours are two pixels apart.": (
            lambda right, down, device: 2 * direction_kernel(right, down, device)
        ),
        "This is right for a direction of length 1 only: divide by the length of (right, down).": (
            lambda right, down, device: (
                direction_kernel(right, down, device) * math.hypot(right, down)
            )
        ),
        "Down is counted upwards here; in an image, rows are counted from the top.": (
            lambda right, down, device: direction_kernel(right, -down, device)
        ),
    },
)


def blur_kernel_spec(height: int, width: int, device: torch.device) -> Tensor:
    """Find the blur that comes of taking the mean of two pixels again and again, down and across.

    The kernel has the given height and width.
    """
    kernel = torch.zeros(height, width, device=device)
    kernel[0, 0] = 1
    for _ in range(height - 1):
        for i in reversed(range(height)):
            above = kernel[i - 1] if i > 0 else 0
            kernel[i] = (kernel[i] + above) / 2
    for _ in range(width - 1):
        for j in reversed(range(width)):
            left = kernel[:, j - 1] if j > 0 else 0
            kernel[:, j] = (kernel[:, j] + left) / 2
    return kernel


def blur_kernel(height: int, width: int, device: torch.device) -> Tensor:
    """Multiply a column and a row of binomial numbers, and divide by their sum."""
    column = [[math.comb(height - 1, i)] for i in range(height)]
    row = [[math.comb(width - 1, j) for j in range(width)]]
    kernel = torch.tensor(column) * torch.tensor(row)
    return (kernel / kernel.sum()).to(device)


BLUR_KERNEL = Exercise(
    effort="medium",
    shows="loops",
    specification=blur_kernel_spec,
    solution=blur_kernel,
    hints=(
        "Begin with one row. The mean of two, twice in a row, is (1, 2, 1)/4; what comes next?",
        "These are binomial numbers, ``math.comb``, divided by a power of two.",
        "The blur down and the blur across are independent, so multiply a column and a row.",
    ),
    cases=lambda device: [
        (height, width, device) for height, width in [(1, 2), (1, 3), (4, 1), (3, 5), (6, 4)]
    ],
    slips={
        "All taps are equal here, but the mean of means weighs the middle more.": (
            lambda height, width, device: torch.full(
                (height, width), 1 / (height * width), device=device
            )
        ),
        "The taps have the right proportions, but they should add up to 1.": (
            lambda height, width, device: (
                blur_kernel(height, width, device) * 2 ** (height + width - 2)
            )
        ),
        "For n taps, these are parts of the binomial numbers of n: take math.comb(n - 1, i).": (
            lambda height, width, device: blur_kernel(height + 1, width + 1, device)[
                :height, :width
            ]
        ),
    },
)


def derivative_taps_spec(places: Tensor) -> Tensor:
    """Find the taps at these places that measure the derivative of the highest order possible.

    With n taps, this is the derivative of order n - 1: the taps answer (n - 1)! to ``x ** (n - 1)``
    and 0 to every lower power of x.
    """
    taps = torch.diag(torch.ones_like(places))  # at first, row i is pixel i
    for order in range(1, len(places)):
        for i in range(len(places) - order):
            distance = (places[i + order] - places[i]) / order
            taps[i] = (taps[i + 1] - taps[i]) / distance
    return taps[0]


def derivative_taps(places: Tensor) -> Tensor:
    """Divide the factorial by the product of all signed distances to other places."""
    order = len(places) - 1
    distances = places[:, None] - places + torch.diag(torch.ones_like(places))
    return math.factorial(order) / distances.prod(1)


DERIVATIVE_TAPS = Exercise(
    effort="hard",
    shows="example",
    specification=derivative_taps_spec,
    solution=derivative_taps,
    hints=(
        "Try ``(0, 1)``, ``(0, 1, 2)`` and ``(-1, 1)`` on paper. The second is ``(1, -2, 1)``.",
        "Each power of x gives one equation for the taps: 0 for all powers below ``n - 1``, and "
        "``(n - 1)!`` for ``x ** (n - 1)``. There are as many equations as taps.",
        "A polynomial that is 0 at all places but one shows the tap at that place alone.",
        "So tap i is ``(n - 1)!`` divided by the product of ``places[i] - places[j]`` over all "
        "other j.",
    ),
    cases=lambda device: [
        (torch.tensor(places, dtype=dtype, device=device),)
        for dtype in floating(device)
        for places in [(0.0, 1.0), (-1.0, 1.0), (0.0, 1.0, 2.0), (-1.0, 0.0, 3.0), (0.0, 2, 3, 7)]
    ],
    slips={
        "This is the slope of the first two pixels, which is right for two taps only.": (
            lambda places: torch.nn.functional.pad(
                derivative_taps(places[:2]), (0, len(places) - 2)
            )
        ),
        "The factorial is missing: the answer to x ** (n - 1) should be (n - 1)!.": (
            lambda places: derivative_taps(places) / math.factorial(len(places) - 1)
        ),
        "The places are taken to be one pixel apart, but they may be anywhere.": (
            lambda places: derivative_taps(torch.arange(len(places)).to(places))
        ),
        "The taps are in reverse order.": lambda places: derivative_taps(places).flip(0),
        "The differences have the wrong sign: it is places[i] - places[j] for tap i.": (
            lambda places: derivative_taps(-places)
        ),
    },
)


def correlation_matrix_spec(kernel: Tensor, height: int, width: int, stride: int) -> Tensor:
    """Find the matrix that turns an image, as a row of pixels, into the output at this stride."""
    h, w = kernel.shape
    rows = []
    for i in range(0, height - h + 1, stride):
        for j in range(0, width - w + 1, stride):
            row = kernel.new_zeros(height, width)
            row[i : i + h, j : j + w] = kernel
            rows.append(row.flatten())
    return torch.stack(rows)


def correlation_matrix(kernel: Tensor, height: int, width: int, stride: int) -> Tensor:
    """Light one pixel after the other: the answers are the columns."""
    pixels = height * width
    impulses = torch.eye(pixels).to(kernel).reshape(pixels, 1, height, width)
    return conv2d(impulses, kernel[None, None], stride=stride).flatten(1).T


CORRELATION_MATRIX = Exercise(
    effort="medium",
    shows="loops",
    specification=correlation_matrix_spec,
    solution=correlation_matrix,
    hints=(
        "The loops write the matrix row by row. What does one of its columns hold?",
        "A column is the answer to an image with a single bright pixel. ``torch.eye`` holds all "
        "these images, once it is reshaped.",
        "``torch.nn.functional.conv2d`` has a stride, and takes all the images as one batch.",
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
    slips={
        "The matrix is transposed: it has a row for each output and a column for each pixel.": (
            lambda kernel, height, width, stride: (
                correlation_matrix(kernel, height, width, stride).T
            )
        ),
        "The stride is missing.": (
            lambda kernel, height, width, stride: correlation_matrix(kernel, height, width, 1)
        ),
        "Height and width of the image are swapped.": (
            lambda kernel, height, width, stride: correlation_matrix(kernel, width, height, stride)
        ),
        "The kernel is turned by 180 degrees: this matrix convolves.": (
            lambda kernel, height, width, stride: correlation_matrix(
                kernel.flip(0, 1), height, width, stride
            )
        ),
        "The stride skips rows of the matrix, but should skip rows and columns of the output.": (
            lambda kernel, height, width, stride: correlation_matrix(kernel, height, width, 1)[
                ::stride
            ]
        ),
    },
)


def name_operation_spec(operation: Callable[[Tensor, Tensor], Tensor]) -> str:
    """Tell what a function computes: "correlation", "convolution" or "neither".

    The function takes an image and a kernel. If it raises an error on an image and a kernel that
    fit, it is neither, and you need not catch the error.
    """
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
    """Try it on an example without any symmetry, and compare the answer with both."""
    image, kernel = torch.arange(10.0).reshape(2, 5) ** 2, torch.tensor([[1.0, -2.0]])
    found = operation(image.clone(), kernel)
    if torch.equal(found, corr2d(image, kernel)):
        return "correlation"
    is_flipped = torch.equal(found, corr2d(image, kernel.flip(0, 1)))
    return "convolution" if is_flipped else "neither"


NAME_OPERATION = Exercise(
    effort="medium",
    shows="example",
    specification=name_operation_spec,
    solution=name_operation,
    hints=(
        "Let the function filter an example, and compare the result with that of ``corr2d``. What "
        "must the example be like, so that no bug can hide?",
        "A kernel that is not symmetric tells the two operations apart. An image that is not "
        "square and has no zeros at its border shows the other bugs.",
        "``torch.equal`` compares shapes as well as numbers. For the convolution, flip the kernel.",
    ),
    cases=lambda device: [
        (suspect,) for suspect in SUSPECTS if suspect not in (always_32_bits, into_the_image)
    ],
    slips={
        "Correlation and convolution are swapped: convolution is the one that flips the kernel.": (
            lambda operation: {
                "correlation": "convolution",
                "convolution": "correlation",
            }.get(name_operation(operation), "neither")
        ),
    },
    verdict_on_crash="neither",
)


def is_right_spec(correlate: Callable[[Tensor, Tensor], Tensor]) -> bool:
    """Tell whether a function really cross-correlates an image and a kernel.

    A right function returns all the numbers of the cross-correlation, in the dtype of the image,
    and leaves the image as it is. One that raises an error on an image and a kernel that fit is
    wrong, and you need not catch the error.
    """
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
    shows="example",
    specification=is_right_spec,
    solution=is_right,
    hints=(
        "Compare with ``corr2d``. On which image and kernel would every bug show?",
        "Take an image that is not square and not zero at its border, and a kernel of 1 × 2 that "
        "is not symmetric.",
        "The numbers are not everything: compare the dtypes, with an image in 64 bits, and look at "
        "the image afterwards.",
    ),
    cases=lambda device: [(suspect,) for suspect in SUSPECTS],
    verdict_on_crash=False,
)

EXERCISES = [
    BAND_EDGES,
    TRANSPOSED_IMAGE,
    TRANSPOSED_KERNEL,
    DIRECTION_KERNEL,
    BLUR_KERNEL,
    DERIVATIVE_TAPS,
    CORRELATION_MATRIX,
    NAME_OPERATION,
    IS_RIGHT,
]
