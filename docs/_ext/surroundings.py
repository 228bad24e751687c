"""What is around a build, and must not show in it: the settings of whoever builds.

This is imported by ``conf.py`` before anything that reads such settings, and imports no such thing.
"""

import logging
import os
import sys
from pathlib import Path

BUILD = Path(__file__).parents[1] / "_build"

# What may have been set for work of another kind, and IPython or matplotlib would obey.
_TASTES = ("MPLBACKEND", "PYTHONSTARTUP")


# Instead of what may be in the home of whoever builds.
_OURS = {
    "matplotlibrc": "",
    # Else each kernel warns that who listens on this machine could read what it prints.
    "profile_default/ipython_kernel_config.py": "get_config().IPKernelApp.log_level = 'ERROR'\n",
}


def keep_tastes_out() -> None:
    """Point every program that runs pages to the site's own settings, which are nearly none.

    Whatever a user has in their home (a ``matplotlibrc``, an IPython profile with startup files, a
    kernel of their own) would change figures and output. It also makes a home that cannot be
    written to no obstacle.
    """
    for name in _TASTES:
        os.environ.pop(name, None)
    ours = BUILD / "settings"
    for name, text in _OURS.items():
        (ours / name).parent.mkdir(parents=True, exist_ok=True)
        if not (ours / name).exists():
            (ours / name).write_text(text, encoding="utf-8")
    os.environ |= {
        "MPLCONFIGDIR": str(ours),
        "MATPLOTLIBRC": str(ours),
        "IPYTHONDIR": str(ours),
        "JUPYTER_CONFIG_DIR": str(ours),
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, not one at home
        # The theme sends every log to the terminal; a cluster that starts and stops is not news.
        "DASK_LOGGING__DISTRIBUTED": "warning",
        # A bar is for those who wait; on a slow machine it would end up on the page.
        "TQDM_DISABLE": "1",
    }


def hush() -> None:
    """Leave out of the log what is not news."""
    # sphinx-gallery reports what it has run: nothing, for it finds every script done.
    logging.getLogger("sphinx.sphinx-gallery").setLevel(logging.WARNING)
    logging.getLogger("traitlets").setLevel(logging.WARNING)


def insist_on_the_device() -> None:
    """Stop before any page runs if the device is not to be had, with one line that says so."""
    from convtutor import default_device  # which imports what reads settings

    try:
        default_device()
    except ValueError as error:
        sys.exit(str(error))


def insist_on_asserts() -> None:
    """Stop, with one line, where Python leaves asserts out: every claim of a page would hold."""
    if not __debug__:
        sys.exit(
            "Python leaves out asserts here (-O or PYTHONOPTIMIZE), and the pages prove what they "
            "say with asserts: build without that."
        )
