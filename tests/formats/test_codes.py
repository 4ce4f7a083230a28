"""The library's own code table, and where readers use it."""

from __future__ import annotations

import sorparse
from sorparse import Coded, codes, examples


def test_every_list_has_distinct_codes_with_a_name() -> None:
    for kind in codes.kinds():
        named = [entry for entry in codes.entries(kind) if entry.form == "name"]
        assert len({entry.code for entry in named}) == len(named)
        assert all(entry.name and entry.evidence in ("verified", "inferred") for entry in named)


def test_a_name_of_two_codes_reports_no_code() -> None:
    names = [entry.name for entry in codes.entries("shak_institution_type")]
    double = next(name for name in names if names.count(name) > 1)
    assert codes.code_of("shak_institution_type", double) is None


def test_regions_and_owner_types_are_there_in_both_directions() -> None:
    assert codes.name_of("region", "1081") == "Region Nordjylland"
    assert codes.code_of("owner_type", "KOMMUNE") == codes.code_of("entity_type", "kommune")
    assert codes.name_of("municipality", "0492") == "Ærø"
    assert codes.name_of("region", "9999") is None


def test_sor_csv_gets_codes_beside_its_names_and_says_whose_they_are() -> None:
    with sorparse.open(examples.sor_csv) as feed:
        types = {entity.entity_type for entity in feed.entities()} - {None}
    with sorparse.open(examples.daily_csv) as feed:
        expected = {entity.entity_type for entity in feed.entities()} - {None}
    assert types <= expected
    assert {one.supplied for one in types if one} == {"code"}


def test_a_name_that_the_table_does_not_know_stays_alone() -> None:
    text = "SOR-kode;Enhedsnavn;Enhedstype\n698471000016005;A;rumstation\n"
    with sorparse.open(text.encode()) as feed:
        (entity,) = feed.entities()
    assert entity.entity_type == Coded(None, "rumstation")
    assert entity.entity_type.supplied is None


def test_the_names_of_each_list_get_the_codes_of_that_list() -> None:
    text = (
        "SOR-kode;Enhedsnavn;Enhedstype;Lokationsnummer;Region;EDB-system;Systemleverandoer;"
        "Netoperatoer;Hovedspeciale;Speciale2;Speciale3\n"
        "698471000016005;A;hospital;5790000000005;Region Nordjylland;hospital;KMD;KMD;"
        "kardiologi;;pædiatri\n"
    )
    kmd, north = codes.code_of("network_operator", "KMD"), Coded("1081", "Region Nordjylland")
    with sorparse.open(text.encode()) as feed:
        (unit,) = feed.entities()
        (number,) = feed.location_codes()
    assert unit.entity_type == Coded("22232009", "hospital")
    assert unit.specialities == (
        Coded("394579002", "kardiologi"),
        Coded(),
        Coded("394537008", "pædiatri"),
    )
    assert (unit.location_code_region, number.region) == (north, north)
    of_unit = unit.location_code_communication_supplier
    assert (of_unit, number.communication_supplier) == (Coded(kmd, "KMD"), Coded(kmd, "KMD"))
    # no list has codes of systems and of those who sell them, whatever their names
    assert (number.system_type, number.system_supplier) == (
        Coded(None, "hospital"),
        Coded(None, "KMD"),
    )


def test_shak_gets_names_beside_its_codes() -> None:
    with sorparse.open(examples.shak) as feed:
        units = list(feed.shak_units())
    named = [unit.institution_type for unit in units if unit.institution_type]
    assert all(one.name and one.supplied == "name" for one in named)
