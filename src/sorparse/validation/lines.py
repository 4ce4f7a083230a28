"""Find the element that an error of libxml2 refers to."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_MOST_PATHS = 500


class Locator:
    """Finds the elements that libxml2's node paths name in one tree.

    The children of each element are listed once: with thousands of errors below one parent,
    counting them anew for each error would take quadratic time. The elements of the last paths are
    remembered, because the next path usually begins like one of them.
    """

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._children: dict[tuple[etree._Element, str], list[etree._Element]] = {}
        self._found: dict[str, etree._Element] = {}

    def find(self, path: str | None) -> etree._Element | None:
        """Return the element of a path, whose first step is the root itself.

        Steps are ``prefix:name``, ``name`` (no namespace) or ``*`` (a default namespace), with a
        position among their like if there are several.
        """
        below: list[str] = []
        node: etree._Element | None = None
        above = path or ""
        while above and (node := self._found.get(above)) is None:
            below.append(above)
            above = above.rpartition("/")[0]
        for each in reversed(below):
            node = self._root if node is None else self._child(node, each.rpartition("/")[2])
            if node is None:
                return None
            if len(self._found) >= _MOST_PATHS:
                self._found.clear()
            self._found[each] = node
        return node

    def _child(self, parent: etree._Element, step: str) -> etree._Element | None:
        name, _, position = step.partition("[")
        children = self._named(parent, name)
        at = int(position[:-1]) - 1 if position else 0
        return children[at] if at < len(children) else None

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
