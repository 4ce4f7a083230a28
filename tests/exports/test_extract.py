"""``sorparse.extract``: small, whole, and with made-up names where asked."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Address, SOREntity, VirtualAddress, examples
from sorparse.exports.mask import masked, scrambled

DEPARTMENT = "9000071000016003"
TABLES = (
    "entities",
    "shak_sor_map",
    "location_codes",
    "location_code_edi_types",
    "edi_types",
    "geo_locations",
    "classifications",
    "replaced_entities",
)


def tables_of(source: Path) -> dict[str, list[Any]]:
    with sorparse.open(source) as feed:
        return {table: list(feed.records(table)) for table in feed.tables}


@pytest.fixture(scope="module")
def whole() -> dict[str, list[Any]]:
    return tables_of(examples.sor2_zip)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("extract") / "small.zip"
    sorparse.extract(examples.sor2_zip, target, below=DEPARTMENT)
    return target


def test_records_are_those_of_the_source(small: Path, whole: dict[str, list[Any]]) -> None:
    for table, records in tables_of(small).items():
        assert not Counter(records) - Counter(whole[table]), table
        assert len(records) < len(whole[table]), table


def test_every_version_of_what_ever_hung_below_is_there(
    small: Path, whole: dict[str, list[Any]]
) -> None:
    kept = tables_of(small)["entities"]
    ids = {record.sor_id for record in kept}
    below = {DEPARTMENT}
    while more := {r.sor_id for r in whole["entities"] if r.parent_id in below} - below:
        below |= more
    assert below <= ids
    assert kept == [record for record in whole["entities"] if record.sor_id in ids]


def test_nothing_points_outside(small: Path, whole: dict[str, list[Any]]) -> None:
    tables = tables_of(small)
    ids = {record.sor_id for record in tables["entities"]}
    known = {record.sor_id for record in whole["entities"]}
    codes = {record.location_code for record in tables["location_codes"]}
    all_codes = {record.location_code for record in whole["location_codes"]}
    for record in tables["entities"]:
        for other in (
            record.parent_id,
            record.geographical_parent_id,
            record.owner and record.owner.sor_id,
            record.health_institution and record.health_institution.sor_id,
            *record.replaces,
            *record.replaced_by,
        ):
            assert other is None or other in ids or other not in known
        assert record.location_code in codes or record.location_code not in all_codes
    for table in ("shak_sor_map", "location_codes", "geo_locations"):
        for record in tables[table]:
            assert record.sor_id in ids or record.sor_id not in known, table
    # rows about the chosen units are in the extract
    for table in ("shak_sor_map", "location_codes", "geo_locations"):
        for record in whole[table]:
            assert (record.sor_id in ids) == (record in tables[table]), table
    for record in whole["location_code_edi_types"]:
        assert (record.location_code in codes) == (record in tables["location_code_edi_types"])


def test_answers_are_those_of_the_whole(small: Path) -> None:
    before, after = sorparse.load(examples.sor2_zip), sorparse.load(small)
    for day in ("2010-06-01", "2019-06-01", "2026-06-15"):
        old, new = before.as_of(day), after.as_of(day)
        for sor_id in after:
            assert old.status(sor_id) == new.status(sor_id)
            if sor_id in new:
                assert old.effective(sor_id) == new.effective(sor_id)
                assert old.ancestors(sor_id) == new.ancestors(sor_id)
                assert old.edi_types(sor_id) == new.edi_types(sor_id)
                assert old.sor_to_shak(sor_id) == new.sor_to_shak(sor_id)
        assert old.descendants(DEPARTMENT) == new.descendants(DEPARTMENT)
    assert {issue.code for issue in after.check()} <= {issue.code for issue in before.check()}


def test_replacements_are_followed_in_both_directions(
    tmp_path: Path, whole: dict[str, list[Any]]
) -> None:
    pair = whole["replaced_entities"][0]
    for number, sor_id in enumerate((pair.sor_id, pair.replaced_by_id)):
        target = tmp_path / f"{number}.zip"
        sorparse.extract(examples.sor2_zip, target, ids=[sor_id])
        tables = tables_of(target)
        assert pair in tables["replaced_entities"]
        assert {pair.sor_id, pair.replaced_by_id} <= {r.sor_id for r in tables["entities"]}


def test_ids_alone_bring_nothing_below(tmp_path: Path) -> None:
    sorparse.extract(examples.sor2_zip, tmp_path / "one.zip", ids=[DEPARTMENT])
    register = sorparse.load(tmp_path / "one.zip")
    assert DEPARTMENT in register
    assert register.as_of("2026-06-15").descendants(DEPARTMENT) == ()


def test_other_formats_become_sor2(tmp_path: Path) -> None:
    for source in (examples.daily_csv, examples.sor_csv_folder, examples.sor_xml_zip):
        report = sorparse.extract(source, tmp_path / "x.zip", below=DEPARTMENT)
        assert report.to == "sor2"
        with sorparse.open(source) as feed, sorparse.open(tmp_path / "x.zip") as small:
            wanted = {unit.sor_id: unit.name for unit in feed.entities()}
            found = {unit.sor_id: unit.name for unit in small.entities()}
        assert found.items() <= wanted.items()
        assert DEPARTMENT in found


def test_a_feed_can_be_given(tmp_path: Path, small: Path) -> None:
    with sorparse.open(examples.sor2_zip) as feed:
        sorparse.extract(feed, tmp_path / "x.zip", below=[DEPARTMENT])
    assert (tmp_path / "x.zip").read_bytes() == small.read_bytes()


def test_what_is_wrong_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    with pytest.raises(sorparse.UnknownUnitError, match="check digit"):
        sorparse.extract(examples.sor2_zip, target, ids=["9000071000016004"])
    with pytest.raises(sorparse.SorError, match="nothing to extract"):
        sorparse.extract(examples.sor2_zip, target)
    with pytest.raises(sorparse.MissingTableError, match="shak_units"):
        sorparse.extract(examples.shak, target, ids=[DEPARTMENT])
    assert list(tmp_path.iterdir()) == []


# -- mask


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("mask") / "hidden.zip"
    sorparse.extract(examples.sor2_zip, target, below="9000031000016000", mask=True)
    return target


def private_texts(tables: dict[str, list[Any]]) -> set[str]:
    found: set[str | None] = set()
    for unit in tables["entities"]:
        found |= {unit.name, unit.note, unit.local_code, *unit.local_attributes}
        for address in (unit.postal_address, unit.visiting_address, unit.activity_address):
            if address is not None:
                found |= {
                    address.street_name,
                    address.additional_info,
                    address.mail_delivery_sublocation,
                    address.post_office_box,
                }
        if unit.virtual_address is not None:
            found |= set(attrs.astuple(unit.virtual_address))
    found |= {record.name for record in tables["shak_sor_map"]}
    found |= {record.name for record in tables["geo_locations"]}
    found |= {record.note for record in tables["location_codes"]}
    for records in tables.values():
        for record in records:
            found |= set(getattr(record, "extra", {}).values())
    return {text for text in found if text and len(text) > 3}


def test_no_private_text_is_left(hidden: Path, whole: dict[str, list[Any]]) -> None:
    with zipfile.ZipFile(hidden) as archive:
        text = "\n".join(archive.read(name).decode("utf-8-sig") for name in archive.namelist())
    # code lists are nobody's; a unit may be called as its type is
    public = {r.entry.name for r in whole["classifications"]} | {"Danmark"}
    codes = {r.entry.code for r in whole["classifications"]}
    left = {
        private
        for private in private_texts(whole) - public - codes
        if not re.fullmatch(r"0{6}\d\d", private)  # the example's telephones are made up so
        and re.search(rf'(^|[;"]){re.escape(private)}([;"]|$)', text, re.MULTILINE)
    }
    assert left == set()


def test_what_is_masked_keeps_its_structure(hidden: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.zip"
    sorparse.extract(examples.sor2_zip, plain, below="9000031000016000")
    before, after = tables_of(plain), tables_of(hidden)
    assert {table: len(records) for table, records in before.items()} == {
        table: len(records) for table, records in after.items()
    }
    assert [masked(record) for record in before["entities"]] == after["entities"]
    for old, new in zip(before["entities"], after["entities"], strict=True):
        for field in ("sor_id", "parent_id", "validity", "cvr", "shak_code", "location_code"):
            assert getattr(old, field) == getattr(new, field)
        assert old.entity_type == new.entity_type
    pairs = list(zip(before["entities"], after["entities"], strict=True))
    names = {old.name: new.name for old, new in pairs}
    for unit, made_up in pairs:
        if unit.owner and unit.owner.name in names:
            assert made_up.owner.name == names[unit.owner.name]
    old_codes = Counter(issue.code for issue in sorparse.load(plain).check())
    assert Counter(issue.code for issue in sorparse.load(hidden).check()) == old_codes


def test_masking_is_the_same_every_time(hidden: Path, tmp_path: Path) -> None:
    sorparse.extract(examples.sor2_zip, tmp_path / "x.zip", below="9000031000016000", mask=True)
    assert (tmp_path / "x.zip").read_bytes() == hidden.read_bytes()


def test_what_is_made_up() -> None:
    unit = SOREntity(
        "11000016002",
        name='Ærø; "Nord" 12',
        virtual_address=VirtualAddress(
            email="anna.holm@klinik.dk; post@klinik.dk",
            website="https://www.klinik.dk/anna",
            telephone="+45 38 12 34 56",
        ),
        postal_address=Address(
            street_name="Østergade",
            post_code="5970",
            district_name="Ærøskøbing",
            easting=Decimal("588123.45"),
        ),
        extra={"Ukendt": "CPR 010203-1234"},
    )
    made_up = masked(unit)
    assert made_up.name is not None
    assert re.fullmatch(r'[ÆØÅ][a-z][æøå]; "[A-Z][a-z]{3}" \d\d', made_up.name)
    assert made_up.virtual_address is not None
    assert re.fullmatch(
        r"[a-z]{4}\.[a-z]{4}@example\.dk; [a-z]{4}@example\.dk", made_up.virtual_address.email or ""
    )
    assert re.fullmatch(r"https://www\.example\.dk/[a-z]{4}", made_up.virtual_address.website or "")
    assert re.fullmatch(r"\+00 00 00 00 \d\d", made_up.virtual_address.telephone or "")
    assert made_up.postal_address is not None
    assert made_up.postal_address.street_name != "Østergade"
    assert made_up.postal_address.post_code == "5970"
    assert made_up.postal_address.district_name != "Ærøskøbing"
    assert made_up.postal_address.easting == 580000
    assert re.fullmatch(r"[A-Z]{3} \d{6}-\d{4}", made_up.extra["Ukendt"])
    assert made_up.extra["Ukendt"] != "CPR 010203-1234"


@given(st.text())
def test_a_scrambled_text_keeps_its_shape(text: str) -> None:
    found = scrambled(text)
    assert found == scrambled(text)
    assert len(found) >= len(text)  # a letter may have no single capital
    if any(letter.isalnum() for letter in text):
        assert found != text
    assert [letter for letter in found if not letter.isalnum()] == [
        letter for letter in text if not letter.isalnum()
    ]
