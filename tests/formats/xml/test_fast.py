"""The fast parser of a unit returns what the slow path returns, whatever the unit holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import sorparse
from sorparse.formats.generator import NeedsCarefulParsing
from sorparse.formats.sor_xml.text_scanner import NeedsElements, Scanner
from sorparse.formats.sor_xml.text_shapes import Elements
from support.laws import law_examples
from support.xml import HOSPITAL, STATUS, UNIT, document, hospital, option, owner, unit
from support.xml_elements import BASIC, PATHS, TEXTS, nested


def read_both_ways(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> tuple[tuple[Any, Any, Any], tuple[Any, Any, Any]]:
    def read_all() -> tuple[Any, Any, Any]:
        with sorparse.open(content) as feed:
            entities = list(feed.entities())
            return entities, list(feed.location_codes()), feed.issues

    def refuse(*_: object) -> Any:
        raise NeedsElements

    def odd(*_: object) -> None:
        raise NeedsCarefulParsing

    with monkeypatch.context() as patch:
        patch.setattr(Scanner, "cut", refuse)  # reading the text is a third way
        fast = read_all()
        patch.setattr(Elements, "read", odd)
        careful = read_all()
    return fast, careful


@settings(
    deadline=None,
    max_examples=law_examples(120),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    units=st.lists(
        st.lists(st.tuples(st.sampled_from(PATHS), TEXTS), max_size=25, unique_by=lambda p: p[0]),
        min_size=1,
        max_size=3,
    ),
    is_whole=st.booleans(),
)
@example(
    units=[
        [
            ("EanLocationCodeEntity/EanLocationCode", ""),
            ("EanLocationCodeOption/EntityInheritanceIndicator", ""),
        ]
    ],
    is_whole=True,
)
def test_both_decoders_agree(
    units: list[list[tuple[str, str]]], is_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = []
    for pairs in units:
        values = dict(pairs)
        if is_whole:  # regular for the most part: nothing twice, nothing missing
            values = {path: text for path, text in values.items() if path not in BASIC}
        has_option = any("LocationCode" in path for path in values)
        inner = nested(values, list(values)) + ("" if has_option else option())
        below.append(
            unit(
                sor_id=UNIT if is_whole else None, more=(inner,), status=STATUS if is_whole else ""
            )
        )
    content = document(owner(hospital(*below, sor_id=HOSPITAL)))
    fast, careful = read_both_ways(content, monkeypatch)
    assert fast == careful


def test_the_fast_decoder_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    real = Elements.read

    def watched(self: Elements, given_element: Any, *more: Any) -> Any:
        made = real(self, given_element, *more)
        taken.append(given_element.tag)
        return made

    # an instruction between the units has their elements made
    with sorparse.open(document("<?pi x?>", owner(hospital(unit())))) as feed:
        monkeypatch.setattr(Elements, "read", watched)
        assert len(list(feed.entities())) == len(taken) == 3
