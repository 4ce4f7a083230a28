"""SHAK in time: views, history, gaps, levels, search, checks, tables."""

from __future__ import annotations

import copy
import pickle
from datetime import date
from pathlib import Path

import pytest

import sorparse
from sorparse import ShakRegister, Status, Validity, examples
from support.shak import HOSPITAL, OPEN, REGIONS, REGIONS_XML, shak_file, shak_line


@pytest.fixture(scope="module")
def shak() -> ShakRegister:
    return sorparse.load_shak(HOSPITAL)


def names(units: tuple[sorparse.SHAKUnit, ...]) -> list[str | None]:
    return [unit.name for unit in units]


def test_what_it_holds(shak: ShakRegister) -> None:
    assert len(shak) == 5
    assert list(shak) == ["9901", "990101", "9901011", "9901020", "990201"]
    assert "9901" in shak
    assert "9902" not in shak
    assert 9901 not in shak
    assert len(shak.units) == 8
    assert shak.issues == []
    assert shak.regions == ()
    assert repr(shak) == "<ShakRegister: 5 codes in 8 periods>"


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("1976-04-01", "Nordby Amtssygehus"),
        ("1994-12-31", "Nordby Amtssygehus"),  # a to-date is inclusive
        ("1995-01-01", "Nordby Sygehus"),
        ("2026-06-15", "Nordby Sygehus"),
    ],
)
def test_the_name_on_a_date(shak: ShakRegister, day: str, name: str) -> None:
    assert shak.as_of(day)["9901"].name == name
    assert shak.as_of(date.fromisoformat(day)).get(' ="9901" ') == shak.as_of(day)["9901"]


def test_status_and_reasons(shak: ShakRegister) -> None:
    assert shak.as_of("1976-03-31").status("9901") is Status.FUTURE
    assert shak.as_of("1990-01-01").status("9901011") is Status.CLOSED
    assert shak.as_of("1992-01-01").status("9901011") is Status.ACTIVE
    with pytest.raises(sorparse.NotInForceError, match="was closed after 1989-12-31") as closed:
        shak.as_of("1990-05-05")["9901011"]
    assert (closed.value.reason, closed.value.date) == ("closed", date(1989, 12, 31))
    with pytest.raises(sorparse.NotInForceError, match="opens on 2030-01-01") as future:
        shak.as_of("1990-05-05")["9901020"]
    assert (future.value.reason, future.value.date) == ("future", date(2030, 1, 1))


def test_unknown_codes(shak: ShakRegister) -> None:
    view = shak.as_of("2000-01-01")
    assert view.get("9902") is None
    assert "hello" not in view
    for ask in (view.__getitem__, view.status, shak.history, shak.gaps, view.hospital, view.region):
        with pytest.raises(sorparse.UnknownUnitError, match="no code 9902"):
            ask("9902")
    with pytest.raises(sorparse.UnknownUnitError, match="a spreadsheet has turned a code"):
        shak.history("38000")
    with pytest.raises(TypeError, match="expected text"):
        shak.history(9901)  # type: ignore[arg-type]
    with pytest.raises(sorparse.InvalidDateError):
        shak.as_of("yesterday")


def test_history_and_gaps(shak: ShakRegister) -> None:
    assert names(shak.history("9901")) == ["Nordby Amtssygehus", "Nordby Sygehus", "Nordby Sygehus"]
    first, joined = shak.history("9901", joined=True)
    assert first == shak.history("9901")[0]
    assert joined.validity == Validity(date(1995, 1, 1), None)
    assert joined.updated_at == date(2006, 12, 20)
    assert len(shak.history("9901011", joined=True)) == 2  # a gap is between them
    assert shak.gaps("9901") == ()
    assert shak.gaps("9901011") == (Validity(date(1990, 1, 1), date(1991, 12, 31)),)


def test_levels(shak: ShakRegister) -> None:
    view = shak.as_of("2031-01-01")
    assert names(view.departments("9901")) == ["Medicinsk Afdeling Ærø"]
    assert names(view.sections("9901")) == ["Sengeafsnit", "Laboratorium"]
    assert names(view.sections("990101")) == ["Sengeafsnit"]
    assert names(view.departments("9902")) == ["Afdeling uden sygehus"]
    assert shak.as_of("1979-01-01").departments("9901") == ()
    above = view.hospital("9901020")
    assert above is not None
    assert above.shak_code == "9901"
    assert view.hospital("990201") is None
    with pytest.raises(ValueError, match="expected a code of 4 characters"):
        view.departments("990101")
    with pytest.raises(sorparse.UnknownUnitError):
        view.departments("9903")


def test_active_closed_future(shak: ShakRegister) -> None:
    view = shak.as_of("1990-06-01")
    assert list(view) == ["9901", "990101", "990201"]
    assert len(view) == 3
    assert [unit.shak_code for unit in view.closed()] == ["9901011"]
    assert [unit.validity.to_date for unit in view.closed()] == [date(1989, 12, 31)]
    assert [unit.shak_code for unit in view.future()] == ["9901020"]


def test_find(shak: ShakRegister) -> None:
    view = shak.as_of("2000-01-01")
    assert names(view.find("nordby sygehus")) == ["Nordby Sygehus"]
    assert names(view.find("afd aero")) == ["Medicinsk Afdeling Ærø"]
    assert [unit.shak_code for unit in view.find("9901")] == ["9901", "990101", "9901011"]
    assert view.find("laboratorium") == ()
    assert names(view.find("laboratorium", status="FUTURE")) == ["Laboratorium"]
    assert len(view.find(status=tuple(Status))) == len(shak)
    with pytest.raises(ValueError, match="OPEN"):
        view.find("a", status="OPEN")


@pytest.mark.parametrize("regions", [("SHAKregion.txt", REGIONS), ("SHAKregion.xml", REGIONS_XML)])
def test_regions_beside_shak(tmp_path: Path, regions: tuple[str, bytes]) -> None:
    (tmp_path / "SHAKCOMPLETE.TXT").write_bytes(HOSPITAL)
    (tmp_path / regions[0]).write_bytes(regions[1])
    shak = sorparse.load_shak(tmp_path)
    region = shak.as_of("2010-01-01").region("9901011")
    assert region is not None
    assert region.region is not None
    assert region.region.code == "1081"
    before = shak.as_of("1999-01-01").region("9901")
    assert before == (shak.regions[0] if regions[0].endswith("txt") else None)
    assert shak.as_of("1950-01-01").region("9901") is None


def test_the_text_file_goes_before_the_xml(tmp_path: Path) -> None:
    (tmp_path / "SHAKCOMPLETE.TXT").write_bytes(HOSPITAL)
    (tmp_path / "SHAKregion.xml").write_bytes(REGIONS_XML)
    (tmp_path / "SHAKregion.txt").write_bytes(REGIONS)
    shak = sorparse.load_shak(tmp_path)
    assert [one.sor_id for one in shak.regions] == [None, "9000041000016007"]
    assert [issue.code for issue in shak.issues] == ["table-passed-over"]


def test_tables(shak: ShakRegister) -> None:
    frame = shak.as_of("2000-01-01").to_pandas()
    assert frame["shak_code"].tolist() == ["9901", "990101", "9901011", "990201"]
    assert len(shak.to_pandas()) == 8
    assert shak.to_arrow(joined=True).to_polars().height == 7
    assert shak.to_polars().columns == list(shak.to_arrow().schema.names)


def test_it_is_immutable_and_can_be_pickled(shak: ShakRegister) -> None:
    again = pickle.loads(pickle.dumps(shak))
    assert again.units == shak.units
    assert again.as_of("2000-01-01")["9901"] == shak.as_of("2000-01-01")["9901"]
    assert copy.copy(shak.as_of("2000-01-01"))["9901"] == shak.as_of("2000-01-01")["9901"]


def test_from_records(shak: ShakRegister) -> None:
    again = ShakRegister.from_records(reversed(shak.units))
    for day in ("1990-06-01", "2000-01-01"):
        assert set(again.as_of(day).active()) == set(shak.as_of(day).active())


def test_a_source_without_shak_codes() -> None:
    with pytest.raises(sorparse.MissingTableError, match=r"it has entities.*sorparse\.load"):
        sorparse.load_shak(examples.daily_csv)
    with pytest.raises(sorparse.MissingTableError, match=r"no SHAK codes.*it has shak_regions"):
        sorparse.load_shak(REGIONS)
    with pytest.raises(sorparse.MissingTableError, match=r"sorparse\.load_shak"):
        sorparse.load(examples.shak)


@pytest.mark.parametrize("content", [b"", b"sgh", b"sgh9901\x00", b"hello\n", b"PK\x03\x04zip"])
def test_other_content_is_one_clear_error(content: bytes) -> None:
    with pytest.raises(sorparse.SorError) as error:
        sorparse.load_shak(content)
    assert str(error.value).count("\n") == 0


def test_nothing_is_lost() -> None:
    good, long = shak_line("9901", "a", "20000101"), shak_line("9902", "b", "20000101") + "x"
    content = shak_file(good, long, "afd", shak_line("9903", "c", "20001301", OPEN))
    shak = sorparse.load_shak(content)
    assert list(shak) == ["9901", "9903"]
    assert [(one.code, one.line) for one in shak.issues if one.severity == "error"] == [
        ("row-length", 2),
        ("missing-key", 3),
        ("bad-date", 4),
    ]
    assert [one.raw for one in shak.issues if one.raw] == [long, "afd"]
    with pytest.raises(sorparse.SorDataError):
        sorparse.load_shak(content, on_issue="raise")


def test_a_file_with_a_damaged_first_line_is_recognised() -> None:
    first, *others = examples.shak.read_bytes().splitlines(keepends=True)
    with sorparse.open(first[5:] + b"".join(others)) as feed:
        assert feed.format is sorparse.Format.SHAK
        units = list(feed.shak_units())
        assert {issue.line for issue in feed.issues} == {1}
    with sorparse.open(b"".join(others)) as feed:
        assert units[-len(others) :] == list(feed.shak_units())
    with pytest.raises(sorparse.UnrecognisedFormatError):
        sorparse.open(b"".join([first[5:]] * 2 + others[:1]))
