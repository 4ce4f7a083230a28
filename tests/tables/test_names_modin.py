"""Modin: the same as pandas. Its releases follow pandas' at a distance, so it is often absent."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import pytest

import sorparse
from sorparse import examples

os.environ.setdefault("MODIN_ENGINE", "python")
pytest.importorskip("narwhals")
pd = pytest.importorskip("pandas")
modin = pytest.importorskip("modin.pandas")


@pytest.mark.filterwarnings("ignore:.*defaulting to pandas:UserWarning")
def test_modin() -> None:
    columns = {
        "u": ["9901", None, "9000041000016007", "9000041000016000", "990130", " "],
        "day": [date(2015, 3, 1)] * 5 + [None],
    }
    options: dict[str, Any] = {
        "on": "day",
        "kind": "hospital",
        "repair": True,
        "fields": ["effective.location_code", "reporting_level", "validity.from_date"],
    }
    view = sorparse.load(examples.sor2_zip).as_of(examples.snapshot_date)
    plain = view.add_names(pd.DataFrame(columns), "u", **options)
    named = view.add_names(modin.DataFrame(columns), "u", **options)
    assert isinstance(named, modin.DataFrame)
    pd.testing.assert_frame_equal(
        pd.DataFrame({name: named[name].to_numpy() for name in named}).astype(plain.dtypes), plain
    )
