"""The methods of ``Register`` and ``View`` that count, and draw what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from ..notebook import show
from ..records import Validity
from .days import Day, as_day, from_ordinal

if TYPE_CHECKING:
    from ..display.picture import Picture
    from ..tables.rowtable import RowTable
    from .register import Register
    from .view import View


class ViewCounts:
    """What a view counts."""

    __slots__ = ()

    def counts(self, *fields: str) -> RowTable:
        """Return the number of units in force, by groups.

        Args:
            fields: Short names (``type``, ``level``, ``region``, ``municipality``, ``owner``,
                ``institution``, ``speciality``) or paths of a record or of :class:`Effective`,
                such as ``"entity_type.name"`` or ``"effective.postal_address.post_code"``.

        Returns:
            A table with a column for each field and ``in_force``. Iterating yields dicts and
            needs no extra; ``to_pandas()`` and the like need theirs.

        Raises:
            UnknownFieldError: If there is no such field.

        Example:
            >>> for row in view.counts("region", "type"):
            ...     print(row["region"], row["type"], row["in_force"])
        """
        from ..tables.counts import count_view

        return count_view(cast("View", self), fields)


class RegisterCounts:
    """What a register counts and draws."""

    __slots__ = ()

    def lifetime(self, sor_id: str) -> Validity | None:
        """Return the first and the last date on which a unit is in force, gaps included.

        ``from_date`` or ``to_date`` is ``None`` if the unit has no known opening or closing;
        the result is ``None`` for a unit that is never in force.

        Raises:
            UnknownUnitError: If the register does not have the unit.
        """
        register = cast("Register", self)
        segments = list(register._index.segments(register._number(sor_id)))
        if not segments:
            return None
        return Validity(from_ordinal(segments[0].start), from_ordinal(segments[-1].end))

    def counts(
        self,
        *fields: str,
        every: Literal["year", "month"] = "year",
        from_day: Day = None,
        to_day: Day = None,
    ) -> RowTable:
        """Return how many units were in force, opened and closed, by year or month and by groups.

        Args:
            fields: As in :meth:`View.counts`.
            every: ``"year"`` or ``"month"``.
            from_day: First date counted. Defaults to the earliest opening.
            to_day: Last date counted. Defaults to the date that the source shows, else today.

        Returns:
            A table with the columns ``from_day`` and ``to_day`` (of each period), one for each
            field, and ``in_force`` (on the period's last date), ``opened`` and ``closed`` (first
            and last dates of units that lie in the period). A unit is counted in the group that it
            is in on that date; a gap between two versions is neither a closing nor an opening.
            ``caveats`` says where the source does not cover the dates.

        Raises:
            UnknownFieldError: If there is no such field.
            SorError: If ``every`` or the dates make no sense.
        """
        from ..tables.counts import count_register

        return count_register(
            cast("Register", self),
            fields,
            every=every,
            from_day=None if from_day is None else as_day(from_day),
            to_day=None if to_day is None else as_day(to_day),
        )

    def timeline(self, sor_id: str) -> Picture:
        """Draw the life of a unit: its names, the units above, its codes, what it became.

        Gives a :class:`Picture`, which a notebook shows; ``save(path)`` writes it as SVG, PNG or
        PDF. Needs the extra ``plot``. Raises UnknownUnitError, a KeyError.
        """
        picture: Picture = show("timeline", self, sor_id)
        return picture

    def activity(
        self, by: str | None = None, *, first_year: int | None = None, last_year: int | None = None
    ) -> Picture:
        """Draw how many units opened and closed each year.

        by: a field to group by, as in :meth:`counts`, whose ``opened`` and ``closed`` are drawn.
        first_year, last_year: leave out what lies before or after.

        Needs the extra ``plot``. Raises UnknownFieldError, a ValueError, for another ``by``.
        """
        picture: Picture = show("activity", self, by, first_year, last_year)
        return picture
