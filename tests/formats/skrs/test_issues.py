"""Responses that break the rules: issues with stable codes, or one clear error."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Issue, Limits, SorFileError, UnrecognisedFormatError
from support.csv_files import A, B, C
from support.skrs_writer import (
    SERVICE,
    SOAP,
    Row,
    bare,
    entry,
    envelope,
    feed,
    page,
    unit,
    write_pages,
)

NOW = datetime(2024, 5, 2, 10, tzinfo=UTC)


def issues(*texts: str) -> list[Issue]:
    with sorparse.open(bare(feed(texts, "yder", NOW))) as found:
        list(found.entities())
        return found.issues


def rows(*ids: str) -> list[Row]:
    return [unit({"sorNummer": sor_id}, pid=pid) for pid, sor_id in enumerate(ids, 1)]


def test_entries_out_of_order_are_reported_and_read() -> None:
    first, second, third = (entry(row) for row in rows(A, B, C))
    with sorparse.open(bare(feed([third, first, second], "yder", NOW))) as found:
        assert [one.sor_id for one in found.entities()] == [C, A, B]
        (issue,) = found.issues
        assert found.next_offset == rows(A, B, C)[-1].token
    assert (issue.severity, issue.code) == ("warning", "entry-out-of-order")
    assert issue.line == 4


def test_a_repeated_entry_is_reported_and_loaded_once(tmp_path: Path) -> None:
    content = page(rows(A, B))
    folder = write_pages(tmp_path / "pages", [content, content])
    register = sorparse.load(folder)
    assert [issue.code for issue in register.issues] == ["repeated-entry"]
    assert [len(register.history(sor_id)) for sor_id in (A, B)] == [1, 1]


def test_tokens_of_different_datatypes_are_not_compared(tmp_path: Path) -> None:
    both = [rows(A, B), [unit({"sorNummer": C}, datatype="praksis", pid=1)]]
    assert not sorparse.load(write_pages(tmp_path / "pages", map(page, both))).issues


def test_several_datatypes_in_one_page_are_reported_and_read() -> None:
    mixed = [unit({"sorNummer": A}), unit({"sorNummer": B}, datatype="praksis", pid=2)]
    register = sorparse.load(page(mixed))
    assert [issue.code for issue in register.issues] == ["several-datatypes"]
    assert len(register) == 2


def test_several_tables_in_one_page_are_reported_and_read() -> None:
    mixed = [
        unit({"SorId": A}, datatype="sorentity"),
        unit({"ShakId": "1301", "SorId": A}, datatype="shaksormap", pid=2),
    ]
    with sorparse.open(page(mixed)) as found:
        assert [len(list(found.records(table))) for table in found.tables] == [1, 1]
        assert [issue.code for issue in found.issues] == ["several-datatypes"]


def test_an_entry_of_another_register_is_preserved_in_its_issue() -> None:
    foreign = entry(rows(A, B)[1]).replace("stamdata/3.0/sor", "stamdata/3.0/ddv")
    (issue,) = issues(entry(rows(A)[0]), foreign)
    assert (issue.severity, issue.code) == ("error", "entry-not-read")
    assert issue.raw is not None
    assert B in issue.raw


def test_an_entry_without_a_row() -> None:
    text = entry(rows(A)[0])
    empty = text[: text.index("<content")] + "</entry>"
    (issue,) = issues(empty)
    assert (issue.severity, issue.code) == ("error", "entry-without-row")


def test_an_entry_without_a_token_is_read() -> None:
    text = entry(rows(A)[0]).replace(rows(A)[0].token, "x")
    (issue,) = issues(text)
    assert (issue.severity, issue.code) == ("warning", "bad-token")


def test_a_row_without_its_key_is_preserved_in_its_issue() -> None:
    (issue,) = issues(entry(unit({"navn": "Uden nummer"})))
    assert (issue.severity, issue.code) == ("error", "missing-key")
    assert issue.raw is not None
    assert "Uden nummer" in issue.raw


def test_a_row_without_valid_to_breaks_the_rules() -> None:
    text = entry(rows(A)[0])
    start = text.index("<validTo>")
    text = text[:start] + text[text.index("</validTo>") + len("</validTo>") :]
    (issue,) = issues(text)
    assert (issue.code, issue.column, issue.sor_id) == ("missing-element", "validTo", A)


@pytest.mark.parametrize("text", ["yesterday", "2021-02-30T00:00:00Z", "2021-13-01"])
def test_a_time_that_is_none(text: str) -> None:
    changed = entry(rows(A)[0]).replace("2020-01-01T00:00:00.000+01:00", text)
    (issue,) = issues(changed)
    assert (issue.code, issue.column, issue.value) == ("bad-date", "validFrom", text)


def test_a_column_twice_in_a_row_is_reported() -> None:
    text = entry(unit({"sorNummer": A, "navn": "A"}))
    with sorparse.open(
        bare(feed([text.replace("<navn>", "<navn>0</navn><navn>")], "yder", NOW))
    ) as f:
        (found,) = f.entities()
        assert [issue.code for issue in f.issues] == ["duplicate-element"]
    assert found.name == "0"
    assert found.extra == {"navn": "A"}


def test_text_between_columns_is_reported() -> None:
    (issue,) = issues(entry(rows(A)[0]).replace("<validFrom>", "loose<validFrom>"))
    assert (issue.code, issue.value) == ("stray-text", "loose")


def test_values_within_a_column_are_preserved() -> None:
    text = entry(unit({"sorNummer": A, "ny": "x"})).replace("<ny>x", '<ny sprog="da"><a>x</a>')
    with sorparse.open(bare(feed([text], "yder", NOW))) as found:
        (one,) = found.entities()
    assert "x" in one.extra.values()
    assert "da" in one.extra.values()


REASON = "urn:stamdata:invalid-history-offset"
FAULT = (
    f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
    f"<faultstring>{REASON}</faultstring></s:Fault></s:Body></s:Envelope>"
)


@pytest.mark.parametrize(
    "content",
    [
        bare(FAULT),
        bare(f'<ReplicationFault xmlns="{SERVICE}">{REASON}</ReplicationFault>'),
        envelope(f"<ReplicationFault>{REASON}</ReplicationFault>"),
    ],
)
def test_a_fault_is_one_clear_error(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(SorFileError, match=r"fault of the service.*invalid-history-offset"):
        sorparse.open(content)
    with pytest.raises(SorFileError, match="fault of the service"):
        sorparse.open(write_pages(tmp_path / "pages", [page(rows(A)), content]))


def test_a_response_of_another_register_is_named() -> None:
    other = page(rows(A)).replace(b"stamdata/3.0/sor", b"stamdata/3.0/ddv")
    with pytest.raises(UnrecognisedFormatError, match="ddv/yder"):
        sorparse.open(other)


def test_another_atom_feed_is_not_of_the_service() -> None:
    news = bare('<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:news</id><entry/></feed>')
    with pytest.raises(UnrecognisedFormatError, match="root element 'feed'"):
        sorparse.open(news)


def test_a_response_without_a_feed_or_a_datatype() -> None:
    with pytest.raises(SorFileError, match="without a feed"):
        sorparse.open(envelope(""))
    with pytest.raises(SorFileError, match="names no datatype"):
        sorparse.open(envelope('<feed xmlns="http://www.w3.org/2005/Atom"/>'))


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_page_that_ends_too_early_is_one_clear_error(part: float) -> None:
    content = page(rows(*[A] * 500))
    with pytest.raises(SorFileError, match="ends too early"):
        sorparse.load(content[: int(len(content) * part)])


@pytest.mark.parametrize("before", ["<!DOCTYPE feed>", '<!DOCTYPE feed [<!ENTITY a "b">]>'])
def test_a_document_type_is_refused(before: str) -> None:
    content = page(rows(A)).replace(b"?>\n", b"?>\n" + before.encode(), 1)
    with pytest.raises(SorFileError, match="document type"):
        sorparse.load(content)


def test_an_entity_without_declaration_is_refused() -> None:
    with pytest.raises(SorFileError, match="well-formed"):
        sorparse.load(
            page([unit({"sorNummer": A, "navn": "?"})]).replace(b"?</navn>", b"&x;</navn>")
        )


def test_limits_hold() -> None:
    deep = entry(unit({"sorNummer": A, "ny": "?"})).replace("?", "<a>" * 300 + "</a>" * 300)
    with pytest.raises(SorFileError, match="max_depth"):
        issues(deep)
    many = entry(unit({"sorNummer": A, "ny": "?"})).replace("<ny>?</ny>", "<ny/>" * 5000)
    with pytest.raises(SorFileError, match="max_columns"):
        issues(many)
    content = page([unit({"sorNummer": A, "navn": "x" * 200}), unit({"sorNummer": B}, pid=2)])
    with sorparse.open(content, limits=Limits(max_field_chars=100)) as found:
        assert [one.sor_id for one in found.entities()] == [B]
        assert [issue.code for issue in found.issues] == ["field-too-long"]


@pytest.mark.parametrize("size", [0, *range(3_000, 4_200, 50)])
def test_where_a_page_is_cut_does_not_matter(size: int) -> None:
    # pages are parsed in pieces, the first of 4 KiB; comments are ignored
    texts = [entry(row) for row in rows(A, B)]
    texts[1:1] = [f"<n>{texts[0]}</n>", "<entry/>", "<n>x</n>", texts[1].replace("sorNummer", "x")]
    with sorparse.open(bare(feed([f"<!--{'x' * size}-->", *texts], "yder", NOW))) as found:
        assert [one.sor_id for one in found.entities()] == [A, A, B]
        codes = [issue.code for issue in found.issues]
    assert codes == ["repeated-entry", "entry-without-row", "missing-key"]


@pytest.mark.parametrize("size", [0, *range(3_000, 4_200, 50)])
def test_deep_elements_between_entries_are_refused(size: int) -> None:
    deep = "<n>" * 200 + "</n>" * 200
    with pytest.raises(SorFileError, match="max_depth"):
        issues(f"<!--{'x' * size}-->", *map(entry, rows(A)), deep)


def test_describe_refuses_too_many_names() -> None:
    texts = [entry(unit({"sorNummer": A, f"ny{number}": "x"}, pid=number)) for number in range(50)]
    content = bare(feed(texts, "yder", NOW))
    with sorparse.open(content, limits=Limits(max_columns=53)) as found:
        assert len(found.describe().tables[0].columns) == 53
    with (
        sorparse.open(content, limits=Limits(max_columns=52)) as found,
        pytest.raises(SorFileError, match="max_columns"),
    ):
        found.describe()


def test_a_file_name_does_not_decide(tmp_path: Path) -> None:
    file = tmp_path / "SORClassifications.xml"
    file.write_bytes(page(rows(A)))
    with sorparse.open(file) as found:
        assert found.format is sorparse.Format.SKRS


@given(st.integers(0, 2000), st.integers(0, 30), st.binary(max_size=6))
def test_a_damaged_page_gives_records_or_one_error_of_the_library(
    place: int, length: int, instead: bytes
) -> None:
    content = page(rows(A, B))
    damaged = content[:place] + instead + content[place + length :]
    with suppress(sorparse.SorError):  # any other exception fails the test
        assert len(sorparse.load(damaged)) <= 2
