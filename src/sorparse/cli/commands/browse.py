"""``sorparse browse``: a full-screen browser of a register."""

from __future__ import annotations

import argparse

import sorparse
from sorparse.extras import load_extra

from .. import arguments, reading
from ..output import Output

NAME = "browse"
HELP = "browse a register, full screen"
ABOUT = (
    "Browse a register in the terminal: search as you type, and see a unit, its history and its "
    "place in the hierarchy on any date (ctrl+d). On a narrow terminal enter shows the unit and "
    "escape the list. Needs the extra [browse] (textual)."
)
EXAMPLES = """\
  sorparse browse Sor_complete.zip
  sorparse browse Sor_complete.zip --as-of 2015-01-01
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    arguments.as_of(parser)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Run the browser."""
    load_extra("textual", "browse", "Full-screen views")
    if not out.stream.isatty():
        raise sorparse.SorError("browse needs a terminal")
    register = reading.register(args)
    from ..browse.app import Browser

    Browser(register, args.file, args.as_of).run()
    return reading.status(args, register.issues)
