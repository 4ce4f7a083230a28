"""``sorparse diff``: what differs between two files, or two days of one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import sorparse

from .. import arguments, reading
from ..output import Output

if TYPE_CHECKING:
    from sorparse import Diff, Issue, SOREntity

NAME = "diff"
HELP = "what opened, closed, moved and changed between two files or two days"
ABOUT = (
    "Compare two sources of any format, each on the day it shows; or with --from and --to two days "
    "of one. Told are the units that opened, closed, moved, were renamed or replaced, and every "
    "other field that changed, with old and new value. Differences are no error: the exit status "
    "is 0, and 1 only where more units closed than --max-closed allows, which guards a nightly "
    "import against a broken file."
)
EXAMPLES = """\
  sorparse diff yesterday.zip today.zip
  sorparse diff yesterday.zip today.zip --summary --max-closed 200
  sorparse diff Sor_complete.zip --from 2020-01-01 --to 2021-01-01 --csv
"""

_COLUMNS = ("change", "sor_id", "name", "field", "old", "new")
_STYLES = {"opened": "green", "closed": "red", "vanished": "bold red", "announced": "yellow"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("second", metavar="SECOND", nargs="?", help="the newer source")
    parser.add_argument(
        "--from",
        dest="from_day",
        metavar="DAY",
        type=arguments.day,
        help="the first of two days of one source to compare",
    )
    parser.add_argument(
        "--to",
        dest="to_day",
        metavar="DAY",
        type=arguments.day,
        help="the second of them; today in Denmark where it is left out",
    )
    parser.add_argument(
        "--max-closed",
        metavar="N",
        type=arguments.count,
        help="exit 1 where more than N units closed",
    )
    parser.add_argument("--summary", action="store_true", help="only how many of each")
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the differences."""
    if (args.second is None) == (args.from_day is None) or (args.second and args.to_day):
        raise sorparse.SorError(
            "diff needs either two sources, or one source with --from DAY [--to DAY]"
        )
    found, issues = _compared(args)
    if args.summary:
        counts = found.counts()
        if out.is_json:
            out.json(
                {"from_day": str(found.from_day), "to_day": str(found.to_day), "counts": counts}
            )
        else:
            out.rows(("change", "count"), counts.items())
    elif out.is_json:
        out.json({**sorparse.to_dict(found), "counts": found.counts()})
    else:
        out.rows(_COLUMNS, _rows(found), styles={"change": lambda text: _STYLES.get(text, "")})
    if not args.quiet:
        told = ", ".join(f"{number} {what}" for what, number in found.counts().items() if number)
        print(
            f"sorparse: from {found.from_day} to {found.to_day}: {told or 'no difference'}",
            file=sys.stderr,
        )
    if args.max_closed is not None and len(found.closed) > args.max_closed:
        print(
            f"sorparse: {len(found.closed)} units closed, more than --max-closed {args.max_closed}",
            file=sys.stderr,
        )
        return 1
    return reading.status(args, issues)


def _compared(args: argparse.Namespace) -> tuple[Diff, list[Issue]]:
    first = reading.load(args)
    if args.second is None:
        reading.tell(first.issues, args)
        return first.diff(args.from_day, args.to_day), first.issues
    second = reading.load(args, args.second)
    issues = [*first.issues, *second.issues]
    reading.tell(issues, args)
    return sorparse.diff(first, second), issues


def _rows(found: Diff) -> Iterator[tuple[object, ...]]:
    for unit in found.opened:
        yield "opened", unit.sor_id, unit.name, None, None, _opening(unit)
    for unit in found.closed:
        yield "closed", unit.sor_id, unit.name, None, unit.validity.to_date, None
    for unit in found.announced:
        yield "announced", unit.sor_id, unit.name, None, None, _opening(unit)
    for unit in found.vanished:
        yield "vanished", unit.sor_id, unit.name, None, None, None
    for pair in found.replaced:
        yield "replaced", pair.sor_id, None, "replaced_by", pair.sor_id, pair.replaced_by_id
    for kind in ("moved", "renamed", "changed"):
        for change in getattr(found, kind):
            yield kind, change.sor_id, change.name, change.field, change.old, change.new


def _opening(unit: SOREntity) -> date | None:
    return unit.first_from_date or unit.validity.from_date
