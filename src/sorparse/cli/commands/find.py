"""``sorparse find``: search the units."""

from __future__ import annotations

import argparse

import sorparse

from .. import arguments, reading, shak, units
from ..output import Output, message

NAME = "find"
HELP = "search units by name, number and filters, on any day"
ABOUT = (
    "Search the units of a date. TEXT is words in any order, each a word of the name or part of "
    "one, case and Danish letters folded (aero finds Ærø); or a SOR id, SHAK code, location, "
    "provider, pharmacy, production unit or CVR number. All that is given must hold; the best hit "
    "comes first. A filter takes a code or a name; one that no code list and no unit has is exit "
    "status 2 (sorparse terms lists them). CSV has addresses, location number, region and "
    "municipality too, with inheritance resolved. Finding nothing is exit status 1. Of a "
    "SHAKCOMPLETE file the codes are searched, by TEXT and --status."
)
EXAMPLES = """\
  sorparse find Sor_complete.zip aero sygehus
  sorparse find Sor_complete.zip --type apotek --region 1081
  sorparse find Sor_complete.zip --municipality Aalborg --status CLOSED --as-of 2020-01-01 --csv
  sorparse find SHAKCOMPLETE.TXT hjerte --as-of 2012-01-01
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("text", metavar="TEXT", nargs="*", help="words of the name, or a number")
    group = parser.add_argument_group("filters")
    group.add_argument(
        "--type", metavar="TYPE", dest="entity_type", help="kind of unit (enhedstype)"
    )
    group.add_argument(
        "--level",
        dest="sor_type",
        type=str.upper,
        choices=[level.value for level in sorparse.SorType],
        help="IE institution owner, SI health institution, OE organisational unit",
    )
    group.add_argument("--speciality", help="any of the unit's specialities")
    group.add_argument("--region", help="region of any of its addresses")
    group.add_argument("--municipality", help="municipality of any of its addresses")
    group.add_argument("--post-code", metavar="CODE", help="post code of any of its addresses")
    group.add_argument("--owner", help="institution owner: SOR id, name, or its type")
    group.add_argument(
        "--edi-type", metavar="TYPE", help="message type that its location number handles"
    )
    group.add_argument(
        "--status",
        type=str.upper,
        choices=["ACTIVE", "CLOSED", "FUTURE", "ALL"],
        help="ACTIVE if omitted",
    )
    parser.add_argument("--limit", metavar="N", type=arguments.count, help="at most N hits")
    arguments.as_of(parser)
    arguments.output(parser)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the hits."""
    asked = {
        "entity_type": args.entity_type,
        "sor_type": args.sor_type,
        "speciality": args.speciality,
        "region": args.region,
        "municipality": args.municipality,
        "post_code": args.post_code,
        "owner": args.owner,
        "edi_type": args.edi_type,
        "status": tuple(sorparse.Status) if args.status == "ALL" else args.status,
    }
    text = " ".join(args.text) or None
    register = shak.register_or_shak(args)
    if isinstance(register, sorparse.ShakRegister):
        return shak.find(args, out, register, asked)
    view = reading.view(args, register)
    hits = view.find(text, limit=args.limit, **asked)
    if out.mode == "csv":
        out.rows(units.resolved_columns(), units.resolved_rows(view, hits))
    else:
        out.rows(
            units.COLUMNS,
            (units.row(view, unit) for unit in hits),
            styles={"status": units.status_style},
        )
    if not hits:
        message(f"nothing found on {view.day.isoformat()}")
        hints = [] if text is None else units.likely(view, text)
        if hints:
            message(f"did you mean {' or '.join(hints)}?")
    return reading.status(args, register.issues, otherwise=0 if hits else 1)
