"""Where the site and its sources are published, as far as the environment knows.

Nothing here is guessed: a site built on somebody's laptop has no address, and makes no claim about
one.

====================  ==========================================  ==============================
what                  ours                                        else, as the hosts set them
====================  ==========================================  ==============================
the site's address    ``CONVTUTOR_BASE_URL``                      ``READTHEDOCS_CANONICAL_URL``
the repository        ``CONVTUTOR_REPOSITORY``                    ``GITHUB_SERVER_URL`` and
                      (``https://github.com/owner/name``)         ``GITHUB_REPOSITORY``
the branch            ``CONVTUTOR_BRANCH``                        ``GITHUB_REF_NAME``, ``main``
the notebooks' branch ``CONVTUTOR_NOTEBOOKS``
====================  ==========================================  ==============================
"""

import os
from urllib.parse import urlsplit


def base_url() -> str | None:
    """Look up the address that the site will have, with a slash at its end."""
    address = _address("CONVTUTOR_BASE_URL") or _address("READTHEDOCS_CANONICAL_URL")
    return address and f"{address}/"


def repository() -> str | None:
    """Look up the address of the repository on GitHub, without a slash at its end."""
    server, name = _address("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    return _address("CONVTUTOR_REPOSITORY") or (f"{server}/{name}" if server and name else None)


def source_url(path: str, *, action: str = "blob") -> str | None:
    """Address a file of the repository, to read it (``blob``) or to change it (``edit``)."""
    address = repository()
    branch = os.environ.get("CONVTUTOR_BRANCH") or os.environ.get("GITHUB_REF_NAME") or "main"
    return address and f"{address}/{action}/{branch}/{path}"


def colab_url(path: str) -> str | None:
    """Address a notebook in Colab, which opens what is on GitHub.

    Built notebooks are in no branch of the sources; ``CONVTUTOR_NOTEBOOKS`` names the branch that
    they are published on, and is set by what publishes them.
    """
    address, notebooks = repository(), os.environ.get("CONVTUTOR_NOTEBOOKS")
    if not address or not notebooks or urlsplit(address).netloc != "github.com":
        return None
    name = urlsplit(address).path
    return f"https://colab.research.google.com/github{name}/blob/{notebooks}/{path}"


def _address(variable: str) -> str | None:
    value = os.environ.get(variable, "").rstrip("/")
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"{variable}={value!r} is not an address like https://example.org/site/")
    return value
