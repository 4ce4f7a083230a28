"""Status and version on a date, by the rules of the contract."""

from __future__ import annotations

from datetime import date

import pytest

import sorparse
from sorparse import Register, Status
from support.register import unit


def status(records: list[sorparse.SOREntity], day: str) -> Status:
    return Register.from_records(records).as_of(day).status("1")


def name_on(records: list[sorparse.SOREntity], day: str) -> str | None:
    return Register.from_records(records).as_of(day)["1"].name


def test_the_closing_date_is_the_last_active_day() -> None:
    records = [unit("1", "2010-01-01", "2021-03-31")]
    assert status(records, "2021-03-31") is Status.ACTIVE
    assert status(records, "2021-04-01") is Status.CLOSED


def test_the_opening_is_the_first_active_day() -> None:
    records = [unit("1", "2010-01-01")]
    assert status(records, "2009-12-31") is Status.FUTURE
    assert status(records, "2010-01-01") is Status.ACTIVE


def test_the_opening_is_first_from_date_and_not_the_last_change() -> None:
    records = [unit("1", "2020-05-01", first="2005-01-01", name="nu")]
    assert status(records, "2004-12-31") is Status.FUTURE
    assert status(records, "2010-01-01") is Status.ACTIVE
    view = Register.from_records(records).as_of("2010-01-01")
    assert view["1"].name == "nu"
    assert view.before_history("1")
    assert not Register.from_records(records).as_of("2020-05-01").before_history("1")


def test_a_change_ahead_does_not_make_an_open_unit_future() -> None:
    records = [unit("1", "2030-01-01", first="2005-01-01")]
    assert status(records, "2021-01-01") is Status.ACTIVE


def test_the_opening_clips_a_version_that_starts_before_it() -> None:
    records = [unit("1", "2010-01-01", first="2012-01-01")]
    assert status(records, "2011-06-01") is Status.FUTURE
    assert status(records, "2012-01-01") is Status.ACTIVE


def test_a_snapshot_row_without_from_date_counts_from_the_opening() -> None:
    records = [unit("1", None, "2021-03-31", first="2012-01-01")]
    assert [status(records, day) for day in ("2011-12-31", "2012-01-01", "2021-04-01")] == [
        Status.FUTURE,
        Status.ACTIVE,
        Status.CLOSED,
    ]


def test_a_unit_without_any_date_is_always_active() -> None:
    assert status([unit("1", None)], "0001-01-01") is Status.ACTIVE
    assert status([unit("1", None)], "9999-12-31") is Status.ACTIVE


def test_a_gap_is_closed_and_reports_the_last_day() -> None:
    records = [
        unit("0", "2000-01-01", "2001-12-31"),
        unit("1", "2010-01-01", "2012-12-31"),
        unit("1", "2014-01-01"),
        unit("2", "2001-01-01", "2002-12-31"),
    ]
    view = Register.from_records(records).as_of("2013-06-01")
    assert view.status("1") is Status.CLOSED
    with pytest.raises(sorparse.NotInForceError) as caught:
        view["1"]
    assert (caught.value.reason, caught.value.date) == ("closed", date(2012, 12, 31))


def test_the_last_day_of_a_closed_unit_is_its_own() -> None:
    records = [unit(one, f"20{one}-01-01", f"20{one}-12-31") for one in ("12", "11", "10", "09")]
    view = Register.from_records(records).as_of("2013-06-01")
    for record in records:
        with pytest.raises(sorparse.NotInForceError) as caught:
            view[record.sor_id]
        assert caught.value.date == record.validity.to_date


def test_a_future_version_beside_the_present_one() -> None:
    records = [unit("1", "2027-01-01", name="ny"), unit("1", "2010-01-01", name="nu")]
    assert name_on(records, "2026-12-31") == "nu"
    assert name_on(records, "2027-01-01") == "ny"


def test_of_overlapping_versions_the_later_starting_applies() -> None:
    records = [
        unit("1", "2010-01-01", "2020-12-31", name="lang"),
        unit("1", "2012-01-01", "2013-12-31", name="kort"),
    ]
    assert name_on(records, "2011-12-31") == "lang"
    assert name_on(records, "2012-01-01") == "kort"
    assert name_on(records, "2014-01-01") == "lang"


def test_an_open_version_is_ended_by_a_later_starting_one() -> None:
    records = [
        unit("1", "2010-01-01", name="åben"),
        unit("1", "2012-01-01", "2013-12-31", name="senere"),
    ]
    assert name_on(records, "2013-12-31") == "senere"
    assert status(records, "2014-01-01") is Status.CLOSED


def test_of_equal_starts_the_latest_edit_applies_then_the_last_in_the_file() -> None:
    edited = [
        unit("1", "2010-01-01", name="sidst rettet", updated="2012-01-01"),
        unit("1", "2010-01-01", name="først rettet", updated="2011-01-01"),
    ]
    assert name_on(edited, "2015-01-01") == "sidst rettet"
    assert name_on(edited[::-1], "2015-01-01") == "sidst rettet"
    unedited = [unit("1", "2010-01-01", name="a"), unit("1", "2010-01-01", name="b")]
    assert name_on(unedited, "2015-01-01") == "b"
    assert name_on(unedited[::-1], "2015-01-01") == "a"


def test_a_version_without_a_date_never_applies() -> None:
    records = [
        unit("1", "2010-01-01", "2011-12-31", name="a"),
        unit("1", "2012-01-01", "2011-12-31", name="uden dag", updated="2020-01-01"),
        unit("1", "2012-01-01", name="b"),
    ]
    assert name_on(records, "2012-01-01") == "b"
    assert name_on(records, "2011-12-31") == "a"


def test_a_single_version_closed_before_its_last_change_was_open_from_the_opening() -> None:
    records = [unit("1", "2021-05-01", "2021-03-31", first="2010-01-01")]
    assert status(records, "2021-03-31") is Status.ACTIVE
    assert status(records, "2021-04-01") is Status.CLOSED


def test_a_single_version_closed_on_the_opening_was_open_for_that_day() -> None:
    records = [unit("1", "2021-05-01", "2010-01-01", first="2010-01-01", name="kort")]
    assert status(records, "2009-12-31") is Status.FUTURE
    assert name_on(records, "2010-01-01") == "kort"
    assert status(records, "2010-01-02") is Status.CLOSED


def test_a_unit_that_never_has_a_day_is_future_then_closed() -> None:
    records = [unit("1", "2021-05-01", "2021-04-30")]
    assert status(records, "2021-04-30") is Status.FUTURE
    assert status(records, "2021-05-01") is Status.CLOSED
    view = Register.from_records(records).as_of("2021-05-01")
    assert [one.sor_id for one in view.closed()] == ["1"]
    with pytest.raises(sorparse.NotInForceError) as closed:
        view["1"]
    assert str(closed.value) == "1 is closed on 2021-05-01: none of its versions is ever valid"


def test_history_is_oldest_first_whatever_the_order_of_the_file() -> None:
    records = [
        unit("1", "2014-01-01", name="c"),
        unit("2", "2000-01-01"),
        unit("1", "2010-01-01", "2011-12-31", name="a"),
        unit("1", "2012-01-01", "2013-12-31", name="b"),
    ]
    register = Register.from_records(records)
    assert register.history("1") == (records[2], records[3], records[0])
    assert len(register) == 2
    assert "1" in register
    assert "3" not in register
    assert list(register) == ["1", "2"]


def test_every_record_comes_back_equal(example_entities: list[sorparse.SOREntity]) -> None:
    register = Register.from_records(example_entities)
    back = [version for sor_id in register for version in register.history(sor_id)]
    assert sorted(back, key=repr) == sorted(example_entities, key=repr)


@pytest.fixture
def example_entities() -> list[sorparse.SOREntity]:
    with sorparse.open(sorparse.examples.sor2_zip) as feed:
        return list(feed.entities())


def test_versions_that_differ_in_much_come_back_equal() -> None:
    plain = unit("1", "2010-01-01", "2010-12-31")
    full = unit(
        "1",
        "2011-01-01",
        updated="2011-01-01",
        parent_id="2",
        cvr="12345678",
        shak_code="1301",
        provider_number="000917",
        pharmacy_number="1,2",
        local_code="x",
        location_code="5790000000005",
        location_code_inherited=True,
        postal_address=sorparse.Address(post_code="8000"),
        visiting_address=sorparse.Address(post_code="8200"),
        activity_address=sorparse.Address(post_code="8210"),
        virtual_address=sorparse.VirtualAddress(telephone="1"),
        specialities=[sorparse.Coded("1", "a")],
        geographical_parent_relation="3",
        geographical_parent_id="4",
        ambulant_activity=True,
        patients_admitted=False,
        reporting_level=True,
        organisational_level=sorparse.Coded("5"),
        replaces=["7"],
        replaced_by=["8"],
        note="n",
        extra={"Ny": "x"},
    )
    again = unit("1", "2012-01-01", name="igen")
    register = Register.from_records([plain, full, again])
    assert register.history("1") == (plain, full, again)
    assert [hash(one) for one in register.history("1")] == [
        hash(one) for one in (plain, full, again)
    ]
