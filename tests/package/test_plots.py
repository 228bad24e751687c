"""The drawings: what is on the axes, and where."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations, pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import same_color, to_rgb
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.typing import ColorType
from torch import Tensor

from convtutor import plots

GRID = [[-4.0, 0.5, 0.0], [1.25, 2.0, 3.0]]


@pytest.fixture
def axes() -> Iterator[list[Axes]]:
    """Two empty axes of one figure, the second of them current."""
    fig, pair = plt.subplots(1, 2)
    yield list(pair)
    fig.canvas.draw()  # whatever was drawn can be rendered, without a warning
    plt.close(fig)


@pytest.fixture
def ax(axes: list[Axes]) -> Axes:
    return axes[0]


def drawn(ax: Axes) -> Any:
    """What has the colours: the pixels of an image, or the cells of a grid."""
    drawings: list[Any] = [*ax.images, *ax.collections]
    (only,) = drawings
    return only


def shades(ax: Axes) -> numpy.ndarray:
    """The colours of the pixels or cells, row by row, shape (H, W, 4) or (n, 4)."""
    image = drawn(ax)
    return numpy.asarray(image.to_rgba(numpy.asarray(image.get_array()), norm=True))


def as_shown(figure: Figure) -> None:
    """Lay the figure out and draw it, as saving does."""
    figure.draw_without_rendering()


def points(line: Line2D) -> list[list[float]]:
    """The points of a line, each as [x, y]."""
    drawn: list[list[float]] = numpy.asarray(line.get_xydata()).tolist()
    return drawn


def texts(ax: Axes) -> dict[tuple[float, float], str]:
    """What stands where, by row and column."""
    return {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in ax.texts}


def vertices(path: Path) -> numpy.ndarray:
    """The points of a path, shape (n, 2)."""
    return numpy.asarray(path.vertices)


def draw_path(ax: Axes, kernels: Tensor, *, title: str) -> None:
    plots.show_path(ax, kernels.reshape(-1, 1, 2), goal=(1, -1), title=title)


def draw_losses(ax: Axes, losses: Tensor, *, title: str) -> None:
    plots.show_losses(ax, losses.abs().flatten() + 1, title=title)


@pytest.mark.parametrize(
    "show", [plots.show_grid, plots.show_image, plots.show_response, draw_losses, draw_path]
)
def test_draws_on_the_axes_it_is_given(
    show: Callable[..., None], axes: list[Axes], dtype: torch.dtype, device: torch.device
) -> None:
    figures = plt.get_fignums()
    tensor = torch.tensor(GRID, dtype=dtype, device=device, requires_grad=True)
    assert show(axes[0], tensor, title="a title") is None  # type: ignore[func-returns-value]
    assert axes[0].has_data()
    assert axes[0].get_title(loc="left") == "a title"
    assert not axes[1].has_data()
    assert axes[1].get_title(loc="left") == ""
    assert plt.get_fignums() == figures
    assert tensor.requires_grad


@pytest.mark.parametrize("show", [plots.show_grid, plots.show_image, plots.show_response])
def test_shows_rows_downwards_and_no_ticks(
    show: Callable[..., None], ax: Axes, device: torch.device
) -> None:
    show(ax, torch.tensor(GRID, device=device), title="")
    assert numpy.asarray(drawn(ax).get_array()).reshape(2, 3).tolist() == GRID
    assert ax.get_ylim() == (1.5, -0.5)
    assert ax.get_xlim() == (-0.5, 2.5)
    assert ax.get_xticks().size == ax.get_yticks().size == 0


def test_cell_lies_under_its_number(ax: Axes, device: torch.device) -> None:
    plots.show_grid(ax, torch.tensor(GRID, device=device), title="")
    centres = [path.get_extents().get_points().mean(0).tolist() for path in drawn(ax).get_paths()]
    assert centres == [pytest.approx([j, i]) for i in range(2) for j in range(3)]
    sides = [path.get_extents().size.tolist() for path in drawn(ax).get_paths()]
    assert sides == [pytest.approx([1 - 2 / 42] * 2)] * 6  # 2 of 42 pixels are left between cells


@pytest.mark.parametrize(("show", "strength"), [(plots.show_grid, 0.5), (plots.show_response, 1)])
@pytest.mark.parametrize("sign", [1, -1])
def test_colour_is_symmetrical_about_zero(
    show: Callable[..., None], strength: float, sign: int, ax: Axes, device: torch.device
) -> None:
    # All numbers are of one sign, and zero is pale all the same.
    show(ax, sign * torch.tensor([[4.0, 2.0, 0.0]], device=device), title="")
    low, high = drawn(ax).get_clim()
    assert low == -high
    assert high == pytest.approx(4 / strength, rel=0.02)
    assert same_color(drawn(ax).cmap(0.0), plots.BLUE)
    assert same_color(drawn(ax).cmap(1.0), plots.ORANGE)
    full, half, zero = shades(ax).reshape(3, 4)
    assert zero[:3].min() > 0.9
    # Orange has more red than blue, blue the other way round; a smaller number is paler.
    assert sign * (full[0] - full[2]) > 0.25
    assert 0.1 < sign * (half[0] - half[2]) < sign * (full[0] - full[2])


def test_grid_writes_each_number_in_its_cell(ax: Axes, device: torch.device) -> None:
    plots.show_grid(ax, torch.tensor(GRID, device=device), title="")
    assert texts(ax) == {
        (0, 0): "−4", (0, 1): "0.5", (0, 2): "0",
        (1, 0): "1.25", (1, 1): "2", (1, 2): "3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"), [([5000, 0.001], ["5000", "0"]), ([5e-7, 1e-7], ["5e−07", "1e−07"])]
)
def test_what_counts_as_zero_depends_on_the_grid(
    ax: Axes, device: torch.device, row: list[float], expected: list[str]
) -> None:
    plots.show_grid(ax, torch.tensor([row], device=device), title="")
    assert list(texts(ax).values()) == expected


def test_grid_rounds_long_numbers_and_writes_zero_as_0(ax: Axes, device: torch.device) -> None:
    plots.show_grid(
        ax, torch.tensor([[1 / 3], [-0.0], [-3e-8], [1234.56]], device=device), title=""
    )
    assert texts(ax) == {(0, 0): "0.3333", (1, 0): "0", (2, 0): "0", (3, 0): "1235"}


def luminance(colour: ColorType) -> float:
    """Of a colour in sRGB, as WCAG 2 defines it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(numpy.dot([0.2126, 0.7152, 0.0722], parts))


def contrast(one: ColorType, other: ColorType) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_stand_out_from_their_cells(theme: str, ax: Axes, device: torch.device) -> None:
    plots.show_grid(ax, torch.arange(-4, 5, device=device)[:, None], title="")
    if theme == "dark":
        turn_dark(ax)
    inks = [text.get_color() for text in ax.texts]
    found = [contrast(tuple(cell), ink) for cell, ink in zip(shades(ax), inks, strict=True)]
    assert min(found) > 4.5


def turn_dark(ax: Axes) -> None:
    figure = ax.get_figure(root=True)
    assert figure is not None
    plots.turn_dark(figure)


def test_a_dark_page_has_dark_cells_light_ink_and_the_same_signal_colours(
    axes: list[Axes], device: torch.device
) -> None:
    ax, other = axes
    plots.show_grid(ax, torch.tensor(GRID, device=device), title="a title", window=(0, 1, 2, 2))
    plots.show_response(other, torch.tensor(GRID, device=device), title="")
    turn_dark(ax)
    zero = shades(ax)[2]
    assert same_color(shades(other)[0, 2], zero)
    assert luminance(tuple(zero)) < 0.03
    assert all(luminance(text.get_color()) > 0.6 for text in [*ax.texts, ax.title])
    rim, frame = ax.patches
    assert luminance(rim.get_edgecolor()) < 0.01
    assert same_color(frame.get_edgecolor(), plots.MAGENTA)
    assert same_color(drawn(other).cmap(1.0), plots.ORANGE)


@pytest.mark.parametrize("colour", [plots.BLUE, plots.ORANGE, plots.GREY, plots.MAGENTA])
@pytest.mark.parametrize("page", ["#ffffff", "#15181c"], ids=["light", "dark"])
def test_lines_stand_out_from_a_page(colour: str, page: str) -> None:
    assert contrast(colour, page) > 3


def test_grid_takes_integers(ax: Axes, device: torch.device) -> None:
    plots.show_grid(ax, torch.tensor([[7, -3]], device=device), title="")
    assert texts(ax) == {(0, 0): "7", (0, 1): "−3"}


def test_grid_frames_a_window(ax: Axes, device: torch.device) -> None:
    grid = torch.zeros(5, 7, device=device)
    plots.show_grid(ax, grid, title="")
    assert not ax.patches
    plots.show_grid(ax, grid, title="", window=(3, 1, 2, 4))
    rim, frame = ax.patches
    for box in (rim, frame):
        assert isinstance(box, FancyBboxPatch)
        # Rows 3 and 4, columns 1 to 4; a cell reaches half a unit around its number.
        assert (box.get_y(), box.get_height()) == (2.5, 2)
        assert (box.get_x(), box.get_width()) == (0.5, 4)
        assert not box.get_fill()
    assert same_color(frame.get_edgecolor(), plots.MAGENTA)
    assert rim.get_linewidth() > frame.get_linewidth()


@pytest.mark.parametrize("show", [plots.show_grid, plots.show_response])
def test_panels_of_a_figure_share_their_colours(
    show: Callable[..., None], axes: list[Axes], device: torch.device
) -> None:
    show(axes[0], torch.tensor([[1.0, 2.0]], device=device), title="")
    show(axes[1], torch.tensor([[8.0], [2.0]], device=device), title="")
    assert (shades(axes[0]).reshape(2, 4)[1] == shades(axes[1]).reshape(2, 4)[1]).all()
    assert drawn(axes[0]).get_clim() == drawn(axes[1]).get_clim()


@pytest.mark.parametrize("show", [plots.show_grid, plots.show_response])
def test_a_limit_is_a_scale_of_its_own(
    show: Callable[..., None], axes: list[Axes], device: torch.device
) -> None:
    show(axes[0], torch.tensor([[1.0, 2.0]], device=device), title="", limit=32)
    show(axes[1], torch.tensor([[8.0], [2.0]], device=device), title="")
    one, other = drawn(axes[0]).get_clim()[1], drawn(axes[1]).get_clim()[1]
    assert one / other == pytest.approx(32 / 8, rel=0.02)


def test_numbers_stay_inside_their_cells(device: torch.device) -> None:
    # The long numbers of the first grid must be small, and those of the second are as small.
    long, short = [[-1.25] * 4, [7.0, 0.5, 1, 0]], [[1.0, 2, 3, 4]]
    fig, axes = plt.subplots(1, 2, figsize=(3.7, 2), layout="constrained")
    for ax, grid in zip(axes, (long, short), strict=True):
        plots.show_grid(ax, torch.tensor(grid, device=device), title="")
    as_shown(fig)
    for ax in axes:
        cells = [ax.transData.transform_bbox(p.get_extents()) for p in drawn(ax).get_paths()]
        for cell, text in zip(cells, ax.texts, strict=True):
            box = text.get_window_extent()
            assert cell.x0 < box.x0
            assert box.x1 < cell.x1
            assert cell.y1 < box.y0  # rows count downwards
            assert box.y1 < cell.y0
    assert len({text.get_fontsize() for ax in axes for text in ax.texts}) == 1


def test_numbers_too_small_to_read_are_refused(device: torch.device) -> None:
    fig, ax = plt.subplots(figsize=(5.6, 2), layout="constrained")
    plots.show_grid(ax, torch.tensor([[-1.25] * 12], device=device), title="a grid")
    with pytest.raises(
        ValueError, match=r"'−1\.25' does not fit into the cells of the grid 'a grid'"
    ):
        as_shown(fig)
    plots.show_grid(ax, torch.tensor([[-1.25] * 12], device=device), title="", write_numbers=False)
    plt.close(fig)


def test_colours_without_numbers_are_full(ax: Axes, device: torch.device) -> None:
    plots.show_grid(ax, torch.tensor([[8.0, 1]], device=device), title="", write_numbers=False)
    assert not ax.texts
    assert same_color(shades(ax)[0], plots.ORANGE)


GRIDS = {"image, 3 × 6": torch.arange(18).reshape(3, 6), "kernel": torch.eye(2), "output": GRID}


def show_grids(device: torch.device, **settings: Any) -> Figure:
    grids = {name: torch.as_tensor(grid, device=device) for name, grid in GRIDS.items()}
    return plots.show_grids(grids, **settings)


@pytest.mark.parametrize("columns", [None, 1, 2])
def test_grids_have_one_cell_size_and_stand_apart(
    columns: int | None, device: torch.device
) -> None:
    figure = show_grids(device, columns=columns)
    assert figure.get_figwidth() <= 5.6
    as_shown(figure)
    cells = [ax.transData.transform([(0, 0), (1, 1)]) for ax in figure.axes]
    sides = {round(abs(side), 3) for low, high in cells for side in high - low}
    assert len(sides) == 1
    # With its title, no panel comes closer to another than a third of an inch.
    boxes: list[Any] = [ax.get_tightbbox() for ax in figure.axes]
    apart = figure.dpi / 3
    for one, other in combinations(boxes, 2):
        across = max(one.x0, other.x0) - min(one.x1, other.x1)
        down = max(one.y0, other.y0) - min(one.y1, other.y1)
        assert across > apart or down > apart / 3
    assert [ax.get_title(loc="left") for ax in figure.axes] == [*GRIDS]
    places = {round(ax.get_position().x0, 3) for ax in figure.axes}
    assert len(places) == (columns or 2)
    plt.close(figure)


def test_grids_fill_the_next_row_when_a_row_is_full(device: torch.device) -> None:
    grids = {str(k): torch.zeros(2, 8, device=device) for k in range(3)}
    figure = plots.show_grids(grids)
    rows = [round(ax.get_position().y0 * figure.get_figheight(), 2) for ax in figure.axes]
    assert rows == sorted(set(rows), reverse=True)
    assert figure.get_figwidth() < 3.73  # a phone shows it in full size
    plt.close(figure)


def test_a_title_wider_than_its_grid_is_all_in_the_figure(device: torch.device) -> None:
    figure = plots.show_grids({"a window in each column": torch.zeros(3, 2, device=device)})
    figure.set_dpi(96)
    as_shown(figure)
    (box,) = [ax.get_tightbbox() for ax in figure.axes]
    assert box is not None
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
    plt.close(figure)


def test_grids_frame_their_windows(device: torch.device) -> None:
    figure = show_grids(device, windows={"output": (1, 0, 1, 2)})
    assert [len(ax.patches) for ax in figure.axes] == [0, 0, 2]
    with pytest.raises(ValueError, match=r"windows has 'outptu', which is not a title of grids"):
        show_grids(device, windows={"outptu": (1, 0, 1, 2)})
    plt.close(figure)


def test_what_is_not_a_grid_is_refused(ax: Axes, device: torch.device) -> None:
    batch = torch.zeros(1, 2, 3, device=device)
    rule = r"^grid of shape \(1, 2, 3\) must have exactly 2 dimensions$"
    with pytest.raises(ValueError, match=rule):
        plots.show_grid(ax, batch, title="")
    with pytest.raises(ValueError, match=rule):
        plots.show_grids({"a batch": batch})
    with pytest.raises(ValueError, match=r"^grids must have at least one grid, got none$"):
        plots.show_grids({})


def test_grids_too_wide_for_a_page_are_refused(device: torch.device) -> None:
    wide = torch.full((2, 12), -1.25, device=device)
    with pytest.raises(
        ValueError, match=r"grids of up to 12 columns .* '−1\.25' do not fit into 5\.6"
    ):
        plots.show_grids({"wide": wide})
    plt.close(plots.show_grids({"wide": wide}, write_numbers=False))


@pytest.mark.parametrize("show", [plots.show_grid, plots.show_response])
def test_zeros_are_pale(show: Callable[..., None], ax: Axes, device: torch.device) -> None:
    show(ax, torch.zeros(2, 3, device=device), title="")
    assert shades(ax)[..., :3].min() > 0.9
    assert set(texts(ax).values()) <= {"0"}


def test_image_is_grey_from_0_to_1(ax: Axes, device: torch.device) -> None:
    # A pale image stays pale, a number beyond the scale is cut off.
    plots.show_image(ax, torch.tensor([[0.0, 0.5, 1.0], [0.6, 0.8, 1.5]], device=device), title="")
    pixels = shades(ax)
    assert (pixels[..., 0] == pixels[..., 1]).all()
    assert (pixels[..., 0] == pixels[..., 2]).all()
    expected = [[0, 0.5, 1], [0.6, 0.8, 1]]
    assert abs(pixels[..., 0] - expected).max() < 1 / 255  # the map has 256 shades


def test_response_is_not_paled_by_a_few_extremes(ax: Axes, device: torch.device) -> None:
    response = torch.linspace(-1, 1, 30 * 40, device=device).reshape(30, 40)
    response[2, 3] = 1000
    plots.show_response(ax, response, title="")
    # Of 1200 sizes, spread evenly up to 1, one in a hundred is above 0.99.
    assert drawn(ax).get_clim()[1] == pytest.approx(0.99, abs=0.005)
    assert same_color(shades(ax)[2, 3], plots.ORANGE)
    assert not ax.texts


def test_response_of_one_pixel_in_a_thousand_is_seen(ax: Axes, device: torch.device) -> None:
    response = torch.zeros(30, 40, device=device)
    response[2, 3] = -0.5
    plots.show_response(ax, response, title="")
    assert same_color(shades(ax)[2, 3], plots.BLUE)


def test_losses_are_drawn_by_step_on_a_logarithmic_axis(ax: Axes, device: torch.device) -> None:
    plots.show_losses(ax, torch.tensor([8.0, 0.5, 0.0625], device=device), title="")
    (line,) = ax.lines
    assert points(line) == [[1, 8], [2, 0.5], [3, 0.0625]]
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "summed squared error")


def test_path_runs_from_the_start_towards_the_goal(ax: Axes, device: torch.device) -> None:
    kernels = torch.tensor([[[0.5, -0.25]], [[2.0, -3.0]], [[1.25, -1.5]]], device=device)
    plots.show_path(ax, kernels, goal=(1, -1), title="")
    drawn = {line.get_label(): points(line) for line in ax.lines}
    assert drawn == {
        "the kernel": [[0.5, -0.25], [2, -3], [1.25, -1.5]],
        "start": [[0.5, -0.25]],
        "goal": [[1, -1]],
    }
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("left tap", "right tap")
    # The end of the way can be seen in the goal.
    assert [line.get_fillstyle() for line in ax.lines] == ["full", "full", "none"]
    assert {name: end for name, (end, _) in names(ax).items()} == {
        "start": (0.5, -0.25),
        "goal": (1, -1),
    }


@pytest.mark.parametrize(("left", "ha"), [(0.5, "left"), (1.5, "right")])
def test_goal_is_named_where_the_path_does_not_come_from(left: float, ha: str, ax: Axes) -> None:
    plots.show_path(ax, torch.tensor([[[left, 0.0]], [[1, -1]]]), goal=(1, -1), title="")
    (goal,) = (text for text in ax.texts if text.get_text() == "goal")
    assert goal.get_horizontalalignment() == ha


def names(ax: Axes) -> dict[str, tuple[tuple[float, float], float]]:
    """For each name the place that it belongs to, and how many points it is raised."""
    notes = [text for text in ax.texts if isinstance(text, Annotation)]
    return {note.get_text(): ((note.xy[0], note.xy[1]), note.xyann[1]) for note in notes}


@pytest.mark.parametrize("show", [plots.show_loss_curves, plots.show_spectra])
def test_names_stand_at_the_ends_of_lines(show: Callable[..., None], ax: Axes) -> None:
    high, low = torch.tensor([8.0, 4.0]), torch.tensor([8.0, 2.0, 0.5])
    show(ax, {"high": high, "low": low}, title="")
    assert names(ax) == {"high": ((2, 4), 0), "low": ((3, 0.5), 0)}


def test_names_do_not_cover_each_other(axes: list[Axes]) -> None:
    figure = axes[0].get_figure(root=True)
    assert figure is not None
    figure.set_layout_engine("constrained")
    ends = {"a": 1.0, "b": 1.1, "c": 1e-3, "d": 1.2, "e": 1.0}
    spectra = {name: torch.tensor([10.0, end]) for name, end in ends.items()}
    plots.show_spectra(axes[0], spectra, title="a title")
    figure.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in axes[0].texts), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 for below, above in pairwise(boxes))
    order = sorted(axes[0].texts, key=lambda text: text.get_window_extent().y0)
    assert [text.get_text() for text in order] == ["c", "a", "e", "b", "d"]


def test_name_of_a_line_that_leaves_the_axes_stays_on_them(ax: Axes) -> None:
    # At 2, the steep error grows to three times its size, twice as high as the axes reach.
    plots.show_shrinkage(ax, torch.tensor([0.5, 2.0]), 2, marks={}, title="")
    (right, height), _ = names(ax)["curvature 2"]
    assert (right, height) == pytest.approx((1.25, 1.5), abs=0.01)


def test_a_curve_without_points_has_a_name(ax: Axes) -> None:
    losses = {"some": torch.tensor([2.0, 1.0]), "none": torch.zeros(0)}
    plots.show_loss_curves(ax, losses, title="")
    assert set(names(ax)) == set(losses)


@pytest.mark.parametrize(
    ("show", "argument", "most"),
    [
        (plots.show_loss_curves, "losses", 3),
        (partial(plots.show_costs, sizes=torch.tensor([2, 3])), "costs", 4),
        (plots.show_spectra, "spectra", 5),
    ],
    ids=["losses", "costs", "spectra"],
)
def test_curves_that_look_alike_are_refused(
    show: Callable[..., None], argument: str, most: int, ax: Axes
) -> None:
    curves = {str(k): torch.tensor([2.0, 1.0]) for k in range(most + 1)}
    few = dict(list(curves.items())[:most])
    with pytest.raises(
        ValueError,
        match=f"{argument} has {most + 1} curves, but at most {most} can be told apart",
    ):
        show(ax, **{argument: curves}, title="")
    assert not ax.lines
    show(ax, **{argument: few}, title="")
    looks = {(str(line.get_color()), line.get_linestyle(), line.get_marker()) for line in ax.lines}
    assert len(looks) == most
    assert set(names(ax)) == set(few)


def test_losses_of_float64_are_not_cut_to_float32(ax: Axes) -> None:
    plots.show_losses(ax, torch.tensor([1, 1e40], dtype=torch.float64), title="")
    (line,) = ax.lines
    assert points(line) == [[1, 1], [2, 1e40]]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.int64, torch.bool])
def test_any_real_dtype_is_drawn(dtype: torch.dtype, ax: Axes, device: torch.device) -> None:
    plots.show_grid(ax, torch.tensor([[0, 1]], device=device).to(dtype), title="")
    assert list(texts(ax).values()) == ["0", "1"]


def draw_curve(ax: Axes, *, title: str) -> None:
    ax.plot([1, 2], [3, 4])
    plots.show_axes(ax, title=title, across="step", up="error")


LOSSES = torch.tensor([2.0, 1.0, 0.5])


@pytest.mark.parametrize(
    "draw",
    [
        partial(plots.show_losses, losses=LOSSES),
        partial(plots.show_loss_curves, losses={"one": LOSSES}),
        partial(plots.show_spectra, spectra={"one": LOSSES}),
        partial(plots.show_costs, sizes=torch.tensor([2, 3, 4]), costs={"one": LOSSES}),
        partial(plots.show_shrinkage, curvatures=LOSSES, reach=1, marks={}),
        partial(plots.show_path, kernels=torch.eye(2).reshape(2, 1, 2), goal=(1, -1)),
        draw_curve,
    ],
    ids=["losses", "loss curves", "spectra", "costs", "shrinkage", "path", "curve"],
)
def test_diagrams_share_a_look(draw: Callable[..., None], ax: Axes) -> None:
    draw(ax, title="a title")
    assert ax.get_title(loc="left") == "a title"
    assert ax.get_legend() is None
    # What the height means is written across, between the axes and the title.
    up = ax.yaxis.get_label()
    assert up.get_rotation() == 0
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    (head,) = (text for text in ax.findobj(Text) if text.get_text() == "a title")
    boxes = [artist.get_window_extent() for artist in (ax, up, head)]
    assert all(below.y1 < above.y0 for below, above in pairwise(boxes))
    # Text is black, so that a dark page can turn it light.
    words = [text for text in ax.findobj(Text) if text.get_text()]
    assert all(same_color(text.get_color(), "black") for text in words)


def squares(ax: Axes) -> dict[tuple[int, int], str]:
    """What stands in each row and column: padding, or the name of a colour."""
    colours = {plots.GREY: "grey", plots.MAGENTA: "tap", plots.ORANGE: "unseen"}
    found = {}
    for patch in ax.patches:
        assert isinstance(patch, FancyBboxPatch)
        cell = (
            round(patch.get_y() + patch.get_height() / 2),
            round(patch.get_x() + patch.get_width() / 2),
        )
        (name,) = [
            name for colour, name in colours.items() if same_color(patch.get_facecolor(), colour)
        ] or ["padding"]
        assert patch.get_fill() == (name != "padding")
        found[cell] = name
    return found


def test_windows_are_drawn_one_below_the_other(ax: Axes) -> None:
    # Reach 5 over 8 pixels and one of padding on each side: windows start at -1 and 2. Pixels 0 and
    # 5 lie between taps, pixel 7 beyond the last window.
    plots.show_windows(ax, 8, 3, stride=3, padding=1, dilation=2, title="a title")
    image = {(0, -1): "padding", (0, 8): "padding"}
    image |= {(0, pixel): "unseen" if pixel in (0, 5, 7) else "grey" for pixel in range(8)}
    taps = {(1, -1), (1, 1), (1, 3), (2, 2), (2, 4), (2, 6)}
    assert squares(ax) == image | dict.fromkeys(taps, "tap")
    assert [points(line) for line in ax.lines] == [[[-1, 1], [3, 1]], [[2, 2], [6, 2]]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["image", "window 1", "window 2"]
    assert ax.get_title(loc="left") == "a title"
    assert ax.yaxis_inverted()


def test_windows_cover_the_image_at_stride_1(ax: Axes) -> None:
    plots.show_windows(ax, 5, 2, title="")
    assert [cell for cell in squares(ax) if cell[0] == 0] == [(0, pixel) for pixel in range(5)]
    assert {name for cell, name in squares(ax).items() if cell[0] == 0} == {"grey"}
    assert len(squares(ax)) == 5 + 4 * 2


def test_shrinkage_bends_where_a_step_leaves_nothing(ax: Axes, device: torch.device) -> None:
    curvatures = torch.tensor([0.5, 2.0], device=device)
    plots.show_shrinkage(ax, curvatures, 1, marks={"here": 0.75}, title="a title")
    flat, steep, mark, *_ = ax.lines
    assert points(flat)[::200] == [[0, 1], [0.5, 0.75], [1, 0.5]]
    assert points(steep)[::100] == [[0, 1], [0.25, 0.5], [0.5, 0], [0.75, 0.5], [1, 1]]
    assert points(mark) == [[0.75, 0.5]]
    assert "here" in [text.get_text() for text in ax.texts]
    assert (flat.get_label(), steep.get_label()) == ("curvature 0.5", "curvature 2")
    assert (ax.get_title(loc="left"), ax.get_xlabel()) == ("a title", "learning rate")


def test_bowl_is_flattest_where_the_curvature_is_smallest(ax: Axes, device: torch.device) -> None:
    plots.show_bowl(ax, torch.diag(torch.tensor([4.0, 1.0], device=device)), goal=(3, -5), reach=2)
    assert (ax.get_xlim(), ax.get_ylim()) == ((1, 5), (-7, -3))
    (lines,) = ax.collections
    assert isinstance(lines, ContourSet)
    innermost = vertices(lines.get_paths()[0])
    # An ellipse around the goal, twice as high as wide: heights go with the square.
    centre = (innermost.max(0) + innermost.min(0)) / 2
    width, height = innermost.max(0) - innermost.min(0)
    assert centre == pytest.approx([3, -5], abs=0.02)
    assert height / width == pytest.approx(2, rel=0.02)


def test_level_is_drawn_where_the_height_is_reached(ax: Axes, device: torch.device) -> None:
    across, up = torch.arange(5.0, device=device), torch.arange(4.0, device=device)
    heights = across.expand(4, 5)
    plots.show_level(ax, across, up, heights, 2.5, colour=plots.BLUE, label="there")
    (lines,) = ax.collections
    assert isinstance(lines, ContourSet)
    (line,) = lines.get_paths()
    assert sorted(vertices(line).tolist()) == [[2.5, 0], [2.5, 1], [2.5, 2], [2.5, 3]]
    # A colour has its dash, on the plane and in the legend.
    plots.show_level(ax, across, up, heights, 3.5, colour=plots.ORANGE, label="further")
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"]
    assert [line.get_label() for line in ax.lines] == ["there", "further"]
    solid, dashed = (lines.get_linestyle() for lines in ax.collections)
    assert solid != dashed


def test_polygon_has_its_corners(ax: Axes, device: torch.device) -> None:
    corners = torch.tensor([[0.0, 0.0], [3.0, 1.0], [1.0, 2.0]], device=device)
    plots.show_polygon(ax, corners, colour=plots.ORANGE, label="a triangle")
    (polygon,) = ax.patches
    assert isinstance(polygon, Polygon)
    assert numpy.asarray(polygon.get_xy()).tolist() == [[0, 0], [3, 1], [1, 2], [0, 0]]
    assert polygon.get_label() == "a triangle"
    assert same_color(polygon.get_facecolor(), plots.ORANGE)


def test_spectra_are_counted_from_one(ax: Axes, device: torch.device) -> None:
    spectra = {"full": torch.tensor([4.0, 2.0, 1.0]), "poor": torch.tensor([3.0, 0.5])}
    spectra = {name: values.to(device) for name, values in spectra.items()}
    plots.show_spectra(ax, spectra, title="a title")
    drawn = {line.get_label(): points(line) for line in ax.lines}
    assert drawn == {"full": [[1, 4], [2, 2], [3, 1]], "poor": [[1, 3], [2, 0.5]]}
    assert (ax.get_yscale(), ax.get_title(loc="left")) == ("log", "a title")


def test_frame_names_the_part_that_it_frames(ax: Axes) -> None:
    plots.show_image(ax, torch.zeros(40, 60), title="")
    plots.show_frame(ax, (12, 5, 8, 20), colour=plots.BLUE, label="learn")
    (frame,) = ax.patches
    assert isinstance(frame, Rectangle)
    assert (frame.get_y(), frame.get_height()) == (11.5, 8)
    assert (frame.get_x(), frame.get_width()) == (4.5, 20)
    assert not frame.get_fill()
    assert names(ax) == {"learn": ((4.5, 11.5), 3)}  # its lower end is above the frame
    (name,) = ax.texts
    tag = name.get_bbox_patch()
    assert tag is not None
    assert same_color(tag.get_facecolor(), plots.BLUE)
    assert contrast(name.get_color(), plots.BLUE) > 4.5
    assert same_color(frame.get_edgecolor(), plots.BLUE)


def test_loss_curves_are_told_apart_by_colour_and_by_dash(ax: Axes, device: torch.device) -> None:
    losses = {
        "plain": torch.tensor([8.0, 0.5, 0.25], device=device),
        "fast": torch.tensor([8.0, 0.125], device=device),
    }
    plots.show_loss_curves(ax, losses, title="")
    plain, fast = ax.lines
    assert points(plain) == [[1, 8], [2, 0.5], [3, 0.25]]
    assert points(fast) == [[1, 8], [2, 0.125]]
    assert plain.get_color() != fast.get_color()
    assert plain.get_linestyle() != fast.get_linestyle()
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "summed squared error")
    assert all(tick == int(tick) for tick in ax.get_xticks())
    assert set(names(ax)) == set(losses)


def test_blocks_are_parted_by_dark_lines(ax: Axes, device: torch.device) -> None:
    plots.show_blocks(ax, torch.arange(24, device=device).reshape(4, 6), block=(2, 3), title="")
    assert texts(ax)[1, 2] == "8"
    assert [points(line) for line in ax.lines] == [[[0, 1.5], [1, 1.5]], [[2.5, 0], [2.5, 1]]]


@pytest.mark.parametrize(
    ("angle", "tip", "tail"),
    [(0, (25, 10), (15, 10)), (numpy.pi / 2, (20, 15), (20, 5)), (numpy.pi, (15, 10), (25, 10))],
    ids=["right", "down", "left"],
)
def test_arrow_points_from_right_towards_down(
    angle: float, tip: tuple[int, int], tail: tuple[int, int], ax: Axes
) -> None:
    plots.show_image(ax, torch.zeros(30, 40), title="")
    plots.show_arrow(ax, (10, 20), angle=angle, length=10)
    (arrow,) = ax.texts
    assert isinstance(arrow, Annotation)
    assert arrow.xy == pytest.approx(tip)
    assert arrow.get_position() == pytest.approx(tail)


def test_costs_have_a_curve_each(ax: Axes, device: torch.device) -> None:
    costs = {"one": [8, 18], "two": [9, 9], "three": [5, 6], "best": [1, 1]}
    curves = {name: torch.tensor(values, device=device) for name, values in costs.items()}
    plots.show_costs(ax, torch.tensor([2, 3], device=device), curves, title="a title")
    drawn = {str(line.get_label()): points(line) for line in ax.lines}
    assert drawn == {name: [[2, a], [3, b]] for name, (a, b) in costs.items()}
    # No two look the same.
    assert len({(str(line.get_color()), line.get_linestyle()) for line in ax.lines}) == 4
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_title(loc="left")) == ("log", "log", "a title")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2", "4", "8", "16", "32"]


def test_chunk_has_its_halo_below_and_on_the_right(ax: Axes, device: torch.device) -> None:
    image = torch.arange(48.0, device=device).reshape(6, 8)
    plots.show_chunk(ax, image, chunk=(3, 4), halo=(1, 2), title="a title")
    boxes = [box for box in ax.patches if isinstance(box, FancyBboxPatch)]
    _, with_halo, _, chunk = [(b.get_x(), b.get_y(), b.get_width(), b.get_height()) for b in boxes]
    assert chunk == (-0.5, -0.5, 4, 3)
    assert with_halo == (-0.5, -0.5, 4 + 2, 3 + 1)
    assert [box.get_linestyle() for box in boxes[1::2]] == [(0, (3, 2)), "-"]
    cuts = [line for line in ax.lines if line.get_linewidth() > 4]
    assert [points(line) for line in cuts] == [[[0, 2.5], [1, 2.5]], [[3.5, 0], [3.5, 1]]]
    assert len(texts(ax)) == 48
    assert ax.get_title(loc="left") == "a title"
