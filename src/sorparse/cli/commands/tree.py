"""``sorparse tree``: the hierarchy below or above a unit."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .. import arguments, reading, units
from ..output import Output, shown

if TYPE_CHECKING:
    from sorparse import SOREntity, View

NAME = "tree"
HELP = "the units below a unit, or above it, on any day"
ABOUT = (
    "Print the hierarchy below a unit as it hangs on a day, with type, status and dates; with --up "
    "the units above it, from the owner down. Units in force are shown; with --all those closed "
    "and those to come as well, where they last hung or will hang."
)
EXAMPLES = """\
  sorparse tree Sor_complete.zip 9000041000016007
  sorparse tree Sor_complete.zip 9000041000016007 --up
  sorparse tree Sor_complete.zip 9000041000016007 --as-of 2012-01-01 --depth 1
"""

_COLUMNS = ("depth", "sor_id", "name", "level", "type", "status", "opened", "closes", "parent_id")


class _Node(NamedTuple):
    depth: int
    branch: str
    sor_id: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("sor_id", metavar="SORID", help="SOR id of the unit")
    parser.add_argument("--up", action="store_true", help="the units above instead of those below")
    parser.add_argument("--all", action="store_true", help="closed and future units as well")
    parser.add_argument("--depth", metavar="N", type=arguments.count, help="at most N levels down")
    arguments.as_of(parser)
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the hierarchy."""
    register = reading.register(args)
    view = reading.view(args, register)
    sor_id = register.history(args.sor_id)[0].sor_id  # an unknown unit is reported first
    nodes = _above(view, sor_id) if args.up else _below(view, sor_id, args)
    if not out.is_text:
        out.rows(_COLUMNS, (_row(view, node) for node in nodes))
        return reading.status(args, register.issues)
    for node in nodes:
        stands = units.standing(view, node.sor_id)
        told = (
            stands.unit.name,
            node.sor_id,
            stands.unit.sor_type,
            units.worded(stands.unit.entity_type),
            stands.status,
            units.period(stands.opened, stands.closes),
        )
        text = "  ".join(shown(each) for each in told if each is not None)
        # what is in force is the usual case; only the others are marked
        style = "" if stands.status == "ACTIVE" else units.status_style(stands.status)
        out.line(node.branch + text, style)
    return reading.status(args, register.issues)


def _row(view: View, node: _Node) -> tuple[object, ...]:
    stands = units.standing(view, node.sor_id)
    return (
        node.depth,
        node.sor_id,
        stands.unit.name,
        stands.unit.sor_type,
        units.worded(stands.unit.entity_type),
        stands.status,
        stands.opened,
        stands.closes,
        stands.unit.parent_id,
    )


def _above(view: View, sor_id: str) -> Iterator[_Node]:
    path = [unit.sor_id for unit in view.ancestors(sor_id)] if sor_id in view else []
    for depth, each in enumerate([*reversed(path), sor_id]):
        yield _Node(depth, "    " * (depth - 1) + "└── " if depth else "", each)


def _below(view: View, sor_id: str, args: argparse.Namespace) -> Iterator[_Node]:
    others = _not_in_force(view) if args.all else {}
    waiting = [_Node(0, "", sor_id)]
    trunks = [""]
    seen: set[str] = set()
    while waiting:
        node, trunk = waiting.pop(), trunks.pop()
        if node.sor_id in seen:
            continue
        seen.add(node.sor_id)
        yield node
        if args.depth is not None and node.depth >= args.depth:
            continue
        below: Sequence[SOREntity] = (*view.children(node.sor_id), *others.get(node.sor_id, ()))
        children = [child.sor_id for child in below if child.sor_id not in seen]
        for place, child in enumerate(reversed(children)):
            branch, further = ("└── ", "    ") if place == 0 else ("├── ", "│   ")
            waiting.append(_Node(node.depth + 1, trunk + branch, child))
            trunks.append(trunk + further)


def _not_in_force(view: View) -> Mapping[str, list[SOREntity]]:
    below: dict[str, list[SOREntity]] = {}
    for units_of in (view.closed(), view.future()):
        for unit in units_of:
            if unit.parent_id is not None:
                below.setdefault(unit.parent_id, []).append(unit)
    return below
