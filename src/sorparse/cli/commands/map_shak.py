"""``sorparse map-shak``: SHAK codes to SOR units and back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sorparse

from .. import arguments, reading, units
from ..output import Output

if TYPE_CHECKING:
    from sorparse import View

NAME = "map-shak"
HELP = "SHAK codes to SOR units, and SOR ids to SHAK codes, on any day"
ABOUT = (
    "Map each CODE: a SHAK code gives every SOR unit that has it on the day, and which of them a "
    "named rule chose; a SOR id gives its SHAK code. CODE - reads codes from standard input, one a "
    "line. Exit status 1 where a code has no answer, or several and nothing decides."
)
EXAMPLES = """\
  sorparse map-shak Sor_complete.zip 9901 990101
  sorparse map-shak Sor_complete.zip 9000041000016007 --as-of 2012-01-01
  sorparse map-shak Sor_complete.zip - --csv < codes.txt > mapped.csv
"""

_COLUMNS = ("code", "sor_id", "shak_code", "name", "from_date", "to_date", "chosen", "rule")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "codes", metavar="CODE", nargs="+", help="a SHAK code, a SOR id, or - for standard input"
    )
    arguments.as_of(parser)
    arguments.output(parser)
    arguments.reading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the answers."""
    if args.file == "-" and "-" in args.codes:
        raise sorparse.SorError("the file and the codes cannot both come from standard input")
    register = reading.register(args)
    view = reading.view(args, register)
    answers = [_answer(view, code) for code in _codes(args.codes)]
    out.rows(_COLUMNS, (row for answer in answers for row in _rows(answer)), objects=answers)
    open_ones = [answer["code"] for answer in answers if answer["best"] is None]
    if open_ones:
        told = ", ".join(open_ones[:5]) + (", ..." if len(open_ones) > 5 else "")
        print(f"sorparse: no single answer for {len(open_ones)}: {told}", file=sys.stderr)
    return reading.status(args, register.issues, otherwise=1 if open_ones else 0)


def _codes(given: list[str]) -> Iterator[str]:
    for code in given:
        if code == "-":
            yield from filter(None, (line.strip() for line in sys.stdin))
        else:
            yield code.strip()


def _answer(view: View, code: str) -> dict[str, Any]:
    """Give the answer for one code; ids are longer than any SHAK code."""
    if len(code) <= 7:
        return sorparse.to_dict(view.shak_to_sor(code))
    answer: dict[str, Any] = {"code": code, "day": view.day.isoformat()}
    try:
        shak_code = view.sor_to_shak(code)
    except sorparse.UnknownUnitError as unknown:
        return {**answer, "best": None, "rule": str(unknown)}
    return {
        **answer,
        "best": shak_code,
        "name": units.name_of(view.register, code),
        "rule": "none" if shak_code is None else "by-unit",
    }


def _rows(answer: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    code, best, rule = answer["code"], answer["best"], answer["rule"]
    if "candidates" not in answer:
        yield code, code, best, answer.get("name"), None, None, best is not None, rule
        return
    for candidate in answer["candidates"]:
        chosen = candidate == best
        validity = candidate["validity"]
        yield (
            code,
            candidate["sor_id"],
            code,
            candidate["name"],
            validity["from_date"],
            validity["to_date"],
            chosen,
            rule if chosen or best is None else None,
        )
    if not answer["candidates"]:
        yield code, None, code, None, None, None, False, rule
