"""The guards of ``convert``: what must hold before a target is replaced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import attrs

from ..errors import ConversionError, EmptySourceError, GuardError
from ..formats.base import Format
from ..register import Register, View
from ..register.closings import newly_closed
from .conversion_job import ConversionJob


@attrs.frozen
class Guards:
    """What the caller asked for; None if a guard is off."""

    allow_empty: bool = False
    max_closed: int | None = None
    max_errors: int | None = None
    min_units: int | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("max_closed", "max_errors", "min_units"):
            value = getattr(self, name)
            if value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"{name} must be a whole number, not {value!r}")
            if value < 0:
                raise ConversionError(f"{name} must be 0 or more, not {value}")

    def checker(
        self, place: str, before: list[tuple[str, date | None]], *, wants_units: bool
    ) -> Callable[[ConversionJob], None]:
        """Return the check of what was written.

        Args:
            place: The target, for messages.
            before: Units in force in the target, each with its closing date.
            wants_units: Whether units were to be written.
        """

        def check(job: ConversionJob) -> None:
            feed, units = job.feed, len(job.units.ids)
            issues, errors = tuple(feed.issues), error_count(feed)
            try:
                self.check_counts(
                    job.source, place, units=units, errors=errors, wants_units=wants_units
                )
                if self.max_closed is not None and before:
                    written = Register.from_records(job.units.versions(), format=feed.format)
                    self.check_closed(job.source, place, before, written.as_of(job.snapshot_date))
                if wants_units and any(issue.code == "no-entities" for issue in issues):
                    self.refuse_empty(job.source, place)
            except (EmptySourceError, GuardError) as error:
                error.issues = issues
                raise

        return check

    def check_counts(
        self, source: str, place: str, *, units: int, errors: int, wants_units: bool
    ) -> None:
        """Check the number of units and errors in a source.

        Args:
            source: Its name, for messages.
            place: The target, for messages.
            units: Number of its units.
            errors: Number of errors in it.
            wants_units: Whether it should have units.

        Raises:
            EmptySourceError: If it should have units, and has none.
            GuardError: If it has too many errors, or too few units.
        """
        unchanged = f"{place} is unchanged"
        if wants_units and units == 0:
            self.refuse_empty(source, place)
        if self.max_errors is not None and errors > self.max_errors:
            raise GuardError(
                f"{source} has {errors} errors, more than {self.max_errors} (max_errors); "
                f"{unchanged}"
            )
        if self.min_units is not None and units < self.min_units:
            raise GuardError(
                f"{source} has {units} units, fewer than {self.min_units} (min_units); {unchanged}"
            )

    def check_closed(
        self, source: str, place: str, before: list[tuple[str, date | None]], after: View
    ) -> None:
        """Check how many units of an earlier state have closed, or are to close.

        Raises:
            GuardError: If they are too many.
        """
        if self.max_closed is None:
            return
        closed = newly_closed(before, after)
        if len(closed) > self.max_closed:
            raise GuardError(
                f"{len(closed)} of the {len(before)} units in force in {place} have closed or "
                f"got a closing date in {source}, more than {self.max_closed} "
                f"(max_closed), the first is {closed[0]}; {place} is unchanged"
            )

    def refuse_empty(self, source: str, place: str) -> None:
        """Refuse a source without units, unless the caller allows it.

        Raises:
            EmptySourceError: If it is not allowed.
        """
        if not self.allow_empty:
            raise EmptySourceError(
                f"{source} has no units; {place} is unchanged (allow_empty writes it nevertheless)"
            )


def promises_units(source: Any) -> bool:
    """Return whether a source should have units: a set in a format that has them."""
    if "entities" in source.tables or any(each.code == "no-entities" for each in source.issues):
        return True
    form = source.format  # None for a register built from records
    return isinstance(form, Format) and form.has_units and len(source.tables) > 1


def error_count(source: Any) -> int:
    """Return the number of errors in a source, those that were only counted included."""
    counted = getattr(source, "error_count", None)
    if isinstance(counted, int):
        return counted
    return sum(issue.severity == "error" for issue in source.issues)
