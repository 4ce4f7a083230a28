"""Display of a unit and the units below it as a collapsible list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..register.tree import kind_of
from .markup import Html, count, element, identifier, join, page, small

if TYPE_CHECKING:
    from ..register.tree import Node, Tree

OPEN_LEVELS = 2
"""Levels that are expanded at first."""


def tree_html(tree: Tree) -> str:
    """Return the nodes as nested lists."""
    left = None
    if tree.left_out:
        left = element("p", small(f"{count(tree.left_out, 'unit')} more below are not shown."))
    return page(element("p", small(f"On {tree.day}:")), Html("".join(_markup(tree.nodes))), left)


def _markup(nodes: tuple[Node, ...]) -> Iterator[str]:
    # not recursive: a file can nest units thousands of levels deep
    yield "<ul>"
    level = 0
    for node, following in zip(nodes, (*nodes[1:], None), strict=True):
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
    details = [kind_of(unit), unit.shak_code and f"SHAK {unit.shak_code}", closes]
    remark = ", ".join(detail for detail in details if detail)
    return join(
        [
            element("bdi", unit.name or "(no name)"),
            " ",
            identifier(unit.sor_id),
            " ",
            small(remark) if remark else None,
        ]
    )
