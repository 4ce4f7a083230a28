"""Traverse a graph in which cycles can occur."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from typing import TypeVar

Node = TypeVar("Node")


def cycles(edges: Mapping[Node, Collection[Node]]) -> list[list[Node]]:
    """Return each group of nodes that reach each other, also of one that points to itself.

    Tarjan's strongly connected components, without recursion.

    Each group in the order in which it is first met, starting with the first node of ``edges``.
    """
    order: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    groups: list[list[Node]] = []
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
                        groups.append(group)
    return groups


def follow(edges: Mapping[Node, Collection[Node]], start: Node) -> tuple[Node, ...]:
    """Return all nodes reached from one, nearest first, each once, itself excluded."""
    reached: dict[Node, None] = {}
    waiting = deque([start])
    while waiting:
        for following in edges.get(waiting.popleft(), ()):
            if following != start and following not in reached:
                reached[following] = None
                waiting.append(following)
    return tuple(reached)
