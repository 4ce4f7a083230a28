"""The date that a source shows, and what it does not know about other dates."""

from __future__ import annotations

from collections import Counter
from datetime import date

from ..formats.base import Format
from ..formats.edits import latest_edit
from ..logs import log_warning
from .days import UNKNOWN_START, from_ordinal
from .storage.store import Store

_PAST: dict[Format | None, str] = {
    Format.SOR2_DAILY: (
        "the daily file has no history: units closed before {shown} are not in it, and units are "
        "shown with the version it holds"
    ),
    Format.SOR_CSV: (
        "sor.csv has no history: units closed before {shown} are not in it, and units are shown "
        "with the version it holds"
    ),
    Format.SOR_XML: (
        "Sor.xml has no history: opening and closing are right, but units are shown with the "
        "version it holds"
    ),
}
_TABLES_OF_ONE_DAY = (
    "units and SHAK codes have their history; location numbers, message types and code lists do "
    "not and are shown as of {shown}"
)


def snapshot_day(store: Store, format: Format | None, snapshot_date: date | None) -> date | None:
    """Return the date that a source shows: its stated date, else the earliest possible one.

    A change appears in the files the day after it was registered, so a file is at least of the day
    after its latest edit. A unit of the daily file that has lost the version it opened with shows
    one that is in force, so the file is at least of that version's from-date. A date well after
    nearly all others is ignored (see :func:`~sorparse.formats.edits.latest_edit`).
    """
    if snapshot_date is not None:
        return snapshot_date
    reached = Counter(edit + 1 for edit in store.updated if edit)
    if format is Format.SOR2_DAILY:
        earliest: dict[int, int] = {}
        for unit, start in zip(store.unit, store.start, strict=True):
            earliest[unit] = min(start, earliest.get(unit, start))
        reached.update(
            earliest[unit]
            for unit, opening in zip(store.unit, store.first_from, strict=True)
            if UNKNOWN_START < opening < earliest[unit]
        )
    latest = latest_edit(reached)
    return None if latest is None else from_ordinal(latest)


class Caveats:
    """The reasons why answers about a date may be incomplete."""

    def __init__(
        self, format: Format | None, snapshot_date: date | None, shown: date | None
    ) -> None:
        self._format = format
        self._snapshot_date = snapshot_date
        self._shown = shown
        self._logged = False

    def on(self, day: date) -> tuple[str, ...]:
        """Return the reasons for ``day``; the first serious one is logged once a register.

        Logged and not raised as a Python warning: an application that turns warnings into errors
        must not break on a question that has an answer.
        """
        shown = "the date of the file" if self._shown is None else self._shown.isoformat()
        past = self._shown is None or day < self._shown
        no_history = _PAST.get(self._format)
        reasons = []
        if no_history is not None and past:
            reasons.append(no_history.format(shown=shown))
            if not self._logged:
                self._logged = True
                log_warning("asked about %s: %s", day.isoformat(), reasons[0])
        if self._format is Format.SOR2 and past:
            reasons.append(_TABLES_OF_ONE_DAY.format(shown=shown))
        if self._snapshot_date is not None and day > self._snapshot_date:
            reasons.append(
                f"the source is of {self._snapshot_date.isoformat()}: later registrations "
                "are not in it"
            )
        return tuple(reasons)
