"""Displays of registers, views and archives, and of their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..records import SorType
from ..register.timeline import Status
from .markup import (
    MOST_ROWS,
    Child,
    Html,
    code,
    count,
    element,
    escape,
    facts,
    identifier,
    join,
    lines,
    listing,
    page,
    small,
)
from .values import period, unbroken, value_html

if TYPE_CHECKING:
    from ..archive import Archive
    from ..inheritance import Effective
    from ..register.matching import Candidate, Match
    from ..register.register import Register
    from ..register.shak.register import ShakRegister
    from ..register.shak.view import ShakView
    from ..register.view import View

LEVELS = {
    SorType.IE: "Institution owners",
    SorType.SI: "Health institutions",
    SorType.OE: "Organisational units",
    None: "Level unknown",
}


def register_html(register: Register) -> str:
    """Return the numbers of units, versions and records of the other tables."""
    source = str(register.format) if register.format else "records"
    if register.snapshot_date:
        source += f" of {register.snapshot_date}"
    rows: list[tuple[str, int]] = [
        ("units", len(register)),
        ("versions of units", len(register.core.store)),
    ]
    rows += [
        (code(name), len(getattr(register, name)))
        for name in register.tables
        if name != "entities" and getattr(register, name)
    ]
    return _loaded(f"Register from {source}", rows, register, "register")


def _loaded(
    caption: str, rows: Sequence[tuple[Child, int]], register: Register | ShakRegister, name: str
) -> str:
    issues = count(len(register.issues), "issue")
    hint = f"{issues} while reading. Ask about a date with {name}.as_of(day)."
    return page(listing(caption, ("what", "number"), rows), element("p", small(hint)))


def view_html(view: View) -> str:
    """Return the number of units by level and status on a date, and the caveats."""
    numbers: Counter[tuple[SorType | None, Status]] = Counter()
    for sor_type, status in levels_and_statuses(view):
        numbers[sor_type, status] += 1
    rows: list[tuple[Any, ...]] = [
        (LEVELS[level], *(numbers[level, status] for status in Status))
        for level in LEVELS
        if any(numbers[level, status] for status in Status)
    ]
    sums = [sum(numbers[level, status] for level in LEVELS) for status in Status]
    rows.append((element("strong", "All"), *sums))
    heads = ("level", *(status.value.lower() for status in Status))
    return page(
        listing(f"The register on {view.day}", heads, rows),
        *(element("p", small(f"Note: {caveat}.")) for caveat in view.caveats),
    )


def shak_register_html(register: ShakRegister) -> str:
    """Return the numbers of codes, periods and regions."""
    rows: list[tuple[str, int]] = [
        ("codes", len(register)),
        ("periods of codes", len(register.units)),
        ("regions", len(register.regions)),
    ]
    return _loaded("SHAK register", rows, register, "shak")


def shak_view_html(view: ShakView) -> str:
    """Return the number of codes by status on a date."""
    numbers = Counter(view.status(code) for code in view.register)
    rows = [(status.value.lower(), numbers[status]) for status in Status]
    return page(listing(f"SHAK on {view.day}", ("status", "codes"), rows))


def levels_and_statuses(view: View) -> list[tuple[SorType | None, Status]]:
    """Return level and status of every unit on the date, without building records."""
    store, index, day = view.core.store, view.core.index, view.ordinal
    return [
        (store.value(index.representative(unit, day), "sor_type"), index.status(unit, day))
        for unit in range(len(store.ids))
    ]


def match_html(match: Match) -> str:
    """Return every candidate, which of them is chosen, and the rule that decided."""
    what = type(match).__name__.removesuffix("Match") or "Code"
    caption = f"{what.upper() if what == 'Shak' else what} {match.code} on {match.day}"
    chosen = match.best.sor_id if match.best else None
    decided = ["Chosen: ", identifier(chosen), ", by the rule "] if chosen else ["None chosen: "]
    parts: list[Html] = []
    if match.candidates:
        parts.append(_candidates(caption, match.candidates, chosen))
        parts.append(element("p", join([*decided, code(match.rule), "."])))
    else:
        nobody = [f"{caption}: no unit has it on that date (", code(match.rule), ")."]
        parts.append(element("p", join(nobody)))
    if match.hint is not None:
        parts.append(element("p", join(["Did you mean ", identifier(match.hint), "?"])))
    if match.other_days:
        parts.append(_candidates("On other dates", match.other_days, None))
    return page(*parts)


def _candidates(caption: str, candidates: tuple[Candidate, ...], chosen: str | None) -> Html:
    rows: list[list[Child]] = [
        [
            *(["chosen" if one.sor_id == chosen else None] if chosen else []),
            identifier(one.sor_id),
            one.name or (one.entity.name if one.entity else None),
            value_html(one.entity.entity_type if one.entity else None),
            unbroken(period(one.validity)),
            "SHAK map" if one.source == "map" else "the unit's row",
        ]
        for one in candidates[:MOST_ROWS]
    ]
    heads = (*([""] if chosen else []), "sor_id", "name", "entity_type", "dates", "source")
    return listing(caption, heads, rows, total=len(candidates), only_filled=True)


def effective_html(effective: Effective) -> str:
    """Return the effective values of a unit, and their origins."""
    unit = identifier(effective.sor_id)
    pairs = []
    for field, origin in effective.origin.items():
        value = value_html(getattr(effective, field))
        source = "its own" if origin == effective.sor_id else join(["from ", identifier(origin)])
        pairs.append((field, lines([value, small(source)])))
    pairs += [("caveat", escape(caveat)) for caveat in effective.caveats]
    return page(
        facts(join([unit, " with inheritance resolved"]), pairs)
        if pairs
        else element("p", unit, " has no address and no location number, inherited ones included.")
    )


def archive_html(archive: Archive) -> str:
    """Return the nights of an archive, the newest first, and how many are missing."""
    nights, missing = archive.nights, archive.missing
    newest = [archive.night(night) for night in reversed(nights[-MOST_ROWS:])]
    rows = [(str(one.night), one.name, sum(one.records.values())) for one in newest]
    caption = f"Archive {archive.folder}: {count(len(nights), 'night')}"
    gap = element("p", small(f"{count(len(missing), 'night')} missing between them."))
    return page(
        listing(caption, ("night", "file", "records"), rows, total=len(nights)),
        gap if missing else None,
    )
