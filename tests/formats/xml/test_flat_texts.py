"""The fast function for the texts of an entry returns what the general one returns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sorparse import Limits
from sorparse.formats.sor_xml.reporting import step_name
from sorparse.xml.elements import Element, flat_paths, flat_texts, texts_in

NAMES = st.sampled_from(["a", "b", "{urn:x}a", "{urn:oio:nsi:2.0.0}b"])
TEXTS = st.sampled_from([None, "", " ", "x", " y\n", "@a"])
ATTRIBUTES = st.lists(st.tuples(NAMES, st.sampled_from(["", " 1 ", "x"])), max_size=3)
PARTS = st.tuples(NAMES, TEXTS, ATTRIBUTES, TEXTS)


def element(name: str, text: str | None, attributes: list[tuple[str, str]]) -> Element:
    made = etree.Element(name, dict(attributes))
    made.text = text
    return made


@given(PARTS, st.lists(st.tuples(PARTS, st.lists(PARTS, max_size=1)), max_size=4))
def test_texts_and_paths(
    own: tuple[str, str | None, list[tuple[str, str]], str | None],
    parts: list[
        tuple[
            tuple[str, str | None, list[tuple[str, str]], str | None],
            list[tuple[str, str | None, list[tuple[str, str]], str | None]],
        ]
    ],
) -> None:
    entry = element(*own[:3])
    for (name, text, attributes, tail), inner in parts:
        child = element(name, text, attributes)
        child.tail = tail
        for each in inner:
            child.append(element(*each[:3]))
        entry.append(child)
    is_flat = not any(inner or (part[3] or "").strip() for part, inner in parts)
    flat = flat_texts(entry)
    assert (flat is not None) == is_flat
    if flat is not None:
        every = [*texts_in(entry, "", file="x", limits=Limits(), step_name=step_name)]
        assert flat[0] == [text for _, _, text in every]
        assert flat_paths(flat[1], step_name) == [path for _, path, _ in every]


def test_an_element_of_many_attributes_is_not_flat() -> None:
    assert flat_texts(element("a", "x", [(f"a{n}", "1") for n in range(100)])) is None
