"""The pages of the gallery that get an explorer: what is said there, and what it begins with."""

PLACES = {
    "tutorials/1_cross_correlation/plot_1_slide_multiply_add": """
Lay your own kernel on it
-------------------------

Point at a number of the output, or walk there with the arrow keys: its window lights up, and the
sum is written out. Every number can be changed. **Which taps make the output 3, 0, 1 and 1, 1, 0**,
the middle pixel of each window's lower row?

.. corr-explorer::
   :image: first example
   :kernel: [[1, 2, -1], [0, 1, 3]]
   :controls: none
""",
    "tutorials/1_cross_correlation/plot_2_filter_a_photograph": """
Filter it yourself
------------------

Choose a kernel, change one of its numbers, and point at the output to see what it was summed from.
**What happens to the photograph if you add 1 to the middle of a kernel that finds edges?**

.. corr-explorer::
   :image: photograph
   :kernel: sharpen
   :controls: kernels
""",
    "tutorials/1_cross_correlation/plot_3_tell_correlation_from_convolution": """
Turn it yourself
----------------

The small numbers in the window are the taps as they are laid on the image. Switch, and watch them
turn. **Which changes to the kernel make the switch change nothing?**

.. corr-explorer::
   :image: [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 1, 0]]
   :kernel: triangle
   :padding: 2,2,1,1
   :controls: kernels operation
""",
    "tutorials/2_layers/plot_3_predict_the_output_shape": """
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
""",
}
