"""A Sor.xml document read by its text and by its elements, to compare both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

import sorparse
from sorparse import SorError
from sorparse.formats.sor_xml import text_parser, text_scanner, text_shapes
from sorparse.xml import parser


@contextmanager
def by_elements(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have documents read without looking at their text."""

    def refuse(*_: object) -> Any:
        raise text_scanner.NeedsElements

    with monkeypatch.context() as patch:
        patch.setattr(text_scanner.Scanner, "cut", refuse)
        yield


@contextmanager
def in_chunks_of(size: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the bytes arrive in pieces of this size."""
    with monkeypatch.context() as patch:
        patch.setattr(parser, "CHUNK", size)
        patch.setattr(parser, "HEADER_CHUNK", size)
        yield


def outcome(content: bytes, **options: Any) -> tuple[list[Any], str, list[Any]]:
    """Everything that reading gives: numbered records, the error, issues."""
    found: list[Any] = []
    error = ""
    with sorparse.open(content, **options) as feed:
        try:
            found.extend(feed.numbered("entities"))
        except SorError as exc:
            error = repr(exc)
        return found, error, feed.issues


def outcomes(
    content: bytes, monkeypatch: pytest.MonkeyPatch, chunk: int = parser.CHUNK, **options: Any
) -> tuple[Any, Any]:
    """What the text gives, in pieces of this size, and what the elements give."""
    try:
        with in_chunks_of(chunk, monkeypatch):
            text = outcome(content, **options)
            with by_elements(monkeypatch):
                return text, outcome(content, **options)
    except SorError as exc:  # not recognised at all
        return repr(exc), repr(exc)


def way_of(
    content: bytes, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> tuple[int, int, bool]:
    """How many units were read by their text, how many by its elements; whether all."""
    counts = {"text": 0, "elements": 0}
    whole = False
    read, numbered = text_shapes.TextShapes.read, text_parser.TextReading.numbered

    def counted(self: Any, text: str) -> Any:
        try:
            record = read(self, text)
        except ValueError:
            counts["elements"] += 1
            raise
        counts["text"] += 1
        return record

    def ended(self: Any, *given_: Any) -> Any:
        nonlocal whole
        yield from numbered(self, *given_)
        whole = True

    # opening looks whether there is a unit at all
    with sorparse.open(content, **options) as feed, monkeypatch.context() as patch:
        patch.setattr(text_shapes.TextShapes, "read", counted)
        patch.setattr(text_parser.TextReading, "numbered", ended)
        with suppress(SorError):
            list(feed.entities())
    return counts["text"], counts["elements"], whole


SNIPPETS = [
    b"<!-- c -->",
    b"<!-- \x01 -->",
    b"<!-- -- -->",
    b"<OrganizationalUnit/>",
    b"<OrganizationalUnit><s:SorIdentifier>9041000016009</s:SorIdentifier></OrganizationalUnit>",
    b"<!-- </OrganizationalUnit> -->",
    b"<![CDATA[a<b]]>",
    b"<![CDATA[</OrganizationalUnit>]]>",
    b"<?pi x?>",
    b"&amp;",
    b"&lt;/s:EntityName&gt;",
    b"&#13;",
    b"&#x41;",
    b"&nothing;",
    b"]]>",
    b">",
    b">x</s:EntityName>",
    b"<",
    b"</",
    b"/",
    b"=",
    b" ",
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b"\0",
    b"\x01",
    b"\x7f",
    b"\x85",
    b"\xff",
    b"\xc3",
    b"\xc2\xa0",
    b"\xc2\xad",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\xef\xbf\xbe",
    b"\xef\xbf\xbd",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x8f\xa5",
    b' new="1"',
    b' scheme="iso3166-alpha2"',
    b' xmlns="urn:somebody:else"',
    b"stray",
    b"<New>1</New>",
    b"<foreign:Part/>",
    b"<unbound:Part/>",
    b"<s:EntityName></s:EntityName>",
    b"<s:EntityName/>",
    b"<s:EntityName>again</s:EntityName>",
    b"<s:LocalCode> </s:LocalCode>",
    b"<s:LocalCode />",
    b"</s:SorStatus>",
    b"<s:SorStatus>",
    b"</OrganizationalUnit>",
    b"<OrganizationalUnit>",
    b"</OrganizationalUnitEntity>",
    b"<OrganizationalUnitEntity>",
    b"</SorTree>",
    b"<!DOCTYPE SorTree>",
    b"i dag",
]
