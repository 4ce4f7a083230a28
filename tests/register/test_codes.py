"""From codes to units and back: ambiguity is a result, with a named rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import sorparse
from sorparse import (
    Coded,
    LocationCode,
    Register,
    ShakMatch,
    ShakRegister,
    SHAKSORMap,
    SHAKUnit,
    SorType,
    Validity,
)
from support.register import ADMINISTRATIVE, CLINICAL, SUPPLEMENTARY, mapped, unit

DAY = "2020-01-01"
CODE = "5790000000005"


def match(records: list[sorparse.SOREntity], code: str = "1301", day: str = DAY) -> ShakMatch:
    return Register.from_records(records).as_of(day).shak_to_sor(code)


def best(found: sorparse.Match) -> tuple[str | None, str]:
    return (found.best.sor_id if found.best else None, found.rule)


def test_one_candidate() -> None:
    found = match([unit("a", shak_code="1301"), unit("b", shak_code="1302")])
    assert best(found) == ("a", "only-candidate")
    assert [one.sor_id for one in found.candidates] == ["a"]
    assert (found.candidates[0].entity, found.candidates[0].source) == (
        unit("a", shak_code="1301"),
        "unit",
    )
    assert (found.code, found.day) == ("1301", date(2020, 1, 1))


def test_nobody_has_the_code() -> None:
    assert best(match([unit("a", shak_code="1302")])) == (None, "none")


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        ({"reporting_level": True}, {"reporting_level": False}, "reporting-level"),
        (
            {"entity_type": CLINICAL},
            {"entity_type": SUPPLEMENTARY},
            "drops-supplementary",
        ),
        (
            {"entity_type": Coded(name="klinisk enhed")},
            {"entity_type": Coded(name="Anden EDI")},
            "drops-supplementary",
        ),
        ({}, {"entity_type": SUPPLEMENTARY}, "drops-supplementary"),
        (
            {"entity_type": CLINICAL},
            {"entity_type": ADMINISTRATIVE},
            "clinical-over-administrative",
        ),
        # the order of the rules: the reporting level decides before the kind of unit does
        (
            {"reporting_level": True, "entity_type": ADMINISTRATIVE},
            {"entity_type": CLINICAL},
            "reporting-level",
        ),
    ],
)
def test_what_decides_between_two(first: dict[str, Any], second: dict[str, Any], rule: str) -> None:
    records = [unit("a", shak_code="1301", **first), unit("b", shak_code="1301", **second)]
    assert best(match(records)) == ("a", rule)
    assert best(match(records[::-1])) == ("a", rule)


def test_rules_narrow_one_after_the_other() -> None:
    records = [
        unit("a", shak_code="1301", reporting_level=True, entity_type=SUPPLEMENTARY),
        unit("b", shak_code="1301", reporting_level=True, entity_type=CLINICAL),
        unit("c", shak_code="1301", reporting_level=True, entity_type=ADMINISTRATIVE),
        unit("d", shak_code="1301", reporting_level=False, entity_type=CLINICAL),
    ]
    assert best(match(records)) == ("b", "clinical-over-administrative")


def test_nothing_decides() -> None:
    records = [unit(one, shak_code="1301", entity_type=CLINICAL) for one in "ab"]
    found = match(records)
    assert best(found) == (None, "ambiguous")
    assert len(found.candidates) == 2
    both_supplementary = [unit(one, shak_code="1301", entity_type=SUPPLEMENTARY) for one in "ab"]
    assert best(match(both_supplementary)) == (None, "ambiguous")


def test_the_map_knows_dates() -> None:
    register = Register.from_records(
        [unit("a"), unit("b")],
        [mapped("1301", "a", "2000-01-01", "2009-12-31"), mapped("1301", "b", "2010-01-01")],
    )
    before, after = register.as_of("2009-12-31"), register.as_of("2010-01-01")
    assert best(before.shak_to_sor("1301")) == ("a", "only-candidate")
    assert best(after.shak_to_sor("1301")) == ("b", "only-candidate")
    other = after.shak_to_sor("1301").other_days
    assert [(one.sor_id, one.validity.to_date) for one in other] == [("a", date(2009, 12, 31))]
    assert after.sor_to_shak("b") == "1301"
    assert after.sor_to_shak("a") is None
    assert [one.sor_id for one in after.by_shak("1301")] == ["b"]


def test_a_candidate_whose_unit_is_not_in_force_is_reported_but_not_chosen() -> None:
    register = Register.from_records(
        [unit("a", end="2010-12-31"), unit("b")], [mapped("1301", "a"), mapped("1301", "b")]
    )
    found = register.as_of(DAY).shak_to_sor("1301")
    assert [(one.sor_id, one.entity is None) for one in found.candidates] == [
        ("a", True),
        ("b", False),
    ]
    assert best(found) == ("b", "in-force")
    only_closed = Register.from_records([unit("a", end="2010-12-31")], [mapped("1301", "a")])
    assert best(only_closed.as_of(DAY).shak_to_sor("1301")) == (None, "not-in-force")


def test_the_map_alone_decides_where_there_are_no_units() -> None:
    register = Register.from_records([], [mapped("1301", "a")])
    assert best(register.as_of(DAY).shak_to_sor("1301")) == ("a", "only-candidate")
    assert register.as_of(DAY).sor_to_shak("a") == "1301"
    two = Register.from_records([], [mapped("1301", "a"), mapped("1301", "b")])
    assert best(two.as_of(DAY).shak_to_sor("1301")) == (None, "ambiguous")


def test_a_unit_that_map_and_row_both_name_is_listed_once() -> None:
    register = Register.from_records([unit("a", shak_code="1301")], [mapped("1301", "a")])
    found = register.as_of(DAY).shak_to_sor(" 1301 ")
    assert [(one.sor_id, one.source) for one in found.candidates] == [("a", "map")]


def test_the_map_goes_before_the_row_and_a_difference_is_reported() -> None:
    register = Register.from_records([unit("a", shak_code="1301")], [mapped("1302", "a")])
    assert register.as_of(DAY).sor_to_shak("a") == "1302"
    assert "shak-map-differs" in [issue.code for issue in register.check()]
    with pytest.raises(sorparse.UnknownUnitError):
        register.as_of(DAY).sor_to_shak("nobody")


def test_letters_of_a_code_fold() -> None:
    assert best(match([unit("a", shak_code="130101A")], "130101a")) == ("a", "only-candidate")


def test_a_code_counts_on_the_days_that_the_row_has_it() -> None:
    records = [
        unit("a", "2000-01-01", "2009-12-31", shak_code="1301", provider_number="000917"),
        unit("a", "2010-01-01", shak_code="1302"),
    ]
    register = Register.from_records(records)
    assert best(register.as_of("2009-12-31").shak_to_sor("1301")) == ("a", "only-candidate")
    later = register.as_of("2010-01-01").shak_to_sor("1301")
    assert best(later) == (None, "none")
    (other,) = later.other_days
    assert (other.sor_id, other.validity) == ("a", records[0].validity)
    assert (other.entity, other.name) == (None, "Enhed a")
    assert register.as_of("2009-12-31").by_provider_number("000917") == (records[0],)
    assert register.as_of("2010-01-01").by_provider_number("000917") == ()
    found = register.as_of("2010-01-01").match_provider_number("000917")
    assert best(found) == (None, "none")
    assert [one.sor_id for one in found.other_days] == ["a"]
    assert (found.code, found.day) == ("000917", date(2010, 1, 1))


def test_a_shared_provider_number_belongs_to_the_institution() -> None:
    shared = {"provider_number": "000917", "cvr": "29190623"}
    records = [
        unit("oe", parent_id="si", **shared),
        unit("si", sor_type=SorType.SI, **shared),
        unit("oe2", parent_id="oe", health_institution=sorparse.EntityRef("si"), **shared),
    ]
    view = Register.from_records(records).as_of(DAY)
    assert [one.sor_id for one in view.by_provider_number("000917")] == ["oe", "si", "oe2"]
    assert best(view.match_provider_number("000917")) == ("si", "health-institution")
    assert len(view.by_cvr("29190623")) == 3
    two = [*records, unit("other", sor_type=SorType.SI, **shared)]
    found = Register.from_records(two).as_of(DAY).match_provider_number("000917")
    assert best(found) == (None, "ambiguous")


def test_an_irregular_number_of_the_register_is_itself() -> None:
    view = Register.from_records([unit("a", cvr="DK29190623", provider_number="917.0")]).as_of(DAY)
    assert [one.sor_id for one in view.by_cvr("DK29190623")] == ["a"]
    assert [one.sor_id for one in view.by_provider_number("917.0")] == ["a"]
    assert best(view.match_provider_number("917.0")) == ("a", "only-candidate")
    shak = Register.from_records([unit("a", shak_code="9901.0"), unit("b")], [mapped("LOKAL", "b")])
    assert [one.sor_id for one in shak.as_of(DAY).by_shak("9901.0")] == ["a"]
    assert [one.sor_id for one in shak.as_of(DAY).by_shak("lokal")] == ["b"]
    gone = "9901021000016002.0"  # which only the map has
    assert Register.from_records([], [mapped("1301", gone)]).as_of(DAY).sor_to_shak(gone) == "1301"
    numbers = Register.from_records(
        [unit("a", location_code=f"{CODE}.0"), unit("b")],
        location_codes=[LocationCode(f"'{CODE}", "b")],
    ).as_of(DAY)
    assert [one.sor_id for one in numbers.by_location_code(f"{CODE}.0")] == ["a"]
    assert [one.sor_id for one in numbers.by_location_code(f"'{CODE}")] == ["b"]


def test_every_unit_below_is_asked_for_its_number() -> None:
    view = Register.from_records(
        [
            unit("top", location_code=CODE),
            unit("own", parent_id="top", location_code="5790000000012"),
            unit("row", parent_id="top", location_code=CODE, location_code_inherited=True),
            unit("past", end="2010-12-31", parent_id="top", location_code_inherited=True),
            unit("low", parent_id="top", location_code_inherited=True),
        ]
    ).as_of(DAY)
    assert [one.sor_id for one in view.by_location_code(CODE)] == ["top", "row", "low"]


def test_a_match_of_a_location_number_has_its_dates() -> None:
    period = Validity(date(2015, 1, 1), date(2021, 1, 1))
    before = unit("b", "2000-01-01", "2009-12-31", location_code=CODE)
    register = Register.from_records(
        [unit("a", location_code=CODE), before, unit("b", "2010-01-01"), unit("c")],
        location_codes=[LocationCode(CODE, "c", validity=period)],
    )
    found = register.as_of(DAY).match_location_code(f" {CODE}")
    assert (found.code, found.day) == (CODE, date(2020, 1, 1))
    assert [(one.sor_id, one.validity) for one in found.candidates] == [
        ("a", Validity(date(2000, 1, 1), None)),
        ("c", period),
    ]
    assert [(one.sor_id, one.validity) for one in found.other_days] == [("b", before.validity)]


def test_of_several_codes_of_a_unit_the_latest_then_the_last_in_the_map_applies() -> None:
    pairs = [
        mapped("1303", "a", "2010-01-01"),
        mapped("1302", "a", "2010-01-01"),
        mapped("1301", "a", "2000-01-01"),
    ]
    register = Register.from_records([unit("a", shak_code="1300")], pairs)
    assert register.as_of("2009-12-31").sor_to_shak("a") == "1301"
    assert register.as_of(DAY).sor_to_shak("a") == "1302"


def test_the_code_of_the_row_where_the_map_has_none_on_the_date() -> None:
    records = [unit("a", "1990-01-01", "2009-12-31", shak_code="1300")]
    register = Register.from_records(records, [mapped("1301", "a", "2000-01-01", "2004-12-31")])
    days = ("1989-12-31", "1999-12-31", "2004-12-31", "2005-01-01", "2010-01-01")
    found = [register.as_of(day).sor_to_shak("a") for day in days]
    assert found == [None, "1300", "1301", "1300", None]


def test_the_map_names_a_candidate_that_is_not_in_force() -> None:
    pairs = [SHAKSORMap("1301", "a", "Afdeling før"), SHAKSORMap("1301", "b", "Afdeling")]
    register = Register.from_records([unit("a", end="2010-12-31"), unit("b", name="Nu")], pairs)
    found = register.as_of(DAY).shak_to_sor("1301")
    assert [one.name for one in found.candidates] == ["Afdeling før", "Nu"]


def test_an_institution_beside_a_unit_that_is_not_below_it_does_not_decide() -> None:
    records = [
        unit("si", sor_type=SorType.SI, provider_number="000917"),
        unit("oe", parent_id="x", provider_number="000917"),
    ]
    found = Register.from_records(records).as_of(DAY).match_provider_number("000917")
    assert best(found) == (None, "ambiguous")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda view: view.by_cvr(1), "CVR number: expected text, got int: 1"),
        (lambda view: view.by_provider_number(1), "provider number: expected text, got int: 1"),
        (lambda view: view.match_provider_number(1), "provider number: expected text, got int: 1"),
        (lambda view: view.by_shak(1), "SHAK code: expected text, got int: 1"),
        (lambda view: view.shak_to_sor(1), "SHAK code: expected text, got int: 1"),
        (lambda view: view.by_location_code(1), "location number: expected text, got int: 1"),
        (lambda view: view.match_location_code(1), "location number: expected text, got int: 1"),
        (lambda view: view.sor_to_shak(1), "SOR id: expected text, got int: 1"),
    ],
)
def test_what_is_not_text_is_named(ask: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        ask(Register.from_records([]).as_of(DAY))


@pytest.mark.parametrize("written", ["990101b", "990101B", "9901é1"])
@pytest.mark.parametrize("fold", [str.lower, str.upper, str])
def test_the_case_of_letters_in_a_shak_code_does_not_matter(written: str, fold: Any) -> None:
    """Of the unit's own code, of the SHAK map, and of what the caller writes."""
    own = unit("9000041000016007", shak_code=written)
    by_map = mapped(written, "9000051000016005")
    register = Register.from_records([own, unit("9000051000016005")], [by_map])
    view = register.as_of(DAY)
    asked = fold(written)
    assert {one.sor_id for one in view.by_shak(asked)} == {own.sor_id, by_map.sor_id}
    candidates = view.shak_to_sor(asked).candidates
    assert {one.sor_id for one in candidates} == {own.sor_id, by_map.sor_id}
    assert [one.sor_id for one in view.find(asked)] == [own.sor_id]
    assert view.sor_to_shak(own.sor_id) == written  # as the file has it
    codes = [issue.code for issue in register.check()]
    assert "shared-shak-code" in codes
    assert not {"shak-map-differs", "shak-map-unknown-code"}.intersection(codes)


def test_the_same_code_in_both_cases_is_one_code() -> None:
    units = [
        unit("9000041000016007", shak_code="9901a1"),
        unit("9000051000016005", shak_code="9901A1"),
    ]
    register = Register.from_records(units)
    assert len(register.as_of(DAY).by_shak("9901a1")) == 2
    assert "shared-shak-code" in [issue.code for issue in register.check()]


@pytest.mark.parametrize("written", ["9901b1", "9901B1"])
def test_the_case_of_letters_in_the_shak_file_does_not_matter(written: str) -> None:
    period = Validity(date(2000, 1, 1))
    shak = ShakRegister.from_records(
        [
            SHAKUnit("9901", name="Hospital", validity=period),
            SHAKUnit(written, name="Afdeling", validity=period),
            SHAKUnit(f"{written}2", name="Afsnit", validity=period),
        ]
    )
    register = Register.from_records([unit("9000041000016007", shak_code=written.swapcase())])
    with_shak = register.with_shak(shak).as_of(DAY)
    view = shak.as_of(DAY)
    for asked in ("9901b1", "9901B1"):
        assert view[asked].shak_code == written
        assert asked in shak
        assert asked in view
        assert len(shak.history(asked)) == 1
        assert [one.name for one in view.find(asked)][:1] == ["Afdeling"]
        assert [one.name for one in view.sections(asked)] == ["Afsnit"]
        found = with_shak.shak_to_sor(asked)
        assert (best(found)[0], found.shak_unit) == ("9000041000016007", view[asked])
