"""Very long namespaces, and very many around one element, are refused wherever XML is read.

Names, paths and messages repeat the namespace of an element, and a copy of an element declares all
namespaces around it: 0.2 MB took 2 GB of memory, and 5 MB more than five minutes.
"""

from __future__ import annotations

import io
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import sorparse
from sorparse.xml.namespaces import LONGEST, MOST, LongNamespaceError, until_long_namespace
from support.xml import STATUS, V2, document, hospital, line_of, owner, unit
from support.xml_ways import READ, read_all

BAD_DATE = STATUS.replace("2020", "MMXX")


def declaring(declarations: str, *owners: str) -> bytes:
    return document(*owners, root=V2.replace("<SorTree ", f"<SorTree {declarations} "))


def assert_refused(read: str, content: bytes, declared: str) -> None:
    for source in (content, io.BytesIO(content)):
        with pytest.raises(
            sorparse.SorFileError, match="namespace of more than 300 bytes"
        ) as error:
            READ[read](source)
        assert error.value.line == line_of(content, declared)


@pytest.mark.parametrize("read", READ)
def test_a_long_namespace_on_the_root(read: str) -> None:
    declared = f'xmlns:x="urn:{"n" * LONGEST}"'
    content = declaring(declared, owner(hospital(unit(more=("<x:a/>",)))))
    assert_refused(read, content, declared)


@pytest.mark.parametrize("read", READ)
def test_a_long_namespace_far_into_the_document(read: str) -> None:
    declared = f'<x:a xmlns:x="urn:{"n" * LONGEST}"/>'
    units = [hospital(unit()) for _ in range(700)]
    content = document(owner(*units, hospital(unit(more=(declared,)))))
    assert len(content) > 600_000
    assert_refused(read, content, declared)


@pytest.mark.parametrize("size", [1, 20, 700])
def test_the_units_before_it_are_read(size: int) -> None:
    units = [hospital(unit())] * size
    long = hospital(unit(more=(f'<x:a xmlns:x="urn:{"n" * LONGEST}"/>',)))
    content = document(owner(*units, long, *units))
    for source in (content, io.BytesIO(content)):
        number = 0
        with sorparse.open(source) as feed, suppress(LongNamespaceError):
            for _ in feed.entities():
                number += 1
        assert number == 2 * size + 2  # with the owner, and the hospital around the unit


@pytest.mark.parametrize("read", READ)
def test_a_namespace_as_long_as_is_allowed(read: str) -> None:
    declared = f'xmlns:x="urn:{"n" * (LONGEST - 4)}"'
    READ[read](declaring(declared, owner(hospital(unit(more=("<x:a/>",))))))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_long_namespace_of_a_document_in_utf_16(encoding: str) -> None:
    declared = f'xmlns:x="urn:{"n" * LONGEST}"'
    text = declaring(declared, owner(hospital(unit()))).decode()
    content = text.replace('encoding="utf-8"', f'encoding="{encoding}"').encode(encoding)
    with (
        pytest.raises(sorparse.SorFileError, match="namespace of more than 300 bytes"),
        sorparse.open(content, encoding=encoding) as feed,
    ):
        list(feed.entities())


MANY = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(MOST + 1))
FEWER = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(MOST - 12))


def test_as_many_namespaces_as_are_allowed() -> None:
    """The root of the document declares twelve others."""
    content = declaring(FEWER, owner(hospital(unit(status=BAD_DATE, sor_id="x"))))
    with sorparse.open(content) as feed:
        assert len(list(feed.entities())) == 3
        assert feed.issue_counts == {"bad-sor-id": 1, "bad-date": 2}
    one_more = content.replace(b"<SorTree ", b'<SorTree xmlns:more="urn:more" ')
    with sorparse.open(one_more) as feed, pytest.raises(sorparse.SorFileError) as error:
        list(feed.entities())
    line = line_of(one_more, "<s:SorIdentifier>x<")
    assert str(error.value) == (
        f"<bytes>:{line}: has 101 namespaces that are declared around one element; more than 100 "
        "are not read"
    )


def test_the_error_names_file_and_line() -> None:
    declared = f'<x:a\n\n xmlns:x="urn:{"n" * LONGEST}"/>'
    for padding in range(65_400, 65_700, 7):  # where a chunk of the file ends
        content = f"{'x' * padding}\n{declared}".encode()
        chunks = [content[:65_536], content[65_536:]]
        with pytest.raises(LongNamespaceError) as error:
            list(until_long_namespace([chunk for chunk in chunks if chunk], "Sor.xml"))
        assert (error.value.file, error.value.line) == ("Sor.xml", 4)
    with pytest.raises(LongNamespaceError) as error:
        list(until_long_namespace([f"\n{declared}".encode()], "Sor.xml"))
    assert error.value.line == 4


REPORTING = [name for name in READ if name not in ("location codes", "describe")]


@pytest.mark.parametrize("read", REPORTING)
def test_very_many_namespaces_around_an_element_that_is_reported(read: str) -> None:
    content = declaring(MANY, owner(hospital(unit(status=BAD_DATE, sor_id="x"))))
    if read == "validate, without places":  # copies nothing
        report = sorparse.validate(content, places=False)
        assert not report.valid
        return
    with pytest.raises(sorparse.SorFileError, match=r"has 1\d\d namespaces") as error:
        READ[read](content)
    assert error.value.line is not None


@pytest.mark.parametrize("read", READ)
def test_very_many_namespaces_that_concern_no_one(read: str) -> None:
    READ[read](declaring(MANY, owner(hospital(unit()))))


def test_very_many_namespaces_around_what_follows_the_last_owner() -> None:
    content = document(
        owner(), root=V2.replace("<SorTree ", f"<SorTree {MANY} "), end="<Foo/></SorTree>"
    )
    with pytest.raises(sorparse.SorFileError, match=r"has 1\d\d namespaces"):
        sorparse.validate(content)


FILES = {
    "SorDataCodeTypes.xml": "<SorDataCodeTypes{ns}><Entry><Code>1</Code></Entry>"
    "</SorDataCodeTypes>",
    "GeographicalLocalisations.xml": "<GeographicalLocalisations{ns}><Entry/>"
    "</GeographicalLocalisations>",
    "SHAKregion.xml": "<SHAKregion{ns}><Entry><SHAK>1301</SHAK></Entry></SHAKregion>",
    "page.xml": '<feed{ns} xmlns="http://www.w3.org/2005/Atom"><entry/></feed>',
}


@pytest.mark.parametrize("name", FILES)
def test_a_long_namespace_in_every_other_kind_of_file(name: str, tmp_path: Path) -> None:
    content = FILES[name].format(ns=f' xmlns:x="{"n" * (LONGEST + 1)}"').encode()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(sorparse.SorError, match="namespace of more than 300 bytes"):
        read_all(tmp_path / name)


def passed(chunks: list[bytes]) -> tuple[bytes, bool]:
    """Return the bytes that are read, and whether an error follows."""
    read = b""
    try:
        for chunk in until_long_namespace(chunks, "Sor.xml"):
            assert chunk
            read += chunk
    except LongNamespaceError:
        return read, True
    return read, False


PART = st.integers(0, LONGEST + 2)


@given(st.sampled_from("\"'"), st.tuples(PART, PART, PART, PART), st.lists(st.integers(1, 2_000)))
@example('"', (LONGEST, LONGEST, LONGEST, LONGEST), [1_215])
@example('"', (LONGEST, LONGEST, LONGEST, LONGEST + 1), [10, 700])
@example('"', (LONGEST + 1, 0, 0, 0), [304])
@example('"', (0, 0, 0, LONGEST + 1), [9])
@example('"', (0, 0, 0, LONGEST + 1), [8])
def test_where_a_declaration_is_cut_makes_no_difference(
    quote: str, parts: tuple[int, int, int, int], cuts: list[int]
) -> None:
    prefix, before, after, namespace = parts
    named = ":" + "p" * prefix if prefix else ""
    declared = f"xmlns{named}{' ' * before}={' ' * after}{quote}{'n' * namespace}{quote}"
    content = f"<a b='x' {declared} c=''/>{' ' * 50}".encode()
    places = [0, *sorted(cuts), len(content)]
    cut = [content[start:end] for start, end in pairwise(places)]
    read, is_refused = passed([chunk for chunk in cut if chunk])
    assert is_refused == (max(parts) > LONGEST)
    assert content.startswith(read)
    if is_refused:
        assert read[:9] == b"<a b='x' "
        assert len(read) < 9 + len(declared)
    else:
        assert read == content
