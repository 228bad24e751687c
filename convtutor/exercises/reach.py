"""Exercises on the pixels that layers see, and those that they miss."""

from convtutor.exercises.exercise import Exercise
from convtutor.shapes import output_size, receptive_field


def unseen_pixels_spec(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Count the pixels along one axis that no tap of any window ever lies on."""
    seen = [False] * size
    for start in range(0, size, stride):
        if start + dilation * (kernel - 1) < size:
            for tap in range(kernel):
                seen[start + dilation * tap] = True
    return seen.count(False)


def unseen_pixels(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Collect in a set what is seen, so that nothing counts twice."""
    windows = output_size(size, kernel, stride=stride, dilation=dilation)
    starts = [stride * window for window in range(windows)]
    seen = {start + dilation * tap for start in starts for tap in range(kernel)}
    return size - len(seen)


UNSEEN_PIXELS = Exercise(
    effort="medium",
    specification=unseen_pixels_spec,
    solution=unseen_pixels,
    hints=(
        "Count what is seen instead. Window ``i`` starts at ``stride * i``; where are its taps?",
        "Windows overlap, and a pixel must not count twice: a ``set`` sees to that.",
        "How many windows there are, ``convtutor.shapes.output_size`` knows.",
    ),
    cases=lambda device: [
        (10, 3, 3, 1),
        (11, 3, 2, 2),
        (10, 3, 1, 3),
        (11, 2, 4, 3),
        (9, 2, 1, 6),
        (12, 4, 3, 2),
    ],
)


def seen_pixels_spec(layers: list[tuple[int, int, int]], place: int) -> tuple[int, int]:
    """Find the first and the last pixel that the output pixel at ``place`` sees."""
    seen = {place}
    for kernel, stride, dilation in reversed(layers):
        below = set()
        for pixel in seen:
            for tap in range(kernel):
                below.add(stride * pixel + dilation * tap)
        seen = below
    return min(seen), max(seen)


def seen_pixels(layers: list[tuple[int, int, int]], place: int) -> tuple[int, int]:
    """Begin where the jumps lead, and look as far as the receptive field reaches."""
    size, jump = receptive_field(layers)
    return place * jump, place * jump + size - 1


SEEN_PIXELS = Exercise(
    effort="medium",
    specification=seen_pixels_spec,
    solution=seen_pixels,
    hints=(
        "Each layer is a kernel size, a stride and a dilation, as ``receptive_field`` takes them.",
        "Neighbours in the output begin one *jump* apart. So where does number ``place`` begin?",
        "It ends ``size - 1`` pixels further on.",
    ),
    cases=lambda device: [
        ([(3, 1, 1)], 2),
        ([(3, 1, 1), (3, 2, 1), (3, 1, 1)], 1),
        ([(2, 2, 1), (2, 3, 1), (4, 1, 2)], 3),
        ([(3, 1, 1), (3, 1, 3), (3, 1, 9)], 5),
        ([(1, 2, 1), (5, 1, 1)], 0),
    ],
)

EXERCISES = [UNSEEN_PIXELS, SEEN_PIXELS]
