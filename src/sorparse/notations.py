"""The notations in which identifiers are written, in tables, messages and web addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import unquote

from .check_digits import MIDDLE

Kind = Literal[
    "sor_id",
    "shak",
    "location_code",
    "provider_number",
    "pharmacy_number",
    "cvr",
    "production_unit",
]
"""The kinds of identifiers that :func:`sorparse.identifiers.parse` recognises."""

LABELS: dict[Kind, str] = {
    "sor_id": "SOR id",
    "shak": "SHAK code",
    "location_code": "location number",
    "provider_number": "provider number",
    "pharmacy_number": "pharmacy number",
    "cvr": "CVR number",
    "production_unit": "production unit number",
}
"""What the kinds are called in messages."""

_NOT_SHOWN = re.compile("[\0\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SPACES = re.compile(r"\s+")
# A pattern for the end of a text would be tried at every space within it: quadratic time.
_WHITESPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_EDGE = f"""{_WHITESPACE}="'\u2018\u2019\u201c\u201d\u00b4`"""
_SOR_ID_FORM = re.compile(r"(?<![0-9])[1-9][0-9]{0,7}100001600[0-9](?![0-9])", re.ASCII)
_SCHEME = re.compile(r"urn:oid:|https?://(?:www\.)?")
_SYSTEMS: dict[str, Kind] = {
    "1.2.208.176.1.1": "sor_id",
    "1.2.208.176.1.4": "provider_number",
    "cvr.dk": "cvr",
    "gs1.org/gln": "location_code",
}
"""The systems of identifiers in FHIR and HL7 messages, without ``urn:oid:`` or ``http://``."""


_NOT_DIGITS = re.compile("[^0-9]+")
# each part ends at the first character of the next one, so that the time is linear
_NEARLY_SCIENTIFIC = re.compile("[^1-9]*+[1-9][^Ee]*+[Ee][^0-9]*+[0-9]")
_SHORTEST_ID = len(MIDDLE) + 2


def may_hold_sor_id(text: str) -> bool:
    """Return whether a text can be a SOR id in some notation; most texts cannot."""
    digits = _NOT_DIGITS.sub("", text) if len(text) >= _SHORTEST_ID else ""
    return MIDDLE in digits or "%" in text or _NEARLY_SCIENTIFIC.match(text) is not None


def readings(text: str) -> Iterator[tuple[Kind | None, str]]:
    """Yield what may be the identifier, without decoration, and the kind that its system states."""
    text = _undecorated(text)
    yield None, text
    if "://" in text and "|" not in text:
        ids = set(_SOR_ID_FORM.findall(unquote(text)))
        if len(ids) == 1:
            yield "sor_id", ids.pop()
    for separator in "|#":
        system, sign, rest = text.rpartition(separator)
        if sign:
            yield _kind_of(system), _undecorated(rest)
    if "^" in text:
        parts = text.split("^")
        systems = [_kind_of(part.split("&")[1]) for part in parts if "&" in part]
        # the 10th component of XON holds the id, in older messages the 3rd
        named = [part for part in (*parts[9:10], parts[0], *parts[2:3]) if part]
        for part in named[: 1 if len(parts) > 9 else None]:
            yield next(filter(None, systems), None), _undecorated(part)


def without_spaces(text: str) -> str:
    """Return the text without whitespace."""
    return _SPACES.sub("", text)


def _undecorated(text: str) -> str:
    return _NOT_SHOWN.sub("", text).strip(_EDGE)


def _kind_of(system: str) -> Kind | None:
    return _SYSTEMS.get(_SCHEME.sub("", _undecorated(system).lower()).rstrip("/"))
