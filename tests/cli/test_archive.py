"""``sorparse archive``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sorparse import examples
from support.cli import Run, run

pytest.importorskip("pyarrow")
pytest.importorskip("numpy")
__all__ = ["run"]
UNIT = "9000041000016007"
DAY = examples.snapshot_date.isoformat()


@pytest.fixture
def archive(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    assert run("archive", "add", folder, examples.sor_xml).status == 0
    assert run("archive", "add", folder, examples.sor_xml, "--night", "2026-06-18").status == 0
    return folder


def test_adding_a_night_twice(run: Run, archive: Path) -> None:
    done = run("archive", "add", archive, examples.sor_xml)
    assert done == (0, f"{archive} already has {DAY} with the same content\n", "")
    result = run("archive", "add", archive, examples.sor_xml, "--json").json
    assert result["changed"] is False
    assert result["night"] == DAY
    done = run("archive", "add", archive, examples.sor_xml_1_0_0, "--night", DAY)
    assert done.status == 2
    assert "other content" in done.err
    done = run("archive", "add", archive, examples.sor_xml_1_0_0, "--night", DAY, "--replace")
    assert done.status == 0
    assert "added" in done.out


def test_a_night_that_trips_a_guard(run: Run, archive: Path) -> None:
    done = run("archive", "add", archive, examples.sor_xml, "--night=2026-06-19", "--min-units=999")
    assert done.status == 1
    assert "fewer than 999" in done.err
    assert "unchanged" in done.err
    assert "2026-06-19" not in run("archive", "list", archive).out


def test_list_shows_gaps(run: Run, archive: Path) -> None:
    rows = run("archive", "list", archive, "--json").json
    assert [(row["night"], row["state"]) for row in rows] == [
        (DAY, "there"),
        ("2026-06-16", "missing"),
        ("2026-06-17", "missing"),
        ("2026-06-18", "there"),
    ]
    assert rows[0]["bytes"] == examples.sor_xml.stat().st_size


def test_show(run: Run, archive: Path) -> None:
    result = run("archive", "show", archive, UNIT, "--registered", DAY, "--json").json
    assert result["registered"] == DAY
    assert result["unit"]["sor_id"] == UNIT
    assert UNIT in run("archive", "show", archive, UNIT, "--as-of", "2020-01-01").out
    history = run("archive", "show", archive, UNIT, "--history", "--json").json
    assert [one["registered_from"] for one in history] == [DAY, "2026-06-18"]
    assert "2026-06-18" in run("archive", "show", archive, UNIT, "--history", "--csv").out
    missing = run("archive", "show", archive, UNIT, "--registered", "2026-06-16")
    assert missing.status == 2
    assert f"{DAY} before it" in missing.err
    assert run("archive", "show", archive, "9000000000000000000").status == 1


def test_diff_and_verify(run: Run, archive: Path) -> None:
    found = run("archive", "diff", archive, DAY, "2026-06-18", "--json").json
    assert found["from_day"] == DAY
    assert run("archive", "verify", archive).out == "2 nights, unchanged since they were added\n"
    assert run("archive", "verify", archive, "--json").json == []
    [lines] = (archive / "lines").iterdir()
    lines.unlink()
    done = run("archive", "verify", archive, "--json")
    assert done.status == 1
    assert "missing" in json.dumps(done.json)


def test_export(run: Run, archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xml"
    assert run("archive", "export", archive, DAY, "-o", out).status == 0
    assert out.read_bytes() == examples.sor_xml.read_bytes()
    assert run("archive", "export", archive, DAY, "-o", out).status == 2
    assert run("archive", "export", archive, DAY, "-o", out, "--force").status == 0


def test_a_file_without_a_date_needs_a_night(run: Run, tmp_path: Path) -> None:
    done = run("archive", "add", tmp_path / "nights", examples.sor2_zip)
    assert done.status == 2
    assert "Sor_complete.zip does not state the date of its data: name the night with --night" in (
        done.err
    )
    assert not (tmp_path / "nights").exists()


def test_without_pyarrow_nothing_is_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    done = run("archive", "add", tmp_path / "nights", examples.sor_xml)
    assert done.status == 2
    assert done.err.startswith("sorparse: error: Archives need the package pyarrow")
    assert not (tmp_path / "nights").exists()


def test_a_folder_that_is_not_an_archive(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    done = run("archive", "list", folder)
    reason = (
        f"{folder} does not have an archive with nights: add the first night with "
        "'sorparse archive add'"
    )
    assert done == (2, "", f"sorparse: error: {reason}\n")
    assert not folder.exists()


def test_no_difference_is_said(run: Run, archive: Path) -> None:
    assert run("archive", "diff", archive, DAY, "2026-06-18") == (0, "no difference\n", "")


def test_a_night_is_not_exported_to_standard_output(
    run: Run, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("archive", "export", archive, DAY, "-o", "-")
    assert (done.status, done.out) == (2, "")
    assert not (tmp_path / "-").exists()


def test_messages_name_the_options(run: Run, archive: Path) -> None:
    assert "--night" in run("archive", "add", archive, examples.sor2_zip).err
    done = run("archive", "add", archive, examples.sor_xml_1_0_0, "--night", DAY)
    assert "--replace" in done.err
