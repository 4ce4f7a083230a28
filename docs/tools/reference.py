"""The reference pages: every public name, from its docstring. Made when the docs are built."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

import sorparse

if TYPE_CHECKING:
    from docutils import nodes

# Which page a name stands on follows from the module that it lives in.
PAGES = (
    ("reading", "Reading files", ("feed", "formats", "description", "issues", "limits")),
    ("register", "The register and its views", ("register", "inheritance")),
    ("records", "Records", ("records",)),
    ("validation", "Validation", ("validation",)),
    ("tables", "Tables and exports", ("tables", "exports")),
    ("display", "Trees, pictures and maps", ("display",)),
    ("identifiers", "Identifiers", ("identifiers",)),
    ("fetching", "Fetching", ("fetching",)),
    ("archive", "An archive of nights", ("archive",)),
    ("errors", "Errors", ("errors",)),
    ("others", "Codes and examples", ("",)),
)


def write(folder: Path) -> None:
    """Write the pages."""
    folder.mkdir(exist_ok=True)
    names = pages()
    listed = []
    for page, title, _ in PAGES:
        if names[page]:
            text = "\n\n".join([f"# {title}", *map(_directive, names[page])]) + "\n"
            (folder / f"{page}.md").write_text(text, encoding="utf-8", newline="\n")
            listed.append((page, title))
    toc = "\n".join(page for page, _ in listed)
    lines = [
        "# Reference",
        "Everything that `import sorparse` gives; nothing else is public.",
        *(
            f"- [{title}]({page}.md): " + ", ".join(f"`{name}`" for name in names[page])
            for page, title in listed
        ),
        "Every method and field in alphabetical order: {ref}`genindex`.",
        f"```{{toctree}}\n:hidden:\n\n{toc}\n```",
    ]
    (folder / "index.md").write_text("\n\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def pages() -> dict[str, list[str]]:
    """Give the public names by page."""
    found: dict[str, list[str]] = {page: [] for page, _, _ in PAGES}
    for name in sorparse.__all__:
        if name == "__version__":
            continue
        value = getattr(sorparse, name)
        module = getattr(value, "__module__", None) or getattr(value, "__name__", "")
        home = module.removeprefix("sorparse.")
        page = next(page for page, _, homes in PAGES if home.startswith(homes))
        found[page].append(name)
    order = {name: place for place, name in enumerate(LEAD)}
    for names in found.values():
        names.sort(key=lambda name: (order.get(name, len(order)), name.lower(), name))
    return found


def _directive(name: str) -> str:
    value = getattr(sorparse, name)
    head = ""
    if isinstance(value, type):
        kind, options = "autoclass", ":members:\n:inherited-members: Exception, tuple, str, object"
    elif callable(value):
        kind, options = "autofunction", ""
    elif hasattr(value, "__path__") or hasattr(value, "__file__"):
        kind, options, head = "automodule", ":members:", f"## `sorparse.{name}`\n\n"
    else:
        kind, options = "autodata", ""
    told = "\n".join(f"   {line}" for line in options.splitlines())
    return f"{head}```{{eval-rst}}\n.. {kind}:: sorparse.{name}\n{told}\n```"


LEAD = (
    *("open", "Feed", "Format", "Issue", "Limits", "load", "Register", "View", "Status"),
    *("SOREntity", "Address", "VirtualAddress", "Coded", "EntityRef", "Validity", "SorType"),
    *("validate", "ValidationReport", "convert", "Table", "Tree", "Picture", "SorError"),
)
"""What stands first on its page, in this order; the rest follows by name."""
PYTHONS_OWN = ("builtins", "collections.abc", "_collections_abc", "typing")
_ARGUMENT = re.compile(r"^(\w+(?:, \w+)*): (\S.*)$")


MADE_BY_FUNCTIONS = ("Feed", "Register", "View", "Tree", "Picture")


def without_inner_signature(  # noqa: PLR0917 - what Sphinx gives
    app: object, what: str, name: str, value: object, options: object, signature: str, returns: str
) -> tuple[str, str] | None:
    """Leave out the arguments of classes that nobody makes by hand, and types that stand below."""
    del app, options, signature, returns
    if what != "class":
        return None
    if name.rpartition(".")[2] in MADE_BY_FUNCTIONS:
        return ("", "")
    if isinstance(value, type) and attrs.has(value):
        taken = inspect.signature(value)
        bare = [
            one.replace(annotation=inspect.Parameter.empty) for one in taken.parameters.values()
        ]
        return (str(inspect.Signature(bare)), "")
    return None


def without_what_python_gives(  # noqa: PLR0917 - what Sphinx gives
    app: object, what: str, name: str, value: object, skip: object, options: object
) -> bool | None:
    """Leave out what exceptions and mappings have from Python itself."""
    del app, what, name, skip, options
    home = getattr(value, "__objclass__", value)
    return True if getattr(home, "__module__", "") in PYTHONS_OWN else None


def without_what_misleads(app: object, page: nodes.document) -> None:
    """Undo the links of the type ``date``, and leave out where the building machine has the files.

    Sphinx takes the type for an error's field of that name.
    """
    from docutils.nodes import Text  # the tests list the pages without these
    from sphinx.addnodes import desc_annotation, pending_xref

    del app
    for link in list(page.findall(pending_xref)):
        if link.get("reftype") == "class" and link.get("reftarget") == "date":
            link.replace_self(Text("date"))
    for told in list(page.findall(desc_annotation)):
        if "Path(" in told.astext():
            told.parent.remove(told)


def arguments_as_fields(  # noqa: PLR0917 - what Sphinx gives
    app: object, what: str, name: str, value: object, options: object, lines: list[str]
) -> None:
    """Turn ``name: what it is`` in a docstring into the field list that the docs set nicely."""
    del app, name, options
    if what not in ("function", "method", "class"):
        return
    try:
        taken = set(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return
    turned: list[str] = []
    inside = False
    for line in lines:
        match = _ARGUMENT.match(line)
        if match and set(match[1].split(", ")) <= taken:
            if not inside and turned and turned[-1]:
                turned.append("")
            first, *others = match[1].split(", ")
            alike = f"(and ``{'``, ``'.join(others)}``) " if others else ""
            turned.append(f":param {first}: {alike}{match[2]}")
            inside = True
        else:
            if inside and line and not line.startswith(" "):
                turned.append("")
                inside = False
            turned.append(line)
    lines[:] = turned
