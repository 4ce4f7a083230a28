"""What differs between two days, and between two sources."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Address, Change, Coded, Diff, Format, Register, ReplacedEntity, examples
from support.register import d, unit


def ids(found: tuple[object, ...]) -> list[str]:
    return [one.sor_id for one in found]  # type: ignore[attr-defined]


HISTORY = Register.from_records(
    [
        unit("same"),
        unit("opened", "2015-01-01"),
        unit("closed", end="2014-12-31"),
        unit("moved", "2000-01-01", "2014-12-31", parent_id="a"),
        unit("moved", "2015-01-01", parent_id="b"),
        unit("renamed", "2000-01-01", "2014-12-31", name="Før"),
        unit("renamed", "2015-01-01", name="Nu"),
        unit(
            "changed",
            "2000-01-01",
            "2014-12-31",
            shak_code="1",
            postal_address=Address(post_code="1000"),
        ),
        unit("changed", "2015-01-01", shak_code="2", postal_address=Address(post_code="2000")),
        unit("old", end="2014-12-31", replaced_by=["new"]),
        unit("new", "2015-01-01"),
        unit("short", "2014-12-31", "2014-12-31"),
    ],
    replaced_entities=[
        ReplacedEntity("closed", "opened", date(2015, 1, 1)),
        ReplacedEntity("same", "renamed", date(2030, 1, 1)),
    ],
)


def test_two_days_of_one_register() -> None:
    found = HISTORY.diff("2014-12-30", "2015-01-01")
    assert ids(found.opened) == ["new", "opened"]
    assert ids(found.closed) == ["old", "closed"]
    assert found.moved == (Change("moved", "parent_id", "a", "b", "Enhed moved"),)
    assert found.renamed == (Change("renamed", "name", "Før", "Nu", "Nu"),)
    assert [(one.sor_id, one.replaced_by_id) for one in found.replaced] == [
        ("closed", "opened"),
        ("old", "new"),
    ]
    assert [(one.sor_id, one.field, one.old, one.new) for one in found.changed] == [
        ("changed", "postal_address.post_code", "1000", "2000"),
        ("changed", "shak_code", "1", "2"),
    ]
    assert (found.from_day, found.to_day) == (date(2014, 12, 30), date(2015, 1, 1))
    assert found.counts()["changed"] == 2
    assert found


def test_the_last_day_of_a_unit_is_no_closing_yet() -> None:
    assert "closed" not in ids(HISTORY.diff("2014-12-30", "2014-12-31").closed)
    assert ids(HISTORY.diff("2014-12-31", "2015-01-01").closed) == ["old", "short", "closed"]


def test_a_replacement_without_a_date_takes_place_when_one_of_the_two_opens_or_closes() -> None:
    register = Register.from_records(
        [
            *(unit("a", end="2014-12-31", replaced_by=["b"]), unit("b")),
            *(unit("c", replaced_by=["d"]), unit("d", "2015-01-01")),
            *(unit("e", replaced_by=["f"]), unit("f")),
        ]
    )
    found = register.diff("2014-12-31", "2015-01-01").replaced
    assert [(one.sor_id, one.replaced_by_id) for one in found] == [("a", "b"), ("c", "d")]
    assert register.diff("2015-01-01", "2016-01-01").replaced == ()


def test_the_same_day_differs_in_nothing() -> None:
    found = HISTORY.diff("2015-01-01", "2015-01-01")
    assert not found
    assert set(found.counts().values()) == {0}


def test_backwards_is_the_mirror() -> None:
    there, back = HISTORY.diff("2014-12-30", "2015-01-01"), HISTORY.diff("2015-01-01", "2014-12-30")
    assert ids(there.opened) == ids(back.closed)
    assert ids(there.closed) == ids(back.opened)
    assert [(one.old, one.new) for one in there.changed] == [
        (one.new, one.old) for one in back.changed
    ]


unit_rows = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.integers(1, 28),
        st.none() | st.integers(1, 28),
        st.sampled_from(["N", "M"]),
        st.sampled_from([None, "a", "b"]),
        st.sampled_from([None, "1301"]),
    ),
    max_size=10,
)


def register_of(rows: list[tuple[str, int, int | None, str, str | None, str | None]]) -> Register:
    return Register.from_records(
        [
            unit(
                sor_id,
                f"2020-01-{start:02}",
                None if end is None else f"2020-01-{end:02}",
                name=name,
                parent_id=parent,
                shak_code=shak,
            )
            for sor_id, start, end, name, parent, shak in rows
        ]
    )


def undated(entity: sorparse.SOREntity) -> sorparse.SOREntity:
    return attrs.evolve(entity, validity=sorparse.Validity(), updated_at=None)


@given(unit_rows, st.integers(1, 28), st.integers(1, 28))
def test_a_diff_leads_from_one_state_to_the_other(
    rows: list[tuple[str, int, int | None, str, str | None, str | None]], first: int, second: int
) -> None:
    register = register_of(rows)
    days = f"2020-01-{first:02}", f"2020-01-{second:02}"
    before, after = (register.as_of(day) for day in days)
    found = register.diff(*days)
    state = {one.sor_id: one for one in before.active()}
    for one in found.closed:
        del state[one.sor_id]
    for change in (*found.moved, *found.renamed, *found.changed):
        assert getattr(state[change.sor_id], change.field) == change.old
        state[change.sor_id] = attrs.evolve(state[change.sor_id], **{change.field: change.new})
    state |= {one.sor_id: one for one in found.opened}
    assert {key: undated(one) for key, one in state.items()} == {
        one.sor_id: undated(one) for one in after.active()
    }


@given(unit_rows, unit_rows)
def test_two_registers_differ_as_two_days_do(
    first: list[tuple[str, int, int | None, str, str | None, str | None]],
    second: list[tuple[str, int, int | None, str, str | None, str | None]],
) -> None:
    a, b = register_of(first), register_of(second)
    day = "2020-01-15"
    there = sorparse.diff(a, b, from_day=day, to_day=day)
    back = sorparse.diff(b, a, from_day=day, to_day=day)
    assert there.opened == back.closed
    assert there.closed == back.opened
    assert {(c.sor_id, c.field, c.old, c.new) for c in there.renamed} == {
        (c.sor_id, c.field, c.new, c.old) for c in back.renamed
    }
    assert ids(there.opened) == sorted(set(b.as_of(day)) - set(a.as_of(day)))
    assert not sorparse.diff(a, a, from_day=day, to_day=day)


# -- two sources


def test_two_nightly_files() -> None:
    found = sorparse.diff(examples.daily_csv_earlier, examples.daily_csv)
    assert found.from_day < found.to_day
    assert [one.new for one in found.renamed] == ["Kirurgisk Sengeafsnit Kaj 1"]
    assert ids(found.closed) == ids(found.vanished) == ["9000401000016004"]
    assert len(found.announced) == 3
    assert "extra" in found.compared


def test_a_replaced_unit_that_the_second_source_lacks_has_its_name_from_the_first() -> None:
    first = Register.from_records([unit("a", name="Før"), unit("b", name="Nu")])
    second = Register.from_records(
        [unit("b", name="Siden")], replaced_entities=[ReplacedEntity("a", "b")]
    )
    (pair,) = sorparse.diff(first, second, from_day="2020-01-01", to_day="2020-01-02").replaced
    assert (pair.name, pair.replaced_by_name) == ("Før", "Siden")


def test_a_half_file_shows_as_vanished_units() -> None:
    whole = examples.daily_csv.read_bytes()
    lines = whole.split(b"\r\n")
    half = b"\r\n".join(lines[: len(lines) // 2]) + b"\r\n"
    found = sorparse.diff(whole, half, to_day=examples.snapshot_date)
    assert len(found.vanished) > 20
    assert not sorparse.diff(whole, whole)


@pytest.mark.parametrize("other", ["daily_csv", "sor_csv", "sor_xml_zip"])
def test_a_history_and_a_file_of_the_same_day(other: str) -> None:
    found = sorparse.diff(
        examples.sor2_zip,
        getattr(examples, other),
        from_day=examples.snapshot_date,
        to_day=examples.snapshot_date,
    )
    assert not found
    assert "name" in found.compared
    assert "extra" not in found.compared
    assert "shak_code" in found.compared


def test_what_only_one_format_can_say_is_not_compared() -> None:
    a = Register.from_records(
        [unit("1", reporting_level=True, entity_type=Coded("1", "x"))], format=Format.SOR2
    )
    b = Register.from_records([unit("1", entity_type=Coded(name="y"))], format=Format.SOR_CSV)
    found = sorparse.diff(a, b, from_day="2020-01-01", to_day="2020-01-01")
    assert [(one.field, one.old, one.new) for one in found.changed] == [
        ("entity_type.name", "x", "y")
    ]
    assert "reporting_level" not in found.compared
    assert "entity_type.code" not in found.compared


def test_what_both_sources_fill_is_compared_whichever_unit_fills_it() -> None:
    records = [
        unit("1", postal_address=Address(post_code="1000")),
        unit("2", postal_address=Address(district_name="Ribe"), first="2000-01-01"),
    ]
    whole, first = (
        Register.from_records(records[:number], format=kind)
        for number, kind in ((2, Format.SOR2), (1, Format.SOR_XML))
    )
    other = attrs_register(whole, Format.SOR_XML)
    dates = {"from_day": "2020-01-01", "to_day": "2020-01-01"}
    parts = {"postal_address.post_code", "postal_address.district_name", "first_from_date"}
    assert parts <= set(sorparse.diff(whole, other, **dates).compared)
    assert parts & set(sorparse.diff(whole, first, **dates).compared) == {
        "postal_address.post_code"
    }


def test_a_closing_that_was_known_is_no_vanishing() -> None:
    known = Register.from_records(
        [
            *(
                unit(sor_id, end=f"2020-01-{day}")
                for sor_id, day in (("1", 10), ("3", 20), ("5", 13), ("6", 15))
            ),
            unit("2"),
        ],
        format=Format.SOR2_DAILY,
        snapshot_date=d("2020-01-01"),
    )
    later = Register.from_records(
        [unit("4", end="2020-01-15")], format=Format.SOR2_DAILY, snapshot_date=d("2020-01-12")
    )
    found = sorparse.diff(known, later)
    assert ids(found.closed) == ["1", "2", "3", "5", "6"]
    # the later file is of the 15th at the latest, and has what closes on that date or after it
    assert ids(found.vanished) == ["2", "3", "6"]
    keeping = attrs_register(later, Format.SOR_XML)
    assert ids(sorparse.diff(known, keeping).vanished) == ["1", "2", "3", "5", "6"]
    none_closes = Register.from_records([unit("4")], format=Format.SOR2_DAILY)
    assert ids(sorparse.diff(known, none_closes, to_day="2020-01-12").vanished) == ["2"]


def attrs_register(register: Register, kind: Format) -> Register:
    return Register.from_records(
        [one for sor_id in register for one in register.history(sor_id)],
        format=kind,
        snapshot_date=register.snapshot_date,
    )


def test_diffs_are_values() -> None:
    first, second = (HISTORY.diff("2014-12-30", "2015-01-01") for _ in range(2))
    assert first == second
    assert isinstance(first, Diff)


def test_a_date_that_is_none() -> None:
    with pytest.raises(sorparse.InvalidDateError):
        HISTORY.diff("2014-02-30", "2015-01-01")


def test_an_inherited_number_that_one_format_repeats_is_no_change() -> None:
    code = "5790000000005"
    csv = [unit("1", location_code=code, location_code_inherited=False)]
    xml = [*csv, unit("2", parent_id="1", location_code_inherited=True)]
    csv += [unit("2", parent_id="1", location_code=code, location_code_inherited=True)]
    registers = [
        Register.from_records(records, format=kind, snapshot_date=d("2020-01-01"))
        for records, kind in ((csv, Format.SOR_CSV), (xml, Format.SOR_XML))
    ]
    assert not sorparse.diff(*registers)
    assert not sorparse.diff(*reversed(registers))
