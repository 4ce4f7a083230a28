"""``sorparse.open(..., validate=...)``: the schema's issues in the pass that reads the units."""

from __future__ import annotations

from pathlib import Path

import pytest

import sorparse
from sorparse import SorError, examples


def test_a_valid_document_gives_its_units_and_no_finding() -> None:
    with sorparse.open(examples.sor_xml) as feed:
        expected = list(feed.entities())
    with sorparse.open(examples.sor_xml, validate=True) as feed:
        assert list(feed.entities()) == expected
        assert list(feed.entities()) == expected  # each reading has a validator of its own
        assert feed.issues == []


def test_what_breaks_the_schema_is_reported_and_the_document_is_read_all_the_same() -> None:
    text = examples.sor_xml.read_bytes()
    broken = text.replace(
        b"<dkcc:StreetBuildingIdentifier>43<", b"<dkcc:StreetBuildingIdentifier>13-15<", 1
    )
    assert broken != text
    with sorparse.open(broken, validate=True) as feed:
        units = list(feed.entities())
        (issue,) = feed.issues
    assert len(units) == 88
    assert issue.severity == "warning"
    assert issue.code.startswith("xsd-")
    line = 1 + broken[: broken.index(b"13-15")].count(b"\n")
    assert (issue.line, issue.value) == (line, "13-15")
    assert {i.value for i in sorparse.validate(broken).errors} == {"13-15"}


def test_a_fault_after_the_last_owner_is_reported() -> None:
    broken = examples.sor_xml.read_bytes().replace(b"</SorTree>", b"<Mere/></SorTree>")
    with sorparse.open(broken, validate=True) as feed:
        list(feed.entities())
        assert any(issue.code.startswith("xsd-") for issue in feed.issues)


def test_the_schema_may_be_named(tmp_path: Path) -> None:
    with (
        sorparse.open(examples.sor_xml, validate=tmp_path / "none.xsd") as feed,
        pytest.raises(SorError, match=r"none\.xsd"),
    ):
        list(feed.entities())


def test_there_has_to_be_a_sor_xml() -> None:
    with pytest.raises(SorError, match=r"no Sor\.xml"):
        sorparse.open(examples.daily_csv, validate=True)
