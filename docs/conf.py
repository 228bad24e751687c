"""Sphinx configuration: what the site is made of, and how strictly."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from _ext import surroundings, whereabouts  # noqa: E402, the line above finds it

surroundings.keep_tastes_out()

from _ext import facts  # noqa: E402, as it imports what does
from matplotlib.axes import Axes  # noqa: E402, it reads settings that the line above has set

# Documented here, though defined one module further down.
Axes.__module__ = "matplotlib.axes"

project = "convtutor"
author = "the convtutor authors"
project_copyright = "%Y, the convtutor authors"
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "sphinx_gallery.gen_gallery",
    "myst_nb",
    "sphinxcontrib.bibtex",
    "_ext",
]

# The gallery writes a notebook beside every page; the page is the one to read. The solutions are an
# appendix of the book.
exclude_patterns = ["_build", "tutorials/**/*.ipynb", "solutions.rst"]
templates_path = ["_templates"]
default_role = "code"
suppress_warnings = [
    # Two sections may have a page of one name, and the sources may lie below a folder with a space
    # in its name: no link of ours breaks for that.
    "sphinx_gallery.duplicate_filename",
    "sphinx_gallery.space_in_filename",
]

# The inventories are short lists of our own, so that a build needs no network.
intersphinx_mapping = {
    "python": ("https://docs.python.org/3", "inventories/python.txt"),
    "torch": ("https://docs.pytorch.org/docs/stable", "inventories/torch.txt"),
    "scipy": ("https://docs.scipy.org/doc/scipy", "inventories/scipy.txt"),
    "matplotlib": ("https://matplotlib.org/stable", "inventories/matplotlib.txt"),
    "dask": ("https://docs.dask.org/en/stable", "inventories/dask.txt"),
    "sklearn": ("https://scikit-learn.org/stable", "inventories/sklearn.txt"),
}

sphinx_gallery_conf = {
    "examples_dirs": "../gallery",
    "gallery_dirs": "tutorials",
    "within_subsection_order": "FileNameSortKey",
    "image_scrapers": ("_ext.figures.scrape", "_ext.questions.scrape", "_ext.explorer.runs.scrape"),
    "ignore_pattern": r"^\.",  # what editors leave behind
    "inspect_global_variables": False,  # a link on every X would be noise
    # A page prints what it wants seen; what draws itself as HTML is shown as well.
    "capture_repr": ("_repr_html_",),
    "backreferences_dir": "_backreferences",
    "doc_module": ("convtutor",),
    "prefer_full_module": {"convtutor"},
    "reset_modules": ("matplotlib",),
    "write_computation_times": False,  # the page *This build* has them
    "min_reported_time": 3600,  # and so does the fold at the end of each page
    "show_signature": False,
}

bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autosummary_imported_members = True
# Where names that differ only in their case are the same, one page would replace the other.
autosummary_filename_map = {"convtutor.Tolerance": "convtutor.Tolerance-class"}
napoleon_numpy_docstring = False

nb_execution_mode = "cache"
nb_execution_cache_path = str(surroundings.BUILD / "notebooks")
nb_merge_streams = True  # else what is printed slowly falls apart
nb_execution_timeout = 600  # seconds: a busy machine takes its time
nb_render_markdown_format = "myst"
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

html_scaled_image_link = False
html_theme = "furo"
html_title = "convtutor"
html_baseurl = whereabouts.base_url() or ""
html_favicon = "_static/mark.svg"
pygments_dark_style = "a11y-high-contrast-dark"
html_additional_pages = {"404": "404.html", "search": "search.html"}
# Ink on paper, and the blue and the orange of the figures.
html_theme_options = {
    "top_of_page_buttons": ["edit"],
    "light_css_variables": {
        "accent": "#b3560a",
        "good": "#1d7044",
        "color-foreground-primary": "#1c2127",
        "color-foreground-secondary": "#535a63",
        "color-foreground-muted": "#646b74",
        "color-background-secondary": "#f7f5f0",
        "color-background-border": "#e5e1d8",
        "color-code-background": "#f7f5f0",
        "color-brand-primary": "#1f5a9e",
        "color-brand-content": "#1f5a9e",
        "color-brand-visited": "#6b4397",
    },
    "dark_css_variables": {
        "accent": "#f0a35e",
        "good": "#6fce9b",
        "color-foreground-primary": "#d5d8dc",
        "color-foreground-secondary": "#a5acb5",
        "color-foreground-muted": "#969ea8",
        "color-background-primary": "#15181c",
        "color-background-secondary": "#101316",
        "color-background-border": "#2d333a",
        "color-code-background": "#1d2126",
        "color-brand-primary": "#8dbcf2",
        "color-brand-content": "#8dbcf2",
        "color-brand-visited": "#c3a6ee",
    },
}
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["convtutor.css"]
html_js_files = [("convtutor.js", {"defer": "defer"})]
html_show_sourcelink = False
html_copy_source = False

# The book (`nox -s book`): Sphinx's EPUB, which `_ext/book.py` fits for paper.
version = facts.project()["project"]["version"]
epub_title = "convtutor: what a convolutional layer computes"
epub_description = "Learn what a convolutional layer computes, by computing it."
epub_contributor = author
epub_identifier = html_baseurl or "convtutor"
epub_uid = "convtutor"
epub_cover = ("_static/cover.jpg", "book.html")
epub_css_files = ["pygments.css", "book.css"]
epub_post_files = [("solutions.xhtml", "Hints and solutions")]
epub_use_index = False
epub_show_urls = "no"
epub_tocscope = "includehidden"
epub_tocdepth = 3
epub_tocdup = False
