"""The package as it is published: typed, described, and with links that lead somewhere."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from io import BytesIO
from pathlib import Path

from _ext.wheels import build_wheel

ROOT = Path(__file__).parents[2]
KNOWN = {
    "GITHUB_SERVER_URL": "https://git.example",
    "GITHUB_REPOSITORY": "owner/name",
    "GITHUB_REF_NAME": "v0.1.0",
    "CONVTUTOR_BASE_URL": "https://site.example/course/",
}


def test_a_release_says_where_it_comes_from(tmp_path: Path) -> None:
    for name in ("convtutor", ".ci"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    script = tmp_path / ".ci" / "publishable.py"
    subprocess.run([sys.executable, str(script)], env=KNOWN, check=True)

    urls = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "urls"
    ]
    assert urls["Source"] == "https://git.example/owner/name"
    assert urls["Homepage"] == "https://site.example/course/"
    with zipfile.ZipFile(BytesIO(build_wheel(tmp_path).data)) as wheel:
        assert "convtutor/py.typed" in wheel.namelist()
        (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
        metadata = message_from_bytes(wheel.read(name))
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    links = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
    assert len(links) >= 3
    assert [link for link in links if not link.startswith("https://")] == []
    assert "https://git.example/owner/name/raw/v0.1.0/docs/_static/page.png" in links
    assert "**Read it** at <https://site.example/course/>." in str(metadata.get_payload())
