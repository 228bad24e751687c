"""Put the hints and the solution of an exercise, folded, below the cell that checks it.

A script only says ``check("name", ...)``. Here that is found in the page which the gallery has made
of it, so that nothing of this shows in a download.
"""

import ast
import posixpath
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from _ext import whereabouts
from _ext.folds import fold
from _ext.internals import CELL_BEGINS
from convtutor.exercises import EXERCISES, find

_CHECK = re.compile(r'^ *check\("(\w+)"', re.MULTILINE)
_NEXT_CELL = f"\n{CELL_BEGINS}"


def notebook_help(name: str) -> list[tuple[str, str]]:
    """Write the cells that help with an exercise at the end of a notebook, where nothing folds.

    Args:
        name: A key of `convtutor.exercises.EXERCISES`.

    Returns:
        The kind and the source of each cell. The last one gives one more hint at each run.
    """
    words = (
        f"### Help with `{name}`\n\nRun the next cell for a hint, and run it again for the next "
        "hint. Its last line shows a solution, once you have removed the `#`."
    )
    code = f'from convtutor.exercises import hint, solution\n\nhint("{name}")\n# solution("{name}")'
    return [("markdown", words), ("code", code)]


def checked(text: str) -> list[str]:
    """List the exercises that a script, or the page made of it, checks."""
    return _CHECK.findall(text)


class ExerciseHelp(SphinxDirective):
    """Fold up each hint and the solution of an exercise, and all of them together."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the panel.

        Returns:
            One ``<details>``, with another one in it for each hint and for the solution.
        """
        name = self.arguments[0]
        try:
            exercise = find(name)
        except ValueError as error:
            raise self.error(str(error)) from None
        panel = fold(kind="exercise", summary=f"Hints and a solution for <code>{name}</code>")
        for number, hint in enumerate(exercise.hints, 1):
            text = self.parse_text_to_nodes(hint)
            panel += fold("", *text, kind="hint", summary=f"Hint {number}")
        source = exercise.answer
        code = nodes.literal_block(source, source, language="python")
        panel += fold("", code, kind="solution", summary="Solution")
        done = nodes.paragraph("", "", _solved(name), nodes.Text("solved"), classes=["solved"])
        return [panel, done]


class ExerciseList(SphinxDirective):
    """List the exercises of a section, each with its effort and the page that it is on."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the list.

        Returns:
            One bullet list.
        """
        gallery = Path(self.env.srcdir, self.config.sphinx_gallery_conf["examples_dirs"])
        scripts = sorted((gallery / self.arguments[0]).glob("plot_*.py"))
        if not scripts:
            raise self.error(f"{self.arguments[0]!r} is not a section of the gallery")
        items = nodes.bullet_list(classes=["exercises"])
        for script in scripts:
            text = script.read_text(encoding="utf-8")
            page = Path("tutorials", script.relative_to(gallery)).with_suffix("").as_posix()
            address = self.env.app.builder.get_relative_uri(self.env.docname, page)
            link = f"{address}#try-it-yourself"
            for name in checked(text):
                exercise = EXERCISES[name]
                head = nodes.paragraph("", "", _solved(name), nodes.literal("", name))
                head += nodes.inline("", exercise.effort, classes=["effort"])
                title = (ast.get_docstring(ast.parse(text)) or name).partition("\n")[0]
                (line,) = self.parse_text_to_nodes(exercise.statement)
                assert isinstance(line, nodes.paragraph)
                line += nodes.Text(" ")
                line += nodes.reference("", title, refuri=link, internal=True)
                items += nodes.list_item("", head, line)
        return [items]


def _solved(name: str) -> nodes.raw:
    """Make a box to tick, which the browser remembers."""
    box = f'<input type="checkbox" name="solved" value="{name}" aria-label="{name} is solved">'
    return nodes.raw("", f"{box} ", format="html")


def add_help(app: Sphinx, docname: str, source: list[str]) -> None:
    """Insert help after each cell that checks an exercise, below what the cell has printed.

    Before the first one stands where a reader can replace the dots, which is not on the site.
    """
    if not docname.startswith("tutorials/"):
        return
    first, *cells = source[0].split(_NEXT_CELL)
    copies = _own_copy(docname.removeprefix("tutorials/"))
    for place, cell in enumerate(cells):
        if names := checked(cell):
            panels = "".join(f"\n.. exercise-help:: {name}\n" for name in names)
            cells[place] = f"{cell}{copies}{panels}"
            copies = ""
    source[0] = _NEXT_CELL.join([first, *cells])


def _own_copy(page: str) -> str:
    """Link the copies of a page of the gallery that a reader can type into."""
    name = posixpath.basename(page)
    if whereabouts.base_url():
        ways = [f":download:`notebook <{name}.ipynb>`", f":download:`script <{name}.py>`"]
    else:  # by itself, neither finds the package
        ways = [f":download:`zip <{name}.zip>` with a notebook and a script"]
    if colab := whereabouts.colab_url(f"{page}.ipynb"):
        ways.append(f"`notebook in Colab <{colab}>`__")
    *others, last = (f"a {way}" for way in ways)
    copies = f"{', '.join(others)} or {last}" if others else last
    return (
        f"\n.. rst-class:: own-copy\n\nWrite your answer in your own copy of this page: {copies}.\n"
    )
