"""Dates as the caller writes them, and as the time index stores them.

A caller writes a ``date``, ISO text, or ``None`` for today in Denmark. The index stores the ordinal
(``date.toordinal``), 1 to 3,652,059, which fits 32 bits and compares as fast as a number.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from ..errors import InvalidDateError

Day = date | str | None
"""The types that public methods accept as a date."""

UNKNOWN_START = 0
"""Ordinal of a missing from-date: before every date."""
OPEN_END = date.max.toordinal() + 1
"""Ordinal of a missing to-date: after every date."""

FIRST_DATE, LAST_DATE = date.min.toordinal(), date.max.toordinal()
"""Ordinals of the first and the last date of the calendar."""

_ISO = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")


def as_day(day: Day) -> date:
    """Return the caller's date as a ``date``.

    Args:
        day: A date, ISO text (``2021-03-31`` or ``20210331``), or ``None`` for today in Denmark.
            The time of a ``datetime`` is ignored.

    Raises:
        InvalidDateError: If it is anything else.
    """
    if day is None:
        return today_in_denmark()
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    if not isinstance(day, str):
        raise InvalidDateError(
            f"invalid date {day!r}: expected a datetime.date or text such as 2021-03-31"
        )
    text = day.strip()
    iso = _ISO.fullmatch(text)
    if iso:
        return _checked(text, int(iso[1]), int(iso[3]), int(iso[4]))
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first:  # 03-04-2021 is ambiguous: 3 April or 4 March; never guess
        meant = _checked(text, int(day_first[3]), int(day_first[2]), int(day_first[1]))
        raise InvalidDateError(f"write the date {text} as year-month-day: {meant.isoformat()}")
    raise InvalidDateError(f"invalid date {text!r}: expected YYYY-MM-DD, for example 2021-03-31")


def today_in_denmark() -> date:
    """Return today's date in Denmark, wherever the machine is."""
    return date_in_denmark(datetime.now(UTC))


def date_in_denmark(moment: datetime) -> date:
    """Return the date in Denmark at a moment; as written, if the moment has no time zone."""
    if moment.tzinfo is None:
        return moment.date()
    from zoneinfo import ZoneInfo

    try:
        return moment.astimezone(ZoneInfo("Europe/Copenhagen")).date()
    except (OverflowError, ValueError):  # on the first or last date of the calendar
        return moment.date()


def start_ordinal(day: date | None) -> int:
    """Return the ordinal of a from-date, :data:`UNKNOWN_START` for ``None``."""
    return UNKNOWN_START if day is None else day.toordinal()


def end_ordinal(day: date | None) -> int:
    """Return the ordinal of a to-date, :data:`OPEN_END` for ``None``."""
    return OPEN_END if day is None else day.toordinal()


@lru_cache(maxsize=1 << 14)  # some 45 years
def from_ordinal(ordinal: int) -> date | None:
    """Return the date of an ordinal, ``None`` for a missing from-date or to-date."""
    if UNKNOWN_START < ordinal < OPEN_END:
        return date.fromordinal(ordinal)
    return None


def _checked(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        pass
    if not 1 <= month <= 12:
        raise InvalidDateError(
            f"invalid date {text!r}: there is no month {month}; "
            "expected YYYY-MM-DD, for example 2021-03-31"
        )
    if year < 1:
        raise InvalidDateError(f"invalid date {text!r}: there is no year {year}")
    from calendar import monthrange

    days = monthrange(year, month)[1]
    raise InvalidDateError(f"invalid date {text!r}: {year:04}-{month:02} has the days 1 to {days}")
