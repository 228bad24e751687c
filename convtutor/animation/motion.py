"""The style sheet that makes the drawing move."""

from convtutor.animation.still import CELL

_SECONDS = 2.5  # per window


def style(name: str, rows: int, columns: int) -> str:
    """Move the frames of a drawing from place to place, and let numbers and sums follow.

    Args:
        name: The class of the figure, to which every rule is bound.
        rows: Rows of the output.
        columns: Columns of the output.

    Returns:
        A style sheet.
    """
    corners = [(i, j) for i in range(rows) for j in range(columns)]
    count = len(corners)
    turn = 100 / count  # per cent of the round that each window has
    places = "".join(
        # Stay to be read, then leave in time to be at the next place when its turn begins.
        f"{turn * k:.4g}%,{turn * (k + 0.7 + 0.3 * (k + 1 == count)):.4g}%"
        f"{{transform:translate({CELL * j}px,{CELL * i}px)}}"
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
