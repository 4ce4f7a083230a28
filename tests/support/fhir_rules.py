"""The rules of the Danish FHIR profiles as a table, written from their texts, not from the mapper.

``broken(profile, resource)`` names every rule that a resource breaks. A rule looks at the values
that a path finds; a path is names with dots, where a list means each of its members, and
``[key=value]`` chooses among the members of a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

Resource = dict[str, Any]
Check = Callable[[Any], bool]
Rule = tuple[str, str, int, int | None, Check | None]
"""Name, path, lowest and highest number of values, what each value must be."""

MANY = None
_STEP = re.compile(r"([A-Za-z_]+)(?:\[([A-Za-z.]+)=([^\]]+)\])?")
_HL7 = "http://hl7.dk/fhir/core"
_EER = "http://medcomehmi.dk/ig/eer/StructureDefinition"
_EER_TERMS = "http://medcomehmi.dk/ig/terminology/CodeSystem"
_EHEALTH = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization-"
_SOR, _CVR, _GLN = "urn:oid:1.2.208.176.1.1", "http://cvr.dk", "http://www.gs1.org/gln"
_YDER = "urn:oid:1.2.208.176.1.4"
_MUNICIPALITIES = f"{_HL7}/CodeSystem/dk-core-municipality-codes"
_ISO = "urn:iso:std:iso:3166:-2"


def form(pattern: str) -> Check:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def one_of(*values: Any) -> Check:
    return lambda value: value in values


def gln(value: Any) -> bool:
    digits = [int(sign) for sign in value] if form("[0-9]{13}")(value) else [1]
    return sum(digits[::2], 3 * sum(digits[1::2])) % 10 == 0


def cvr(value: Any) -> bool:
    weights = (2, 7, 6, 5, 4, 3, 2, 1)
    return form("[0-9]{8}")(value) and sum(map(int.__mul__, map(int, value), weights)) % 11 == 0


def snomed(coding: Any) -> bool:
    """The Danish edition is named where the concept is of its namespace."""
    if coding.get("system") != "http://snomed.info/sct":
        return True
    danish = coding["code"][-10:-3] == "1000005" and coding["code"][-3:-1] == "10"
    version = "http://snomed.info/sct/554471000005108"
    well_formed = form("[1-9][0-9]{5,17}")(coding["code"])
    return well_formed and (coding.get("version") == version if danish else True)


def narrative(resource: Any) -> bool:
    """The text holds id, SOR system and value, and name, and is XHTML."""
    div = ET.fromstring(resource["text"]["div"])
    text = "".join(div.itertext())
    named = "name" not in resource or resource["name"] in text
    return (
        div.tag == "{http://www.w3.org/1999/xhtml}div"
        and resource["id"] in text
        and _SOR in text
        and named
    )


def mandatory_identifier(resource: Any) -> bool:
    systems = {_SOR, "https://kombit.dk/sts/organisation", "urn:oid:1.3.198", _CVR}
    return any(each["system"] in systems for each in resource["identifier"])


def _slice(system: str, check: Check, lowest: int = 0) -> list[Rule]:
    chosen = f"identifier[system={system}]"
    return [
        (f"identifier {system}", f"{chosen}.value", lowest, 1, check),
        (f"use of {system}", f"{chosen}.use", 0, 1, one_of("official")),
    ]


def _area(name: str, system: str, code: Check) -> list[Rule]:
    url = f"{_HL7}/StructureDefinition/{name}"
    coding = f"address.extension[url={url}].valueCodeableConcept.coding"
    return [
        (f"{name} system", f"{coding}.system", 0, MANY, one_of(system)),
        (f"{name} code", f"{coding}.code", 0, MANY, code),
    ]


DK_CORE: list[Rule] = [
    ("identifier 1..", "identifier", 1, MANY, None),
    ("mandatory identifier", "", 1, 1, mandatory_identifier),
    *_slice(_SOR, form("[0-9]{11,}")),
    *_slice(_CVR, cvr),
    *_slice(_GLN, gln),
    *_slice(_YDER, form(r"\S+")),
    *_slice(_MUNICIPALITIES, form("[0-9]{4}")),
    *_slice(_ISO, form("DK-8[1-5]")),
    ("no other GLN system", "identifier[system=https://www.gs1.org/gln]", 0, 0, None),
    ("SNOMED CT", "type.coding", 0, MANY, snomed),
    *_area("dk-core-municipalityCodes", _MUNICIPALITIES, form("[0-9]{4}")),
    *_area("dk-core-RegionalSubDivisionCodes", _ISO, form("DK-8[1-5]")),
]
MEDCOM: list[Rule] = [
    *DK_CORE,
    *_slice(_SOR, form("[0-9]{11,}"), 1),
    ("id 1..", "id", 1, 1, form(r"[A-Za-z0-9\-.]{1,64}")),
    ("text 1..", "text", 1, 1, None),
    ("text status", "text.status", 1, 1, one_of("generated", "additional")),
    ("narrative", "", 1, 1, narrative),
]
_HIERARCHY = f"type.coding[system={_EER_TERMS}/eer-sor-organization-type].code"
_UNIT_TYPE = f"type.coding[system={_EER_TERMS}/eer-sor-unit-type].code"
_OWNER = f"contact.extension[url={_EER}/contactdetail-organization-reference-extension]"
EER: list[Rule] = [
    *DK_CORE,
    *_slice(_SOR, form("[0-9]{11,}"), 1),
    ("no GLN", f"identifier[system={_GLN}]", 0, 0, None),
    ("hierarchy", _HIERARCHY, 1, 1, one_of("IE", "SI", "OE", "IO", "HI", "OU")),
    ("unit type", _UNIT_TYPE, 0, 1, form("[a-zæøå]+")),
    ("contact 1..", "contact", 1, MANY, None),
    ("owner", f"{_OWNER}.valueReference.identifier.value", 1, 1, form("[0-9]{11,}")),
    ("owner system", f"{_OWNER}.valueReference.identifier.system", 1, 1, one_of(_SOR)),
    ("purpose", "contact.purpose.coding.code", 1, 1, one_of("ADMIN")),
    *((f"contact {name} 0..0", f"contact.{name}", 0, 0, None) for name in ("name", "telecom")),
    ("contact address 0..0", "contact.address", 0, 0, None),
]
EHEALTH: list[Rule] = [
    *DK_CORE,
    *(
        (f"{name} 1..1", f"extension[url={_EHEALTH}{name}]", 1, 1, None)
        for name in ("source", "synchronizationStatus")
    ),
    *(
        (name, f"extension[url={_EHEALTH}{name}].valueString", 0, 1, form(pattern))
        for name, pattern in (
            ("cvrNumber", "[0-9]{8}"),
            ("regionCode", "[0-9]{4}"),
            ("municipalityCode", "[0-9]{4}"),
            ("providerIdentifier", r"\S+"),
        )
    ),
    (
        "one primary specialty",
        f"extension[url={_EHEALTH}specialty].extension[valueBoolean=True]",
        0,
        1,
        None,
    ),
    ("name 1..1", "name", 1, 1, form(r".*\S.*")),
]
ENDPOINT: list[Rule] = [
    ("GLN 1..1", f"identifier[system={_GLN}].value", 1, 1, gln),
    ("status 1..1", "status", 1, 1, one_of("active", "off")),
    ("connection type 1..1", "connectionType", 1, 1, None),
    ("period 1..1", "period", 1, 1, None),
    ("payload type 1..", "payloadType", 1, MANY, None),
    ("organization", "managingOrganization.identifier.system", 0, 1, one_of(_SOR)),
]
RULES = {"dk-core": DK_CORE, "medcom": MEDCOM, "eer": EER, "ehealth": EHEALTH, "endpoint": ENDPOINT}


def broken(profile: str, resource: Resource) -> list[str]:
    """Name the rules of a profile that a resource breaks."""
    found = []
    for name, path, lowest, highest, check in RULES[profile]:
        values = list(_values(resource, path))
        many = highest is not None and len(values) > highest
        if len(values) < lowest or many or not all(map(check or _any, values)):
            found.append(name)
    if profile == "ehealth" and any("value" not in each for each in resource.get("telecom", ())):
        found.append("telecom value 1..1")
    return found


def _any(_: Any) -> bool:
    return True


def _values(element: Any, path: str) -> Iterator[Any]:
    steps = list(_steps(path))
    found = [element]
    for name, key, wanted in steps:
        below = (each[name] for each in found if isinstance(each, dict) and name in each)
        found = [one for each in below for one in (each if isinstance(each, list) else [each])]
        if key:
            found = [one for one in found if str(one.get(key)) == wanted]
    return iter(found)


def _steps(path: str) -> Iterator[tuple[str, str, str]]:
    return (match.groups(default="") for match in _STEP.finditer(path))  # type: ignore[misc]
