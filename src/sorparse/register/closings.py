"""Closings between two states: what ``Diff.closing`` and the guards of closings count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ..errors import NotInForceError
from ..formats.base import Format
from .days import OPEN_END
from .state import State

InForce = Iterable[tuple[str, date | None]]
"""SOR ids in force, each with the closing date that is known, if any."""


def in_force(state: State) -> Iterator[tuple[str, date | None]]:
    """Yield the SOR ids in force on a date with their closing dates."""
    for sor_id in state:
        yield sor_id, state.closing_date(sor_id)


def newly_closed(before: InForce, after: State) -> tuple[str, ...]:
    """Return the units of an earlier state that have closed, or are to close, without notice.

    The one definition behind ``--max-closed`` of ``diff`` and of ``convert``.

    Args:
        before: The units in force in the earlier state, with the closing dates known there.
        after: The later state.

    Returns:
        SOR ids, in the order of ``before``: of the units that are no longer in force, and of those
        with a closing date that the earlier state did not have. A closing that the earlier state
        already knew is not counted again.
    """
    expected = Expected(after)
    return tuple(sor_id for sor_id, closing in before if _is_news(sor_id, closing, after, expected))


def _is_news(sor_id: str, closing: date | None, after: State, expected: Expected) -> bool:
    if sor_id in after:
        now = after.closing_date(sor_id)
        return now is not None and now != closing
    if closing is None:
        return True
    if sor_id not in after.core.store.numbers:
        return not expected.to_lack(closing)
    try:
        after[sor_id]
    except NotInForceError as error:
        return error.reason != "closed" or error.date != closing
    raise AssertionError(f"{sor_id} is in force and is not")


class Expected:
    """Decides whether a source may lack a unit that an earlier one closes on a date.

    The daily file and sor.csv drop a unit the day after its last one, so the earliest closing date
    in them is at the earliest their own date. The other formats include closed units.
    """

    def __init__(self, after: State) -> None:
        self._drops_closed = after.core.format in (None, Format.SOR2_DAILY, Format.SOR_CSV)
        self._latest_day = (
            min((end for end in after.core.store.end if end != OPEN_END), default=OPEN_END)
            if after.core.format is not None
            else after.day.toordinal()
        )

    def to_lack(self, closing: date | None) -> bool:
        """Return whether a unit with this closing date can be missing from the source."""
        return self._drops_closed and closing is not None and closing.toordinal() < self._latest_day
