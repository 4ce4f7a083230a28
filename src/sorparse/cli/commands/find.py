"""``sorparse find``: search the units."""

from __future__ import annotations

import argparse

import sorparse

from .. import arguments, reading, shak, units
from ..output import Output, message

NAME = "find"
HELP = "search units by name, code and filters, on any date"
ABOUT = (
    "Search the units of a date. TEXT is one or more words of the name, or parts of words, in any "
    "order; aero also finds Ærø. TEXT can also be a SOR id, SHAK code, location number (GLN), "
    "provider, pharmacy, production unit or CVR number. A result matches TEXT and every filter; "
    "the best match comes first. A filter takes a code or a name; the exit status is 2 if no code "
    "list and no unit has it ('sorparse terms' lists the values). CSV also has addresses, "
    "location number, region and municipality, with inheritance resolved. The exit status is 1 if "
    "nothing is found. In a SHAKCOMPLETE file TEXT and --status search the codes."
)
EXAMPLES = """\
  sorparse find Sor_complete.zip aero sygehus
  sorparse find Sor_complete.zip --type apotek --region 1081
  sorparse find Sor_complete.zip --municipality Aalborg --status CLOSED --as-of 2020-01-01 --csv
  sorparse find SHAKCOMPLETE.TXT hjerte --as-of 2012-01-01
"""


_FILTERS = (
    *("entity_type", "sor_type", "speciality", "region", "municipality", "post_code", "owner"),
    "edi_type",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("text", metavar="TEXT", nargs="*", help="words of the name, or a code")
    group = parser.add_argument_group("filters")
    group.add_argument(
        "--type", metavar="TYPE", dest="entity_type", help="type of the unit (enhedstype)"
    )
    group.add_argument(
        "--level",
        dest="sor_type",
        type=str.upper,
        choices=[level.value for level in sorparse.SorType],
        help="IE institution owner, SI health institution, OE organisational unit",
    )
    group.add_argument("--speciality", help="one of the unit's specialities")
    group.add_argument("--region", help="region of one of its addresses")
    group.add_argument("--municipality", help="municipality of one of its addresses")
    group.add_argument("--post-code", metavar="CODE", help="post code of one of its addresses")
    group.add_argument("--owner", help="institution owner: SOR id, name, or its type")
    group.add_argument(
        "--edi-type", metavar="TYPE", help="message type (EDI) of its location number"
    )
    group.add_argument(
        "--status",
        type=str.upper,
        choices=["ACTIVE", "CLOSED", "FUTURE", "ALL"],
        help="status on the date; ACTIVE if omitted",
    )
    parser.add_argument("--limit", metavar="N", type=arguments.count, help="show at most N results")
    arguments.as_of(parser)
    arguments.output(parser, wide=True)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the results."""
    filters = {name: getattr(args, name) for name in _FILTERS}
    filters["status"] = tuple(sorparse.Status) if args.status == "ALL" else args.status
    text = " ".join(args.text) or None
    register = shak.register_or_shak(args)
    if isinstance(register, sorparse.ShakRegister):
        return shak.find(args, out, register, filters)
    view = reading.view(args, register)
    try:
        hits = view.find(text, limit=args.limit, **filters)
    except sorparse.UnknownTermError as unknown:
        raise sorparse.SorError(_unknown_value(unknown, args.file)) from None
    if out.mode == "csv":
        out.rows(units.resolved_columns(), units.resolved_rows(view, hits))
    else:
        units.print_units(view, hits, out)
    if not hits:
        message(f"nothing found on {view.day.isoformat()}")
        hints = [] if text is None else units.likely(view, text)
        if hints:
            message(f"did you mean {' or '.join(hints)}?")
    return reading.status(args, register.issues, otherwise=0 if hits else 1)


def _unknown_value(unknown: sorparse.UnknownTermError, file: str) -> str:
    """Return the message for a value of a filter that no unit and no code list has."""
    option = {"entity_type": "type", "sor_type": "level"}.get(unknown.field, unknown.field)
    likely = f": did you mean {' or '.join(map(repr, unknown.similar))}?" if unknown.similar else ""
    return (
        f"--{option.replace('_', '-')} {unknown.value!r} is neither in this register nor in a "
        f"code list{likely} ('sorparse terms {file} {unknown.field}' lists all values)"
    )
