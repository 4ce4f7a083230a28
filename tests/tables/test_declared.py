"""Each table is declared once, and everything that names tables follows the declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import assert_type

import attrs
import pytest

import sorparse
from sorparse import Feed, LocationCode, Row, SOREntity, examples
from sorparse.records.tables import TABLES
from sorparse.tables import schema_of


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_a_method_of_the_feed_with_a_docstring(name: str) -> None:
    method = getattr(Feed, name)
    assert inspect.isfunction(method)
    assert method.__qualname__ == f"Feed.{name}"
    assert TABLES[name].doc in inspect.getdoc(method)  # type: ignore[operator]
    assert str(inspect.signature(method)).startswith("(self, *, fields: ")
    assert TABLES[name].record.__name__ in str(inspect.signature(method))


@pytest.mark.parametrize("name", TABLES)
def test_required_fields_and_keys_are_columns(name: str) -> None:
    paths = {column.path for column in schema_of(name).columns}
    assert {*TABLES[name].required, *TABLES[name].key} <= paths


@pytest.mark.parametrize("name", TABLES)
def test_every_field_has_a_rule_for_masking(name: str) -> None:
    assert set(TABLES[name].masks) == set(attrs.fields_dict(TABLES[name].record))


def test_the_methods_are_typed_by_the_record() -> None:
    with sorparse.open(examples.sor2_zip) as feed:
        assert_type(feed.entities(), Iterator[SOREntity])
        assert_type(feed.location_codes(fields=None), Iterator[LocationCode])
        assert_type(feed.entities(fields=["sor_id", "name"]), Iterator[Row])
        assert type(next(feed.entities())) is SOREntity
        first = next(feed.entities(fields=["sor_id"]))
        assert first == (next(feed.entities()).sor_id,)
