"""Made-up names, addresses, telephones and e-mails in the place of real ones.

What is made up keeps the shape of the original: its length, its capitals, its digits, spaces,
quotes and semicolons, and Danish letters where Danish letters were. So a file that troubles a
reader troubles it still. The same text always becomes the same text, within a file and from one
run to the next, so that names that were equal stay equal.

Ids and codes stay (SOR, SHAK, CVR, P-, provider and location numbers), and so do post code,
municipality, region and country: without them nothing of the register's structure would be left.
Of the rest of an address nothing stays. The register is public; who has an id can look the unit up
there.
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
    Classification,
    EDIType,
    EntityRef,
    Extra,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    ReplacedEntity,
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
    made_up = "".join(found)
    return made_up if made_up != text else scrambled(text)


def _email(text: str) -> str:
    found, at = [], 0
    for match in _EMAIL.finditer(text):
        found += [scrambled(text[at : match.start()]), f"{scrambled(match[1])}@example.dk"]
        at = match.end()
    return "".join([*found, scrambled(text[at:])])


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


def _kept(value: Any) -> Any:
    return value


def _values(extra: Extra) -> Extra:
    return Extra({name: scrambled(text) for name, text in extra.items()})


def _nested(value: Any) -> Any:
    return masked(value)


Rule = Callable[[Any], Any]
_BESIDE: dict[str, Rule] = {"validity": _kept, "updated_at": _kept, "extra": _values}
"""What most records have."""


def _declared(record: type[Any], *, kept: str, **rules: Rule) -> tuple[type[Any], dict[str, Rule]]:
    names = set(attrs.fields_dict(record))
    shared = {name: rule for name, rule in _BESIDE.items() if name in names}
    return record, {**shared, **dict.fromkeys(kept.split(), _kept), **rules}


RULES: dict[type[Any], dict[str, Rule]] = dict(
    (
        _declared(
            SOREntity,
            kept="sor_id sor_type entity_type parent_id cvr production_unit_number first_from_date "
            "shak_code provider_number pharmacy_number location_code location_code_inherited "
            "location_code_region location_code_system_type location_code_system_supplier "
            "location_code_communication_supplier location_code_status specialities "
            "geographical_parent_relation geographical_parent_id "
            "ambulant_activity patients_admitted reporting_level organisational_level replaces "
            "replaced_by",
            name=scrambled,
            owner=_nested,
            health_institution=_nested,
            local_code=scrambled,
            postal_address=_nested,
            visiting_address=_nested,
            activity_address=_nested,
            virtual_address=_nested,
            geographical_location=scrambled,
            local_attributes=_each,
            note=scrambled,
        ),
        _declared(EntityRef, kept="sor_id entity_type", name=scrambled),
        _declared(
            Address,
            kept="post_code country_code municipality_code municipality_name region_code "
            "region_name",
            street_name=scrambled,
            street_name_for_addressing=scrambled,
            street_building_id=scrambled,
            floor_id=scrambled,
            suite_id=scrambled,
            stairway=scrambled,
            mail_delivery_sublocation=scrambled,
            district_subdivision=scrambled,
            post_office_box=scrambled,
            additional_info=scrambled,
            district_name=scrambled,
            street_code=scrambled,
            easting=_coordinate,
            northing=_coordinate,
        ),
        _declared(
            VirtualAddress,
            kept="",
            email=_email,
            website=_website,
            telephone=_telephone,
            fax=_telephone,
        ),
        _declared(SHAKSORMap, kept="shak_code sor_id organisational_level", name=scrambled),
        _declared(
            SHAKUnit,
            kept="shak_code kind owner_type institution_type specialities",
            name=scrambled,
        ),
        _declared(
            LocationCode,
            kept="location_code sor_id only_internal non_active system_type system_supplier "
            "communication_supplier region edi_administrator first_from_date",
            note=scrambled,
        ),
        _declared(LocationCodeEDIType, kept="location_code edi_type direction"),
        _declared(EDIType, kept="edi_type_id code name version"),
        _declared(
            GeoLocation,
            kept="geo_location_id sor_id municipality_code region_code",
            name=scrambled,
            easting=_coordinate,
            northing=_coordinate,
        ),
        _declared(Classification, kept="classification entry"),
        _declared(ReplacedEntity, kept="sor_id replaced_by_id from_date"),
    )
)
"""What becomes of every field of every record. A record or field that is not declared here is
refused."""


def masked(record: R) -> R:
    """Return a record with made-up names, addresses, telephones, e-mails and remarks.

    What columns that the library does not know hold is made up as well: it may be anything.

    Raises:
        LookupError: If :data:`RULES` does not declare the record or one of its fields. Nothing is
            passed on by oversight.
    """
    kind = type(record)
    changed: dict[str, Any] = {}
    for field in attrs.fields(kind):
        rule = RULES.get(kind, {}).get(field.name)
        if rule is None:
            raise LookupError(
                f"{kind.__name__}.{field.name} has no rule for masking: declare it in "
                f"{__name__}.RULES"
            )
        value = getattr(record, field.name)
        if rule is not _kept and value:
            changed[field.name] = rule(value)
    if not changed:
        return record
    found: R = attrs.evolve(cast("Any", record), **changed)
    return found
