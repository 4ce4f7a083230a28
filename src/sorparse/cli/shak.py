"""The commands on a SHAK file: it has codes with names and periods, and no units."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from operator import attrgetter
from typing import cast

import sorparse
from sorparse.register.loading import cache_options

from . import reading, units
from .output import Output, message

PERIOD_COLUMNS = ("from_date", "to_date", "shak_code", "kind", "name", "updated_at")
_period = attrgetter(
    "validity.from_date", "validity.to_date", "shak_code", "kind", "name", "updated_at"
)
FOUND_COLUMNS = ("shak_code", "kind", "name", "status", "from_date", "to_date")


Loaded = sorparse.Register | sorparse.ShakRegister


def load(args: argparse.Namespace, name: str | None = None) -> sorparse.ShakRegister:
    """Load a SHAK file, the argument FILE if none is named; the caller reports the issues."""
    given: str = args.file if name is None else name
    encoding: str | None = args.encoding if name is None else None
    limits = reading.limits(args)

    def read() -> sorparse.Register:
        with reading.source(args, given) as source:
            shak = sorparse.load_shak(source, encoding=encoding, limits=limits)
        return sorparse.Register.from_records(()).with_shak(shak)

    how = cache_options(columns=None, encoding=encoding, limits=limits, repair=False)
    register = reading.cached(args, given, how | {"shak": True}, read)
    return cast("sorparse.ShakRegister", register.shak)


def loaded(args: argparse.Namespace) -> Loaded:
    """Load the argument FILE as SOR or as SHAK; the caller reports its issues."""
    try:
        return reading.load(args)
    except sorparse.MissingTableError as missing:
        if args.file == "-":  # it has been read and cannot be read again
            raise sorparse.SorError(f"{missing}; pass a SHAK file by its path") from None
        try:
            return load(args)
        except sorparse.MissingTableError:
            raise missing from None


def register_or_shak(args: argparse.Namespace) -> Loaded:
    """Load the argument FILE as SOR or as SHAK; the issues in its data are reported."""
    register = loaded(args)
    reading.report_issues(register.issues, args)
    return register


def show(args: argparse.Namespace, out: Output, shak: sorparse.ShakRegister) -> int:
    """Print the periods of a code: all of them, or the one in force on the date."""
    try:
        shown: Iterable[sorparse.SHAKUnit] = shak.history(args.code)
        if args.as_of is not None:
            shown = [shak.as_of(args.as_of)[args.code]]
    except sorparse.NotInForceError as reason:
        day = f" on {args.as_of}" if args.as_of else ""
        message(f"{args.file} has no SHAK code {args.code}{day}: {reason}")
        shown = ()
    shown = list(shown)
    out.rows(PERIOD_COLUMNS, map(_period, shown), objects=map(sorparse.to_dict, shown))
    return reading.status(args, shak.issues, otherwise=0 if shown else 1)


def find(
    args: argparse.Namespace, out: Output, shak: sorparse.ShakRegister, filters: dict[str, object]
) -> int:
    """Print the codes that are found on the date."""
    others = [name for name, value in filters.items() if value is not None and name != "status"]
    if others:
        raise sorparse.SorError(
            f"{args.file} is a SHAK file and has no {', '.join(others)}: use TEXT and --status only"
        )
    view = shak.as_of(args.as_of)
    statuses = tuple(sorparse.Status) if args.status == "ALL" else args.status
    hits = view.find(" ".join(args.text) or None, status=statuses)[: args.limit]
    out.rows(
        FOUND_COLUMNS,
        (
            (
                unit.shak_code,
                unit.kind,
                unit.name,
                str(view.status(unit.shak_code)),
                unit.validity.from_date,
                unit.validity.to_date,
            )
            for unit in hits
        ),
        styles={"status": units.status_style},
    )
    if not hits:
        message(f"nothing found on {view.day.isoformat()}")
    return reading.status(args, shak.issues, otherwise=0 if hits else 1)
