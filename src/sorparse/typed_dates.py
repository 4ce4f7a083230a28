"""Dates that people type: ISO and the other strict patterns of the files, then Danish notation."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import Any

from .formats.cells import BadCell, to_date
from .register.days import date_in_denmark

# day first, a year of four digits; around them at most a weekday, "den" or "d.", and a time of day
_DAY_FIRST = re.compile(
    r"(?:(?:man|tirs|ons|tors|fre|lør|søn)dag,?\s+)?(?:den\s+|d\.?\s*(?=\d))?"
    r"(?P<date>(?P<day>\d{1,2})(?!\d)(?:[^\d]+|[-./\s]+\d{1,2}[-./,\s]+)(?P<year>\d{4}))"
    r"(?:(?:T|,?\s+(?:kl\.?\s*)?)\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?)?",
    re.IGNORECASE,
)
_WITH_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}[T ][\d:.,]+(?:Z|[-+]\d{2}(?::?\d{2})?)", re.ASCII)
_MONTHS = (
    ("januar",),
    ("februar", "febr"),
    ("marts",),
    ("april",),
    ("maj",),
    ("juni",),
    ("juli",),
    ("august",),
    ("september", "sept"),
    ("oktober", "okt"),
    ("november",),
    ("december",),
)
# what the text does not state is taken from the default: a date that follows it was partial
_DEFAULTS = (datetime(2000, 1, 1), datetime(2004, 2, 2))  # noqa: DTZ001


def parse_typed_date(text: str) -> date | None:
    """Return the date that a person or program wrote, or ``None`` if it is not a whole date.

    The strict patterns of the files are tried first, with or without a time of day, which is
    ignored: ``2019-06-30``, ``20190630``, ``30-06-2019``. A time with a time zone is read as its
    date in Denmark: ``2019-06-30T22:30:00Z`` is the 1st of July. Then Danish notation, always day
    first: ``30/6 2019``, ``30. juni 2019``, ``30. jun. 2019``, ``30JUN2019``. Months may be
    English. Years need four digits. A date that exists only in another order, such as
    ``12/31/2019``, is not guessed.

    Args:
        text: The text.

    Example:
        >>> parse_typed_date("30. juni 2019"), parse_typed_date("juni 2019")
        (datetime.date(2019, 6, 30), None)
    """
    text = text.strip()
    if _WITH_ZONE.fullmatch(text):
        try:
            return date_in_denmark(datetime.fromisoformat(text))
        except ValueError:
            return None
    try:
        return to_date(text)
    except BadCell as error:
        if error.stored is not None:  # the date of an open end, which is a date here
            return error.stored  # type: ignore[no-any-return] # a date, see to_date
    match = _DAY_FIRST.fullmatch(text)
    return None if match is None else _parsed(match["date"], int(match["day"]), int(match["year"]))


def _parsed(text: str, day: int, year: int) -> date | None:
    try:
        first, second = (_parser().parse(text, default=each).date() for each in _DEFAULTS)
    except (ValueError, OverflowError):
        return None
    # dateutil swaps day and month where only the other order exists
    return first if first == second and (first.day, first.year) == (day, year) else None


@cache
def _parser() -> Any:
    from dateutil.parser import parser, parserinfo

    class Danish(parserinfo):
        MONTHS = [  # noqa: RUF012 - as in the base class
            (*english, *danish) for english, danish in zip(parserinfo.MONTHS, _MONTHS, strict=True)
        ]

    return parser(Danish(dayfirst=True))
