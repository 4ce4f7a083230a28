"""Issues beyond ``Limits.max_issues`` are only counted: the records and the counts are the same."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sorparse
from support.laws import law_examples
from support.xml import HOSPITAL, OTHER, POSTAL, STATUS, UNIT, V2, document, entity, option, owner

IDS = (UNIT, OTHER, HOSPITAL, "1", "x", f'="{UNIT}"', "11000016000", " 12 ", "")
PARTS = (
    "<s:EntityName>Enhed</s:EntityName>",
    "<s:EntityName/>",
    "<EntityTypeIdentifier>1</EntityTypeIdentifier>",
    STATUS,
    STATUS.replace("2020", "MMXX"),
    option(),
    option("<EntityInheritanceIndicator>perhaps</EntityInheritanceIndicator>"),
    option("<EanLocationCodeEntity/>"),
    POSTAL,
    "<s:LocalCode>1</s:LocalCode>",
    "<n>1</n>",
    '<n a="1"/>',
    "text",
)


def small_unit(sor_id: str | None, parts: list[str]) -> str:
    """Return a unit; the line of its end depends on its parts, so that no two issues are equal."""
    own = "" if sor_id is None else f"<s:SorIdentifier>{sor_id}</s:SorIdentifier>"
    return entity("HealthInstitution", "\n".join([own, *parts]))


def read(
    content: bytes, max_issues: int, **options: Any
) -> tuple[list[tuple[int | None, Any]], Counter[str]]:
    limits = sorparse.Limits(max_issues=max_issues)
    with sorparse.open(content, limits=limits, **options) as feed:
        return list(feed.numbered("entities")), feed.issue_counts


units = st.lists(
    st.builds(
        small_unit,
        st.sampled_from((*IDS, None)),
        st.lists(st.sampled_from(PARTS), max_size=5, unique=True),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=law_examples(60))
@given(units, st.booleans(), st.booleans(), st.sampled_from((0, 1, 3)))
@example([small_unit(UNIT, [STATUS])] * 3, False, False, 1)
@example([small_unit(f'="{UNIT}"', [])] * 3, True, True, 1)
@example([small_unit("1", []), small_unit("1", ['<n a="1"/>'])], False, True, 0)
def test_records_and_counts_do_not_depend_on_the_limit(
    below: list[str], repair: bool, by_elements: bool, most: int
) -> None:
    # an instruction between the units has the document read by its elements
    content = document("<?pi x?>" if by_elements else "", owner(*below))
    whole, counts = read(content, 100_000, repair=repair)
    assert read(content, most, repair=repair) == (whole, counts)


def test_a_document_of_one_line() -> None:
    below = "".join(small_unit(str(number), []).replace("\n", "") for number in range(50))
    content = document(owner(below)).replace(b"\n", b" ")
    whole, counts = read(content, 100_000)
    assert counts["bad-sor-id"] == 50
    assert read(content, 10) == (whole, counts)


@pytest.mark.parametrize("most", [0, 5])
def test_a_validated_document(most: int) -> None:
    below = [small_unit(str(number), []) for number in range(50)]
    content = document(owner(*below))
    whole, counts = read(content, 100_000, validate=True)
    limited, limited_counts = read(content, most, validate=True)
    assert limited == whole
    for code in ("bad-sor-id", "missing-element"):
        assert limited_counts[code] == counts[code]


def test_a_second_reading_counts_again_only_what_is_not_stored() -> None:
    below = [small_unit(str(number), []) for number in range(20)]
    content = document(owner(*below), root=V2)
    with sorparse.open(content, limits=sorparse.Limits(max_issues=1_000)) as feed:
        for _ in range(2):
            assert len(list(feed.entities())) == 21
        assert feed.issue_counts["bad-sor-id"] == 20
