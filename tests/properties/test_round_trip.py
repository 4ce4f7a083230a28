"""Whatever was read from SOR2 can be written as SOR2, and reads as equal records again."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import examples
from sorparse.formats import sor2
from support.csv_files import zipped
from support.laws import law_examples
from support.sheets import Sheet, cell_texts, damaged_rows, plain, sheets

SOR2 = [sheet for sheet in sheets() if sheet.spec in sor2.TABLES]
EXAMPLES = law_examples(40)


def read(source: object) -> dict[str, list[object]]:
    with sorparse.open(source) as feed:  # type: ignore[arg-type] # bytes or a path
        return {table: list(feed.records(table)) for table in feed.tables}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_was_read_and_written_reads_the_same(data: st.DataObject) -> None:
    sheet: Sheet = data.draw(st.sampled_from(SOR2))
    width = data.draw(st.integers(0, 3))
    unknown = [f"Ny kolonne {n}" for n in range(width)]
    rows = [
        [*row, *(data.draw(cell_texts()) for _ in unknown)]
        for row in data.draw(damaged_rows(sheet))
    ]
    text = plain([*sheet.header, *unknown], rows)
    content = zipped({sheet.name: text.encode("utf-8-sig")}, zipfile.ZIP_STORED)
    expected = read(content)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "again.zip"
        sorparse.convert(content, "sor2", target, allow_empty=True)
        assert read(target) == expected
        # and once more: what the writer gives, it gives again
        second = Path(folder) / "second.zip"
        sorparse.convert(target, "sor2", second, allow_empty=True)
        assert read(second) == expected


def test_the_example_register_goes_round() -> None:
    expected = read(examples.sor2_zip)
    with tempfile.TemporaryDirectory() as folder:
        for target in (Path(folder) / "again.zip", Path(folder) / "again"):
            sorparse.convert(examples.sor2_zip, "sor2", target)
            assert read(target) == expected
