"""The register as it is on one date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from ..notebook import HtmlRepr, Records, show
from ..records import Coded, SOREntity, SorType
from .saved.forged import reports_forged_files
from .timeline import Status
from .view_codes import ViewCodes
from .view_tables import ViewTables

if TYPE_CHECKING:
    from ..tables.code_columns import ColumnKind
    from ..tables.table import RowTable
    from .register import Register
    from .terms import Term
    from .tree import Tree

Frame = TypeVar("Frame")


@reports_forged_files
class View(HtmlRepr, ViewTables, ViewCodes):
    """The register on one date; :meth:`Register.as_of` returns it.

    A mapping of SOR id to the version in force on that date: ``view[sor_id]``, ``sor_id in view``,
    ``len(view)``, iteration over the ids. Ids are read in any notation. Creating a view is cheap;
    threads can share it.

    Example:
        >>> view = sorparse.load(examples.sor2_zip).as_of("2026-06-15")
        >>> view["9000271000016009"].name, len(view)
        ('Skadestuen', 74)
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
        number = len(self._caveats)
        caveats = f", {number} caveat{'s' * (number != 1)}" if number else ""
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
        """Return the data frame with added columns about the units of a column of codes.

        They are ``<column>_name``, ``_type``, ``_owner``, ``_status`` and ``_match``; for codes
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
                ``"production_unit"`` P-nummer. If omitted, it is detected from the values, the
                heading, and the codes that the register has.
            fields: Paths of further fields of the record, or of :class:`Effective`, each for a
                column of its own: ``"specialities[0].name"`` becomes
                ``<column>_specialities_0_name``, ``"effective.location_code"`` becomes
                ``<column>_effective_location_code``.
            repair: Whether to repair damaged codes before they are matched, if there is one answer
                (see :func:`sorparse.identifiers.parse`). They are then ``repaired`` instead of
                ``malformed``, and ``<column>_sor_id`` is added for SOR ids too. The column itself
                is left unchanged.

        Raises:
            SorError: If the column is missing, its kind cannot be decided, it holds numbers where
                codes are text, or a path of ``fields`` is unknown.
            MissingExtraError: If the extra ``frames`` is not installed.

        Warns:
            UnreadableDateWarning: If dates cannot be read; it states how many, with an example.

        Example:
            >>> import polars
            >>> frame = polars.DataFrame({"ward": ["990120", "9901203"]})
            >>> view.add_names(frame, "ward", kind="hospital")["ward_name", "ward_match"].rows()
            [('Akutmodtagelsen', 'exact'), (None, 'ambiguous')]
        """
        from ..tables.add_names import add_names

        return add_names(self, frame, column, on=on, kind=kind, fields=fields, repair=repair)

    # -- to look at

    def tree(self, sor_id: str, *, levels: int | None = None, limit: int = 2_000) -> Tree:
        """Return a unit and the units in force below it; a notebook shows a collapsible tree.

        Args:
            sor_id: The unit at the top.
            levels: How many levels below the unit. Defaults to all.
            limit: How many units are shown; the others are counted.

        Returns:
            The tree. ``str`` and ``print`` return an indented text; iterating yields the nodes.

        Raises:
            NotInForceError: If the unit is not in force.

        Example:
            >>> print(view.tree("9000251000016002"))
            Akutmodtagelsen (9000251000016002, OE, akutmodtageenhed, SHAK 990120)
              Akutklinik (9000261000016004, OE, klinisk enhed, SHAK 9901203)
              Skadestuen (9000271000016009, OE, skadestue, SHAK 9901203)
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

        Each unit is shown where its effective activity, visiting or postal address has
        coordinates, in this order. Units without coordinates, and those outside ETRS89 / UTM zone
        32N (EPSG:25832), are counted above the map. Drawing the map uses no network; the browser
        that shows it loads its scripts and pictures from their servers.

        Args:
            units: Records or SOR ids of units in force, for example those that :meth:`find`
                returns. Defaults to all units in force.
            tiles: Name or address of the background, as folium takes it; ``None`` for none.
            limit: The highest number of places on one page.

        Raises:
            ValueError: If there are more places than ``limit``.
            NotInForceError: If an id is not in force.
            MissingExtraError: If the extra ``[map]`` is not installed.

        Example:
            >>> view.map(view.find("apotek")).save("map.html")  # doctest: +SKIP
        """
        return show("map", self, units, tiles=tiles, limit=limit)

    # -- replacements and search

    def active_successors(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Return the units in force on the date that took the place of a unit.

        Args:
            sor_id: The unit, or an id that only a replacement names.

        Returns:
            The unit itself if it is in force; else the units in force at the ends of the chains of
            replacements. None if no unit took over.

        Raises:
            UnknownUnitError: If neither a unit nor a replacement has the id.

        Example:
            >>> [unit.name for unit in view.active_successors("9000681000016009")]
            ['Søspejlet Øjenhospital']
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
        """Search the units; all conditions must be met. The best hit comes first.

        Args:
            text: Words in any order, each a word of the name or a part of one; case and Danish
                letters are folded (``aero`` finds ``Ærø``). Or a SOR id, SHAK code, location,
                provider, pharmacy, production unit or CVR number, or local code, in any notation.
            entity_type: A type, by code, name or ``Coded``.
            sor_type: A ``SorType``, or ``"IE"``, ``"SI"`` or ``"OE"``.
            speciality: Any of a unit's specialities, by code, name or ``Coded``.
            region: Region of any effective address, by code or name (``"1082"``,
                ``"Midtjylland"``).
            municipality: Municipality of any effective address, by code or name.
            post_code: Post code of any effective address, four digits.
            owner: The institution owner, by SOR id or name, or its type by code or name.
            edi_type: A message type that the unit's location number handles, by id, code or name.
            status: One status or several. Defaults to the units in force. Closed units are
                searched in their last version, future ones in the version that they open with.
            limit: The highest number of units returned.

        Returns:
            The units. With text: the whole name first; then names in which words begin with all
            words of the text; then names with a word that contains one (from three letters on:
            ``sygehuset`` finds *Regionssygehuset*). Among these: more whole words, the beginning
            of the name, fewer other words, name, SOR id. Without text: the order of the source.

        Raises:
            UnknownTermError: If neither a unit nor a code list ever had a value; a ValueError. The
                message names similar values, and :meth:`terms` lists all.
            TypeError: If a value is not text.

        Example:
            >>> [unit.name for unit in view.find("sengeafsnit", region="Nordjylland")]
            ['Kirurgisk Sengeafsnit Kaj 1', 'Hjertesengeafsnit M1', 'Lungesengeafsnit L1']
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
            municipalities are those of any effective address, message types those of the effective
            location number; a unit counts once for each of its values.

        Raises:
            ValueError: If there is no such field.

        Example:
            >>> [(term.code, term.count) for term in view.terms("sor_type")]
            [('OE', 45), ('SI', 15), ('IE', 14)]
        """
        from .terms import terms

        return terms(self, field)
