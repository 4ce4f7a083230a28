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
HELP = "show the units below a unit, or above it, on any date"
ABOUT = (
    "Print the hierarchy below a unit on a date; with --up the units above it, from the owner "
    "down. Only units in force are shown; --all adds closed and future units, below their last or "
    "first parent. On a terminal each line has name, SOR id, type and a closing date; --wide adds "
    "level, status and dates."
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
    """The lines that lead to the unit."""
    below: str
    """The lines that lead past the unit, to those below."""
    sor_id: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("sor_id", metavar="SORID", help="SOR id of the unit")
    parser.add_argument(
        "--up", action="store_true", help="show the units above instead of those below"
    )
    parser.add_argument("--all", action="store_true", help="also show closed and future units")
    parser.add_argument("--depth", metavar="N", type=arguments.count, help="show at most N levels")
    arguments.as_of(parser)
    arguments.output(parser, wide=True)
    arguments.loading(parser)


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
        parts = _brief(view, node) if out.is_brief else _everything(view, node)
        out.branch(node.branch, node.below, parts)
    return reading.status(args, register.issues)


def _brief(view: View, node: _Node) -> list[tuple[str, str]]:
    """Return what a terminal shows of a unit; its status only if it is not in force."""
    unit, status, opened, closes = units.unit_status(view, node.sor_id)
    style = units.status_style(status)
    parts = [(unit.name or "(no name)", "bold" if node.depth == 0 else "")]
    parts += [(unit.sor_id, ""), (units.name_or_code(unit.entity_type) or "", "dim")]
    if status == "FUTURE":
        parts.append((f"FUTURE, opens {opened}", style))
    elif closes is not None:
        closed = "" if status == "ACTIVE" else f"{status}, "
        parts.append((f"{closed}last day {closes}", style if closed else "yellow"))
    return [part for part in parts if part[0]]


def _everything(view: View, node: _Node) -> list[tuple[str, str]]:
    unit, status, opened, closes = units.unit_status(view, node.sor_id)
    values = (
        unit.name,
        node.sor_id,
        unit.sor_type,
        units.name_or_code(unit.entity_type),
        status,
        units.period(opened, closes),
    )
    style = "" if status == "ACTIVE" else units.status_style(status)
    return [(shown(value), style) for value in values if value is not None]


def _row(view: View, node: _Node) -> tuple[object, ...]:
    status = units.unit_status(view, node.sor_id)
    unit = status.unit
    kind = (unit.sor_type, units.name_or_code(unit.entity_type))
    dates = (status.opened, status.closes)
    return (node.depth, unit.sor_id, unit.name, *kind, status.status, *dates, unit.parent_id)


def _above(view: View, sor_id: str) -> Iterator[_Node]:
    for depth, each in enumerate([*reversed(units.above(view, sor_id)), sor_id]):
        branch = "    " * (depth - 1) + "└── " if depth else ""
        yield _Node(depth, branch, "    " * depth, each)


def _below(view: View, sor_id: str, args: argparse.Namespace) -> Iterator[_Node]:
    others = _not_in_force(view) if args.all else {}
    waiting = [_Node(0, "", "", sor_id)]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node.sor_id in seen:
            continue
        seen.add(node.sor_id)
        yield node
        if args.depth is not None and node.depth >= args.depth:
            continue
        below: Sequence[SOREntity] = (*view.children(node.sor_id), *others.get(node.sor_id, ()))
        children = [child.sor_id for child in below if child.sor_id not in seen]
        for place, child in enumerate(reversed(children)):
            branch, past = ("└── ", "    ") if place == 0 else ("├── ", "│   ")
            waiting.append(_Node(node.depth + 1, node.below + branch, node.below + past, child))


def _not_in_force(view: View) -> Mapping[str, list[SOREntity]]:
    below: dict[str, list[SOREntity]] = {}
    for units_of in (view.closed(), view.future()):
        for unit in units_of:
            if unit.parent_id is not None:
                below.setdefault(unit.parent_id, []).append(unit)
    return below
