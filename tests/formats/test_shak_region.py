"""SHAKregion.txt and SHAKregion.xml: recognised by content, nothing lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import Coded, Format, Limits, SHAKRegion, Validity
from support.shak import REGIONS, REGIONS_XML

EXPECTED = SHAKRegion(
    "9901",
    "Nordby Sygehus",
    Validity(date(2007, 1, 1), None),
    Coded("1", "Offentlig"),
    Coded("101", "Hovedsygehuse I"),
    Coded("1081", "Region Nordjylland"),
    "9000041000016007",
)


def read(content: bytes, **options: object) -> tuple[list[SHAKRegion], list[sorparse.Issue]]:
    with sorparse.open(content, **options) as feed:  # type: ignore[arg-type]
        assert (feed.format, feed.tables) == (Format.SHAK_REGION, ("shak_regions",))
        return list(feed.shak_regions()), feed.issues


def test_the_text_file() -> None:
    records, issues = read(REGIONS)
    assert issues == []
    assert records[1] == EXPECTED
    assert (records[0].validity, records[0].region) == (
        Validity(date(1976, 4, 1), date(2006, 12, 31)),
        None,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_xml(encoding: str) -> None:
    text = REGIONS_XML.decode().replace("utf-8", encoding.removesuffix("-sig"))
    records, issues = read(text.encode(encoding))
    assert issues == []
    assert records[0].region == EXPECTED.region
    assert records[0].validity == EXPECTED.validity
    assert dict(records[0].extra) == {"Nyt": "x"}
    assert (records[1].shak_code, records[1].owner_type) == ("9902", Coded("2", "Privat"))
    assert records[1].validity.to_date == date(2011, 12, 31)


def test_an_xml_whose_root_is_the_entry() -> None:
    content = b"<SHAKregion xmlns='urn:x'><SHAKkode>9901</SHAKkode></SHAKregion>"
    assert read(content)[0] == [SHAKRegion("9901")]


def test_what_is_wrong_in_the_text_is_reported() -> None:
    content = REGIONS + (
        b"9902\tshort\r\n\tno code\t20070101\t\t1\t101\t1081\t\r\n"
        b"9903\tx\t20079999\t\t1\t101\t1081\t123\r\n"
    )
    records, issues = read(content)
    assert [one.shak_code for one in records] == ["9901", "9901", "9903"]
    assert [(one.code, one.line) for one in issues] == [
        ("row-length", 3),
        ("missing-key", 4),
        ("bad-date", 5),
        ("bad-sor-id", 5),
    ]
    assert [one.raw for one in issues if one.raw] == [
        "9902\tshort",
        "\tno code\t20070101\t\t1\t101\t1081\t",
    ]


def test_what_is_outside_the_entries_of_the_xml_is_reported() -> None:
    content = (
        b"<SHAKregioner note='n'>one<SHAKregion><SHAKkode>9901</SHAKkode></SHAKregion>two"
        b"<Other>three</Other><SHAKregion><SHAKkode/><DatoFra>20070101</DatoFra></SHAKregion>four"
        b"</SHAKregioner>"
    )
    records, issues = read(content)
    assert records == [SHAKRegion("9901")]
    reported = " ".join(f"{issue.value} {issue.raw}" for issue in issues)
    assert all(word in reported for word in ("n", "one", "two", "three", "four", "20070101"))
    assert "missing-key" in {issue.code for issue in issues}


def test_an_xml_without_entries() -> None:
    records, issues = read(b"<SHAKregioner><x/></SHAKregioner>")
    assert (records, [issue.code for issue in issues]) == ([], ["no-entries"])


@pytest.mark.parametrize(
    "content",
    [
        b"<SHAKregion><SHAKkode>9901</SHAKkode>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><SHAKregion><SHAKkode>&b;</SHAKkode></SHAKregion>",
        b"<SHAKregion>" + b"<a>" * 300 + b"</a>" * 300 + b"</SHAKregion>",
    ],
)
def test_hostile_xml_is_one_clear_error(content: bytes) -> None:
    with pytest.raises(sorparse.SorFileError) as error, sorparse.open(content) as feed:
        list(feed.shak_regions())
    assert "\n" not in str(error.value)


def test_guards_hold() -> None:
    content = REGIONS + b"9902\t" + b"x" * 100_000 + b"\t\t\t\t\t\t\r\n"
    records, issues = read(content, limits=Limits(max_field_chars=1000))
    assert len(records) == 2
    assert [issue.code for issue in issues] == ["record-too-long"]


def test_repair_and_own_names() -> None:
    damaged = REGIONS.replace(b"9000041000016007", b"9000041000016000")
    assert read(damaged)[0][1].sor_id == "9000041000016000"
    assert read(damaged, repair=True)[0][1].sor_id == "9000041000016007"
    own = REGIONS_XML.replace(b"Nyt>", b"Hospital>")
    assert read(own, columns={"Hospital": "name"})[0][0].name == "x"


def test_describe_tables_and_conversion(tmp_path: Path) -> None:
    with sorparse.open(REGIONS) as feed:
        (table,) = feed.describe().tables
        assert (table.rows, table.columns[0].name, table.delimiter) == (2, "SHAKkode", "\t")
        assert feed.to_arrow("shak_regions").to_pandas()["region_code"].tolist()[1] == "1081"
        assert [row.shak_code for row in feed.shak_regions(fields=("shak_code",))] == ["9901"] * 2
    with sorparse.open(REGIONS_XML) as feed:
        (table,) = feed.describe().tables
        assert table.rows == 2
        assert {column.name: column.field for column in table.columns}["Nyt"] is None
    sorparse.convert(REGIONS, "sqlite", tmp_path / "x.db")
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        rows = db.execute("SELECT shak_code, from_date, sor_id FROM shak_regions").fetchall()
    assert rows == [("9901", "1976-04-01", None), ("9901", "2007-01-01", "9000041000016007")]


CELLS = st.lists(st.text("ab19æ ;\"'<", max_size=5), min_size=0, max_size=9)


@settings(max_examples=100, deadline=None)
@given(st.lists(CELLS, max_size=6))
def test_every_line_is_a_record_or_reported_with_its_text(rows: list[list[str]]) -> None:
    lines = ["\t".join(cells) for cells in rows]
    content = REGIONS + "\r\n".join(lines).encode("cp1252")
    records, issues = read(content, encoding="cp1252")
    reported = [issue.raw for issue in issues if issue.raw is not None]
    filled = [line for line in lines if line.strip()]
    assert len(records) - 2 + len(reported) == len(filled)
    assert set(reported) <= set(filled)


entries = st.lists(
    st.sampled_from(
        [
            "<SHAKregion><SHAKkode>9901</SHAKkode><DatoFra>2007-01-01</DatoFra></SHAKregion>",
            "<SHAKregion><SHAKkode>9902</SHAKkode><DatoFra>2007-13-01</DatoFra></SHAKregion>",
            "<SHAKregion><SHAKkode>99</SHAKkode><DatoFra>x</DatoFra></SHAKregion>",
            "<SHAKregion><SHAKkode/><DatoFra>0</DatoFra></SHAKregion>",
            "<SHAKregion><SHAKkode>9903</SHAKkode><SORid>8031000016008</SORid></SHAKregion>",
        ]
    ),
    max_size=6,
)


@given(entries, st.integers(0, 3))
def test_issues_beyond_the_limit_are_counted_alike(some: list[str], most: int) -> None:
    lines = "\n".join(some * 120)  # names that occur often are decoded by a generated function
    content = f"<SHAKregioner>\n{lines}\n</SHAKregioner>".encode()
    with (
        sorparse.open(content) as feed,
        sorparse.open(content, limits=Limits(max_issues=most)) as cut,
    ):
        assert list(feed.shak_regions()) == list(cut.shak_regions())
        assert feed.issue_counts == cut.issue_counts
        assert [*feed.issues[:most]] == [*cut.issues[:most]]
