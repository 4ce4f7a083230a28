"""``sorparse map-shak``: SHAK codes to SOR units and back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sorparse
from sorparse import identifiers

from .. import arguments, reading, shak, units
from ..output import Output, message

if TYPE_CHECKING:
    from sorparse import View

NAME = "map-shak"
HELP = "map SHAK codes to SOR units, and SOR ids to SHAK codes, on any date"
ABOUT = (
    "Map each CODE. For a SHAK code the output has every SOR unit that has it on the date, and "
    "which of them a named rule chose; for a SOR id it has the SHAK code. CODE - reads codes from "
    "standard input, one per line; codes are repeated as written. The exit status is 1 if a code "
    "has no unit, or several and no rule decides."
)
EXAMPLES = """\
  sorparse map-shak Sor_complete.zip 9901 990101
  sorparse map-shak Sor_complete.zip 9000041000016007 --as-of 2012-01-01
  sorparse map-shak Sor_complete.zip 9901 --as-of 2012-01-01 --shak SHAKCOMPLETE.TXT
  sorparse map-shak Sor_complete.zip - --csv < codes.txt > mapped.csv
"""

SHORTEST_ID = 11
"""Digits of the shortest SOR id."""
_DATES = ("from_date", "to_date")
_COLUMNS = ("code", "sor_id", "shak_code", "name", *_DATES, "chosen", "rule")
_BRIEF_COLUMNS = ("code", "sor_id", "shak_code", "name", "rule")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.file(parser)
    parser.add_argument(
        "codes", metavar="CODE", nargs="+", help="a SHAK code, a SOR id, or - for standard input"
    )
    parser.add_argument(
        "--shak",
        metavar="SHAKFILE",
        type=arguments.path,
        help="SHAKCOMPLETE.TXT; a code in force there is reported even if no unit has it",
    )
    arguments.as_of(parser)
    arguments.output(parser, wide=True)
    arguments.loading(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Print the answers."""
    if args.file == "-" and "-" in args.codes:
        raise sorparse.SorError("the file and the codes cannot both come from standard input")
    register = shak.register_or_shak(args)
    if isinstance(register, sorparse.ShakRegister):
        raise sorparse.SorError(
            f"{args.file} is a SHAK file and has no SOR ids: use a SOR file, and this one "
            "with --shak"
        )
    if args.shak is not None:
        beside = shak.load(args, args.shak)
        reading.report_issues(beside.issues, args)
        register = register.with_shak(beside)
    view = reading.view(args, register)
    answers = [_answer(view, code) for code in _codes(args.codes)]
    rows = (dict(zip(_COLUMNS, row, strict=True)) for each in answers for row in _rows(each))
    columns = _BRIEF_COLUMNS if out.is_brief else _COLUMNS
    out.rows(columns, (tuple(row[one] for one in columns) for row in rows), objects=answers)
    unanswered = [answer["code"] for answer in answers if answer["best"] is None]
    if unanswered:
        few = ", ".join(unanswered[:5]) + (", ..." if len(unanswered) > 5 else "")
        message(f"{len(unanswered)} of {len(answers)} codes without a single answer: {few}")
    for answer in answers:
        for hint in _hints(answer):
            message(f"{answer['code']}: {hint}")
    return reading.status(args, register.issues, otherwise=1 if unanswered else 0)


def _codes(given: list[str]) -> Iterator[str]:
    for code in given:
        if code == "-":
            lines = (line.rstrip("\r\n").removeprefix("\ufeff") for line in sys.stdin)
            yield from (line for line in lines if line.strip())
        else:
            yield code


def _answer(view: View, code: str) -> dict[str, Any]:
    """Return the answer for one code, with the code as it was written.

    Ids are longer than any SHAK code, and damaged ones are not SHAK codes either.
    """
    is_id = code in view.register or identifiers.parse(code, "sor_id") is not None
    if not is_id and (
        len(code.strip()) < SHORTEST_ID or identifiers.parse(code, "shak") is not None
    ):
        match = view.shak_to_sor(code)
        return {**sorparse.to_dict(match), "code": code, "shak_code": match.code}
    answer: dict[str, Any] = {"code": code, "day": view.day.isoformat()}
    try:
        shak_code = view.sor_to_shak(code)
    except sorparse.UnknownUnitError as unknown:
        return {**answer, "best": None, "rule": str(unknown)}
    return {
        **answer,
        "best": shak_code,
        "sor_id": view.register.history(code)[0].sor_id if code in view.register else code,
        "name": units.name_of(view.register, code),
        "rule": "none" if shak_code is None else "by-unit",
    }


def _hints(answer: dict[str, Any]) -> Iterator[str]:
    """Yield likely reasons why no unit has the code on the date."""
    if answer.get("hint"):
        yield f"did you mean {answer['hint']}?"
    if not answer.get("candidates"):
        for other in answer.get("other_days", ()):
            validity = other["validity"]
            period = f"{validity['from_date'] or ''} to {validity['to_date'] or ''}".strip()
            yield f"{other['sor_id']} has it on other dates, {period}"


def _rows(answer: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    code, best, rule = answer["code"], answer["best"], answer["rule"]
    if "candidates" not in answer:
        sor_id = answer.get("sor_id", code)
        yield code, sor_id, best, answer.get("name"), None, None, best is not None, rule
        return
    for candidate in answer["candidates"]:
        chosen = candidate == best
        validity = candidate["validity"]
        yield (
            code,
            candidate["sor_id"],
            answer["shak_code"],
            candidate["name"],
            *(validity[date] for date in _DATES),
            chosen,
            rule if chosen or best is None else None,
        )
    if not answer["candidates"]:
        unit = answer["shak_unit"] or {"name": None, "validity": dict.fromkeys(_DATES)}
        dates = (unit["validity"][date] for date in _DATES)
        yield code, None, answer["shak_code"], unit["name"], *dates, False, rule
