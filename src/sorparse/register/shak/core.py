"""What a SHAK register holds, and the indices of it: what views and checks ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import attrs

from ...errors import UnknownUnitError
from ...identifiers import shak_code_problem
from ...notebook import Records
from ...records import SHAKRegion, SHAKUnit
from ..days import UNKNOWN_START, end_ordinal, start_ordinal
from ..explain_id import spelled
from ..timeline import Segment, Version, resolve
from .view import hospital_code

UNITS, REGIONS = "shak_units", "shak_regions"


@attrs.frozen
class Times:
    """The periods in which one code was in force."""

    opening: int
    """Ordinal of its first day."""
    segments: tuple[Segment, ...]
    """Disjoint periods, ascending, each with the place of its record in ``units``."""


class ShakCore:
    """The periods of all codes, and the records of SHAKregion."""

    def __init__(
        self,
        units: Iterable[SHAKUnit],
        regions: Iterable[SHAKRegion],
        lines: Mapping[str, Sequence[int]],
    ) -> None:
        self.units = Records(units)
        """The periods, in the order of the source."""
        self.regions = Records(regions)
        self._lines = lines
        self.places: dict[str, list[int]] = {}
        """The places of each code in :attr:`units`, in the order of the source."""
        for place, unit in enumerate(self.units):
            self.places.setdefault(unit.shak_code, []).append(place)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.spelled(code) in self.places

    def line_of(self, table: str, place: int) -> int | None:
        """Return the line of a record of a table in its file, ``None`` if it is not known."""
        lines = self._lines.get(table)
        return (lines[place] or None) if lines else None

    def spelled(self, code: str) -> str:
        """Return a code as the file writes it.

        Raises:
            TypeError: If ``code`` is not text.
        """
        return spelled(code, "shak", self.places)

    def known(self, code: str) -> str:
        """Return a code as the file writes it.

        Raises:
            UnknownUnitError: If the file does not have the code.
            TypeError: If ``code`` is not text.
        """
        spelled = self.spelled(code)
        if spelled in self.places:
            return spelled
        problem = shak_code_problem(spelled)
        reason = (
            f"no code {spelled} in this SHAK file"
            if problem is None
            else f"{code!r} is not a SHAK code: {problem}"
        )
        raise UnknownUnitError(reason, sor_id=code)

    def times(self, code: str) -> Times:
        """Return the periods in which a code was in force.

        Raises:
            UnknownUnitError: If the file does not have the code.
        """
        return self.all_times[self.known(code)]

    def places_of(self, code: str) -> list[int]:
        """Return the places of a code in :attr:`units`, oldest period first.

        Args:
            code: A code as the file writes it.
        """
        return [version.row for version in sorted(map(self._version, self.places[code]))]

    @cached_property
    def all_times(self) -> Mapping[str, Times]:
        """The periods in which each code was in force."""
        times = {}
        for code, places in self.places.items():
            opening, segments = resolve(map(self._version, places), UNKNOWN_START)
            times[code] = Times(opening, tuple(segments))
        return times

    @cached_property
    def by_hospital(self) -> Mapping[str, Sequence[str]]:
        """The codes of departments and sections by the code of their hospital, sorted."""
        codes: dict[str, list[str]] = {}
        for code in sorted(self.places):
            hospital = hospital_code(code)
            if hospital != code:
                codes.setdefault(hospital, []).append(code)
        return codes

    @cached_property
    def regions_by_code(self) -> Mapping[str, Sequence[SHAKRegion]]:
        """The records of :attr:`regions` by the code of their hospital."""
        regions: dict[str, list[SHAKRegion]] = {}
        for region in self.regions:
            regions.setdefault(region.shak_code, []).append(region)
        return regions

    def _version(self, place: int) -> Version:
        unit = self.units[place]
        return Version(
            start_ordinal(unit.validity.from_date),
            start_ordinal(unit.updated_at),
            place,
            end_ordinal(unit.validity.to_date),
        )
