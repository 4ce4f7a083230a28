"""``sorparse diff``: the differences between two files, or two dates of one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import sorparse

from .. import arguments, reading
from ..output import Output, field_label, message, shown

if TYPE_CHECKING:
    from sorparse import Diff, SOREntity

NAME = "diff"
HELP = "compare two files or two dates: what opened, closed, moved or changed"
ABOUT = (
    "Compare two sources of any format, or two dates of one source. Two sources are compared on "
    "the dates that they show, or on those of --from and --to. The output lists units that "
    "opened, closed, moved, were renamed or were replaced, closing dates that were set, moved or "
    "removed, and every other field that changed, with old and new value. Differences alone give "
    "exit status 0. It is 1 if more units closed, or got a closing date, than --max-closed allows "
    "(which guards a nightly import against a broken file), if a source has no units, or if "
    "neither source has a unit of --ids."
)
EXAMPLES = """\
  sorparse diff yesterday.zip today.zip
  sorparse diff yesterday.zip today.zip --summary --max-closed 200
  sorparse diff yesterday.zip today.zip --ids partners.txt
  sorparse diff Sor_complete.zip --from 2020-01-01 --to 2021-01-01 --csv
"""

_COLUMNS = ("change", "sor_id", "name", "field", "old", "new", "new_name")
_BRIEF_COLUMNS = ("change", "name", "sor_id", "details")
_STYLES = {
    "opened": "green",
    "closed": "red",
    "vanished": "bold red",
    "announced": "yellow",
    "closing": "yellow",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "second", metavar="SECOND", nargs="?", type=arguments.path, help="the newer source"
    )
    arguments.day_range(
        parser,
        first="the date of the first side; the date that the source shows if omitted",
        last="the date of the second side; today in Denmark if omitted and there is one source",
    )
    parser.add_argument(
        "--max-closed",
        metavar="N",
        type=arguments.count,
        help="exit status 1 if more than N units closed or got a closing date; a closing date "
        "that the first side already had is not counted",
    )
    arguments.ids(parser, "compare only these units")
    parser.add_argument(
        "--summary", action="store_true", help="show only the number of each kind of change"
    )
    arguments.output(parser, wide=True)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the differences."""
    if args.second is None and args.from_day is None:
        raise sorparse.SorError(
            "diff needs either two sources, or one source with --from DAY [--to DAY]"
        )
    if args.ids == "-" and "-" in (args.file, args.second):
        raise sorparse.SorError("a source and the ids cannot both come from standard input")
    ids = None if args.ids is None else arguments.read_ids(args.ids)
    first, second = reading.load(args), None
    if args.second is not None:
        second = reading.load(args, args.second)
    sides = [first] if second is None else [first, second]
    issues = [issue for side in sides for issue in side.issues]
    reading.report_issues(issues, args)
    days = {"from_day": args.from_day, "to_day": args.to_day}
    diff = first.diff(**days) if second is None else sorparse.diff(first, second, **days)
    unknown: list[str] = []
    if ids is not None:
        diff = diff.only(ids)
        unknown = [sor_id for sor_id in ids if not any(sor_id in side for side in sides)]
    unknown_ids = {} if ids is None else {"unknown_ids": unknown}
    counts, closings = diff.counts(), len(diff.closed_or_closing)
    if out.is_json and args.summary:
        sides_of = {"from_day": str(diff.from_day), "to_day": str(diff.to_day)}
        numbers = {"from_units": diff.from_units, "to_units": diff.to_units, "counts": counts}
        out.json({**sides_of, **numbers, "closed_or_closing": closings, **unknown_ids})
    elif args.summary:
        out.rows(("change", "count"), counts.items())
    else:
        show(diff, out, **unknown_ids)
    if not args.quiet:
        changes = ", ".join(f"{number} {change}" for change, number in counts.items() if number)
        message(
            f"from {diff.from_day} ({diff.from_units} units in force) to "
            f"{diff.to_day} ({diff.to_units}): {changes or 'no difference'}"
        )
    for sor_id in unknown:
        message(f"{args.ids}: no unit has the id {sor_id}")
    too_many = args.max_closed is not None and closings > args.max_closed
    if too_many:
        message(
            f"{closings} units closed or got a closing date, more than --max-closed "
            f"{args.max_closed}"
        )
    # compared with nothing, the differences mean nothing
    is_empty = any(issue.code == "no-entities" for issue in issues)
    return reading.status(args, issues, otherwise=1 if too_many or unknown or is_empty else 0)


def show(diff: Diff, out: Output, **more: object) -> None:
    """Show every difference; ``more`` is added to JSON."""
    if out.is_json:
        out.json({**sorparse.to_dict(diff), "counts": diff.counts(), **more})
        return
    columns, rows = (_BRIEF_COLUMNS, _brief_rows(diff)) if out.is_brief else (_COLUMNS, _rows(diff))
    out.rows(columns, rows, styles={"change": lambda text: _STYLES.get(text, "")})


def _brief_rows(diff: Diff) -> Iterator[tuple[object, ...]]:
    """Yield the rows for a terminal, with field and values in one column."""
    for change, sor_id, name, field, old, new, new_name in _rows(diff):
        if field is None:
            details = shown(new or old)
        else:
            before = "" if old == sor_id else f"{shown(old) or 'none'} \N{RIGHTWARDS ARROW} "
            details = f"{field_label(str(field))}: {before}{shown(new) or 'none'}"
            details += f" {shown(new_name)}" if new_name else ""
        yield change, name, sor_id, details


def _rows(diff: Diff) -> Iterator[tuple[object, ...]]:
    for unit in diff.opened:
        yield "opened", unit.sor_id, unit.name, None, None, _opening(unit), None
    for unit in diff.closed:
        yield "closed", unit.sor_id, unit.name, None, unit.validity.to_date, None, None
    for unit in diff.announced:
        yield "announced", unit.sor_id, unit.name, None, None, _opening(unit), None
    for unit in diff.vanished:
        yield "vanished", unit.sor_id, unit.name, None, None, None, None
    for pair in diff.replaced:
        yield (
            "replaced",
            pair.sor_id,
            pair.name,
            "replaced_by",
            pair.sor_id,
            pair.replaced_by_id,
            pair.replaced_by_name,
        )
    for kind in ("moved", "renamed", "closing", "changed"):
        for change in getattr(diff, kind):
            yield kind, change.sor_id, change.name, change.field, change.old, change.new, None


def _opening(unit: SOREntity) -> date | None:
    return unit.first_from_date or unit.validity.from_date
