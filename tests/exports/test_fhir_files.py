"""``convert --to fhir``: NDJSON of a bulk export, and a Bundle."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest

import sorparse
from sorparse import ConversionError, SOREntity, Validity, convert, examples, to_fhir
from sorparse.cli import main
from sorparse.records import LocationCode
from support.fhir_rules import broken
from support.tables import FakeFeed


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_folder_is_a_bulk_export(tmp_path: Path) -> None:
    target = tmp_path / "fhir"
    report = convert(examples.sor2_zip, "fhir", target)
    assert {file.name for file in target.iterdir()} == {
        "Organization.ndjson",
        "Endpoint.ndjson",
        "load_info.json",
    }
    view = sorparse.load(examples.sor2_zip).as_of(report.snapshot_date)  # today where it has none
    units = lines(target / "Organization.ndjson")
    assert [unit["id"] for unit in units] == list(view)
    assert units == [to_fhir(view[sor_id]) | {"active": True} for sor_id in view]
    assert all(broken("dk-core", unit) == [] for unit in units)
    endpoints = lines(target / "Endpoint.ndjson")
    expected = [
        found
        for record in view.register.location_codes
        for found in sorparse.to_fhir_endpoints(record, view)
        if record.validity.contains(view.day)
    ]
    assert endpoints == expected
    assert all(broken("endpoint", one) == [] for one in endpoints)
    assert report.tables["entities"] == len(units)
    assert report.tables["location_codes"] == len(endpoints)
    assert {issue.code for issue in report.issues} >= {"row-not-in-force", "table-not-written"}
    assert f"{95 - len(units)} rows of entities" in " ".join(
        issue.message for issue in report.issues
    )
    convert(FakeFeed({"entities": [SOREntity("21000016006", "A")]}), "fhir", target)
    assert [one["name"] for one in lines(target / "Organization.ndjson")] == ["A"]
    assert not (target / "Endpoint.ndjson").exists()


@pytest.mark.filterwarnings("ignore")  # of fhir.resources' own making
def test_a_json_file_is_one_bundle(tmp_path: Path) -> None:
    model = pytest.importorskip("fhir.resources.R4B.bundle").Bundle
    convert(examples.sor2_zip, "fhir", tmp_path / "sor.json")
    convert(examples.sor2_zip, "fhir", tmp_path / "fhir")
    text = (tmp_path / "sor.json").read_text(encoding="utf-8")
    bundle = json.loads(text)
    model.model_validate_json(text)
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert resources == [
        *lines(tmp_path / "fhir" / "Organization.ndjson"),
        *lines(tmp_path / "fhir" / "Endpoint.ndjson"),
    ]
    convert(FakeFeed({"entities": []}), "fhir", tmp_path / "none.json", allow_empty=True)
    empty = json.loads((tmp_path / "none.json").read_text(encoding="utf-8"))
    assert (empty["resourceType"], empty["type"]) == ("Bundle", "collection")
    assert "entry" not in empty


def test_one_ndjson_file_holds_one_resource(tmp_path: Path) -> None:
    target = tmp_path / "units.ndjson"
    convert(examples.sor2_zip, "fhir", target, tables=["entities"])
    assert {unit["resourceType"] for unit in lines(target)} == {"Organization"}
    with pytest.raises(ConversionError, match="one kind of resource"):
        convert(examples.sor2_zip, "fhir", target)
    with pytest.raises(ConversionError, match="no resource for shak_sor_map"):
        convert(examples.sor2_zip, "fhir", tmp_path / "x", tables=["shak_sor_map"])


def test_what_is_not_written_is_noted(tmp_path: Path) -> None:
    unit = SOREntity("21000016006", "A")
    feed = FakeFeed(
        {
            "entities": [
                unit,
                attrs.evolve(unit, name="B"),
                SOREntity("12 3", "C"),
                attrs.evolve(unit, validity=Validity(None, date(1999, 1, 1))),
            ],
            "location_codes": [LocationCode("123"), LocationCode("5790099900026")],
        }
    )
    report = convert(feed, "fhir", tmp_path / "fhir")
    assert [one["name"] for one in lines(tmp_path / "fhir" / "Organization.ndjson")] == ["A", "C"]
    assert [one["id"] for one in lines(tmp_path / "fhir" / "Endpoint.ndjson")] == ["5790099900026"]
    assert [issue.code for issue in report.issues] == [
        "row-not-in-force",
        "sor-id-not-accepted",
        "resource-written-once",
        "location-code-not-written",
    ]


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "fhir"
    arguments = ["convert", str(examples.sor2_zip), "--to", "fhir", "-o", str(target)]
    assert main(arguments) == 0
    assert "entities" in capsys.readouterr().out
    assert lines(target / "Organization.ndjson")


@pytest.mark.parametrize("table", ["entities", "location_codes"])
def test_one_ndjson_file_is_recognised_by_the_keys_of_its_resources(
    table: str, tmp_path: Path
) -> None:
    target = tmp_path / "resources.ndjson"
    convert(examples.sor2_zip, "fhir", target, tables=[table])
    convert(examples.sor2_zip, "fhir", target, tables=[table])
    first = lines(target)[0]
    others: list[dict[str, Any]] = [
        {"resourceType": first["resourceType"], "id": "1"},
        {**first, "language": "da"},
        {**first, "identifier": [{"system": "urn:example", "value": "1"}]},
        dict(sorted(first.items())),
    ]
    for other in others:
        target.write_text(json.dumps(other) + "\n")
        with pytest.raises(sorparse.ConversionError, match="did not write the file"):
            convert(examples.sor2_zip, "fhir", target, tables=[table])
