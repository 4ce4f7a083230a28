"""``sorparse terms``: the values of the filters of ``find``."""

from __future__ import annotations

import argparse

from sorparse.register.terms import FIELDS

from .. import arguments, reading
from ..output import Output

NAME = "terms"
HELP = "list the values that units can be searched by, with counts"
ABOUT = (
    "List the values of a field that units in force on the date have, the most frequent first, "
    "with the number of units. The filters of 'sorparse find' take each of them, by code or by "
    "name."
)
EXAMPLES = """\
  sorparse terms Sor_complete.zip entity_type
  sorparse terms Sor_complete.zip municipality --as-of 2012-01-01 --csv
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("field", metavar="FIELD", choices=FIELDS, help=", ".join(FIELDS))
    arguments.as_of(parser)
    arguments.output(parser)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the values."""
    register = reading.register(args)
    terms = reading.view(args, register).terms(args.field)
    out.rows(("code", "name", "units"), ((one.code, one.name, one.count) for one in terms))
    return reading.status(args, register.issues)
