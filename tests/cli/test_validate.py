"""``sorparse validate``: the schema's word on a Sor.xml."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from support.cli import Run, run

__all__ = ["run"]


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """The example with two ids damaged in the same way."""
    text = examples.sor_xml.read_text("utf-8")
    for sor_id in ("9000041000016007", "9000071000016003"):
        text = text.replace(f">{sor_id}<", ">not an id<")
    file = tmp_path / "Sor.xml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("name", ["sor_xml", "sor_xml_zip", "sor_xml_1_0_0"])
def test_the_examples_are_valid(run: Run, name: str) -> None:
    result = run("validate", getattr(examples, name))
    assert result.status == 0
    assert result.out.splitlines()[-1] == "valid"


def test_faults_set_the_exit_status(run: Run, faulty: Path, tmp_path: Path) -> None:
    every = tmp_path / "every.jsonl"
    result = run("validate", faulty, "--issues", every)
    report = sorparse.validate(faulty)
    assert result.status == 1
    assert result.out == f"{report}\n"
    assert "not an id" in result.out
    written = [json.loads(line) for line in every.read_text("utf-8").splitlines()]
    assert written == [sorparse.to_dict(issue) for issue in report.occurrences]
    reported = run("validate", faulty, "--json")
    assert reported.status == 1
    assert reported.json["valid"] is False
    assert reported.json["errors"] == [sorparse.to_dict(issue) for issue in report.errors]
    assert reported.json["fault_count"] == report.fault_count == len(written)
    table = list(csv.DictReader(io.StringIO(run("validate", faulty, "--csv").out)))
    assert [int(row["line"]) for row in table] == [issue.line for issue in report.errors]


def test_counting_needs_no_places(run: Run, faulty: Path) -> None:
    reported = run("validate", faulty, "--count", "--json")
    assert reported.status == 1
    assert {issue["line"] for issue in reported.json["errors"]} == {None}


def test_a_schema_of_ones_own(run: Run, tmp_path: Path) -> None:
    schema = tmp_path / "own.xsd"
    own = '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:own">{}</schema>'
    schema.write_text(own.format('<element name="SorTree"/>'), "utf-8")
    result = run("validate", examples.sor_xml, "--schema", schema)
    assert result.status == 1
    assert "own.xsd" in result.out
    assert "urn:own" in result.out
    schema.write_text(own.format('<element name="other"/>'), "utf-8")
    result = run("validate", examples.sor_xml, "--schema", schema)
    assert (result.status, result.out) == (2, "")
    assert "own.xsd" in result.err
    schema.write_text("no schema", "utf-8")
    result = run("validate", examples.sor_xml, "--schema", schema)
    assert (result.status, result.out) == (2, "")
    assert "own.xsd" in result.err
    assert result.err.count("\n") == 1
    result = run("validate", examples.sor_xml, "--schema", tmp_path / "none.xsd")
    assert result.status == 2


def test_what_is_no_sor_xml_is_unreadable(run: Run, tmp_path: Path) -> None:
    cut = tmp_path / "cut.xml"
    cut.write_bytes(examples.sor_xml.read_bytes()[:5000])
    for source in (examples.sor_csv, examples.sor2_zip, tmp_path / "none.xml", cut):
        result = run("validate", source)
        assert (result.status, result.out) == (2, ""), source
        assert result.err.startswith("sorparse: error: ")
        assert result.err.count("\n") == 1


def test_the_engine_may_be_chosen(run: Run, faulty: Path) -> None:
    results = {name: run("validate", faulty, "--engine", name) for name in ("libxml2", "xmlschema")}
    assert [result.status for result in results.values()] == [1, 1]
    assert results["libxml2"].out == results["xmlschema"].out
    assert json.loads(run("validate", faulty, "--engine", "xmlschema", "--json").out)["engine"] == (
        "xmlschema"
    )
    assert run("validate", faulty, "--engine", "other").status == 2
