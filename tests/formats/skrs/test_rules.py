"""Each rule of the copy service's responses, one at a time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import pytest

import sorparse
from sorparse import Format, SOREntity
from support.csv_files import A, B, C
from support.skrs_writer import (
    LIMIT,
    ROWS,
    WRAPPERS,
    Row,
    bare,
    entry,
    feed,
    page,
    unit,
    write_pages,
)

DAY = date(2021, 5, 5)


def read(*rows: Row, datatype: str = "yder") -> list[SOREntity]:
    with sorparse.open(page(rows, datatype=datatype)) as found:
        units = list(found.entities())
        assert not found.issues
    return units


def one(columns: Mapping[str, str | None], datatype: str = "yder") -> SOREntity:
    (found,) = read(unit({"sorNummer": A, **columns}, datatype=datatype), datatype=datatype)
    return found


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_a_response_is_read_with_and_without_its_envelope(wrap: Callable[[str], bytes]) -> None:
    content = page([unit({"sorNummer": A, "navn": "Lægehuset"})], wrap=wrap)
    with sorparse.open(content) as found:
        assert found.format is Format.SKRS
        assert found.tables == ("entities",)
        assert [entity.name for entity in found.entities()] == ["Lægehuset"]


def test_the_datatypes_of_version_1_fill_their_own_fields() -> None:
    assert one({"nummer": "001234"}).provider_number == "001234"
    assert one({"nummer": "1301"}, "sygehus").shak_code == "1301"
    assert one({"nummer": "130101"}, "sygehusafdeling").shak_code == "130101"
    assert one({"apotekNummer": "362"}, "apotek").pharmacy_number == "362"
    region = one({"regionCode": "1084"}, "praksis").postal_address
    assert region is not None
    assert region.region_code == "1084"


def test_address_contact_speciality_and_type() -> None:
    found = one(
        {
            "vejnavn": "Havnegade 1",
            "postnummer": "8000",
            "bynavn": "Aarhus C",
            "telefon": "12345678",
            "email": "a@example.dk",
            "www": "example.dk",
            "hovedSpecialeKode": "408443003",
            "hovedSpecialeTekst": "almen medicin",
            "afdelingTypeKode": "550821000005107",
            "afdelingTypeTekst": "afdeling",
        },
        "sygehusafdeling",
    )
    assert found.postal_address == sorparse.Address(
        street_name="Havnegade 1", post_code="8000", district_name="Aarhus C"
    )
    assert found.virtual_address == sorparse.VirtualAddress(
        "a@example.dk", "example.dk", "12345678"
    )
    assert found.specialities == (sorparse.Coded("408443003", "almen medicin"),)
    assert found.entity_type == sorparse.Coded("550821000005107", "afdeling")


def test_the_parent_is_the_first_of_its_columns_that_is_filled() -> None:
    hospital = {"sygehusSorNummer": A}
    below = {**hospital, "underlagtSygehusSorNummer": B}
    assert one(hospital, "sygehusafdeling").parent_id == A
    assert one(below, "sygehusafdeling").parent_id == B
    department = one({**below, "overafdelingSorNummer": C}, "sygehusafdeling")
    assert department.parent_id == C
    assert department.extra == {"sygehusSorNummer": A, "underlagtSygehusSorNummer": B}
    assert one({"praksisSorNummer": B}).parent_id == B


def test_an_empty_parent_column_is_not_filled() -> None:
    columns = {"overafdelingSorNummer": "", "sygehusSorNummer": A}
    assert one(columns, "sygehusafdeling").parent_id == A


def test_null_is_omitted_and_an_empty_element_is_an_empty_text() -> None:
    assert "<navn" not in entry(unit({"navn": None}))
    assert "<navn/>" in entry(unit({"navn": ""}))
    assert one({"navn": None}) == one({"navn": ""})  # absent is None in every record


def test_unknown_columns_go_to_extra() -> None:
    assert one({"filialNummer": "1", "nyKolonne": "x"}, "apotek").extra == {
        "filialNummer": "1",
        "nyKolonne": "x",
    }


def test_columns_names_a_column_that_is_unknown() -> None:
    content = page([unit({"sorNummer": A, "egenKode": "77"})])
    with sorparse.open(content, columns={"egenKode": "local_code"}) as found:
        (entity,) = found.entities()
    assert entity.local_code == "77"
    assert entity.extra == {}


@pytest.mark.parametrize(
    ("valid_to", "last"),
    [
        ("2021-05-06T00:00:00.000+02:00", DAY),
        ("2021-05-05T22:00:00Z", DAY),
        ("2021-05-05T17:00:00.000-05:00", DAY),
        ("2021-05-05T00:00:01.000+02:00", DAY),
        ("2021-05-05T13:50:32.123+0200", DAY),
        ("2021-12-05T23:00:00Z", date(2021, 12, 5)),
        ("2021-12-05T22:00:00Z", date(2021, 12, 5)),
        ("2999-12-31T01:00:00.000+01:00", None),
        ("2999-12-31T00:00:00Z", None),
        ("2999-12-30T19:00:00.000-05:00", None),
        ("9999-12-31T23:59:59.999-11:00", None),
    ],
)
def test_the_end_of_a_half_open_period_becomes_an_inclusive_date(
    valid_to: str, last: date | None
) -> None:
    text = entry(unit({"sorNummer": A}, valid_to="2021-01-01T00:00:00+01:00"))
    text = text.replace("2021-01-01T00:00:00.000+01:00", valid_to)
    with sorparse.open(bare(feed([text], "yder", _now()))) as found:
        (entity,) = found.entities()
        assert not found.issues
    assert entity.validity.to_date == last


@pytest.mark.parametrize(
    "valid_from", ["2021-05-05T00:00:00+02:00", "2021-05-04T22:00:00+00:00", "2021-05-05T21:59:59Z"]
)
def test_valid_from_is_its_date_in_denmark(valid_from: str) -> None:
    (found,) = read(unit({"sorNummer": A}, valid_from=valid_from))
    assert found.validity.from_date == DAY


def test_namespaces_count_and_prefixes_do_not() -> None:
    text = entry(unit({"sorNummer": A, "navn": "A"}))
    spelt = text.replace("s:yder", "anything:yder").replace("xmlns:s=", "xmlns:anything=")
    default = text.replace("s:yder", "yder")
    foreign = text.replace("<navn>", '<navn xmlns="urn:other">')
    for changed in (spelt, default):
        with sorparse.open(bare(feed([changed], "yder", _now()))) as found:
            assert [entity.name for entity in found.entities()] == ["A"]
    with sorparse.open(bare(feed([foreign], "yder", _now()))) as found:
        (entity,) = found.entities()
    assert entity.name is None
    assert entity.extra == {"{urn:other}navn": "A"}


def test_a_row_in_the_default_namespace_of_the_feed_is_of_its_register() -> None:
    text = entry(unit({"sorNummer": A, "navn": "A"})).replace(f' xmlns="{ROWS}"', "")
    text = text.replace(f' xmlns:s="{ROWS}"', "").replace("s:yder", "yder")
    with sorparse.open(bare(feed([text], "yder", _now()))) as found:
        assert [entity.name for entity in found.entities()] == ["A"]


def test_rows_of_version_2_are_read_by_the_names_of_the_sor2_columns() -> None:
    row = unit(
        {
            "SorId": A,
            "EntityName": "Klinik",
            "PrioritizedEntitySpeciality1Id": "408443003",
            "FromDate": "2020-12-31T23:00:00.000Z",
            "ToDate": "2021-05-05",
            "UniqueCurrentKey": "0cc175b9c0f1b6a831c399e269772661",
        },
        datatype="sorentity",
    )
    content = page([row], datatype="sorentity", names=("ValidFrom", "ValidTo"))
    with sorparse.open(content) as found:
        (entity,) = found.entities()
        assert not found.issues
    assert (entity.sor_id, entity.name) == (A, "Klinik")
    assert entity.specialities == (sorparse.Coded("408443003"),)
    assert entity.validity == sorparse.Validity(date(2021, 1, 1), DAY)
    assert set(entity.extra) == {"UniqueCurrentKey", "ValidFrom", "ValidTo"}


@pytest.mark.parametrize(
    ("datatype", "columns", "table"),
    [
        ("shaksormap", {"ShakId": "1301", "SorId": A}, "shak_sor_map"),
        ("sorclassifications", {"ClassificationId": "1", "Code": "2"}, "classifications"),
        (
            "eanlocationcodeeditype",
            {"EanLocationCode": "5790000000005", "EDITypeId": "5"},
            "location_code_edi_types",
        ),
        ("newname", {"ShakId": "1301", "SorId": A}, "shak_sor_map"),
    ],
)
def test_other_datatypes_of_version_2_are_other_tables(
    datatype: str, columns: dict[str, str], table: str
) -> None:
    row = unit(columns, datatype=datatype)
    with sorparse.open(page([row], datatype=datatype, names=("ValidFrom", "ValidTo"))) as found:
        assert found.tables == (table,)
        assert len(list(found.records(table))) == 1


def test_next_offset_is_the_last_token_padded_to_20_digits() -> None:
    rows = [unit({"sorNummer": A}, pid=7), unit({"sorNummer": B}, pid=12)]
    with sorparse.open(page(rows)) as found:
        assert found.next_offset == rows[-1].token == "17145648000000000012"
    short = entry(rows[0]).replace(rows[0].token, "815")
    with sorparse.open(bare(feed([short], "yder", _now()))) as found:
        assert found.next_offset == "00000000000000000815"


def test_next_offset_of_a_page_without_entries_is_none() -> None:
    with sorparse.open(page([])) as found:
        assert found.next_offset is None
        assert list(found.entities()) == []
        assert not found.issues
    assert [issue.code for issue in sorparse.load(page([])).issues] == ["no-entities"]


def test_next_offset_is_none_for_other_formats() -> None:
    with sorparse.open(f"SorId;EntityName\n{A};A\n".encode()) as found:
        assert found.next_offset is None


def test_next_offset_of_several_datatypes_is_refused(tmp_path: Path) -> None:
    pages = [page([unit({"sorNummer": A}, datatype=name)]) for name in ("yder", "praksis")]
    with (
        sorparse.open(write_pages(tmp_path / "pages", pages)) as found,
        pytest.raises(sorparse.SorError, match=r"praksis.*open the pages of one datatype"),
    ):
        _ = found.next_offset


def test_a_stream_that_is_read_once_has_its_offset_after_reading() -> None:
    row = unit({"sorNummer": A})

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with sorparse.open(Pipe(page([row] * 1000))) as found:
        assert sum(1 for _ in found.entities()) == 1000
        assert found.next_offset == row.token
    assert len(sorparse.load(Pipe(page([row] * 1000)))) == 1


def test_pages_come_by_the_token_of_their_first_entry(tmp_path: Path) -> None:
    later = page([unit({"sorNummer": B}, modified="2024-05-02T12:00:00Z")])
    earlier = page([unit({"sorNummer": A}, modified="2024-05-01T12:00:00Z")])
    folder = write_pages(tmp_path / "pages", [later, earlier])
    packed = tmp_path / "pages.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    for source in (folder, packed):
        with sorparse.open(source) as found:
            assert [entity.sor_id for entity in found.entities()] == [A, B]
            assert not found.issues


def test_several_datatypes_in_several_pages_are_normal(tmp_path: Path) -> None:
    pages = [page([unit({"sorNummer": A}, datatype=name)]) for name in ("yder", "praksis")]
    register = sorparse.load(write_pages(tmp_path / "pages", pages))
    assert len(register.history(A)) == 2
    assert not register.issues


def test_the_newest_page_reports_the_snapshot_date(tmp_path: Path) -> None:
    pages = [
        page([unit({"sorNummer": A})], written=_now(day)) for day in ("2024-05-03", "2024-05-02")
    ]
    assert sorparse.load(write_pages(tmp_path / "pages", pages)).snapshot_date == date(2024, 5, 3)


def test_describe_shows_columns_datatypes_and_tokens() -> None:
    row = unit({"sorNummer": A, "navn": "A", "nyKolonne": "x"})
    with sorparse.open(page([row])) as found:
        (table,) = found.describe().tables
    assert (table.table, table.rows) == ("entities", 1)
    fields = {column.name: column.field for column in table.columns}
    assert fields["navn"] == "name"
    assert fields["nyKolonne"] is None
    assert table.notes == (f"yder: 1 entries, tokens {row.token} to {row.token}",)


def test_the_limit_of_the_service_is_not_a_limit_of_the_reader() -> None:
    rows = [unit({"sorNummer": A}, pid=number) for number in range(1, LIMIT + 500)]
    assert len(read(*rows)) == LIMIT + 499


def _now(day: str = "2024-05-02") -> datetime:
    return datetime.fromisoformat(f"{day}T10:00:00+00:00")


def test_a_page_in_utf_16_and_one_in_an_element_of_the_caller_are_read() -> None:
    text = page([unit({"sorNummer": A, "navn": "Ærø"})]).decode()
    wide = text.replace("UTF-8", "UTF-16").encode("utf-16")
    saved = f"<saved>{text.partition('?>')[2]}</saved>".encode()
    for content in (wide, saved):
        with sorparse.open(content) as found:
            assert [entity.name for entity in found.entities()] == ["Ærø"]


def test_a_time_without_t_or_offset_is_danish_time() -> None:
    text = entry(unit({"sorNummer": A}, valid_to="2021-05-06T00:00:00+02:00"))
    text = text.replace("2021-05-06T00:00:00.000+02:00", "2021-05-06 13:00:00")
    with sorparse.open(bare(feed([text], "yder", _now()))) as found:
        (entity,) = found.entities()
    assert entity.validity.to_date == date(2021, 5, 6)
