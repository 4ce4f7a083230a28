"""``sorparse show``: one unit on a date, or in all its versions."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import sorparse

from .. import arguments, reading, shak, unit_details, units
from ..output import Output, message

NAME = "show"
HELP = "show one unit on any date: every field, inherited values, replacements"
ABOUT = (
    "Show one unit. CODE is a SOR id, or a SHAK code, location number (GLN) or provider number; "
    "if several units have the code, they are listed instead. The output has the status on the "
    "date, the units above, every field that has a value, inherited values with the unit that "
    "they come from, and replacements. A closed unit is shown in its last version, a future one "
    "in its first. --history lists every version, oldest first. A SHAKCOMPLETE file has no units; "
    "there the periods of the SHAK code are shown."
)
EXAMPLES = """\
  sorparse show Sor_complete.zip 9000041000016007
  sorparse show Sor_complete.zip 9000041000016007 --as-of 2013-05-01
  sorparse show Sor_complete.zip 9000041000016007 --history
  sorparse show Sor_complete.zip 9000041000016007 --json
  sorparse show Sor_complete.zip 990101
  sorparse show SHAKCOMPLETE.TXT 9901
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "code", metavar="CODE", help="a SOR id, SHAK code, location number or provider number"
    )
    parser.add_argument("--history", action="store_true", help="list every version, oldest first")
    arguments.as_of(parser)
    arguments.output(parser, wide=True)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the unit."""
    register = shak.register_or_shak(args)
    if isinstance(register, sorparse.ShakRegister):
        return shak.show(args, out, register)
    view = reading.view(args, register)
    sor_id, *others = units.named(view, args.code)
    if others:
        shown = [units.unit_status(view, each).unit for each in (sor_id, *others)]
        units.print_units(view, shown, out)
        message(f"{len(shown)} units have the code {args.code}; show one by its SOR id")
        return reading.status(args, register.issues, otherwise=1)
    if args.history:
        versions = register.history(sor_id)
        out.rows(
            units.VERSION_COLUMNS,
            map(units.version_row, versions),
            objects=map(sorparse.to_dict, versions),
        )
        return reading.status(args, register.issues)
    if out.is_brief:
        unit_details.write_groups(view, sor_id, out)
        return reading.status(args, register.issues)
    details = unit_details.describe(view, sor_id)
    if out.is_json:
        out.json(details)
    else:
        if out.is_text:
            unit_details.write_heading(view, sor_id, out)
            _print_relations(details, out)
        out.rows(("field", "value", "from"), _fields(details))
    return reading.status(args, register.issues)


def _print_relations(details: dict[str, Any], out: Output) -> None:
    for above in details["ancestors"]:
        out.line(f"  in {above['name'] or ''}  {above['sor_id']}")
    for title, key in (
        ("replaces", "predecessors"),
        ("replaced by", "successors"),
        ("active in its place", "active_successors"),
    ):
        for each in details[key]:
            out.line(f"  {title} {each['name'] or ''}  {each['sor_id']}")
    for caveat in (details["effective"] or {}).get("caveats", ()):
        out.line(f"  note: {caveat}")
    out.line()


def _fields(details: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    for field, value in unit_details.flat(details["unit"]):
        yield field, value, None
    effective = details["effective"]
    if effective is not None:
        for block, origin in effective["origin"].items():
            if origin != details["unit"]["sor_id"] or details["unit"][block] is None:
                for field, value in unit_details.flat({block: effective[block]}):
                    yield f"effective.{field}", value, origin
    for number, edi_type in enumerate(details["edi_types"], start=1):
        yield from (
            (*pair, None)
            for pair in unit_details.flat({f"edi_types.{number}": edi_type["edi_type"]})
        )
