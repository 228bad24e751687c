"""The moving window: what it draws, in which order, and that it stands still where it should."""

import re
from xml.etree import ElementTree

import pytest
import torch

from convtutor.animation import SlidingWindow

IMAGE = [[1.0, 0.0, 2.0, 0.0, 1.0], [0.0, 3.0, 0.0, 1.0, -2.0]]
KERNEL = [[1.0, 2.0, -1.0]]


@pytest.fixture
def window(device: torch.device) -> SlidingWindow:
    image = torch.tensor(IMAGE, device=device, requires_grad=True)
    return SlidingWindow(image, torch.tensor(KERNEL, device=device))


@pytest.fixture
def html(window: SlidingWindow) -> str:
    return window._repr_html_()


def tags(html: str, name: str) -> list[ElementTree.Element]:
    """The tags of a class."""
    return [
        tag for tag in ElementTree.fromstring(html).iter() if name in tag.get("class", "").split()
    ]


def texts(html: str, name: str) -> list[str]:
    """What is written in the tags of a class."""
    return ["".join(tag.itertext()).strip() for tag in tags(html, name)]


def test_works_every_sum_out_row_by_row(html: str) -> None:
    assert texts(html, "s") == [
        "1·1 + 0·2 + 2·(−1) = −1",
        "0·1 + 2·2 + 0·(−1) = 4",
        "2·1 + 0·2 + 1·(−1) = 1",
        "0·1 + 3·2 + 0·(−1) = 6",
        "3·1 + 0·2 + 1·(−1) = 2",
        "0·1 + 1·2 + (−2)·(−1) = 4",
    ]
    assert texts(html, "o") == ["−1", "4", "1", "6", "2", "4"]


def test_frame_visits_every_place_in_order(html: str) -> None:
    (course,) = re.findall(r"@keyframes \S+-frame\{(.*)\}\n", html)
    cell = 44
    places = re.findall(r"translate\((\d+)px,(\d+)px\)", course)
    assert [(int(x) // cell, int(y) // cell) for x, y in places] == [
        (0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1),
    ]  # fmt: skip
    # The last place is held to the end, not left for the first.
    assert "100%" in course.rpartition("}")[0].split("}")[-1]


def test_taps_ride_in_the_frame(html: str) -> None:
    (frame,) = tags(html, "frame")
    assert [text.text for text in frame.iter("text")] == ["×1", "×2", "×−1"]
    # One frame around the window, one around the output.
    assert [(box.get("width"), box.get("height")) for box in frame.iter("rect")] == [
        ("132", "44"),
        ("44", "44"),
    ]


def test_still_is_the_last_window(html: str) -> None:
    assert [tag.get("opacity") for tag in tags(html, "s")] == ["0", "0", "0", "0", "0", "1"]
    assert [tag.get("opacity") for tag in tags(html, "o")] == [None] * 6
    assert [tag.get("transform") for tag in tags(html, "frame")] == ["translate(88 44)"]


def test_moves_only_on_a_screen_and_unless_asked_not_to(html: str) -> None:
    still, condition, moving = html.partition(
        "@media screen and (prefers-reduced-motion:no-preference){"
    )
    assert condition
    assert "animation" not in still
    assert "animation-play-state:paused" in moving
    # The way to pause is there only if something moves.
    assert '<label hidden="">' in html
    assert " label{display" not in still
    assert " label{display" in moving


def test_is_described_and_can_be_paused(html: str) -> None:
    figure = ElementTree.fromstring(html)
    (drawing,) = figure.iter("svg")
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == (
        "A 1 by 3 kernel slides over a 2 by 5 image, row by row. "
        "The sums of the products, −1, 4, 1, 6, 2, 4, fill the 2 by 3 output."
    )
    (label,) = figure.iter("label")
    (pause,) = label
    assert (pause.tag, pause.get("type")) == ("input", "checkbox")
    assert "".join(label.itertext()) == " Pause"


def test_is_light_and_needs_nothing_from_elsewhere(html: str) -> None:
    assert len(html) < 8000
    assert not re.search(r"<script|https?:|url\(|@import|\bid=", html)


def test_two_on_one_page_do_not_disturb_each_other(window: SlidingWindow, html: str) -> None:
    assert window._repr_html_() == html
    other = SlidingWindow(window.image.T, window.kernel.T)._repr_html_()
    names = [set(re.findall(r"slide-[0-9a-f]{6}", text)) for text in (html, other)]
    assert [len(found) for found in names] == [1, 1]
    assert names[0] != names[1]
    # Every rule of the style sheet is for its own figure.
    for rule in re.findall(r"^(\S.*)\{", html.partition("{\n")[2], flags=re.MULTILINE):
        assert rule.startswith(f".{next(iter(names[0]))}"), rule


def test_says_what_it_is(window: SlidingWindow) -> None:
    assert repr(window) == "SlidingWindow(1 by 3 kernel over a 2 by 5 image)"


def test_zeros_can_be_shown(device: torch.device) -> None:
    html = SlidingWindow(torch.zeros(2, 2, device=device), torch.ones(1, 1, device=device))
    assert texts(html._repr_html_(), "o") == ["0"] * 4


def test_what_counts_as_zero_depends_on_the_grid(device: torch.device) -> None:
    small = torch.tensor([[5e-7, 1e-7]], device=device)
    html = SlidingWindow(small, torch.ones(1, 1, device=device))._repr_html_()
    assert texts(html, "o") == ["5e−07", "1e−07"]
    assert texts(html, "s") == ["5e−07·1 = 5e−07", "1e−07·1 = 1e−07"]
    assert "The sums of the products, 5e−07, 1e−07, fill" in html
    cells = [text.text for text in ElementTree.fromstring(html).iter("text")]
    assert cells.count("5e−07") == 2  # in the image and in the output


def test_each_grid_has_its_own_zero(device: torch.device) -> None:
    # A millionth of the image is nothing in it, and all there is in the kernel.
    image = torch.tensor([[5000, 0.001]], device=device)
    kernel = torch.tensor([[0.001]], device=device)
    html = SlidingWindow(image, kernel)._repr_html_()
    assert texts(html, "s") == ["5000·0.001 = 5", "0·0.001 = 0"]
    assert [text.text for tag in tags(html, "frame") for text in tag.iter("text")] == ["×0.001"]


def test_refuses_what_is_no_tensor_as_corr2d_does() -> None:
    with pytest.raises(TypeError, match="image of type list is not a tensor"):
        SlidingWindow([[1.0, 2.0]], torch.ones(1, 1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="kernel of type list is not a tensor"):
        SlidingWindow(torch.ones(1, 2), [[1.0]])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("image_shape", "kernel_shape", "text"),
    [
        ((2, 3, 4), (1, 2), r"image of shape \(2, 3, 4\) has 3 dimensions; an animation shows"),
        ((5, 6), (1, 1), "30 windows of 1 pixels are too many"),
        ((2, 7), (2, 5), "3 windows of 10 pixels are too many"),
        ((2, 3), (3, 1), "does not fit"),
    ],
)
def test_refuses_what_nobody_could_follow(
    image_shape: tuple[int, ...], kernel_shape: tuple[int, ...], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        SlidingWindow(torch.zeros(image_shape), torch.zeros(kernel_shape))
