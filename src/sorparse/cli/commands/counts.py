"""``sorparse counts``: numbers of units in groups, on a date or by year or month."""

from __future__ import annotations

import argparse

import sorparse

from .. import arguments, reading
from ..output import Output

NAME = "counts"
HELP = "count units in force, opened and closed, by type, region, owner and more"
ABOUT = (
    "Count the units in force on a date. With --every there is one row for each year or month: "
    "the units in force on its last date, and those that opened and closed in it. FIELD groups "
    "the units: type, level, region, municipality, owner, institution, speciality, or a path such "
    "as entity_type.code or effective.postal_address.post_code. Each unit is counted in the group "
    "that it belongs to on the date; units without a value are in a row with an empty cell."
)
EXAMPLES = """\
  sorparse counts Sor_complete.zip type
  sorparse counts Sor_complete.zip region type --as-of 2020-01-01 --csv
  sorparse counts Sor_complete.zip type --every year --from 2010-01-01
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("fields", metavar="FIELD", nargs="*", help="a field to group by")
    parser.add_argument("--every", choices=["year", "month"], help="one row for each period")
    arguments.day_range(
        parser,
        first="with --every: first date; the earliest opening if omitted",
        last="with --every: last date; the date that the source shows if omitted",
    )
    arguments.as_of(parser)
    arguments.output(parser)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the numbers."""
    if args.every is None and (args.from_day or args.to_day):
        raise sorparse.SorError("--from and --to need --every year or --every month")
    if args.every is not None and args.as_of:
        raise sorparse.SorError("--as-of is for one date: with --every use --from and --to")
    register = reading.register(args)
    if args.every is None:
        table = register.as_of(args.as_of).counts(*args.fields)
    else:
        table = register.counts(
            *args.fields, every=args.every, from_day=args.from_day, to_day=args.to_day
        )
    reading.report_caveats(table.caveats, args)
    out.rows(table.schema.names, (tuple(row.values()) for row in table))
    return reading.status(args, register.issues)
