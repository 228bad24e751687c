"""The picture, and what can be shown in it."""

import hashlib
from dataclasses import dataclass
from html import escape

from torch import Tensor

from convtutor.animation.motion import style
from convtutor.animation.still import dimensions, draw
from convtutor.correlation import corr2d
from convtutor.plots.ink import numbers, size, written

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
        windows = corr2d(self.image, self.kernel).numel()
        if self.image.ndim > 2:
            raise ValueError(
                f"image of shape {tuple(self.image.shape)} has {self.image.ndim} dimensions; "
                "an animation shows exactly 2: (H, W)"
            )
        taps = self.kernel.numel()
        if windows > _MOST_WINDOWS or taps > _MOST_TAPS:
            raise ValueError(
                f"{windows} windows of {taps} pixels are too many to show; "
                f"at most {_MOST_WINDOWS} windows of {_MOST_TAPS} pixels"
            )

    def __repr__(self) -> str:
        """Say what slides over what."""
        kernel, image = dimensions(self.kernel), dimensions(self.image)
        return f"SlidingWindow({kernel} kernel over a {image} image)"

    def _repr_html_(self) -> str:
        image, kernel = self.image.detach().cpu(), self.kernel.detach().cpu()
        output = corr2d(image, kernel)
        drawing, width, height = draw(image, kernel, output)
        largest = size(numbers(output))
        values = ", ".join(written(value, largest=largest) for value in output.flatten().tolist())
        said = (
            f"A {dimensions(kernel)} kernel slides over a {dimensions(image)} image, row by row. "
            f"The sums of the products, {values}, fill the {dimensions(output)} output."
        )
        # Pictures on one page share this name only if they are alike, which does no harm.
        name = "slide-" + hashlib.sha256("".join(drawing).encode()).hexdigest()[:6]
        return "\n".join(
            [
                f'<figure class="{name}" style="margin:1rem 0">',
                f'<svg role="img" aria-label="{escape(said)}" viewBox="0 0 {width} {height}" '
                f'width="{width}" fill="currentColor" font-size="15" '
                'style="display:block;max-width:100%">',
                f"<style>\n{style(name, *output.shape)}\n</style>",  # HTML has it in a head only
                *drawing,
                "</svg>",
                '<label hidden=""><input type="checkbox"/> Pause</label>',
                "</figure>",
            ]
        )
