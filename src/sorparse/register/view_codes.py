"""What a view answers about codes: SHAK, location, provider and CVR numbers, message types."""

from __future__ import annotations

from ..identifiers import Kind
from ..notebook import Records
from ..records import LocationCode, LocationCodeEDIType, SOREntity
from . import codes
from .explain_id import spelled
from .hierarchy import Hierarchy
from .matching import Match, ShakMatch


class ViewCodes(Hierarchy):
    """The answers of a view about codes."""

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
