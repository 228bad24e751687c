"""The site's machinery, beside what well-kept extensions of Sphinx do.

`setup` below is the way in: it says what happens during a build, in the order in which it happens,
and which module does it. Each of these modules has one job, and none knows this list.
"""

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Say what our pages may contain, then what we do at each event of a build.

    A number is a priority: of the listeners to one event, the lowest goes first, and 500 is what
    all have that name none.
    """
    # Here, so that a page that only wants `_ext.figures` does not import everything.
    from _ext import (
        book,
        downloads,
        exercises,
        explorer,
        figures,
        folds,
        frame,
        listings,
        mathml,
        notebooks,
        output,
        preview,
        provenance,
        scripts,
        search,
        surroundings,
        typesetting,
    )

    surroundings.insist_on_asserts()
    surroundings.insist_on_the_device()
    surroundings.hush()
    site = output.Output()

    # --- What pages may contain ---
    app.add_directive("corr-explorer", explorer.Explorer)
    app.add_directive("corr-element", explorer.Element)
    app.add_node(folds.fold, html=(folds.open_fold, folds.close_fold))
    app.add_directive("exercise-help", exercises.ExerciseHelp)
    app.add_directive("exercise-list", exercises.ExerciseList)
    app.add_node(provenance.ReportNode)
    app.add_directive("report", provenance.Report)
    math = (mathml.visit_math, None)
    app.add_html_math_renderer("mathml", math, math)
    app.add_css_file("exercises.css")
    app.add_builder(book.Book, override=True)

    # --- The configuration has been read: sphinx-gallery fills in its defaults at 10 ---
    app.connect("config-inited", site.begin, priority=5)  # ends here if nothing has changed
    if preview.is_one():
        app.connect("config-inited", preview.narrow, priority=6)
    app.connect("config-inited", scripts.get_ready, priority=7)

    # --- Scripts run; then, at 500, sphinx-gallery takes them as done, and writes its indexes ---
    app.connect("builder-inited", scripts.run_what_has_to, priority=400)
    app.connect("builder-inited", scripts.check_that_all_ran, priority=900)
    app.connect("builder-inited", explorer.write_scripts, priority=900)
    app.connect("builder-inited", search.leave_index_to_us)  # before pages are written

    # --- Every page is read, and myst-nb runs those that have cells ---
    app.connect("env-before-read-docs", notebooks.open_cache)
    app.connect("source-read", exercises.add_help)
    app.connect("source-read", explorer.place_explorers)
    app.connect("source-read", book.fill_appendix)
    app.connect("doctree-read", figures.show_in_themes, priority=400)  # images are listed at 500
    app.connect("doctree-read", frame.tidy_gallery, priority=450)
    app.connect("doctree-read", folds.fold_page)
    app.connect("doctree-read", provenance.mark_measured)

    # --- All pages have been read ---
    app.connect("env-check-consistency", notebooks.close_cache)  # or stop, if a cell did not run
    app.connect("env-check-consistency", site.write_on_all_cores)

    # --- Every page is written ---
    app.connect("doctree-resolved", downloads.label_links)
    app.connect("doctree-resolved", provenance.insert_reports)
    app.connect("doctree-resolved", typesetting.keep_products)
    app.connect("html-page-context", explorer.load_scripts)
    app.connect("html-page-context", listings.dress)
    app.connect("html-page-context", provenance.fold_in)
    app.connect("html-page-context", frame.lighten)
    app.connect("html-page-context", frame.mend)
    app.connect("html-page-context", frame.describe)
    app.connect("html-page-context", frame.link_to_source)
    app.connect("html-page-context", typesetting.keep_formulas)
    app.connect("html-page-context", book.fit_for_paper)  # nothing, unless a book is made

    # --- All pages are there: what belongs to the site as a whole ---
    app.connect("build-finished", downloads.ready_downloads)
    app.connect("build-finished", frame.finish)
    app.connect("build-finished", search.write_data)
    app.connect("build-finished", provenance.write_record)
    app.connect("build-finished", site.put_in_place, priority=900)  # the last thing of all
    return {"parallel_read_safe": True, "parallel_write_safe": True}
