"""Rows of a few fields say what the records say."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Row, examples

FIELDS = (
    "sor_id",
    "name",
    "sor_type",
    "entity_type",
    "entity_type.name",
    "owner.entity_type.code",
    "cvr",
    "validity.from_date",
    "validity",
    "postal_address.post_code",
    "postal_address.easting",
    "visiting_address",
    "virtual_address.telephone",
    "specialities",
    "specialities[0].code",
    "specialities[1].name",
    "local_attributes[0]",
    "replaces",
    "location_code_inherited",
    "note",
    "extra",
)
HEADER = "SorId;EntityName;FromDate;ToDate;PostalAddressPostCodeId;UpdatedAt;SorNote;Mine"
ID = "698471000016005"


def at(record: Any, path: str) -> Any:
    for step in path.replace("[", ".#").replace("]", "").split("."):
        if record is None:
            return None
        if step.startswith("#"):
            record = record[int(step[1:])] if len(record) > int(step[1:]) else None
        else:
            record = getattr(record, step)
    return record


def test_a_row_is_a_tuple_with_names() -> None:
    with sorparse.open(examples.daily_csv) as feed:
        row = next(feed.entities(fields=("sor_id", "postal_address.post_code")))
    assert isinstance(row, Row)
    assert list(row) == [row.sor_id, row.postal_address_post_code]
    assert row._asdict() == {"sor_id": row[0], "postal_address_post_code": row[1]}
    assert repr(row) == f"Row(sor_id={row[0]!r}, postal_address_post_code={row[1]!r})"
    assert pickle.loads(pickle.dumps(row)) == row
    with pytest.raises(AttributeError):
        row.name_of_no_field  # noqa: B018


@given(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=8, unique=True))
def test_rows_hold_what_the_records_hold(fields: list[str]) -> None:
    with sorparse.open(examples.daily_csv) as feed:
        expected = [tuple(at(record, path) for path in fields) for record in feed.entities()]
        assert list(feed.entities(fields=fields)) == expected


@pytest.mark.parametrize("source", [examples.sor_csv, examples.sor2_zip, examples.shak])
def test_every_table_of_every_format_gives_rows(source: Any) -> None:
    with sorparse.open(source) as feed:
        for table in feed.tables:
            first = next(feed.records(table))
            paths = [name for name in type(first).__slots__ if name != "__weakref__"]
            expected = [tuple(getattr(item, p) for p in paths) for item in feed.records(table)]
            assert list(feed.rows(table, paths)) == expected


ROWS = (
    f"{ID};A;2020-01-01;;2100;;;",
    f'"=""{ID}""";A;2020-01-01;9999-12-31;2100;;;x',
    f'{ID};"A; called ""B""";2020-01-01;;2100;;;',
    f'{ID};A;2020-01-01;;2100;;"two\nlines; and more";x',
    f"{ID}; A ;NULL;;2100;2020-01-01;;",
    f"{ID};A;not a date;;2100;;;",
    f"{ID};A;2020-01-01;;2100;not a date;;",
    f"{ID[:-1]}6;A;2020-01-01;;2100;;;",
    f"{ID};A;2020-01-01;;2100;;",
    f"{ID};A;2020-01-01;;2100;;;;x",
    f'{ID};"A;B;2020-01-01;;2100;;',
    f'{ID};A "B" C;2020-01-01;;2100;;;',
    f'{ID};A;2020-01-01;;2100;;"=""a;b""";',
    f'{ID};A;2020-01-01;;2100;"=""a;b""";',
    ";A;2020-01-01;;2100;;;",
    "",
    " ",
)
COLUMN_OF = {"sor_id": "SorId", "name": "EntityName", "validity.from_date": "FromDate"}


@given(
    st.lists(st.sampled_from(ROWS), max_size=6),
    st.lists(st.sampled_from(sorted(COLUMN_OF)), min_size=1, unique=True),
)
def test_irregular_rows_are_reported_alike(rows: list[str], fields: list[str]) -> None:
    content = "\r\n".join([HEADER, f"{ID};A;2020-01-01;;2100;;;", *rows, ""]).encode()
    with sorparse.open(content) as feed:
        expected = [tuple(at(record, path) for path in fields) for record in feed.entities()]
        reported = feed.issues
    with sorparse.open(content) as feed:
        assert list(feed.entities(fields=fields)) == expected
        columns = {COLUMN_OF[path] for path in fields}
        assert feed.issues == [i for i in reported if i.column is None or i.column in columns]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (("nome",), "has no field 'nome'; SOREntity has sor_id, name"),
        (("postal_address.town",), "Address has street_name"),
        (("name.code",), "has no field 'name.code'"),
        (("name[0]",), "'name' is not a series"),
        (("name", "name"), "twice"),
        ((), "no field"),
    ],
)
def test_a_wrong_field_is_reported_at_once(fields: tuple[str, ...], message: str) -> None:
    with (
        sorparse.open(examples.daily_csv) as feed,
        pytest.raises(ValueError, match=message.replace("[", r"\[")),
    ):
        feed.entities(fields=fields)


def test_one_name_alone_is_reported() -> None:
    with sorparse.open(examples.daily_csv) as feed, pytest.raises(TypeError, match="several"):
        feed.entities(fields="name")


def test_a_wrong_table_is_reported_at_once() -> None:
    with sorparse.open(examples.daily_csv) as feed, pytest.raises(sorparse.MissingTableError):
        feed.shak_units(fields=("shak_code",))
