"""What we expect of the parts of other projects that `_ext.internals` gathers."""

import inspect
from pathlib import Path

from _ext import internals
from small import Site


def test_what_is_used_of_other_projects_is_as_we_expect(tmp_path: Path) -> None:
    parameters = list(inspect.signature(internals.run_script).parameters)
    assert parameters == ["fname", "target_dir", "src_dir", "gallery_conf"]

    site = Site(tmp_path / "site")
    site.append("docs/conf.py", NOTE)
    site.build()
    page = site.docs / "tutorials/1_section/plot_1"
    blocks = internals.blocks_of_script(page.with_suffix(".py"))[1]
    assert [block[0] for block in blocks][:3] == ["text", "code", "text"]
    text = page.with_suffix(".rst").read_text(encoding="utf-8")
    assert text.count(internals.CELL_BEGINS) == len(blocks) - 1  # the docstring has none
    assert f"{internals.CELL_BEGINS}{blocks[1][2]}-" in text
    assert internals.seconds_of_script(page) is not None
    noted = (site.docs / "noted").read_text().split("\n")
    assert noted == ["True", "True None", "True", "False"]


# In the build, where Sphinx is.
NOTE = """

def note(app, exception):
    from _ext import internals

    page = Path(app.srcdir, "tutorials/1_section/plot_1.py")
    ran, none = (internals.execution(app.env, name) for name in ("kernels", "index"))
    offered = internals.downloads(app.env).items()
    noted = (
        page in internals.found_done(app.config.sphinx_gallery_conf),
        f"{ran['succeeded'] and ran['runtime'] > 0} {none}",
        any(source.endswith("plot_1.py") and "/plot_1.py" in name for source, name in offered),
        internals.has_warned(app),
    )
    Path(app.srcdir, "noted").write_text("\\n".join(map(str, noted)))


def setup(app):
    app.connect("build-finished", note, priority=800)
"""
