"""``sorparse describe``: format, tables and columns of a file."""

from __future__ import annotations

import argparse

import sorparse
from sorparse.plural import plural

from .. import arguments, reading
from ..output import Output

NAME = "describe"
HELP = "show what a file is: its format, tables, rows and columns"
ABOUT = (
    "Read a source once and show its tables: encoding, byte order mark, delimiter, quoting, line "
    "ends and number of rows; and for each column the field that it is read as (or 'unknown'), "
    "the number of rows that have a value, and sample values."
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
    arguments.output(parser, wide=True)
    arguments.opening(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the description."""
    with reading.feed(args) as feed:
        description = feed.describe()
    if out.is_json:
        out.json(description.to_dict())
    elif out.draws:
        _draw(description, out, wide=args.wide)
    elif out.is_text:
        for line in str(description).split("\n"):
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
                for table in description.tables
                for column in table.columns
            ),
        )
    return 0


def _draw(description: sorparse.Description, out: Output, *, wide: bool) -> None:
    """Write the text of ``str(found)``, each table to the width of the terminal."""
    day = f", snapshot of {description.snapshot_date}" if description.snapshot_date else ""
    out.line(f"{description.source}: {description.format}{day}", "bold")
    for table in description.tables:
        out.line()
        rows = plural("row", table.rows)
        out.line(f"{table.table}: {table.rows} {rows} in {table.file}", "bold")
        for remark in filter(None, (table.form, *table.notes)):
            out.line(f"  {remark}")
        out.rows(
            ("column", "field", "filled", "samples"),
            (
                (one.name, one.field or "unknown", one.filled, " | ".join(one.samples))
                for one in table.columns
            ),
            styles={"field": lambda text: "yellow" if text == "unknown" else ""},
            cut=() if wide else ("samples",),
        )
        if table.missing:
            out.line("  declared, not in the file: " + ", ".join(table.missing))
    if description.ignored:
        out.line()
        out.line("not read: " + ", ".join(description.ignored))
    for issue in description.issues:
        out.line(f"{issue.severity}: {issue}")
