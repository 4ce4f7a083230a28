"""Codes on the command line: in any notation, echoed as written, and with suggestions."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

import sorparse
from sorparse import Address, Coded, Register, SorType, examples
from support.cli import Run, run
from support.csv_files import sor_id
from support.register import unit

__all__ = ["run"]

HOSPITAL = "9000041000016007"
A, B, C = sor_id(990101), sor_id(990102), sor_id(990103)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    header = (
        "SorId;EntityName;SorType;EntityTypeId;EntityTypeName;FromDate;ToDate;ShakId;ProviderId"
    )
    rows = (
        f"{A};Første Sygehus;OE;22232009;hospital;2000-01-01;;9901;",
        f"{B};Anden Klinik;OE;394761003;almen lægepraksis;2000-01-01;;9901203;077410",
        f"{C};Lukket Klinik;OE;394761003;almen lægepraksis;2000-01-01;2001-01-01;990302;000094",
        f"{sor_id(990104)};Tredje;OE;;;2000-01-01;;9902;990302",
        f"{sor_id(990105)};Fjerde;OE;;;2000-01-01;;9902;",
    )
    file = tmp_path_factory.mktemp("codes") / "units.csv"
    file.write_text("\n".join((header, *rows, "")), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (A, A),
        (f'="{A}"', A),
        (f"urn:oid:1.2.208.176.1.1|{A}", A),
        ("9901", A),
        ("9901203.0", B),
        ("077410", B),
        ("'077410", B),
        ("000094", C),  # only a closed unit has it
        ("990302", sor_id(990104)),  # in force as a provider number
    ],
)
def test_show_takes_every_code_that_names_one_unit(
    run: Run, source: Path, code: str, found: str
) -> None:
    result = run("show", source, code, "--json", "--as-of", "2020-01-01")
    assert result.status == 0
    assert result.json["unit"]["sor_id"] == found
    history = run("show", source, code, "--history", "--json", "--as-of", "2020-01-01")
    assert {each["sor_id"] for each in history.json} == {found}


def test_show_takes_a_location_number(run: Run) -> None:
    view = sorparse.load(examples.sor2_zip).as_of("2026-06-15")
    single = next(
        number
        for number in dict.fromkeys(one.location_code for one in view.active())
        if number is not None and len(view.by_location_code(number)) == 1
    )
    result = run("show", examples.sor2_zip, single, "--json", "--as-of", "2026-06-15")
    assert result.json["unit"]["sor_id"] == view.by_location_code(single)[0].sor_id


def test_show_lists_the_units_that_share_a_code(run: Run, source: Path) -> None:
    result = run("show", source, "9902", "--csv", "--as-of", "2020-01-01")
    assert result.status == 1
    table = list(csv.DictReader(io.StringIO(result.out)))
    assert [row["name"] for row in table] == ["Tredje", "Fjerde"]
    assert "2 units have the code 9902; show one by its SOR id" in result.err


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("77410", "no unit has the code '77410'; did you mean 077410?"),
        ("9901203AB", "no unit has the code '9901203AB'; did you mean 9901203?"),
        ("8888", "no unit has the code '8888'"),
        ("12", "'12' is not a SOR id, SHAK code, location number or provider number"),
        ("hello", "'hello' is not a SOR id, SHAK code, location number or provider number"),
        ("", "'' is not a SOR id, SHAK code"),
        ("9000041000016008", "not a valid SOR id: its check digit is 8 and should be 7"),
        ("9.00004E+15", "'9.00004E+15' is not a valid SOR id"),
    ],
)
def test_show_of_a_code_that_no_unit_has(run: Run, source: Path, code: str, said: str) -> None:
    result = run("show", source, code)
    assert (result.status, result.out) == (1, "")
    assert said in result.err


def test_tree_takes_an_id_in_any_notation(run: Run, source: Path) -> None:
    plain = run("tree", source, A, "--as-of", "2020-01-01")
    assert run("tree", source, f"'{A}", "--as-of", "2020-01-01") == plain
    assert plain.status == 0


def test_map_shak_echoes_codes_as_written(
    run: Run, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = ["9901", " 9901203", "9901203ab", '="9901"', "9901.0", f"'{A}", "9902", A]
    monkeypatch.setattr("sys.stdin", io.StringIO("\ufeff" + "\r\n".join(written) + "\r\n\r\n"))
    result = run("map-shak", source, "-", "--csv", "--as-of", "2020-01-01")
    table = list(csv.DictReader(io.StringIO(result.out)))
    assert list(dict.fromkeys(row["code"] for row in table)) == written
    found = {row["code"]: (row["sor_id"], row["shak_code"]) for row in table}
    assert found['="9901"'] == found["9901.0"] == found[f"'{A}"] == found[A] == (A, "9901")
    assert found[" 9901203"] == (B, "9901203")
    assert found["9901203ab"] == ("", "9901203AB")
    assert "9901203ab: did you mean 9901203?" in result.err
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(written)))
    answers = run("map-shak", source, "-", "--json", "--as-of", "2020-01-01").json
    assert [answer["code"] for answer in answers] == written


def test_find_prints_the_likely_code(run: Run, source: Path) -> None:
    result = run("find", source, "77410")
    assert result.status == 1
    assert "did you mean 077410?" in result.err


def test_find_of_an_unknown_value_is_wrong_use(run: Run, source: Path) -> None:
    result = run("find", source, "--type", "almen praksis", "--quiet")
    assert (result.status, result.out) == (2, "")
    assert "'almen praksis'" in result.err
    assert "did you mean 'almen lægepraksis'" in result.err
    assert result.err.startswith("sorparse: error: --type 'almen praksis' is neither in this")
    assert f"'sorparse terms {source} entity_type' lists all values" in result.err
    assert len(result.err.splitlines()) == 1


def test_terms(run: Run, source: Path) -> None:
    result = run("terms", source, "entity_type", "--csv", "--as-of", "2020-01-01")
    assert result.status == 0
    assert list(csv.reader(io.StringIO(result.out))) == [
        ["code", "name", "units"],
        ["394761003", "almen lægepraksis", "1"],
        ["22232009", "hospital", "1"],
    ]
    past = run("terms", source, "entity_type", "--json", "--as-of", "2000-06-01").json
    assert past[0] == {"code": "394761003", "name": "almen lægepraksis", "units": 2}
    assert run("terms", source, "colour").status == 2


@pytest.mark.parametrize("notation", ["{}", '="{}"', "'{}", "urn:oid:1.2.208.176.1.1|{}", "SOR#{}"])
def test_extract_takes_ids_in_any_notation(run: Run, tmp_path: Path, notation: str) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text(f"# a list\n{notation.format(HOSPITAL)}  # the hospital\n", encoding="utf-8")
    target = tmp_path / "small.zip"
    assert run("extract", examples.sor2_zip, "--ids", ids, "-o", target).status == 0
    assert HOSPITAL in sorparse.load(target)
    again = tmp_path / "below.zip"
    below = notation.format(HOSPITAL)
    assert run("extract", examples.sor2_zip, "--below", below, "-o", again).status == 0
    assert len(sorparse.load(again)) > len(sorparse.load(target))


# -- what a unit and an address are in one line


def test_a_unit_in_one_line() -> None:
    one = unit(
        A, "2010-01-01", "2020-12-31", name="Første Sygehus", entity_type=Coded("1", "hospital")
    )
    assert str(one) == f"Første Sygehus, hospital, {A}, 2010-01-01 to 2020-12-31"
    assert str(unit(B, "2012-01-01", first="2009-01-01", name=None)) == f"OE, {B}, from 2012-01-01"
    nothing = unit(B, None, name=None, sor_type=None)
    assert str(nothing) == B
    assert f"{one}" == str(one)


def test_the_units_of_the_examples_have_one_short_line() -> None:
    for one in sorparse.load(examples.sor2_zip).as_of("2026-06-15").active():
        assert len(str(one)) < 160
        assert "\n" not in str(one)
        assert one.sor_id in str(one)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (Address(), ""),
        (
            Address(
                street_name="Hovedgaden",
                street_building_id="12A",
                floor_id="2",
                suite_id="tv",
                district_subdivision="Nørreby",
                post_code="9000",
                district_name="Aalborg",
                country_code="DK",
            ),
            "Hovedgaden 12A, 2. tv, Nørreby, 9000 Aalborg",
        ),
        (Address(street_name="Hovedgaden", floor_id="st"), "Hovedgaden, st"),
        (Address(post_office_box="17", post_code="8000"), "Postboks 17, 8000"),
        (
            Address(
                mail_delivery_sublocation="Bygning 3",
                stairway="B",
                street_name="Vejen",
                additional_info="Ring på",
            ),
            "Bygning 3, Vejen, opg. B, Ring på",
        ),
        (
            Address(street_name="Storgatan", post_code="21119", country_code="SE"),
            "Storgatan, 21119, SE",
        ),
    ],
)
def test_an_address_in_one_line(address: Address, text: str) -> None:
    assert str(address) == text
    assert ", ".join(address.lines) == text


def test_what_a_view_prints_stays_the_same() -> None:
    view = Register.from_records([unit(A, sor_type=SorType.OE)]).as_of("2020-01-01")
    assert repr(view[A]).startswith("SOREntity(")


def test_map_shak_says_who_has_a_code_on_other_dates(run: Run) -> None:
    result = run("map-shak", examples.sor2_zip, '="9901301"', "0000", "--as-of", "2026-06-15")
    assert result.status == 1
    assert (
        '="9901301": 9000321000016000 has it on other dates, 2012-01-01 to 2021-12-31' in result.err
    )
    there = run("map-shak", examples.sor2_zip, "9901301", "--as-of", "2021-12-31")
    assert (there.status, "other dates" in there.err) == (0, False)


@pytest.mark.parametrize(("day", "word"), [("2006-12-31", "opens"), ("2007-01-01", "opened")])
def test_a_future_unit_opens(run: Run, day: str, word: str) -> None:
    result = run("show", examples.sor2_zip, HOSPITAL, "--as-of", day)
    assert f" on {day}, {word} 2007-01-01" in result.out
