"""``sorparse validate``: a Sor.xml against its XML schema."""

from __future__ import annotations

import argparse
from operator import attrgetter
from typing import Any

import sorparse

from .. import arguments, reading
from ..output import Output

NAME = "validate"
HELP = "check a Sor.xml against its XML schema, offline"
ABOUT = (
    "Check a Sor.xml, alone or in its zip, against the bundled XML schema of its version or "
    "against the publisher's schema. Identical errors are reported once, with a count and their "
    "first places. The network is never used. The exit status is 1 if the document is not valid."
)
EXAMPLES = """\
  sorparse validate Sor.zip
  sorparse validate Sor.xml --schema SorSchema.zip
  sorparse validate Sor.xml --schema SorSchema.zip --engine xmlschema
  sorparse validate Sor.xml --issues every-error.jsonl --json
"""

ENGINES = ("libxml2", "xmlschema")
_COLUMNS = ("line", "code", "column", "sor_id", "value", "message")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "--schema",
        type=arguments.path,
        metavar="PATH",
        help="an XSD, or a folder or zip of XSDs; the bundled schema if omitted",
    )
    parser.add_argument(
        "--count",
        action="store_true",
        help="show only which rules are broken and how often; faster for many errors",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="the engine that decides; by default libxml2, and xmlschema where libxml2 cannot",
    )
    arguments.output(parser)
    arguments.guards(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the report."""
    options: dict[str, Any] = {
        "schema": args.schema,
        "engine": args.engine,
        "places": not args.count,
    }
    with reading.source(args) as given:
        report = sorparse.validate(given, limits=reading.limits(args), **options)
    reading.write_issues(report.occurrences or report.errors, args)
    if out.is_json:
        content = sorparse.to_dict(report)
        content.pop("occurrences", None)  # --issues writes them; identical ones are one error here
        out.json({"valid": report.valid, **content})
    elif out.is_text:
        for line in str(report).splitlines():
            out.line(line)
    else:
        out.rows(_COLUMNS, map(attrgetter(*_COLUMNS), report.errors))
    return 0 if report.valid else 1
