"""SHAK on one date: messages, the period of codes that are not in force, levels, search."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

import sorparse
from sorparse import SHAKRegion, ShakRegister, SHAKUnit, Status, Validity, examples
from support.register import d
from support.shak import HOSPITAL


def unit(
    code: str, start: str | None = "2000-01-01", end: str | None = None, name: str | None = None
) -> SHAKUnit:
    return SHAKUnit(shak_code=code, name=name, validity=Validity(d(start), d(end)))


def codes(units: tuple[SHAKUnit, ...]) -> list[str]:
    return [one.shak_code for one in units]


SHAK = ShakRegister.from_records(
    [
        unit("9901", "2000-01-01", "2001-12-31", "first"),
        unit("9901", "2003-01-01", "2003-12-31", "second"),
        unit("9901", "2005-01-01", None, "third"),
        unit("9902", "2000-01-02", "2000-01-01", "never"),
        unit("9903", None, "2002-06-30", "always before"),
    ]
)


@pytest.mark.parametrize(
    ("code", "day", "message", "reason", "known"),
    [
        ("9901", "1999-12-31", " (opens on 2000-01-01)", "future", "2000-01-01"),
        ("9901", "2002-01-01", " (was closed after 2001-12-31)", "closed", "2001-12-31"),
        ("9901", "2004-12-31", " (was closed after 2003-12-31)", "closed", "2003-12-31"),
        ("9902", "2000-01-01", " (opens on 2000-01-02)", "future", "2000-01-02"),
        ("9902", "2000-01-02", "", "closed", None),
        ("9903", "2002-07-01", " (was closed after 2002-06-30)", "closed", "2002-06-30"),
    ],
)
def test_why_a_code_is_not_in_force(
    code: str, day: str, message: str, reason: str, known: str | None
) -> None:
    view = SHAK.as_of(day)
    with pytest.raises(sorparse.NotInForceError) as refused:
        view[f" {code}"]
    error = refused.value
    assert str(error) == f"SHAK code {code} is not in force on {day}{message}"
    assert (error.sor_id, error.day, error.reason) == (code, date.fromisoformat(day), reason)
    assert error.date == d(known)
    assert (view.get(code), view.get(code, "none"), code in view) == (None, "none", False)
    assert view.status(code) is (Status.FUTURE if reason == "future" else Status.CLOSED)


def test_a_code_that_the_file_does_not_have() -> None:
    view = SHAK.as_of("2000-01-01")
    with pytest.raises(sorparse.UnknownUnitError) as unknown:
        view["9909"]
    assert str(unknown.value) == "no code 9909 in this SHAK file"
    assert unknown.value.sor_id == "9909"
    with pytest.raises(sorparse.UnknownUnitError, match=r"^'99' is not a SHAK code: ") as malformed:
        view["99"]
    assert malformed.value.sor_id == "99"
    assert (view.get("9909"), view.get("9909", 1)) == (None, 1)
    assert 9901 not in view
    assert "9901" in view
    assert repr(view) == f"<ShakView of 2000-01-01: {SHAK!r}>"
    assert (view.register, view.day) == (SHAK, date(2000, 1, 1))


@pytest.mark.parametrize(
    ("day", "closed", "future"),
    [
        ("1999-12-31", [], ["first", "never"]),
        ("2000-01-02", ["never"], []),
        ("2001-12-31", ["never"], []),
        ("2002-06-30", ["first", "never"], []),
        ("2002-12-31", ["first", "never", "always before"], []),
        ("2003-01-01", ["never", "always before"], []),
        ("2004-06-01", ["second", "never", "always before"], []),
        ("2005-01-01", ["never", "always before"], []),
    ],
)
def test_the_period_that_represents_a_code_not_in_force(
    day: str, closed: list[str], future: list[str]
) -> None:
    view = SHAK.as_of(day)
    assert [one.name for one in view.closed()] == closed
    assert [one.name for one in view.future()] == future
    assert len(view) == len(SHAK) - len(closed) - len(future)
    assert [one.name for one in view.find(status="CLOSED")] == closed
    assert [one.name for one in view.find(status=[Status.FUTURE, "CLOSED"])] == [
        one.name for one in view.find(status=tuple(Status)) if one.name in (*closed, *future)
    ]


def test_of_several_periods_that_never_apply_the_latest_represents_the_code() -> None:
    periods = [("2005-01-02", "2005-01-01"), ("2000-01-02", "2000-01-01")]
    shak = ShakRegister.from_records(unit("9901", *period) for period in periods)
    assert [one.validity.from_date for one in shak.as_of("2010-01-01").closed()] == [
        d("2005-01-02")
    ]


def test_the_order_of_hits() -> None:
    shak = ShakRegister.from_records(
        [
            unit("9906", name="Stor kir afdeling"),
            unit("9905", name="KIR"),
            unit("9904", name="Øre-kir"),
            unit("9903", name="kirurgi"),
            unit("9902", name="9901 før"),
            unit("990101", name="Anden kir"),
            unit("9901", name="Kir"),
            unit("9907"),
        ]
    )
    view = shak.as_of("2020-01-01")
    assert codes(view.find("kir")) == ["9901", "9905", "9903", "990101", "9904", "9906"]
    assert codes(view.find("9901")) == ["9901", "990101", "9902"]
    assert codes(view.find("9901 før")) == ["9902"]
    assert codes(view.find("afdeling KIR")) == ["9906"]
    assert codes(view.find(" oere ")) == ["9904"]
    assert codes(view.find("99")) == [  # the name of 9902 begins with it
        *("9902", "9901", "990101", "9903", "9904", "9905", "9906", "9907")
    ]
    assert {*codes(view.find())} == {*shak}
    assert view.find("kir", status="FUTURE") == ()
    assert view.find("xxxx") == ()


def test_the_levels_below_a_code() -> None:
    shak = ShakRegister.from_records(
        unit(code)
        for code in [
            *("9901", "990102", "990101", "9901022", "9901011", "9901010", "9902011"),
            *("A9901", "A990101", "A9901010", "990201"),
        ]
    )
    view = shak.as_of("2020-01-01")
    assert codes(view.departments("9901")) == ["990101", "990102"]
    assert codes(view.sections("9901")) == ["9901010", "9901011", "9901022"]
    assert codes(view.sections("990101")) == ["9901010", "9901011"]
    assert codes(view.departments("9902")) == ["990201"]
    assert codes(view.departments("A9901")) == ["A990101"]
    assert codes(view.sections("A990101")) == ["A9901010"]
    assert view.sections("990201") == (shak.as_of("2020-01-01")["9902011"],)
    assert [view.hospital(code) for code in ("A9901010", "9901", "990201")] == [
        view["A9901"],
        view["9901"],
        None,
    ]
    for code in ("990101", "99010", "9901011"):
        with pytest.raises(ValueError, match="has no such units") as refused:
            view.departments(code)
        expected = f"'{code}' has no such units: expected a code of 4 characters"
        assert str(refused.value) == expected
    with pytest.raises(ValueError, match="has no such units") as refused:
        view.sections("9901011")
    expected = "'9901011' has no such units: expected a code of 4 or 6 characters"
    assert str(refused.value) == expected
    with pytest.raises(sorparse.UnknownUnitError, match="no code 9903"):
        view.sections("9903")
    with pytest.raises(sorparse.UnknownUnitError, match="no code 990103"):
        view.sections("990103")
    assert view.sections("990102") == (view["9901022"],)


def test_nothing_is_below_a_hospital_alone() -> None:
    view = ShakRegister.from_records([unit("9901")]).as_of("2020-01-01")
    assert (view.departments("9901"), view.sections("9901")) == ((), ())


def test_the_record_of_a_region_on_a_date() -> None:
    def region(code: str, start: str | None, end: str | None, sor_id: str) -> SHAKRegion:
        return SHAKRegion(shak_code=code, validity=Validity(d(start), d(end)), sor_id=sor_id)

    shak = ShakRegister.from_records(
        [unit("9901"), unit("990101")],
        [
            region("9902", "2000-01-01", None, "0"),
            region("9901", "2005-01-01", None, "1"),
            region("9901", None, "2010-12-31", "2"),
            region("9901", "2000-01-01", None, "3"),
            region("9901", "2005-01-01", "2009-12-31", "4"),
            region("9901", None, None, "5"),
        ],
    )
    found = {}
    for day in ("1999-12-31", "2000-01-01", "2005-01-01", "2009-12-31", "2010-01-01"):
        one = shak.as_of(day).region("9901")
        assert shak.as_of(day).region("990101") == one
        found[day] = one and one.sor_id
    assert found == {
        "1999-12-31": "5",
        "2000-01-01": "3",
        "2005-01-01": "4",
        "2009-12-31": "4",
        "2010-01-01": "1",
    }


def test_a_file_without_regions() -> None:
    assert SHAK.as_of("2000-01-01").region("9901") is None
    with_others = ShakRegister.from_records(SHAK.units, [SHAKRegion(shak_code="9909")])
    assert with_others.as_of("2000-01-01").region("9901") is None


def test_of_two_periods_from_one_date_the_one_edited_last_counts() -> None:
    edits = [("first", "2012-01-02"), ("last", "2012-01-03"), ("between", None)]
    shak = ShakRegister.from_records(
        attrs.evolve(unit("9901", name=name), updated_at=d(edited)) for name, edited in edits
    )
    assert shak.as_of("2020-01-01")["9901"].name == "last"


def test_a_code_is_found_however_the_file_writes_it() -> None:
    view = ShakRegister.from_records([unit("9901a1"), unit("9901B1")]).as_of("2000-01-01")
    assert all(code in view for code in ("9901a1", "9901A1", "9901b1", " 9901B1 "))
    assert "9901c1" not in view
    with pytest.raises(TypeError, match=r"^SHAK code: expected text, got int"):
        view.get(9901)  # type: ignore[call-overload]


def test_records_without_a_file_have_no_lines() -> None:
    (issue,) = ShakRegister.from_records([unit("9901", None)]).check()
    assert (issue.code, issue.line) == ("shak-missing-date", None)


def test_the_table_of_a_view() -> None:
    view = sorparse.load_shak(HOSPITAL).as_of("2000-01-01")
    table = view.to_arrow()
    assert table.schema.name == "shak_units"
    assert table.to_pyarrow().column("shak_code").to_pylist() == list(view)
    assert sorparse.load_shak(examples.shak).as_of("2026-06-15").find("hjerte") != ()
