"""Write into the sources what only a release knows: where they are, and where the site is.

A README that is shown elsewhere than in its repository has no use for relative links, and the
metadata of a package should say where it comes from. Run this in a checkout that is thrown away.
"""

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
# How the README says where the site is as long as nobody knows the address.
WHERE = (
    "**Read it** where it is published: the address stands beside this text, as the repository's "
    "website."
)


def main() -> None:
    """Change ``README.md`` and ``pyproject.toml`` beside this folder."""
    repository = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}".format_map(os.environ)
    tag = os.environ["GITHUB_REF_NAME"]
    urls = {
        "Source": repository,
        "Issues": f"{repository}/issues",
        "Changes": f"{repository}/releases",
    }
    if site := os.environ.get("CONVTUTOR_BASE_URL"):
        urls = {"Homepage": site, "Documentation": site, **urls}

    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    text = text.replace(WHERE, f"**Read it** at <{site}>.") if site else text
    text = re.sub(r"(!\[[^]]*\]\()(?!\w+:)", rf"\1{repository}/raw/{tag}/", text)
    text = re.sub(r"((?<!!)\[[^]]*\]\()(?!\w+:|#)", rf"\1{repository}/blob/{tag}/", text)
    readme.write_text(text, encoding="utf-8")

    project = ROOT / "pyproject.toml"
    table = "".join(f'{name} = "{address}"\n' for name, address in urls.items())
    settings = project.read_text(encoding="utf-8")
    before, after = settings.split("\n[project.optional-dependencies]\n")
    settings = f"{before}\n[project.urls]\n{table}\n[project.optional-dependencies]\n{after}"
    project.write_text(settings, encoding="utf-8")


if __name__ == "__main__":
    main()
