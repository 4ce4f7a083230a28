"""A unit and the units below it on a date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from ..notebook import HtmlRepr
from ..records import SOREntity

if TYPE_CHECKING:
    from datetime import date

    from .view import View

DEEPEST = 60
"""Levels shown; browsers flatten what is nested much deeper."""


@attrs.frozen
class Node(HtmlRepr):
    """A unit in the tree."""

    unit: SOREntity
    level: int
    """0 for the top unit."""
    closes: date | None = None
    """Its closing date, if known."""


@attrs.frozen(eq=False)
class Tree(HtmlRepr):
    """A unit and the units in force below it; :meth:`View.tree` returns it.

    Example:
        >>> [node.unit.name for node in view.tree("9000251000016002")]
        ['Akutmodtagelsen', 'Akutklinik', 'Skadestuen']
    """

    day: date
    nodes: tuple[Node, ...]
    left_out: int = 0
    """Number of units below that are not shown because of the limits on levels and units."""

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __str__(self) -> str:
        lines = ["  " * node.level + _describe(node) for node in self.nodes]
        if self.left_out:
            lines.append(f"… and {self.left_out:,} unit{'s' * (self.left_out != 1)} more")
        return "\n".join(lines)


def kind_of(unit: SOREntity) -> str:
    """Return level and type of a unit in words."""
    coded = unit.entity_type
    kind = (coded.name or coded.code) if coded is not None else None
    return ", ".join(part for part in (str(unit.sor_type or ""), kind) if part)


def _describe(node: Node) -> str:
    unit = node.unit
    shak = f", SHAK {unit.shak_code}" if unit.shak_code else ""
    closes = f", closes {node.closes}" if node.closes else ""
    return f"{unit.name or '(no name)'} ({unit.sor_id}, {kind_of(unit)}{shak}{closes})"


def build_tree(view: View, sor_id: str, *, levels: int | None, limit: int) -> Tree:
    """Return the tree below a unit; see ``View.tree``."""
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
            if child.sor_id not in seen:  # units can form a cycle
                seen.add(child.sor_id)
                waiting.append((child, level + 1))
    return Tree(view.day, tuple(nodes), left_out)
