"""FHIR by profile: every unit of the example register against the table of the profiles' rules."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest

import sorparse
from sorparse import Register, SOREntity, SorError, SorType, examples, to_fhir, to_fhir_endpoints
from sorparse.records import Address, Coded, EntityRef, LocationCode
from support.fhir_rules import RULES, broken
from support.tables import entities

DAY = examples.snapshot_date
GIVEN: dict[str, dict[str, Any]] = {
    "dk-core": {},
    "medcom": {},
    "eer": {},
    "ehealth": {"source": "SOR", "synchronization_status": {"valueCode": "synchronized"}},
}
HOSPITAL = attrs.evolve(
    next(unit for unit in entities() if unit.name and "Sygehus" in unit.name), name="Sygehus <&> A"
)


@pytest.fixture(scope="module")
def register() -> Register:
    return sorparse.load(examples.sor2_zip)


@pytest.mark.filterwarnings("ignore")  # of fhir.resources' own making
@pytest.mark.parametrize("profile", GIVEN)
def test_every_unit_of_the_example_register_is_valid(profile: Any, register: Register) -> None:
    model = pytest.importorskip("fhir.resources.R4B.organization").Organization
    view = register.as_of(DAY)
    seen = 0
    for sor_id in register:
        for unit in register.history(sor_id):
            for found in (
                to_fhir(unit, profile=profile, **GIVEN[profile]),
                to_fhir(unit, view, profile=profile, **GIVEN[profile]),
            ):
                read = model.model_validate_json(json.dumps(found))
                assert json.loads(read.model_dump_json(exclude_none=True)) == found
                assert broken(profile, found) == []
                seen += 1
    assert seen == 2 * 95


DAMAGE: list[tuple[str, str, Callable[[dict[str, Any]], Any]]] = [
    ("dk-core", "identifier 1..", lambda o: o.update(identifier=[])),
    ("dk-core", "mandatory identifier", lambda o: o.update(identifier=o["identifier"][2:])),
    (
        "dk-core",
        "identifier urn:oid:1.2.208.176.1.1",
        lambda o: o["identifier"][0].update(value="123"),
    ),
    (
        "dk-core",
        "use of urn:oid:1.2.208.176.1.1",
        lambda o: o["identifier"][0].update(use="usual"),
    ),
    ("dk-core", "identifier http://cvr.dk", lambda o: o["identifier"][1].update(value="29190926")),
    (
        "dk-core",
        "identifier http://www.gs1.org/gln",
        lambda o: o["identifier"][3].update(value="5790000120315"),
    ),
    (
        "dk-core",
        "no other GLN system",
        lambda o: o["identifier"][3].update(system="https://www.gs1.org/gln"),
    ),
    ("dk-core", "SNOMED CT", lambda o: o["type"][0]["coding"][0].update(code="726")),
    (
        "dk-core",
        "SNOMED CT",
        lambda o: o["type"][0]["coding"][0].update(code="550851000005109"),
    ),
    (
        "dk-core",
        "dk-core-municipalityCodes code",
        lambda o: o["address"][0]["extension"][0]["valueCodeableConcept"]["coding"][0].update(
            code="751"
        ),
    ),
    (
        "dk-core",
        "dk-core-RegionalSubDivisionCodes code",
        lambda o: o["address"][0]["extension"][1]["valueCodeableConcept"]["coding"][0].update(
            code="1082"
        ),
    ),
    ("medcom", "id 1..", lambda o: o.update(id="no id")),
    ("medcom", "narrative", lambda o: o["text"].update(div="<div/>")),
    ("medcom", "text status", lambda o: o["text"].update(status="empty")),
    (
        "eer",
        "no GLN",
        lambda o: o["identifier"].append(
            {"system": "http://www.gs1.org/gln", "value": "5790000120314"}
        ),
    ),
    ("eer", "hierarchy", lambda o: o["type"].pop(0)),
    ("eer", "contact 1..", lambda o: o.update(contact=[])),
    ("eer", "owner", lambda o: o["contact"][0].update(extension=[])),
    ("eer", "purpose", lambda o: o["contact"][0].update(purpose={})),
    ("eer", "contact name 0..0", lambda o: o["contact"][0].update(name={"text": "Region"})),
    ("ehealth", "source 1..1", lambda o: o["extension"].pop(1)),
    ("ehealth", "synchronizationStatus 1..1", lambda o: o["extension"].pop(2)),
    ("ehealth", "name 1..1", lambda o: o.update(name="")),
    ("ehealth", "telecom value 1..1", lambda o: o["telecom"][0].pop("value")),
]


@pytest.mark.parametrize(("profile", "rule", "damage"), DAMAGE)
def test_the_rules_find_damage(profile: Any, rule: str, damage: Callable[[Any], Any]) -> None:
    found = to_fhir(HOSPITAL, profile=profile, **GIVEN[profile])
    assert broken(profile, found) == []
    damaged = copy.deepcopy(found)
    damage(damaged)
    assert rule in broken(profile, damaged)


def test_snomed_codes_only_under_the_snomed_system() -> None:
    def kind(code: str | None, name: str | None = None) -> Any:
        unit = SOREntity("8031000016007", entity_type=Coded(code, name))
        return to_fhir(unit).get("type")

    assert kind("726", "KONVAFD") == [{"text": "KONVAFD"}]
    assert kind("726") == [{"text": "726"}]
    assert kind(None) is None
    assert kind("550851000005100", "wrong check digit") == [{"text": "wrong check digit"}]
    assert kind("8031000016007", "a SOR id")[0].get("coding") is None
    danish = kind("550851000005109")[0]["coding"][0]
    assert danish["version"] == "http://snomed.info/sct/554471000005108"
    assert "version" not in kind("22232009")[0]["coding"][0]
    texts = [
        entry.code
        for entry in sorparse.codes.entries("entity_type")
        if "coding" not in kind(entry.code)[0]
    ]
    assert texts == ["726"]


@pytest.mark.parametrize(
    ("name", "kind", "address", "system", "value"),
    [
        ("Københavns Kommune", "kommune", "0147", "municipality-codes", "0101"),
        ("Bornholms Regionskommune", "kommune", None, "municipality-codes", "0400"),
        ("Vesthimmerlands Kommune", "kommune", None, "municipality-codes", "0820"),
        ("Kommuneqarfik Sermersooq", "kommune", None, "municipality-codes", "0956"),
        ("Ny Kommune", "kommune", "0751", "municipality-codes", "0751"),
        ("Ny Kommune", "kommune", "0999", "municipality-codes", None),
        ("Ny Kommune", "kommune", None, "municipality-codes", None),
        ("Region Midtjylland", "region", "1084", "3166:-2", "DK-82"),
        ("Region Ny", "region", "1084", "3166:-2", "DK-84"),
        ("Region Ny", "region", "1086", "3166:-2", None),
    ],
)
def test_owners_that_are_municipalities_or_regions(
    name: str, kind: str, address: str | None, system: str, value: str | None
) -> None:
    code = {"kommune": "547211000005108", "region": "550881000005103"}[kind]
    home = Address(municipality_code=address, region_code=address)
    owner = SOREntity(
        "21000016006",
        name,
        SorType.IE,
        Coded(code),
        postal_address=home if address else None,
    )
    found = [
        each["value"] for each in to_fhir(owner)["identifier"] if each["system"].endswith(system)
    ]
    assert found == ([value] if value else [])
    below = attrs.evolve(owner, sor_type=SorType.SI)
    assert len(to_fhir(below)["identifier"]) == 1


def test_areas_that_no_list_has_are_not_coded() -> None:
    home = Address(municipality_code="0700", region_code="1086", region_name="Ny")
    unit = SOREntity("21000016006", postal_address=home)
    assert to_fhir(unit)["address"] == [{"use": "work", "type": "postal", "state": "Ny"}]


def test_the_narrative_is_escaped() -> None:
    unit = attrs.evolve(HOSPITAL, name='Æ <b>&"\x01')
    div = to_fhir(unit, profile="medcom")["text"]["div"]
    assert 'Æ <b>&" ' in "".join(ET.fromstring(div).itertext())


def test_the_owner_of_an_eer_organization(register: Register) -> None:
    def owner(unit: SOREntity, view: Any = None) -> Any:
        contact = to_fhir(unit, view, profile="eer")["contact"][0]
        return contact["extension"][0]["valueReference"]["identifier"]["value"]

    assert owner(HOSPITAL) == "21000016006"
    view = register.as_of(DAY)
    unit = next(view[one] for one in view if view[one].sor_type is SorType.OE)
    assert unit.owner is not None
    rows = [attrs.evolve(each, owner=None) for one in register for each in register.history(one)]
    bare = Register.from_records(rows).as_of(DAY)
    assert owner(bare[unit.sor_id], bare) == unit.owner.sor_id
    with pytest.raises(SorError, match="an institution owner"):
        owner(bare[unit.sor_id])
    with pytest.raises(SorError, match="a level"):
        owner(attrs.evolve(HOSPITAL, sor_type=None))
    assert owner(SOREntity("21000016006", sor_type=SorType.IE)) == "21000016006"
    assert owner(attrs.evolve(HOSPITAL, owner=EntityRef("11000016002"))) == "11000016002"


def test_ehealth_relations(register: Register) -> None:
    pair = register.replaced_entities[0]
    view = register.as_of(DAY)

    def related(sor_id: str, view: Any) -> list[tuple[str, str, str | None]]:
        unit = register.history(sor_id)[-1]
        found = to_fhir(unit, view, profile="ehealth", **GIVEN["ehealth"])
        parts = [
            {part["url"]: part for part in each["extension"]}
            for each in found["extension"]
            if each["url"].endswith("relatedTo")
        ]
        return [
            (
                part["relationType"]["valueCodeableConcept"]["text"],
                part["target"]["valueReference"]["identifier"]["value"],
                part["period"]["valuePeriod"]["start"] if "period" in part else None,
            )
            for part in parts
        ]

    assert pair.from_date is not None
    since = pair.from_date.isoformat()
    assert related(pair.sor_id, view) == [("replaced by", pair.replaced_by_id, since)]
    assert ("replaces", pair.sor_id, since) in related(pair.replaced_by_id, view)
    assert related(pair.sor_id, None) == []
    named = attrs.evolve(
        HOSPITAL, replaces=("11000016002",), specialities=(Coded(None), Coded("1"))
    )
    found = to_fhir(named, profile="ehealth", **GIVEN["ehealth"])["extension"]
    assert [each["url"].rsplit("-", 1)[1] for each in found][-2:] == ["specialty", "relatedTo"]
    assert found[-2]["extension"][1] == {"url": "primaryIndicator", "valueBoolean": False}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"profile": "ehealth"}, "source= and synchronization_status="),
        ({"profile": "ehealth", "source": "SOR"}, "pass synchronization_status="),
        ({"profile": "dk"}, "unknown FHIR profile 'dk': expected one of dk-core, medcom"),
        ({"source": "SOR"}, "belong to the profile 'ehealth'"),
        (
            {"profile": "ehealth", "source": {"code": "x"}, "synchronization_status": "x"},
            "one FHIR value",
        ),
    ],
)
def test_what_is_missing_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SorError, match=message):
        to_fhir(HOSPITAL, **arguments)


def test_a_record_that_lacks_what_a_profile_requires() -> None:
    with pytest.raises(SorError, match="requires an id"):
        to_fhir(SOREntity("no id"), profile="medcom")
    with pytest.raises(SorError, match="requires a name"):
        to_fhir(SOREntity("21000016006"), profile="ehealth", **GIVEN["ehealth"])


@pytest.mark.filterwarnings("ignore")  # of fhir.resources' own making
def test_endpoints_of_the_example_register(register: Register) -> None:
    model = pytest.importorskip("fhir.resources.R4B.endpoint").Endpoint
    for day in (DAY, date(2010, 6, 1)):
        view = register.as_of(day)
        for record in register.location_codes:
            for found in (
                *to_fhir_endpoints(record),
                *to_fhir_endpoints(record, view),
                *to_fhir_endpoints(record.location_code, view),
            ):
                model.model_validate_json(json.dumps(found))
                assert broken("endpoint", found) == []
    assert "GLN 1..1" in broken("endpoint", found | {"identifier": []})
    assert "period 1..1" in broken("endpoint", {k: v for k, v in found.items() if k != "period"})
    assert set(RULES) == {*GIVEN, "endpoint"}


def test_an_endpoint(register: Register) -> None:
    number = "5790099900026"
    view = register.as_of(DAY)
    (found,) = to_fhir_endpoints(number, view)
    assert found["status"] == "active"
    assert found["managingOrganization"]["identifier"]["value"] == "9000041000016007"
    assert found["period"] == {"start": "2007-01-01"}
    assert found["payloadType"][0] == {
        "coding": [{"version": "D0134L", "code": "DIS01", "display": "Udskrivningsepikrise"}],
        "text": "Udskrivningsepikrise (send)",
    }
    assert "application/EDIFACT" in found["payloadMimeType"]
    pairs = [pair for pair in register.location_code_edi_types if pair.location_code == number]
    assert len(found["payloadType"]) == sum(pair.validity.contains(DAY) for pair in pairs)


def test_an_endpoint_says_what_is_not_known(register: Register) -> None:
    (found,) = to_fhir_endpoints(LocationCode("5790099900026"))
    assert found["payloadType"][0]["extension"][0]["valueCode"] == "unknown"
    assert found["period"]["extension"][0]["valueCode"] == "unknown"
    assert "managingOrganization" not in found
    view = register.as_of(DAY)
    closed = next(one for one in register.location_codes if one.validity.to_date)
    assert to_fhir_endpoints(closed.location_code, view)[0]["status"] == "off"
    for code, given, message in (
        ("5790099900026", None, "pass the view"),
        ("5790000000005", view, "not in the register"),
        (LocationCode("123"), view, "not a valid location number"),
    ):
        with pytest.raises(SorError, match=message):
            to_fhir_endpoints(code, given)
