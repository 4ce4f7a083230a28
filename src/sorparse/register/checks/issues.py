"""The codes of the issues of ``Register.check``, and the functions that build an issue."""

from __future__ import annotations

from functools import lru_cache

from ...issues import Issue, Severity
from ...records.build import fast_constructor
from ..core import Core
from ..days import from_ordinal

_new_issue = fast_constructor(Issue)

CHECK_ISSUES: dict[str, tuple[Severity, str]] = {
    "inverted-validity": (
        "warning",
        "a version or a row ends before it starts; it never applies",
    ),
    "duplicate-key": ("warning", "a row has the key of an earlier one"),
    "several-open-versions": (
        "warning",
        "a unit has several versions without end; the later one ends the earlier",
    ),
    "overlapping-versions": (
        "warning",
        "two versions of a unit are valid on the same dates; the later one takes precedence",
    ),
    "touching-versions": (
        "info",
        "a version starts on the last date of the one before; the later one applies on it",
    ),
    "version-gap": (
        "warning",
        "no version is valid between two others of a unit; it is closed then",
    ),
    "version-before-opening": ("warning", "a version starts before the unit opens"),
    "edit-date-ahead": (
        "warning",
        "a version was edited well after nearly all others; its date is ignored",
    ),
    "opening-differs": ("info", "versions of a unit state different openings; the earliest counts"),
    "unknown-parent": ("warning", "the parent is not in the register (an orphan)"),
    "parent-cycle": ("warning", "units are each other's parents"),
    "parent-closed-before-child": ("warning", "the parent is closed while the unit is in force"),
    "inherits-from-closed-unit": (
        "warning",
        "the parent is closed, and the unit inherits from the last version of a closed unit",
    ),
    "parent-opens-after-child": ("warning", "the unit is in force before its parent opens"),
    "bad-shak-code": ("warning", "a malformed SHAK code, often damaged by a spreadsheet"),
    "bad-sor-id": ("warning", "an id that is not a valid SOR id"),
    "check-digit": ("warning", "a SOR id, location or CVR number with a wrong check digit"),
    "shared-shak-code": ("info", "several units have a SHAK code on the same dates"),
    "shared-location-code": ("info", "several units own a location number on the same dates"),
    "shared-provider-number": ("info", "several units have a provider number on the same dates"),
    "disarmed-provider-number": ("info", "a provider number out of use, with 99 before it"),
    "several-shak-codes": (
        "warning",
        "the SHAK map assigns several codes to a unit on the same dates",
    ),
    "shak-map-unknown-unit": (
        "warning",
        "a row of the SHAK map names a unit that is not in the register",
    ),
    "shak-map-unknown-code": ("warning", "a row of the SHAK map has a code that no unit has"),
    "shak-map-outside-unit": (
        "warning",
        "a SHAK code is mapped on dates when its unit is not in force",
    ),
    "shak-map-differs": ("warning", "a unit's row and the SHAK map state different SHAK codes"),
    "location-code-unknown-unit": (
        "warning",
        "a location number names a unit that is not in the register",
    ),
    "location-code-unlisted": ("info", "a unit's location number is not among LocationsCodes"),
    "edi-map-unknown-location-code": (
        "warning",
        "a message type is assigned to an unknown location number",
    ),
    "edi-map-unknown-edi-type": ("warning", "a location number has a message type not in EDITypes"),
    "replacement-unknown-unit": (
        "warning",
        "a replacement names a unit that is not in the register",
    ),
    "replacement-cycle": ("warning", "units replace each other in a cycle"),
    "code-not-classified": ("warning", "a code that the classifications do not have"),
}
"""Severity and meaning by code; the codes are stable."""


@lru_cache(maxsize=1 << 14)
def date_text(ordinal: int) -> str:
    """Return the date of an ordinal as text."""
    return str(from_ordinal(ordinal))


def row_issue(  # noqa: PLR0917 - the parts of an issue in their order
    core: Core,
    row: int,
    code: str,
    message: str,
    column: str | None = None,
    value: str | None = None,
) -> Issue:
    """Return an issue of a version of a unit."""
    store = core.store
    sor_id = store.ids[store.unit[row]]
    severity, line = CHECK_ISSUES[code][0], store.line_of(row)
    issue: Issue = _new_issue(severity, code, message, None, line, column, value, sor_id, None)
    return issue


def table_issue(  # noqa: PLR0917 - the parts of an issue in their order
    core: Core,
    table: str,
    place: int,
    code: str,
    message: str,
    column: str | None = None,
    value: str | None = None,
) -> Issue:
    """Return an issue of a record of one of the other tables."""
    return Issue(
        CHECK_ISSUES[code][0],
        code,
        f"{table}: {message}",
        line=core.line_of(table, place),
        column=column,
        value=value,
        sor_id=getattr(getattr(core.tables, table)[place], "sor_id", None),
    )
