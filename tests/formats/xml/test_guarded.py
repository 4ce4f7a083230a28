"""Validating while reading: a block is validated in a thread while the one before is read.

Nobody may notice, but for the time it takes: records, issues and errors come in the same order, no
thread is at work while the caller is, and none stays behind.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

import sorparse
from sorparse import SorDataError, SorError, SorFileError, examples
from sorparse.formats.sor_xml import readers, text_shapes, validate_alongside
from sorparse.xml import parser
from support.laws import law_examples
from support.xml import INNER, document, hospital, owner, unit
from support.xml_parsers import SNIPPETS, by_elements, in_chunks_of, outcome, outcomes, way_of

BLOCK = 2_000
MANY = document(
    *(
        owner(hospital(*(unit(name=f"Enhed {number}", sor_id=INNER) for number in range(5))))
        for _ in range(12)
    )
)
PIECES = [place + 1 for place in range(len(MANY)) if MANY[place : place + 1] == b">"]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have documents of a few kilobytes read in several blocks."""
    monkeypatch.setattr(validate_alongside, "BLOCK_BYTES", BLOCK)
    before = threading.active_count()
    with in_chunks_of(500, monkeypatch):
        yield
    assert threading.active_count() == before


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """Every thread that is made."""
    made: list[threading.Thread] = []

    class Noted(threading.Thread):
        def start(self) -> None:
            made.append(self)
            super().start()

    monkeypatch.setattr(validate_alongside, "Thread", Noted)
    return made


def damaged(place: float, snippet: bytes) -> bytes:
    """``MANY`` with something put in after a tag; ``place`` goes from 0 to 1."""
    at = PIECES[int(place * (len(PIECES) - 1))]
    return MANY[:at] + snippet + MANY[at:]


def course(content: bytes, *, raising: bool = False) -> list[Any]:
    """Records, issues and the error, in the order in which the caller comes to know them."""
    events: list[Any] = []

    def reported(issue: sorparse.Issue) -> None:
        events.append(issue)
        if raising:
            raise SorDataError(issue)

    try:
        with sorparse.open(content, validate=True, on_issue=reported) as feed:
            for pair in feed.numbered("entities"):
                events.append(pair)  # noqa: PERF402 - between them there may be issues
    except SorError as exc:
        events.append(repr(exc))
    return events


def courses(content: bytes, monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[Any, Any]:
    text = course(content, **options)
    with by_elements(monkeypatch):
        return text, course(content, **options)


def test_a_document_of_many_blocks_is_validated_in_threads(
    threads: list[threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert way_of(MANY, monkeypatch, validate=True) == (84, 0, True)
    assert len(threads) == len(MANY) // BLOCK
    text, elements = outcomes(MANY, monkeypatch, 500, validate=True)
    assert text == elements
    assert len(text[0]) == 84


def test_a_document_of_one_block_takes_no_thread(
    threads: list[threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate_alongside, "BLOCK_BYTES", len(MANY) + 1)
    assert way_of(MANY, monkeypatch, validate=True) == (84, 0, True)
    assert threads == []


def test_reading_without_a_schema_takes_no_thread(threads: list[threading.Thread]) -> None:
    assert len(outcome(MANY)[0]) == 84
    assert threads == []


@settings(
    deadline=None,
    max_examples=law_examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    place=st.floats(0, 1),
    snippet=st.sampled_from(SNIPPETS),
    sizes=st.tuples(st.integers(30, 3000), st.integers(100, 40_000)),
    raising=st.booleans(),
)
@example(place=0.0, snippet=b"<New>1</New>", sizes=(500, BLOCK), raising=False)
@example(place=0.5, snippet=b"<New>1</New>", sizes=(500, BLOCK), raising=True)
@example(place=1.0, snippet=b"<New>1</New>", sizes=(500, BLOCK), raising=False)
@example(place=0.5, snippet=b"</", sizes=(500, BLOCK), raising=False)
def test_a_damaged_document_takes_the_same_course(
    place: float,
    snippet: bytes,
    sizes: tuple[int, int],
    raising: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chunk, block = sizes
    content = damaged(place, snippet)
    monkeypatch.setattr(validate_alongside, "BLOCK_BYTES", block)
    with in_chunks_of(chunk, monkeypatch):
        text, elements = courses(content, monkeypatch, raising=raising)
    assert text == elements


def test_issues_keep_their_place_among_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    # swapped coordinates are reported once, and are valid by the schema
    swapped = MANY.replace(b">6347032.450<", b">557481.681<").replace(
        b">557481.680<", b">6347032.450<"
    )
    late = swapped.replace(b">557481.681<", b">6347032.450<", 5).replace(
        b">6347032.450</osak:CoordETRS89z32E", b">557481.680</osak:CoordETRS89z32E", 5
    )
    assert way_of(late, monkeypatch, validate=True)[2]
    text, elements = courses(late, monkeypatch)
    assert text == elements
    codes = [getattr(event, "code", "") for event in text]
    assert codes.index("coordinates-swapped") == 7 * 5
    text, elements = courses(late, monkeypatch, raising=True)
    assert text == elements
    assert len(text) == 7 * 5 + 2


@pytest.mark.parametrize("number", [0, 40, 83])
def test_no_thread_is_at_work_while_the_caller_is(
    number: int, threads: list[threading.Thread]
) -> None:
    with sorparse.open(MANY, validate=True) as feed:
        records = feed.entities()
        for _ in range(number):
            next(records)
            assert not any(thread.is_alive() for thread in threads)
        records.close()  # type: ignore[attr-defined] # every table is a generator
    assert (len(threads) == 0) == (number == 0)
    assert not any(thread.is_alive() for thread in threads)


def test_iterators_that_are_forgotten_leave_nothing_behind() -> None:
    program = f"""
import sorparse
from sorparse.formats.sor_xml import validate_alongside
validate_alongside.BLOCK_BYTES = {BLOCK}
records = sorparse.open({str(examples.sor_xml)!r}, validate=True).entities()
next(records)
print("so far")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("so far\n", "")


def test_readings_that_take_turns_do_not_disturb_each_other() -> None:
    # the second one compiles its schema while the first is under way
    with sorparse.open(MANY, validate=True) as first, sorparse.open(MANY, validate=True) as second:
        expected = list(first.entities())
        mine, yours = first.entities(), second.entities()
        ahead = [next(mine) for _ in range(20)]
        for record in yours:
            ahead.extend(found for found in [next(mine, None)] if found is not None)
            assert record in expected
        assert ahead == expected
        assert first.issues == second.issues == []


def test_without_threads_it_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused(threading.Thread):
        asked = 0

        def start(self) -> None:
            Refused.asked += 1
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(validate_alongside, "Thread", Refused)
    assert way_of(MANY, monkeypatch, validate=True) == (84, 0, True)
    assert Refused.asked == 1  # a parser that began in this thread stays in it
    text, elements = courses(damaged(0.7, b"<New>1</New>"), monkeypatch)
    assert text == elements


def test_what_goes_wrong_in_the_thread_is_raised_to_the_reader(
    monkeypatch: pytest.MonkeyPatch, threads: list[threading.Thread]
) -> None:
    before = MANY[: 5 * BLOCK]
    expected = [record for _, record in outcome(before)[0]]

    class Broken:
        feed_error_log = ()

        def feed(self, _: bytes) -> None:
            if len(threads) == 6:
                raise MemoryError

    parser_of = etree.XMLParser

    def parsers(**options: Any) -> Any:
        return Broken() if "schema" in options else parser_of(**options)

    monkeypatch.setattr(etree, "XMLParser", parsers)
    given_: list[Any] = []
    with sorparse.open(MANY, validate=True) as feed, pytest.raises(MemoryError):
        given_.extend(feed.entities())
    assert len(threads) == 6
    assert given_ == expected  # of the blocks before


def test_the_thread_is_waited_for_when_reading_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, threads: list[threading.Thread]
) -> None:
    read = text_shapes.TextShapes.read

    def interrupted(self: Any, text: str) -> Any:
        if len(threads) == 4:
            raise KeyboardInterrupt
        return read(self, text)

    monkeypatch.setattr(text_shapes.TextShapes, "read", interrupted)
    with sorparse.open(MANY, validate=True) as feed, pytest.raises(KeyboardInterrupt):
        list(feed.entities())
    assert len(threads) == 4
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.parametrize("pieces", [0, 1, 3, 4, 5, 21, 100])
def test_what_was_read_before_reading_failed_is_given_first(
    pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(source: IO[bytes], file: str) -> Iterator[bytes]:
        yield from islice(parser.chunks_of(source, file), pieces)
        raise SorFileError("the disk is gone", file=file)

    monkeypatch.setattr(readers, "chunks_of", failing)
    plain, validated = outcome(MANY), outcome(MANY, validate=True)
    assert plain == validated
    assert "the disk is gone" in validated[1]
    assert bool(validated[0]) == (pieces > 4)
