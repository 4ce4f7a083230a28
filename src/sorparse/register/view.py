"""The register as it is on one date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from ..notebook import HtmlRepr, Records, show
from ..records import Coded, SOREntity, SorType
from .timeline import Status
from .view_codes import ViewCodes
from .view_tables import ViewTables

if TYPE_CHECKING:
    from ..tables.code_columns import ColumnKind
    from ..tables.rowtable import RowTable
    from .register import Register
    from .terms import Term
    from .tree import Tree

Frame = TypeVar("Frame")


class View(HtmlRepr, ViewTables, ViewCodes):
    """The register on one date; made by :meth:`Register.as_of`.

    A mapping of SOR id to the version in force on that date: ``view[sor_id]``, ``sor_id in view``,
    ``len(view)``, iteration over the ids. Creating a view is cheap; threads may share it.
    """

    def __init__(self, register: Register, day: date) -> None:
        super().__init__(register.core, day)
        self._register = register
        self._caveats = self.core.caveats.on(day)

    @property
    def register(self) -> Register:
        """The register that this is a view of."""
        return self._register

    @property
    def caveats(self) -> tuple[str, ...]:
        """Why answers about this date may be incomplete; empty if the source covers the date."""
        return self._caveats

    def __reduce__(self) -> tuple[Any, ...]:
        return (View, (self._register, self.day))

    def __repr__(self) -> str:
        caveats = f", {len(self._caveats)} caveats" if self._caveats else ""
        return f"<View of {self.day.isoformat()}: {self._register!r}{caveats}>"

    # -- for data tools

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

        return count_view(self, fields)

    def add_names(
        self,
        frame: Frame,
        column: str,
        *,
        on: str | None = None,
        kind: ColumnKind | None = None,
        fields: Iterable[str] | None = None,
        repair: bool = False,
    ) -> Frame:
        """Return a data frame with columns about the units beside a column of codes.

        Added are ``<column>_name``, ``_type``, ``_owner``, ``_status`` and ``_match``; for codes
        other than SOR ids also ``_sor_id``, the unit that was matched, and ``_candidates``, how
        many units have the code on the date. Columns of these names are replaced. A closed unit is
        shown with its last version in force, a future one with its first.

        ``<column>_match`` states how each row was matched: ``exact``; ``repaired``; ``ambiguous``
        (several units have the code, and no rule of :class:`Match` decides); ``unknown`` (no unit
        in force has the code on the date; for SOR ids: the register does not have it);
        ``malformed``; ``missing`` (no code); ``no-day`` (no date, or an unreadable one).

        Args:
            frame: A data frame of pandas, Polars, pyarrow, Modin or cuDF, a lazy one of Polars, or
                a relation of DuckDB. The result is of the same kind, the rows in their order.
            column: The column of codes, as text. SOR ids and location codes may be whole numbers.
            on: A column of dates: each row is answered as of its own date. Dates, date-times (in
                Denmark, if they have a time zone), or text (``2019-06-30``, ``30-06-2019``, ``30.
                juni 2019``; always day first). If omitted: as of the date of the view.
            kind: What the column holds. ``"hospital"``: SHAK codes (sygehus-afdelingskoder) or SOR
                ids, decided for each value. ``"provider_number"`` is ydernummer,
                ``"production_unit"`` P-nummer. If omitted, it is found from the values, from the
                heading, and from which codes the register has.
            fields: Paths of further fields of the record, or of :class:`Effective`, each for a
                column of its own: ``"specialities[0].name"`` becomes
                ``<column>_specialities_0_name``, ``"effective.location_code"`` becomes
                ``<column>_effective_location_code``.
            repair: Whether to match damaged codes by what they were, where there is one answer
                (see :func:`sorparse.identifiers.parse`). They are then ``repaired`` instead of
                ``malformed``, and ``<column>_sor_id`` is added for SOR ids too. The column itself
                is left unchanged.

        Raises:
            SorError: If the column is missing, its kind cannot be decided, it holds numbers where
                codes are text, or a path of ``fields`` is unknown.
            MissingExtraError: If the extra ``frames`` is not installed.

        Warns:
            UnreadableDateWarning: If dates cannot be read; it states how many, with an example.
        """
        from ..tables.add_names import add_names

        return add_names(self, frame, column, on=on, kind=kind, fields=fields, repair=repair)

    # -- to look at

    def tree(self, sor_id: str, *, levels: int | None = None, limit: int = 2_000) -> Tree:
        """Return a unit and the units in force below it; in a notebook a collapsible tree.

        ``str()`` and ``print`` of it give an indented text; iterating gives its nodes.

        levels: how many levels below the unit; all if omitted.
        limit: units shown; the rest is counted.

        Raises NotInForceError where the unit is not in force.
        """
        from .tree import build_tree

        return build_tree(self, sor_id, levels=levels, limit=limit)

    def map(
        self,
        units: Iterable[SOREntity | str] | None = None,
        *,
        tiles: str | None = "OpenStreetMap",
        limit: int = 5_000,
    ) -> Any:
        """Return a ``folium.Map`` of units; units at one place share a marker.

        Each is where its effective activity, visiting or postal address has coordinates, in this
        order. Units without coordinates, and those outside Denmark's zone, are counted above
        the map.

        units: records or SOR ids of units in force, for example what :meth:`find` gave; all units
            in force if omitted.
        tiles: name or address of the background, as folium takes it; ``None`` for none.
        limit: places on one page.

        Needs the extra ``map``. Making the map does not touch the network; the browser that shows
        it loads the map's scripts and pictures from their servers (``map.save("map.html")`` writes
        the page). Raises ValueError where there are more places than ``limit``.
        """
        return show("map", self, units, tiles=tiles, limit=limit)

    # -- replacements and search

    def active_successors(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Return the units in force on the date in place of ``sor_id``.

        The unit itself where it still is; else the units in force at the ends of the chains of
        replacements. Empty where nobody took over. Raises UnknownUnitError.
        """
        sor_id = self.core.replaced_or_known(sor_id)
        active = self.core.replacements.active_after(sor_id, self.day, self.__contains__)
        return Records([self[successor] for successor in active])

    def find(
        self,
        text: str | None = None,
        *,
        entity_type: str | Coded | None = None,
        sor_type: SorType | str | None = None,
        speciality: str | Coded | None = None,
        region: str | None = None,
        municipality: str | None = None,
        post_code: str | None = None,
        owner: str | Coded | None = None,
        edi_type: str | Coded | None = None,
        status: Status | str | Iterable[Status | str] | None = None,
        limit: int | None = None,
    ) -> tuple[SOREntity, ...]:
        """Search the units; all that is given must hold. The best hit comes first.

        text: words in any order, each a word of the name or part of one, case and Danish letters
            folded (``aero`` finds ``Ærø``); or, in any notation, a SOR id, SHAK code, location,
            provider, pharmacy, production unit or CVR number, or local code.
        entity_type, speciality: a code, or a name, or a ``Coded``; any of a unit's specialities.
        sor_type: ``SorType`` or ``"IE"``, ``"SI"``, ``"OE"``.
        region, municipality: code or name (``"1082"``, ``"Midtjylland"``); post_code: four digits.
            They hold for any of the unit's effective addresses.
        owner: SOR id or name of the institution owner, or its type by code or name.
        edi_type: a message type that the unit's location number handles, by id, code or name.
        status: ``None`` searches the units in force; else one status or several. Closed units are
            found in their last version, future ones in the version they open with.
        limit: give at most so many.

        Ranked by: the whole name; names in which words begin with all that is asked for; then
        those that hold it inside or at the end of a word (from three letters on: ``sygehuset``
        finds *Regionssygehuset*). Among these more whole words, then the beginning of the name,
        then fewer other words, name and SOR id. Without text by the order of the source.

        Raises UnknownTermError, a ValueError, for a value of a filter that no unit ever had and
        that no code list has; the message names similar ones, and :meth:`terms` lists them all.
        """
        from .find import Question, find

        question = Question.of(
            text=text,
            entity_type=entity_type,
            sor_type=sor_type,
            speciality=speciality,
            region=region,
            municipality=municipality,
            post_code=post_code,
            owner=owner,
            edi_type=edi_type,
            status=status,
        )
        return Records(find(self, question, limit))

    def terms(self, field: str) -> tuple[Term, ...]:
        """Return the values that :meth:`find` can be asked for, with the number of units in force.

        Args:
            field: ``"entity_type"``, ``"sor_type"``, ``"speciality"``, ``"region"``,
                ``"municipality"``, ``"owner"`` or ``"edi_type"``.

        Returns:
            The values that units in force have, the most frequent first. Regions and
            municipalities are those of any effective address, message types those of the
            effective location number; a unit counts once for each of its values.

        Raises:
            ValueError: If there is no such field.
        """
        from .terms import terms

        return terms(self, field)
