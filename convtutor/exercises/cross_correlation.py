"""The exercises of the section on cross-correlation."""

import math

import torch
from torch import Tensor
from torch.nn.functional import pad

from convtutor.correlation import corr2d
from convtutor.exercises.cases import floating, images_and_kernels, integers
from convtutor.exercises.exercise import Exercise


def window_sum_spec(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    """Compute one output pixel of a cross-correlation, the one in this row and this column."""
    total = image.new_zeros(())
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            total += image[row + i, column + j] * kernel[i, j]
    return total


def window_sum(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    """Cut out the window, multiply it by the kernel, and add."""
    h, w = kernel.shape
    return (image[row : row + h, column : column + w] * kernel).sum()


WINDOW_SUM = Exercise(
    effort="easy",
    shows="example",
    specification=window_sum_spec,
    solution=window_sum,
    hints=(
        "You need no loop: a slice cuts the whole window out of the image.",
        "The window's rows start at ``row`` and end before ``row`` plus the kernel's height.",
        "Two tensors of the same shape multiply number by number; ``sum()`` adds the products.",
    ),
    cases=lambda device: [
        (
            image,
            kernel,
            image.shape[0] - kernel.shape[0],
            image.shape[1] - kernel.shape[1] - back,
        )
        for image, kernel in images_and_kernels(device)
        for back in range(2)
        if image.shape[1] > kernel.shape[1] or not back
    ],
    slips={
        "The kernel is turned by 180 degrees, but correlation leaves it as it is.": (
            lambda image, kernel, row, column: window_sum(image, kernel.flip(0, 1), row, column)
        ),
        "Row and column are swapped.": (
            lambda image, kernel, row, column: window_sum(image, kernel, column, row)
        ),
        "The window has the kernel's height as its width, too; the width is kernel.shape[1].": (
            lambda image, kernel, row, column: (
                image[row : row + len(kernel), column : column + len(kernel)] * kernel
            ).sum()
        ),
        "The window lacks its last column.": (
            lambda image, kernel, row, column: window_sum(image, kernel[:, :-1], row, column)
        ),
        "The window lacks its last row.": (
            lambda image, kernel, row, column: window_sum(image, kernel[:-1], row, column)
        ),
        "The pixels are added without being multiplied by the taps.": (
            lambda image, kernel, row, column: window_sum(image, kernel**0, row, column)
        ),
    },
)


def sharpening_kernel_spec(height: int, width: int, amount: float, device: torch.device) -> Tensor:
    """Find the kernel that returns each pixel plus ``amount * (pixel - mean of its window)``.

    Height and width are odd, and the pixel is the one in the middle of the window.
    """
    kernel = torch.zeros(height, width, device=device)
    for i in range(height):
        for j in range(width):
            is_middle = i == height // 2 and j == width // 2
            kernel[i, j] = (1 + amount) * is_middle - amount / (height * width)
    return kernel


def sharpening_kernel(height: int, width: int, amount: float, device: torch.device) -> Tensor:
    """Subtract a share of the mean at every tap, and add the pixel in the middle."""
    kernel = torch.full((height, width), -amount / (height * width), device=device)
    kernel[height // 2, width // 2] += 1 + amount
    return kernel


SHARPENING_KERNEL = Exercise(
    effort="easy",
    shows="example",
    specification=sharpening_kernel_spec,
    solution=sharpening_kernel,
    hints=(
        "One kernel leaves the picture as it is: a single 1 in the middle. Another takes the mean: "
        "equal taps that add up to 1.",
        "Correlation is linear, so you can mix two kernels just as you would mix their results.",
        "So the kernel is (1 + amount) times the first, minus amount times the second.",
    ),
    cases=lambda device: [
        (height, width, amount, device)
        for height, width, amount in [
            (1, 3, 1.5),
            (3, 1, 0.5),
            (3, 5, 1.0),
            (5, 3, 0.0),
            (7, 3, 2),
        ]
    ],
    slips={
        "The mean is missing its division by the number of taps.": (
            lambda height, width, amount, device: (
                (1 + amount) * _middle(height, width, device) - amount
            )
        ),
        "The pixel itself is missing: this is only what is added to it.": (
            lambda height, width, amount, device: (
                sharpening_kernel(height, width, amount, device) - _middle(height, width, device)
            )
        ),
        "The amount has the wrong sign, so this kernel blurs.": (
            lambda height, width, amount, device: sharpening_kernel(height, width, -amount, device)
        ),
        "The large tap is beside the middle; counted from 0, the middle is at size // 2.": (
            lambda height, width, amount, device: sharpening_kernel(
                height, width, amount, device
            ).roll((-1, -1), (0, 1))
        ),
    },
)


def _middle(height: int, width: int, device: torch.device) -> Tensor:
    """Make the kernel that changes nothing."""
    kernel = torch.zeros(height, width, device=device)
    kernel[height // 2, width // 2] = 1
    return kernel


def merge_kernels_spec(first: Tensor, second: Tensor) -> Tensor:
    """Find the one kernel that does the work of ``first`` and then ``second``."""
    height = first.shape[0] + second.shape[0] - 1
    width = first.shape[1] + second.shape[1] - 1
    merged = first.new_zeros(height, width)
    for a in range(first.shape[0]):
        for b in range(first.shape[1]):
            for c in range(second.shape[0]):
                for d in range(second.shape[1]):
                    merged[a + c, b + d] += first[a, b] * second[c, d]
    return merged


def merge_kernels(first: Tensor, second: Tensor) -> Tensor:
    """Convolve the two: pad one on all sides, and correlate with the other flipped."""
    h, w = second.shape
    return corr2d(pad(first, (w - 1, w - 1, h - 1, h - 1)), second.flip(0, 1))


MERGE_KERNELS = Exercise(
    effort="medium",
    shows="example",
    specification=merge_kernels_spec,
    solution=merge_kernels,
    hints=(
        "Send an image with a single bright pixel through ``first`` and then through ``second``. "
        "How large is the answer?",
        "Each tap of ``first`` puts down a copy of ``second``, and the copies add up. That is a "
        "convolution of the two kernels.",
        "Pad ``first`` so far that ``second`` still covers one tap of it at every border, and "
        "correlate with ``second`` flipped.",
    ),
    cases=images_and_kernels,
    slips={
        "This correlates the two kernels, and it should convolve them: flip ``second``.": (
            lambda first, second: merge_kernels(first, second.flip(0, 1))
        ),
        "Without padding, this has only the windows that lie inside ``first``, but the merged "
        "kernel is larger than either.": lambda first, second: corr2d(first, second.flip(0, 1)),
        "Without padding, this has only the windows that lie inside ``first``, and ``second`` is "
        "not flipped.": corr2d,
        "The padding is missing on two of the four sides.": (
            lambda first, second: merge_kernels(first, second)[: first.shape[0], : first.shape[1]]
        ),
    },
)


def separate_spec(kernel: Tensor) -> tuple[Tensor, Tensor]:
    """Find a column and a row whose product is the given kernel, which has rank 1.

    Return the column with shape (height, 1) and the row with shape (1, width). Every pair with the
    right product counts.
    """
    for row in kernel:
        if row.any():
            column = torch.stack([(other * row).sum() / (row * row).sum() for other in kernel])
            return column[:, None], row[None]
    return kernel[:, :1], kernel[:1]


def separate(kernel: Tensor) -> tuple[Tensor, Tensor]:
    """Take the row and the column of the largest tap, and divide by that tap once."""
    i, j = divmod(int(kernel.abs().argmax()), kernel.shape[1])
    return kernel[:, j : j + 1] / kernel[i, j], kernel[i : i + 1]


def _column_times_row(answer: tuple[Tensor, Tensor], kernel: Tensor) -> Tensor:
    column, row = answer
    return column * row


SEPARATE = Exercise(
    effort="medium",
    shows="example",
    specification=separate_spec,
    solution=separate,
    hints=(
        "In a kernel of rank 1 all rows are multiples of one row. Which row could you take?",
        "Take the row of the largest tap, which is certainly not zero, and the column of that tap. "
        "Their product is too large by a factor. Which one?",
        "At the tap itself, the product is the tap squared: divide one of the two by the tap.",
        "Or let ``torch.linalg.svd`` split it: the first column of ``U``, times ``S[0]``, and the "
        "first row of ``Vh``.",
    ),
    cases=lambda device: [
        (
            torch.tensor(column, dtype=dtype, device=device)[:, None]
            * torch.tensor(row, dtype=dtype, device=device),
        )
        for dtype in floating(device)
        for column, row in [
            ((1, 2), (3, 0, -1)),
            ((0, 5, 1), (0, 2)),
            ((-4, 0, 2, 1), (3,)),
            ((2,), (0, 1, 0.5, -8)),
            ((0, 0, 1, 3), (0, -1, 2, 1, 7)),
        ]
    ],
    slips={
        "The singular value S[0] is missing: multiply the column or the row by it.": (
            lambda kernel: _singular_pair(kernel, power=0)
        ),
        "The singular value S[0] is in both, so the product has it twice.": (
            lambda kernel: _singular_pair(kernel, power=2)
        ),
        "The product of a row and a column of the kernel is too large: divide by the tap where "
        "they cross.": lambda kernel: (kernel[:, :1], kernel[:1]),
        "This divides by kernel[0, 0], which may be zero: take a row and a column that cross at a "
        "tap that is not zero.": lambda kernel: (kernel[:, :1] / kernel[0, 0], kernel[:1]),
        "The product of these sums is the kernel times the sum of all its taps: divide by that "
        "sum, or avoid it, as it may be zero.": (
            lambda kernel: (kernel.sum(1, keepdim=True), kernel.sum(0, keepdim=True))
        ),
        "The means of the rows and of the columns are not enough: their product has to be divided "
        "by the mean of all taps, which may be zero.": (
            lambda kernel: (kernel.mean(1, keepdim=True), kernel.mean(0, keepdim=True))
        ),
        "Row and column have changed places.": (lambda kernel: separate(kernel)[::-1]),
    },
    outcome=_column_times_row,
)


def _singular_pair(kernel: Tensor, power: int) -> tuple[Tensor, Tensor]:
    """Split a kernel of rank 1 by its singular value to a power; 1 would be right."""
    column, row = separate(kernel)
    value = column.norm() * row.norm()
    return column / value * value**power, row


def find_patch_spec(image: Tensor, patch: Tensor) -> tuple[int, int]:
    """Find the row and the column of the window that looks most like the patch.

    Brightness and contrast do not matter. So subtract from the window and from the patch their own
    means, multiply the two, add up, and divide by the length of the window, which is the root of
    its sum of squares. The largest result wins. A window in which all pixels are equal has the
    length 0 and cannot win.
    """
    h, w = patch.shape
    wanted = patch - patch.mean()
    best, place = -math.inf, (0, 0)
    for i in range(image.shape[0] - h + 1):
        for j in range(image.shape[1] - w + 1):
            window = image[i : i + h, j : j + w]
            window = window - window.mean()
            length = float(window.norm())
            likeness = float((window * wanted).sum()) / length if length > 1e-6 else -math.inf
            if likeness > best:
                best, place = likeness, (i, j)
    return place


def find_patch(image: Tensor, patch: Tensor) -> tuple[int, int]:
    """Score all windows at once, and take the place of the highest score."""
    h, w = patch.shape
    windows = image.unfold(0, h, 1).unfold(1, w, 1)
    windows = windows - windows.mean((2, 3), keepdim=True)
    products = (windows * (patch - patch.mean())).sum((2, 3))
    lengths = (windows**2).sum((2, 3)).sqrt().clamp(min=1e-6)
    return divmod(int((products / lengths).argmax()), products.shape[1])


def _scenes(device: torch.device) -> list[tuple[Tensor, Tensor]]:
    """Hide patches in images that also hold what misleads each simpler score."""
    small = [[0, 0, 7, 9, 9, 9], [1, 2, 4, 8, 3, 2]]
    scenes = [(torch.tensor(small, device=device).float(), torch.tensor([[3, 5, 9.0]]).to(device))]
    for dtype in floating(device):
        for shape, size, place in [
            ((9, 14), (2, 3), (5, 9)),
            ((15, 8), (3, 2), (11, 1)),
            ((12, 17), (4, 3), (2, 13)),
        ]:
            image = integers(*shape, dtype=dtype, device=device, least=0)
            (i, j), (h, w) = place, size
            patch = 0.5 * image[i : i + h, j : j + w] + 3
            image[:h, :w] = 20  # bright and flat: the highest product
            image[-h:, -w:] = 40 - 4 * patch  # much contrast, and the other way round
            scenes.append((image, patch))
    return scenes


FIND_PATCH = Exercise(
    effort="hard",
    shows="example",
    specification=find_patch_spec,
    solution=find_patch,
    hints=(
        "Correlating the image with the patch is not enough: bright windows win. What must you "
        "subtract, and by what must you divide?",
        "``image.unfold(0, h, 1).unfold(1, w, 1)`` holds all windows, in its last two axes. "
        "Subtract from each window its mean, and from the patch its own.",
        "Multiply by the patch and add: that is each window's product. Divide it by the square "
        "root of the window's sum of squares; ``clamp`` keeps flat windows from dividing by zero.",
        "``argmax()`` counts through all places, row by row: ``divmod(place, columns)`` is the row "
        "and the column.",
    ),
    cases=_scenes,
    slips={
        "This takes the highest product, so the brightest window wins: subtract the means, and "
        "divide by the length.": lambda image, patch: _highest(corr2d(image, patch)),
        "The means are subtracted, but windows with much contrast still win: divide by the length "
        "of each window.": lambda image, patch: _highest(corr2d(image, patch - patch.mean())),
        "The product is divided by the length, but bright windows still win: subtract the mean of "
        "each window and of the patch first.": (
            lambda image, patch: _highest(
                corr2d(image, patch) / corr2d(image**2, torch.ones_like(patch)).sqrt()
            )
        ),
        "This takes the smallest difference, which depends on brightness and contrast: subtract "
        "the means, and divide by the length.": (
            lambda image, patch: _highest(
                2 * corr2d(image, patch) - corr2d(image**2, torch.ones_like(patch))
            )
        ),
        "Row and column are swapped.": lambda image, patch: find_patch(image, patch)[::-1],
        "The place is counted with the width of the image, but there are fewer windows than "
        "pixels in a row.": lambda image, patch: _count_in_image(image, patch),
    },
)


def _highest(scores: Tensor) -> tuple[int, int]:
    return divmod(int(scores.argmax()), scores.shape[1])


def _count_in_image(image: Tensor, patch: Tensor) -> tuple[int, int]:
    """Count the windows of a row as if there were one for each pixel."""
    row, column = find_patch(image, patch)
    return divmod(row * (image.shape[1] - patch.shape[1] + 1) + column, image.shape[1])


def wrap_around_spec(image: Tensor, kernel: Tensor) -> Tensor:
    """Convolve, and let what leaves the image on one side come back in on the other."""
    height, width = image.shape
    answer = torch.zeros_like(image)
    for i in range(height):
        for j in range(width):
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    pixel = image[(i - a) % height, (j - b) % width]
                    answer[i, j] += pixel * kernel[a, b]
    return answer


def wrap_around(image: Tensor, kernel: Tensor) -> Tensor:
    """Multiply the spectra, and keep all numbers: to a spectrum, the image repeats."""
    product = torch.fft.fft2(image) * torch.fft.fft2(kernel, image.shape)
    answer: Tensor = torch.fft.ifft2(product)
    return answer.real


WRAP_AROUND = Exercise(
    effort="medium",
    shows="loops",
    specification=wrap_around_spec,
    solution=wrap_around,
    hints=(
        "Multiplying spectra convolves, and the windows that leave the image come back on the "
        "other side. On the page they were dropped; here you want them.",
        "The second argument of ``torch.fft.fft2`` is a shape; the kernel is filled up with zeros "
        "to this shape.",
        "The spectrum of a convolution is the product of the two spectra; neither is conjugated. "
        "Transform it back, and take the real part, ``.real``: the rest is rounding.",
    ),
    cases=lambda device: images_and_kernels(device, whole=False),
    slips={
        "This is the cross-correlation. The convolution conjugates neither spectrum.": (
            lambda image, kernel: (
                torch.fft.ifft2(
                    torch.fft.fft2(image) * torch.fft.fft2(kernel, image.shape).conj()
                ).real
            )
        ),
        "The answer is still complex: take its real part, .real.": (
            lambda image, kernel: torch.fft.ifft2(
                torch.fft.fft2(image) * torch.fft.fft2(kernel, image.shape)
            )
        ),
        "Beyond the border this reads zeros, not the pixels of the other side.": (
            lambda image, kernel: merge_kernels(image, kernel)[: image.shape[0], : image.shape[1]]
        ),
        "This has only the windows that lie inside the image, and the kernel is not flipped.": (
            corr2d
        ),
        "This has only the windows that lie inside the image.": (
            lambda image, kernel: corr2d(image, kernel.flip(0, 1))
        ),
    },
)


def rows_read_spec(size: int, kernel: int, chunk: int) -> int:
    """Count the rows read in all, if ``chunk`` rows of output are made at a time.

    ``size`` is the height of the image and ``kernel`` that of the kernel. To make a chunk of
    output, you read every row of the image that one of its windows touches, so two neighbouring
    chunks read some rows twice.
    """
    outputs = size - kernel + 1
    total = 0
    for start in range(0, outputs, chunk):
        stop = min(start + chunk, outputs)
        rows_touched: set[int] = set()
        for output in range(start, stop):
            rows_touched.update(range(output, output + kernel))
        total += len(rows_touched)
    return total


def rows_read(size: int, kernel: int, chunk: int) -> int:
    """Read one row for every row of output, and a halo for every chunk."""
    outputs = size - kernel + 1
    return outputs + math.ceil(outputs / chunk) * (kernel - 1)


ROWS_READ = Exercise(
    effort="medium",
    shows="example",
    specification=rows_read_spec,
    solution=rows_read,
    hints=(
        "How many rows of output are there, and how many chunks do they make?",
        "The last chunk may be smaller than the others, so round the number of chunks up.",
        "A chunk reads as many rows as it makes, and its halo: ``kernel - 1`` rows more.",
    ),
    cases=lambda device: [(6, 2, 3), (6, 2, 5), (9, 4, 6), (10, 1, 3), (300, 5, 64), (7, 3, 99)],
    slips={
        "The halos are missing: each chunk reads kernel - 1 rows more than it makes.": (
            lambda size, kernel, chunk: size - kernel + 1
        ),
        "The number of chunks is rounded down, but the last, smaller chunk reads a halo, too.": (
            lambda size, kernel, chunk: (
                size - kernel + 1 + (size - kernel + 1) // chunk * (kernel - 1)
            )
        ),
        "The halo has kernel - 1 rows, because one row of each window is counted already.": (
            lambda size, kernel, chunk: (
                size - kernel + 1 + math.ceil((size - kernel + 1) / chunk) * kernel
            )
        ),
        "The rows of output are counted as if there were one for each row of the image.": (
            lambda size, kernel, chunk: size + math.ceil(size / chunk) * (kernel - 1)
        ),
        "The first chunk reads kernel - 1 rows more than it makes, too.": (
            lambda size, kernel, chunk: (
                size - kernel + 1 + (math.ceil((size - kernel + 1) / chunk) - 1) * (kernel - 1)
            )
        ),
        "A chunk is ``chunk`` rows of the output, not of the image.": (
            lambda size, kernel, chunk: size + (math.ceil(size / chunk) - 1) * (kernel - 1)
        ),
    },
)


def undo_blur_spec(blurred: Tensor, kernel: Tensor, amount: float) -> Tensor:
    """Undo a blur, and hold back by ``amount``.

    The blur correlated with the kernel, and windows that left the image came back on the other
    side. Find the image for which the following sum is least: the squared differences between its
    blur and ``blurred``, plus ``amount`` times its squared pixels.
    """
    height, width = blurred.shape
    taps = kernel.cpu()  # not every device can solve equations
    blur = taps.new_zeros(height * width, height * width)
    for i in range(height):
        for j in range(width):
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    pixel = (i + a) % height * width + (j + b) % width
                    blur[i * width + j, pixel] += taps[a, b]
    normal = blur.T @ blur + amount * torch.eye(height * width, dtype=taps.dtype)
    image: Tensor = torch.linalg.solve(normal, blur.T @ blurred.cpu().flatten())
    return image.reshape(height, width).to(blurred.device)


def undo_blur(blurred: Tensor, kernel: Tensor, amount: float) -> Tensor:
    """Divide by the kernel's spectrum, and hold back by the amount."""
    gain = torch.fft.fft2(kernel, blurred.shape).conj()
    spectrum = torch.fft.fft2(blurred) * gain.conj() / (gain.abs() ** 2 + amount)
    answer: Tensor = torch.fft.ifft2(spectrum)
    return answer.real


UNDO_BLUR = Exercise(
    effort="hard",
    shows="example",
    specification=undo_blur_spec,
    solution=undo_blur,
    hints=(
        "Go to spectra with ``torch.fft.fft2``. There, the blur multiplies each wave by a number "
        "of its own: the conjugate of the kernel's spectrum.",
        "Call this number ``gain``. Then the best wave is the blurred one times ``gain.conj()``, "
        "divided by ``gain.abs() ** 2 + amount``.",
        "The kernel has to be filled up to the size of the image: "
        "``torch.fft.fft2(kernel, blurred.shape)``. Take the real part at the end.",
    ),
    cases=lambda device: [
        (image, kernel, amount)
        for (image, kernel), amount in zip(
            images_and_kernels(device, whole=False), (1.0, 0.5, 2.0, 0.25, 1.0), strict=True
        )
    ],
    slips={
        "This undoes a convolution. A correlation has the conjugate of the kernel's spectrum.": (
            lambda blurred, kernel, amount: (
                torch.fft.ifft2(
                    torch.fft.fft2(blurred)
                    * torch.fft.fft2(kernel, blurred.shape).conj()
                    / (torch.fft.fft2(kernel, blurred.shape).abs() ** 2 + amount)
                ).real
            )
        ),
        "The amount is added to the gain, but should be added to its square.": (
            lambda blurred, kernel, amount: (
                torch.fft.ifft2(
                    torch.fft.fft2(blurred)
                    / (torch.fft.fft2(kernel, blurred.shape).conj() + amount)
                ).real
            )
        ),
        "The amount is squared here.": (
            lambda blurred, kernel, amount: undo_blur(blurred, kernel, amount**2)
        ),
        "The answer is still complex: take its real part, .real.": (
            lambda blurred, kernel, amount: torch.fft.ifft2(
                torch.fft.fft2(blurred)
                * torch.fft.fft2(kernel, blurred.shape)
                / (torch.fft.fft2(kernel, blurred.shape).abs() ** 2 + amount)
            )
        ),
    },
)

EXERCISES = [
    WINDOW_SUM,
    SHARPENING_KERNEL,
    MERGE_KERNELS,
    SEPARATE,
    FIND_PATCH,
    WRAP_AROUND,
    ROWS_READ,
    UNDO_BLUR,
]
