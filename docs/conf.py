"""How the docs are built: ``sphinx-build -W docs site``.

Sphinx builds the reference from the docstrings and needs no other program.
"""

import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "tools"), str(HERE.parent / "src")]

os.environ["PYTHONPATH"] = sys.path[1]  # for the kernels that run the notebooks

import reference  # noqa: E402 - it is in docs/tools
import site_events  # noqa: E402
import sorparse  # noqa: E402

project = "sorparse"
release = version = sorparse.__version__
copyright = ""  # noqa: A001 - the name is Sphinx's
html_show_copyright = False
html_show_sphinx = False

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["tools", "**.ipynb_checkpoints"]
html_theme = "furo"
html_title = f"sorparse {release}"
html_static_path = ["static"]
html_css_files = ["docs.css"]
html_domain_indices = False  # the reference lists the modules
# Furo's default underlines imported names, which then look like links
pygments_dark_style = "github-dark"
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_merge_streams = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
maximum_signature_line_length = 80
toc_object_entries = False  # the pages have a heading for each member
suppress_warnings = ["config.cache"]


# Where a long name may be broken: between its words.
BREAKS = re.compile(
    r"(?<=[/_\-\]}|])(?=[\w\[])|(?<=\w)(?=\[)|(?<=[.:])(?=[a-zA-Z])|(?<=[a-z0-9])(?=[A-Z])"
)
CELL = re.compile(r"<t[dh][ >].*?</t[dh]>", re.DOTALL)
NAME = re.compile(r'(?<=<span class="pre">)[^<]+')


PARAMETERS = re.compile(r'<dl>\n(<dd><em class="sig-param">.*?</dd>)\n</dl>', re.DOTALL)


def _parameters(found):
    """Return the lines of a long signature as a list that is valid HTML."""
    lines = found[1].replace("<dd>", "<span>").replace("</dd>", "</span>")
    return f'<span class="sig-params">{lines}</span>'


def make_accessible(app, page, template, context, doctree):
    """Let boxes that scroll be reached with the keyboard, and correct what Sphinx writes."""
    del app, page, template, doctree
    if body := context.get("body"):
        body = body.replace(
            '<div class="highlight"><pre>', '<div class="highlight"><pre tabindex="0">'
        )
        body = re.sub(r"<p>(?=<img [^>]*\.svg)", '<p tabindex="0">', body)
        context["body"] = PARAMETERS.sub(_parameters, body)
    if tree := context.get("furo_navigation_tree"):
        context["furo_navigation_tree"] = tree.replace(
            'role="heading"', 'role="heading" aria-level="2"'
        )


def let_names_break(app, page, template, context, doctree):
    """Let the names in tables break between their words, so that a table fits on a phone."""
    del app, page, template, doctree
    if body := context.get("body"):
        context["body"] = CELL.sub(
            lambda cell: NAME.sub(lambda name: BREAKS.sub("<wbr>", name[0]), cell[0]), body
        )


def setup(app):
    """Write the reference pages before anything is read."""
    reference.write(HERE)
    app.connect("autodoc-process-signature", site_events.without_constructor)
    app.connect("doctree-read", site_events.without_misleading_parts)
    app.connect("doctree-read", site_events.link_first_mentions)
    app.connect("html-page-context", let_names_break)
    app.connect("html-page-context", make_accessible, priority=900)  # after Furo
