"""A saved register answers as the one it came from; its file follows the rules of writing."""

from __future__ import annotations

import copy
import pickle
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import (
    Address,
    Classification,
    Coded,
    ConversionError,
    EntityRef,
    Extra,
    Issue,
    LocationCode,
    LocationCodeEDIType,
    Register,
    ReplacedEntity,
    SHAKSORMap,
    SorDataError,
    SOREntity,
    SorError,
    SorFileError,
    SorType,
    Validity,
    VirtualAddress,
    examples,
)
from sorparse.register.storage import postings, timeindex
from support.register import unit
from support.saved import answers, reopened, shak_answers
from support.shak import HOSPITAL, REGIONS, shak_file, shak_line


@pytest.mark.parametrize(
    "source", [examples.sor2_zip, examples.daily_csv, examples.sor_csv, examples.sor_xml_zip]
)
def test_a_saved_register_gives_the_same_answers(source: Path, tmp_path: Path) -> None:
    register = sorparse.load(source)
    assert answers(reopened(register, tmp_path)) == answers(register)


texts = st.none() | st.text(max_size=4) | st.sampled_from(["", "\x1f", '"', "ø\n", "\ud800", "0"])
codes = st.none() | st.builds(Coded, texts, texts)
days = st.none() | st.dates(date(1, 1, 1), date.max) | st.sampled_from([date.min, date.max])
numbers = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2)
addresses = st.none() | st.builds(
    Address, street_name=texts, region_code=texts, easting=numbers, northing=numbers
)
ids = st.sampled_from(["1", "01", "a", "9000041000016007", "9" * 18, "9" * 19, "²", "0", "x y"])
units = st.builds(
    SOREntity,
    ids,
    name=texts,
    sor_type=st.none() | st.sampled_from(SorType),
    entity_type=codes,
    parent_id=st.none() | ids,
    owner=st.none() | st.builds(EntityRef, texts, texts, codes),
    validity=st.builds(Validity, days, days),
    first_from_date=days,
    updated_at=days,
    shak_code=texts,
    location_code=texts,
    location_code_inherited=st.none() | st.booleans(),
    postal_address=addresses,
    activity_address=addresses,
    virtual_address=st.none() | st.builds(VirtualAddress, texts),
    specialities=st.lists(st.builds(Coded, texts, texts), max_size=2),
    replaces=st.lists(ids, max_size=2),
    replaced_by=st.lists(ids, max_size=2),
    local_attributes=st.lists(texts, max_size=2),
    extra=st.dictionaries(st.text(max_size=2), st.text(min_size=1, max_size=2), max_size=2),
)


@given(records=st.lists(units, max_size=8), day=st.dates())
def test_random_registers_come_back(
    records: list[SOREntity], day: date, tmp_path_factory: pytest.TempPathFactory
) -> None:
    register = Register.from_records(records)
    saved = reopened(register, tmp_path_factory.mktemp("saved"))
    assert list(saved.records("entities")) == records
    assert list(map(repr, saved.records("entities"))) == list(map(repr, records))
    assert (list(saved), len(saved)) == (list(register), len(register))
    assert saved.check() == register.check()
    for view, expected in ((saved.as_of(day), register.as_of(day)),):
        assert list(view.active()) == list(expected.active())
        assert [view.status(one) for one in saved] == [expected.status(one) for one in register]
        assert [view.effective(one) for one in view] == [expected.effective(one) for one in view]
        assert [view.children(one) for one in saved] == [expected.children(one) for one in register]
        for text in {one.name for one in records if one.name}:
            assert view.find(text) == expected.find(text)


@given(records=st.lists(units, max_size=8))
def test_the_indexes_are_the_same_without_numpy(
    records: list[SOREntity], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("saved")
    Register.from_records(records).save(folder / "with.sor")
    with pytest.MonkeyPatch.context() as patch:
        for module in (postings, timeindex):
            patch.setattr(module, "find_numpy", lambda: None)
        Register.from_records(records).save(folder / "without.sor")
    assert (folder / "with.sor").read_bytes() == (folder / "without.sor").read_bytes()


def test_issues_of_shared_codes_come_in_the_same_order(tmp_path: Path) -> None:
    periods = (("5790000000012", "2000-01-01", "2009-12-31"), ("5790000000005", "2010-01-01", None))
    records = [
        unit(sor_id, start, end, location_code=code)
        for code, start, end in periods
        for sor_id in ("9000041000016007", "9000051000016005")
    ]
    register = Register.from_records(records)
    issues = [issue.value for issue in register.check() if issue.code == "shared-location-code"]
    assert issues == ["5790000000005", "5790000000012"]
    assert reopened(register, tmp_path).check() == register.check()


def small(**tables: Any) -> Register:
    return Register.from_records(
        [
            unit(
                "9000041000016007", name="Øverst", postal_address=Address(easting=Decimal("1.50"))
            ),
            unit("9000051000016005", name="Nederst", parent_id="9000041000016007"),
        ],
        **tables,
    )


def test_the_other_tables_issues_and_dates_are_preserved(tmp_path: Path) -> None:
    always = Validity(date(2000, 1, 1), None)
    register = small(
        shak_sor_map=[
            SHAKSORMap("9901", "9000041000016007", validity=always, extra=Extra({"a": "b"}))
        ],
        location_codes=[LocationCode("5790000000005", sor_id="9000041000016007")],
        location_code_edi_types=[
            LocationCodeEDIType("5790000000005", edi_type=Coded("7", None), validity=always)
        ],
        classifications=[Classification(Coded("1", "x"), Coded("2", "y"))],
        replaced_entities=[
            ReplacedEntity("9000041000016007", "9000051000016005", date(2020, 1, 1))
        ],
        format=sorparse.Format.SOR2,
        snapshot_date=date(2021, 2, 3),
        issues=[Issue("error", "a-code", "words", file="f.csv", line=7, raw="a;b")],
    )
    saved = reopened(register, tmp_path)
    assert answers(saved) == answers(register)
    assert saved.issues[0].raw == "a;b"
    assert str(next(saved.records("entities")).postal_address.easting) == "1.50"


def test_lines_of_the_source_are_preserved(tmp_path: Path) -> None:
    register = sorparse.load(examples.sor2_zip)
    lines = [issue.line for issue in register.check()]
    assert any(lines)
    assert [issue.line for issue in reopened(register, tmp_path).check()] == lines


def shak_set(folder: Path) -> sorparse.ShakRegister:
    """Return SHAK with regions and with an issue."""
    (folder / "SHAKCOMPLETE.TXT").write_bytes(HOSPITAL + shak_file(shak_line("9903", "x", "soon")))
    (folder / "SHAKregion.txt").write_bytes(REGIONS)
    return sorparse.load_shak(folder)


def test_shak_is_saved_with_the_register(tmp_path: Path) -> None:
    shak, other = shak_set(tmp_path), sorparse.load_shak(examples.shak)
    assert shak.issues
    assert [issue.line for issue in shak.check()] == [9, 6, 7, 8, None]  # saved too
    plain = sorparse.load(examples.sor2_zip)
    expected = shak_answers(plain.with_shak(shak))
    saved = reopened(plain.with_shak(shak), tmp_path)
    assert shak_answers(saved) == expected
    assert shak_answers(pickle.loads(pickle.dumps(saved))) == expected
    saved.save(tmp_path / "copy.sor")
    assert shak_answers(sorparse.load(tmp_path / "copy.sor")) == expected

    exchanged = saved.with_shak(other)
    assert shak_answers(exchanged) == shak_answers(plain.with_shak(other)) != expected
    exchanged.save(tmp_path / "exchanged.sor")
    again = sorparse.load(tmp_path / "exchanged.sor")
    assert shak_answers(again) == shak_answers(exchanged)
    assert shak_answers(saved) == expected


def test_shak_is_attached_to_a_saved_register_and_saved(tmp_path: Path) -> None:
    register = sorparse.load(examples.sor2_zip)
    saved = reopened(register, tmp_path)
    assert saved.shak is None
    register.save(tmp_path / "again.sor")
    assert (tmp_path / "again.sor").read_bytes() == (tmp_path / "register.sor").read_bytes()
    empty = saved.with_shak(sorparse.ShakRegister.from_records([]))
    empty.save(tmp_path / "empty.sor")
    assert shak_answers(sorparse.load(tmp_path / "empty.sor")) == shak_answers(empty)


def test_it_is_shared_and_can_be_pickled_and_copied(tmp_path: Path) -> None:
    saved = reopened(small(), tmp_path)
    again = pickle.loads(pickle.dumps(saved))
    assert list(again.records("entities")) == list(small().records("entities"))
    assert copy.deepcopy(saved) is saved
    view = pickle.loads(pickle.dumps(saved.as_of("2020-01-01")))
    assert view["9000041000016007"].name == "Øverst"


def test_a_pickle_of_a_file_that_was_replaced_is_refused(tmp_path: Path) -> None:
    pickled = pickle.dumps(reopened(small(), tmp_path))
    Register.from_records([unit("1")]).save(tmp_path / "register.sor")
    with pytest.raises(SorFileError, match="was replaced by another one"):
        pickle.loads(pickled)


def test_a_register_notices_that_its_file_was_replaced(tmp_path: Path) -> None:
    path = tmp_path / "register.sor"
    old = reopened(small(), tmp_path)
    assert old.is_current()
    Register.from_records([unit("1", name="Ny")]).save(path)
    assert not old.is_current()
    assert old.as_of("2020-01-01")["9000041000016007"].name == "Øverst"
    assert list(sorparse.load(path)) == ["1"]
    path.unlink()
    assert not old.is_current()
    with pytest.raises(SorError, match="not opened from a saved one"):
        small().is_current()


def test_the_rules_of_writing_hold(tmp_path: Path) -> None:
    source = tmp_path / "daily.csv"
    source.write_bytes(examples.daily_csv.read_bytes())
    register = sorparse.load(source)
    with pytest.raises(ConversionError, match="it is the source itself"):
        register.save(source, force=True)
    other = tmp_path / "notes.txt"
    other.write_text("my notes")
    with pytest.raises(ConversionError, match="sorparse did not write the file"):
        register.save(other)
    assert other.read_text() == "my notes"
    register.save(other, force=True)
    saved = sorparse.load(other)
    with pytest.raises(ConversionError, match="it is the source itself"):
        saved.save(other)
    saved.save(tmp_path / "copy.sor")
    assert list(sorparse.load(tmp_path / "copy.sor")) == list(register)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("copy.sor", "daily.csv", "notes.txt")
    ]


def test_options_of_reading_are_refused_and_errors_are_raised(tmp_path: Path) -> None:
    path = tmp_path / "register.sor"
    small(issues=[Issue("error", "a-code", "words")]).save(path)
    with pytest.raises(SorError, match="omit repair"):
        sorparse.load(path, repair=True)
    with pytest.raises(SorDataError):
        sorparse.load(path, on_issue="raise")


@pytest.mark.parametrize("read", [sorparse.open, sorparse.load])
def test_a_reader_of_sources_says_what_a_saved_register_is(read: Any, tmp_path: Path) -> None:
    small().save(tmp_path / "register.sor")
    with pytest.raises(sorparse.UnrecognisedFormatError, match="a saved register: open it with"):
        read((tmp_path / "register.sor").read_bytes())
    with pytest.raises(sorparse.UnrecognisedFormatError, match="a saved register"):
        sorparse.open(tmp_path / "register.sor")


def test_a_saved_register_is_converted_by_its_path(tmp_path: Path) -> None:
    register = sorparse.load(examples.daily_csv)
    register.save(tmp_path / "register.sor")
    sorparse.convert(register, "jsonl", tmp_path / "a.jsonl", tables=["entities"])
    sorparse.convert(tmp_path / "register.sor", "jsonl", tmp_path / "b.jsonl", tables=["entities"])
    assert (tmp_path / "b.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()
    with pytest.raises(SorError, match="omit repair"):
        sorparse.convert(tmp_path / "register.sor", "jsonl", tmp_path / "c", repair=True)
