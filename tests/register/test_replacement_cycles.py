"""Units that replace each other in a cycle."""

from __future__ import annotations

from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from sorparse import Register, ReplacedEntity
from support.register import unit

pairs = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12)


@given(pairs)
@example([("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("e", "f"), ("f", "e")])
def test_the_check_reports_each_group_of_units_that_replace_each_other(
    found: list[tuple[str, str]],
) -> None:
    register = Register.from_records(
        [unit(one) for one in "abcdef"],
        replaced_entities=[ReplacedEntity(old, new) for old, new in found],
    )
    reached = {*found}
    for middle, old, new in product("abcdef", repeat=3):
        if {(old, middle), (middle, new)} <= reached:
            reached.add((old, new))
    groups = {
        frozenset(other for other in "abcdef" if {(one, other), (other, one)} <= reached)
        for one, same in reached
        if one == same
    }
    issues = [issue for issue in register.check() if issue.code == "replacement-cycle"]
    members = [issue.message.removeprefix("replaced in a cycle: ").split(", ") for issue in issues]
    assert {frozenset(group) for group in members} == groups
    assert [issue.sor_id for issue in issues] == [group[0] for group in members]
    assert sum(map(len, members)) == sum(map(len, groups))
