"""What a source cannot know about a day."""

from __future__ import annotations

from datetime import date

from ..formats.base import Format

_PAST = {
    Format.SOR2_DAILY: (
        "the daily file has no history: units closed before {known} are not in it, and units are "
        "shown with the version in force then"
    ),
    Format.SOR_CSV: (
        "sor.csv has no history: units closed before {known} are not in it, and units are shown "
        "with the version in force then"
    ),
    Format.SOR_XML: (
        "Sor.xml has no history: opening and closing are right, but units are shown as they were "
        "last registered, on {known} or at their closing"
    ),
    Format.SOR2: (
        "units and SHAK codes have full history, location numbers, message types and code lists "
        "do not: those are shown as of {known}"
    ),
}
_NO_HISTORY = (Format.SOR2_DAILY, Format.SOR_CSV, Format.SOR_XML)


def caveats_for(
    day: date, *, format: Format | None, snapshot_date: date | None, latest_edit: date | None
) -> tuple[str, ...]:
    """Give the reasons why answers about ``day`` may be incomplete; none where they are not.

    The day that the source shows is its snapshot date, or where it has none the latest edit in it.
    """
    known = snapshot_date or latest_edit
    said = "the day of the file" if known is None else known.isoformat()
    reasons = []
    if format in _PAST and (known is None or day < known):
        reasons.append(_PAST[format].format(known=said))
    if snapshot_date is not None and day > snapshot_date:
        reasons.append(
            f"the source is of {snapshot_date.isoformat()}: what was registered later is not in it"
        )
    return tuple(reasons)


def lacks_history(format: Format | None) -> bool:
    """Tell whether a format shows one day only."""
    return format in _NO_HISTORY
