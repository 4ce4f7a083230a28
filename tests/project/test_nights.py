"""The made-up nights hold what their oracle says."""

from __future__ import annotations

import pytest

import sorparse
from support.nights import (
    BROKEN,
    ENTITIES,
    FORMAT_CHANGES,
    LENGTH,
    MISSING,
    NEW_COLUMN,
    SHAK_MAP,
    half_year,
    in_force,
    nights,
    tables,
)

SEED = 7


def test_the_library_reads_of_every_night_what_the_oracle_says() -> None:
    expected = tables(SEED)
    assert len(nights(SEED)) == LENGTH
    assert len(expected) == LENGTH - len(MISSING) - 1
    for night, content in nights(SEED)[::13]:
        if content is None or night == BROKEN:
            continue
        with sorparse.open(content) as feed:
            units = [
                (unit.sor_id, unit.name, unit.parent_id or "", unit.extra.get(NEW_COLUMN))
                for unit in feed.entities()
            ]
            codes = [(one.shak_code, one.sor_id) for one in feed.shak_sor_map()]
            assert not [one for one in feed.issues if one.severity == "error"]
        rows = expected[night][ENTITIES]
        names = ("SorId", "EntityName", "ParentSorId")
        assert units == [(*(row[name] for name in names), row.get(NEW_COLUMN)) for row in rows]
        assert codes == [(row["ShakId"], row["SorId"]) for row in expected[night][SHAK_MAP]]


def test_the_oracle_answers_for_a_date_as_the_library_does() -> None:
    for night, content in nights(SEED)[::40]:
        if content is None or night == BROKEN:
            continue
        view = sorparse.load(content).as_of(night)
        found = in_force(tables(SEED)[night][ENTITIES], night)
        assert {unit.sor_id: unit.name for unit in view.active()} == {
            sor_id: row["EntityName"] for sor_id, row in found.items()
        }


def test_the_nights_have_what_they_promise() -> None:
    days = dict(nights(SEED))
    assert [day for day, content in days.items() if content is None] == list(MISSING)
    with pytest.raises(sorparse.SorFileError):
        sorparse.load(days[BROKEN] or b"")
    contents = list(days.values())
    assert contents[4] == contents[5] != contents[6]  # Friday, Saturday, Sunday
    expected = tables(SEED)
    assert len({repr(one) for one in expected.values()}) > 125
    for change in FORMAT_CHANGES:
        rows = [expected[day][ENTITIES] for day in sorted(expected) if day <= change][-2:]
        assert list(rows[0][0]) != list(rows[1][0])
    # one row goes, comes back and goes for good
    ids = [{(row["SorId"], row["FromDate"]) for row in one[ENTITIES]} for one in expected.values()]
    gone = ids[49] - ids[50]
    assert len(gone) == 1
    assert gone <= ids[62]
    assert not gone & ids[80]
    assert not gone & ids[-1]


def test_a_seed_always_makes_the_same_nights() -> None:
    assert half_year.__wrapped__(SEED) == half_year(SEED)  # made again, not remembered
    assert nights(SEED) != nights(2)
