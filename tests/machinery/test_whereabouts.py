"""The addresses that the environment gives, and those that it must not."""

import pytest
from _ext import whereabouts

VARIABLES = [
    "CONVTUTOR_BASE_URL",
    "READTHEDOCS_CANONICAL_URL",
    "CONVTUTOR_REPOSITORY",
    "CONVTUTOR_BRANCH",
    "CONVTUTOR_NOTEBOOKS",
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_REF_NAME",
]


@pytest.fixture(autouse=True)
def _known_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def test_a_site_that_is_published_nowhere_has_no_addresses() -> None:
    assert whereabouts.base_url() is None
    assert whereabouts.repository() is None
    assert whereabouts.source_url("README.md") is None


@pytest.mark.parametrize("slash", ["", "/"])
def test_our_own_address_comes_first(monkeypatch: pytest.MonkeyPatch, slash: str) -> None:
    monkeypatch.setenv("READTHEDOCS_CANONICAL_URL", "https://elsewhere.example/en/latest/")
    assert whereabouts.base_url() == "https://elsewhere.example/en/latest/"
    monkeypatch.setenv("CONVTUTOR_BASE_URL", f"https://site.example/course{slash}")
    assert whereabouts.base_url() == "https://site.example/course/"


def test_our_own_repository_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/fork")
    monkeypatch.setenv("GITHUB_REF_NAME", "topic")
    assert whereabouts.source_url("a/b.py") == "https://git.example/someone/fork/blob/topic/a/b.py"
    monkeypatch.setenv("CONVTUTOR_REPOSITORY", "https://git.example/owner/name/")
    monkeypatch.setenv("CONVTUTOR_BRANCH", "next")
    expected = "https://git.example/owner/name/edit/next/a/b.py"
    assert whereabouts.source_url("a/b.py", action="edit") == expected


def test_colab_opens_what_is_published_on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVTUTOR_REPOSITORY", "https://github.com/owner/name")
    assert whereabouts.colab_url("a/b.ipynb") is None  # nobody says that the notebooks are there
    monkeypatch.setenv("CONVTUTOR_NOTEBOOKS", "built")
    assert whereabouts.colab_url("a/b.ipynb") == (
        "https://colab.research.google.com/github/owner/name/blob/built/a/b.ipynb"
    )
    monkeypatch.setenv("CONVTUTOR_REPOSITORY", "https://git.example/owner/name")
    assert whereabouts.colab_url("a/b.ipynb") is None


@pytest.mark.parametrize("value", ["site.example", "ftp://site.example", "https://", "/course/"])
def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CONVTUTOR_BASE_URL", value)
    with pytest.raises(ValueError, match=r"CONVTUTOR_BASE_URL='.*' is not an address"):
        whereabouts.base_url()
