"""The register that ships with the package: made by its script, and clean."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree
from stdnum import ean, verhoeff
from stdnum.dk import cvr

from sorparse import SOREntity, SorType, examples
from sorparse.examples.make import files, main
from sorparse.examples.model import Records
from sorparse.examples.records import records
from sorparse.examples.write_csv import FUTURE_COLUMN
from sorparse.formats import shak, sor2, sor_csv
from support.paths import SRC

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def register() -> Records:
    return records()


def unpacked(content: bytes) -> dict[str, tuple[object, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {i.filename: (i.date_time, archive.read(i)) for i in archive.infolist()}


def committed() -> dict[str, Path]:
    return {
        path.relative_to(examples.folder).as_posix(): path
        for path in examples.folder.rglob("*")
        if path.is_file()
    }


def test_the_script_makes_the_committed_files() -> None:
    made = files()
    assert made.keys() == committed().keys()
    for name, content in made.items():
        on_disk = committed()[name].read_bytes()
        if name.endswith(".zip"):  # how deflate packs differs between builds of zlib
            assert unpacked(content) == unpacked(on_disk), name
        else:
            assert content == on_disk, name


def test_the_script_makes_the_same_files_again() -> None:
    assert files() == files()


def test_the_script_writes_where_it_is_reported(tmp_path: Path) -> None:
    main([str(tmp_path / "here")])
    assert (tmp_path / "here" / "sorcsv" / "sor.csv").read_bytes() == examples.sor_csv.read_bytes()


def test_the_script_runs_as_a_module(tmp_path: Path) -> None:
    # under two hash seeds: nothing may depend on the order of a set
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "sorparse.examples.make", str(tmp_path / seed)],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(SRC)},
        )
    made = [(tmp_path / seed / "Sor.xml").read_bytes() for seed in ("1", "2")]
    assert made[0] == made[1] == examples.sor_xml.read_bytes()


def test_the_files_are_small() -> None:
    assert sum(path.stat().st_size for path in committed().values()) < 400_000


@pytest.mark.parametrize("name", sorted(examples.FILES))
def test_every_path_exists(name: str) -> None:
    path = getattr(examples, name)
    assert isinstance(path, Path)
    assert path.exists()
    assert name in examples.__all__
    assert name in dir(examples)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sor_pdf'"):
        _ = examples.sor_pdf  # type: ignore[attr-defined]  # that is the point


# --- headers and forms


def header_of(content: bytes) -> list[str]:
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return next(csv.reader(text, delimiter=";"))


def test_sor2_headers_are_the_declared_ones() -> None:
    with zipfile.ZipFile(examples.sor2_zip) as archive:
        assert len(archive.namelist()) == 8
        for spec in sor2.TABLES:
            header = header_of(archive.read(f"{spec.file_names[0]}.csv"))
            expected = [column.name for column in spec.columns]
            if spec is sor2.LOCATION_CODES:
                expected.append(FUTURE_COLUMN)
            assert header == expected
    assert header_of(examples.daily_csv.read_bytes()) == [c.name for c in sor2.ENTITIES.columns]


def test_sor_csv_holds_every_declared_column_once() -> None:
    content = examples.sor_csv.read_bytes()
    names = content.decode("cp1252").splitlines()[0].split(";")
    assert names == [column.name for column in sor_csv.ENTITIES.columns]
    assert {column.name for column in sor_csv.LOCATION_CODES.columns} <= set(names)
    lines = content.decode("cp1252").split("\r\n")
    assert lines.pop() == ""
    assert {line.count(";") for line in lines} == {len(names) - 1}


def test_physical_forms() -> None:
    daily = examples.daily_csv.read_bytes()
    assert daily.startswith(b"\xef\xbb\xbf")
    assert b'\r\n"=""900' in daily
    sor = examples.sor_csv.read_bytes()
    assert b"\x96" in sor, "an en dash, as the real file has them"
    assert b'"S\xf8stjernen";' in sor, "a raw quotation mark inside an unquoted field"
    lines = examples.shak.read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert {len(line) for line in lines} == {shak.WIDTH}


# --- XML

SOR_1 = "urn:oio:sundhedsstyrelsen:organisation:1.0.0"
SOR_2 = "urn:oio:nsi:2.0.0"
UNIT_ORDER = (
    "SorIdentifier", "EntityName", "EntityTypeIdentifier", "OwnerType", "InstitutionType",
    "UnitType", "LocalCode", "PharmacyIdentifier", "ShakIdentifier", "ProviderIdentifier",
    "EanLocationCodeOption", "OptionalEanLocationCode", "EanLocationCodeEntity",
    "GeographicalParent", "PostalAddressInformation", "VisitingAddressInformation",
    "ActivityAddressInformation", "VirtualAddressInformation", "ClinicalSpecialityCollection",
    "SorStatus", "ReplacesEntityCollection", "ReplacedByEntityCollection",
    "OrganizationalUnitInformation", "LocalAttributeCollection", "CVRnumberIdentifier",
)  # fmt: skip
ADDRESS_ORDER = (
    "MailDeliverySublocationIdentifier", "StreetName", "StreetNameForAddressingName",
    "StreetBuildingIdentifier", "FloorIdentifier", "SuiteIdentifier",
    "DistrictSubdivisionIdentifier", "PostOfficeBoxIdentifier", "PostCodeIdentifier",
    "DistrictName", "CountryIdentificationCode",
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "namespace"), [(examples.sor_xml, SOR_2), (examples.sor_xml_1_0_0, SOR_1)]
)
def test_xml_is_in_order(path: Path, namespace: str, register: Records) -> None:
    root = etree.parse(str(path)).getroot()
    assert root.tag == f"{{{namespace}}}SorTree"
    assert root.findtext(f"{{{SOR_1}}}SnapshotDate") == "2026-06-15"
    units = [
        unit
        for name in ("InstitutionOwner", "HealthInstitution", "OrganizationalUnit")
        for unit in root.iter(f"{{{namespace}}}{name}")
    ]
    assert len(units) == len(register.histories())
    for unit in units:
        names = [etree.QName(child).localname for child in unit]
        assert names == sorted(names, key=UNIT_ORDER.index)
        assert len(set(names)) == len(names)
    for address in root.iter("{*}AddressPostal"):
        names = [etree.QName(child).localname for child in address]
        assert names == sorted(names, key=ADDRESS_ORDER.index)
    for owner in root.iter(f"{{{namespace}}}InstitutionOwner"):
        assert owner.find(f"{{{namespace}}}PostalAddressInformation") is not None
        assert owner.find(f"{{{SOR_1}}}VirtualAddressInformation") is not None


def test_the_xml_zip_holds_the_three_files() -> None:
    members = unpacked(examples.sor_xml_zip.read_bytes())
    assert list(members) == ["Sor.xml", "SorDataCodeTypes.xml", "GeographicalLocalisations.xml"]
    assert members["Sor.xml"][1] == examples.sor_xml.read_bytes()
    for _, content in members.values():
        assert etree.fromstring(content).findtext(f"{{{SOR_1}}}SnapshotDate") == "2026-06-15"


# --- the register is clean


def test_every_number_is_valid(register: Records) -> None:
    for unit in register.histories():
        assert verhoeff.is_valid(unit)
        assert unit[:-1].endswith("100001600")
        assert 11 <= len(unit) <= 18
    codes = [code.location_code for code in register.location_codes]
    assert all(ean.is_valid(code) and code.startswith("5790") for code in codes)
    assert len(set(codes)) == len(codes)
    owners = {e.sor_id: e.cvr for e in register.entities if e.sor_type is SorType.IE}
    assert all(number and cvr.is_valid(number) for number in owners.values())
    assert len(set(owners.values())) == len(owners)
    assert {len(unit) for unit in register.histories()} == {11, 15, 16, 18}


def test_versions_follow_each_other_day_on_day(register: Records) -> None:
    for versions in register.histories().values():
        for earlier, later in pairwise(versions):
            assert earlier.validity.to_date is not None
            assert earlier.validity.to_date + DAY == later.validity.from_date
        for version in versions:
            start, end = version.validity.from_date, version.validity.to_date
            assert start is not None
            assert end is None or start <= end
            assert version.first_from_date == versions[0].validity.from_date


def test_every_parent_is_in_force_as_long_as_its_child(register: Records) -> None:
    histories = register.histories()
    for entity in register.entities:
        if entity.parent_id is None:
            assert entity.sor_type is SorType.IE
            continue
        parent = histories[entity.parent_id]
        assert parent[0].first_from_date <= entity.validity.from_date  # type: ignore[operator]
        end = parent[-1].validity.to_date
        assert end is None or (entity.validity.to_date or date.max) <= end
        levels = {SorType.SI: {SorType.IE}, SorType.OE: {SorType.SI, SorType.OE}}
        assert entity.sor_type is not None
        assert parent[0].sor_type in levels[entity.sor_type]


def test_no_unit_is_its_own_ancestor(register: Records) -> None:
    parent_of = {e.sor_id: e.parent_id for e in register.snapshot()}
    for unit in parent_of:
        seen, above = set(), unit
        while (above := parent_of[above] or "") != "":
            assert above not in seen
            seen.add(above)


def test_every_reference_leads_somewhere(register: Records) -> None:
    known = set(register.histories())
    shak_codes = {unit.shak_code for unit in register.shak_units}
    numbers = {code.location_code for code in register.location_codes}
    for entity in register.entities:
        assert entity.owner is not None
        assert entity.owner.sor_id in known
        assert entity.geographical_parent_id in known | {None}
        assert entity.shak_code in shak_codes | {None}
        assert entity.location_code in numbers | {None}
    assert {p.sor_id for p in register.shak_sor_map} <= known
    assert {p.location_code for p in register.location_code_edi_types} <= numbers
    edi_types = {edi_type.edi_type_id for edi_type in register.edi_types}
    assert {p.edi_type.code for p in register.location_code_edi_types if p.edi_type} <= edi_types
    assert {place.sor_id for place in register.geo_locations} <= known


def test_shak_periods_do_not_overlap(register: Records) -> None:
    for one in register.shak_units:
        assert one.name is not None
        assert len(one.name) <= 60
        for other in register.shak_units:
            if one is not other and one.shak_code == other.shak_code:
                assert not one.validity.overlaps(other.validity)


# --- the cases it is there to show


def named(register: Records, name: str) -> SOREntity:
    return next(e for e in reversed(register.entities) if e.name == name)


def test_it_shows_every_kind_of_owner(register: Records) -> None:
    kinds = {e.entity_type.name for e in register.entities
             if e.sor_type is SorType.IE and e.entity_type}  # fmt: skip
    assert kinds == {"region", "kommune", "stat", "privat"}


def test_it_shows_mergers_splits_and_a_chain(register: Records) -> None:
    pairs = {(p.sor_id, p.replaced_by_id) for p in register.replaced_entities}

    def ids(*names: str) -> list[str]:
        return [named(register, name).sor_id for name in names]

    east, west, merged = ids("Operationsgang Øst", "Operationsgang Vest", "Fælles Operationsgang")
    old, lab, x_ray = ids("Prøver og Billeder", "Klinisk Biokemisk Afdeling", "Røntgenafdelingen")
    first, second, third = ids(
        "Øjenklinikken ved Søen", "Øjenklinikken Søspejlet", "Søspejlet Øjenhospital"
    )
    assert pairs == {
        (east, merged), (west, merged), (old, lab), (old, x_ray), (first, second), (second, third),
    }  # fmt: skip
    assert named(register, "Operationsgang Øst").validity.to_date == date(2021, 3, 31)


def test_it_shows_each_state_on_the_day(register: Records) -> None:
    today = register.day
    assert named(register, "Dialyseafsnit M4").first_from_date > today  # type: ignore[operator]
    closing = named(register, "Rejsemedicinsk Ambulatorium").validity.to_date
    assert closing is not None
    assert closing > today
    team = register.histories()[named(register, "Geriatrisk Team Øhavet").sor_id]
    assert len({version.parent_id for version in team}) == 2
    assert len({version.owner for version in team}) == 2


def test_it_shows_shared_codes(register: Records) -> None:
    by_shak: dict[str, set[str]] = {}
    for pair in register.shak_sor_map:
        by_shak.setdefault(pair.shak_code, set()).add(pair.sor_id)
    assert [code for code, ids in by_shak.items() if len(ids) > 1] == ["9901203"]
    assert {len(code) for code in by_shak} == {4, 6, 7}
    sharing = [e for e in register.entities if e.provider_number == "000917"]
    assert len(sharing) == 2
    assert "362,1" in {e.pharmacy_number for e in register.entities}


def test_the_daily_files_differ_by_what_happened_between_them(register: Records) -> None:
    def keys(found: Records) -> set[tuple[str | None, date | None, date | None]]:
        return {(e.name, e.validity.from_date, e.validity.to_date) for e in found.daily()}

    before, after = keys(records(examples.earlier_date)), keys(register)
    ward = "Kirurgisk Sengeafsnit K1"
    hands = "Håndkirurgisk Afsnit"
    assert before - after == {
        (ward, date(2010, 1, 1), None),
        (hands, date(2010, 1, 1), None),
        ("Lukket Afsnit P2", date(2007, 1, 1), None),
    }
    assert after - before == {
        ("Kirurgisk Sengeafsnit Kaj 1", date(2026, 6, 8), None),
        (hands, date(2010, 1, 1), date(2026, 9, 30)),
        ("Hånd- og Albuekirurgisk Afsnit", date(2026, 10, 1), None),
        ("Lægehuset Havørnen ApS", date(2026, 8, 1), None),
        ("Lægehuset Havørnen", date(2026, 8, 1), None),
        ("Rógvi Skarvø", date(2026, 8, 1), None),
    }
