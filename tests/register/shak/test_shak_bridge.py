"""SOR and SHAK together, and the commands on a SHAK file."""

from __future__ import annotations

import csv
import io
import pickle
from datetime import date, timedelta
from pathlib import Path

import pytest

import sorparse
from sorparse import Register, SHAKSORMap, SOREntity, SorType, Status, Validity, examples
from support.cli import Run, run
from support.shak import HOSPITAL, OPEN, shak_file, shak_line

__all__ = ["run"]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


UNIT, WARD = "9000041000016007", "9000071000016003"


def unit(sor_id: str, name: str, first: int, last: date | None, shak: str | None) -> SOREntity:
    return SOREntity(
        sor_id,
        name,
        SorType.SI,
        validity=Validity(date(first, 1, 1), last),
        shak_code=shak,
    )


@pytest.fixture
def register() -> Register:
    return Register.from_records(
        [
            unit(UNIT, "Nordby Sygehus (SOR)", 2010, date(2014, 12, 31), "9901"),
            unit(UNIT, "Nordby Universitetshospital", 2015, None, "9901"),
            unit(WARD, "Afdeling", 2012, date(2020, 6, 30), None),
        ],
        [SHAKSORMap("990101", WARD, "Afdeling", Validity(date(2013, 3, 1), date(2016, 2, 29)))],
    ).with_shak(sorparse.load_shak(HOSPITAL))


def test_a_code_that_was_valid_although_no_unit_had_it(register: Register) -> None:
    match = register.as_of("1995-01-01").shak_to_sor("9901")
    assert (match.rule, match.best, match.candidates) == ("only-in-shak", None, ())
    assert match.shak_unit is not None
    assert match.shak_unit.name == "Nordby Sygehus"
    assert (match.code, match.day) == ("9901", date(1995, 1, 1))
    assert match.shak_status is Status.ACTIVE
    assert [one.sor_id for one in match.other_days] == [UNIT]


def test_a_code_that_was_not_valid(register: Register) -> None:
    before = register.as_of("1970-01-01").shak_to_sor("9901")
    assert (before.rule, before.shak_unit, before.shak_status) == ("none", None, Status.FUTURE)
    gap = register.as_of("1990-01-01").shak_to_sor("9901011")
    assert (gap.rule, gap.shak_status) == ("none", Status.CLOSED)
    unknown = register.as_of("1990-01-01").shak_to_sor("990102")
    assert (unknown.rule, unknown.shak_status, unknown.hint) == ("none", None, "9901020")


def test_a_code_that_a_unit_has(register: Register) -> None:
    match = register.as_of("2020-01-01").shak_to_sor("9901")
    assert match.best is not None
    assert (match.best.sor_id, match.rule) == (UNIT, "only-candidate")
    assert match.shak_unit is not None
    assert match.shak_unit.shak_code == "9901"


def test_the_register_itself_stays_as_it_is() -> None:
    plain = sorparse.load(examples.sor2_zip)
    with_shak = plain.with_shak(sorparse.load_shak(HOSPITAL))
    assert (type(with_shak), plain.shak) == (Register, None)
    assert with_shak.shak is not None
    assert plain.as_of("1995-01-01").shak_to_sor("9901").rule == "none"
    assert with_shak.as_of("1995-01-01").shak_to_sor("9901").rule == "only-in-shak"
    assert with_shak.history(UNIT) == plain.history(UNIT)
    again = pickle.loads(pickle.dumps(with_shak))
    assert again.as_of("1995-01-01").shak_to_sor("9901").rule == "only-in-shak"


def test_the_table_of_both_codes_answers_for_each_date(register: Register) -> None:
    frame = register.code_periods().to_pandas()
    shak = register.shak
    assert shak is not None
    for code in (*shak, *register):
        own = frame[frame["code"] == code]
        for n in range(0, 60 * 365, 97):
            day = date(1975, 1, 1) + timedelta(days=n)
            stamp = str(day)
            held = own[(own["in_force_from"] <= stamp) & (stamp <= own["in_force_to"])]
            record = shak.as_of(day).get(code) if code in shak else register.as_of(day).get(code)
            if record is None:
                assert held.empty
                continue
            ((_, row),) = held.iterrows()
            assert row["name"] == record.name
            view = register.as_of(day)
            if code in shak:
                best = view.shak_to_sor(code).best
                assert (row["kind"], row["hospital"]) == ("shak", code[:4])
                assert row["sor_id"] == best.sor_id if best else row.isna()["sor_id"]
            else:
                mapped = view.sor_to_shak(code)
                assert row["kind"] == "sor_id"
                assert row["shak_code"] == mapped if mapped else row.isna()["shak_code"]


def test_neighbours_in_the_table_differ(register: Register) -> None:
    frame = register.code_periods().to_pandas()
    ward = frame[frame["code"] == WARD]
    assert ward["in_force_from"].astype(str).tolist() == ["2012-01-01", "2013-03-01", "2016-03-01"]
    assert ward["in_force_to"].astype(str).tolist() == ["2013-02-28", "2016-02-29", "2020-06-30"]
    hospital = frame[frame["code"] == "9901"]
    assert hospital["in_force_to"].astype(str).tolist() == [
        "1994-12-31",
        "2009-12-31",
        "9999-12-31",
    ]


@pytest.mark.parametrize(
    ("on_row", "pairs"), [(None, [SHAKSORMap("9901a1", WARD)]), ("9901a1", [])]
)
def test_the_unit_of_a_code_changes_when_the_unit_opens_and_closes(
    on_row: str | None, pairs: list[SHAKSORMap]
) -> None:
    ward = unit(WARD, "Afdeling", 2012, date(2020, 6, 30), on_row)
    file = shak_file(shak_line("9901A1", "Afsnit", "20000101"))
    mapped = Register.from_records([ward], pairs)
    table = mapped.with_shak(sorparse.load_shak(file)).code_periods()
    rows = table.to_pyarrow().to_pylist()
    assert [(row["code"], row["sor_id"], str(row["in_force_to"])) for row in rows] == [
        ("9901A1", None, "2011-12-31"),
        ("9901A1", WARD, "2020-06-30"),
        ("9901A1", None, "9999-12-31"),
        (WARD, WARD, "2020-06-30"),
    ]


def test_the_unit_of_a_code_changes_where_a_row_of_the_map_begins_and_ends() -> None:
    ward = unit(WARD, "Afdeling", 2000, None, None)
    file = shak_file(shak_line("9901A1", "Afsnit", "20000101"))
    row = SHAKSORMap("9901a1", WARD, validity=Validity(date(2013, 3, 1), date(2016, 2, 29)))
    table = Register.from_records([ward], [row]).with_shak(sorparse.load_shak(file)).code_periods()
    rows = table.to_pyarrow().to_pylist()
    assert [
        (row["code"], row["kind"], row["sor_id"], row["shak_code"], str(row["in_force_to"]))
        for row in rows
    ] == [
        ("9901A1", "shak", None, "9901A1", "2013-02-28"),
        ("9901A1", "shak", WARD, "9901A1", "2016-02-29"),
        ("9901A1", "shak", None, "9901A1", "9999-12-31"),
        (WARD, "sor_id", WARD, None, "2013-02-28"),
        (WARD, "sor_id", WARD, "9901a1", "2016-02-29"),
        (WARD, "sor_id", WARD, None, "9999-12-31"),
    ]


def test_a_period_of_one_date_is_the_last_one_of_a_unit() -> None:
    ward = unit(WARD, "Afdeling", 2012, date(2020, 6, 30), None)
    row = SHAKSORMap("9901A1", WARD, validity=Validity(date(2020, 6, 30), None))
    rows = Register.from_records([ward], [row]).code_periods().to_pyarrow().to_pylist()
    assert [(row["shak_code"], str(row["in_force_from"])) for row in rows] == [
        (None, "2012-01-01"),
        ("9901A1", "2020-06-30"),
    ]


def test_the_hospital_of_a_code_and_of_a_unit() -> None:
    file = shak_file(
        shak_line("9901", "Før", "20000101", "20091231"),
        shak_line("9901", "Nu", "20100101"),
        shak_line("9901A1", "Afsnit", "20000101"),
    )
    above, always = sorparse.EntityRef(UNIT, "Sygehus"), Validity(date(2000, 1, 1), None)
    units = [
        unit(UNIT, "Sygehus", 2000, None, "9901"),
        SOREntity(WARD, "Afdeling", SorType.OE, validity=always, health_institution=above),
        SOREntity("9000031000016000", "Ejer", SorType.IE, validity=always),
    ]
    register = Register.from_records(units).with_shak(sorparse.load_shak(file))
    rows = register.code_periods().to_pyarrow().to_pylist()
    columns = ("code", "shak_code", "name", "hospital", "hospital_name")
    assert [tuple(row[column] for column in columns) for row in rows] == [
        ("9901", "9901", "Før", "9901", "Før"),
        ("9901", "9901", "Nu", "9901", "Nu"),
        ("9901A1", "9901A1", "Afsnit", "9901", "Før"),
        ("9901A1", "9901A1", "Afsnit", "9901", "Nu"),
        (UNIT, "9901", "Sygehus", UNIT, "Sygehus"),
        (WARD, None, "Afdeling", UNIT, "Sygehus"),
        ("9000031000016000", None, "Ejer", None, None),
    ]


def test_a_study_with_both_kinds_of_codes(register: Register) -> None:
    pandas = pytest.importorskip("pandas")
    study = pandas.DataFrame(
        {
            "code": ["9901", UNIT, "9901"],
            "date": pandas.to_datetime(["1994-12-31", "2025-01-01", "1960-01-01"]),
        }
    )
    codes = register.code_periods().to_pandas()
    named = study.merge(codes, on="code").query("in_force_from <= date <= in_force_to")
    assert named["name"].tolist() == ["Nordby Amtssygehus", "Nordby Universitetshospital"]


def test_without_shak_the_table_has_the_units() -> None:
    table = sorparse.load(examples.sor2_zip).code_periods()
    assert set(table.to_pandas()["kind"]) == {"sor_id"}
    assert [column.name for column in table.schema.columns][:2] == ["code", "kind"]


# -- conversion


def test_a_converted_file_answers_as_of_a_date(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    sorparse.convert(HOSPITAL, "duckdb", tmp_path / "shak.duckdb")
    shak = sorparse.load_shak(HOSPITAL)
    query = (
        "SELECT shak_code, name FROM shak_units WHERE from_date <= $day "
        "AND (to_date IS NULL OR $day <= to_date)"
    )
    with duckdb.connect(str(tmp_path / "shak.duckdb")) as db:
        for text in ("1976-04-01", "1989-12-31", "1990-01-01", "1994-12-31", "2030-01-01"):
            found = db.execute(query, {"day": text}).fetchall()
            expected = {(one.shak_code, one.name) for one in shak.as_of(text).active()}
            assert set(found) == expected


# -- command line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "SHAKCOMPLETE.TXT"
    path.write_bytes(HOSPITAL)
    return path


def test_show_a_code(run: Run, file: Path) -> None:
    table = rows(run("show", file, ' ="9901" ', "--as-of", "1994-12-31", "--csv").out)
    assert [row["name"] for row in table] == ["Nordby Amtssygehus"]
    assert len(run("show", file, "9901", "--json").json) == 3
    result = run("show", file, "9901011", "--as-of", "1990-01-01")
    assert result.status == 1
    assert "was closed after 1989-12-31" in result.err


def test_find_text(run: Run, file: Path) -> None:
    table = rows(run("find", file, "sygehus", "--as-of", "1996-01-01", "--csv").out)
    assert [row["shak_code"] for row in table] == ["9901", "990201"]
    assert run("find", file, "laboratorium", "--as-of", "1996-01-01").status == 1
    future = rows(run("find", file, "laboratorium", "--status", "ALL", "--csv").out)
    assert [row["shak_code"] for row in future] == ["9901020"]
    refused = run("find", file, "a", "--region", "1081")
    assert refused.status == 2
    assert "has no region" in refused.err


def test_map_shak(run: Run, file: Path) -> None:
    refused = run("map-shak", file, "9901")
    assert refused.status == 2
    assert refused.err.count("\n") == 1
    assert "--shak" in refused.err
    asked = ("map-shak", examples.sor2_zip, "9901", "--as-of", "1995-01-01")
    (row,) = rows(run(*asked, "--csv", "--shak", file).out)
    assert (row["rule"], row["name"], row["sor_id"]) == ("only-in-shak", "Nordby Sygehus", "")
    (plain,) = rows(run(*asked, "--csv").out)
    assert plain["rule"] == "none"


def test_check_a_shak_file(run: Run, file: Path) -> None:
    table = rows(run("check", file, "--csv").out)
    assert {row["code"] for row in table} == {
        "shak-gap",
        "shak-without-hospital",
        "shak-section-without-department",
    }
    file.write_bytes(shak_file(shak_line("9901", "x", "20001301", OPEN)))
    assert run("check", file).status == 1
