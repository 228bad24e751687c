"""The pages of the gallery that get something to touch: where, what is said, how it begins."""

from typing import NamedTuple

from sphinx.errors import ExtensionError

from _ext.explorer import runs


class Place(NamedTuple):
    """Something to touch on a page.

    Attributes:
        after: Words of the text block that it follows, or "" for the end of the lesson, which is
            the section *Try it yourself*.
        source: What is inserted, in reStructuredText; %s is what the page's run has kept for it.
    """

    after: str
    source: str


FIRST = "tutorials/1_cross_correlation/plot_1_slide_multiply_add"

PLACES = {
    FIRST: [
        Place(
            "Watch it at work",
            """
Press *Play*, or drag the window over the image. Every number can be changed: type another one, or
drag a tap up and down. **Which taps make the output 3, 0, 1 and 1, 1, 0**, the middle pixel of each
window's lower row?

.. corr-explorer::
   :image: first example
   :kernel: [[1, 2, -1], [0, 1, 3]]
   :goal: [[3, 0, 1], [1, 1, 0]]
   :praise: That is it: a single 1 fetches the pixel under it, and zeros ignore all the others.
   :controls: none

   A 1 in the middle of the lower row, and zeros everywhere else: each sum is then the pixel under
   that 1.
""",
        )
    ],
    "tutorials/1_cross_correlation/plot_2_filter_a_photograph": [
        Place(
            "",
            """
Filter it yourself
------------------

Choose a kernel, and drag the window over the photograph. Below it you see the pixels in the window,
the taps, and the products that add up to one pixel of the output. Drag a tap up or down, or type
another number. **What happens to the photograph if you add 1 to the middle of a kernel that finds
edges?**

.. corr-explorer::
   :image: photograph
   :kernel: sharpen
   :controls: kernels compare

   The photograph comes back, with its edges drawn into it. A kernel that is 1 in the middle and 0
   elsewhere leaves the image as it is, and correlation is linear: the output of a sum of two
   kernels is the sum of their outputs.
""",
        )
    ],
    "tutorials/1_cross_correlation/plot_3_tell_correlation_from_convolution": [
        Place(
            "",
            """
Turn it yourself
----------------

The small numbers in the window are the taps as they are laid on the image. Switch between the two
operations, and watch the taps turn. **Which changes to the kernel make the switch change nothing?**

.. corr-explorer::
   :image: [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 1, 0]]
   :kernel: triangle
   :padding: 2,2,1,1
   :controls: kernels operation

   The switch changes nothing if the kernel looks the same after half a turn: the first tap equals
   the last one, the second equals the last but one, and so on. With three rows of two taps, three
   numbers are left to choose.
""",
        )
    ],
    "tutorials/2_layers/plot_3_predict_the_output_shape": [
        Place(
            "",
            """
Set it yourself
---------------

Open *Stride, padding, dilation, sizes* below: each setting moves or spreads the windows, and what
the padding adds is dashed. Predict the size of the output before you change a number. **Can you
make every pixel belong to exactly one window?**

.. corr-explorer::
   :image: digits
   :kernel: [[1, 1, 1], [1, 1, 1]]
   :padding: 1,1,1,1
   :controls: settings code

   Windows of 2 × 3 pixels do not overlap if the stride is 2 down and 3 to the right. The image has
   5 × 7 pixels, so it takes one row and two columns of padding to make it 6 × 9, which holds
   exactly nine windows: one row at the top or at the bottom, and one column on each side, for
   instance.
""",
        )
    ],
    "tutorials/2_layers/plot_9_see_what_a_layer_sees": [
        Place(
            "So with equal taps the middle counts most",
            """
Build a stack of your own. Point at a pixel of any layer: below it you see the pixels that it
depends on, along one axis, and in how many ways it depends on each. **Can you make three layers of
three taps see 15 pixels of the image or more, without a gap?**

.. corr-element:: corr-layers
   :answer: Dilations of 1, 2 and 4 do it: 1 + 2 + 4 + 8 = 15. So do strides of 2 in the first two
      layers, as a step of the second layer is then two pixels long and one of the third layer four.

   {"layers": [[3, 1, 1], [3, 2, 1], [3, 1, 1]]}
""",
        )
    ],
    "tutorials/3_learning/plot_3_explain_the_learning_rate": [
        Place(
            "",
            """
Drag the start and the rate
---------------------------

Drag the ring over the map, and the slider from 0 to beyond 1/30: the twenty steps follow. Above
1/30 the steep error grows with every step, and sooner or later the kernel is thrown out. **Is there
a start, not close to the goal, from which even the rate 0.034 arrives?**

.. corr-element:: corr-descent
   :answer: Yes: any start on the floor of the valley, where one tap is too high by as much as the
      other is too low, 0.6 and −0.6 for instance. It has no error in the steep direction, so there
      is nothing that could grow.

   %s
""",
        )
    ],
    "tutorials/3_learning/plot_6_read_digits": [
        Place(
            "",
            """
Draw a digit
------------

This is the network that was trained above, when this page was built, with all its weights and
biases. Draw a large digit with a finger or the mouse. Your drawing is turned into 8 × 8 pixels as
the digits of the data set were: each pixel counts the dots in its block. **Can you draw a digit
that you can read and the network cannot?**

.. corr-element:: corr-digits
   :answer: It is easy: draw a small one, and far to one side. All the digits that the network has
      learned from fill the square, so it has never had to find one.

   %s
""",
        )
    ],
    "tutorials/4_exercises/plot_2_design_a_kernel": [
        Place(
            "",
            """
Turn a kernel
-------------

Here is the kernel of the first question, mixed from two as the angle says, on a photograph. **At
which angle does the upright edge of the cap, at the top right, fade?**

.. corr-explorer::
   :image: portrait
   :kernel: [[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]]
   :controls: steer

   It fades at 90° and at 270°. The brightness changes across an upright edge, from left to right,
   and hardly along it. At these angles the kernel measures the change from top to bottom, so it
   answers to level edges instead, such as the upper rims of the glasses.
""",
        )
    ],
}

_LESSON_ENDS = "\nTry it yourself\n---"
_BLOCK_ENDS = "\n.. GENERATED FROM PYTHON SOURCE LINES"


def place(docname: str, source: str) -> str:
    """Put into a page of the gallery what it has to touch.

    Raises:
        ExtensionError: If the page lacks the place for it.
    """
    for after, what in PLACES.get(docname, ()):
        found = source.find(after) if after else source.find(_LESSON_ENDS)
        here = source.find(_BLOCK_ENDS, found) if after else found
        if found < 0 or here < 0:
            missing = f"text with “{after}”" if after else "section 'Try it yourself'"
            raise ExtensionError(f"{docname} has no {missing} to put an explorer beside")
        what = what.replace("%s", runs.kept(source))
        source = f"{source[:here]}\n{what}\n{source[here:]}"
    return source
