"""What a unit inherits from a unit above that is closed, in a gap, or not open yet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sorparse import Address, Register, SOREntity, SorType, View, VirtualAddress
from support.register import unit

OLD, NEW, TOP = (Address(post_code=code) for code in ("1000", "2000", "3000"))
PHONE = VirtualAddress(telephone="1")
CODE = "5790000000005"


def view_of(units: list[SOREntity], day: str = "2020-01-01") -> View:
    return Register.from_records(units).as_of(day)


def test_a_closed_parent_passes_its_last_version_on() -> None:
    parent = [
        unit("a", "2000-01-01", "2009-12-31", postal_address=OLD),
        unit("a", "2010-01-01", "2019-12-31", postal_address=NEW, virtual_address=PHONE),
    ]
    register = Register.from_records([*parent, unit("b", parent_id="a")])
    found = register.as_of("2020-01-01").effective("b")
    assert (found.postal_address, found.visiting_address) == (NEW, NEW)
    assert (found.virtual_address, found.origin["postal_address"]) == (PHONE, "a")
    assert found.caveats == (
        (
            "postal_address, visiting_address, activity_address, virtual_address: "
            "from the last version of a, which closed on 2019-12-31"
        ),
    )
    assert register.as_of("2019-12-31").effective("b").caveats == ()
    assert register.as_of("2005-01-01").effective("b").postal_address == OLD


def test_a_parent_in_a_gap_passes_the_version_before_on() -> None:
    units = [
        unit("a", "2000-01-01", "2009-12-31", postal_address=OLD),
        unit("a", "2015-01-01", postal_address=NEW),
        unit("b", parent_id="a"),
    ]
    found = view_of(units, "2012-01-01").effective("b")
    assert (found.postal_address, len(found.caveats)) == (OLD, 1)
    assert view_of(units, "2015-01-01").effective("b").postal_address == NEW


def test_a_parent_that_has_not_opened_passes_nothing_on() -> None:
    units = [unit("a", "2021-01-01", postal_address=NEW), unit("b", parent_id="a")]
    assert view_of(units).effective("b").postal_address is None
    units = [unit("a", "2021-01-02", "2021-01-01", postal_address=NEW), unit("b", parent_id="a")]
    assert view_of(units, "2022-01-01").effective("b").postal_address is None


def test_a_closed_parent_leads_on_to_the_units_above_it() -> None:
    units = [
        unit("top", postal_address=TOP, location_code=CODE, sor_type=SorType.SI),
        unit("mid", end="2010-12-31", parent_id="top", location_code_inherited=True),
        unit("low", parent_id="mid", location_code_inherited=True),
    ]
    view = view_of(units)
    found = view.effective("low")
    assert (found.postal_address, found.location_code) == (TOP, CODE)
    assert (set(found.origin.values()), found.caveats) == ({"top"}, ())
    assert [one.sor_id for one in view.by_location_code(CODE)] == ["top", "low"]


def test_the_hierarchy_itself_still_ends_at_a_closed_parent() -> None:
    view = view_of([unit("a", end="2010-12-31", postal_address=OLD), unit("b", parent_id="a")])
    assert (view.ancestors("b"), view.parent("b")) == ((), None)
    assert [one.sor_id for one in view.find(post_code="1000")] == ["b"]


units_of_a_chain = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.integers(1, 20),
        st.none() | st.integers(1, 20),
        st.sampled_from([None, *"abcd"]),
        st.sampled_from([None, "1001", "1002"]),
        st.sampled_from([None, False, True, True]),
    ),
    max_size=8,
)


@given(units_of_a_chain, st.integers(1, 28))
def test_search_finds_what_is_inherited(
    rows: list[tuple[str, int, int | None, str | None, str | None, bool | None]], day: int
) -> None:
    """Search by number and by post code agrees with ``effective`` on every unit in force."""
    view = view_of(
        [
            unit(
                sor_id,
                f"2020-01-{start:02}",
                None if end is None else f"2020-01-{end:02}",
                parent_id=parent,
                location_code=code,
                location_code_inherited=inherits,
                postal_address=None if code is None else Address(post_code=code),
            )
            for sor_id, start, end, parent, code, inherits in rows
        ],
        f"2020-01-{day:02}",
    )
    for code in ("1001", "1002"):
        effective = [id_ for id_ in view if view.effective(id_).location_code == code]
        assert [one.sor_id for one in view.by_location_code(code)] == effective
        having = {
            id_ for id_ in view if code in {a.post_code for a in view.effective(id_).addresses}
        }
        assert {one.sor_id for one in view.find(post_code=code)} == having
