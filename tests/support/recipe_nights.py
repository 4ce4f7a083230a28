"""Six made-up nights for the nightly job."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from sorparse import examples

MEMBER = "SOREntity.csv"
CLOSING = "2099-12-31"


def _zip(path: Path, entities: bytes) -> Path:
    with zipfile.ZipFile(examples.sor2_zip) as one, zipfile.ZipFile(path, "w") as two:
        for name in one.namelist():
            two.writestr(name, entities if name == MEMBER else one.read(name))
    return path


def _entities() -> list[dict[str, str]]:
    with zipfile.ZipFile(examples.sor2_zip) as archive:
        text = archive.read(MEMBER).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def _bytes(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def nights(folder: Path) -> list[tuple[Path, bool]]:
    """Return the file of each night, and whether it may be loaded."""
    rows = _entities()
    second = [{**row, "EntityName": row["EntityName"] + " II"} for row in rows]
    open_rows = [place for place, row in enumerate(second) if not row["ToDate"]]
    closing = [dict(row) for row in second]
    for place in open_rows[: len(open_rows) * 9 // 10]:
        closing[place]["ToDate"] = CLOSING
    last = [{**row, "EntityName": row["EntityName"] + " III"} for row in rows]
    page = b"<!DOCTYPE html><html><body>Maintenance</body></html>"
    return [
        (_zip(folder / "1.zip", _bytes(rows)), True),
        (_zip(folder / "2.zip", _bytes(second)), True),
        (_zip(folder / "3.zip", page), False),
        (_zip(folder / "4.zip", _bytes(closing)), False),
        (_zip(folder / "5.zip", _bytes(second[: len(second) // 4])), False),
        (_zip(folder / "6.zip", _bytes(last)), True),
    ]
