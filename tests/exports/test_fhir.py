"""FHIR: every unit is a valid R4 Organization that says what the register says."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

import sorparse
from sorparse import Register, SOREntity, Validity, examples, to_fhir
from sorparse.records import Address, Coded
from support.tables import entities

DAY = examples.snapshot_date
SOR = "urn:oid:1.2.208.176.1.1"


@pytest.fixture(scope="module")
def register() -> Register:
    return sorparse.load(examples.sor2_zip)


def values(organisation: dict[str, Any]) -> dict[str, str]:
    return {each["system"]: each["value"] for each in organisation["identifier"]}


@pytest.mark.filterwarnings("ignore")  # of fhir.resources' own making
def test_every_unit_is_valid(register: Register) -> None:
    model = pytest.importorskip("fhir.resources.R4B.organization").Organization
    view = register.as_of(DAY)
    seen = 0
    for sor_id in register:
        for entity in register.history(sor_id):
            for given in (to_fhir(entity), to_fhir(entity, view)):
                read = model.model_validate_json(json.dumps(given))
                assert json.loads(read.model_dump_json(exclude_none=True)) == given
                seen += 1
    assert seen > 150


def test_identifiers() -> None:
    hospital = list(entities())[1]
    assert values(to_fhir(hospital)) == {
        SOR: "8031000016007",
        "http://cvr.dk": "29190925",
        "urn:oid:1.2.208.176.1.4": "061654",
        "http://www.gs1.org/gln": "5790000120314",
    }
    assert "https://www.gs1.org/gln" in values(to_fhir(hospital, gln="https://www.gs1.org/gln"))
    assert not any("gln" in system for system in values(to_fhir(hospital, gln=None)))
    inherited = attrs.evolve(hospital, location_code_inherited=True)
    assert not any("gln" in system for system in values(to_fhir(inherited)))
    wrong = attrs.evolve(hospital, location_code="5790000120315", cvr="29190926")
    assert list(values(to_fhir(wrong))) == [SOR, "urn:oid:1.2.208.176.1.4"]


def test_what_else_is_reported() -> None:
    hospital = attrs.evolve(list(entities())[1], name="Æblerød Sygehus")
    found = to_fhir(hospital)
    assert found["resourceType"] == "Organization"
    assert found["id"] == "8031000016007"
    assert found["name"] == "Æblerød Sygehus"
    assert found["type"] == [
        {
            "coding": [
                {"system": "http://snomed.info/sct", "code": "22232009", "display": "hospital"}
            ],
            "text": "hospital",
        }
    ]
    assert found["partOf"]["identifier"] == {"system": SOR, "value": "21000016006"}
    assert found["telecom"] == [
        {"system": "phone", "value": "+45 12 34 56 78", "use": "work"},
        {"system": "email", "value": "a@example.dk", "use": "work"},
    ]
    core = "http://hl7.dk/fhir/core"
    assert found["address"] == [
        {
            "extension": [
                {
                    "url": f"{core}/StructureDefinition/{name}",
                    "valueCodeableConcept": {"coding": [{"system": system, "code": code}]},
                }
                for name, system, code in (
                    (
                        "dk-core-municipalityCodes",
                        f"{core}/CodeSystem/dk-core-municipality-codes",
                        "0751",
                    ),
                    ("dk-core-RegionalSubDivisionCodes", "urn:iso:std:iso:3166:-2", "DK-82"),
                )
            ],
            "use": "work",
            "type": "postal",
            "line": ["Ærtevej 7B"],
            "city": "Åby",
            "district": "Åby Kommune",
            "state": "Region Æblerød",
            "postalCode": "8000",
            "country": "DK",
        }
    ]
    assert found["extension"][0]["valuePeriod"] == {"start": "2007-01-01", "end": "2015-12-31"}


def test_active_is_reported_for_the_day_of_the_view(register: Register) -> None:
    for sor_id in register:
        entity = register.history(sor_id)[-1]
        for day in (date(2008, 1, 1), DAY, date(2030, 1, 1)):
            view = register.as_of(day)
            assert to_fhir(entity, view)["active"] is (sor_id in view)


def test_active_today_without_a_view() -> None:
    today = sorparse.load(examples.sor2_zip).as_of().day
    for validity, first, active in (
        (Validity(None, None), None, True),
        (Validity(None, today), None, True),
        (Validity(None, today - timedelta(1)), None, False),
        (Validity(today + timedelta(1), None), None, False),
        (Validity(None, None), today + timedelta(1), False),
    ):
        unit = SOREntity(sor_id="8031000016007", validity=validity, first_from_date=first)
        assert to_fhir(unit)["active"] is active


def test_a_view_resolves_what_is_inherited(register: Register) -> None:
    view = register.as_of(DAY)
    heirs = [unit for unit in view.active() if unit.postal_address is None and unit.parent_id]
    assert heirs
    for unit in heirs:
        effective = view.effective(unit.sor_id)
        result = to_fhir(unit, view)
        assert "address" not in to_fhir(unit) or unit.visiting_address or unit.activity_address
        if effective.postal_address is not None:
            codes = [address.get("postalCode") for address in result["address"]]
            assert effective.postal_address.post_code in codes
        parent = view.get(unit.parent_id or "")
        assert result["partOf"].get("display") == (parent and parent.name)


def test_addresses_that_are_one_are_reported_once() -> None:
    home = Address(street_name="Vej", floor_id="2", suite_id="tv", post_office_box="12")
    unit = SOREntity(sor_id="1", postal_address=home, visiting_address=home, activity_address=home)
    assert to_fhir(unit)["address"] == [
        {"use": "work", "type": "both", "line": ["Vej, 2 tv", "Postboks 12"]}
    ]


def test_little_is_enough() -> None:
    unit = SOREntity(
        sor_id="no id at all",
        entity_type=Coded(None, "hospital"),
        validity=Validity(date(2020, 1, 2), date(2020, 1, 1)),
    )
    found = to_fhir(unit)
    assert "id" not in found
    assert "extension" not in found
    assert found["type"] == [{"text": "hospital"}]
    assert found["active"] is False
