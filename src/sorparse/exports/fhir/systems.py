"""Identifier and code systems of the Danish profiles, and which codes belong to them."""

from __future__ import annotations

import re
from typing import Any

from stdnum import verhoeff

from ... import codes
from ...identifiers import has_sor_id_form
from ...records import Coded

SOR = "urn:oid:1.2.208.176.1.1"
CVR = "http://cvr.dk"
PROVIDER = "urn:oid:1.2.208.176.1.4"
GLN = "http://www.gs1.org/gln"
"""As in dk-core since 3.5.0; before, and in dk-core's own examples, the scheme is https."""
MUNICIPALITY = "http://hl7.dk/fhir/core/CodeSystem/dk-core-municipality-codes"
REGION = "urn:iso:std:iso:3166:-2"
SNOMED = "http://snomed.info/sct"
SNOMED_DANISH = "http://snomed.info/sct/554471000005108"
"""The Danish edition: the version of SNOMED CT that holds the concepts of namespace 1000005."""

DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_DANISH_NAMESPACE = "1000005"
_SNOMED_ID = re.compile(r"[1-9][0-9]{5,17}")
_CORE_CONCEPT, _EXTENSION_CONCEPT = "00", "10"
_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")

Json = dict[str, Any]


def filled(elements: Json) -> Json:
    """Return the elements that have a value; FHIR allows no empty ones."""
    return {name: value for name, value in elements.items() if value not in (None, "", [], {})}


def fhir_id(text: str) -> str | None:
    """Return the text where it can be the id of a resource."""
    return text if _FHIR_ID.fullmatch(text) else None


def absent(reason: str) -> Json:
    """Return an element that says why it has no value."""
    return {"extension": [{"url": DATA_ABSENT, "valueCode": reason}]}


def organization_reference(sor_id: str, name: str | None = None) -> Json:
    """Return a logical reference to a unit, by its SOR id."""
    reference = {"type": "Organization", "identifier": {"system": SOR, "value": sor_id}}
    return reference | ({"display": name} if name else {})


def is_snomed_concept(code: str) -> bool:
    """Return whether a code is a SNOMED CT concept id: its form, partition and check digit.

    Unit types include codes of other lists, such as 726 (KONVAFD). SOR ids have the check digit
    and the partition of a concept id too.
    """
    form = _SNOMED_ID.fullmatch(code) is not None and not has_sor_id_form(code)
    if not form or not verhoeff.is_valid(code):
        return False
    partition = code[-3:-1]
    return partition == _CORE_CONCEPT or (partition == _EXTENSION_CONCEPT and len(code) > 10)


def concept(coded: Coded | None) -> Json | None:
    """Return a code as ``CodeableConcept``: SNOMED CT as coding, any other code as text."""
    if coded is None or (coded.code is None and coded.name is None):
        return None
    code, name = coded.code, coded.name
    if code is None or not is_snomed_concept(code):
        return {"text": name or code}
    danish = code[-3:-1] == _EXTENSION_CONCEPT and code[-10:-3] == _DANISH_NAMESPACE
    version = SNOMED_DANISH if danish else None
    coding = {"system": SNOMED, "version": version, "code": code, "display": name}
    return filled({"coding": [filled(coding)], "text": name})


def municipality_code(code: str | None) -> str | None:
    """Return a municipality code where dk-core's required list has it, Greenland included."""
    return code if code is not None and codes.name_of("municipality", code) else None


def region_code(code: str | None) -> str | None:
    """Return the ISO 3166-2 code of one of SOR's regions 1081 to 1085, else ``None``."""
    known = code is not None and codes.name_of("region", code)
    return f"DK-{code[2:]}" if code is not None and known else None
