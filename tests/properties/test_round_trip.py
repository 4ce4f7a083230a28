"""Whatever was read from SOR2 can be written as SOR2, and reads as equal records again."""

from __future__ import annotations

import csv
import json
import tempfile
import zipfile
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import examples
from sorparse.formats import sor2
from sorparse.tables import flatten
from sorparse.tables.schema import schema_of
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


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_text_files_hold_what_the_records_hold(data: st.DataObject) -> None:
    sheet: Sheet = data.draw(st.sampled_from(SOR2))
    rows = data.draw(damaged_rows(sheet))
    content = zipped({sheet.name: plain([*sheet.header, "Ny"], rows).encode()}, zipfile.ZIP_STORED)
    for table, records in read(content).items():
        with tempfile.TemporaryDirectory() as folder:
            jsonl, as_csv = Path(folder, "x.jsonl"), Path(folder, "x.csv")
            for target in (jsonl, as_csv):
                to = target.suffix[1:]
                sorparse.convert(content, to, target, tables=[table], allow_empty=True)
            lines = jsonl.read_text("utf-8").split("\n")
            with as_csv.open(encoding="utf-8", newline="") as stream:
                cells = list(csv.reader(stream))
        assert lines.pop() == ""
        assert lines == [
            json.dumps(sorparse.to_dict(record), ensure_ascii=False, separators=(",", ":"))
            for record in records
        ]
        schema = schema_of(table, lists=False)
        assert cells == [list(schema.names), *map(_as_cells, flatten.rows(schema, records))]


def _as_cells(row: tuple[object, ...]) -> list[str]:
    return ["" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in row]


def test_geojson_holds_the_filled_columns_of_each_row() -> None:
    with sorparse.open(examples.sor2_zip) as feed, tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "x.geojson")
        sorparse.convert(feed, "geojson", target)
        features = json.loads(target.read_text("utf-8"))["features"]
        schema = schema_of("entities")
        rows = list(flatten.rows(schema, feed.entities()))
    assert len(features) == len(rows)
    for feature, row in zip(features, rows, strict=True):
        properties = feature["properties"]
        properties.pop("coordinates_of", None)
        filled = {n: v for n, v in zip(schema.names, row, strict=True) if v is not None}
        extra = filled.pop("extra", None)
        assert properties.pop("extra", None) == (None if extra is None else json.loads(extra))
        assert properties == {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in filled.items()
        }
