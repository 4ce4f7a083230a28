"""Which parts of units a comparison looks at."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import attrs
import pytest

import sorparse
from sorparse import Address, Coded, EntityRef, Format, Register, SOREntity, SorType, VirtualAddress
from sorparse.register.compared import compared_fields
from sorparse.tables import schema_of
from support.register import unit

DAY = "2020-01-01"
WHOLE = (
    *("location_code_system_type", "location_code_system_supplier"),
    "location_code_communication_supplier",
)
"""Fields that are compared as a whole."""


@pytest.fixture(autouse=True)
def _found_anew() -> None:
    """Let each test find the parts, or mutation tests take only the first to reach them."""
    compared_fields.cache_clear()


def compared(before: list[SOREntity], after: list[SOREntity], *formats: Format) -> tuple[str, ...]:
    one, other = formats or (Format.SOR2, Format.SOR2)
    return sorparse.diff(
        Register.from_records(before, format=one),
        Register.from_records(after, format=other),
        from_day=DAY,
        to_day=DAY,
    ).compared


def test_all_columns_are_compared_but_those_that_another_part_says() -> None:
    columns = [re.sub(r"\[\d\]", "", one.path) for one in schema_of("entities").columns]
    omitted = {
        *("sor_id", "updated_at", "validity.from_date", "validity.to_date"),
        *("replaces", "replaced_by", "owner.name", "health_institution.name"),
        *(
            f"{field}.entity_type.{part}"
            for field in ("owner", "health_institution")
            for part in ("code", "name")
        ),
    }
    wanted = [path.rpartition(".")[0] if path.startswith(WHOLE) else path for path in columns]
    wanted = [path for path in dict.fromkeys(wanted) if path not in omitted]
    found = compared([], [])
    assert sorted(found) == sorted(wanted)
    fields = [field.name for field in attrs.fields(SOREntity)]
    assert [fields.index(path.partition(".")[0]) for path in found] == sorted(
        fields.index(path.partition(".")[0]) for path in found
    )


def two_values(path: str) -> tuple[Any, Any]:
    """Return two values of a field that differ in one part."""
    block, _, part = path.partition(".")
    if block.endswith("_address"):
        kind: Any = VirtualAddress if block == "virtual_address" else Address
        return kind(), kind(**{part: "b"})
    if block == "specialities":
        return (), (Coded(**{part: "b"}),)
    if block in ("owner", "health_institution"):
        return EntityRef("1", "a"), EntityRef("2", "b")
    coded = ("entity_type", "organisational_level", "location_code_region")
    if block in coded:
        return Coded(), Coded(**{part: "b"})
    values: dict[str, tuple[Any, Any]] = {
        "sor_type": (None, SorType.SI),
        "first_from_date": (None, date(2000, 1, 1)),
        "local_attributes": ((), ("b",)),
        "extra": ({}, {"a": "b"}),
        **dict.fromkeys(WHOLE, (Coded("a"), Coded("b"))),
    }
    return values.get(block, (None, "b"))


def changed(old: SOREntity, new: SOREntity) -> list[tuple[str, Any, Any]]:
    one, other = (Register.from_records([each], format=Format.SOR2) for each in (old, new))
    found = sorparse.diff(one, other, from_day=DAY, to_day=DAY)
    changes = (*found.changed, *found.renamed, *found.moved)
    return [(change.field, change.old, change.new) for change in changes]


def test_each_part_is_compared_by_itself() -> None:
    for path in compared([], []):
        field, _, part = path.partition(".")
        old, new = two_values(path)
        values: list[Any]
        if field == "specialities":
            values = [None, ("b",)]
        else:
            values = [getattr(value, part) if part else value for value in (old, new)]
        units = [SOREntity("1", **{field: value}) for value in (old, new)]
        assert changed(*units) == [(path, *values)]
        if part:  # of no value every part is absent
            assert (path, None, values[1]) in changed(SOREntity("1"), units[1])


def test_specialities_that_have_no_name_are_no_names() -> None:
    nameless, named = (
        unit("1", specialities=(Coded("1"), Coded("2", name))) for name in (None, "b")
    )
    assert changed(nameless, named) == [("specialities.name", None, (None, "b"))]


# -- sources of different formats

BOTH = (Format.SOR2, Format.SOR_CSV)


def test_of_different_formats_what_both_fill_is_compared() -> None:
    full = unit(
        "1",
        parent_id="2",
        first="2000-01-01",
        note="n",
        owner=EntityRef("1"),
        specialities=(Coded("1"),),
        postal_address=Address("Vej", post_code="8000"),
        location_code_inherited=True,
        extra={"a": "b"},
    )
    assert compared([full], [full], *BOTH) == (
        *("name", "sor_type", "parent_id", "owner.sor_id", "first_from_date"),
        *("location_code_inherited", "postal_address.post_code"),
        *("specialities.code", "note"),
    )
    empty = SOREntity("1", specialities=(Coded(None, "a"),))
    assert compared([full], [empty], *BOTH) == ()
    assert compared([empty], [full], *BOTH) == ()


def test_each_unit_may_fill_another_part() -> None:
    several = [
        unit("1", name=None, specialities=(Coded("1"),)),
        unit("2", name=None, specialities=(Coded(None, "a"),), sor_type=None),
        unit("3", name=None, note="n", sor_type=None, first="2000-01-01"),
    ]
    found = compared(several, several[::-1], *BOTH)
    assert found == (
        "sor_type",
        "first_from_date",
        "specialities.code",
        "specialities.name",
        "note",
    )


def test_a_street_is_compared_if_both_write_the_number_beside_it() -> None:
    apart, joined = Address("Vej", street_building_id="1"), Address("Vej 1")
    for first, second, expected in (
        (apart, apart, ("postal_address.street_name", "postal_address.street_building_id")),
        (apart, joined, ()),
        (joined, apart, ()),
        (joined, joined, ()),
    ):
        before, after = ([SOREntity("1", postal_address=one)] for one in (first, second))
        assert compared(before, after, *BOTH) == expected
    # the number of another address does not help
    mixed = [SOREntity("1", postal_address=apart, visiting_address=joined)]
    assert compared(mixed, mixed, *BOTH) == (
        "postal_address.street_name",
        "postal_address.street_building_id",
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, False, []),
        (False, None, []),
        (False, True, [(None, True)]),
        (True, None, [(True, None)]),
    ],
)
def test_not_inherited_and_not_stated_mean_the_same(
    old: bool | None, new: bool | None, expected: list[Any]
) -> None:
    filled = unit("2", location_code_inherited=True)
    one, other = (
        Register.from_records([unit("1", location_code_inherited=value), filled], format=kind)
        for value, kind in zip((old, new), BOTH, strict=True)
    )
    found = sorparse.diff(one, other, from_day=DAY, to_day=DAY).changed
    assert [(change.old, change.new) for change in found] == expected
