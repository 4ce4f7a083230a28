"""The commands that ask the register: ``show``, ``tree``, ``find``, ``map-shak``, ``diff``,
``check``."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from support.cli import Run, run

__all__ = ["run"]

SOR2 = examples.sor2_zip
OWNER = "9000031000016000"
HOSPITAL = "9000041000016007"
DEPARTMENT = "9000071000016003"
WARD = "9000081000016001"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def register() -> sorparse.Register:
    return sorparse.load(SOR2)


# -- show


def test_show_reports_status_place_and_fields(run: Run) -> None:
    result = run("show", SOR2, HOSPITAL, "--as-of", "2026-06-15")
    assert result.status == 0
    lines = result.out.splitlines()
    assert lines[0] == f"Nordhavets Universitetshospital  {HOSPITAL}"
    assert lines[1] == "ACTIVE on 2026-06-15, opened 2007-01-01"
    assert lines[2] == f"  in Region Nordhavet  {OWNER}"
    assert "postal_address.street_name           Mågevænget" in result.out


def test_show_gives_the_version_of_the_day(run: Run) -> None:
    reported = run("show", SOR2, HOSPITAL, "--as-of", "2014-04-30", "--json").json
    assert reported["unit"]["name"] == "Nordhavet Universitetshospital"
    assert reported["day"] == "2014-04-30"
    assert reported["unit"]["postal_address"]["easting"] == "556302.49"


@pytest.mark.parametrize("name", ["daily_csv", "sor_csv_folder", "sor_xml_zip", "sor_xml_1_0_0"])
def test_every_format_is_asked_alike(run: Run, name: str) -> None:
    source = getattr(examples, name)
    reported = run("show", source, HOSPITAL, "--as-of", examples.snapshot_date, "--json").json
    assert reported["unit"]["name"] == "Nordhavets Universitetshospital"
    assert reported["status"] == "ACTIVE"
    table = run("tree", source, DEPARTMENT, "--as-of", examples.snapshot_date, "--json").json
    assert [node["sor_id"] for node in table[:2]] == [DEPARTMENT, WARD]
    assert HOSPITAL in run("find", source, "universitetshospital").out
    assert run("diff", examples.daily_csv, source, "--quiet").status == 0


def test_show_marks_what_is_inherited_and_from_whom(run: Run) -> None:
    reported = run("show", SOR2, WARD, "--as-of", "2026-06-15", "--json").json
    assert reported["unit"]["postal_address"] is None
    assert reported["effective"]["postal_address"]["street_name"] == "Mågevænget"
    result = run("show", SOR2, WARD, "--as-of", "2026-06-15", "--csv")
    found = {row["field"]: row for row in rows(result.out)}
    assert found["effective.postal_address.street_name"]["from"] == HOSPITAL
    assert found["name"]["from"] == ""


def test_show_history_is_oldest_first(run: Run, register: sorparse.Register) -> None:
    reported = run("show", SOR2, HOSPITAL, "--history", "--json").json
    assert reported == [sorparse.to_dict(version) for version in register.history(HOSPITAL)]
    table = rows(run("show", SOR2, HOSPITAL, "--history", "--csv").out)
    assert [row["from_date"] for row in table] == ["2007-01-01", "2014-05-01"]


def test_show_a_closed_unit_in_its_last_version(run: Run, register: sorparse.Register) -> None:
    closed = next(register.as_of("2026-06-15").closed())
    reported = run("show", SOR2, closed.sor_id, "--as-of", "2026-06-15", "--json").json
    assert reported["status"] == "CLOSED"
    assert reported["unit"] == sorparse.to_dict(closed)
    assert reported["closes"] == closed.validity.to_date.isoformat()  # type: ignore[union-attr]
    assert reported["effective"] is None


def test_show_a_future_unit_in_its_first_version(run: Run, register: sorparse.Register) -> None:
    coming = next(register.as_of("2026-06-15").future())
    reported = run("show", SOR2, coming.sor_id, "--as-of", "2026-06-15", "--json").json
    assert (reported["status"], reported["unit"]) == ("FUTURE", sorparse.to_dict(coming))


@pytest.mark.parametrize(
    ("sor_id", "words"),
    [
        ("9000041000016008", "check digit is 8 and should be 7"),
        ("1000016001", "it has 10 digits"),
        ("9OOO041000016007", "digits only"),
        ("9999991000016000", "no unit 9999991000016000"),
    ],
)
def test_show_reports_unknown_ids_apart(run: Run, sor_id: str, words: str) -> None:
    for command in ("show", "tree"):
        result = run(command, SOR2, sor_id)
        assert (result.status, result.out) == (1, "")
        assert words in result.err
        assert result.err.count("\n") == 1


def test_show_a_shak_code_of_a_shak_file(run: Run) -> None:
    with sorparse.open(examples.shak) as feed:
        units = [unit for unit in feed.shak_units() if unit.shak_code == "9901012"]
    assert run("show", examples.shak, "9901012", "--json").json == [
        sorparse.to_dict(unit) for unit in units
    ]
    day = units[-1].validity.from_date
    table = rows(run("show", examples.shak, "9901012", "--as-of", day, "--csv").out)
    assert [row["from_date"] for row in table] == [str(day)]
    result = run("show", examples.shak, "9901012", "--as-of", "1970-01-01")
    assert result.status == 1
    assert "has no SHAK code 9901012 on 1970-01-01" in result.err


# -- tree


def test_tree_draws_the_branches(run: Run) -> None:
    result = run("tree", SOR2, DEPARTMENT, "--as-of", "2026-06-15")
    assert [line.split("  ")[0] for line in result.out.splitlines()] == [
        "Hjertemedicinsk Afdeling M",
        "├── Hjertesengeafsnit M1",
        '├── Hjerteambulatoriet "Søstjernen"',
        "└── Endokrinologisk Ambulatorium – voksne",
    ]
    assert result.out.splitlines()[0].split("  ")[1:] == [
        DEPARTMENT,
        "OE",
        "klinisk enhed",
        "ACTIVE",
        "2010-01-01 –",
    ]


def test_tree_holds_the_unit_and_its_descendants(run: Run, register: sorparse.Register) -> None:
    table = run("tree", SOR2, OWNER, "--as-of", "2020-01-01", "--json").json
    below = register.as_of("2020-01-01").descendants(OWNER)
    assert [node["sor_id"] for node in table] == [OWNER, *(unit.sor_id for unit in below)]
    depth = {node["sor_id"]: node["depth"] for node in table}
    for node in table[1:]:
        assert node["depth"] == depth[node["parent_id"]] + 1


def test_tree_up_starts_with_the_owner(run: Run, register: sorparse.Register) -> None:
    table = rows(run("tree", SOR2, WARD, "--up", "--as-of", "2026-06-15", "--csv").out)
    above = [unit.sor_id for unit in register.as_of("2026-06-15").ancestors(WARD)]
    assert [row["sor_id"] for row in table] == [*reversed(above), WARD]
    assert table[0]["sor_id"] == OWNER


def test_tree_depth_and_all(run: Run, register: sorparse.Register) -> None:
    day = "2026-06-15"
    near = run("tree", SOR2, OWNER, "--depth", "1", "--as-of", day, "--json").json
    assert {node["depth"] for node in near} == {0, 1}
    every = run("tree", SOR2, OWNER, "--all", "--as-of", day, "--json").json
    status = Counter(node["status"] for node in every)
    assert status["CLOSED"] >= 1
    assert status["FUTURE"] >= 1
    assert len(every) == len({node["sor_id"] for node in every})


# -- find


def test_find_folds_danish_letters(run: Run, register: sorparse.Register) -> None:
    table = rows(run("find", SOR2, "aero", "--csv").out)
    assert [row["sor_id"] for row in table] == [
        unit.sor_id for unit in register.as_of().find("aero")
    ]
    assert "Ærøvig Sygehus" in [row["name"] for row in table]


def test_find_takes_filters_together(run: Run, register: sorparse.Register) -> None:
    day = "2026-06-15"
    argv = ("--type", "klinisk enhed", "--region", "1083", "--level", "oe", "--as-of", day)
    table = run("find", SOR2, *argv, "--json").json
    expected = register.as_of(day).find(entity_type="klinisk enhed", region="1083", sor_type="OE")
    assert [row["sor_id"] for row in table] == [unit.sor_id for unit in expected]
    assert table


def test_find_every_status_is_the_whole_register(run: Run, register: sorparse.Register) -> None:
    table = run("find", SOR2, "--status", "all", "--as-of", "2026-06-15", "--json").json
    assert len(table) == len(register)
    view = register.as_of("2026-06-15")
    assert {row["sor_id"]: row["status"] for row in table} == {
        sor_id: str(view.status(sor_id)) for sor_id in register
    }


def test_find_as_csv_has_inheritance_resolved(run: Run, register: sorparse.Register) -> None:
    view = register.as_of("2015-06-01")
    argv = ("--status", "all", "--as-of", "2015-06-01")
    table = rows(run("find", SOR2, *argv, "--csv").out)
    assert [row["sor_id"] for row in table] == list(register)
    for row in table:
        if row["status"] != "ACTIVE":
            continue
        effective = view.effective(row["sor_id"])
        visiting = effective.visiting_address or sorparse.Address()
        assert row["effective_location_code"] == (effective.location_code or "")
        assert row["effective_visiting_address_street_name"] == (visiting.street_name or "")
        assert row["effective_region_name"] == ((effective.region and effective.region.name) or "")
        assert row["effective_origin_location_code"] == effective.origin.get("location_code", "")
    assert any(row["effective_location_code"] for row in table if row["status"] == "CLOSED")
    nothing = run("find", SOR2, "nosuchname", "--csv")
    assert nothing.status == 1
    assert nothing.out.startswith("sor_id,name,")
    assert nothing.out.count("\n") == 1


@pytest.mark.parametrize(
    "argv",
    [
        ("find", SOR2, "--as-of", "2026-06-15", "hjerte", "m1"),
        ("find", SOR2, "hjerte", "m1", "--as-of", "2026-06-15"),
        ("find", "--as-of", "2026-06-15", SOR2, "hjerte", "m1"),
    ],
)
def test_options_may_come_before_or_after_the_words(run: Run, argv: tuple[object, ...]) -> None:
    assert [row["sor_id"] for row in rows(run(*argv, "--csv").out)] == [WARD]


def test_find_limit_and_nothing_found(run: Run) -> None:
    assert len(run("find", SOR2, "--limit", "3", "--json").json) == 3
    result = run("find", SOR2, "nosuchname", "--as-of", "2026-06-15")
    assert (result.status, result.out) == (1, "")
    assert result.err == "sorparse: nothing found on 2026-06-15\n"
    assert run("find", SOR2, "nosuchname", "--json").json == []


# -- map-shak


def test_map_shak_both_directions(run: Run) -> None:
    result = run("map-shak", SOR2, "9901", HOSPITAL, "--csv", "--as-of", "2026-06-15")
    there, back = rows(result.out)
    assert result.status == 0
    assert (there["sor_id"], there["chosen"], there["rule"]) == (HOSPITAL, "true", "only-candidate")
    assert (back["shak_code"], back["sor_id"]) == ("9901", HOSPITAL)


def test_map_shak_gives_every_candidate(run: Run, register: sorparse.Register) -> None:
    match = register.as_of("2026-06-15").shak_to_sor("9901203")
    assert len(match.candidates) == 2
    result = run("map-shak", SOR2, "9901203", "--json", "--as-of", "2026-06-15")
    assert result.json == [{**sorparse.to_dict(match), "shak_code": "9901203"}]
    table = rows(run("map-shak", SOR2, "9901203", "--csv", "--as-of", "2026-06-15").out)
    assert [row["sor_id"] for row in table] == [each.sor_id for each in match.candidates]
    assert result.status == (0 if match.best else 1)


def test_map_shak_without_an_answer_is_a_finding(run: Run) -> None:
    result = run("map-shak", SOR2, "9901", "0000", "9999991000016000", "--csv")
    assert result.status == 1
    assert "2 of 3 codes without a single answer: 0000, 9999991000016000" in result.err
    assert rows(result.out)[0]["sor_id"] == HOSPITAL


def test_map_shak_reads_codes_from_standard_input(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("9901\n\n990101\n"))
    assert [each["code"] for each in run("map-shak", SOR2, "-", "--json").json] == [
        "9901",
        "990101",
    ]


# -- diff


def test_diff_of_two_files(run: Run) -> None:
    result = run("diff", examples.daily_csv_earlier, examples.daily_csv, "--csv")
    assert result.status == 0
    table = rows(result.out)
    renamed = next(row for row in table if row["change"] == "renamed")
    assert (renamed["old"], renamed["new"]) == (
        "Kirurgisk Sengeafsnit K1",
        "Kirurgisk Sengeafsnit Kaj 1",
    )
    found = sorparse.diff(examples.daily_csv_earlier, examples.daily_csv)
    assert Counter(row["change"] for row in table) == Counter(
        {what: number for what, number in found.counts().items() if number}
    )


def test_diff_of_two_days(run: Run, register: sorparse.Register) -> None:
    result = run("diff", SOR2, "--from", "2020-01-01", "--to", "2022-01-01", "--json")
    found = register.diff("2020-01-01", "2022-01-01")
    assert result.json == {**sorparse.to_dict(found), "counts": found.counts()}


def test_diff_guards_against_too_many_closings(run: Run, register: sorparse.Register) -> None:
    closed = len(register.diff("2010-01-01", "2026-06-15").closed)
    assert closed > 1
    days = ("--from", "2010-01-01", "--to", "2026-06-15", "--summary")
    assert run("diff", SOR2, *days, "--max-closed", closed).status == 0
    result = run("diff", SOR2, *days, "--max-closed", closed - 1)
    assert result.status == 1
    assert f"{closed} units closed or got a closing date, more than --max-closed" in result.err


def test_diff_reports_the_issues_of_both_sides(run: Run, tmp_path: Path) -> None:
    for name, day in (("a", "2020-13-01"), ("b", "2020-14-01")):
        (tmp_path / f"{name}.csv").write_text(f"SorId;FromDate\r\n11000016002;{day}\r\n", "utf-8")
    issues = tmp_path / "issues.jsonl"
    argv = (tmp_path / "a.csv", tmp_path / "b.csv", "--issues", issues)
    assert run("diff", *argv).status == 0
    text = issues.read_text("utf-8")
    assert "2020-13-01" in text
    assert "2020-14-01" in text
    assert run("diff", *argv, "--strict").status == 1


def test_diff_summary(run: Run) -> None:
    argv = ("diff", examples.daily_csv_earlier, examples.daily_csv, "--summary")
    assert run(*argv, "--json").json["counts"]["renamed"] == 1
    assert {row["change"]: row["count"] for row in rows(run(*argv, "--csv").out)}["moved"] == "0"


@pytest.mark.parametrize(
    "argv",
    [
        (SOR2,),
        (SOR2, "--to", "2020-01-01"),
    ],
)
def test_diff_wants_two_sides(run: Run, argv: tuple[object, ...]) -> None:
    result = run("diff", *argv)
    assert (result.status, result.out) == (2, "")
    assert "either two sources, or one source with --from" in result.err


# -- check

ORPHAN = (
    "SorId;EntityName;SorType;ParentSorId;FromDate;ToDate\r\n"
    "11000016002;Ejer;IE;;2020-01-01;\r\n"
    "9000041000016007;Hospital;SI;9000011000016006;2020-01-01;\r\n"
    "9000071000016003;Afdeling;OE;9000041000016007;2020-13-01;\r\n"
)


def test_check_of_the_example_finds_no_error(run: Run, register: sorparse.Register) -> None:
    result = run("check", SOR2, "--json")
    assert result.status == 0
    assert Counter(issue["code"] for issue in result.json) == Counter(
        issue.code for issue in register.check()
    )


def test_check_finds_errors_of_reading_and_of_content(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "SOREntity.csv"
    file.write_text(ORPHAN, "utf-8")
    result = run("check", file, "--csv")
    found = rows(result.out)
    assert result.status == 1
    bad = next(row for row in found if row["value"] == "2020-13-01")
    assert (bad["line"], bad["column"]) == ("4", "FromDate")
    assert "9000011000016006" in " ".join(row["message"] for row in found)
    severities = [row["severity"] for row in found]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    summary = rows(run("check", file, "--summary", "--csv").out)
    assert sum(int(row["count"]) for row in summary) == len(found)


def test_check_fail_on_is_the_least_severity_that_fails(run: Run) -> None:
    assert run("check", SOR2, "--fail-on", "warning").status == 0
    assert run("check", SOR2, "--fail-on", "info").status == 1


@pytest.mark.parametrize("is_first", [True, False])
def test_diff_with_a_source_without_units_is_not_fine(
    run: Run, is_first: bool, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(examples.daily_csv.read_bytes().splitlines(keepends=True)[0])
    pair = (empty, examples.daily_csv) if is_first else (examples.daily_csv, empty)
    result = run("diff", *pair)
    assert result.status == 1
    assert "no-entities" in result.err
