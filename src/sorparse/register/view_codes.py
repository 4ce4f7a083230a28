"""Queries of a view about codes: SHAK, location, provider and CVR numbers, message types."""

from __future__ import annotations

from ..identifiers import Kind
from ..notebook import Records
from ..records import LocationCode, LocationCodeEDIType, SOREntity
from . import codes
from .explain_id import spelled
from .hierarchy import Hierarchy
from .matching import Match, ShakMatch
from .saved.forged import reports_forged_files


@reports_forged_files
class ViewCodes(Hierarchy):
    """The queries of a view about codes."""

    def by_shak(self, code: str) -> tuple[SOREntity, ...]:
        """Return the units in force that have a SHAK code, by their own row or by the SHAK map.

        Args:
            code: The SHAK code, in any notation.

        Returns:
            The units in the order of the source; none if no unit in force has the code.

        Raises:
            TypeError: If ``code`` is not text.

        Example:
            >>> [unit.name for unit in view.by_shak("9901203")]
            ['Akutklinik', 'Skadestuen']
        """
        candidates, _ = codes.shak_candidates(self, code)
        return Records([one.entity for one in candidates if one.entity is not None])

    def by_location_code(self, code: str) -> tuple[SOREntity, ...]:
        """Return the units in force whose effective location number (GLN) is a code.

        The number may be the unit's own or inherited, so many units can have it. Units to which
        LocationsCodes assigns the number are included.

        Args:
            code: The location number, in any notation.

        Raises:
            TypeError: If ``code`` is not text.

        Example:
            >>> [unit.name for unit in view.by_location_code("5790099900040")]
            ['Endokrinologisk Ambulatorium – voksne']
        """
        return Records(codes.by_location_code(self, code))

    def by_provider_number(self, number: str) -> tuple[SOREntity, ...]:
        """Return the units in force with a provider number (ydernummer); leading zeros count.

        Args:
            number: The provider number.

        Raises:
            TypeError: If ``number`` is not text.

        Example:
            >>> [unit.name for unit in view.by_provider_number("000917")]
            ['Sigrun Ægirsbakke', 'Tormod Mågestrand']
        """
        return self._having("provider_number", number, "provider_number")

    def by_cvr(self, cvr: str) -> tuple[SOREntity, ...]:
        """Return the units in force whose row has a CVR number.

        Args:
            cvr: The CVR number.

        Raises:
            TypeError: If ``cvr`` is not text.

        Example:
            >>> [unit.name for unit in view.by_cvr("99000120")]
            ['Fodterapi Gåsefjer ApS', 'Fodterapi Gåsefjer', 'Vigga Gåsefjer']
        """
        return self._having("cvr", cvr, "cvr")

    def _having(self, field: str, value: str, kind: Kind) -> tuple[SOREntity, ...]:
        value = spelled(value, kind, self.core.units_by(field))
        return Records([self._store.record(row) for _, row in self.rows_having(field, value)])

    def shak_to_sor(self, code: str) -> ShakMatch:
        """Return every unit that has a SHAK code on the date, and the one that a rule chooses.

        Args:
            code: The SHAK code, in any notation.

        Returns:
            The candidates, the best one or ``None``, and the rule; see :class:`Match`.

        Raises:
            TypeError: If ``code`` is not text.

        Example:
            >>> match = view.shak_to_sor("9901203")
            >>> len(match.candidates), match.best, match.rule
            (2, None, 'ambiguous')
        """
        return codes.shak_match(self, code)

    def sor_to_shak(self, sor_id: str) -> str | None:
        """Return a unit's SHAK code on the date, from the SHAK map, else from its own row.

        Args:
            sor_id: The SOR id, in any notation.

        Raises:
            UnknownUnitError: If neither the register nor the SHAK map has the unit.

        Example:
            >>> view.sor_to_shak("9000271000016009")
            '9901203'
        """
        return codes.sor_to_shak(self, sor_id)

    def match_location_code(self, code: str) -> Match:
        """Return every unit that has a location number, and the one that a rule chooses.

        As :meth:`shak_to_sor`; the unit that owns the number takes precedence over those that
        inherit it.

        Args:
            code: The location number (GLN), in any notation.

        Raises:
            TypeError: If ``code`` is not text.

        Example:
            >>> view.match_location_code("5790099900040").rule
            'only-candidate'
        """
        return codes.location_code_match(self, code)

    def match_provider_number(self, number: str) -> Match:
        """Return every unit that has a provider number, and the one that a rule chooses.

        As :meth:`shak_to_sor`; the institution takes precedence over its units.

        Args:
            number: The provider number (ydernummer).

        Raises:
            TypeError: If ``number`` is not text.

        Example:
            >>> match = view.match_provider_number("000917")
            >>> [one.name for one in match.candidates], match.rule
            (['Sigrun Ægirsbakke', 'Tormod Mågestrand'], 'ambiguous')
        """
        return codes.provider_match(self, number)

    def location_codes(self, sor_id: str) -> tuple[LocationCode, ...]:
        """Return the records of LocationsCodes that are valid for a unit on the date.

        Args:
            sor_id: The unit; the records are those of its effective location number, and those
                that name it.

        Raises:
            NotInForceError: If the unit is not in force.

        Example:
            >>> [record.location_code for record in view.location_codes("9000101000016005")]
            ['5790099900040']
        """
        return Records(codes.location_codes(self, sor_id))

    def edi_types(self, sor_id: str) -> tuple[LocationCodeEDIType, ...]:
        """Return the message types that a unit handles on the date.

        These are the types of its effective location number. If the file has only the id of a
        type, its name comes from the table of message types.

        Args:
            sor_id: The unit.

        Raises:
            NotInForceError: If the unit is not in force.

        Example:
            >>> [record.edi_type.name for record in view.edi_types("9000651000016000")][:2]
            ['Korrespondancebrev', 'Sygehushenvisning']
        """
        return Records(codes.edi_types(self, sor_id))
