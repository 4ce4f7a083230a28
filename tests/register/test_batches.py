"""Answers about many units at once, compared with the answers about each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Coded, Register, SOREntity, View
from support.effective import expected_effective
from support.many_units import DAY, answers, records
from support.paths import SRC, TESTS


def named(code: Coded | None) -> str | None:
    return None if code is None else code.name or code.code


def owner(view: View, unit: SOREntity) -> str | None:
    if unit.owner is None:
        return None if unit.parent_id is not None else unit.name or unit.sor_id
    latest = view.register.history(str(unit.owner.sor_id))[-1]
    return unit.owner.name or latest.name or unit.owner.sor_id


@pytest.fixture(scope="module")
def view() -> View:
    return Register.from_records(records(1, 1_600)).as_of(DAY)


def test_there_are_enough_units_for_numpy(view: View) -> None:
    assert len(view) > 500


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region", lambda view, unit: named(view.effective(unit.sor_id).region)),
        ("municipality", lambda view, unit: named(view.effective(unit.sor_id).municipality)),
        ("owner", owner),
        (
            "speciality",
            lambda view, unit: named(unit.specialities[0]) if unit.specialities else None,
        ),
        ("level", lambda view, unit: unit.sor_type and unit.sor_type.value),
        ("sor_id", lambda view, unit: unit.sor_id),
        ("validity.to_date", lambda view, unit: unit.validity.to_date),
        (
            "effective.virtual_address.email",
            lambda view, unit: getattr(view.effective(unit.sor_id).virtual_address, "email", None),
        ),
        (
            "effective.visiting_address.street_name",
            lambda view, unit: getattr(
                view.effective(unit.sor_id).visiting_address, "street_name", None
            ),
        ),
        ("effective.location_code", lambda v, unit: v.effective(unit.sor_id).location_code),
        ("effective.sor_id", lambda view, unit: unit.sor_id),
        (
            "effective.caveats[0]",
            lambda view, unit: next(iter(view.effective(unit.sor_id).caveats), None),
        ),
    ],
)
def test_counts_are_those_of_each_unit(view: View, field: str, value: Any) -> None:
    expected = Counter(value(view, unit) for unit in view.active())
    assert len(expected) > 1
    found = {next(iter(row.values())): row["in_force"] for row in view.counts(field)}
    assert found == expected


def test_openings_and_closings_are_counted_in_the_group_of_their_date(view: View) -> None:
    register = view.register
    expected: Counter[tuple[Any, ...]] = Counter()
    for sor_id in register:
        life = register.lifetime(sor_id)
        for what, day in (
            ("opened", life.from_date if life else None),
            ("closed", life.to_date if life else None),
        ):
            if day is not None:
                region = named(register.as_of(day).effective(sor_id).region)
                expected[day.replace(day=1), region, what] += 1
    found: Counter[tuple[Any, ...]] = Counter()
    for row in register.counts("region", every="month", to_day="2023-01-31"):
        for what in ("opened", "closed"):
            found[row["from_day"].replace(day=1), row["region"], what] += row[what]
    assert +found == expected


@pytest.mark.parametrize("lists", [False, True])
def test_effective_columns_are_those_of_each_unit(view: View, lists: bool) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("numpy")
    found = view.to_arrow(effective=True, lists=lists).to_pyarrow()
    units = list(view.active())
    one_by_one = view.to_table(units, effective=True, lists=lists).to_pyarrow()
    assert found.schema.equals(one_by_one.schema, check_metadata=True)
    assert found.to_pylist() == one_by_one.to_pylist()
    for row, unit in zip(found.to_pylist(), units, strict=True):
        assert expected_effective(view.effective(unit.sor_id)).items() <= row.items()


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ({"region": "1081"}, lambda one: one.region_code == "1081"),
        ({"region": "sjælland"}, lambda one: one.region_name == "Region Sjælland"),
        ({"municipality": "0101"}, lambda one: one.municipality_code == "0101"),
        ({"post_code": "8000"}, lambda one: one.post_code == "8000"),
    ],
)
def test_addresses_are_found_as_in_each_unit(view: View, options: Any, fits: Any) -> None:
    found = [unit.sor_id for unit in view.find(**options)]
    expected = [one for one in view if any(map(fits, view.effective(one).addresses))]
    assert 0 < len(expected) < len(view)
    assert found == expected
    assert [unit.sor_id for unit in view.find(**options)] == expected  # what is remembered by then


def test_the_answers_need_no_numpy_and_can_come_from_a_file(view: View, tmp_path: Path) -> None:
    path = tmp_path / "register.sor"
    view.register.save(path)
    code = (
        "import sys; sys.modules['numpy'] = None; import json, sorparse;"
        "from support.many_units import answers;"
        "print(json.dumps(answers(sorparse.load(sys.argv[1]))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SRC), str(TESTS)])},
    )
    assert json.loads(done.stdout) == answers(view.register) == answers(sorparse.load(path))
