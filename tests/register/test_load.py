"""Loading sources of any format, and what each cannot know."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path

import pytest

import sorparse
from sorparse import Format, Register, Status, examples
from support.register import d, unit


def test_load_takes_what_open_takes() -> None:
    ours, theirs = (inspect.signature(one).parameters for one in (sorparse.load, sorparse.open))
    assert {name: str(one) for name, one in ours.items() if name != "cache"} == {
        name: str(one) for name, one in theirs.items()
    }


def test_a_source_loads_from_path_bytes_and_stream() -> None:
    whole = examples.daily_csv.read_bytes()
    with examples.daily_csv.open("rb") as stream:
        loaded = [sorparse.load(one) for one in (examples.daily_csv, whole, stream)]
    assert [len(one) for one in loaded] == [len(loaded[0])] * 3
    assert loaded[0].format is Format.SOR2_DAILY


def test_a_load_keeps_every_table_and_the_issues() -> None:
    register = sorparse.load(examples.sor2_zip)
    with sorparse.open(examples.sor2_zip) as feed:
        assert register.shak_sor_map == tuple(feed.shak_sor_map())
        assert register.location_codes == tuple(feed.location_codes())
        assert register.location_code_edi_types == tuple(feed.location_code_edi_types())
        assert register.edi_types == tuple(feed.edi_types())
        assert register.geo_locations == tuple(feed.geo_locations())
        assert register.classifications == tuple(feed.classifications())
        assert register.replaced_entities == tuple(feed.replaced_entities())
        assert len(register) == len({one.sor_id for one in feed.entities()})
    broken = sorparse.load(b"SorId;EntityName;FromDate\n698471000016005;Navn;2021-02-30\n")
    assert [issue.code for issue in broken.issues] == ["bad-date"]
    assert broken.history("698471000016005")[0].validity.from_date is None


def test_a_source_without_units_says_so() -> None:
    with pytest.raises(sorparse.MissingTableError, match="has no units; it has shak_units"):
        sorparse.load(examples.shak)


def test_options_are_passed_on() -> None:
    with pytest.raises(sorparse.SorDataError):
        sorparse.load(b"SorId;EntityName;FromDate\n698471000016005;N;x\n", on_issue="raise")


@pytest.mark.parametrize("name", ["sor2_zip", "daily_csv", "sor_csv", "sor_xml_zip", "sor_xml"])
def test_every_format_gives_the_same_status_today(name: str) -> None:
    day = examples.snapshot_date
    whole = sorparse.load(examples.sor2_zip).as_of(day)
    view = sorparse.load(getattr(examples, name)).as_of(day)
    assert set(view) == set(whole)
    for sor_id in view.register:
        assert view.status(sor_id) is whole.status(sor_id)
    assert {one.sor_id for one in view.future()} == {one.sor_id for one in whole.future()}
    assert {one.sor_id for one in view.closing()} == {one.sor_id for one in whole.closing()}


def test_a_past_day_of_a_daily_file_has_a_caveat_and_an_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    register = sorparse.load(examples.daily_csv)
    with caplog.at_level(logging.WARNING, "sorparse"):
        view = register.as_of("2015-01-01")
        register.as_of("2015-01-02")
    assert len(view) > 50
    assert "no history" in view.caveats[0]
    assert repr(view).endswith(", 1 caveat>")
    assert [one.name for one in caplog.records] == ["sorparse"]  # once a register
    assert register.as_of(examples.snapshot_date).caveats == ()


def test_the_full_history_knows_units_but_not_the_other_tables(
    caplog: pytest.LogCaptureFixture,
) -> None:
    register = sorparse.load(examples.sor2_zip)
    with caplog.at_level(logging.WARNING, "sorparse"):
        (caveat,) = register.as_of("2015-01-01").caveats
    assert "message types" in caveat
    assert caplog.records == []
    assert register.as_of(examples.snapshot_date).caveats == ()


@pytest.mark.parametrize("kind", [Format.SOR2_DAILY, Format.SOR_CSV, Format.SOR_XML])
def test_a_day_before_and_after_the_snapshot(kind: Format) -> None:
    register = Register.from_records([unit("1")], format=kind, snapshot_date=d("2020-01-01"))
    assert len(register.as_of("2019-12-31").caveats) == 1
    assert register.as_of("2020-01-01").caveats == ()
    assert "later registrations" in register.as_of("2020-01-02").caveats[0]


_CLOSED = "units closed before {} are not in it, and units are shown"
_VERSION = "with the version it holds"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Format.SOR2_DAILY, f"the daily file has no history: {_CLOSED} {_VERSION}"),
        (Format.SOR_CSV, f"sor.csv has no history: {_CLOSED} {_VERSION}"),
        (
            Format.SOR_XML,
            "Sor.xml has no history: opening and closing are right, but units are shown "
            + _VERSION,
        ),
        (
            Format.SOR2,
            (
                "units and SHAK codes have their history; location numbers, message types and "
                "code lists do not and are shown as of {}"
            ),
        ),
    ],
)
def test_what_a_source_cannot_know_is_reported_in_words(
    kind: Format, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    units = [unit("1"), unit("2", updated="2019-12-31")]
    dated = Register.from_records(units, format=kind, snapshot_date=d("2020-01-01"))
    late = "the source is of 2020-01-01: later registrations are not in it"
    assert dated.as_of("2019-12-31").caveats == (said.format("2020-01-01"),)
    assert dated.as_of("2020-01-01").caveats == ()
    assert dated.as_of("2020-01-02").caveats == (late,)
    shown = Register.from_records(units, format=kind)
    assert shown.as_of("2019-12-31").caveats == (said.format("2020-01-01"),)
    assert shown.as_of("2020-01-01").caveats == shown.as_of("2020-01-02").caveats == ()
    undated = Register.from_records([unit("1")], format=kind)
    assert undated.as_of("2020-01-01").caveats == (said.format("the date of the file"),)
    assert [record.getMessage() for record in caplog.records] == (
        []
        if kind is Format.SOR2
        else [
            f"asked about 2019-12-31: {said.format('2020-01-01')}",
            f"asked about 2019-12-31: {said.format('2020-01-01')}",
            f"asked about 2020-01-01: {said.format('the date of the file')}",
        ]
    )


def test_records_given_by_hand_are_read_as_the_history() -> None:
    assert Register.from_records([unit("1")]).as_of("1900-01-01").caveats == ()


def test_the_day_that_a_file_shows_is_the_earliest_it_can_be_of() -> None:
    daily = [
        unit("1", "2020-03-10", first="2000-01-01", updated="2020-03-01"),
        unit("2", "2020-05-01", first="2020-05-01", updated="2020-03-02"),
    ]
    assert Register.from_records(daily, format=Format.SOR2_DAILY).shown_day == d("2020-03-10")
    assert Register.from_records(daily).shown_day == d("2020-03-03")
    assert Register.from_records([unit("1")]).shown_day is None
    # no day comes after the last one of the calendar
    assert Register.from_records([unit("1", updated="9999-12-31")]).shown_day is None
    daily = [unit("1", "2020-03-10", first="2000-01-01", updated="9999-12-31")]
    assert Register.from_records(daily, format=Format.SOR2_DAILY).shown_day == d("2020-03-10")
    assert Register.from_records([unit("1", updated="9999-12-30")]).shown_day is None
    assert sorparse.load(examples.daily_csv).shown_day <= examples.snapshot_date  # type: ignore[operator]


def test_the_example_of_the_issue(tmp_path: Path) -> None:
    path = tmp_path / "SOREntity.csv"
    path.write_text(
        "SorId;EntityName;FirstFromDate;FromDate;ToDate\n"
        '"=""698471000016005""";Lukket;1-1-2010;5-5-2020;31-3-2021\n'
    )
    register = sorparse.load(path)
    assert register.as_of("2010-01-01").status("698471000016005") is Status.ACTIVE
    assert register.as_of("2021-03-31").status("698471000016005") is Status.ACTIVE
    assert register.as_of("2021-04-01").status("698471000016005") is Status.CLOSED


def test_loading_needs_no_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    from sorparse.register.storage import timeindex

    monkeypatch.setattr(timeindex, "find_numpy", lambda: None)
    register = sorparse.load(examples.sor2_zip)
    view = register.as_of(examples.snapshot_date)
    monkeypatch.undo()
    other = sorparse.load(examples.sor2_zip).as_of(examples.snapshot_date)
    assert list(view.active()) == list(other.active())
    assert list(view.closed()) == list(other.closed())


@pytest.mark.parametrize("name", ["daily_csv", "sor_csv", "sor_xml_zip"])
def test_inheritance_is_the_same_in_every_format(name: str) -> None:
    day = examples.snapshot_date
    whole = sorparse.load(examples.sor2_zip).as_of(day)
    view = sorparse.load(getattr(examples, name)).as_of(day)
    for sor_id in whole:
        ours, theirs = view.effective(sor_id), whole.effective(sor_id)
        assert ours.location_code == theirs.location_code
        assert dict(ours.origin) == dict(theirs.origin)


def test_a_load_can_validate_in_the_same_pass() -> None:
    document = examples.sor_xml.read_bytes()
    whole = sorparse.load(document, validate=True)
    assert [issue for issue in whole.issues if issue.severity == "error"] == []
    broken = document.replace(b"<sor1:SnapshotDate>2026-06-15<", b"<sor1:SnapshotDate>2026-06-51<")
    assert broken != document
    assert [issue for issue in sorparse.load(broken, validate=True).issues if issue.line]
