"""What is around a page, or a build, does not show in the site."""

import subprocess
from pathlib import Path

import pytest
from _ext import facts
from reproduce import differences
from small import ALL, SCRIPT, Site

# All that a page can leave to the next one in its process, as far as we could think of it.
UNTIDY = """
import random, sys, warnings
import matplotlib, numpy, torch
import convtutor

# %%
# All of it:

torch.set_printoptions(precision=1)
numpy.set_printoptions(precision=1)
torch.set_grad_enabled(False)
torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.set_num_threads(3)
torch.use_deterministic_algorithms(True)
torch.manual_seed(1), numpy.random.seed(1), random.seed(1)
torch.backends.cudnn.conv.fp32_precision = "tf32"
warnings.simplefilter("error")
matplotlib.rcParams["font.size"] = 30
os.environ["UNTIDY"] = "1"
os.chdir("/")
sys.path.insert(0, "/untidy")
convtutor.corr2d = None
"""
STATE = """
import random, sys, time, warnings
import matplotlib, numpy, torch
import convtutor

# %%
# All of it:

end = time.monotonic() + float(os.environ["WAIT"])
while "untidy" not in open(os.environ["RAN"]).read() and time.monotonic() < end:
    time.sleep(0.1)
print(torch.tensor(2 / 3), numpy.array([2 / 3]), torch.is_grad_enabled())
print(torch.ones(1).dtype, torch.ones(1).device, torch.get_num_threads())
print(torch.are_deterministic_algorithms_enabled(), torch.rand(1), numpy.random.rand())
print(random.random(), torch.backends.cudnn.conv.fp32_precision, warnings.filters[0][0])
print(matplotlib.rcParams["font.size"], "UNTIDY" in os.environ, "/untidy" in sys.path)
print(convtutor.corr2d is None, os.getcwd() == "/")
"""

TASTED = """
```{code-cell}
import matplotlib

matplotlib.rcParams["axes.titlecolor"], matplotlib.get_backend(), "tasted" in globals()
```
"""


def test_a_page_runs_as_if_alone(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.write("gallery/1_section/plot_1.py", SCRIPT.format(title="state", code=STATE))
    assert "state" in site.build(WAIT="0")
    alone = site.page("tutorials/1_section/plot_1")
    site.write("gallery/1_section/plot_0.py", SCRIPT.format(title="untidy", code=UNTIDY))
    site.append("gallery/1_section/plot_1.py", "\n")
    assert {"state", "untidy"} <= set(site.build(WAIT="30"))

    def printed(page: str) -> str:
        return page.partition("sphx-glr-script-out")[2].partition("</pre>")[0]

    assert "0.6667" in printed(alone)
    assert printed(site.page("tutorials/1_section/plot_1")) == printed(alone)


def test_the_settings_of_whoever_builds_stay_out_and_so_does_noise(tmp_path: Path) -> None:
    plain, tasteful = (Site(tmp_path / name / "site") for name in ("plain", "tasteful"))
    for site in (plain, tasteful):
        site.append("docs/kernels.md", TASTED)
    home = tmp_path / "home"
    startup = home / ".ipython/profile_default/startup/taste.py"
    for file, text in (
        (home / ".config/matplotlib/matplotlibrc", "axes.titlecolor: white\nfont.size: 30\n"),
        (startup, "tasted = True\n"),
        (home / "matplotlibrc", "axes.titlecolor: white\n"),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert plain.build() == ALL
    log = plain.log.read_text()
    for noise in ("TCP", "computation time summary", "successfully executed", "traitlets"):
        assert noise not in log
    taste = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "MATPLOTLIBRC": str(home),
        "MPLBACKEND": "svg",
        "PYTHONSTARTUP": str(startup),
        "IPYTHONDIR": str(home / ".ipython"),
    }
    assert tasteful.build(**taste) == ALL
    assert differences(plain.html, tasteful.html) == []
    # Neither is any of it a reason to run again, nor a home where nothing can be written.
    assert tasteful.build(HOME="/proc/nobody") == []
    assert "Nothing has changed" in tasteful.log.read_text()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of somebody's, with one commit."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "file").write_text("theirs")
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Theirs"]):
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    return folder


def commit(monkeypatch: pytest.MonkeyPatch, root: Path) -> str:
    monkeypatch.setattr(facts, "ROOT", root)
    return facts.built_from.__wrapped__()["commit"]


def test_sources_inside_the_repository_of_somebody_else_claim_no_commit(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = repository / "vendor" / "convtutor"
    unpacked.mkdir(parents=True)
    assert commit(monkeypatch, unpacked) == "unknown (built outside a git checkout)"
    assert len(commit(monkeypatch, repository)) == 10


def test_a_hook_of_another_repository_does_not_lend_its_commit(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = commit(monkeypatch, repository)
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert commit(monkeypatch, repository) == claimed
    assert commit(monkeypatch, tmp_path) == "unknown (built outside a git checkout)"


def test_a_changed_checkout_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "file").write_text("changed")
    assert commit(monkeypatch, repository).endswith("-dirty")
