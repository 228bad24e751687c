"""Build one page of the gallery and nothing else, for its author to look at.

``CONVTUTOR_PREVIEW`` names the page, as ``3_learning/plot_2_learn_a_kernel``; the session ``live``
sets it, and nothing else does. Links to other pages lead nowhere, for there are none.
"""

import os
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config


def is_wanted(script: Path) -> bool:
    """Whether a script is to become a page: all of them are, but in a preview."""
    return not is_one() or script.stem == Path(os.environ["CONVTUTOR_PREVIEW"]).name


def is_one() -> bool:
    """Whether this build is a preview."""
    return "CONVTUTOR_PREVIEW" in os.environ


def narrow(app: Sphinx, config: Config) -> None:
    """Let the gallery, and Sphinx, see one script only."""
    gallery, page = config.sphinx_gallery_conf, os.environ["CONVTUTOR_PREVIEW"]
    if not Path(app.confdir, gallery["examples_dirs"], f"{page}.py").is_file():
        sys.exit(f"CONVTUTOR_PREVIEW={page} is not a script of the gallery")
    gallery["ignore_pattern"] = rf"^(?!.*\b{Path(page).name}\.py$)"
    config.root_doc = f"{gallery['gallery_dirs']}/{page}"
    config.include_patterns = [f"{config.root_doc}.rst"]
    # An author is told all but that links lead nowhere.
    config.suppress_warnings = ["ref", "toc", "sphinx_gallery"]
