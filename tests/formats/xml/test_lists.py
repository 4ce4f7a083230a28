"""The two files beside Sor.xml, which nobody has seen, are read by their shape."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Classification, Coded, GeoLocation, Validity
from support.xml import LOCATION, UNIT, V2, document, hospital, option, owner, unit

HEAD = V2.partition("<s:CreatedAtTime>")[0]
DATES = (
    "<s:CreatedAtTime>2026-06-15T01:00:29</s:CreatedAtTime>"
    "<s:SnapshotDate>2026-06-15</s:SnapshotDate>"
)


def file(root: str, content: str, dates: str = DATES) -> bytes:
    return (HEAD.replace("SorTree", root, 1) + dates + content + f"</{root}>").encode()


def lists(content: str) -> bytes:
    return file("SorDataCodeTypes", content)


def classifications(content: bytes) -> tuple[list[Classification], Any]:
    with sorparse.open(content) as feed:
        assert feed.tables == ("classifications",)
        return list(feed.classifications()), feed.issues


def pairs(found: list[Classification]) -> list[tuple[Any, ...]]:
    return [(c.classification, c.entry and c.entry.code, c.entry and c.entry.name) for c in found]


STATUS = (
    "<s:SorStatus><s:FromDate>2005-01-01</s:FromDate><s:ToDate>2030-01-01</s:ToDate></s:SorStatus>"
)


def test_entries_named_by_their_element() -> None:
    found, issues = classifications(
        lists(
            "<EntityType><EntityTypeIdentifier>1</EntityTypeIdentifier>"
            f"<EntityTypeName>en</EntityTypeName>{STATUS}</EntityType>"
            "<EntityType><EntityTypeIdentifier>2</EntityTypeIdentifier>"
            "<EntityTypeName>to</EntityTypeName><Sort>9</Sort></EntityType>"
            "<Region><RegionCode>1081</RegionCode><RegionName>Nord</RegionName></Region>"
        )
    )
    assert issues == []
    assert pairs(found) == [
        (Coded(None, "EntityType"), "1", "en"),
        (Coded(None, "EntityType"), "2", "to"),
        (Coded(None, "Region"), "1081", "Nord"),
    ]
    assert found[0].validity == Validity(date(2005, 1, 1), date(2030, 1, 1))
    assert found[1].extra == {"Sort": "9"}


def test_lists_with_a_head_of_their_own() -> None:
    found, issues = classifications(
        lists(
            "<CodeType><Identifier>7</Identifier><Name>Enhedstype</Name><Owner>x</Owner>"
            "<Codes><Code><Identifier>1</Identifier><Name>en</Name></Code>"
            "<Code><Identifier>2</Identifier><Name>to</Name></Code></Codes></CodeType>"
            "<CodeType><Identifier>8</Identifier><Name>Region</Name>"
            "<Codes><Code><Identifier>1</Identifier><Name>nord</Name></Code></Codes></CodeType>"
        )
    )
    assert issues == []
    assert pairs(found) == [
        (Coded("7", "Enhedstype"), "1", "en"),
        (Coded("7", "Enhedstype"), "2", "to"),
        (Coded("8", "Region"), "1", "nord"),
    ]
    assert found[0].extra == {"../../Owner": "x"}


def test_lists_and_entries_in_attributes() -> None:
    found, issues = classifications(
        lists(
            '<List name="Region"><Item id="1" name="nord"/><Item id="2" name="syd">x</Item></List>'
        )
    )
    assert issues == []
    assert pairs(found) == [
        (Coded(None, "Region"), "1", "nord"),
        (Coded(None, "Region"), "2", "syd"),
    ]
    assert found[1].extra == {"text()": "x"}


def test_flat_rows_that_name_their_list() -> None:
    row = (
        "<SorDataCodeType><CodeTypeIdentifier>{0}</CodeTypeIdentifier>"
        "<CodeTypeName>{1}</CodeTypeName><CodeIdentifier>{2}</CodeIdentifier>"
        "<CodeName>{3}</CodeName></SorDataCodeType>"
    )
    found, issues = classifications(
        lists(row.format("7", "Type", "1", "en") + row.format("7", "Type", "2", "to"))
    )
    assert issues == []
    assert pairs(found) == [(Coded("7", "Type"), "1", "en"), (Coded("7", "Type"), "2", "to")]


def test_an_entry_without_identifier_is_reported_and_preserved() -> None:
    found, issues = classifications(
        lists(
            "<Region><RegionCode>1</RegionCode><RegionName>a</RegionName></Region>"
            "<Region><RegionName>b</RegionName></Region>"
        )
    )
    assert len(found) == 1
    assert [issue.code for issue in issues] == ["missing-key"]
    assert "<RegionName>b</RegionName>" in issues[0].raw.replace(' xmlns="urn:oio:nsi:2.0.0"', "")


def test_what_is_in_no_entry_is_reported() -> None:
    found, issues = classifications(
        lists("<Remark>hello</Remark><Region><RegionCode>1</RegionCode><RegionName/></Region>")
    )
    assert len(found) == 1
    assert [(i.code, i.column, i.value) for i in issues] == [("unknown-element", "Remark", "hello")]


def test_nothing_beside_the_entries_is_dropped() -> None:
    found, issues = classifications(
        lists(
            '<Remark lang="da">hello</Remark>'
            '<List name="Region">before<Owner kind="x">o</Owner>'
            '<Item id="1" name="nord"/>between<Late>l</Late><Item id="2" name="syd"/></List>'
        )
    )
    assert [record.extra for record in found] == [{"../Owner": "o"}] * 2
    assert sorted((issue.column, issue.value) for issue in issues) == [
        ("List", "before"),
        ("List/Late", "l"),
        ("List/Owner/@kind", "x"),
        ("List/text()", "between"),
        ("Remark", "hello"),
        ("Remark/@lang", "da"),
    ]


def test_the_values_of_a_list_do_not_depend_on_the_size_of_the_file() -> None:
    items = "".join(f'<Item id="{number}"/>' for number in range(9_000))
    found, issues = classifications(lists(f"<List><Title>x</Title>{items}<Late>y</Late></List>"))
    assert {record.classification for record in found} == {Coded(None, "x")}
    assert [(issue.column, issue.value) for issue in issues] == [("List/Late", "y")]


def test_a_file_without_entries_says_so() -> None:
    found, issues = classifications(lists("<a><b>x</b></a>"))
    assert found == []
    assert {issue.code for issue in issues} == {"no-entries", "unknown-element"}


@pytest.mark.parametrize("root", ["SorDataCodeTypes", "GeographicalLocalisations"])
@pytest.mark.parametrize("content", ["/>", "></{root}>", ">x</{root}>", ' a="1"/>'])
def test_a_root_that_holds_nothing_has_no_entries(root: str, content: str) -> None:
    with sorparse.open(f"<{root}{content.format(root=root)}".encode()) as feed:
        (table,) = feed.tables
        assert list(feed.records(table)) == []
        assert [issue.code for issue in feed.issues] == ["no-entries"]
        assert feed.describe().tables[0].rows == 0


def test_a_root_that_breaks_off_is_reported() -> None:
    with sorparse.open(b"<GeographicalLocalisations>x") as feed:
        with pytest.raises(sorparse.SorFileError, match="Premature end"):
            list(feed.geo_locations())
        with pytest.raises(sorparse.SorFileError, match="Premature end"):
            feed.describe()


def test_describe_shows_the_real_shape() -> None:
    content = lists(
        '<Region lang="da"><RegionCode>1</RegionCode><RegionName>a</RegionName></Region>'
        "<Odd>o</Odd>"
    )
    with sorparse.open(content) as feed:
        (table,) = feed.describe().tables
        assert feed.snapshot_date == date(2026, 6, 15)
    columns = {c.name: (c.field, c.filled, c.samples) for c in table.columns}
    assert columns["Region/RegionCode"] == ("entry.code", 1, ("1",))
    assert columns["Region/RegionName"] == ("entry.name", 1, ("a",))
    assert columns["Region/@lang"] == (None, 1, ("da",))
    assert columns["Odd"] == (None, 1, ("o",))
    assert table.rows == 1


PLACE = (
    "<GeographicalLocalisation>"
    "<GeographicalLocalisationIdentifier>501</GeographicalLocalisationIdentifier>"
    "<GeographicalLocalisationName>Matriklen</GeographicalLocalisationName>"
    f"<s:SorIdentifier>{UNIT}</s:SorIdentifier>"
    "<Address><d5:PostCodeIdentifier>9000</d5:PostCodeIdentifier></Address>"
    "<cpr:MunicipalityCode>0851</cpr:MunicipalityCode><kms:RegionCode>1081</kms:RegionCode>"
    "<osak:CoordETRS89z32NMeasure>6322875.800</osak:CoordETRS89z32NMeasure>"
    "<osak:CoordETRS89z32EMeasure>556575.940</osak:CoordETRS89z32EMeasure>"
    f"{STATUS}</GeographicalLocalisation>"
)


def test_geographical_localisations() -> None:
    with sorparse.open(file("GeographicalLocalisations", PLACE)) as feed:
        (found,) = feed.geo_locations()
        assert feed.issues == []
    assert found == GeoLocation(
        "501",
        "Matriklen",
        UNIT,
        "0851",
        "1081",
        Decimal("556575.940"),
        Decimal("6322875.800"),
        Validity(date(2005, 1, 1), date(2030, 1, 1)),
        {"Address/PostCodeIdentifier": "9000"},
    )


def test_bad_values_are_reported_with_their_line() -> None:
    content = file("GeographicalLocalisations", "\n" + PLACE.replace("556575.940", "øst"))
    with sorparse.open(content) as feed:
        (found,) = feed.geo_locations()
        (issue,) = feed.issues
    assert found.easting is None
    assert (issue.code, issue.value) == ("bad-number", "øst")
    assert issue.line == content.count(b"\n") + 1


def test_an_empty_entry_is_reported_once_for_each_line_and_element() -> None:
    content = lists('<L><c id="1"/><c/><c/>\n<c/><d id="1"/><d/><c/></L>')
    with sorparse.open(content) as feed:
        for _ in range(2):
            assert len(list(feed.classifications())) == 2
        first = content.count(b"\n")
        assert [(i.code, i.line, i.column) for i in feed.issues] == [
            ("missing-key", first, "c"),
            ("missing-key", first + 1, "c"),
            ("missing-key", first + 1, "d"),
        ]
    with sorparse.open(content, limits=sorparse.Limits(max_issues=1)) as feed:
        list(feed.classifications())
        assert [issue.code for issue in feed.issues] == ["missing-key", "too-many-issues"]
        assert feed.issues[-1].message.startswith("3 more issues")


def test_invalid_values_of_one_entry_are_reported_in_the_order_of_the_fields() -> None:
    values = '<c SorIdentifier="x" ToDate="y" id="1" FromDate="z"/><c id="2"/>'
    with sorparse.open(file("GeographicalLocalisations", f"<L>{values}</L>")) as feed:
        assert len(list(feed.geo_locations())) == 2
        assert [issue.value for issue in feed.issues] == ["x", "z", "y"]


@pytest.mark.parametrize("runs", ["vvii", "iviv", "ivvi", "iivv", "iiii"])
@pytest.mark.parametrize("at_most", [100_000, 1, 0])
@pytest.mark.parametrize("separator", ["", "\n"])
def test_invalid_entries_among_valid_ones(runs: str, at_most: int, separator: str) -> None:
    """An entry after an invalid one is read by another function."""
    values = {
        "v": '<c id="{n}" FromDate="2020-01-0{n}"/>',
        "i": '<c id="{n}" FromDate="x{n}" ToDate="2021-02-0{n}"/>',
        "k": '<c FromDate="2020-01-0{n}"/>',
    }
    runs += "kik"
    written = [values[letter].format(n=n) for n, letter in enumerate(runs, 1)]
    content = lists(f"<L>{separator.join(written)}</L>")
    with sorparse.open(content, limits=sorparse.Limits(max_issues=at_most)) as feed:
        found = [
            (each.entry and each.entry.code, each.validity.from_date, each.validity.to_date)
            for each in feed.classifications()
        ]
        counts = feed.issue_counts
        stored = [issue.value for issue in feed.issues if issue.code == "bad-date"]
    assert found == [
        (str(n), date(2020, 1, n), None) if letter == "v" else (str(n), None, date(2021, 2, n))
        for n, letter in enumerate(runs, 1)
        if letter != "k"
    ]
    invalid = [f"x{n}" for n, letter in enumerate(runs, 1) if letter == "i"]
    assert counts == {"bad-date": len(invalid), "missing-key": 2}
    assert stored == invalid[:at_most]


def test_a_fault_comes_after_what_was_read() -> None:
    content = file("GeographicalLocalisations", PLACE + PLACE)[:-100]
    with sorparse.open(content) as feed, pytest.raises(sorparse.SorFileError) as error:
        list(feed.geo_locations())
    assert error.value.line is not None


def test_hostile_nesting_is_an_error() -> None:
    with (
        sorparse.open(lists("<a>" * 500 + "</a>" * 500)) as feed,
        pytest.raises(sorparse.SorFileError, match="nested deeper"),
    ):
        list(feed.classifications())


@pytest.fixture
def whole_set(tmp_path: Path) -> Path:
    path = tmp_path / "Sor.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Sor.xml", document(owner(hospital(unit(more=(option(LOCATION),))))))
        archive.writestr(
            "SorDataCodeTypes.xml",
            lists(
                "<EntityType><EntityTypeIdentifier>22232009</EntityTypeIdentifier>"
                "<EntityTypeName>sygehus (eget ord)</EntityTypeName></EntityType>"
                "<SystemType><SystemTypeIdentifier>225</SystemTypeIdentifier>"
                "<SystemTypeName>Journal</SystemTypeName></SystemType>"
                "<SystemSupplier><SystemSupplierIdentifier>225</SystemSupplierIdentifier>"
                "<SystemSupplierName>Firma</SystemSupplierName></SystemSupplier>"
            ),
        )
        archive.writestr("GeographicalLocalisations.xml", file("GeographicalLocalisations", PLACE))
    return path


def test_names_come_from_the_file_beside_and_else_from_the_bundled_table(whole_set: Path) -> None:
    with sorparse.open(whole_set) as feed:
        assert feed.tables == ("entities", "location_codes", "geo_locations", "classifications")
        region, institution, _ = feed.entities()
        (number,) = feed.location_codes()
        assert feed.issues == []
    assert institution.entity_type == Coded("22232009", "sygehus (eget ord)")
    assert institution.entity_type is not None
    assert institution.entity_type.supplied is None
    assert region.entity_type == Coded("550881000005103", "region")
    assert region.entity_type is not None
    assert region.entity_type.supplied == "name"
    # the same code in two lists: each list names its own
    assert number.system_type == Coded("225", "Journal")
    assert number.system_supplier == Coded("162", None)


def test_units_are_read_where_the_file_beside_is_broken(whole_set: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.zip"
    with zipfile.ZipFile(whole_set) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-30] if name.startswith("SorData") else content)
    with sorparse.open(path) as feed:
        found = list(feed.entities())
        assert found[1].entity_type == Coded("22232009", "sygehus (eget ord)")
        assert [issue.code for issue in feed.issues] == ["names-not-read"]
        assert feed.issues[0].file is not None
        assert "SorDataCodeTypes.xml" in feed.issues[0].file
