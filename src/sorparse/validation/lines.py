"""Find the element that an error of libxml2 refers to."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree


class Locator:
    """Finds the elements that libxml2's node paths name in one tree.

    The children of each element are listed once: with thousands of errors below one parent,
    counting them anew for each error would take quadratic time.
    """

    def __init__(self, root: etree._Element) -> None:
        self._children: dict[tuple[etree._Element, str], list[etree._Element]] = {}
        self._steps: list[str] = []
        self._nodes = [root]
        """The last path, and its elements: the next path usually begins like it."""

    def find(self, path: str | None) -> etree._Element | None:
        """Return the element of a path, whose first step is the root itself.

        Steps are ``prefix:name``, ``name`` (no namespace) or ``*`` (a default namespace), with a
        position among their like if there are several.
        """
        if not path:
            return None
        steps = path.split("/")[2:]
        pairs = enumerate(zip(steps, self._steps, strict=False))
        same = next((at for at, (one, two) in pairs if one != two), len(self._nodes) - 1)
        same = min(same, len(steps))
        nodes, self._steps = self._nodes, steps
        del nodes[same + 1 :]
        for step in steps[same:]:
            name, _, position = step.partition("[")
            children = self._named(nodes[-1], name)
            at = int(position[:-1]) - 1 if position else 0
            if at >= len(children):
                self._steps = steps[: len(nodes) - 1]
                return None
            nodes.append(children[at])
        return nodes[-1]

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
