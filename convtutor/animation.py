"""The sliding window, shown moving: a picture that a page or a notebook plays by itself.

The picture is plain HTML, an SVG drawing and a style sheet, with no script and no id that could
occur twice. Its ink has the colour of the text around it, so that it suits any theme. The drawing
by itself is a still. The style sheet makes it move, but only on a screen, and only for a reader who
has not asked for less motion.
"""

import hashlib
from dataclasses import dataclass
from html import escape

from torch import Tensor

from convtutor.correlation import corr2d
from convtutor.plots import BLUE, ORANGE

_CELL, _TOP, _MARGIN = 44, 28, 3  # pixels
_SECONDS = 2.5  # per window
_MOST_WINDOWS, _MOST_TAPS = 24, 9  # nobody would watch more, or read a longer sum


@dataclass(frozen=True, eq=False)
class SlidingWindow:
    """A kernel that slides over a small image, with the sum of products in each place.

    As the last expression of a cell it is shown by a page or a notebook; a script shows nothing.

    Args:
        image: Pixels, shape ``(H, W)``.
        kernel: Taps, shape ``(h, w)``, with ``h <= H`` and ``w <= W``; dtype and device of the
            image.

    Raises:
        TypeError: As :func:`~convtutor.corr2d` does.
        ValueError: As :func:`~convtutor.corr2d` does, if the image is a batch, or if there are more
            than 9 taps or more than 24 windows.
    """

    image: Tensor
    kernel: Tensor

    def __post_init__(self) -> None:
        """Refuse what cannot be shown."""
        if self.image.ndim > 2:
            raise ValueError(
                f"image of shape {tuple(self.image.shape)} has {self.image.ndim} dimensions; "
                "an animation shows exactly 2: (H, W)"
            )
        windows, taps = corr2d(self.image, self.kernel).numel(), self.kernel.numel()
        if windows > _MOST_WINDOWS or taps > _MOST_TAPS:
            raise ValueError(
                f"{windows} windows of {taps} pixels are too many to show; "
                f"at most {_MOST_WINDOWS} windows of {_MOST_TAPS} pixels"
            )

    def __repr__(self) -> str:
        """Say what slides over what."""
        return f"SlidingWindow({_size(self.kernel)} kernel over a {_size(self.image)} image)"

    def _repr_html_(self) -> str:
        image, kernel = self.image.detach().cpu(), self.kernel.detach().cpu()
        output = corr2d(image, kernel)
        (h, w), (rows, columns) = kernel.shape, output.shape
        corners = [(i, j) for i in range(rows) for j in range(columns)]
        sums = [_sum(image[i : i + h, j : j + w], kernel) for i, j in corners]

        # Both frames take the same steps, so they move as one.
        left, right = _MARGIN, _MARGIN + _CELL * (image.shape[1] + 1)
        height = _TOP + _CELL * image.shape[0] + 44
        width = max(right + _CELL * columns + _MARGIN, 8 * max(map(len, sums)))
        last = f"translate({_CELL * (columns - 1)} {_CELL * (rows - 1)})"
        drawing = [
            f'<text x="{left}" y="18">image</text>',
            f'<text x="{right}" y="18">output</text>',
            *_grid(image, left),
            *_grid(output, right, name="o"),
            f'<g class="frame" transform="{last}">',
            *_frame(left, h, w),
            *_frame(right, 1, 1),
            *_taps(kernel, left),
            "</g>",
            # All sums have one place, and take turns. The still shows the last.
            *(
                f'<text class="s s{k}" x="{left}" y="{height - 14}" '
                f'opacity="{int(k + 1 == len(sums))}">{line}</text>'
                for k, line in enumerate(sums)
            ),
        ]
        values = ", ".join(_number(value) for value in output.flatten().tolist())
        said = (
            f"A {_size(kernel)} kernel slides over a {_size(image)} image, row by row. The sums of "
            f"the products, {values}, fill the {_size(output)} output."
        )
        # Pictures on one page share this name only if they are alike, which does no harm.
        name = "slide-" + hashlib.sha256("".join(drawing).encode()).hexdigest()[:6]
        return "\n".join(
            [
                f'<figure class="{name}" style="margin:1rem 0">',
                f'<svg role="img" aria-label="{escape(said)}" viewBox="0 0 {width} {height}" '
                f'width="{width}" fill="currentColor" font-size="15" '
                'style="display:block;max-width:100%">',
                f"<style>\n{_style(name, corners)}\n</style>",  # HTML has it in a head only
                *drawing,
                "</svg>",
                '<label hidden=""><input type="checkbox"/> Pause</label>',
                "</figure>",
            ]
        )


def _style(name: str, corners: list[tuple[int, int]]) -> str:
    count = len(corners)
    turn = 100 / count  # per cent of the round that each window has
    places = "".join(
        # Stay to be read, then leave in time to be at the next place when its turn begins.
        f"{turn * k:.4g}%,{turn * (k + 0.7 + 0.3 * (k + 1 == count)):.4g}%"
        f"{{transform:translate({_CELL * j}px,{_CELL * i}px)}}"
        for k, (i, j) in enumerate(corners)
    )
    arrivals = [
        # An output is hidden until its window comes, and then stays to the end of the round.
        f"@keyframes {name}-o{k}{{0%{{opacity:0}}{turn * k:.4g}%,100%{{opacity:1}}}}"
        for k in range(1, count)
    ]
    return "\n".join(
        [
            f"@keyframes {name}-frame{{{places}}}",
            f"@keyframes {name}-s{{0%{{opacity:1}}{turn:.4g}%,100%{{opacity:0}}}}",
            *arrivals,
            "@media screen and (prefers-reduced-motion:no-preference){",
            f".{name} label{{display:inline-block}}",
            f".{name} :is(.frame,.s,.o){{animation:{count * _SECONDS:g}s step-end infinite}}",
            f".{name} .frame{{animation-name:{name}-frame;animation-timing-function:ease-in-out}}",
            f".{name} .s{{animation-name:{name}-s}}",
            *(
                f".{name} .s{k}{{animation-delay:{(k - count) * _SECONDS:g}s}}"
                for k in range(count)
            ),
            *(f".{name} .o{k}{{animation-name:{name}-o{k}}}" for k in range(1, count)),
            f".{name}:has(:checked) *{{animation-play-state:paused!important}}",
            "}",
        ]
    )


def _grid(numbers: Tensor, left: int, *, name: str = "") -> list[str]:
    """Draw cells, the larger their number the stronger their colour."""
    largest = float(numbers.abs().max()) or 1.0
    cells = []
    for k, value in enumerate(numbers.flatten().tolist()):
        row, column = divmod(k, numbers.shape[1])
        x, y = left + _CELL * column, _TOP + _CELL * row
        colour, strength = (ORANGE if value > 0 else BLUE), 0.5 * abs(value) / largest
        cells += [
            f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" '
            'fill="none" stroke="currentColor" stroke-opacity=".3"/>',
            f'<g class="{name} {name}{k}">' if name else "<g>",
            f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" '
            f'fill="{colour}" fill-opacity="{strength:.2g}"/>',
            f'<text x="{x + _CELL // 2}" y="{y + _CELL // 2 + 5}" text-anchor="middle">'
            f"{_number(value)}</text></g>",
        ]
    return cells


def _frame(left: int, height: int, width: int) -> list[str]:
    return [
        f'<rect x="{left}" y="{_TOP}" width="{_CELL * width}" height="{_CELL * height}" '
        'fill="none" stroke="currentColor" stroke-width="3"/>'
    ]


def _taps(kernel: Tensor, left: int) -> list[str]:
    """Write each tap into the corner of the cell that it multiplies."""
    return [
        f'<text x="{left + _CELL * (column + 1) - 4}" y="{_TOP + _CELL * (row + 1) - 5}" '
        f'font-size="11" text-anchor="end">×{_number(tap)}</text>'
        for row, taps in enumerate(kernel.tolist())
        for column, tap in enumerate(taps)
    ]


def _sum(window: Tensor, kernel: Tensor) -> str:
    pairs = zip(window.flatten().tolist(), kernel.flatten().tolist(), strict=True)
    products = (f"{_factor(pixel)}·{_factor(tap)}" for pixel, tap in pairs)
    return f"{' + '.join(products)} = {_number((window * kernel).sum().item())}"


def _factor(value: float) -> str:
    return f"({_number(value)})" if value < 0 else _number(value)


def _number(value: float) -> str:
    # Zero times a negative tap is −0, which no reader expects; adding 0 takes the sign away.
    return f"{value + 0:.4g}".replace("-", "−")


def _size(grid: Tensor) -> str:
    return f"{grid.shape[0]} by {grid.shape[1]}"
