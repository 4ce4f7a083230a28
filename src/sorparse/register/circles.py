"""Finding circles in a graph (Tarjan's strongly connected components, without recursion)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

Node = TypeVar("Node")


def circles(edges: Mapping[Node, Collection[Node]]) -> list[list[Node]]:
    """Give each group of nodes that reach each other, one that points to itself included.

    Each group in the order in which it is first met, starting with the first node of ``edges``.
    """
    order: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    found: list[list[Node]] = []
    for root in edges:
        if root in order:
            continue
        order[root] = lowest[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        walk = [(root, iter(edges[root]))]
        while walk:
            node, following = walk[-1]
            for target in following:
                if target not in order:
                    order[target] = lowest[target] = len(order)
                    stack.append(target)
                    on_stack.add(target)
                    walk.append((target, iter(edges.get(target, ()))))
                    break
                if target in on_stack:
                    lowest[node] = min(lowest[node], order[target])
            else:
                walk.pop()
                if walk:
                    above = walk[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == order[node]:
                    at = stack.index(node)
                    group = stack[at:]
                    del stack[at:]
                    on_stack.difference_update(group)
                    if len(group) > 1 or node in edges.get(node, ()):
                        found.append(group)
    return found
