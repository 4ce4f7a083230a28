"""Names of codes, and codes of names, for files that hold only one of the two.

This is the library's own table, built from public code lists; it is not the register's. It covers
unit types, specialities, owner types, regions, municipalities, network operators, message types
and the SHAK classification as far as they were known. It is used only if a file has no name
itself; ``Coded.supplied`` then says so. Codes that it does not have stay without a name.

>>> from sorparse import codes
>>> codes.name_of("entity_type", "22232009")
'hospital'
>>> codes.code_of("region", "Region Sjælland")
'1085'
"""

from __future__ import annotations

import csv
from functools import cache

import attrs

__all__ = ["CodeEntry", "code_of", "entries", "kinds", "name_of"]


@attrs.frozen
class CodeEntry:
    """One code with its name."""

    kind: str
    """The list: ``entity_type``, ``clinical_speciality``, ``region``, …"""
    code: str
    name: str
    """The Danish term."""
    evidence: str
    """``verified``: in a public list or file; ``inferred``: derived from one."""
    form: str
    """``name``, or ``spelling`` for another spelling that files use for the same code."""


def kinds() -> tuple[str, ...]:
    """Return the names of the lists.

    Example:
        >>> sorparse.codes.kinds()[:3]
        ('clinical_speciality', 'edi_type', 'entity_type')
    """
    return tuple(_lists())


def entries(kind: str) -> tuple[CodeEntry, ...]:
    """Return all entries of a list.

    Args:
        kind: One of :func:`kinds`.

    Raises:
        KeyError: If there is no such list.

    Example:
        >>> [entry.name for entry in sorparse.codes.entries("region")][:2]
        ['Region Nordjylland', 'Region Midtjylland']
    """
    return _lists()[kind]


def name_of(kind: str, code: str) -> str | None:
    """Return the Danish term of a code, or ``None`` if it is unknown.

    Args:
        kind: One of :func:`kinds`.
        code: The code, as text.

    Example:
        >>> sorparse.codes.name_of("entity_type", "22232009")
        'hospital'
    """
    return _names().get((kind, code))


def code_of(kind: str, name: str) -> str | None:
    """Return the code of a Danish term, or ``None`` if it is unknown or has several codes.

    Args:
        kind: One of :func:`kinds`.
        name: The term, in upper or lower case.

    Example:
        >>> sorparse.codes.code_of("region", "Region Sjælland")
        '1085'
    """
    return _codes().get((kind, name.casefold()))


@cache
def _lists() -> dict[str, tuple[CodeEntry, ...]]:
    from importlib.resources import files  # slow to import, and many callers need no names

    entries: dict[str, list[CodeEntry]] = {}
    with (files(__name__) / "tables.csv").open(encoding="utf-8") as text:
        for row in csv.DictReader(text):
            entries.setdefault(row["kind"], []).append(CodeEntry(**row))
    return {kind: tuple(rows) for kind, rows in entries.items()}


@cache
def _names() -> dict[tuple[str, str], str]:
    return {
        (entry.kind, entry.code): entry.name
        for rows in _lists().values()
        for entry in rows
        if entry.form == "name"
    }


@cache
def _codes() -> dict[tuple[str, str], str | None]:
    codes: dict[tuple[str, str], str | None] = {}
    for rows in _lists().values():
        for entry in rows:
            key = (entry.kind, entry.name.casefold())
            # a name of two codes does not identify either
            codes[key] = entry.code if codes.get(key, entry.code) == entry.code else None
    return codes
