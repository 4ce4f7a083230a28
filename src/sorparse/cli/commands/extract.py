"""``sorparse extract``: a small consistent set of some units, for tests or to send."""

from __future__ import annotations

import argparse

import sorparse

from .. import arguments, reading
from ..output import Output

NAME = "extract"
HELP = "write a few units and all their data as a small SOR2 set"
ABOUT = (
    "Write some units as a small, consistent SOR2 set: each unit with all its versions, the units "
    "above it, its replacements and its rows in the other tables. --mask replaces names, "
    "telephone numbers, e-mail addresses, postal addresses, remarks and unknown columns by "
    "made-up text of the same shape, and the same text always by the same, so that you can report "
    "a problem without sending the data. Ids, codes, post codes and municipalities stay; they "
    "still identify the units in the public register."
)
EXAMPLES = """\
  sorparse extract Sor_complete.zip --below 9000041000016007 -o small.zip
  sorparse extract Sor_complete.zip --ids ids.txt --mask -o small.zip
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "--below",
        metavar="SORID",
        action="append",
        default=[],
        help="write this unit and every unit that was ever below it (may be repeated)",
    )
    arguments.ids(parser, "write these units")
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=arguments.path,
        required=True,
        help="the zip or folder to write",
    )
    parser.add_argument(
        "--mask",
        action="store_true",
        help="replace names, addresses and telephone numbers by made-up ones",
    )
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Write the set."""
    if not args.below and args.ids is None:
        raise sorparse.SorError("nothing to extract: name units with --below SORID or --ids LIST")
    if args.file == "-" and args.ids == "-":
        raise sorparse.SorError("the file and the ids cannot both come from standard input")
    ids = [] if args.ids is None else arguments.read_ids(args.ids)
    with reading.source(args) as given:
        report = sorparse.extract(
            given,
            args.output,
            below=args.below,
            ids=ids,
            mask=args.mask,
            force=args.force,
            **reading.options(args),
        )
    reading.report_issues(report.issues, args)
    reading.show_report(report, out)
    return reading.status(args, report.issues)
