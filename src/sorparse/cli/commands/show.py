"""``sorparse show``: one unit, in one version or all of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sorparse

from .. import arguments, reading
from ..output import Output, shown

if TYPE_CHECKING:
    from sorparse import SOREntity

NAME = "show"
HELP = "one unit: all that the file says of it"
ABOUT = "Show one unit by its SOR id."
EXAMPLES = """\
  sorparse show Sor_complete.zip 9000041000016007
  sorparse show Sor_complete.zip 9000041000016007 --history
  sorparse show Sor_complete.zip 9000041000016007 --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument("sor_id", metavar="SORID", help="SOR id of the unit")
    parser.add_argument("--history", action="store_true", help="every version, oldest first")
    arguments.as_of(parser)
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the unit."""
    with reading.feed(args) as feed:
        found = [unit for unit in feed.entities() if unit.sor_id == args.sor_id]
    if not found:
        print(f"sorparse: {args.file} has no unit {args.sor_id}", file=sys.stderr)
        return 1
    if out.is_json:
        out.json_lines(map(sorparse.to_dict, found))
        return 0
    out.rows(("field", "value"), (pair for unit in found for pair in fields(unit)))
    return 0


def fields(unit: SOREntity) -> Iterator[tuple[str, str]]:
    """Give every field that holds something, those of nested values with a dot."""
    yield from _flat(sorparse.to_dict(unit), "")


def _flat(values: dict[str, object], above: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, each in enumerate(value, start=1):
                yield from _flat(each, f"{above}{name}.{place}.")
        elif value is not None and value != []:
            yield f"{above}{name}", shown(value)
