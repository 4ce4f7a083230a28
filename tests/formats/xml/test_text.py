"""Reading the units of Sor.xml from its text gives what reading its elements gives.

The text is only ever a faster way: records, lines, issues and errors have to be the same, also of
documents that are damaged, and wherever the pieces end in which the bytes arrive.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import SorError, examples
from sorparse.formats.sor_xml import text_shapes
from support.laws import law_examples
from support.xml import (
    HOSPITAL,
    INNER,
    LOCATION,
    OTHER,
    OWNER,
    POSTAL,
    STATUS,
    UNIT,
    V2,
    VIRTUAL,
    document,
    hospital,
    option,
    owner,
    unit,
)
from support.xml_elements import BASIC, PATHS, TEXTS, nested
from support.xml_parsers import SNIPPETS, in_chunks_of, outcome, outcomes, way_of

SPECIALITIES = """<ClinicalSpecialityCollection>
<ClinicalSpeciality>
<SpecialityIdentifier>394609007</SpecialityIdentifier>
<SpecialityTypeIdentifier>61000095004</SpecialityTypeIdentifier>
</ClinicalSpeciality>
<ClinicalSpeciality>
<SpecialityIdentifier>394579002</SpecialityIdentifier>
<SpecialityTypeIdentifier>51000095001</SpecialityTypeIdentifier>
</ClinicalSpeciality>
</ClinicalSpecialityCollection>"""
VISITING = POSTAL.replace("PostalAddressInf", "VisitingAddressInf")
REPLACES = f"""<s:ReplacesEntityCollection>
<s:SorIdentifier>{OTHER}</s:SorIdentifier>
<s:SorIdentifier>{INNER}</s:SorIdentifier>
</s:ReplacesEntityCollection>"""
RICH = document(
    owner(
        hospital(
            unit(
                unit(sor_id=INNER, more=(option(), SPECIALITIES), status=STATUS + REPLACES),
                more=(option(LOCATION), POSTAL, VISITING),
            ),
            unit(sor_id=OTHER, name="Rønne & Søn".replace("&", "&amp;"), more=(option(), VIRTUAL)),
            more=(option(), POSTAL),
        )
    ),
    owner(sor_id=INNER),
)


QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
TAG_ENDS = [place + 1 for place in range(len(RICH)) if RICH[place : place + 1] == b">"]
places = st.one_of(st.sampled_from(TAG_ENDS), st.integers(0, len(RICH)))
edits = st.lists(
    st.tuples(places, st.integers(0, 3) | st.integers(0, 400), st.sampled_from([b"", *SNIPPETS])),
    max_size=3,
)


@settings(deadline=None, max_examples=law_examples(100), suppress_health_check=QUIET)
@given(edits=edits, chunk=st.integers(30, 3000), crlf=st.booleans(), validate=st.booleans())
@example(edits=[], chunk=30, crlf=True, validate=True)
def test_a_damaged_document_gives_the_same(
    edits: list[tuple[int, int, bytes]],
    chunk: int,
    crlf: bool,
    validate: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = RICH
    for place, length, snippet in edits:
        content = content[:place] + snippet + content[place + length :]
    if crlf:
        content = content.replace(b"\n", b"\r\n")
    text, elements = outcomes(content, monkeypatch, chunk, validate=validate)
    assert text == elements


@settings(deadline=None, max_examples=law_examples(80), suppress_health_check=QUIET)
@given(
    pairs=st.lists(st.tuples(st.sampled_from(PATHS), TEXTS), max_size=25, unique_by=lambda p: p[0]),
    is_whole=st.booleans(),
    blanks=st.sampled_from(["", " ", "\n\t"]),
)
def test_any_unit_gives_the_same(
    pairs: list[tuple[str, str]], is_whole: bool, blanks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {path: text for path, text in pairs if not (is_whole and path in BASIC)}
    inner = nested(values, list(values), prefixed=True).replace("><", f">{blanks}<")
    below = unit(
        sor_id=UNIT if is_whole else None,
        more=(inner, "" if any("LocationCode" in path for path in values) else option()),
        status=STATUS if is_whole else "",
    )
    text, elements = outcomes(document(owner(hospital(below))), monkeypatch)
    assert text == elements


@pytest.mark.parametrize("content", [RICH, RICH.replace(b"\n", b"\r\n"), RICH.replace(b"\n", b"")])
def test_a_regular_document_is_read_by_its_text(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the name with a reference is left to the parser
    assert way_of(content, monkeypatch) == (5, 1, True)
    assert way_of(content, monkeypatch, validate=True) == (5, 1, True)
    assert outcome(content, validate=True)[1:] == ("", [])


def test_the_examples_are_read_by_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (examples.sor_xml, examples.sor_xml_1_0_0):
        by_text, by_parser, whole = way_of(Path(path).read_bytes(), monkeypatch)
        assert whole
        assert by_text > 10 * by_parser
        text, elements = outcomes(Path(path).read_bytes(), monkeypatch)
        assert text == elements


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<HealthInstitutionEntity>", b"<!-- -- --><HealthInstitutionEntity>"),
        (b"<HealthInstitutionEntity>", b'<HealthInstitutionEntity new="1">'),
        (b"</OrganizationalUnit>", b"<OrganizationalUnit/></OrganizationalUnit>"),
        (b"</SorTree>", b"</SorTree><?pi x?>"),
        (b"</HealthInstitutionEntity>", b"stray</HealthInstitutionEntity>"),
    ],
)
def test_anything_between_the_units_has_the_document_read_by_elements(
    old: bytes, new: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = RICH.replace(old, new, 1)
    assert not way_of(content, monkeypatch)[2]
    text, elements = outcomes(content, monkeypatch)
    assert text == elements


@pytest.mark.parametrize(
    "place",
    [b"<InstitutionOwnerEntity>", b"<HealthInstitutionEntity>", b"</OrganizationalUnitEntity>"],
)
@pytest.mark.parametrize(
    "comment", [b"<!-- c -->", b"<!---->", b"<!-- </OrganizationalUnitEntity>\n<a> -->"]
)
def test_a_comment_between_the_units_leaves_the_text_regular(
    place: bytes, comment: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = RICH.replace(place, comment + b"\n" + place + comment)
    content = content.replace(b"</SorTree>", comment + b"</SorTree>" + comment)
    assert way_of(content, monkeypatch) == (5, 1, True)
    for chunk in (30, 10_000):
        text, elements = outcomes(content, monkeypatch, chunk)
        assert text == elements
    assert [record for _, record in text[0]] == [record for _, record in outcome(RICH)[0]]


def test_a_unit_in_a_unit_is_the_same_from_bytes_and_from_a_stream() -> None:
    inner = unit(sor_id=INNER).split("\n", 1)[1].rsplit("\n", 1)[0]
    content = document(owner(hospital(unit(more=(option(), inner)), unit(sor_id=OTHER))))
    with sorparse.open(io.BytesIO(content)) as feed:
        streamed = list(feed.numbered("entities")), feed.issues
    with sorparse.open(content) as feed:
        assert (list(feed.numbered("entities")), sorted(map(repr, feed.issues))) == (
            streamed[0],
            sorted(repr(issue).replace("<stream>", "<bytes>") for issue in streamed[1]),
        )
    assert [record.sor_id for _, record in streamed[0]].count(INNER) == 1


def test_lines_are_exact_beyond_what_libxml2_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    filler = "".join(unit(sor_id=INNER, more=(option(LOCATION),)) for _ in range(3_000))
    content = document("\n" * 20_000, owner(hospital(filler, unit(sor_id=OTHER))))
    lines = content.split(b"\n")
    starts = [
        number
        for number, line in enumerate(lines, 1)
        if line in (b"<InstitutionOwner>", b"<HealthInstitution>", b"<OrganizationalUnit>")
    ]
    numbers = [n for n, line in enumerate(lines, 1) if line == b"<EanLocationCodeEntity>"]
    assert starts[-1] > 70_000
    for chunk in (64 * 1024, 1_000):
        text, elements = outcomes(content, monkeypatch, chunk)
        assert text == elements
        assert [line for line, _ in text[0]] == starts
        with in_chunks_of(chunk, monkeypatch), sorparse.open(content) as feed:
            assert [line for line, _ in feed.numbered("location_codes")] == numbers


def test_what_was_reported_is_not_reported_again() -> None:
    bad = unit(sor_id=INNER, more=(option(), "<New>1</New>", "<s:LocalCode>x</s:LocalCode>" * 2))
    filler = "".join(unit(sor_id=UNIT) for _ in range(200))
    content = document(owner(hospital(bad, filler, "<Stray/>", unit(sor_id=OTHER))))
    reported: list[str] = []
    with sorparse.open(content, on_issue=lambda issue: reported.append(issue.code)) as feed:
        ids = [record.sor_id for record in feed.entities()]
    assert ids == [OWNER, HOSPITAL, INNER, *[UNIT] * 200, OTHER]
    assert sorted(reported) == ["duplicate-element", "unknown-element", "unknown-element"]


def test_few_stored_issues_are_counted_once() -> None:
    bad = "".join(unit(sor_id=UNIT, kind=None) for _ in range(300))
    content = document(owner(hospital(bad, "<Stray/>")))
    limits = sorparse.Limits(max_issues=2)
    with sorparse.open(content, limits=limits) as feed:
        assert len(list(feed.entities())) == 302
        assert feed.issues[-1].code == "too-many-issues"
        assert feed.issues[-1].message.startswith("299 more")


def test_skeletons_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_shapes, "MOST_SKELETONS", 2)
    text, elements = outcomes(RICH, monkeypatch)
    assert text == elements
    assert way_of(RICH, monkeypatch) == (5, 1, True)


def test_text_that_looks_like_markup_is_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    name = b"a >b> c"
    content = RICH.replace(b">Enhed<", b">" + name + b"<")
    text, elements = outcomes(content, monkeypatch)
    assert text == elements
    assert text[0][0][1].name == name.decode()


def test_a_prefix_of_another_namespace_is_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    root = V2.replace('xmlns:s="urn:oio:sundhedsstyrelsen:organisation:1.0.0"', 'xmlns:s="urn:x"')
    content = document(owner(), root=root)
    text, elements = outcomes(content, monkeypatch)
    assert text == elements
    assert text[0] == []


def test_an_undeclared_prefix_ends_validating_with_one_error() -> None:
    content = RICH.replace(b"</OrganizationalUnit>", b"</OrganizationalUnit><unbound:Part/>", 1)
    with sorparse.open(content, validate=True) as feed, pytest.raises(SorError, match="unbound"):
        list(feed.entities())


@pytest.mark.parametrize("lines_before", [0, 65_520, 70_000])
def test_issues_of_a_unit_have_the_line_of_its_start_tag(lines_before: int) -> None:
    nameless = unit(sor_id=INNER, name=None, more=(option(), "<new>\n<a/>\n</new>"))
    content = document(owner(), "\n" * lines_before, owner(hospital(nameless, sor_id=None)))
    lines = content.split(b"\n")
    starts = [lines.index(tag) + 1 for tag in (b"<HealthInstitution>", b"<OrganizationalUnit>")]
    in_elements = content.replace(b"</SorTree>", b"<?instruction?></SorTree>")
    for source in (content, in_elements):
        with sorparse.open(source) as feed:
            list(feed.entities())
            found = {issue.code: issue.line for issue in feed.issues}
        assert [found["missing-key"], found["missing-element"]] == starts


@pytest.mark.parametrize("place", [b"<SorTree", b"<s:CreatedAtTime>", b"<InstitutionOwnerEntity>"])
def test_a_comment_before_the_first_unit_leaves_the_text_regular(
    place: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = RICH.replace(place, b"<!-- made by a program -->\n" + place, 1)
    assert way_of(content, monkeypatch) == (5, 1, True)
    assert [record for _, record in outcome(content)[0]] == [
        record for _, record in outcome(RICH)[0]
    ]
