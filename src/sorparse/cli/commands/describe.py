"""``sorparse describe``: what a file turned out to be."""

from __future__ import annotations

import argparse

from .. import arguments, reading
from ..output import Output

NAME = "describe"
HELP = "what a file is: its form, tables, rows and columns"
ABOUT = (
    "Read a source once and tell, for each table, its encoding, BOM, delimiter, quoting, line ends "
    "and rows, and every column with the field it was taken for (or 'unknown'), how many rows "
    "fill it, and sample values."
)
EXAMPLES = """\
  sorparse describe Sor_complete.zip
  sorparse describe sor.csv --json
  sorparse describe Sor_complete.zip --csv > columns.csv
"""

_COLUMNS = ("table", "file", "column", "field", "filled", "rows", "samples")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    arguments.output(parser)
    arguments.opening(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the description."""
    with reading.feed(args) as feed:
        found = feed.describe()
    if out.is_json:
        out.json(found.to_dict())
    elif out.is_text:
        for line in str(found).split("\n"):
            out.line(line)
    else:
        out.rows(
            _COLUMNS,
            (
                (
                    table.table,
                    table.file,
                    column.name,
                    column.field,
                    column.filled,
                    table.rows,
                    " | ".join(column.samples),
                )
                for table in found.tables
                for column in table.columns
            ),
        )
    return 0
