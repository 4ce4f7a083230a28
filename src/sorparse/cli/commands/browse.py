"""``sorparse browse``: a register in the terminal."""

from __future__ import annotations

import argparse

import sorparse

from .. import arguments, reading
from ..output import Output

NAME = "browse"
HELP = "browse a register, full screen"
ABOUT = (
    "Browse a register in the terminal: search as you type, see a unit, its history and its place "
    "in the hierarchy, on any date (ctrl+d). Needs the extra [browse] (textual)."
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
    try:
        from ..browse.app import Browser
    except ImportError as error:
        raise sorparse.MissingExtraError(
            'the browser needs textual: pip install "sorparse[browse]"'
        ) from error
    if not out.stream.isatty():
        raise sorparse.SorError("browse needs a terminal")
    register = reading.register(args)
    Browser(register, args.file, args.as_of).run()
    return reading.status(args, register.issues)
