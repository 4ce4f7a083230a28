"""Which dates are plausible, and which is the latest edit date of a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

FIRST_PLAUSIBLE = date(1800, 1, 1)
"""No date of the register is earlier."""
AHEAD = date(2100, 1, 1)
"""No opening, version or edit is of this date or later; a closing date can be."""

_YEAR = 366
_LATEST_OF = 20  # one of this many dates may be ignored
_TOGETHER_OF = 1_000  # one of this many dates may be ignored with another one close to it


def latest_edit(counts: Mapping[int, int]) -> int | None:
    """Return the latest date that nearly all others support, as an ordinal.

    One mistyped date must not decide the date of a file. So the latest dates are ignored if there
    is a gap before them. Of three dates or more, at most one in twenty is ignored, but always one.
    Of dates within a year of each other, which support each other, at most one in a thousand is
    ignored, but always one. The gap has to be longer than each of these: a year; 400 years divided
    by the number of other dates, but at most ten years; ten times the usual distance between the
    later half of the other dates. Dates before 1800, and from 2100 on, never count.

    Args:
        counts: How often each date occurs, by its ordinal.

    Returns:
        The ordinal of the date, ``None`` without any plausible date.
    """
    low, high = FIRST_PLAUSIBLE.toordinal(), AHEAD.toordinal()
    days = sorted(day for day, count in counts.items() if low <= day < high and count > 0)
    if not days:
        return None
    total = sum(counts[day] for day in days)
    most = max(1, total // _LATEST_OF) if total >= 3 else 0
    latest, aside, together = len(days) - 1, 0, 0
    for place in range(len(days) - 1, 0, -1):
        is_close = place + 1 < len(days) and days[place + 1] - days[place] <= _YEAR
        together = counts[days[place]] + (together if is_close else 0)
        aside += counts[days[place]]
        if aside > most or together > max(1, total // _TOGETHER_OF):
            break
        gap = days[place] - days[place - 1]
        if gap > _YEAR and gap > _longest_gap(days[:place], counts, total - aside):
            latest = place - 1
    return days[latest]


def _longest_gap(others: list[int], counts: Mapping[int, int], number: int) -> float:
    """Return the longest usual gap after these dates, in days."""
    seen = 0
    for middle in others:
        seen += counts[middle]
        if 2 * seen > number:
            break
    usual = (others[-1] - middle) / max(1, number / 2)
    return max(_YEAR, min(10 * _YEAR, 400 * _YEAR / number), 10 * usual)
