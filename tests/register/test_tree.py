"""Hierarchy, inheritance and replacements on a date."""

from __future__ import annotations

import copy
import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Address, Register, ReplacedEntity, SorType, VirtualAddress
from support.register import CLINICAL, HOSPITAL, unit

TREE = [
    unit("ie", sor_type=SorType.IE, entity_type=sorparse.Coded("1", "region")),
    unit("si", sor_type=SorType.SI, parent_id="ie", entity_type=HOSPITAL),
    unit("a", parent_id="si", entity_type=CLINICAL),
    unit("a1", "2000-01-01", "2009-12-31", parent_id="a", entity_type=CLINICAL),
    unit("a1", "2010-01-01", parent_id="b", entity_type=CLINICAL),
    unit("b", parent_id="si"),
    unit("a2", "2015-01-01", parent_id="a"),
]


def ids(units: tuple[sorparse.SOREntity, ...]) -> list[str]:
    return [one.sor_id for one in units]


def test_a_unit_that_moved_has_the_parent_of_that_date() -> None:
    register = Register.from_records(TREE)
    before, after = register.as_of("2009-12-31"), register.as_of("2010-01-01")
    assert ids(before.children("a")) == ["a1"]
    assert ids(after.children("a")) == []
    assert ids(after.children("b")) == ["a1"]
    assert ids(before.ancestors("a1")) == ["a", "si", "ie"]
    assert ids(after.ancestors("a1")) == ["b", "si", "ie"]


def test_descendants_go_branch_by_branch_and_by_type() -> None:
    view = Register.from_records(TREE).as_of("2020-01-01")
    assert ids(view.descendants("ie")) == ["si", "a", "a2", "b", "a1"]
    assert ids(view.descendants("ie", entity_type="klinisk enhed")) == ["a", "a1"]
    assert ids(view.descendants("ie", entity_type="KLINISK  ENHED")) == ["a", "a1"]
    assert ids(view.descendants("ie", entity_type=CLINICAL.code)) == ["a", "a1"]
    assert ids(view.descendants("ie", entity_type=HOSPITAL)) == ["si"]
    assert view.descendants("a1") == ()


def test_the_owner_is_at_the_top() -> None:
    view = Register.from_records(TREE).as_of("2020-01-01")
    owner = view.owner("a1")
    assert owner is not None
    assert owner.sor_id == "ie"
    assert view.owner("ie") == view["ie"]
    assert view.parent("ie") is None
    assert Register.from_records([unit("x")]).as_of("2020-01-01").owner("x") is None


def test_the_owner_that_the_row_names_goes_before_the_chain() -> None:
    records = [*TREE, unit("x", parent_id="missing", owner=sorparse.EntityRef("ie"))]
    owner = Register.from_records(records).as_of("2020-01-01").owner("x")
    assert owner is not None
    assert owner.sor_id == "ie"


def test_a_closed_parent_ends_the_chain_and_its_subtree() -> None:
    records = [
        unit("top"),
        unit("mid", "2000-01-01", "2009-12-31", parent_id="top"),
        unit("low", parent_id="mid"),
    ]
    view = Register.from_records(records).as_of("2010-01-01")
    assert view.ancestors("low") == ()
    assert view.descendants("top") == ()
    assert ids(view.children("mid")) == ["low"]


def test_a_tree_is_cut_by_levels_and_at_two_thousand_units() -> None:
    records = [unit("top"), *(unit(str(one), parent_id="top") for one in range(2_005))]
    view = Register.from_records([*records, unit("low", parent_id="7")]).as_of("2020-01-01")
    assert (len(view.tree("top")), view.tree("top").left_out) == (2_000, 7)
    assert view.tree("top", levels=0).left_out == 2_006
    assert len(view.tree("top", limit=3_000)) == 2_007


def test_orphans_are_found_under_the_parent_that_is_not_there() -> None:
    view = Register.from_records([unit("x", parent_id="missing")]).as_of("2020-01-01")
    assert ids(view.children("missing")) == ["x"]
    assert view.ancestors("x") == ()
    with pytest.raises(sorparse.UnknownUnitError):
        view.children("nobody")
    with pytest.raises(sorparse.UnknownUnitError):
        view.descendants("nobody")


def test_circles_are_gone_through_once() -> None:
    records = [unit("a", parent_id="c"), unit("b", parent_id="a"), unit("c", parent_id="b")]
    view = Register.from_records([*records, unit("self", parent_id="self")]).as_of("2020-01-01")
    assert ids(view.ancestors("a")) == ["c", "b"]
    assert ids(view.descendants("a")) == ["b", "c"]
    beside = Register.from_records([*records, unit("d", parent_id="b")]).as_of("2020-01-01")
    assert ids(beside.descendants("a")) == ["b", "c", "d"]
    assert view.ancestors("self") == ()
    assert view.children("self") == ()
    assert view.effective("a").postal_address is None


def test_a_tree_of_any_depth() -> None:
    records = [unit("0"), *(unit(str(n), parent_id=str(n - 1)) for n in range(1, 5000))]
    view = Register.from_records(records).as_of("2020-01-01")
    assert len(view.ancestors("4999")) == 4999
    assert len(view.descendants("0")) == 4999


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 8), st.booleans()), min_size=1, max_size=14
    )
)
def test_descendants_are_those_that_have_one_as_ancestor(
    rows: list[tuple[int, int, bool]],
) -> None:
    records = [
        unit(str(own), "2020-01-01" if late else "2010-01-01", parent_id=str(parent))
        for own, parent, late in rows
    ]
    view = Register.from_records(records).as_of("2015-01-01")
    for top in view:
        below = set(ids(view.descendants(top)))
        assert below == {one for one in view if top in ids(view.ancestors(one))} - {top}
        for child in view.children(top):
            assert child.parent_id == top


# -- inheritance

POSTAL = Address(post_code="1000", street_name="Postvej")
OTHER = Address(post_code="2000", district_name="Andetsted")
PHONE = VirtualAddress(telephone="12345678", email="a@example.dk")


def test_the_publishers_rules_of_inheritance() -> None:
    records = [
        unit("ie", sor_type=SorType.IE, postal_address=POSTAL, virtual_address=PHONE),
        unit("si", sor_type=SorType.SI, parent_id="ie", visiting_address=OTHER),
        unit("oe", parent_id="si"),
    ]
    view = Register.from_records(records).as_of("2020-01-01")
    owner, institution, below = (view.effective(one) for one in ("ie", "si", "oe"))
    assert (owner.visiting_address, owner.activity_address) == (None, None)
    assert (institution.postal_address, institution.visiting_address) == (POSTAL, OTHER)
    assert institution.activity_address is None
    assert dict(institution.origin) == {
        "postal_address": "ie",
        "visiting_address": "si",
        "virtual_address": "ie",
    }
    # visiting comes from the unit's own effective postal address, not from the parent's visiting
    assert (below.postal_address, below.visiting_address) == (POSTAL, POSTAL)
    assert below.activity_address == POSTAL
    assert set(below.origin.values()) == {"ie"}


def test_a_block_is_inherited_whole_and_never_field_by_field() -> None:
    records = [
        unit("ie", sor_type=SorType.IE, postal_address=POSTAL, virtual_address=PHONE),
        unit("si", sor_type=SorType.SI, parent_id="ie", virtual_address=VirtualAddress(fax="1")),
    ]
    effective = Register.from_records(records).as_of("2020-01-01").effective("si")
    assert effective.virtual_address == VirtualAddress(fax="1")


def test_a_block_comes_from_the_nearest_unit_that_has_it_and_never_past_an_owner() -> None:
    records = [
        unit("top", sor_type=SorType.IE, postal_address=POSTAL, virtual_address=PHONE),
        unit("ie", sor_type=SorType.IE, parent_id="top"),
        unit("si", sor_type=SorType.SI, parent_id="ie", postal_address=OTHER),
        unit("oe", parent_id="si"),
    ]
    effective = Register.from_records(records).as_of("2020-01-01").effective("oe")
    assert (effective.postal_address, effective.virtual_address) == (OTHER, None)


def test_activity_comes_from_the_own_effective_visiting_address() -> None:
    records = [
        unit("si", sor_type=SorType.SI, postal_address=POSTAL),
        unit("oe", parent_id="si", visiting_address=OTHER),
    ]
    view = Register.from_records(records).as_of("2020-01-01")
    institution, below = view.effective("si"), view.effective("oe")
    assert below.activity_address == OTHER
    assert below.origin["activity_address"] == "oe"
    assert (institution.visiting_address, institution.activity_address) == (POSTAL, None)


def test_a_unit_without_level_gets_the_level_of_its_place() -> None:
    records = [
        unit("top", sor_type=None, postal_address=POSTAL),
        unit("low", sor_type=None, parent_id="top"),
    ]
    view = Register.from_records(records).as_of("2020-01-01")
    assert view.effective("top").visiting_address is None
    assert view.effective("low").activity_address == POSTAL


def test_the_location_code_comes_from_the_nearest_unit_that_has_one() -> None:
    records = [
        unit("ie", sor_type=SorType.IE, location_code="5790000000005"),
        unit("si", sor_type=SorType.SI, parent_id="ie", location_code_inherited=False),
        unit("oe", parent_id="si", location_code_inherited=True),
        unit("none", parent_id="si", location_code_inherited=False),
        unit("silent", parent_id="si"),
    ]
    view = Register.from_records(records).as_of("2020-01-01")
    inherited = view.effective("oe")
    assert (inherited.location_code, inherited.origin["location_code"]) == ("5790000000005", "ie")
    for one in ("si", "none", "silent"):
        assert view.effective(one).location_code is None
    assert ids(view.by_location_code("5790000000005")) == ["ie", "oe"]


def test_an_inherited_number_that_a_csv_row_repeats_has_its_owner_as_origin() -> None:
    code = "5790000000005"
    records = [
        unit("si", location_code=code, location_code_inherited=False),
        unit("mid", parent_id="si", location_code=code, location_code_inherited=True),
        unit("low", parent_id="mid", location_code=code, location_code_inherited=True),
        unit("lost", parent_id="gone", location_code=code, location_code_inherited=True),
    ]
    view = Register.from_records(records).as_of("2020-01-01")
    assert view.effective("low").origin["location_code"] == "si"
    assert view.effective("lost").origin["location_code"] == "lost"
    assert ids(view.by_location_code(code)) == ["si", "mid", "low", "lost"]
    match = view.match_location_code(code)
    assert match.best is not None
    assert (match.best.sor_id, match.rule) == ("si", "owns-number")


def test_a_number_that_only_a_row_repeats_is_not_passed_on() -> None:
    top, other = "5790000000005", "5790000000012"
    records = [
        unit("top", location_code=top, location_code_inherited=False),
        unit("mid", parent_id="top", location_code=other, location_code_inherited=True),
        unit("low", parent_id="mid", location_code_inherited=True),
    ]
    view = Register.from_records(records).as_of("2020-01-01")
    assert [view.effective(one).location_code for one in view] == [top, other, top]
    assert ids(view.by_location_code(top)) == ["top", "low"]
    assert ids(view.by_location_code(other)) == ["mid"]


def test_inheritance_is_that_of_the_day() -> None:
    records = [
        unit("a", postal_address=POSTAL),
        unit("b", postal_address=OTHER),
        unit("x", "2000-01-01", "2009-12-31", parent_id="a"),
        unit("x", "2010-01-01", parent_id="b"),
    ]
    register = Register.from_records(records)
    assert register.as_of("2009-12-31").effective("x").postal_address == POSTAL
    assert register.as_of("2010-01-01").effective("x").postal_address == OTHER
    with pytest.raises(sorparse.NotInForceError):
        register.as_of("1999-12-31").effective("x")


def test_effective_values_are_plain_values() -> None:
    view = Register.from_records([unit("a", postal_address=POSTAL)]).as_of("2020-01-01")
    one, other = view.effective("a"), view.effective("a")
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one) == one


# -- replacements


def test_replacements_come_from_everywhere_and_follow_chains() -> None:
    register = Register.from_records(
        [
            unit("a", "2000-01-01", "2009-12-31", replaced_by=["b"]),
            unit("b", "2010-01-01", "2014-12-31"),
            unit("c", "2015-01-01", replaces=["b"]),
            unit("d", "2015-01-01"),
        ],
        replaced_entities=[ReplacedEntity("b", "d", date(2015, 1, 1)), ReplacedEntity("gone", "a")],
    )
    assert register.successors("a") == ("b", "d", "c")
    assert register.predecessors("d") == ("b", "a", "gone")
    assert register.predecessors("a") == ("gone",)
    assert register.successors("gone") == ("a", "b", "d", "c")
    assert register.successors("d") == ()


def test_who_is_active_today_for_what_was_x_in_2009() -> None:
    register = Register.from_records(
        [
            unit("x", "2000-01-01", "2009-12-31"),
            unit("y", "2010-01-01", "2014-12-31"),
            unit("z1", "2015-01-01"),
            unit("z2", "2015-01-01", "2015-12-31"),
            unit("next", "2026-01-01"),
        ],
        replaced_entities=[
            ReplacedEntity("x", "y"),
            ReplacedEntity("y", "z1"),
            ReplacedEntity("y", "z2"),
            ReplacedEntity("z1", "next", date(2026, 1, 1)),
        ],
    )
    assert ids(register.active_successors("x", "2020-01-01")) == ["z1"]
    assert ids(register.active_successors("x", "2015-06-01")) == ["z1", "z2"]
    assert ids(register.active_successors("x", "2012-01-01")) == ["y"]
    assert ids(register.active_successors("x", "2009-06-01")) == ["x"]
    assert ids(register.active_successors("z2", "2020-01-01")) == []
    with pytest.raises(sorparse.UnknownUnitError):
        register.active_successors("nobody", "2020-01-01")


def test_a_replacement_ahead_is_not_followed_yet() -> None:
    register = Register.from_records(
        [unit("x", "2000-01-01", "2009-12-31"), unit("y", "2000-01-01")],
        replaced_entities=[ReplacedEntity("x", "y", date(2020, 1, 1))],
    )
    assert register.active_successors("x", "2015-01-01") == ()
    assert ids(register.active_successors("x", "2020-01-01")) == ["y"]


@pytest.mark.parametrize("dates", [(None, date(2020, 1, 1)), (date(2020, 1, 1), None)])
def test_a_replacement_stated_twice_is_one_with_the_date_that_is_known(
    dates: tuple[date | None, date | None],
) -> None:
    register = Register.from_records(
        [unit("x", "2000-01-01", "2009-12-31"), unit("y"), unit("z")],
        replaced_entities=[
            *(ReplacedEntity("x", "y", since) for since in dates),
            ReplacedEntity("x", "z"),
        ],
    )
    assert register.successors("x") == ("y", "z")
    assert ids(register.active_successors("x", "2019-12-31")) == ["z"]
    assert ids(register.active_successors("x", "2020-01-01")) == ["y", "z"]


def test_who_is_reached_on_two_paths_is_there_once() -> None:
    register = Register.from_records(
        [*(unit(one, end="2009-12-31") for one in "abcd"), unit("e", "2010-01-01")],
        replaced_entities=[
            ReplacedEntity(old, new)
            for old, new in ("ab", "ac", "be", "ce", "bd", "db")  # b and d are a cycle
        ],
    )
    assert ids(register.active_successors("a", "2020-01-01")) == ["e"]
    assert register.successors("a") == ("b", "c", "e", "d")


def test_circles_of_replacements_end() -> None:
    register = Register.from_records(
        [unit(one, end="2001-01-01") for one in "abc"],
        replaced_entities=[
            ReplacedEntity("a", "b"),
            ReplacedEntity("b", "c"),
            ReplacedEntity("c", "a"),
        ],
    )
    assert register.successors("a") == ("b", "c")
    assert register.predecessors("a") == ("c", "b")
    assert register.active_successors("a", "2020-01-01") == ()
    assert [issue.code for issue in register.check()].count("replacement-cycle") == 1


pairs = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12)


@given(pairs)
def test_successors_and_predecessors_are_each_others_mirror(found: list[tuple[str, str]]) -> None:
    register = Register.from_records(
        [unit(one) for one in "abcdef"],
        replaced_entities=[ReplacedEntity(old, new) for old, new in found],
    )
    for one in "abcdef":
        for other in register.successors(one):
            assert one in register.predecessors(other)
        for other in register.predecessors(one):
            assert one in register.successors(other)
        assert one not in register.successors(one)
