"""``sorparse convert``: the tables in another format."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout

import sorparse
from sorparse.exports import TARGETS

from .. import arguments, reading
from ..output import Output, data_stream

NAME = "convert"
HELP = "write the tables in another format: a database, data files or SOR2"
ABOUT = (
    "Write the tables of a source in another format. What an earlier run wrote is replaced. If "
    "anything fails, or a guard stops the run, the earlier target is left unchanged."
)
EXAMPLES = """\
  sorparse convert Sor_complete.zip --to sqlite -o sor.sqlite
  sorparse convert Sor_complete.zip --to parquet -o sor-parquet
  sorparse convert Sor_complete.zip --to postgres://loader@localhost/health
  sorparse convert Sor.zip --to sor2 -o Sor_as_sor2.zip
  sorparse convert Sor_complete.zip --to jsonl --table entities -o - | head
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "--to",
        metavar="TARGET",
        required=True,
        help=f"{', '.join(TARGETS)}; or the address of a database, postgres://user@host/database",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=arguments.path,
        help="the file or folder to write; the schema, if --to is the address of a database; or - "
        "for standard output, if the target is text and there is one table",
    )
    parser.add_argument(
        "--table",
        dest="tables",
        metavar="TABLE",
        action="append",
        help="write only this table (may be repeated); every table if omitted",
    )
    arguments.write_guards(parser, "target")
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Write the tables."""
    try:
        with redirect_stdout(data_stream(sys.stdout)), reading.source(args) as given:
            report = sorparse.convert(
                given,
                args.to,
                args.output,
                tables=args.tables,
                force=args.force,
                **arguments.read_guards(args),
                **reading.options(args),
            )
    except (sorparse.GuardError, sorparse.EmptySourceError) as stopped:
        reading.report_issues(stopped.issues, args)
        raise
    reading.report_issues(report.issues, args)
    if args.output != "-":
        reading.show_report(report, out)
    return reading.status(args, report.issues)
