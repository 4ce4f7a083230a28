"""The register as it is on one day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar, overload

import attrs

from ..display.mixin import Records
from ..errors import NotInForceError, UnknownUnitError
from ..identifiers import Kind
from ..inheritance import Effective, Inheritance
from ..records import Coded, LocationCode, LocationCodeEDIType, SOREntity, SorType
from ..tables.frames import AsTable
from . import codes
from .counted import ViewCounts
from .days import OPEN_END, from_ordinal
from .idwords import spelled, why_unknown
from .inheriting import inheritance_on
from .lazily import Lazily
from .matching import Match, ShakMatch
from .timeindex import CLOSED, FUTURE, NO_ROW
from .timeline import Status
from .values import coded_matcher

if TYPE_CHECKING:
    from ..display.tree import Tree
    from ..tables import Table
    from ..tables.code_columns import ColumnKind
    from .register import Register
    from .terms import Term

T = TypeVar("T")
Frame = TypeVar("Frame")


class View(AsTable, ViewCounts):
    """The register on one day; made by :meth:`Register.as_of`.

    A mapping of SOR id to the version in force that day: ``view[sor_id]``, ``sor_id in view``,
    ``len(view)``, iteration over the ids. Costs nothing to make; threads may share it.
    """

    def __init__(self, register: Register, day: date) -> None:
        self._register = register
        self._day = day
        self._ordinal = day.toordinal()
        self._store = register._store
        self._index = register._index
        self._lazily = Lazily()
        self._reasons = register._caveats.on(day)

    @property
    def register(self) -> Register:
        """The register that this is a view of."""
        return self._register

    @property
    def day(self) -> date:
        """The day."""
        return self._day

    @property
    def caveats(self) -> tuple[str, ...]:
        """Why answers about this day may be incomplete; empty where the source knows the day."""
        return self._reasons

    def __reduce__(self) -> tuple[Any, ...]:
        return (View, (self._register, self._day))

    def __repr__(self) -> str:
        told = f", {len(self._reasons)} caveats" if self._reasons else ""
        return f"<View of {self._day.isoformat()}: {self._register!r}{told}>"

    def _repr_html_(self) -> str:
        from ..display.registers import view_html

        return view_html(self)

    # -- one unit

    def __getitem__(self, sor_id: str) -> SOREntity:
        """Return the version in force.

        Args:
            sor_id: The SOR id, in any notation that :func:`sorparse.identifiers.parse` reads.

        Raises:
            NotInForceError: If the unit is closed or opens later; a KeyError.
            UnknownUnitError: If the register does not have the unit; a NotInForceError.
            TypeError: If ``sor_id`` is not text.
        """
        return self._store.record(self._index.row_on(self._in_force(sor_id), self._ordinal))

    @overload
    def get(self, sor_id: str) -> SOREntity | None: ...
    @overload
    def get(self, sor_id: str, default: T) -> SOREntity | T: ...
    def get(self, sor_id: str, default: T | None = None) -> SOREntity | T | None:
        """Return the version in force, or ``default`` if there is none, whatever the text."""
        row = self._row(self._id(sor_id))
        return default if row == NO_ROW else self._store.record(row)

    def __contains__(self, sor_id: str) -> bool:
        return self._row(self._id(sor_id)) != NO_ROW

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of the units in force, in the order of the source."""
        ids = self._store.ids
        return (ids[unit] for unit, row in enumerate(self._rows) if row != NO_ROW)

    def __len__(self) -> int:
        """Count the units in force."""
        return sum(1 for row in self._rows if row != NO_ROW)

    def status(self, sor_id: str) -> Status:
        """Tell what a unit is on the day. Raises UnknownUnitError, a KeyError."""
        return self._index.status(self._register._number(sor_id), self._ordinal)

    def closing_date(self, sor_id: str) -> date | None:
        """Give the last day of the unit's unbroken time in force around the day.

        ``None`` where no closing is known. Versions that follow each other day by day count as
        one time. Raises NotInForceError where the unit is not in force.
        """
        unit = self._in_force(sor_id)
        return from_ordinal(self._index.last_day(unit, self._ordinal))

    def before_history(self, sor_id: str) -> bool:
        """Tell whether the day lies before the earliest from-date that the source has for a unit.

        The unit is open then (its ``first_from_date`` has passed), but is shown with the earliest
        version there is, which may differ from what it was that day.
        """
        unit = self._in_force(sor_id)
        row = self._index.row_on(unit, self._ordinal)
        return self._ordinal < self._store.start[row]

    # -- all units

    def active(self) -> Iterator[SOREntity]:
        """Yield the units in force, in the order of the source."""
        return (self._store.record(row) for row in self._rows if row != NO_ROW)

    def closed(self) -> Iterator[SOREntity]:
        """Yield the units closed by that day, each in the last version that was in force."""
        return self._representatives(CLOSED)

    def future(self) -> Iterator[SOREntity]:
        """Yield the units that open after that day, each in the version it opens with."""
        return self._representatives(FUTURE)

    def closing(self) -> Iterator[SOREntity]:
        """Yield the units in force whose closing date is known; see :meth:`closing_date`."""
        for unit, row in enumerate(self._rows):
            if row != NO_ROW and self._index.last_day(unit, self._ordinal) != OPEN_END:
                yield self._store.record(row)

    # -- for data tools

    def to_arrow(self, *, effective: bool = False, lists: bool = False) -> Table:
        """Return the units in force as an Arrow table; columns as those of ``feed.to_arrow``.

        Data tools also accept the view itself: ``polars.DataFrame(view)``. Needs the extra
        ``[arrow]``.

        Args:
            effective: Whether to add columns with inheritance resolved
                (``effective_visiting_address_post_code``, ``effective_location_code``,
                ``effective_region_name`` ...), as :meth:`effective` resolves it.
            lists: Whether ``replaces`` and ``replaced_by`` are lists. The default is text with a
                space between the ids, which every tool can save.

        Example:
            >>> units = view.to_pandas(effective=True)
            >>> units[units["effective_region_name"] == "Region Sjælland"]
        """
        from ..tables.effective import units_table

        inheritance = self._inheritance()

        def resolve(unit: SOREntity) -> Effective:
            return inheritance.effective(self._row(unit.sor_id))

        return units_table(self.active, resolve if effective else None, lists=lists)

    def to_table(
        self,
        units: Iterable[SOREntity | str],
        *,
        effective: bool = False,
        lists: bool = False,
    ) -> Table:
        """Return some units as an Arrow table, for example those that :meth:`find` returns.

        Needs the extra ``[arrow]``.

        Args:
            units: Records, or SOR ids of units in force.
            effective: Whether to add columns with inheritance resolved. They hold on the view's
                date for a version in force then, on its last date for an earlier version, on its
                first date for a later one. They are empty for a version that is never in force.
            lists: Whether ``replaces`` and ``replaced_by`` are lists instead of text.

        Raises:
            NotInForceError: If an id is not in force.
            ValueError: If ``effective`` is true and a record is not one of this register.

        Example:
            >>> hits = view.find(entity_type="almen lægepraksis", region="Region Sjælland")
            >>> view.to_table(hits, effective=True).to_pandas()
        """
        from ..tables.effective import units_table
        from .resolved import effective_of, units_of

        chosen = units_of(self, units)
        resolved = {id(unit): effective_of(self, unit) for unit in chosen if effective}
        resolve = (lambda unit: resolved[id(unit)]) if effective else None
        return units_table(lambda: chosen, resolve, lists=lists)

    # -- hierarchy

    def children(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Give the units in force whose parent ``sor_id`` is that day, in the order of the source.

        The parent need not be in force, nor be in the register (a file can lack it). Raises
        UnknownUnitError for an id that is neither a unit's nor any unit's parent.
        """
        sor_id = self._parent_id(sor_id)
        return Records([self._store.record(row) for _, row in self._child_rows(sor_id)])

    def parent(self, sor_id: str) -> SOREntity | None:
        """Give the unit above; ``None`` for a top, or where the parent is not in force."""
        return self._parent(self[sor_id])

    def ancestors(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Give the units above, nearest first, as they hang that day; the owner is last.

        Ends early where a parent is not in force or not in the register, and where units form a
        circle. Raises NotInForceError where the unit itself is not in force.
        """
        above: dict[str, SOREntity] = {}
        unit = self[sor_id]
        entity = self._parent(unit)
        while entity is not None and entity.sor_id != unit.sor_id and entity.sor_id not in above:
            above[entity.sor_id] = entity
            entity = self._parent(entity)
        return Records(above.values())

    def descendants(
        self, sor_id: str, *, entity_type: str | Coded | None = None
    ) -> tuple[SOREntity, ...]:
        """Give all units in force below, each after its parent, branch by branch.

        entity_type: only those of a type, by code or name; units of other types are passed
            through. The unit itself is left out; a circle is gone through once.
        """
        wanted = coded_matcher(entity_type)
        sor_id = self._parent_id(sor_id)
        found: list[SOREntity] = []
        seen = {sor_id}
        waiting = [iter(self._child_rows(sor_id))]
        while waiting:
            step = next(waiting[-1], None)
            if step is None:
                waiting.pop()
                continue
            unit, row = step
            child = self._store.ids[unit]
            if child in seen:
                continue
            seen.add(child)
            if wanted is None or wanted(self._store.value(row, "entity_type")):
                found.append(self._store.record(row))
            waiting.append(iter(self._child_rows(child)))
        return Records(found)

    def owner(self, sor_id: str) -> SOREntity | None:
        """Give the institution owner of a unit: the one its row names, else the top of its chain.

        ``None`` where that owner is not in force or not in the register.
        """
        entity = self[sor_id]
        if entity.owner is not None and entity.owner.sor_id is not None:
            return self.get(entity.owner.sor_id)
        for top in (*reversed(self.ancestors(sor_id)), entity):
            return top if top.sor_type is SorType.IE else None
        return None

    # -- to look at

    def tree(self, sor_id: str, *, levels: int | None = None, limit: int = 2_000) -> Tree:
        """Give a unit and the units in force below it, to fold and unfold in a notebook.

        ``str()`` and ``print`` of it give an indented text; iterating gives its nodes.

        levels: how many levels below the unit; all, where left out.
        limit: units shown; the rest is counted.

        Raises NotInForceError where the unit is not in force.
        """
        from ..display.tree import build_tree

        return build_tree(self, sor_id, levels=levels, limit=limit)

    def map(
        self,
        units: Iterable[SOREntity | str] | None = None,
        *,
        tiles: str | None = "OpenStreetMap",
        limit: int = 5_000,
    ) -> Any:
        """Give a ``folium.Map`` of units; units at one place share a mark.

        Each stands where its effective activity, visiting or postal address has coordinates, in
        this order. Units without coordinates, and those outside Denmark's zone, are counted above
        the map.

        units: records or SOR ids of units in force, for example what :meth:`find` gave; all units
            in force, where left out.
        tiles: name or address of the background, as folium takes it; ``None`` for none.
        limit: places on one page.

        Needs the extra ``map``. Making the map does not touch the network; the browser that shows
        it loads the map's scripts and pictures from their servers (``map.save("map.html")`` writes
        the page). Raises ValueError where there are more places than ``limit``.
        """
        from ..display.maps import build_map

        return build_map(self, units, tiles=tiles, limit=limit)

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

    # -- codes

    def by_shak(self, code: str) -> tuple[SOREntity, ...]:
        """Give the units in force that have a SHAK code, by their own row or by the SHAK map."""
        found = codes.shak_candidates(self, code)[0]
        return Records([one.entity for one in found if one.entity is not None])

    def by_location_code(self, code: str) -> tuple[SOREntity, ...]:
        """Give the units in force whose effective location number is ``code``.

        Own or inherited: a number can belong to many units. Units that LocationsCodes names for
        the number are among them.
        """
        return Records(codes.by_location_code(self, code))

    def by_provider_number(self, number: str) -> tuple[SOREntity, ...]:
        """Give the units in force with a provider number (ydernummer); leading zeros count."""
        return self._having("provider_number", number, "provider_number")

    def by_cvr(self, cvr: str) -> tuple[SOREntity, ...]:
        """Give the units in force whose row has a CVR number."""
        return self._having("cvr", cvr, "cvr")

    def shak_to_sor(self, code: str) -> ShakMatch:
        """Give every unit that has a SHAK code that day, and the one that a named rule chose."""
        return codes.shak_match(self, code)

    def sor_to_shak(self, sor_id: str) -> str | None:
        """Give a unit's SHAK code that day, from the SHAK map, else from the unit's own row."""
        return codes.sor_to_shak(self, sor_id)

    def match_location_code(self, code: str) -> Match:
        """Like :meth:`shak_to_sor` for a location number: whose own it is goes first."""
        return codes.location_code_match(self, code)

    def match_provider_number(self, number: str) -> Match:
        """Like :meth:`shak_to_sor` for a provider number: the institution goes first."""
        return codes.provider_match(self, number)

    def location_codes(self, sor_id: str) -> tuple[LocationCode, ...]:
        """Give what LocationsCodes says that day about a unit's effective location number."""
        return Records(codes.location_codes(self, sor_id))

    def edi_types(self, sor_id: str) -> tuple[LocationCodeEDIType, ...]:
        """Give the message types that a unit handles that day.

        Those of its effective location number. Where the file gives only the id of a type, its
        name is taken from the table of message types.
        """
        return Records(codes.edi_types(self, sor_id))

    # -- inheritance

    def effective(self, sor_id: str) -> Effective:
        """Return addresses, virtual address and location code with inheritance resolved.

        The units above are taken as they are on the date. A unit above that is closed, or in a
        gap, counts with its last version before the date; ``caveats`` of the result says so. A
        unit above that has not opened yet passes nothing on.

        Raises:
            NotInForceError: If the unit is not in force.
        """
        row = self._index.row_on(self._in_force(sor_id), self._ordinal)
        found = self._inheritance().effective(row)
        caveats = [
            f"{', '.join(name for name, each in found.origin.items() if each == origin)}: from the "
            f"last version of {origin}, which closed on {last}"
            for origin in dict.fromkeys(found.origin.values())
            if (last := self._closed_on(origin)) is not None
        ]
        return attrs.evolve(found, caveats=tuple(caveats)) if caveats else found

    # -- replacements and search

    def active_successors(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Tell who is active this day for what once was ``sor_id``.

        The unit itself where it still is; else the units in force at the ends of the chains of
        replacements. Empty where nobody took over. Raises UnknownUnitError.
        """
        sor_id = self._register._replaced_or_known(sor_id)
        found = self._register._replacements.active_after(sor_id, self._day, self.__contains__)
        return Records([self[successor] for successor in found])

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

    # -- inside

    @property
    def _rows(self) -> Sequence[int]:
        return self._lazily.get("rows", lambda: self._index.snapshot(self._ordinal))

    def _id(self, text: str) -> str:
        return spelled(text, "sor_id", self._store.numbers)

    def _parent_id(self, text: str) -> str:
        """Return the id of a unit, or of a parent that has no unit."""
        by_parent = codes.units_by_parent(self._register)
        sor_id = spelled(text, "sor_id", self._store.numbers, by_parent)
        if sor_id not in by_parent:
            self._register._number(sor_id)
        return sor_id

    def _row(self, sor_id: str) -> int:
        unit = self._store.numbers.get(sor_id)
        return NO_ROW if unit is None else self._index.row_on(unit, self._ordinal)

    def _in_force(self, sor_id: str) -> int:
        sor_id = self._id(sor_id)
        unit = self._store.numbers.get(sor_id)
        if unit is None or self._index.row_on(unit, self._ordinal) == NO_ROW:
            raise self._not_in_force(sor_id, unit)
        return unit

    def _representatives(self, code: int) -> Iterator[SOREntity]:
        for unit, status in enumerate(self._index.statuses(self._ordinal)):
            if status == code:
                yield self._store.record(self._index.representative(unit, self._ordinal))

    def _child_rows(self, sor_id: str) -> Iterator[tuple[int, int]]:
        for unit in codes.units_by_parent(self._register).get(sor_id, ()):
            row = self._index.row_on(unit, self._ordinal)
            if (
                row != NO_ROW
                and self._store.value(row, "parent_id") == sor_id
                and self._store.ids[unit] != sor_id
            ):
                yield unit, row

    def _parent(self, entity: SOREntity) -> SOREntity | None:
        row = NO_ROW if entity.parent_id is None else self._row(entity.parent_id)
        return None if row == NO_ROW else self._store.record(row)

    def _closed_on(self, sor_id: str) -> date | None:
        unit = self._store.numbers[sor_id]
        if self._index.row_on(unit, self._ordinal) != NO_ROW:
            return None
        last = self._index.last_day_before(unit, self._ordinal)
        return None if last is None else from_ordinal(last)

    def _inheritance(self) -> Inheritance[int]:
        return inheritance_on(self._store, self._index, self._ordinal)

    def _having(self, field: str, value: str, kind: Kind) -> tuple[SOREntity, ...]:
        value = spelled(value, kind, codes.units_having(self._register, field))
        return Records(
            [self._store.record(row) for _, row in codes.rows_having(self, field, value)]
        )

    def _not_in_force(self, sor_id: str, unit: int | None) -> NotInForceError:
        day = self._day
        if unit is None:
            return UnknownUnitError(why_unknown(sor_id), sor_id=sor_id, day=day)
        if self._ordinal < self._index.opening[unit]:
            opens = from_ordinal(self._index.opening[unit])
            return NotInForceError(
                f"{sor_id} is not open on {day.isoformat()}: it opens on {opens}",
                sor_id=sor_id,
                day=day,
                reason="future",
                date=opens,
            )
        last = self._index.last_day_before(unit, self._ordinal)
        if last is None:
            return NotInForceError(
                f"{sor_id} is closed on {day.isoformat()}: none of its versions has a day",
                sor_id=sor_id,
                day=day,
                reason="closed",
            )
        closed = from_ordinal(last)
        return NotInForceError(
            f"{sor_id} is closed on {day.isoformat()}: its last day was {closed}",
            sor_id=sor_id,
            day=day,
            reason="closed",
            date=closed,
        )
