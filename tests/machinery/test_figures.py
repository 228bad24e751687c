"""What the site asks of a figure before it shows it."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest
import torch
from _ext import figures
from matplotlib.figure import Figure
from sphinx.errors import ExtensionError

from convtutor import plots


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def drawn(width: float, points: float) -> Figure:
    """A figure of this width in inches, with a text of this size in points."""
    fig, ax = plt.subplots(figsize=(width, 2))
    plots.show_axes(ax, title="a title", across="step", up="loss")
    ax.text(0, 0, "a note", fontsize=points)
    fig.set_label("Empty axes with a note.")
    return fig


@pytest.mark.parametrize(("width", "points"), [(3.7, 7.6), (5.6, 11.3)])
def test_text_that_a_phone_can_show_is_taken(width: float, points: float) -> None:
    html = figures.as_html(drawn(width, points))
    assert [theme in html for theme in ("only-light", "only-dark")] == [True, True]


@pytest.mark.parametrize(("width", "points"), [(3.7, 7.4), (5.6, 11.2)])
def test_text_too_small_for_a_phone_is_refused(width: float, points: float) -> None:
    with pytest.raises(ExtensionError, match=r"'a note' has .* points, too small to be read on a"):
        figures.as_html(drawn(width, points))


def test_text_that_nobody_sees_may_be_small() -> None:
    fig, ax = plt.subplots(figsize=(5.6, 2))
    ax.set_axis_off()  # and with it the ticks, whose numbers would have 10 points
    fig.set_label("Nothing.")
    figures.as_html(fig)


def test_a_figure_wider_than_a_page_is_refused() -> None:
    with pytest.raises(ExtensionError, match=r"a figure is 5\.7 in wide, the page has 5\.6"):
        figures.as_html(drawn(5.7, 12))


def test_numbers_in_cells_are_measured_as_they_are_shown() -> None:
    # They have 10 points until they are drawn; then, as many as there is room for.
    fig = plots.show_grids({"a row": torch.zeros(1, 12)})
    fig.set_label("Twelve zeros.")
    figures.as_html(fig)
