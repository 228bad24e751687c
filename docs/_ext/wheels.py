"""Build the package with the site, and lay it beside the site as a simple index (PEP 503)."""

import logging
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from build import ProjectBuilder

from _ext import whereabouts
from _ext.facts import ROOT, project

# The first moment that a zip can hold: the same sources give the same bytes, on any day.
_EPOCH = "315532800"

_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
<p>{link}</p>
</body>
</html>
"""

# That it builds is no news; that it cannot is an exception.
logging.getLogger("build").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Wheel:
    """The package as it is installed."""

    name: str
    data: bytes

    @property
    def version(self) -> str:
        """Its version, which says what is in it."""
        return self.name.split("-")[1]

    @property
    def path(self) -> str:
        """Where it is in the site."""
        return f"simple/{project()['project']['name']}/{self.name}"

    @property
    def address(self) -> str | None:
        """Where it will be in the world, if the site knows where that is."""
        base = whereabouts.base_url()
        return base and base + quote(self.path)


def build_wheel(root: Path = ROOT) -> Wheel:
    """Build the package with its own backend, which has to be installed: nothing is downloaded.

    Its version says what is in it. A reader who comes back would else keep the code that they
    have, because pip takes a wheel of the same version for the same.
    """
    own = project()["project"]
    with TemporaryDirectory() as folder:
        sources = Path(folder, "sources")
        leftovers = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / own["name"], sources / own["name"], ignore=leftovers)
        for name in (own["readme"], *own["license-files"]):
            shutil.copy(root / name, sources)
        settings = (root / "pyproject.toml").read_text(encoding="utf-8")
        content = sha256(settings.encode())
        for file in sorted(path for path in sources.rglob("*") if path.is_file()):
            content.update(file.relative_to(sources).as_posix().encode() + file.read_bytes())
        old = f'version = "{own["version"]}"'
        new = f'version = "{own["version"]}+c{content.hexdigest()[:10]}"'
        (sources / "pyproject.toml").write_text(settings.replace(old, new, 1), encoding="utf-8")
        path = Path(ProjectBuilder(sources, runner=_undated).build("wheel", folder))
        return Wheel(path.name, path.read_bytes())


def _undated(
    cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
) -> None:
    environment = {**os.environ, **(extra_environ or {}), "SOURCE_DATE_EPOCH": _EPOCH}
    # What it says is shown if it fails, and only then.
    subprocess.check_output(cmd, cwd=cwd, env=environment, stderr=subprocess.STDOUT)


def write_index(site: Path, wheel: Wheel) -> None:
    """Lay the wheel into the site, with the two pages by which pip and uv find it."""
    folder = Path(site, wheel.path).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / wheel.name).write_bytes(wheel.data)
    digest = sha256(wheel.data).hexdigest()
    python = escape(project()["project"]["requires-python"])
    file = (
        f'<a href="{quote(wheel.name)}#sha256={digest}" data-requires-python="{python}">'
        f"{wheel.name}</a>"
    )
    _write_page(folder, f"Files of {folder.name}", file)
    _write_page(folder.parent, "Packages", f'<a href="{folder.name}/index.html">{folder.name}</a>')


def _write_page(folder: Path, title: str, link: str) -> None:
    (folder / "index.html").write_text(_PAGE.format(title=title, link=link), encoding="utf-8")
