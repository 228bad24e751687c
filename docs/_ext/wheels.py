"""Build the package with the site, which offers it to all that is taken away from it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from _ext import whereabouts
from _ext.facts import ROOT, project

# The first moment that a zip can hold: the same sources give the same bytes, on any day.
_EPOCH = "315532800"


@dataclass(frozen=True)
class Wheel:
    """The package as it is installed."""

    name: str
    data: bytes

    @property
    def address(self) -> str | None:
        """Where it will be in the world, if the site knows where that is."""
        base = whereabouts.base_url()
        return base and f"{base}_downloads/{quote(self.name)}"


def build_wheel(root: Path = ROOT) -> Wheel:
    """Build the package with its own backend, which has to be installed: nothing is downloaded.

    Its version says what is in it. A reader who comes back would else keep the code that they
    have, because pip takes a wheel of the same version for the same. ``python -m convtutor`` then
    knows where the site is.
    """
    own = project()["project"]
    with TemporaryDirectory() as folder:
        sources = Path(folder, "sources")
        leftovers = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / own["name"], sources / own["name"], ignore=leftovers)
        for name in (own["readme"], *own["license-files"]):
            shutil.copy(root / name, sources)
        settings = (root / "pyproject.toml").read_text(encoding="utf-8")
        if (base := whereabouts.base_url()) and "[project.urls]" not in settings:
            settings += f'\n[project.urls]\nHomepage = "{base}"\n'
        content = sha256(settings.encode())
        for file in sorted(path for path in sources.rglob("*") if path.is_file()):
            content.update(file.relative_to(sources).as_posix().encode() + file.read_bytes())
        old = f'version = "{own["version"]}"'
        new = f'version = "{own["version"]}+c{content.hexdigest()[:10]}"'
        (sources / "pyproject.toml").write_text(settings.replace(old, new, 1), encoding="utf-8")
        build = ["-m", "flit_core.wheel", "--outdir", folder, str(sources)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": _EPOCH}
        subprocess.run([sys.executable, *build], env=environment, capture_output=True, check=True)
        (path,) = Path(folder).glob("*.whl")
        return Wheel(path.name, path.read_bytes())
