"""How one row becomes one record: issues word for word, the columns of a field, keys, periods."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

import sorparse
from sorparse import Issue, Limits, SOREntity
from support.csv_files import A, B, C
from support.skrs_writer import Columns, Row, bare, entry, feed, page, unit

NOW = datetime(2024, 5, 2, 10, tzinfo=UTC)
CHANGED = "2024-05-01T12:00:00+00:00"
BEFORE = "2020-01-01T00:00:00.000+01:00"


def version_2(*rows: Row, datatype: str = "sorentity", **options: Any) -> sorparse.Register:
    content = page(rows, datatype=datatype, names=("ValidFrom", "ValidTo"))
    return sorparse.load(content, **options)


def sorentity(columns: Columns, **options: Any) -> Row:
    return unit(columns, datatype="sorentity", **options)


def one(content: bytes, **options: Any) -> tuple[SOREntity | None, Issue | None]:
    """Return the only unit and the only issue, as far as there are any."""
    with sorparse.open(content, **options) as found:
        units = [*found.entities(), None]
        issues = [*found.issues, None]
    assert max(len(units), len(issues)) == 2
    return units[0], issues[0]


# -- issues


def test_a_value_that_is_too_long_costs_its_row() -> None:
    content = page([unit({"sorNummer": A, "navn": "x" * 301, "www": "y" * 300})])
    message = (
        "a value holds 301 characters, more than Limits.max_field_chars (300); the row is not read"
    )
    assert one(content, limits=Limits(max_field_chars=300)) == (
        None,
        Issue(
            "error",
            "field-too-long",
            message,
            file="<bytes>",
            line=3,
            column="navn",
            value="x" * 200 + "…",
            sor_id=A,
        ),
    )
    found, _ = one(content, limits=Limits(max_field_chars=301))
    assert found is not None
    assert found.name == "x" * 301


def test_a_column_that_is_there_three_times() -> None:
    text = entry(unit({"sorNummer": A, "navn": "1"})).replace(
        "<navn>", "<navn/><navn>0</navn><navn>"
    )
    with sorparse.open(bare(feed([text], "yder", NOW))) as found:
        (record,) = found.entities()
        message = "navn occurs more than once in the row; the first is used, others are in extra"
        issue = Issue(
            "warning", "duplicate-element", message, file="<bytes>", line=3, column="navn", sor_id=A
        )
        assert {*found.issues} == {issue}
    assert record.name is None
    assert record.extra == {"navn": "0", "navn (2)": "1"}


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("validFrom", sorparse.Validity(None, date(2020, 12, 31))),
        ("validTo", sorparse.Validity(date(2020, 1, 1), None)),
    ],
)
def test_a_period_without_an_end(name: str, period: sorparse.Validity) -> None:
    text = entry(unit({"sorNummer": A}, valid_to="2021-01-01T00:00:00+01:00"))
    before, _, after = text.partition(f"<{name}>")
    found, issue = one(bare(feed([before + after.partition(f"</{name}>")[2]], "yder", NOW)))
    assert found == SOREntity(A, validity=period)
    message = f"the row has no {name}, which the service always fills; the period is open"
    assert issue == Issue(
        "warning", "missing-element", message, file="<bytes>", line=3, column=name, sor_id=A
    )


def test_a_row_without_its_key_is_in_its_issue() -> None:
    row = unit({"ShakId": "", "SorId": ""}, datatype="shaksormap")
    content = page([row], datatype="shaksormap", names=("ValidFrom", "ValidTo"))
    with sorparse.open(content) as found:
        assert list(found.shak_sor_map()) == []
        assert found.issues == [
            Issue(
                "error",
                "missing-key",
                "the row lacks a key (ShakId, SorId)",
                file="<bytes>",
                line=3,
                raw="<shaksormap><ShakId></ShakId><SorId></SorId>"
                f"<ValidFrom>{BEFORE}</ValidFrom>"
                "<ValidTo>2999-12-31T01:00:00.000+01:00</ValidTo></shaksormap>",
            )
        ]


def test_a_value_that_is_invalid_is_named_as_in_the_row() -> None:
    text = entry(unit({"sorNummer": A, "praksisSorNummer": "x"})).replace("praksis", "PRAKSIS")
    found, issue = one(bare(feed([text], "yder", NOW)))
    assert found is not None
    assert issue is not None
    assert (issue.severity, issue.code, issue.value) == ("warning", "bad-sor-id", "x")
    assert (issue.file, issue.line, issue.column, issue.sor_id) == (
        *("<bytes>", 3, "PRAKSISSorNummer", A),
    )
    assert issue.message == "'x' is not a well-formed SOR id: expected 11 to 18 digits"


def test_exchanged_coordinates_are_reported_once_for_the_page() -> None:
    columns = {
        "PostalAddressCoordETRS89z32EMeasure": "6200000",
        "PostalAddressCoordETRS89z32NMeasure": "570000",
    }
    rows = [sorentity({"SorId": sor_id, **columns}, pid=pid) for pid, sor_id in enumerate((A, B))]
    register = version_2(*rows)
    address = register.history(B)[0].postal_address
    assert address is not None
    assert [address.easting, address.northing] == [570000, 6200000]
    assert register.issues == [
        Issue(
            "warning",
            "coordinates-swapped",
            "eastings are in the northing column and northings in the easting column; each pair "
            "was exchanged (reported once for the page)",
            file="<bytes>",
        )
    ]


@pytest.mark.parametrize("repair", [False, True])
def test_ids_that_a_spreadsheet_damaged(repair: bool) -> None:
    damaged = f"{A[0]},{A[1:5]}E+12"
    content = page([unit({"sorNummer": A, "praksisSorNummer": damaged})])
    with sorparse.open(content, repair=repair) as found:
        (record,) = found.entities()
        assert [issue.code for issue in found.issues] == ["damaged-sor-id"]
    assert record.parent_id == (A if repair else damaged)


# -- columns


def test_the_column_that_is_declared_first_fills_the_field() -> None:
    """In whatever order the row has them; what is empty does not count."""
    parents = {
        "sygehusSorNummer": A,
        "overafdelingSorNummer": B,
        "underlagtSygehusSorNummer": C,
    }
    for names in (list(parents), list(parents)[::-1]):
        row = unit(
            {"sorNummer": A, **{name: parents[name] for name in names}}, datatype="sygehusafdeling"
        )
        found, _ = one(page([row], datatype="sygehusafdeling"))
        assert found is not None
        assert found.parent_id == B
        assert found.extra == {"sygehusSorNummer": A, "underlagtSygehusSorNummer": C}


def test_a_column_in_two_spellings() -> None:
    """The first one that is filled is used."""
    for texts, used in ((("1", "2"), "navn"), (("", "2"), "NAVN")):
        written = dict(zip(("navn", "NAVN"), texts, strict=True))
        found, _ = one(page([unit({"sorNummer": A, **written})]))
        assert found is not None
        assert found.name == written.pop(used)
        assert found.extra == {name: text for name, text in written.items() if text}


def test_a_column_of_the_caller_takes_precedence() -> None:
    """A field by its path or by its declared column; the declared column is then in ``extra``."""
    for row in ({"navn": "declared", "eget": "own"}, {"eget": "own", "navn": "declared"}):
        for field in ("name", "navn", "NAVN"):
            found, _ = one(page([unit({"sorNummer": A, **row})]), columns={"Eget": field})
            assert found is not None
            assert [found.name, found.extra] == ["own", {"navn": "declared"}]
    found, _ = one(page([unit({"sorNummer": A, "navn": "declared", "eget": ""})]))
    assert found is not None
    assert [found.name, found.extra] == ["declared", {}]


def test_a_column_of_the_caller_for_a_field_of_sor2() -> None:
    """Version 1 has no such column; it is read as SOR2 would read it."""
    row = unit({"sorNummer": A, "kode": "7", "nummer": "001234", "yder2": "005678"})
    columns = {"kode": "local_code", "yder2": "provider_number"}
    found, _ = one(page([row]), columns=columns)
    assert found is not None
    assert (found.local_code, found.provider_number) == ("7", "005678")
    assert found.extra == {"nummer": "001234"}


def test_columns_of_the_caller_are_for_the_table_with_the_field() -> None:
    row = unit({"ShakId": "1301", "SorId": A, "navn": "x"}, datatype="shaksormap")
    content = page([row], datatype="shaksormap", names=("ValidFrom", "ValidTo"))
    with sorparse.open(content, columns={"navn": "local_code"}) as found:
        (record,) = found.shak_sor_map()
    assert {"navn", "ValidFrom", "ValidTo"} == {*record.extra}


def test_describe_lists_the_field_of_each_column() -> None:
    row = unit({"sorNummer": A, "navn": "x", "eget": "y", "andet": "z"})
    with sorparse.open(page([row]), columns={"eget": "local_code"}) as found:
        (table,) = found.describe().tables
    assert {column.name: column.field for column in table.columns} == {
        "sorNummer": "sor_id",
        "navn": "name",
        "eget": "local_code",
        "andet": None,
        "validFrom": "validity.from_date",
        "validTo": "validity.to_date",
    }


# -- keys: of deliveries of one row, the last counts


def test_rows_of_one_key_are_one_row() -> None:
    """``Id`` and ``UniqueCurrentKey`` are the key, in any case, together with ``ValidFrom``."""
    first = {"SorId": A, "EntityName": "first"}
    again = {"SorId": A, "EntityName": "again", "FromDate": "2021-01-01"}
    later = "2024-05-02T12:00:00+00:00"

    def names(one: Columns, other: Columns, **options: str) -> list[str | None]:
        register = version_2(
            sorentity({**first, **one}), sorentity({**again, **other}, modified=later, **options)
        )
        return [record.name for record in register.history(A)]

    both = ["first", "again"]
    assert names({"Id": "1"}, {"Id": "1"}) == ["again"]
    assert names({"ID": "1"}, {"Id": "1"}) == ["again"]
    assert names({"Id": "1"}, {"Id": "2"}) == both
    assert names({"Id": "1"}, {"UniqueCurrentKey": "1"}) == both
    key = {"UniqueCurrentKey": "1", "Id": "1"}
    assert names(key, {**key, "Id": "2"}) == both
    assert names({"Id": "1"}, {"Id": "1", "UniqueCurrentKey": ""}) == ["again"]
    assert names(key, key, valid_from="2019-12-31T23:00:00+00:00") == ["again"]
    assert names(key, key, valid_from="2020-01-01T00:00:01+01:00") == both


@pytest.mark.parametrize("text", ["2020-01-01 00:00:00", "2019-12-31T23:00:00Z"])
def test_a_time_without_an_offset_is_danish_time(text: str) -> None:
    """Wherever the computer is."""
    rows = [
        entry(unit({"sorNummer": A, "navn": "first"})),
        entry(unit({"sorNummer": A, "navn": "again"}, pid=2)).replace(BEFORE, text),
    ]
    register = sorparse.load(bare(feed(rows, "yder", NOW)))
    assert [record.name for record in register.history(A)] == ["again"]


def test_rows_without_a_key_are_known_by_the_key_of_their_table() -> None:
    """Of units: id and first date, at whatever offset."""

    def names(one: Columns, other: Columns) -> list[str | None]:
        register = version_2(
            sorentity({"SorId": A, "EntityName": "first", **one}),
            sorentity({"SorId": A, "EntityName": "again", **other}, pid=2),
        )
        return [record.name for record in register.history(A)]

    start = "2021-01-01T00:00:00+01:00"
    assert names({"FromDate": start}, {"FromDate": "2020-12-31T23:00:00Z"}) == ["again"]
    assert names({"FromDate": start}, {"FromDate": "2021-01-02"}) == ["first", "again"]
    assert names({"Id": ""}, {"Id": ""}) == ["again"]


def test_version_1_has_no_column_for_a_key() -> None:
    rows = [
        unit({"sorNummer": A, "Id": "1", "navn": "first"}),
        unit({"sorNummer": A, "Id": "2", "navn": "again"}, pid=2),
    ]
    assert [record.name for record in sorparse.load(page(rows)).history(A)] == ["again"]


def test_a_period_without_a_beginning_is_as_one_that_is_empty() -> None:
    empty = entry(unit({"sorNummer": A, "navn": "first"})).replace(BEFORE, "")
    missing = entry(unit({"sorNummer": A, "navn": "again"}, pid=2))
    missing = missing.replace(f"<validFrom>{BEFORE}</validFrom>", "")
    register = sorparse.load(bare(feed([empty, missing], "yder", NOW)))
    assert [record.name for record in register.history(A)] == ["again"]


def test_equal_keys_of_two_datatypes_are_two_rows() -> None:
    rows = [
        unit({"sorNummer": A, "navn": "yder"}),
        unit({"sorNummer": A, "navn": "praksis"}, datatype="praksis", pid=2),
    ]
    assert {record.name for record in sorparse.load(page(rows)).history(A)} == {"yder", "praksis"}


# -- rows that the register no longer has


@pytest.mark.parametrize(
    ("valid_to", "to_date", "is_there"),
    [
        (CHANGED, "", False),
        ("2024-05-01T12:00:01+00:00", "", True),  # after the last known change
        (CHANGED, "2024-05-02", False),
        (CHANGED, "2024-05-01", True),  # the unit's own last day
        (CHANGED, "2024-04-30", True),
        (CHANGED, "2024-04-29", False),
        (CHANGED, "2024-05-01T12:00:00+02:00", True),
        (CHANGED, "2024-05-01T23:00:00-05:00", False),
        (CHANGED, "9999-12-31", False),
        (CHANGED, "soon", True),  # cannot be decided, so it is not omitted
        ("2024-13-01T12:00:00+00:00", "", True),
        ("2024-05-01", "", True),
        ("2999-12-31T00:00:00Z", "", True),
        ("", "", True),
    ],
)
def test_a_row_that_ended_before_the_last_change(
    valid_to: str, to_date: str, is_there: bool
) -> None:
    """It was withdrawn, unless it ended with the unit."""
    ended = entry(
        sorentity(
            {"SorId": A, "FromDate": "2019-01-01", "ToDate": to_date},
            valid_to="2000-01-01T00:00:00+01:00",
        ),
        names=("ValidFrom", "ValidTo"),
    ).replace("2000-01-01T00:00:00.000+01:00", valid_to)
    other = entry(sorentity({"SorId": B}, pid=2), names=("ValidFrom", "ValidTo"))
    register = sorparse.load(bare(feed([ended, other], "sorentity", NOW)))
    assert (A in register) == is_there
    assert B in register


def test_a_row_without_an_end_is_there() -> None:
    text = entry(sorentity({"SorId": A}), names=("ValidFrom", "other"))
    assert A in sorparse.load(bare(feed([text], "sorentity", NOW)))


def test_a_row_of_a_table_without_periods() -> None:
    """What ended is no longer registered, as nothing else has a last day."""
    rows = [
        unit(
            {"SorId": sor_id, "NewSorId": C},
            datatype="sorreplacedentities",
            pid=pid,
            valid_to=valid_to,
        )
        for pid, (sor_id, valid_to) in enumerate(((A, CHANGED), (B, None)), 1)
    ]
    content = page(rows, datatype="sorreplacedentities", names=("ValidFrom", "ValidTo"))
    with sorparse.open(content).settled() as found:
        assert [record.sor_id for record in found.replaced_entities()] == [B]
        assert [issue.code for issue in found.issues] == ["no-longer-registered"]
