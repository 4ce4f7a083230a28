"""``sorparse convert``: the tables in another form."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import sorparse

from .. import arguments, reading
from ..output import Output

NAME = "convert"
HELP = "write the tables in another form"
ABOUT = "Write every table of a source in another form."
EXAMPLES = """\
  sorparse convert Sor_complete.zip --to jsonl -o sor
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("--to", metavar="TARGET", required=True, choices=("jsonl",))
    parser.add_argument("-o", "--output", metavar="OUT", type=Path, required=True)
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Write the tables."""
    written = []
    with reading.feed(args) as feed:
        args.output.mkdir(parents=True, exist_ok=True)
        for table in feed.tables:
            path = args.output / f"{table}.jsonl"
            rows = 0
            with path.open("w", encoding="utf-8") as file:
                for record in feed.records(table):
                    line = json.dumps(sorparse.to_dict(record), ensure_ascii=False)
                    file.write(line + "\n")
                    rows += 1
            written.append((table, rows, path))
    out.rows(("table", "rows", "file"), written)
    return reading.status(args, feed.issues)
