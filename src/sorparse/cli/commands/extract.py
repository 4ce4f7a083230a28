"""``sorparse extract``: a smaller set that stays whole, to try things on or to send."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import sorparse

from .. import arguments, reading
from ..output import Output

NAME = "extract"
HELP = "write a few units, with all that belongs to them, as a small SOR2 set"
ABOUT = (
    "Write some units as a small SOR2 set that stays whole: with a unit come all its versions, the "
    "units above it, its replacements, and what the other tables say of it. With --mask names, "
    "telephones, e-mails, addresses, remarks and unknown columns are replaced by made-up ones of "
    "the same shape, always the same for the same text, so that a problem can be reported without "
    "sending the data. Ids, codes, post codes and municipalities stay; the units can still be "
    "looked up by them in the public register."
)
EXAMPLES = """\
  sorparse extract Sor_complete.zip --below 9000041000016007 -o small.zip
  sorparse extract Sor_complete.zip --ids ids.txt --mask -o small.zip
"""


_COMMENT = re.compile(r"(^|\s)#.*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "--below",
        metavar="SORID",
        action="append",
        default=[],
        help="this unit and all that ever hung below it (may be repeated)",
    )
    parser.add_argument(
        "--ids",
        metavar="LIST",
        help="a file of SOR ids, one a line; - for standard input",
    )
    parser.add_argument(
        "-o", "--output", metavar="OUT", required=True, help="the zip, or folder, to write"
    )
    parser.add_argument("--mask", action="store_true", help="made-up names, addresses, telephones")
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Write the set."""
    if not args.below and args.ids is None:
        raise sorparse.SorError("nothing to extract: name units with --below SORID or --ids LIST")
    if args.file == "-" and args.ids == "-":
        raise sorparse.SorError("the file and the ids cannot both come from standard input")
    ids = _ids(args.ids)
    with reading.source(args) as given:
        report = sorparse.extract(
            given,
            args.output,
            below=args.below,
            ids=ids,
            mask=args.mask,
            **reading.options(args),
        )
    reading.tell(report.issues, args)
    if out.is_json:
        out.json(sorparse.to_dict(report))
    else:
        if out.is_text:
            out.line(f"written to {report.target}")
        out.rows(("table", "rows"), report.tables.items())
    return reading.status(args, report.issues)


def _ids(name: str | None) -> list[str]:
    """Read a list of ids: one a line, in any notation, without what follows a space and a #."""
    if name is None:
        return []
    text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8-sig")
    lines = (_COMMENT.sub("", line) for line in text.splitlines())
    found = [line for line in lines if line.strip()]
    if not found:
        raise sorparse.SorError(f"{name}: holds no ids")
    return found
