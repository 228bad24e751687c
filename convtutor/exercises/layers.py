"""The exercises of the section on layers."""

import math

import numpy
import torch
from torch import Tensor
from torch.nn.functional import conv2d, pad

from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.exercise import Exercise
from convtutor.shapes import output_size, receptive_field


def average_over_shifts_spec(matrix: Tensor) -> Tensor:
    """Average a square matrix over all circular shifts, and return the kernel that is left.

    A shift by s moves the entry at (i, j) to (i + s, j + s), counted around the end. In the
    average, every row is the one above it, shifted by one. The kernel is its first row:
    ``kernel[d]`` is the weight of the pixel d places to the right.
    """
    n = len(matrix)
    average = torch.zeros_like(matrix)
    for shift in range(n):
        average += matrix.roll((shift, shift), (0, 1)) / n
    return average[0]


def average_over_shifts(matrix: Tensor) -> Tensor:
    """Take the mean along each diagonal, counted around the end."""
    columns = torch.arange(len(matrix), device=matrix.device)
    rows = columns[:, None]
    return matrix[rows, (rows + columns) % len(matrix)].mean(0)


AVERAGE_OVER_SHIFTS = Exercise(
    effort="medium",
    shows="example",
    specification=average_over_shifts_spec,
    solution=average_over_shifts,
    hints=(
        "``matrix.roll((s, s), (0, 1))`` is the matrix shifted by s. Average all of them, or see "
        "which entries come to the same place.",
        "A shift moves each entry along its diagonal, counted around the end. The diagonal of "
        "``kernel[d]`` has the entries in row i and column i + d, for every i.",
        "So ``kernel[d]`` is the mean of ``matrix[i, (i + d) % n]`` over all rows i.",
    ),
    cases=lambda device: [
        (integers(n, n, dtype=dtype, device=device),)
        for dtype in floating(device)
        for n in (3, 4, 5, 7)
    ],
    slips={
        "This is the first row of the matrix, and no shift has been averaged yet.": (
            lambda matrix: matrix[0]
        ),
        "This averages the columns. A shift moves rows and columns together, so it averages "
        "along the diagonals.": lambda matrix: matrix.mean(0),
        "This averages the rows. A shift moves rows and columns together, so it averages "
        "along the diagonals.": lambda matrix: matrix.mean(1),
        "This is the first column of the average; the kernel is its first row.": (
            lambda matrix: average_over_shifts(matrix.T)
        ),
        "This is the sum over all shifts: divide by their number.": (
            lambda matrix: average_over_shifts(matrix) * len(matrix)
        ),
    },
)


def fit_bias_spec(image: Tensor, kernel: Tensor, target: Tensor) -> Tensor:
    """Find the bias, of shape (1,), that brings the output closest to the target.

    The output is the cross-correlation of image and kernel, plus the bias. Close means that the
    mean squared error is small.
    """
    h, w = kernel.shape
    rows, columns = target.shape
    bias = image.new_zeros(1)
    for i in range(rows):
        for j in range(columns):
            response = (image[i : i + h, j : j + w] * kernel).sum()
            bias += (target[i, j] - response) / (rows * columns)
    return bias


def fit_bias(image: Tensor, kernel: Tensor, target: Tensor) -> Tensor:
    """Add what is missing on average: the mean has the smallest squared error."""
    return (target - corr2d(image, kernel)).mean().reshape(1)


FIT_BIAS = Exercise(
    effort="easy",
    shows="example",
    specification=fit_bias_spec,
    solution=fit_bias,
    hints=(
        "The bias adds the same number to every output pixel. What is missing at each without it?",
        "Of all numbers, the mean is closest to a set of numbers, in squared error.",
        "So take the mean of the target minus ``corr2d(image, kernel)``, and reshape it to (1,).",
    ),
    cases=lambda device: [
        (image, kernel, (corr2d(image, kernel, method="taps") / 2).round() + 3)
        for image, kernel in images_and_kernels(device, whole=False)
    ],
    slips={
        "This is the sum of what is missing; the bias is its mean.": (
            lambda image, kernel, target: (target - corr2d(image, kernel)).sum().reshape(1)
        ),
        "The sign is wrong: subtract the output from the target.": (
            lambda image, kernel, target: (corr2d(image, kernel) - target).mean().reshape(1)
        ),
        "This is one bias for each row, but one number serves the whole output.": (
            lambda image, kernel, target: (target - corr2d(image, kernel)).mean(1)
        ),
        "This is the mean of the target alone: subtract the output first.": (
            lambda image, kernel, target: target.mean().reshape(1)
        ),
    },
)


def unseen_pixels_spec(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Count the pixels along one axis that no tap of any window ever lies on."""
    seen = [False] * size
    for start in range(0, size, stride):
        if start + dilation * (kernel - 1) < size:
            for tap in range(kernel):
                seen[start + dilation * tap] = True
    return seen.count(False)


def unseen_pixels(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Collect the pixels that are seen in a set, so that none counts twice."""
    windows = output_size(size, kernel, stride=stride, dilation=dilation)
    starts = [stride * window for window in range(windows)]
    seen = {start + dilation * tap for start in starts for tap in range(kernel)}
    return size - len(seen)


UNSEEN_PIXELS = Exercise(
    effort="medium",
    shows="example",
    specification=unseen_pixels_spec,
    solution=unseen_pixels,
    hints=(
        "Count the pixels that are seen instead. Window ``i`` starts at ``stride * i``; where are "
        "its taps?",
        "Windows overlap, and a pixel must not count twice: collect the pixels in a ``set``.",
        "``convtutor.shapes.output_size`` says how many windows there are.",
    ),
    cases=lambda device: [
        (10, 3, 3, 1),
        (11, 3, 2, 2),
        (10, 3, 1, 3),
        (11, 2, 4, 3),
        (9, 2, 1, 6),
        (12, 4, 3, 2),
    ],
    slips={
        "These are the pixels that are seen.": (
            lambda size, kernel, stride, dilation: (
                size - unseen_pixels(size, kernel, stride, dilation)
            )
        ),
        "The dilation is missing: a window's taps are ``dilation`` apart.": (
            lambda size, kernel, stride, dilation: unseen_pixels(size, kernel, stride, 1)
        ),
        "The stride is missing: windows are ``stride`` apart.": (
            lambda size, kernel, stride, dilation: unseen_pixels(size, kernel, 1, dilation)
        ),
        "This counts only the pixels after the last window, but a dilated kernel also leaves gaps "
        "in between.": lambda size, kernel, stride, dilation: (
            (size - dilation * (kernel - 1) - 1) % stride
        ),
    },
)


def same_padding_spec(kernel: int, dilation: int) -> tuple[int, int]:
    """Find how many pixels to add before and after, so that the output is as large as the image.

    This is along one axis and at stride 1. If the number of pixels is odd, the last one goes after
    the image, as in PyTorch's ``padding="same"``.
    """
    before = after = 0
    while before + after < dilation * (kernel - 1):
        if before == after:
            after += 1
        else:
            before += 1
    return before, after


def same_padding(kernel: int, dilation: int) -> tuple[int, int]:
    """Halve the number of missing pixels, and round down before the image."""
    total = dilation * (kernel - 1)
    return total // 2, total - total // 2


SAME_PADDING = Exercise(
    effort="easy",
    shows="example",
    specification=same_padding_spec,
    solution=same_padding,
    hints=(
        "How many pixels smaller than the image is the output without padding?",
        "A kernel of k taps, ``dilation`` apart, reaches over ``dilation * (k - 1) + 1`` pixels, "
        "so ``dilation * (k - 1)`` pixels are missing.",
        "Half of them go before the image, rounded down; the rest goes after it.",
    ),
    cases=lambda device: [(4, 1), (3, 1), (1, 3), (2, 1), (5, 2), (4, 3), (6, 2)],
    slips={
        "The odd pixel goes after the image, not before it.": (
            lambda kernel, dilation: same_padding(kernel, dilation)[::-1]
        ),
        "This is right only for an odd kernel without dilation: an even one needs an odd number of "
        "pixels.": lambda kernel, dilation: (kernel // 2, kernel // 2),
        "For an even kernel, this adds one pixel too few.": (
            lambda kernel, dilation: (dilation * (kernel - 1) // 2, dilation * (kernel - 1) // 2)
        ),
        "The dilation is missing: the taps are ``dilation`` apart.": (
            lambda kernel, dilation: same_padding(kernel, 1)
        ),
        "This adds the whole number on each side; the two sides share it.": (
            lambda kernel, dilation: (dilation * (kernel - 1), dilation * (kernel - 1))
        ),
    },
)


def merge_layers_spec(weight: Tensor, mix: Tensor) -> Tensor:
    """Find the one weight that does the work of ``weight`` and then of a 1 × 1 ``mix``.

    ``weight`` has shape (channels, inputs, h, w), and ``mix`` has shape (outputs, channels): it
    says how much of each channel goes into each output.
    """
    outputs, channels = mix.shape
    merged = weight.new_zeros(outputs, *weight.shape[1:])
    for o in range(outputs):
        for c in range(channels):
            merged[o] += mix[o, c] * weight[c]
    return merged


def merge_layers(weight: Tensor, mix: Tensor) -> Tensor:
    """Sum over the channels in between, as in a product of matrices."""
    return torch.einsum("oc,cihw->oihw", mix, weight)


MERGE_LAYERS = Exercise(
    effort="medium",
    shows="example",
    specification=merge_layers_spec,
    solution=merge_layers,
    hints=(
        "Each output is a weighted sum of channels. Correlation is linear, so a weighted sum of "
        "responses is the response of the weighted sum of the filters.",
        "Forget the last three axes of ``weight``, and this is a product of two matrices.",
        "``torch.einsum`` and ``torch.tensordot`` sum over the axis that the two share: the "
        "channels in between.",
    ),
    cases=lambda device: [
        (
            integers(channels, inputs, h, w, dtype=dtype, device=device),
            integers(outputs, channels, dtype=dtype, device=device),
        )
        for dtype in floating(device)
        for inputs, channels, outputs, h, w in [(1, 2, 3, 1, 2), (3, 4, 2, 2, 3), (2, 5, 1, 3, 1)]
    ],
    slips={
        "The mix is transposed: its rows are the outputs, its columns the channels in between.": (
            lambda weight, mix: torch.einsum("co,cihw->oihw", mix, weight)
        ),
        "Height and width of the filters are swapped.": (
            lambda weight, mix: merge_layers(weight, mix).mT
        ),
        "The channels in between are still there: add them up.": (
            lambda weight, mix: mix[:, :, None, None, None] * weight
        ),
        "Input and output channels are swapped: a weight's first axis is its outputs.": (
            lambda weight, mix: merge_layers(weight, mix).transpose(0, 1)
        ),
    },
)


def picture_to_tensor_spec(picture: numpy.ndarray) -> Tensor:
    """Turn a colour picture into a batch of one that a layer takes.

    The picture is an 8-bit NumPy array of shape (H, W, 3), which is also what ``numpy.array`` makes
    of a picture from PIL. A layer takes a float32 tensor of shape (1, 3, H, W). Its values should
    lie between 0 and 1.
    """
    height, width, channels = picture.shape
    batch = torch.zeros(1, channels, height, width)
    for i in range(height):
        for j in range(width):
            for channel in range(channels):
                batch[0, channel, i, j] = int(picture[i, j, channel]) / 255
    return batch


def picture_to_tensor(picture: numpy.ndarray) -> Tensor:
    """Move the channels to the front, add the axis of a batch, and divide by 255."""
    return torch.from_numpy(picture).permute(2, 0, 1)[None] / 255


PICTURE_TO_TENSOR = Exercise(
    effort="easy",
    shows="example",
    specification=picture_to_tensor_spec,
    solution=picture_to_tensor,
    hints=(
        "``torch.from_numpy(picture)`` is a tensor with the same numbers and axes. Which axis must "
        "come first?",
        "``permute(2, 0, 1)`` names the old axes in their new order: channels, rows, columns.",
        "``[None]`` puts an axis of size 1 in front: the batch. Dividing by 255 makes floats, from "
        "0 to 1.",
    ),
    cases=lambda device: [
        (_picture(height, width),) for height, width in [(1, 2), (2, 3), (5, 2), (4, 7)]
    ],
    slips={
        "The axes are not moved, so the colours are mixed: use permute, and not reshape.": (
            lambda picture: torch.from_numpy(picture).reshape(1, 3, *picture.shape[:2]) / 255
        ),
        "The values go up to 255: divide by 255.": (
            lambda picture: picture_to_tensor(picture) * 255
        ),
        "The values are still 8-bit integers: divide by 255.": (
            lambda picture: torch.from_numpy(picture).permute(2, 0, 1)[None]
        ),
        "The largest 8-bit number is 255, so divide by 255 and not by 256.": (
            lambda picture: picture_to_tensor(picture) * 255 / 256
        ),
        "Rows and columns are swapped: the old axes in their new order are (2, 0, 1).": (
            lambda picture: picture_to_tensor(picture).mT
        ),
        "The batch axis is missing: put an axis of size 1 in front, with [None].": (
            lambda picture: picture_to_tensor(picture)[0]
        ),
        "The channels are still the last axis: a layer wants them before the rows.": (
            lambda picture: torch.from_numpy(picture)[None] / 255
        ),
        "The colours are in the order blue, green, red, as OpenCV has them; leave them as they "
        "are.": lambda picture: picture_to_tensor(picture).flip(1),
    },
)


def _picture(height: int, width: int) -> numpy.ndarray:
    """Draw a colour picture, with the darkest and the brightest value in it."""
    numbers = integers(height, width, 3, dtype=torch.int64, device=torch.device("cpu"), least=0)
    picture: numpy.ndarray = (numbers * 28).to(torch.uint8).numpy()
    picture[0, 0] = 0, 51, 255
    return picture


def channels_as_depth_spec(image: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return what ``conv3d`` must be given to do what ``conv2d`` does with several channels.

    The image has shape (channels, H, W) and the weight has shape (outputs, channels, h, w).
    ``conv3d`` takes a batch of volumes, of shape (batch, channels, depth, H, W), and a weight of
    shape (outputs, channels, depth, h, w). Make a batch of one volume that has a single channel and
    is as deep as the image has channels, and kernels that are as deep as the volume.
    """
    volume = image.new_zeros(1, 1, *image.shape)
    kernels = weight.new_zeros(len(weight), 1, *weight.shape[1:])
    for channel in range(len(image)):
        volume[0, 0, channel] = image[channel]
        for output in range(len(weight)):
            kernels[output, 0, channel] = weight[output, channel]
    return volume, kernels


def channels_as_depth(image: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Add axes of size 1: batch and channel to the image, a channel to the weight."""
    return image[None, None], weight[:, None]


CHANNELS_AS_DEPTH = Exercise(
    effort="easy",
    shows="example",
    specification=channels_as_depth_spec,
    solution=channels_as_depth,
    hints=(
        "No number changes: the axis of the channels becomes the depth, and a new axis of size 1 "
        "takes its place. Where is it?",
        "``None`` in an index adds an axis of size 1: ``image[None]`` has shape (1, channels, H, "
        "W).",
        "The image needs two axes in front, batch and channel; the weight needs one after its "
        "outputs.",
    ),
    cases=lambda device: [
        (
            integers(channels, *size, dtype=dtype, device=device),
            integers(outputs, channels, *taps, dtype=dtype, device=device),
        )
        for dtype in floating(device)
        for channels, size, outputs, taps in [
            (2, (2, 3), 3, (1, 2)),
            (3, (5, 4), 2, (3, 2)),
            (4, (3, 6), 1, (2, 5)),
        ]
    ],
    slips={
        "The weight's new axis comes after its outputs: here the outputs are taken for input "
        "channels.": lambda image, weight: (image[None, None], weight[None]),
        "The image has a batch axis, but its channels must become the depth: add one more axis.": (
            lambda image, weight: (image[None], weight[:, None])
        ),
        "The image is ready; the weight needs an axis of size 1 after its outputs, too.": (
            lambda image, weight: (image[None, None], weight)
        ),
        "The depth has size 1 here, and the channels are still channels; it should be the other "
        "way round.": lambda image, weight: (image[None, :, None], weight[:, :, None]),
    },
)


def fewest_weights_spec(inputs: int, outputs: int, taps: int) -> int:
    """Find the smallest number of weights that a layer can have, over all numbers of groups."""
    fewest = inputs * outputs * taps
    for groups in range(1, inputs + 1):
        if inputs % groups == 0 and outputs % groups == 0:
            weights = outputs * (inputs // groups) * taps
            fewest = min(fewest, weights)
    return fewest


def fewest_weights(inputs: int, outputs: int, taps: int) -> int:
    """Divide by the largest number of groups: the greatest common divisor."""
    return inputs * outputs * taps // math.gcd(inputs, outputs)


FEWEST_WEIGHTS = Exercise(
    effort="easy",
    shows="loops",
    specification=fewest_weights_spec,
    solution=fewest_weights,
    hints=(
        "Twice as many groups need half as many weights. Which numbers of groups are allowed?",
        "``groups`` must divide the input channels and the output channels. Which is the largest "
        "number that does?",
        "Python has it: ``math.gcd``.",
    ),
    cases=lambda device: [(2, 3, 4), (8, 12, 9), (12, 8, 15), (7, 7, 3), (6, 6, 10), (9, 3, 1)],
    slips={
        "This is the number of weights without groups.": (
            lambda inputs, outputs, taps: inputs * outputs * taps
        ),
        "This makes one group for each input, but their number must divide the outputs, too.": (
            lambda inputs, outputs, taps: outputs * taps
        ),
        "This divides by the number of groups twice.": (
            lambda inputs, outputs, taps: inputs * outputs * taps // math.gcd(inputs, outputs) ** 2
        ),
        "This divides by the smaller number of channels, which may not divide the larger one.": (
            lambda inputs, outputs, taps: max(inputs, outputs) * taps
        ),
        "A number of weights is an integer: divide with //.": (
            lambda inputs, outputs, taps: inputs * outputs * taps / math.gcd(inputs, outputs)
        ),
    },
)


def both_edges_spec(kernel: Tensor) -> tuple[Tensor, Tensor]:
    """Return the weights of two layers that answer alike to both signs of an edge.

    Between the layers is a ReLU, and neither has a bias. Together they should return the absolute
    value of the cross-correlation with the kernel. The first weight has shape (2, 1, h, w), the
    second has shape (1, 2, 1, 1).
    """
    first = kernel.new_zeros(2, 1, *kernel.shape)
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            first[0, 0, i, j] = kernel[i, j]
            first[1, 0, i, j] = -kernel[i, j]
    return first, kernel.new_ones(1, 2, 1, 1)


def both_edges(kernel: Tensor) -> tuple[Tensor, Tensor]:
    """Let one filter answer to each sign, and add what is left of the two."""
    return torch.stack([kernel, -kernel])[:, None], kernel.new_ones(1, 2, 1, 1)


def _response(answer: tuple[Tensor, Tensor], kernel: Tensor) -> Tensor:
    """Run an image with edges of both signs through the two layers."""
    first, second = answer
    image = integers(1, 1, 5, 6, dtype=kernel.dtype, device=kernel.device)
    return conv2d(conv2d(image, first).relu(), second)[0, 0]


BOTH_EDGES = Exercise(
    effort="medium",
    shows="example",
    specification=both_edges_spec,
    solution=both_edges,
    hints=(
        "The ReLU passes positive answers only. Which second filter turns the negative ones into "
        "positive ones?",
        "The kernel and minus the kernel: at each place at most one of the two passes the ReLU.",
        "``torch.stack`` makes one tensor of the two, and ``[:, None]`` adds the axis of the input "
        "channel. The second layer only adds.",
    ),
    cases=lambda device: [
        (integers(*shape, dtype=dtype, device=device),)
        for dtype in floating(device)
        for shape in [(1, 2), (2, 1), (2, 3), (3, 2), (4, 3)]
    ],
    slips={
        "Both filters are the same, so edges of one sign get no answer: change the sign of one.": (
            lambda kernel: (torch.stack([kernel, kernel])[:, None], kernel.new_ones(1, 2, 1, 1))
        ),
        "The second layer subtracts, and relu(a) - relu(-a) is just a: add instead.": (
            lambda kernel: (
                both_edges(kernel)[0],
                kernel.new_tensor([1, -1]).reshape(1, 2, 1, 1),
            )
        ),
        "This is half of the answer: only one of the two filters answers at each place, so add "
        "them without taking the mean.": lambda kernel: (
            both_edges(kernel)[0],
            both_edges(kernel)[1] / 2,
        ),
        "The second filter is the kernel turned by 180 degrees, which is minus the kernel only for "
        "some kernels: change the sign instead.": lambda kernel: (
            torch.stack([kernel, kernel.flip(0, 1)])[:, None],
            kernel.new_ones(1, 2, 1, 1),
        ),
        "The first layer lacks the axis of its input channel: add it with [:, None].": (
            lambda kernel: (torch.stack([kernel, -kernel]), kernel.new_ones(1, 2, 1, 1))
        ),
    },
    outcome=_response,
)


def max_pool_spec(image: Tensor, height: int, width: int, stride: int) -> Tensor:
    """Take the largest pixel of each window, with windows ``stride`` pixels apart."""
    rows = (image.shape[0] - height) // stride + 1
    columns = (image.shape[1] - width) // stride + 1
    pooled = image.new_zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            largest = image[i * stride, j * stride]
            for a in range(height):
                for b in range(width):
                    largest = max(largest, image[i * stride + a, j * stride + b])
            pooled[i, j] = largest
    return pooled


def max_pool(image: Tensor, height: int, width: int, stride: int) -> Tensor:
    """Unfold the image into its windows, and take the largest number of each."""
    return image.unfold(0, height, stride).unfold(1, width, stride).amax((2, 3))


MAX_POOL = Exercise(
    effort="easy",
    shows="loops",
    specification=max_pool_spec,
    solution=max_pool,
    hints=(
        "``image.unfold(0, height, stride)`` cuts the rows into windows ``stride`` apart. Do the "
        "same to the columns.",
        "The windows are the last two axes then, and the first two count them.",
        "``amax((2, 3))`` is the largest number along these two axes.",
    ),
    cases=lambda device: [
        (integers(*shape, dtype=dtype, device=device), *size)
        for dtype in floating(device)
        for shape, size in [
            ((3, 4), (1, 2, 2)),
            ((5, 7), (2, 3, 2)),
            ((8, 5), (3, 2, 1)),
            ((9, 11), (4, 2, 3)),
        ]
    ],
    slips={
        "This is the mean of each window: take its largest number.": (
            lambda image, height, width, stride: (
                image.unfold(0, height, stride).unfold(1, width, stride).mean((2, 3))
            )
        ),
        "The windows are one pixel apart here, not ``stride`` pixels.": (
            lambda image, height, width, stride: max_pool(image, height, width, 1)
        ),
        "The windows lie side by side here, as if the stride were the size of the window.": (
            lambda image, height, width, stride: (
                image.unfold(0, height, height).unfold(1, width, width).amax((2, 3))
            )
        ),
        "Height and width of the window are swapped.": (
            lambda image, height, width, stride: max_pool(image, width, height, stride)
        ),
        "This is the largest absolute value: a large negative number is not large.": (
            lambda image, height, width, stride: max_pool(image.abs(), height, width, stride)
        ),
        "This is the smallest number of each window.": (
            lambda image, height, width, stride: -max_pool(-image, height, width, stride)
        ),
    },
)


def blur_then_skip_spec(image: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """Cross-correlate, keep every ``stride``-th row and column, and compute no others."""
    h, w = kernel.shape
    rows = (image.shape[0] - h) // stride + 1
    columns = (image.shape[1] - w) // stride + 1
    kept = image.new_zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            kept[i, j] = (image[top : top + h, left : left + w] * kernel).sum()
    return kept


def blur_then_skip(image: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """Let ``conv2d`` skip: its stride computes only what is kept."""
    return conv2d(image[None, None], kernel[None, None], stride=stride)[0, 0]


BLUR_THEN_SKIP = Exercise(
    effort="easy",
    shows="loops",
    specification=blur_then_skip_spec,
    solution=blur_then_skip,
    hints=(
        "``corr2d(image, kernel)[::stride, ::stride]`` has the right numbers, but computes many "
        "that it drops. Which function has a stride?",
        "``torch.nn.functional.conv2d`` has one. It wants a batch and channels: an image of shape "
        "(1, 1, H, W) and a kernel of shape (1, 1, h, w).",
        "``[None, None]`` puts two axes of size 1 in front, and ``[0, 0]`` takes them away.",
    ),
    cases=lambda device: [
        (image, kernel, stride)
        for (image, kernel), stride in zip(
            images_and_kernels(device, whole=False), (2, 2, 2, 3, 4), strict=True
        )
    ],
    slips={
        "This skips first and blurs afterwards, so the blur comes too late.": (
            lambda image, kernel, stride: corr2d(image[::stride, ::stride], kernel)
        ),
        "Nothing is skipped yet.": lambda image, kernel, stride: corr2d(image, kernel),
        "The kernel is turned by 180 degrees, but correlation leaves it as it is.": (
            lambda image, kernel, stride: blur_then_skip(image, kernel.flip(0, 1), stride)
        ),
        "Only rows are skipped; skip columns, too.": (
            lambda image, kernel, stride: corr2d(image, kernel)[::stride]
        ),
        "The axes of the batch and of the channel are still there: take them away with [0, 0].": (
            lambda image, kernel, stride: blur_then_skip(image, kernel, stride)[None, None]
        ),
    },
)


def transposed_size_spec(
    size: int, kernel: int, stride: int, padding: int, output_padding: int
) -> int:
    """Compute the size of a transposed convolution's output, along one axis.

    Each pixel of the input puts down a copy of the kernel, ``stride`` pixels after the one before
    it. ``padding`` pixels are cut off on each of the two sides, and ``output_padding`` pixels are
    added at the end.
    """
    end = 0
    for pixel in range(size):
        end = stride * pixel + kernel
    return end - 2 * padding + output_padding


def transposed_size(size: int, kernel: int, stride: int, padding: int, output_padding: int) -> int:
    """Find where the last copy ends, cut off both sides, and add at the end."""
    return stride * (size - 1) + kernel - 2 * padding + output_padding


TRANSPOSED_SIZE = Exercise(
    effort="easy",
    shows="example",
    specification=transposed_size_spec,
    solution=transposed_size,
    hints=(
        "Where does the copy of the last pixel start?",
        "It starts at ``stride * (size - 1)`` and is ``kernel`` pixels long.",
        "From there, subtract the padding twice, and add the output padding once.",
    ),
    cases=lambda device: [
        (3, 3, 2, 1, 1),
        (3, 3, 2, 0, 0),
        (4, 2, 2, 0, 0),
        (7, 5, 3, 2, 0),
        (5, 4, 1, 1, 0),
        (6, 1, 4, 0, 3),
    ],
    slips={
        "This is the size after an ordinary convolution.": (
            lambda size, kernel, stride, padding, output_padding: (
                (size + 2 * padding - kernel) // stride + 1
            )
        ),
        "The last copy starts at stride * (size - 1), because the first one starts at 0.": (
            lambda size, kernel, stride, padding, output_padding: (
                stride * size + kernel - 2 * padding + output_padding
            )
        ),
        "The padding is cut off here, not added.": (
            lambda size, kernel, stride, padding, output_padding: (
                stride * (size - 1) + kernel + 2 * padding + output_padding
            )
        ),
        "The padding is cut off on both sides, so it counts twice.": (
            lambda size, kernel, stride, padding, output_padding: (
                stride * (size - 1) + kernel - padding + output_padding
            )
        ),
        "The output padding is missing.": (
            lambda size, kernel, stride, padding, output_padding: (
                stride * (size - 1) + kernel - 2 * padding
            )
        ),
        "The output padding is added at the end only, so it counts once.": (
            lambda size, kernel, stride, padding, output_padding: (
                stride * (size - 1) + kernel - 2 * padding + 2 * output_padding
            )
        ),
        "This leaves out the size of the kernel, which need not be that of the stride.": (
            lambda size, kernel, stride, padding, output_padding: stride * size
        ),
    },
)


def transposed_convolution_spec(image: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """Put down a copy of the kernel for each pixel, ``stride`` apart, and add them up."""
    h, w = kernel.shape
    rows, columns = image.shape
    output = image.new_zeros(stride * (rows - 1) + h, stride * (columns - 1) + w)
    for i in range(rows):
        for j in range(columns):
            for a in range(h):
                for b in range(w):
                    output[stride * i + a, stride * j + b] += image[i, j] * kernel[a, b]
    return output


def transposed_convolution(image: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """Put zeros between and around the pixels, and correlate with the turned kernel."""
    (rows, columns), (h, w) = image.shape, kernel.shape
    spread = image.new_zeros(stride * (rows - 1) + 1, stride * (columns - 1) + 1)
    spread[::stride, ::stride] = image
    return corr2d(pad(spread, (w - 1, w - 1, h - 1, h - 1)), kernel.flip(0, 1))


TRANSPOSED_CONVOLUTION = Exercise(
    effort="hard",
    shows="loops",
    specification=transposed_convolution_spec,
    solution=transposed_convolution,
    hints=(
        "At stride 1 this is a full convolution: pad the image so far that the kernel "
        "still covers one pixel at every border, and correlate with the kernel turned.",
        "With a larger stride, the pixels stand ``stride`` apart first. What is between them?",
        "Make a tensor of zeros, ``stride * (rows - 1) + 1`` high, and put the image into "
        "``spread[::stride, ::stride]``.",
        "``pad(spread, (w - 1, w - 1, h - 1, h - 1))`` pads left, right, top and bottom; "
        "``kernel.flip(0, 1)`` is the turned kernel.",
    ),
    cases=lambda device: [
        (image, kernel, stride)
        for (image, kernel), stride in zip(images_and_kernels(device), (2, 3, 2, 1, 4), strict=True)
    ],
    slips={
        "The kernel is not turned: correlating with a kernel puts down turned copies of it.": (
            lambda image, kernel, stride: transposed_convolution(image, kernel.flip(0, 1), stride)
        ),
        "There are no zeros between the pixels, as if the stride were 1.": (
            lambda image, kernel, stride: transposed_convolution(image, kernel, 1)
        ),
        "There are zeros after the last pixel, too; they belong between the pixels only.": (
            lambda image, kernel, stride: pad(
                transposed_convolution(image, kernel, stride), (0, stride - 1, 0, stride - 1)
            )
        ),
        "This is an ordinary convolution with a stride, which makes the image smaller.": (
            lambda image, kernel, stride: corr2d(image, kernel)[::stride, ::stride]
        ),
        "Where copies overlap, they add up; here the last one wins.": (
            lambda image, kernel, stride: _overwritten(image, kernel, stride)
        ),
    },
)


def _overwritten(image: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """Put down copies over each other, where they should add up."""
    h, w = kernel.shape
    output = torch.zeros_like(transposed_convolution(image, kernel, stride))
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            top, left = stride * i, stride * j
            output[top : top + h, left : left + w] = image[i, j] * kernel
    return output


def seen_pixels_spec(layers: list[tuple[int, int, int]], place: int) -> tuple[int, int]:
    """Find the first and the last pixel that the output pixel at ``place`` sees.

    This is along one axis. Each layer is a kernel size, a stride and a dilation, the first layer
    first, as ``convtutor.shapes.receptive_field`` takes them.
    """
    seen = {place}
    for kernel, stride, dilation in reversed(layers):
        below = set()
        for pixel in seen:
            for tap in range(kernel):
                below.add(stride * pixel + dilation * tap)
        seen = below
    return min(seen), max(seen)


def seen_pixels(layers: list[tuple[int, int, int]], place: int) -> tuple[int, int]:
    """Begin ``place`` jumps to the right, and end where the receptive field ends."""
    size, jump = receptive_field(layers)
    return place * jump, place * jump + size - 1


SEEN_PIXELS = Exercise(
    effort="medium",
    shows="example",
    specification=seen_pixels_spec,
    solution=seen_pixels,
    hints=(
        "``receptive_field(layers)`` returns the size of the field, and the jump from one output "
        "pixel's field to that of its neighbour.",
        "The field of output pixel 0 begins at pixel 0. Where does the field of number ``place`` "
        "begin?",
        "It ends ``size - 1`` pixels further on.",
    ),
    cases=lambda device: [
        ([(3, 1, 1)], 2),
        ([(3, 1, 1), (3, 2, 1), (3, 1, 1)], 1),
        ([(2, 2, 1), (2, 3, 1), (4, 1, 2)], 3),
        ([(3, 1, 1), (3, 1, 3), (3, 1, 9)], 5),
        ([(1, 2, 1), (5, 1, 1)], 0),
    ],
    slips={
        "The jump is missing: the fields of neighbours begin one jump apart, not one pixel.": (
            lambda layers, place: (place, place + receptive_field(layers)[0] - 1)
        ),
        "The last pixel is one too far: a field of ``size`` pixels ends ``size - 1`` after its "
        "first.": lambda layers, place: (
            place * receptive_field(layers)[1],
            place * receptive_field(layers)[1] + receptive_field(layers)[0],
        ),
        "The layers are taken in the wrong order: the first one in the list reads the image.": (
            lambda layers, place: seen_pixels(layers[::-1], place)
        ),
        "This is the size of the field alone; return its first and its last pixel.": (
            lambda layers, place: receptive_field(layers)[0]
        ),
        "These are size and jump, as receptive_field returns them; find the first and the last "
        "pixel.": lambda layers, place: receptive_field(layers),
    },
)

EXERCISES = [
    AVERAGE_OVER_SHIFTS,
    FIT_BIAS,
    UNSEEN_PIXELS,
    SAME_PADDING,
    MERGE_LAYERS,
    PICTURE_TO_TENSOR,
    CHANNELS_AS_DEPTH,
    FEWEST_WEIGHTS,
    BOTH_EDGES,
    MAX_POOL,
    BLUR_THEN_SKIP,
    TRANSPOSED_SIZE,
    TRANSPOSED_CONVOLUTION,
    SEEN_PIXELS,
]
