"""Details of a comparison: which version is reported, names, order, and watch lists."""

from __future__ import annotations

from datetime import date

import sorparse
from sorparse import Change, Coded, Diff, Format, Register, ReplacedEntity
from support.register import unit

DAY = "2020-01-01"


def ids(units: tuple[sorparse.SOREntity, ...]) -> list[str]:
    return [one.sor_id for one in units]


def differences(before: Register, after: Register, from_day: str = DAY) -> Diff:
    return sorparse.diff(before, after, from_day=from_day, to_day=DAY)


def test_a_unit_opens_that_the_first_source_knew_as_closed_or_announced() -> None:
    first = Register.from_records([unit("1", end="2010-12-31"), unit("2", "2030-01-01")])
    second = Register.from_records(
        [
            unit("1", end="2010-12-31"),
            unit("1", "2019-01-01", name="Igen"),
            unit("2", "2020-01-01", name="Allerede"),
            unit("3", "2030-01-01", "2030-12-31", name="Ny"),
            unit("3", "2031-01-01", name="Senere"),
            unit("4", end="2010-12-31", name="Gammel"),
        ]
    )
    found = differences(first, second)
    assert [one.name for one in found.opened] == ["Igen", "Allerede"]
    assert [one.name for one in found.announced] == ["Ny"]
    assert (found.closed, found.vanished, found.closing) == ((), (), ())
    assert (found.from_units, found.to_units) == (0, 2)


def test_a_unit_that_reopened_closes_on_another_date_than_before() -> None:
    """The first unit is in force all the time, in two versions."""
    register = Register.from_records(
        [
            *(unit("1", end="2009-12-31"), unit("1", "2010-01-01")),
            *(unit("2", end="2009-12-31"), unit("2", "2010-06-01")),
        ]
    )
    assert register.diff("2005-01-01", "2011-01-01").closing == (
        Change("2", "closing_date", date(2009, 12, 31), None, "Enhed 2"),
    )


def test_a_repeated_number_is_compared_between_files_of_one_format() -> None:
    old, new = (
        Register.from_records([unit("1", location_code=code, location_code_inherited=True)])
        for code in ("5790000000005", "5790000000012")
    )
    found = differences(old, new)
    assert found.changed == (
        Change("1", "location_code", "5790000000005", "5790000000012", "Enhed 1"),
    )
    both = Register.from_records(
        [
            unit("1", end="2019-12-31", location_code="1", location_code_inherited=True),
            unit("1", DAY, location_code="2", location_code_inherited=True),
        ]
    )
    assert both.diff("2019-12-31", DAY).changed == (
        Change("1", "location_code", "1", "2", "Enhed 1"),
    )


def test_a_watch_list_has_the_ids_of_each_list_as_they_are_written() -> None:
    spelled, other = "9000041000016007.0", "9000071000016003.0"
    units = [unit("1", end="2019-12-31"), unit(spelled, "2020-01-01"), unit(other)]
    before = Register.from_records(units[:1] + units[2:])
    after = Register.from_records(
        [units[0], units[1], unit(other, end="2030-12-31")],
        replaced_entities=[ReplacedEntity("1", spelled, date(2020, 1, 1))],
    )
    found = differences(before, after, "2019-12-31")
    assert found.closed_or_closing == (other,)
    watched = found.only([spelled])
    assert ids(watched.opened) == [spelled]
    (pair,) = watched.replaced
    assert (pair.sor_id, pair.replaced_by_id) == ("1", spelled)
    assert found.only([other]).closed_or_closing == (other,)
    assert found.only(["1"]).replaced == watched.replaced
    assert not found.only(["2"])
    assert (watched.from_units, watched.to_units) == (found.from_units, found.to_units) == (2, 2)


def test_a_watch_list_of_a_successor_alone() -> None:
    spelled = "9000041000016007.0"
    register = Register.from_records(
        [unit("1"), unit(spelled)],
        replaced_entities=[ReplacedEntity("1", spelled, date(2020, 1, 1))],
    )
    found = register.diff("2019-12-31", DAY).only([spelled])
    names = f"Enhed {spelled}", "Enhed 1"
    (pair,) = found.replaced
    assert (pair.sor_id, pair.replaced_by_id) == ("1", spelled)
    assert (pair.replaced_by_name, pair.name) == names


def test_everything_is_in_the_order_of_the_ids_as_numbers() -> None:
    numbers = ("10", "9", "100", "11", "8")
    before = Register.from_records(
        [unit(one, name=f"a{one}", parent_id="x", end="2029-12-31") for one in numbers]
    )
    after = Register.from_records(
        [
            unit(
                one, end="2028-12-31", name=f"b{one}", parent_id="y", note="n", local_code=f"c{one}"
            )
            for one in numbers
        ]
    )
    ordered = ["8", "9", "10", "11", "100"]
    found = differences(before, after)
    for changes in (found.renamed, found.moved, found.closing):
        assert [one.sor_id for one in changes] == ordered
    assert [(one.sor_id, one.field) for one in found.changed] == [
        (one, field) for one in ordered for field in ("local_code", "note")
    ]
    assert [(one.field, one.old, one.new) for one in found.closing[:1]] == [
        ("closing_date", date(2029, 12, 31), date(2028, 12, 31))
    ]
    assert {one.name for one in (*found.closing, *found.moved)} == {f"b{one}" for one in numbers}
    nothing = Register.from_records([unit("7", end="2000-01-02")])
    assert ids(differences(nothing, after).opened) == ordered
    gone = differences(before, nothing)
    assert (ids(gone.closed), ids(gone.vanished)) == (ordered, ordered)
    later = Register.from_records([unit(one, "2030-01-01") for one in numbers])
    assert ids(differences(nothing, later).announced) == ordered


def test_own_numbers_are_compared_between_formats_and_repeated_ones_are_not() -> None:
    region = Coded("1084", "Region Hovedstaden"), Coded("1085", "Region Sjælland")
    csv, xml = (
        Register.from_records(
            [
                unit("1", location_code=code, location_code_region=place, note=f"1 {code}"),
                unit(
                    "2",
                    location_code=code if repeats else None,
                    location_code_region=place if repeats else None,
                    location_code_inherited=True,
                    note=f"2 {code}",
                ),
                unit("3", location_code="7", location_code_inherited=False),
            ],
            format=kind,
        )
        for code, place, repeats, kind in (
            ("5", region[0], True, Format.SOR_CSV),
            ("6", region[1], False, Format.SOR_XML),
        )
    )
    for first, second, old, new in ((csv, xml, 0, 1), (xml, csv, 1, 0)):
        found = differences(first, second).changed
        assert [(one.sor_id, one.field, one.old, one.new) for one in found] == [
            ("1", "location_code", "56"[old], "56"[new]),
            ("1", "location_code_region.code", region[old].code, region[new].code),
            ("1", "location_code_region.name", region[old].name, region[new].name),
            ("1", "note", f"1 {'56'[old]}", f"1 {'56'[new]}"),
            ("2", "note", f"2 {'56'[old]}", f"2 {'56'[new]}"),
        ]


def test_the_names_of_a_replacement_are_those_of_the_second_date_else_the_latest() -> None:
    replaced = [ReplacedEntity(old, new, date(2020, 1, 1)) for old, new in ("ab", "cd", "ex", "xb")]
    register = Register.from_records(
        [
            unit("a", end="2018-12-31", name="a1"),
            unit("a", "2019-01-01", "2019-12-30", name="a2"),
            unit("b", end="2019-12-31", name="b1"),
            unit("b", "2020-01-01", name="b2"),
            unit("c", end="2019-12-31", name="c1"),
            unit("d", "2020-06-01", "2020-12-31", name="d1"),
            unit("d", "2021-01-01", name="d2"),
            unit("e", end="2019-12-31", name="e1"),
            unit("e", "2020-01-01", "2020-12-31", name="e2"),
            unit("e", "2021-01-01", name="e3"),
        ],
        replaced_entities=replaced,
    )
    found = register.diff("2019-12-31", DAY).replaced
    assert [(one.sor_id, one.name, one.replaced_by_id, one.replaced_by_name) for one in found] == [
        ("a", "a2", "b", "b2"),
        ("c", "c1", "d", "d2"),
        ("e", "e2", "x", None),
        ("x", None, "b", "b2"),
    ]
    old = Register.from_records([unit("a", name="før"), unit("b", name="før")])
    new = Register.from_records([unit("b", name="nu")], replaced_entities=replaced[:1])
    (pair,) = differences(old, new).replaced
    assert (pair.name, pair.replaced_by_name) == ("før", "nu")
    gone = Register.from_records([unit("a", end="2010-01-01", name="nyere")])
    after = Register.from_records(
        [unit("b", "2030-01-01", name="b")], replaced_entities=replaced[:1]
    )
    (pair,) = differences(gone, after).replaced
    assert (pair.name, pair.replaced_by_name) == ("nyere", "b")
    (pair,) = differences(old, Register.from_records([], replaced_entities=replaced[:1])).replaced
    assert (pair.name, pair.replaced_by_name) == ("før", "før")


def test_the_parts_of_specialities_are_compared() -> None:
    register = Register.from_records(
        [
            unit("1", end="2019-12-31", specialities=(Coded("1", "a"), Coded("2"))),
            unit("1", DAY, specialities=(Coded("1", "b"),)),
        ]
    )
    found = register.diff("2019-12-31", DAY).changed
    assert [(one.field, one.old, one.new) for one in found] == [
        ("specialities.code", ("1", "2"), ("1",)),
        ("specialities.name", ("a", None), ("b",)),
    ]
