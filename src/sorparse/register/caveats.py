"""What a source cannot know about a day."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, timedelta

from ..formats.base import Format

_log = logging.getLogger("sorparse")
_log.addHandler(logging.NullHandler())  # silent unless the application has set up logging

_PAST = {
    Format.SOR2_DAILY: (
        "the daily file has no history: units closed before {known} are not in it, and units are "
        "shown with the version it holds"
    ),
    Format.SOR_CSV: (
        "sor.csv has no history: units closed before {known} are not in it, and units are shown "
        "with the version it holds"
    ),
    Format.SOR_XML: (
        "Sor.xml has no history: opening and closing are right, but units are shown with the "
        "version it holds"
    ),
}
_TABLES_OF_ONE_DAY = (
    "units and SHAK codes have their history; location numbers, message types and code lists do "
    "not and are shown as of {known}"
)


class Caveats:
    """Gives the reasons why answers about a day may be incomplete.

    The day that a source shows is its snapshot date, or where it tells none the day after the latest
    edit in it: a change shows in the files the day after it was registered.
    """

    def __init__(
        self,
        format: Format | None,
        snapshot_date: date | None,
        latest_edit: Callable[[], date | None],
    ) -> None:
        self._format = format
        self._snapshot_date = snapshot_date
        self._past = _PAST.get(format) if format is not None else None
        # only a format without, or with half a history needs the day, which may take a look at
        # every row
        needs_day = self._past is not None or format is Format.SOR2
        latest = latest_edit() if needs_day and snapshot_date is None else None
        self._known = latest + timedelta(days=1) if latest is not None else snapshot_date
        self._told = False

    def on(self, day: date) -> tuple[str, ...]:
        """Give the reasons for ``day``; the first serious one is logged once a register.

        Logged and not given as a Python warning: an application that turns warnings into errors
        must not break on a question that has an answer.
        """
        known = "the day of the file" if self._known is None else self._known.isoformat()
        past = self._known is None or day < self._known
        reasons = []
        if self._past is not None and past:
            reasons.append(self._past.format(known=known))
            if not self._told:
                self._told = True
                _log.warning("asked about %s: %s", day.isoformat(), reasons[0])
        if self._format is Format.SOR2 and past:
            reasons.append(_TABLES_OF_ONE_DAY.format(known=known))
        if self._snapshot_date is not None and day > self._snapshot_date:
            reasons.append(
                f"the source is of {self._snapshot_date.isoformat()}: what was registered later "
                "is not in it"
            )
        return tuple(reasons)

    @property
    def shows_one_day(self) -> bool:
        """Whether the source shows one day only."""
        return self._past is not None

    @property
    def known_day(self) -> date | None:
        """The day that the source shows."""
        return self._known
