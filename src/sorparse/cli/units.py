"""Units as rows of tables; each column is declared once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import sorparse
from sorparse.identifiers import parse

if TYPE_CHECKING:
    from sorparse import Coded, Register, SOREntity, View

    from .output import Output

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

BRIEF_COLUMNS = ("name", "type", "SOR id", "SHAK", "status")
"""What a terminal shows of a unit, without ``--wide``."""

VERSION_COLUMNS = (
    "from_date",
    "to_date",
    "name",
    "type",
    "parent_id",
    "shak_code",
    "location_code",
)

_KINDS_OF_NAMES = (None, "shak", "location_code", "provider_number")
"""Kinds of codes that a unit can be named by; ``None``: a SHAK code or a provider number."""
_LONGEST_SHAK = 9
"""Characters of the longest SHAK code in use; what is longer was meant to be a SOR id."""


class UnitStatus(NamedTuple):
    """Status of a unit on a date, and its version: the last if closed, the first if future."""

    unit: SOREntity
    status: str
    opened: date | None
    closes: date | None
    """Last date in force: in the future if the unit is active, in the past if it is closed."""


def named(view: View, text: str) -> list[str]:
    """Return the ids of the units that have a code on the view's date, or else on any date.

    Args:
        view: The view to look in.
        text: A SOR id, SHAK code, location number (GLN) or provider number, in any notation.

    Raises:
        UnknownUnitError: If no unit ever had the code; the message suggests other spellings.
    """
    if text in view.register:
        return [view.register.history(text)[0].sor_id]
    matches = (
        view.shak_to_sor(text),
        view.match_location_code(text),
        view.match_provider_number(text),
    )
    for candidates in (
        [one.sor_id for match in matches for one in match.candidates],
        [one.sor_id for match in matches for one in match.other_days],
    ):
        if candidates:
            return list(dict.fromkeys(candidates))
    hints = likely(view, text)
    code = parse(text)
    if not hints and (code is None or code.kind not in _KINDS_OF_NAMES):
        if len(text.strip()) > _LONGEST_SHAK or (code is not None and code.kind == "sor_id"):
            view.register.history(text)  # raises, with the reason
        raise sorparse.UnknownUnitError(
            f"{text.strip()!r} is not a SOR id, SHAK code, location number or provider number",
            sor_id=text,
        )
    suggestion = f"; did you mean {' or '.join(hints)}?" if hints else ""
    raise sorparse.UnknownUnitError(
        f"no unit has the code {text.strip()!r}{suggestion}", sor_id=text
    )


def likely(view: View, text: str) -> list[str]:
    """Return likely other spellings of a SHAK code or provider number that no unit has."""
    matches = (view.shak_to_sor(text), view.match_provider_number(text))
    return list(dict.fromkeys(match.hint for match in matches if match.hint is not None))


def unit_status(view: View, sor_id: str) -> UnitStatus:
    """Return the status of a unit on the view's date.

    Raises:
        UnknownUnitError: If the register does not have the unit.
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
        return UnitStatus(unit, str(view.status(sor_id)), _opened(view, unit), closes)
    return UnitStatus(unit, "ACTIVE", _opened(view, unit), view.closing_date(sor_id))


def _opened(view: View, unit: SOREntity) -> date | None:
    if unit.first_from_date is not None:
        return unit.first_from_date
    return view.register.history(unit.sor_id)[0].validity.from_date


def above(view: View, sor_id: str) -> list[str]:
    """Return the ids of the units above, nearest first; none of a unit that is not in force."""
    return [unit.sor_id for unit in view.ancestors(sor_id)] if sor_id in view else []


def row(view: View, unit: SOREntity) -> tuple[object, ...]:
    """Return a unit's values for :data:`COLUMNS`."""
    status = unit_status(view, unit.sor_id)
    return (
        unit.sor_id,
        unit.name,
        unit.sor_type,
        name_or_code(unit.entity_type),
        status.status,
        status.opened,
        status.closes,
        unit.health_institution and unit.health_institution.name,
        unit.owner and unit.owner.name,
    )


def print_units(view: View, listed: Iterable[SOREntity], out: Output) -> None:
    """Print units as a table: on a terminal the main columns, else all."""
    styles = {"status": status_style}
    if out.is_brief:
        rows = (
            (
                unit.name,
                name_or_code(unit.entity_type),
                unit.sor_id,
                unit.shak_code,
                unit_status(view, unit.sor_id).status,
            )
            for unit in listed
        )
        out.rows(BRIEF_COLUMNS, rows, styles=styles)
    elif out.is_text:
        everything = ((*row(view, unit), unit.shak_code) for unit in listed)
        out.rows((*COLUMNS, "shak_code"), everything, styles=styles)
    else:
        out.rows(COLUMNS, (row(view, unit) for unit in listed))


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
    """Return a version's values for :data:`VERSION_COLUMNS`."""
    return (
        version.validity.from_date,
        version.validity.to_date,
        version.name,
        name_or_code(version.entity_type),
        version.parent_id,
        version.shak_code,
        version.location_code,
    )


def name_or_code(coded: Coded | None) -> str | None:
    """Return the name of a code, else the code."""
    return None if coded is None else coded.name or coded.code


def period(first: date | None, last: date | None) -> str:
    """Return a period as text."""
    return f"{first or '...'} \N{EN DASH} {last or ''}".rstrip()


def status_style(status: str) -> str:
    """Return the colour of a status on a terminal."""
    return {"ACTIVE": "green", "CLOSED": "red", "FUTURE": "yellow"}.get(status, "")


def name_of(register: Register, sor_id: str) -> str | None:
    """Return the latest name of a unit; ``None`` if the register does not have it."""
    return register.history(sor_id)[-1].name if sor_id in register else None
