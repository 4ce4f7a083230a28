"""A set whose format promises units and that has none is an error, in every format."""

from __future__ import annotations

from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from support.cli import Run, run
from support.csv_files import A, sor2, sor_csv, zipped

__all__ = ["run"]

HTML = b"<!DOCTYPE html><html><head><title>Vedligehold</title></head><body>Kom igen</body></html>"
MAP = f"ShakId;SorId\r\n9990;{A}\r\n".encode()
TYPES = b"EDITypeId;EDITypeName\r\n1;DIS91\r\n"
NO_OWNER = (
    b'<SorTree xmlns="urn:oio:nsi:2.0.0" xmlns:s="urn:oio:sundhedsstyrelsen:organisation:1.0.0">'
    b"<s:SnapshotDate>2026-01-01</s:SnapshotDate></SorTree>"
)
SETS = {
    "html": zipped({"SOREntity.csv": HTML, "SHAKSORMap.csv": MAP}),
    "empty": zipped({"SOREntity.csv": b"", "SHAKSORMap.csv": MAP}),
    "header": zipped({"SOREntity.csv": sor2(), "SHAKSORMap.csv": MAP}),
    "missing": zipped({"SHAKSORMap.csv": MAP, "EDITypes.csv": TYPES}),
    "xml": NO_OWNER,
    "xml in a zip": zipped({"Sor.xml": NO_OWNER}),
    "daily": examples.daily_csv.read_bytes().split(b"\n")[0] + b"\n",
    "sor.csv": sor_csv(),
    "sor.csv with blank lines": sor_csv("", ";;;"),
}


@pytest.mark.parametrize("name", sorted(SETS))
def test_open_load_and_check_report_it(name: str, tmp_path: Path, run: Run) -> None:
    data = SETS[name]
    with sorparse.open(data) as feed:
        (reported,) = (issue for issue in feed.issues if issue.severity == "error")
        assert reported.code == "no-entities"
        assert str(reported) in str(feed.describe())
    found = [issue for issue in sorparse.load(data).issues if issue.code == "no-entities"]
    assert found == [reported]
    with pytest.raises(sorparse.SorDataError, match="no-entities"):
        sorparse.open(data, on_issue="raise")
    (tmp_path / "set").write_bytes(data)
    result = run("check", tmp_path / "set")
    assert result.status == 1
    assert "no-entities" in result.out
    assert "no-entities" in run("describe", tmp_path / "set").out


def test_what_the_first_block_does_not_show_is_reported_when_it_is_loaded() -> None:
    data = sor2(*[";x;2020-01-01;;"] * 10_000)
    with sorparse.open(data) as feed:
        assert feed.issues == []
    assert "no-entities" in {issue.code for issue in sorparse.load(data).issues}


def test_a_single_file_of_another_table_promises_no_units(tmp_path: Path) -> None:
    for data in (TYPES, MAP):
        with sorparse.open(data) as feed:
            assert feed.issues == []
    (tmp_path / "Edityper.csv").write_bytes(examples.edi_types_csv.read_bytes())
    with sorparse.open(tmp_path) as feed:
        assert feed.issues == []


def test_sets_with_units_are_not_reported() -> None:
    for source in (examples.sor2_zip, examples.daily_csv, examples.sor_csv_folder):
        with sorparse.open(source) as feed:
            assert "no-entities" not in {issue.code for issue in feed.issues}


@pytest.mark.parametrize("way", ["records", "rows"])
def test_streaming_a_large_file_without_valid_rows_ends_with_the_issue(way: str) -> None:
    data = sor2(*[";x;2020-01-01;;"] * 10_000)
    with sorparse.open(data) as feed:
        for _ in range(2):
            found = feed.entities() if way == "records" else feed.rows("entities", ["sor_id"])
            assert list(found) == []
        assert feed.issue_counts["no-entities"] == 1
    with sorparse.open(sor2(f"{A};x;2020-01-01;;")) as feed:
        assert len(list(feed.entities())) == 1
        assert feed.issues == []


@pytest.mark.parametrize("to", ["sqlite", "csv", "jsonl", "sor2"])
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("name", ["html", "empty"])
def test_nothing_is_replaced_by_the_one_other_table(
    name: str, to: str, force: bool, tmp_path: Path
) -> None:
    target = tmp_path / ("out.zip" if to == "sor2" else "out")
    sorparse.convert(examples.sor2_zip, to, target)
    for source in (SETS[name], sorparse.load(SETS[name])):
        with pytest.raises(sorparse.EmptySourceError):
            sorparse.convert(source, to, target, force=force)


def test_a_broken_file_is_no_file_without_units() -> None:
    with sorparse.open(NO_OWNER[:-5]) as feed:
        assert feed.issues == []
        with pytest.raises(sorparse.SorFileError):
            list(feed.entities())
