"""How the commands tell of a unit in one line, each column declared once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import sorparse
from sorparse.identifiers import parse

if TYPE_CHECKING:
    from sorparse import Coded, Register, SOREntity, View

COLUMNS = (
    "sor_id",
    "name",
    "level",
    "type",
    "status",
    "opened",
    "closes",
    "institution",
    "owner",
)

VERSION_COLUMNS = (
    "from_date",
    "to_date",
    "name",
    "type",
    "parent_id",
    "shak_code",
    "location_code",
)


_NAMING = (None, "shak", "location_code", "provider_number")
"""Kinds of codes that a unit is shown by; ``None`` is a SHAK code or a provider number."""


class Standing(NamedTuple):
    """A unit as it stands on a day: its status, and the version that stands for it."""

    unit: SOREntity
    status: str
    opened: date | None
    closes: date | None
    """Last day: ahead where the unit is active, behind where it is closed."""


def named(view: View, text: str) -> list[str]:
    """Return the ids of the units that have a code: on the view's date, else on any date.

    Args:
        view: The view to look in.
        text: A SOR id, SHAK code, location number (GLN) or provider number, in any notation.

    Raises:
        UnknownUnitError: If no unit ever had it; the message names a likely other spelling.
    """
    if text in view.register:
        return [view.register.history(text)[0].sor_id]
    matches = (
        view.shak_to_sor(text),
        view.match_location_code(text),
        view.match_provider_number(text),
    )
    for found in (
        [one.sor_id for match in matches for one in match.candidates],
        [one.sor_id for match in matches for one in match.other_days],
    ):
        if found:
            return list(dict.fromkeys(found))
    hints = likely(view, text)
    code = parse(text)
    if not hints and (code is None or code.kind not in _NAMING):
        view.register.history(text)  # raises, with the reason
    meant = f"; did you mean {' or '.join(hints)}?" if hints else ""
    raise sorparse.UnknownUnitError(f"no unit has the code {text.strip()!r}{meant}", sor_id=text)


def likely(view: View, text: str) -> list[str]:
    """Return likely other spellings of a SHAK code or provider number that no unit has."""
    matches = (view.shak_to_sor(text), view.match_provider_number(text))
    return list(dict.fromkeys(match.hint for match in matches if match.hint is not None))


def standing(view: View, sor_id: str) -> Standing:
    """Tell how a unit stands; a closed one by its last version, a future one by its first.

    Raises UnknownUnitError.
    """
    try:
        unit = view[sor_id]
    except sorparse.NotInForceError as reason:
        if reason.reason == "unknown":
            raise
        history = view.register.history(sor_id)
        day = reason.date  # the last day in force of a closed unit, the first of a future one
        holding = [version for version in history if day and version.validity.contains(day)]
        unit = (holding or history)[-1]
        # a future unit closes at the end of its unbroken time in force, not of its first version
        opens = day is not None and reason.reason == "future"
        closes = view.register.as_of(day).closing_date(sor_id) if opens else day
        return Standing(unit, str(view.status(sor_id)), _opened(view, unit), closes)
    return Standing(unit, "ACTIVE", _opened(view, unit), view.closing_date(sor_id))


def _opened(view: View, unit: SOREntity) -> date | None:
    if unit.first_from_date is not None:
        return unit.first_from_date
    return view.register.history(unit.sor_id)[0].validity.from_date


def row(view: View, unit: SOREntity) -> tuple[object, ...]:
    """Give a unit's values for :data:`COLUMNS`."""
    stands = standing(view, unit.sor_id)
    return (
        unit.sor_id,
        unit.name,
        unit.sor_type,
        worded(unit.entity_type),
        stands.status,
        stands.opened,
        stands.closes,
        unit.health_institution and unit.health_institution.name,
        unit.owner and unit.owner.name,
    )


def resolved_columns() -> tuple[str, ...]:
    """Return :data:`COLUMNS` and those with inheritance resolved."""
    from sorparse.tables.effective import effective_columns

    return (*COLUMNS, *(column.name for column in effective_columns()))


def resolved_rows(view: View, hits: Sequence[SOREntity]) -> Iterator[tuple[object, ...]]:
    """Yield a unit's values for :func:`resolved_columns`.

    Those of a closed unit are of its last date, those of a future one of its first.
    """
    from sorparse.register.resolved import effective_of
    from sorparse.tables.effective import columns_of_effective

    columns = columns_of_effective([effective_of(view, unit) for unit in hits])
    for unit, resolved in zip(hits, zip(*columns, strict=True), strict=True):
        yield (*row(view, unit), *resolved)


def version_row(version: SOREntity) -> tuple[object, ...]:
    """Give a version's values for :data:`VERSION_COLUMNS`."""
    return (
        version.validity.from_date,
        version.validity.to_date,
        version.name,
        worded(version.entity_type),
        version.parent_id,
        version.shak_code,
        version.location_code,
    )


def worded(coded: Coded | None) -> str | None:
    """Give a code in words where it has a name, else the code."""
    return None if coded is None else coded.name or coded.code


def period(first: date | None, last: date | None) -> str:
    """Give a period as a person writes it."""
    return f"{first or '...'} \N{EN DASH} {last or ''}".rstrip()


def status_style(status: str) -> str:
    """Give the colour of a status, for terminals that have colours."""
    return {"ACTIVE": "green", "CLOSED": "red", "FUTURE": "yellow"}.get(status, "")


def name_of(register: Register, sor_id: str) -> str | None:
    """Give the latest name of a unit; ``None`` where the register does not have it."""
    return register.history(sor_id)[-1].name if sor_id in register else None
