"""The real excerpts, where they are beside the checkout, are read whole and without an issue."""

from __future__ import annotations

from pathlib import Path

import sorparse
from support.csv_files import read


def test_the_real_values_of_sor_csv(samples_dir: Path) -> None:
    source = samples_dir / "sor_csv_real_values_2025-09-05.csv"
    records, issues = read(source)
    assert issues == []
    assert len(records) == len({unit.sor_id for unit in records}) == 1960
    assert all(not unit.extra for unit in records)
    assert sorparse.load(source).issues == []


def test_the_real_shak_file(samples_dir: Path) -> None:
    records, issues = read(samples_dir / "SHAKCOMPLETE_201108.TXT", "shak_units")
    assert issues == []
    assert len(records) == 19_428
