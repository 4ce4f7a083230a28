"""The register as it is on one date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from ..identifiers import Kind
from ..notebook import HtmlRepr, Records, show
from ..records import Coded, LocationCode, LocationCodeEDIType, SOREntity, SorType
from . import codes
from .arrow_table import ArrowTable
from .explain_id import spelled
from .forged_file import reports_forged_files
from .matching import Match, ShakMatch
from .state import State
from .timeline import Status

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from ..tables import Table
    from ..tables.code_columns import ColumnKind
    from ..tables.rowtable import RowTable
    from .register import Register
    from .terms import Term
    from .tree import Tree

Frame = TypeVar("Frame")


@reports_forged_files
class View(HtmlRepr, State, ArrowTable):
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

        inheritance = self.core.inheritance(self.ordinal)
        resolve = (lambda unit: inheritance.effective(self.row(unit.sor_id))) if effective else None
        return units_table(self.active, resolve, lists=lists)

    def to_pandas(self, *, effective: bool = False, lists: bool = False) -> pd.DataFrame:
        """Return the rows as a ``pandas.DataFrame``; arguments as those of :meth:`to_arrow`.

        Needs the extra ``[pandas]``.
        """
        return self.to_arrow(effective=effective, lists=lists).to_pandas()

    def to_polars(self, *, effective: bool = False, lists: bool = False) -> pl.DataFrame:
        """Return the rows as a ``polars.DataFrame``; arguments as those of :meth:`to_arrow`.

        Needs the extra ``[polars]``.
        """
        return self.to_arrow(effective=effective, lists=lists).to_polars()

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

        ``print`` shows it as indented text; iterating yields its nodes.

        Args:
            sor_id: The unit at the top.
            levels: How many levels below it to show; all if omitted.
            limit: The largest number of units shown; the others are counted.

        Raises:
            NotInForceError: If the unit is not in force.
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

        A unit is at the coordinates of its effective activity, visiting or postal address, in
        this order. Needs the extra ``map``. The browser loads scripts and background from servers.

        Args:
            units: Records or SOR ids of units in force; all if omitted.
            tiles: Name or address of the background for folium; ``None`` for none.
            limit: The largest number of places on one page.

        Raises:
            ValueError: If there are more places than ``limit``.
        """
        return show("map", self, units, tiles=tiles, limit=limit)

    # -- codes

    def by_shak(self, code: str) -> tuple[SOREntity, ...]:
        """Return the units in force that have a SHAK code, by their own row or by the SHAK map."""
        candidates, _ = codes.shak_candidates(self, code)
        return Records([one.entity for one in candidates if one.entity is not None])

    def by_location_code(self, code: str) -> tuple[SOREntity, ...]:
        """Return the units in force whose effective location number is ``code``.

        Own or inherited: a number can belong to many units. Units that LocationsCodes names for
        the number are among them.
        """
        return Records(codes.by_location_code(self, code))

    def by_provider_number(self, number: str) -> tuple[SOREntity, ...]:
        """Return the units in force with a provider number (ydernummer); leading zeros count."""
        return self._having("provider_number", number, "provider_number")

    def by_cvr(self, cvr: str) -> tuple[SOREntity, ...]:
        """Return the units in force whose row has a CVR number."""
        return self._having("cvr", cvr, "cvr")

    def _having(self, field: str, value: str, kind: Kind) -> tuple[SOREntity, ...]:
        value = spelled(value, kind, self.core.units_by(field))
        return Records([self._store.record(row) for _, row in self.rows_having(field, value)])

    def shak_to_sor(self, code: str) -> ShakMatch:
        """Return every unit that has a SHAK code on the date, and the one that a rule chose."""
        return codes.shak_match(self, code)

    def sor_to_shak(self, sor_id: str) -> str | None:
        """Return a unit's SHAK code on the date, from the SHAK map, else from its own row."""
        return codes.sor_to_shak(self, sor_id)

    def match_location_code(self, code: str) -> Match:
        """Like :meth:`shak_to_sor` for a location number: whose own it is goes first."""
        return codes.location_code_match(self, code)

    def match_provider_number(self, number: str) -> Match:
        """Like :meth:`shak_to_sor` for a provider number: the institution goes first."""
        return codes.provider_match(self, number)

    def location_codes(self, sor_id: str) -> tuple[LocationCode, ...]:
        """Return the records of LocationsCodes that hold for a unit on the date."""
        return Records(codes.location_codes(self, sor_id))

    def edi_types(self, sor_id: str) -> tuple[LocationCodeEDIType, ...]:
        """Return the message types that a unit handles on the date.

        Those of its effective location number. Where the file gives only the id of a type, its
        name is taken from the table of message types.
        """
        return Records(codes.edi_types(self, sor_id))

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
        """Return the units that match all arguments, best match first.

        Args:
            text: Words in any order, each a word of the name or a part of one; case and Danish
                letters do not matter (``aero`` finds ``Ærø``). Or an id or code in any notation.
            entity_type: Code, name or ``Coded``.
            sor_type: ``SorType`` or ``"IE"``, ``"SI"``, ``"OE"``.
            speciality: Code, name or ``Coded`` of any of a unit's specialities.
            region: Code or name (``"1082"``, ``"Midtjylland"``) in any effective address.
            municipality: Code or name in any effective address.
            post_code: Four digits in any effective address.
            owner: SOR id or name of the institution owner, or its type by code or name.
            edi_type: A message type of the unit's location number, by id, code or name.
            status: One status or several; the units in force if omitted.
            limit: The largest number of units to return.

        Returns:
            Whole names first, then names with words that begin with the text, then others.

        Raises:
            UnknownTermError: If no unit and no code list has a value; see :meth:`terms`.

        Example:
            >>> [unit.name for unit in view.find("hjerte", limit=1)]
            ['Hjerteambulatoriet "Søstjernen"']
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
