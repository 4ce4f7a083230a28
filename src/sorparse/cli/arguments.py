"""Arguments that several commands share, each declared once."""

from __future__ import annotations

import argparse
import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import sorparse

_COMMENT = re.compile(r"(^|\s)#.*")
_DIGITS = 18


def day(text: str) -> date:
    """Return a date from its text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"invalid date {text!r}: expected YYYY-MM-DD, for example 2021-03-31"
        ) from None


def count(text: str) -> int:
    """Return a number of 0 or more from its text."""
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number of 0 or more")


def path(text: str) -> str:
    """Return the name of a file or folder."""
    try:
        valid = b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        valid = False
    if not text or not valid:
        raise argparse.ArgumentTypeError(f"{text!r} is not a valid file name")
    return text


def _pair(text: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not (equals and left and right) or "=" in right:
        raise argparse.ArgumentTypeError(f"{text!r}: expected NAME=VALUE")
    return left, right


def _limit(text: str) -> tuple[str, float]:
    name, value = _pair(text)
    known = sorparse.to_dict(sorparse.Limits())
    if name not in known:
        raise argparse.ArgumentTypeError(
            f"unknown limit {name!r}: expected one of {', '.join(known)}"
        )
    kind = type(known[name])
    try:
        number = kind(value)
    except ValueError:  # int() also refuses very long texts
        number = -1
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{value[:40]!r}: expected a number greater than 0")
    return name, number


def ids(parser: argparse.ArgumentParser, what: str) -> None:
    """Declare a list of SOR ids; :func:`read_ids` reads it."""
    parser.add_argument(
        "--ids",
        metavar="LIST",
        type=path,
        help=f"{what}: a file of SOR ids, one per line; - for standard input",
    )


def read_ids(name: str) -> list[str]:
    """Read a list of ids: one per line, in any notation; a space and # begin a comment."""
    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise sorparse.SorError(f"{name}: expected a text file of SOR ids in UTF-8") from None
    lines = (_COMMENT.sub("", line) for line in text.splitlines())
    listed = [line for line in lines if line.strip()]
    if not listed:
        raise sorparse.SorError(f"{name}: expected SOR ids, one per line, and found none")
    return listed


def file(parser: argparse.ArgumentParser) -> None:
    """Declare the source, the first positional argument."""
    parser.add_argument(
        "file",
        metavar="FILE",
        type=path,
        help="a published file (.csv, .txt, .xml, .zip), a folder of them, or - for standard input",
    )


def as_of(parser: argparse.ArgumentParser) -> None:
    """Declare the date of the answers."""
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        type=day,
        help="the date of the answers, YYYY-MM-DD; today in Denmark if omitted",
    )


def day_range(parser: argparse.ArgumentParser, *, first: str, last: str) -> None:
    """Declare ``--from`` and ``--to``, with their help."""
    for option, text in (("from", first), ("to", last)):
        parser.add_argument(f"--{option}", dest=f"{option}_day", metavar="DAY", type=day, help=text)


def output(parser: argparse.ArgumentParser, *, csv: bool = True, wide: bool = False) -> None:
    """Declare the formats of the output.

    Args:
        parser: The parser of the command.
        csv: Whether the command writes CSV.
        wide: Whether the command shows the main values on a terminal, or all with ``--wide``.
    """
    if wide:
        parser.add_argument(
            "--wide",
            action="store_true",
            help="show all values on a terminal, not only the main ones; pipes and files get all",
        )
    formats = parser.add_mutually_exclusive_group()
    for name, text in (("json", "write JSON"), ("csv", "write CSV with a header"))[: 1 + csv]:
        formats.add_argument(f"--{name}", dest="mode", action="store_const", const=name, help=text)


def reading(parser: argparse.ArgumentParser) -> None:
    """Declare how the source is read; the same for every command that reads records."""
    opening(parser).add_argument(
        "--strict", action="store_true", help="exit status 1 if the data have errors"
    )


def loading(parser: argparse.ArgumentParser) -> None:
    """Declare how the source is loaded; the same for every command that needs a register."""
    reading(parser)
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="read the source, and do not save what was read; see sorparse cache --help",
    )


def opening(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Declare how the source is opened."""
    group = parser.add_argument_group("reading")
    group.add_argument("--encoding", help="encoding of text files; detected if omitted")
    group.add_argument(
        "--column",
        dest="columns",
        metavar="NAME=FIELD",
        type=_pair,
        action="append",
        default=[],
        help="read an unknown column as a field, e.g. --column GLN=location_code",
    )
    group.add_argument(
        "--repair", action="store_true", help="repair SOR ids that a spreadsheet damaged"
    )
    _guards(group)
    return group


def write_guards(parser: argparse.ArgumentParser, before: str) -> None:
    """Declare the guards of what is written; ``before`` is what they compare with."""
    group = parser.add_argument_group(
        "guards", "a guard stops the run: exit status 1, and nothing is replaced"
    )
    group.add_argument(
        "--max-closed",
        metavar="N",
        type=count,
        help=f"stop if more than N units in force in the {before} closed, or got a closing date",
    )
    group.add_argument(
        "--max-errors",
        metavar="N",
        type=count,
        help="stop if the data have more than N errors; --strict: more than 0",
    )
    group.add_argument(
        "--min-units", metavar="N", type=count, help="stop if there are fewer than N units"
    )
    group.add_argument(
        "--allow-empty", action="store_true", help="do not stop if the source has no units"
    )


def read_guards(args: argparse.Namespace) -> dict[str, Any]:
    """Return the guards as ``sorparse.convert`` and ``Archive.add`` take them."""
    return {
        "allow_empty": args.allow_empty,
        "max_closed": args.max_closed,
        "max_errors": 0 if args.strict else args.max_errors,
        "min_units": args.min_units,
    }


def guards(parser: argparse.ArgumentParser) -> None:
    """Declare the guards and the file of issues, for commands that read no records."""
    _guards(parser.add_argument_group("reading"))


def _guards(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--guard",
        dest="limits",
        metavar="NAME=NUMBER",
        type=_limit,
        action="append",
        default=[],
        help="change a limit against hostile files, e.g. --guard max_ratio=500",
    )
    group.add_argument(
        "--issues",
        metavar="OUT",
        type=path,
        help="write every issue in the data to this file, one JSON object per line; - for "
        "standard output",
    )
    group.add_argument(
        "--force",
        action="store_true",
        help="also replace files that sorparse did not write; never the source or a device",
    )
    group.add_argument(
        "-q", "--quiet", action="store_true", help="show no progress and no summary of issues"
    )
