"""What conf.py connects to Sphinx: signatures, types, and links of the first mention of a name."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from reference import members, modules, page_of, public_names

if TYPE_CHECKING:
    from docutils import nodes

BUILT_BY_FUNCTIONS = ("Feed", "Register", "View", "ShakRegister", "ShakView", "Tree", "Picture")
"""Classes whose constructor is not public."""


def without_constructor(  # noqa: PLR0917 - the arguments are Sphinx's
    app: object, what: str, name: str, value: object, options: object, signature: str, returns: str
) -> tuple[str, str] | None:
    """Omit the arguments of classes that functions build, and types that the fields repeat."""
    del app, options, signature, returns
    if what != "class":
        return None
    if name.rpartition(".")[2] in BUILT_BY_FUNCTIONS:
        return ("", "")
    if isinstance(value, type) and attrs.has(value):
        signature_of = inspect.signature(value)
        bare = [
            one.replace(annotation=inspect.Parameter.empty)
            for one in signature_of.parameters.values()
        ]
        return (str(inspect.Signature(bare)), "")
    return None


def without_misleading_parts(app: object, page: nodes.document) -> None:
    """Undo the links of the type ``date``, and omit the paths of the machine that builds the site.

    Sphinx would link the type to the field of that name of an error.
    """
    from docutils.nodes import Text  # the tests list the pages without docutils
    from sphinx.addnodes import desc_annotation, pending_xref

    del app
    for link in list(page.findall(pending_xref)):
        if link.get("reftype") == "class" and link.get("reftarget") == "date":
            link.replace_self(Text("date"))
    for annotation in list(page.findall(desc_annotation)):
        if "Path(" in annotation.astext():
            annotation.parent.remove(annotation)


_RECEIVERS = {
    "sorparse": "",
    "view": "View",
    "register": "Register",
    "feed": "Feed",
    "archive": "Archive",
    "shak": "ShakRegister",
    "report": "ValidationReport",
    "issue": "Issue",
    "effective": "Effective",
    "match": "ShakMatch",
    "fetched": "fetching.Fetched",
}
"""The names that guides use for an object of a class."""
_OF_SHAK = {"view": "ShakView", "register": "ShakRegister"}
"""The same on the page about SHAK."""
_MENTION = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)(\(.*\))?", re.DOTALL)


@functools.cache
def _targets() -> frozenset[str]:
    names = public_names()
    return frozenset([*names, *(f"{name}.{each}" for name in names for each in members(name))])


def target_of(text: str, receivers: Mapping[str, str] = _RECEIVERS) -> str | None:
    """Return the public name below sorparse that inline code mentions, or ``None``.

    Args:
        text: The code.
        receivers: The names of objects, and the class of each.
    """
    match = _MENTION.fullmatch(text)
    if match is None:
        return None
    first, _, rest = match[1].partition(".")
    if rest:
        owner = receivers.get(first, first)
        while rest:
            name = f"{owner}.{rest}" if owner else rest
            if name in _targets():
                return name
            rest = rest.rpartition(".")[0]
        return None
    is_plain_word = first.islower() and "_" not in first and first not in modules()
    return None if is_plain_word or first not in public_names() else first


def link_first_mentions(app: Any, page: nodes.document) -> None:
    """Link the first mention of each public name on a page to its place in the reference.

    On the list of names every mention is linked.
    """
    from docutils.nodes import Element, literal, reference, title
    from sphinx.addnodes import desc_signature, pending_xref

    no_links = (title, reference, pending_xref, desc_signature)
    is_list = app.env.docname == "reference/python"
    is_shak = app.env.docname.endswith("formats/shak")
    receivers = _RECEIVERS | _OF_SHAK if is_shak else _RECEIVERS
    linked = {name for name in public_names() if page_of(name) == app.env.docname}
    for mention in list(page.findall(literal)):
        name = target_of(mention.astext(), receivers)
        parent: Element | None = mention.parent
        while parent is not None and not isinstance(parent, no_links):
            parent = parent.parent
        if name is None or name in linked or parent is not None:
            continue
        if not is_list:
            linked.add(name)
        link = pending_xref(
            "",
            refdomain="py",
            reftype="obj",
            reftarget=f"sorparse.{name}",
            refexplicit=True,
            refwarn=True,
            refdoc=app.env.docname,
        )
        mention.replace_self(link)
        link += mention
