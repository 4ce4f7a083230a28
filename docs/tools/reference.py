"""The API reference: one page for each public class and function, built from the docstrings.

The pages in ``docs/reference/api`` are written when the site is built, and are not in the
repository. ``docs/reference/python.md``, the list of all names, is.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import attrs

import sorparse
from formats import table_lines

SECTIONS = (
    (
        "Reading files",
        ("opening", "feed", "formats", "description", "issues", "limits", "records.row"),
    ),
    ("The register on any date", ("register", "inheritance")),
    ("Records", ("records",)),
    ("Validation", ("validation",)),
    ("Tables and exports", ("tables", "exports")),
    ("Charts", ("display",)),
    ("An archive of nights", ("archive",)),
    ("Modules", ("identifiers", "fetching", "codes", "examples")),
    ("Errors and warnings", ("errors",)),
)
"""The sections of the reference, and the modules whose names each holds: the first that fits."""
FIRST = (
    *("open", "Feed", "Format", "Issue", "Limits", "load", "Register", "View", "Status"),
    *("SOREntity", "Address", "VirtualAddress", "Coded", "EntityRef", "Validity", "SorType"),
    *("validate", "ValidationReport", "convert", "Table", "SorError"),
)
"""The names that come first in their section; the others follow in alphabetical order."""
API = "reference/api"
INTERNAL = {
    *("Feed.readers", "Feed.report", "Feed.report_no_entities", "Register.core"),
    *("View.in_force", "View.row", "View.rows", "View.rows_having"),
    "ShakRegister.core",
}
"""Methods that other modules of the library call. They are not public, whatever their names say."""


def modules() -> list[str]:
    """Return the names of the public modules."""
    return [name for name in public_names() if isinstance(getattr(sorparse, name), ModuleType)]


def public_names() -> list[str]:
    """Return the public names of the package, without its version."""
    return [name for name in sorparse.__all__ if name != "__version__"]


def members(name: str) -> list[str]:
    """Return the public members of a class or module, in the order of the source."""
    value = getattr(sorparse, name)
    if isinstance(value, ModuleType):
        return [each for each in value.__all__ if each != "Kind"]
    if not isinstance(value, type):
        return []
    classes = [each for each in value.__mro__ if each.__module__.startswith("sorparse")]
    found: dict[str, None] = {}
    for each in classes:
        for member in (*vars(each), *getattr(each, "__annotations__", ())):
            if member.startswith("_") or f"{name}.{member}" in INTERNAL:
                continue
            if docstring(value, member) or is_field(value, member):
                found[member] = None
    return list(found)


def is_field(owner: Any, member: str) -> bool:
    """Return whether a member is a field of a record, or a member of an enumeration."""
    return (attrs.has(owner) and member in attrs.fields_dict(owner)) or (
        member in getattr(owner, "__members__", ())
    )


def function_of(owner: Any, member: str) -> Any:
    """Return the function behind a method or property, or ``None`` for a field or a constant."""
    value = inspect.getattr_static(owner, member, None)
    for name in ("__func__", "fget", "func", "method"):
        value = getattr(value, name, value)
    return value if isinstance(value, FunctionType) else None


def docstring(owner: Any, member: str) -> str:
    """Return the docstring of a method or property; empty for anything else."""
    return inspect.getdoc(function_of(owner, member)) or ""


def is_method(owner: Any, member: str) -> bool:
    """Return whether a member is called."""
    value = inspect.getattr_static(owner, member, None)
    return not isinstance(value, (property, functools.cached_property)) and bool(
        function_of(owner, member)
    )


def is_property(name: str) -> bool:
    """Return whether a name such as ``View.day`` is a property."""
    owner, _, member = name.partition(".")
    value = getattr(sorparse, owner)
    return bool(member) and isinstance(value, type) and not is_method(value, member)


def documented_objects() -> Iterator[tuple[str, Any]]:
    """Yield every public class, function, method and property with its name below sorparse."""
    for name in public_names():
        value = getattr(sorparse, name)
        if not isinstance(value, ModuleType):
            yield name, value
        for member in members(name):
            static = getattr(value, member) if isinstance(value, ModuleType) else None
            if isinstance(value, ModuleType) and callable(static):
                yield f"{name}.{member}", static
            elif not isinstance(value, ModuleType) and function_of(value, member):
                yield f"{name}.{member}", function_of(value, member)


def page_of(name: str) -> str:
    """Return the path of the page of a public name below docs, without suffix.

    Classes and functions have folders of their own, since some systems take ``Diff`` and ``diff``
    for one file.
    """
    value = getattr(sorparse, name)
    if isinstance(value, type) and issubclass(value, Exception):
        return f"{API}/errors"
    kind = "modules" if isinstance(value, ModuleType) else "functions"
    return f"{API}/{'classes' if isinstance(value, type) else kind}/{name}"


def sections() -> dict[str, list[str]]:
    """Return the public names by section."""
    found: dict[str, list[str]] = {title: [] for title, _ in SECTIONS}
    for name in public_names():
        found[_section(getattr(sorparse, name))].append(name)
    order = {name: place for place, name in enumerate(FIRST)}
    for names in found.values():
        names.sort(key=lambda name: (order.get(name, len(order)), name.lower(), name))
    return found


def _section(value: Any) -> str:
    module = value.__name__ if isinstance(value, ModuleType) else value.__module__
    home = module.removeprefix("sorparse.")
    return next(title for title, homes in SECTIONS if home.startswith(homes))


# -- the list of names, which is in the repository

HEAD = """\
<!-- Generated by docs/tools/make.py from the docstrings in src/sorparse. -->

# Python reference

Everything that `import sorparse` offers. Other names are private and can change in any version
([what is stable](stability.md)).

On the site, each name links to its page with arguments, results, errors and an example. In a
checkout, `help(sorparse.View)` in Python shows the same text, and
`sphinx-build docs site` builds the site; `CONTRIBUTING.md` explains how.
All methods and fields in alphabetical order are in the {ref}`index <genindex>` of the site.
"""


def pages() -> dict[str, str]:
    """Return the list of names by its path below docs."""
    parts = [HEAD.rstrip()]
    for title, names in sections().items():
        rows = []
        for name in names:
            value = getattr(sorparse, name)
            rows.append((f"`{_shown(name, value)}`", summary(value)))
        parts += [f"## {title}", "\n".join(table_lines(("Name", "What it is"), rows))]
    for name in ("Feed", "Register", "View", "Archive", "ShakRegister", "ShakView", *modules()):
        value = getattr(sorparse, name)
        rows = [
            (f"`{name}.{member}`", _summary_of_member(value, member))
            for member in sorted(members(name))
        ]
        title = f"Members of `{name}`"
        parts += [f"## {title}", "\n".join(table_lines(("Name", "What it is"), rows))]
    toc = "\n".join(dict.fromkeys(f"/{page_of(name)}" for name in _in_order()))
    parts.append(f"```{{toctree}}\n:hidden:\n\n{toc}\n```")
    return {"reference/python.md": "\n\n".join(parts) + "\n"}


def _in_order() -> list[str]:
    return [name for names in sections().values() for name in names]


def _shown(name: str, value: Any) -> str:
    return f"sorparse.{name}" + ("()" if isinstance(value, FunctionType) else "")


def summary(value: Any) -> str:
    """Return the first paragraph of a docstring as one line of Markdown."""
    first = (inspect.getdoc(value) or "").split("\n\n")[0]
    text = re.sub(r":\w+:`~?\.?([\w.]+)`", r"`\1`", " ".join(first.split()))
    return text.replace("``", "`")


def _summary_of_member(owner: Any, member: str) -> str:
    if function := function_of(owner, member):
        return summary(function)
    value = getattr(owner, member, None)
    if isinstance(owner, ModuleType) and not callable(value):
        return constants(owner).get(member, "").replace("``", "`")
    return summary(value)


# -- the pages of the site


def write(docs: Path) -> None:
    """Write the pages, and remove those of names that no longer exist."""
    wanted = {}
    for name in _in_order():
        page = page_of(name)
        wanted[page] = wanted.get(page, "") + _page(name)
    for folder in ("classes", "functions", "modules"):
        for path in (docs / API / folder).glob("*.md"):
            if f"{API}/{folder}/{path.stem}" not in wanted:
                path.unlink()
    wanted[f"{API}/errors"] = _ERRORS + wanted[f"{API}/errors"]
    for page, text in wanted.items():
        path = docs / f"{page}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")


_ERRORS = """\
# Errors and warnings

Every exception that the library raises on purpose derives from `SorError`, so one `except` catches
them all.

"""


def _page(name: str) -> str:
    value = getattr(sorparse, name)
    if isinstance(value, ModuleType):
        parts = [f"# `sorparse.{name}`", _directive("automodule", name)]
        for member in members(name):
            parts += [f"## `{member}`", _of_module(value, name, member)]
    elif not isinstance(value, type):
        parts = [f"# `sorparse.{name}()`", _directive("autofunction", name)]
    elif issubclass(value, Exception):
        options = (":show-inheritance:", ":members:")
        parts = [f"## `{name}`", _directive("autoexception", name, options=options)]
    else:
        parts = [f"# `{name}`", _directive("autoclass", name), *_groups(name, value)]
    return "\n\n".join(parts) + "\n\n"


def _groups(name: str, value: type) -> Iterator[str]:
    listed = members(name)
    groups = (
        ("Fields", [each for each in listed if is_field(value, each)]),
        ("Methods", [each for each in listed if is_method(value, each)]),
        (
            "Properties",
            [each for each in listed if not is_field(value, each) and not is_method(value, each)],
        ),
    )
    for title, those in groups:
        if not those:
            continue
        yield f"## {title}"
        for member in those if title == "Fields" else sorted(those):
            if title != "Fields":
                yield f"### `{member}`"
            kind = {"Fields": "autoattribute", "Methods": "automethod"}.get(title, "autoproperty")
            static = inspect.getattr_static(value, member, None)
            if isinstance(static, functools.cached_property):
                kind = "autoproperty"
            yield _directive(kind, name, member)


def _of_module(module: ModuleType, name: str, member: str) -> str:
    value = getattr(module, member)
    if isinstance(value, type):
        return _directive("autoclass", name, member, options=(":members:",))
    if callable(value):
        return _directive("autofunction", name, member)
    kind = type(value)
    about = constants(module).get(member, "")
    type_name = "Path" if issubclass(kind, Path) else kind.__name__
    lines = (f".. py:data:: {member}", f"   :module: sorparse.{name}", f"   :type: {type_name}")
    return "```{eval-rst}\n" + "\n".join([*lines, "", f"   {about}"]) + "\n```"


def constants(module: ModuleType) -> dict[str, str]:
    """Return the docstring below each constant of a module and of the modules in its folder."""
    found: dict[str, str] = {}
    path = Path(module.__file__ or "")
    for source in path.parent.glob("*.py") if path.name == "__init__.py" else [path]:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for node, below in pairwise(tree.body):
            targets = (
                node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            )
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                for target in targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = str(below.value.value)
    return found


def _directive(kind: str, *names: str, options: tuple[str, ...] = ()) -> str:
    lines = [f".. {kind}:: sorparse.{'.'.join(names)}", *(f"   {each}" for each in options)]
    return "```{eval-rst}\n" + "\n".join(lines) + "\n```"
