"""``sorparse convert``: the tables in another form."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import sorparse

from .. import arguments, reading
from ..output import Output

if TYPE_CHECKING:
    from sorparse import ConversionReport

NAME = "convert"
HELP = "write the tables in another form: a database, data files, SOR2"
ABOUT = (
    "Write the tables of a source in another form, in place of what an earlier run wrote there. "
    "Where anything fails, what was there before is still there."
)
EXAMPLES = """\
  sorparse convert Sor_complete.zip --to sqlite -o sor.sqlite
  sorparse convert Sor_complete.zip --to parquet -o sor-parquet
  sorparse convert Sor_complete.zip --to postgres://loader@localhost/health
  sorparse convert Sor.zip --to sor2 -o Sor_as_sor2.zip
  sorparse convert Sor_complete.zip --to jsonl --table entities -o - | head
"""
TARGETS = "sqlite, duckdb, postgres, parquet, csv, jsonl, geojson, sor2, fhir"
TEXTS = ("csv", "jsonl", "geojson")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "--to",
        metavar="TARGET",
        required=True,
        help=f"{TARGETS}; or the address of a database, postgres://user@host/database",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="the file or folder to write; the schema of a database whose address is given; or - "
        "for standard output, where the target is text and there is one table",
    )
    parser.add_argument(
        "--table",
        dest="tables",
        metavar="TABLE",
        action="append",
        help="only this table (may be repeated); every table where left out",
    )
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Write the tables."""
    if args.output == "-":
        return _to_stdout(args)
    report = _convert(args, args.output)
    reading.tell(report.issues, args)
    if out.is_json:
        out.json(sorparse.to_dict(report))
    else:
        if out.is_text:
            out.line(f"{report.format} written to {report.target} as {report.to}")
        out.rows(("table", "rows"), report.tables.items())
    return reading.status(args, report.issues)


def _convert(args: argparse.Namespace, target: str | None) -> ConversionReport:
    with reading.source(args) as given:
        return sorparse.convert(given, args.to, target, tables=args.tables, **reading.options(args))


def _to_stdout(args: argparse.Namespace) -> int:
    if args.to not in TEXTS:
        raise sorparse.SorError(f"only {', '.join(TEXTS)} can be written to standard output")
    # by way of a file: the output begins only once all of it could be made
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"table.{args.to}")
        if not args.tables and args.to != "geojson":
            raise sorparse.SorError("standard output takes one table: name it with --table")
        report = _convert(args, str(file))
        sys.stdout.flush()
        with file.open("rb") as content:
            shutil.copyfileobj(content, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    reading.tell(report.issues, args)
    return reading.status(args, report.issues)
