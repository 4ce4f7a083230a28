"""A unit and all below it on a day: to fold and unfold in a notebook, as text elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from ..records import SOREntity
from .markup import Html, code, count, element, join, page, small
from .values import name_of

if TYPE_CHECKING:
    from datetime import date

    from ..register.view import View

DEEPEST = 60
"""Levels shown; browsers flatten what is nested much deeper."""
OPEN_LEVELS = 2
"""Levels that are unfolded at first."""


@attrs.frozen
class Node:
    """A unit in the tree."""

    unit: SOREntity
    level: int
    """0 for the unit asked for."""
    closes: date | None = None
    """Its closing date, where one is known."""


@attrs.frozen(eq=False)
class Tree:
    """A unit and the units below it, as they hang on one day. Iterates over its nodes, top first.

    ``str()`` of it is an indented text.
    """

    day: date
    nodes: tuple[Node, ...]
    left_out: int = 0
    """Units below that are not shown, the tree being cut at a level or a number of units."""

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __str__(self) -> str:
        lines = ["  " * node.level + _told(node) for node in self.nodes]
        if self.left_out:
            lines.append(f"… and {count(self.left_out, 'unit')} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        left = None
        if self.left_out:
            left = element("p", small(f"{count(self.left_out, 'unit')} more below are not shown."))
        return page(element("p", small(f"On {self.day}:")), Html("".join(self._markup())), left)

    def _markup(self) -> Iterator[str]:
        # flat and not recursive: a made-up file can hang units thousands of levels deep
        yield "<ul>"
        level = 0
        for node, following in zip(self.nodes, (*self.nodes[1:], None), strict=True):
            while level > node.level:
                yield "</ul></details></li>"
                level -= 1
            if following is not None and following.level > node.level:
                open_ = " open" if node.level < OPEN_LEVELS else ""
                yield f"<li><details{open_}><summary>{_line(node)}</summary><ul>"
                level += 1
            else:
                yield f"<li>{_line(node)}</li>"
        yield "</ul></details></li>" * level
        yield "</ul>"


def _line(node: Node) -> Html:
    unit = node.unit
    closes = f"closes {node.closes}" if node.closes else None
    marks = [_kind(unit), unit.shak_code and f"SHAK {unit.shak_code}", closes]
    told = ", ".join(mark for mark in marks if mark)
    return join(
        [
            element("bdi", unit.name or "(no name)"),
            " ",
            code(unit.sor_id),
            " ",
            small(told) if told else None,
        ]
    )


def _kind(unit: SOREntity) -> str:
    return ", ".join(part for part in (str(unit.sor_type or ""), name_of(unit.entity_type)) if part)


def _told(node: Node) -> str:
    unit = node.unit
    shak = f", SHAK {unit.shak_code}" if unit.shak_code else ""
    closes = f", closes {node.closes}" if node.closes else ""
    return f"{unit.name or '(no name)'} ({unit.sor_id}, {_kind(unit)}{shak}{closes})"


def build_tree(view: View, sor_id: str, *, levels: int | None, limit: int) -> Tree:
    """Give the tree below a unit; see ``View.tree``."""
    top = view[sor_id]
    deepest = DEEPEST if levels is None else min(levels, DEEPEST)
    nodes: list[Node] = []
    seen = {top.sor_id}
    left_out = 0
    waiting = [(top, 0)]
    while waiting:
        unit, level = waiting.pop()
        if level > deepest or len(nodes) >= limit:
            left_out += 1
        else:
            nodes.append(Node(unit, level, view.closing_date(unit.sor_id)))
        for child in reversed(view.children(unit.sor_id)):
            if child.sor_id not in seen:  # units can form a circle
                seen.add(child.sor_id)
                waiting.append((child, level + 1))
    return Tree(view.day, tuple(nodes), left_out)
