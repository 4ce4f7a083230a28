"""``describe``, ``show`` and ``convert``: what one file says."""

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

HOSPITAL = "9000041000016007"


def test_describe_reports_form_and_columns(run: Run) -> None:
    result = run("describe", examples.sor_csv)
    assert result.status == 0
    assert "SOR_CSV" in result.out
    assert "encoding windows-1252, BOM no, delimiter ';'" in result.out
    assert "Enhedsnavn" in result.out
    assert result.err == ""


def test_describe_as_json_is_the_description(run: Run) -> None:
    reported = run("describe", examples.sor2_zip, "--json").json
    with sorparse.open(examples.sor2_zip) as feed:
        assert reported == json.loads(json.dumps(feed.describe().to_dict()))


def test_describe_as_csv_has_a_line_a_column(run: Run) -> None:
    result = run("describe", examples.sor_csv, "--csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    name = next(row for row in rows if row["column"] == "Enhedsnavn")
    assert (name["field"], name["filled"], name["rows"]) == ("name", "78", "78")


def test_convert_to_jsonl_writes_every_record_of_every_table(run: Run, tmp_path: Path) -> None:
    result = run("convert", examples.sor2_zip, "--to", "jsonl", "-o", tmp_path / "out")
    assert result.status == 0
    with sorparse.open(examples.sor2_zip) as feed:
        for table in feed.tables:
            lines = (tmp_path / "out" / f"{table}.jsonl").read_text("utf-8").splitlines()
            assert [json.loads(line) for line in lines] == [
                sorparse.to_dict(record) for record in feed.records(table)
            ]


def test_an_unknown_unit_is_a_finding(run: Run) -> None:
    result = run("show", examples.sor2_zip, "9000041000016999")
    assert result.status == 1
    assert result.out == ""
    assert "9000041000016999" in result.err


@pytest.mark.parametrize("command", ["describe", "show"])
def test_a_file_that_is_not_there_is_one_line(run: Run, command: str) -> None:
    extra = [HOSPITAL] if command == "show" else []
    result = run(command, "no-such-file.zip", *extra)
    assert result.status == 2
    assert result.out == ""
    assert result.err == "sorparse: error: no-such-file.zip: no such file\n"
