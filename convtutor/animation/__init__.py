"""The sliding window, shown moving: a picture that a page or a notebook plays by itself.

The picture is plain HTML, an SVG drawing and a style sheet, with no script and no id that could
occur twice. Its ink has the colour of the text around it, so that it suits any theme. The drawing
by itself is a still. The style sheet makes it move, but only on a screen, and only for a reader who
has not asked for less motion.
"""

from convtutor.animation.sliding import SlidingWindow

__all__ = ["SlidingWindow"]
