"""Made-up names, addresses, telephones and e-mails in the place of real ones.

What is made up keeps the shape of the original: its length, its capitals, its digits, spaces,
quotes and semicolons, and Danish letters where Danish letters were. So a file that troubles a
reader troubles it still. The same text always becomes the same text, within a file and from one
run to the next, so that names that were equal stay equal.

Ids and codes stay (SOR, SHAK, CVR, P-, provider and location numbers), and so do post code,
municipality and region: without them nothing of the register's structure would be left. The
register is public; who has an id can look the unit up there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from hashlib import blake2b
from typing import Any, TypeVar, cast

import attrs

from ..records import (
    Address,
    EntityRef,
    Extra,
    GeoLocation,
    LocationCode,
    SHAKRegion,
    SHAKSORMap,
    SHAKUnit,
    SOREntity,
    VirtualAddress,
)

R = TypeVar("R", bound=attrs.AttrsInstance)

_GRID = 10_000
"""Metres that a coordinate is cut to: the part of the country stays, the place goes."""
_KINDS = ("aeiouy", "bcdfghjklmnpqrstvwxz", "æøå", "0123456789")
_KIND_OF = {letter: kind for kind in _KINDS for letter in kind}
_OTHER_LETTERS = _KINDS[1]
_EMAIL = re.compile(r"([^\s@;,<>]+)@[^\s@;,<>]+")
_WEBSITE = re.compile(r"(?P<scheme>https?://)?(?P<www>www\.)?[^\s/]+(?P<path>/\S*)?", re.IGNORECASE)


def scrambled(text: str) -> str:
    """Give another text of the same shape; always the same for the same text."""
    if not any(letter.isalnum() for letter in text):
        return text
    for attempt in range(16):  # one letter may become itself
        drawn = _numbers(f"{attempt}{text}")
        found = "".join(_another(letter, drawn) for letter in text)
        if found != text:
            return found
    return "x" * len(text)


def _another(letter: str, drawn: Iterator[int]) -> str:
    if not letter.isalnum():
        return letter
    lower = letter.lower()
    kind = _KIND_OF.get(lower, _OTHER_LETTERS)
    found = kind[next(drawn) % len(kind)]
    return found if letter == lower else found.upper()


def _numbers(seed: str) -> Iterator[int]:
    block = 0
    while True:
        yield from blake2b(seed.encode("utf-8", "surrogatepass"), salt=b"%d" % block).digest()
        block += 1


def _telephone(text: str) -> str:
    # zeros first: no Danish number begins so, and nobody's number comes out by chance
    left = sum(letter.isdigit() for letter in text)
    made = iter(scrambled(text))
    found = []
    for letter in text:
        other = next(made)
        if letter.isdigit():
            left -= 1
            found.append("0" if left >= 2 else other)
        else:
            found.append(other)
    return "".join(found)


def _email(text: str) -> str:
    if _EMAIL.search(text) is None:
        return scrambled(text)
    return _EMAIL.sub(lambda match: f"{scrambled(match[1])}@example.dk", text)


def _website(text: str) -> str:
    match = _WEBSITE.fullmatch(text)
    if match is None:
        return scrambled(text)
    path = scrambled(match["path"] or "")
    return f"{match['scheme'] or ''}{match['www'] or ''}example.dk{path}"


def _coordinate(metres: Decimal) -> Decimal:
    if not metres.is_finite():
        return Decimal(0)
    return metres - metres % _GRID


def _each(texts: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return tuple(None if text is None else scrambled(text) for text in texts)


_COORDINATES: dict[str, Callable[[Any], Any]] = {"easting": _coordinate, "northing": _coordinate}
_RULES: dict[type[Any], dict[str, Callable[[Any], Any]]] = {
    SOREntity: {
        "name": scrambled,
        "note": scrambled,
        "local_code": scrambled,
        "local_attributes": _each,
    },
    EntityRef: {"name": scrambled},
    Address: {
        "street_name": scrambled,
        "street_name_for_addressing": scrambled,
        "street_building_id": scrambled,
        "mail_delivery_sublocation": scrambled,
        "district_subdivision": scrambled,
        "post_office_box": scrambled,
        "additional_info": scrambled,
        "street_code": scrambled,
        **_COORDINATES,
    },
    VirtualAddress: {
        "email": _email,
        "website": _website,
        "telephone": _telephone,
        "fax": _telephone,
    },
    SHAKSORMap: {"name": scrambled},
    SHAKUnit: {"name": scrambled},
    SHAKRegion: {"name": scrambled},
    LocationCode: {"note": scrambled},
    GeoLocation: {"name": scrambled, **_COORDINATES},
}


def masked(record: R) -> R:
    """Give a record with made-up names, addresses, telephones, e-mails and remarks.

    What stands in columns that the library does not know is made up as well: it may be anything.
    """
    rules = _RULES.get(type(record), {})
    changed: dict[str, Any] = {}
    for field in attrs.fields(type(record)):
        value = getattr(record, field.name)
        rule = rules.get(field.name)
        if value is None:
            continue
        if rule is not None:
            changed[field.name] = rule(value)
        elif isinstance(value, Extra):
            if value:
                changed[field.name] = Extra({name: scrambled(each) for name, each in value.items()})
        elif type(value) in _RULES:
            changed[field.name] = masked(value)
    if not changed:
        return record
    found: R = attrs.evolve(cast("Any", record), **changed)
    return found
