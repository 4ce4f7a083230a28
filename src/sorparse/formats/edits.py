"""Which dates can be right, and which edit date a file is at least of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

FIRST_PLAUSIBLE = date(1800, 1, 1)
"""No date of the register is earlier."""
AHEAD = date(2100, 1, 1)
"""No opening, version or edit is of this date or later; a closing date can be."""

_YEAR = 366
_LATEST_OF = 20  # of so many dates one can be set aside
_TOGETHER_OF = 1_000  # of so many dates one that another one is close to


def latest_edit(counts: Mapping[int, int]) -> int | None:
    """Return the latest date that nearly all others support, as an ordinal.

    One mistyped date must not decide what date a file is of. So the latest dates are set aside
    where a gap lies before them: at most one in twenty dates (at least one), of three dates or
    more, and of dates within a year of each other at most one in a thousand (at least one), for
    these support each other. The gap has to be longer than a year, than 400 years divided by the
    number of other dates (of few dates than ten years), and than ten times the usual distance
    between the later half of them: of few dates nobody can say what is usual. Dates before 1800
    or from 2100 on never count.

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
    """Return the longest gap behind these dates that is nothing unusual, in days."""
    seen = 0
    for middle in others:
        seen += counts[middle]
        if 2 * seen > number:
            break
    usual = (others[-1] - middle) / max(1, number / 2)
    return max(_YEAR, min(10 * _YEAR, 400 * _YEAR / number), 10 * usual)
