"""Numbers of units in force, opened and closed, by groups and periods."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Address, Coded, EntityRef, Format, Register, SorType, Table, examples
from support.cli import Run, run
from support.paths import SRC
from support.register import unit

__all__ = ["run"]

DAY = "2026-06-15"


@pytest.fixture(scope="module")
def register() -> Register:
    return sorparse.load(examples.sor2_zip)


# -- one date


def test_without_fields_it_is_the_size_of_the_view(register: Register) -> None:
    view = register.as_of(DAY)
    assert list(view.counts()) == [{"in_force": len(view)}]
    assert list(Register.from_records([]).as_of(DAY).counts()) == [{"in_force": 0}]
    assert list(Register.from_records([]).as_of(DAY).counts("type")) == []


def test_short_names_and_paths(register: Register) -> None:
    view = register.as_of(DAY)
    counts = view.counts("region", "entity_type.code", "level")
    assert counts.schema.names == ("region", "entity_type_code", "level", "in_force")
    expected = Counter(
        (
            effective.postal_address and effective.postal_address.region_name,
            one.entity_type and one.entity_type.code,
            one.sor_type and one.sor_type.value,
        )
        for one in view.active()
        for effective in [view.effective(one.sor_id)]
    )
    assert {tuple(row.values())[:3]: row["in_force"] for row in counts} == expected
    by_type = {row["type"]: row["in_force"] for row in view.counts("type")}
    assert by_type["apotek"] == len(view.find(entity_type="apotek"))


def test_values_in_words() -> None:
    owner = unit("1", name="Ejer", entity_type=Coded("7"))
    units = [
        owner,
        unit("2", owner=EntityRef("1"), parent_id="1", specialities=[Coded("9", "øre")]),
    ]
    view = Register.from_records(units).as_of(DAY)
    assert list(view.counts("owner")) == [{"owner": "Ejer", "in_force": 2}]
    assert [row["type"] for row in view.counts("type")] == ["7", None]
    assert [row["speciality"] for row in view.counts("speciality")] == ["øre", None]
    assert [row["specialities_0_code"] for row in view.counts("specialities[0].code")] == [
        "9",
        None,
    ]
    assert list(view.counts("ambulant_activity")) == [{"ambulant_activity": None, "in_force": 2}]


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("colour", "there is no 'colour'"),
        ("entity_type.colour", "there is no 'colour'"),
        ("name.code", "there is no 'code'"),
        ("postal_address", "it holds several values"),
        ("specialities", r"it is a series: write specialities\[0\]"),
        ("name[0]", "'name' is not a series"),
        ("extra", "its values cannot be grouped"),
        ("effective.origin", "its values cannot be grouped"),
        ("", "there is no ''"),
    ],
)
def test_an_unknown_field_is_refused(register: Register, field: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as raised:
        register.as_of(DAY).counts(field)
    assert isinstance(raised.value, sorparse.UnknownFieldError)
    with pytest.raises(sorparse.SorError, match="Use type, level, region"):
        register.counts(field)


@pytest.mark.parametrize(
    ("field", "why", "fields"),
    [
        ("validity", "it holds several values", " Fields there: from_date, to_date."),
        ("validity.day", "there is no 'day'", " Fields there: from_date, to_date."),
        ("replaces", "it is a series: write replaces[0] for its first value", ""),
        ("extra", "its values cannot be grouped", ""),
    ],
)
def test_the_message_about_an_unknown_field(
    register: Register, field: str, why: str, fields: str
) -> None:
    with pytest.raises(sorparse.UnknownFieldError) as raised:
        register.counts(field)
    assert str(raised.value) == (
        f"cannot group by {field!r}: {why}. Use type, level, region, municipality, owner, "
        "institution, speciality, or a path such as entity_type.name or "
        f"effective.postal_address.post_code.{fields}"
    )


def test_an_owner_without_a_name_and_values_of_a_list() -> None:
    view = Register.from_records(
        [
            unit("1", owner=EntityRef("9"), sor_type=SorType.SI),  # the register has no unit 9
            unit("2", owner=EntityRef("3"), sor_type=SorType.SI),
            unit("3", "2000-01-01", "2009-12-31", name="Før"),
            unit("3", "2010-01-01", "2019-12-31", name="Lukket"),
        ]
    ).as_of(DAY)
    assert list(view.counts("owner")) == [
        {"owner": "9", "in_force": 1},
        {"owner": "Lukket", "in_force": 1},
    ]
    (row,) = view.counts("level")
    assert row == {"level": "SI", "in_force": 2}
    assert type(row["level"]) is str


def test_the_columns_are_declared(register: Register) -> None:
    columns = register.counts("type").schema.columns
    assert [(one.name, one.path, one.nullable) for one in columns] == [
        *(("from_day", "from_day", False), ("to_day", "to_day", False)),
        ("type", "entity_type", True),
        *((name, name, False) for name in ("in_force", "opened", "closed")),
    ]


def test_the_table_goes_to_data_tools(register: Register) -> None:
    pytest.importorskip("pyarrow")
    counts = register.counts("type", from_day="2024-01-01", to_day="2025-12-31")
    assert isinstance(counts, Table)
    table = counts.to_pyarrow()
    assert table.to_pylist() == list(counts)
    assert len(counts) == table.num_rows
    assert str(table.schema.field("opened").type) == "int64"
    assert Register.from_records([]).as_of(DAY).counts("type").to_pyarrow().num_rows == 0
    assert "in_force" in counts._repr_html_()


def test_rows_need_no_extra() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('pyarrow', 'matplotlib', 'numpy')));"
        "import sorparse; from sorparse import examples;"
        "register = sorparse.load(examples.sor2_zip);"
        "print(len(list(register.counts('region', every='year'))))"
    )
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert int(done.stdout) > 20


# -- periods


def test_years_and_months() -> None:
    register = Register.from_records(
        [unit("a", "2020-03-15", "2021-12-31"), unit("b", "2021-02-01", "2021-02-28")]
    )
    assert [tuple(row.values()) for row in register.counts(to_day="2022-06-30")] == [
        (date(2020, 1, 1), date(2020, 12, 31), 1, 1, 0),
        (date(2021, 1, 1), date(2021, 12, 31), 1, 1, 2),
        (date(2022, 1, 1), date(2022, 6, 30), 0, 0, 0),
    ]
    months = register.counts(every="month", from_day="2021-01-10", to_day="2021-03-01")
    assert [tuple(row.values()) for row in months] == [
        (date(2021, 1, 10), date(2021, 1, 31), 1, 0, 0),
        (date(2021, 2, 1), date(2021, 2, 28), 2, 1, 1),
        (date(2021, 3, 1), date(2021, 3, 1), 1, 0, 0),
    ]


def periods(register: Register, **options: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in register.counts(**options)]


def test_the_first_period_is_that_of_the_earliest_opening() -> None:
    register = Register.from_records([unit("a", "2020-03-15"), unit("b", None)])
    assert periods(register, every="month", to_day="2020-04-30") == [
        (date(2020, 3, 1), date(2020, 3, 31), 2, 1, 0),
        (date(2020, 4, 1), date(2020, 4, 30), 2, 0, 0),
    ]
    day = date(2020, 6, 30)
    assert periods(Register.from_records([]), to_day=day) == [(date(2020, 1, 1), day, 0, 0, 0)]
    ahead = Register.from_records([unit("a", "9999-12-31")])
    assert periods(ahead, to_day=day) == [(day, day, 0, 0, 0)]
    early = Register.from_records([unit("a", "0001-01-01")])
    assert len(periods(early, to_day="0003-01-01")) == 3


def test_the_last_period_ends_on_the_date_of_the_source_or_today() -> None:
    units = [unit("a", "2020-03-15")]
    dated = Register.from_records(units, snapshot_date=date(2021, 6, 1))
    assert periods(dated)[-1] == (date(2021, 1, 1), date(2021, 6, 1), 1, 0, 0)
    undated = Register.from_records(units)
    assert undated.shown_day is None
    assert periods(undated)[-1][1] == undated.as_of().day


def test_what_is_resolved_for_each_unit_is_that_of_its_date() -> None:
    """The unit inherits from a closed unit on its last date, and not on its first."""
    register = Register.from_records(
        [
            unit("1", "2000-05-01", "2001-03-31", postal_address=Address(post_code="8000")),
            unit("2", "2000-05-01", "2001-09-30", parent_id="1"),
        ]
    )
    found = register.counts("effective.caveats[0]", every="year", to_day="2001-12-31")
    assert [
        (row["from_day"].year, bool(row["effective_caveats_0"]), row["opened"], row["closed"])
        for row in found
    ] == [(2000, False, 2, 0), (2001, True, 0, 1), (2001, False, 0, 1)]


def test_the_ends_of_the_calendar() -> None:
    register = Register.from_records([unit("a", None, "9999-12-31"), unit("b", "9999-12-30")])
    rows = list(register.counts(every="month", from_day="9999-11-30", to_day=date.max))
    assert [row["in_force"] for row in rows] == [1, 2]
    assert (rows[-1]["to_day"], rows[-1]["opened"], rows[-1]["closed"]) == (date.max, 1, 1)
    (row,) = register.counts(from_day=date.min, to_day=date.min)
    assert (row["in_force"], row["opened"]) == (1, 0)


def test_what_makes_no_sense_is_refused(register: Register) -> None:
    with pytest.raises(sorparse.SorError, match="every='week': expected 'year' or 'month'"):
        register.counts(every="week")  # type: ignore[arg-type] # the point of the test
    with pytest.raises(sorparse.SorError, match="from_day 2022-01-01 is after to_day 2021-01-01"):
        register.counts(from_day="2022-01-01", to_day="2021-01-01")


def test_a_source_without_history_says_so() -> None:
    register = Register.from_records(
        [unit("a", "2020-01-01")], format=Format.SOR2_DAILY, snapshot_date=date(2026, 6, 1)
    )
    assert any("no history" in caveat for caveat in register.counts().caveats)
    for day, has_caveats in (("2026-06-01", False), ("2026-05-31", True)):
        view = register.as_of(day)
        assert view.counts().caveats == view.caveats
        assert bool(view.caveats) is has_caveats


rows_of_units = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.integers(0, 800),
        st.none() | st.integers(0, 800),
        st.sampled_from([None, *"abcd"]),
        st.sampled_from([None, "R", "S"]),
    ),
    max_size=8,
)
START = date(2019, 11, 1)


@given(
    rows_of_units,
    st.integers(0, 500),
    st.integers(0, 400),
    st.sampled_from(["year", "month"]),
    st.booleans(),
)
def test_counts_are_those_of_each_date(
    rows: list[tuple[str, int, int | None, str | None, str | None]],
    first: int,
    length: int,
    every: Any,
    grouped: bool,
) -> None:
    register = Register.from_records(
        [
            unit(
                sor_id,
                str(START + timedelta(days=start)),
                None if end is None else str(START + timedelta(days=end)),
                parent_id=parent,
                postal_address=None if region is None else Address(region_name=region),
            )
            for sor_id, start, end, parent, region in rows
        ]
    )
    begin = START + timedelta(days=first)
    days = [begin + timedelta(days=number) for number in range(length + 1)]
    lives = {
        sor_id: [
            day
            for number in range(-1, 900)
            if sor_id in register.as_of(day := START + timedelta(days=number))
        ]
        for sor_id in register
    }

    def group(sor_id: str, day: date) -> tuple[str | None, ...]:
        address = register.as_of(day).effective(sor_id).postal_address
        return (None if address is None else address.region_name,) if grouped else ()

    expected: Counter[tuple[Any, ...]] = Counter()
    for day in days:
        period = (day.year, day.month if every == "month" else 0)
        following = day + timedelta(days=1)
        is_last = day == days[-1] or (
            following.day == 1 and (every == "month" or following.month == 1)
        )
        for sor_id, life in lives.items():
            if is_last and day in life:
                expected[*period, *group(sor_id, day), "in_force"] += 1
            if life and life[0] == day:
                expected[*period, *group(sor_id, day), "opened"] += 1
            if life and life[-1] == day and day != START + timedelta(days=899):
                expected[*period, *group(sor_id, day), "closed"] += 1
    found: Counter[tuple[Any, ...]] = Counter()
    fields = ["region"] if grouped else []
    for row in register.counts(*fields, every=every, from_day=begin, to_day=days[-1]):
        assert begin <= row["from_day"] <= row["to_day"] <= days[-1]
        period = (row["from_day"].year, row["from_day"].month if every == "month" else 0)
        for what in ("in_force", "opened", "closed"):
            found[*period, *(row[field] for field in fields), what] += row[what]
    assert +found == +expected


# -- the command


def test_the_command_prints_the_numbers(run: Run, register: Register) -> None:
    found = run("counts", examples.sor2_zip, "type", "--as-of", DAY, "--json").json
    assert found == list(register.as_of(DAY).counts("type"))
    out = run("counts", examples.sor2_zip, "--every", "year", "--from", "2020-01-01", "--csv").out
    assert out.splitlines()[0] == "from_day,to_day,in_force,opened,closed"
    assert out.splitlines()[1].startswith("2020-01-01,2020-12-31,")
    result = run("counts", examples.daily_csv, "level", "--every", "year")
    assert result.status == 0
    assert "note: the daily file has no history" in result.err


@pytest.mark.parametrize(
    "argv", [("colour",), ("--from", DAY), ("--every", "year", "--as-of", DAY)]
)
def test_the_command_refuses_what_makes_no_sense(run: Run, argv: tuple[str, ...]) -> None:
    result = run("counts", examples.sor2_zip, *argv)
    assert (result.status, result.out) == (2, "")


# -- what a future unit and a history look like


def test_a_future_unit_closes_at_the_end_of_its_time_in_force(run: Run, tmp_path: Any) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "SorId;EntityName;SorType;FromDate;ToDate;FirstFromDate\r\n"
        "11000016002;A;IE;2030-01-01;2030-12-31;2030-01-01\r\n"
        "11000016002;B;IE;2031-01-01;;2030-01-01\r\n"
        "21000016006;C;IE;2030-01-01;2030-12-31;2030-01-01\r\n",
        "utf-8",
    )
    day = ("--as-of", DAY, "--json")
    assert run("show", path, "11000016002", *day).json["closes"] is None
    assert run("show", path, "21000016006", *day).json["closes"] == "2030-12-31"
    (hit,) = run("find", path, "A", "--status", "FUTURE", *day).json
    assert hit["closes"] is None


def test_a_history_is_headed_as_versions(register: Register) -> None:
    history = register.history("9000141000016008")
    assert len(history) == 2
    title = '2 versions of Søvnklinikken <code class="keep">9000141000016008</code>'
    assert title in history._repr_html_()  # type: ignore[attr-defined] # Versions
    assert "2 units" in (register.as_of(DAY).find(limit=2))._repr_html_()  # type: ignore[attr-defined] # Records
