"""True lines of elements, and finding the element that an error of libxml2 means."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

_SATURATED = 65_535
"""libxml2 keeps an element's line in 16 bits; beyond, only text nodes know theirs."""


def true_line(element: etree._Element) -> int | None:
    """Line of an element's start tag, also beyond line 65,535.

    There libxml2 gives an element the line of the first text below it, which for pretty-printed
    XML is a later line. So the next element with a text of one line is looked for, whose line is
    true, and the line breaks up to it are counted off. That needs the blank text: in a tree parsed
    with ``remove_blank_text`` an element with children gets the line of its first text instead.
    """
    line = element.sourceline
    if line is None or line < _SATURATED:
        return line
    breaks = 0
    for node, text in _onward(element):
        if node is not None and text and "\n" not in text:
            return (node.sourceline or line) - breaks
        breaks += text.count("\n")
    return line


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


def locate(root: etree._Element, path: str | None) -> etree._Element | None:
    """Find the element of libxml2's node path, whose first step is ``root`` itself.

    Steps are ``prefix:name``, ``name`` (no namespace) or ``*`` (a default namespace), with a
    position among their like where there are several.
    """
    if not path:
        return None
    node: etree._Element | None = root
    for step in path.split("/")[2:]:
        if node is None:
            return None
        name, _, position = step.partition("[")
        at = int(position[:-1]) - 1 if position else 0
        node = next(islice(_named(node, name), at, None), None)
    return node


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
