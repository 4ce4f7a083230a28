"""True lines of elements, and finding the element that an error of libxml2 means."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

_SATURATED = 65_535
"""libxml2 stores an element's line in 16 bits; beyond, only text nodes know theirs."""
_MOST_STEPS = 200
"""Texts to look through for one that knows its line."""


def true_line(element: etree._Element) -> int | None:
    """Line of an element's start tag, also beyond line 65,535.

    There libxml2 gives an element the line of the first text below it, which for pretty-printed
    XML is a later line. So the next element with a text of one line is looked for, whose line is
    true, and the line breaks up to it are counted off. That needs the blank text: in a tree parsed
    with ``remove_blank_text`` an element with children gets the line of its first text instead.

    ``None`` if no such text follows within some hundred nodes.
    """
    line = element.sourceline
    if line is None or line < _SATURATED:
        return line
    breaks = 0
    for node, text in islice(_onward(element), _MOST_STEPS):
        if node is not None and text and "\n" not in text:
            return (node.sourceline or line) - breaks
        breaks += text.count("\n")
    return None


def _onward(element: etree._Element) -> Iterator[tuple[etree._Element | None, str]]:
    """Texts from an element on in document order: leading texts with their element, and tails."""
    node: etree._Element | None = element
    while node is not None:
        is_element = isinstance(node.tag, str)
        yield (node if is_element else None), node.text or ""
        if is_element and len(node):
            node = node[0]
            continue
        while node is not None:
            yield None, node.tail or ""
            following = node.getnext()
            if following is not None:
                node = following
                break
            node = node.getparent()


class Locator:
    """Finds the elements that libxml2's node paths name in one tree.

    The children of each element are listed once: with thousands of errors below one parent,
    counting them anew for each error would take quadratic time.
    """

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._children: dict[tuple[etree._Element, str], list[etree._Element]] = {}

    def find(self, path: str | None) -> etree._Element | None:
        """Return the element of a path, whose first step is the root itself.

        Steps are ``prefix:name``, ``name`` (no namespace) or ``*`` (a default namespace), with a
        position among their like if there are several.
        """
        if not path:
            return None
        node = self._root
        for step in path.split("/")[2:]:
            name, _, position = step.partition("[")
            children = self._named(node, name)
            at = int(position[:-1]) - 1 if position else 0
            if at >= len(children):
                return None
            node = children[at]
        return node

    def _named(self, parent: etree._Element, name: str) -> list[etree._Element]:
        key = parent, name
        if key not in self._children:
            self._children[key] = list(_named(parent, name))
        return self._children[key]


def _named(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    children = parent.iterchildren("*")
    if name == "*":
        return children
    prefix, _, local = name.rpartition(":")
    ending = "}" + local
    return (
        child
        for child in children
        if child.tag == name  # without a namespace, or with a prefix that is not declared
        or (prefix and child.prefix == prefix and str(child.tag).endswith(ending))
    )
