"""Half a year of made-up nights as small SOR2 zips, with the rows of each night as an oracle.

The nights of one seed are always the same. Nothing here reads a file, the clock or the network.

- Monday to Friday: a few changes each. The night to Saturday has the bytes of Friday; the night to
  Sunday has the same content in a new zip.
- Three nights are missing (``None``), one is cut off in the middle.
- From the first format change on, every row has a column that the library does not know. From the
  second on, rows and columns have another order.
- One row vanishes, comes back and vanishes again; versions of the past are corrected; a closing is
  announced and taken back; units open in the future.
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from sorparse.examples.model import sor_id

Row = dict[str, str]
"""A row by the file's own column names; ids as plain text, absent is ``""``."""
Tables = dict[str, tuple[Row, ...]]
"""The rows of a night by the name of their file, in the order of the file."""

FIRST_NIGHT = date(2025, 6, 2)
"""A Monday."""
LENGTH = 190
MISSING = tuple(FIRST_NIGHT + timedelta(n) for n in (100, 101, 152))
BROKEN = FIRST_NIGHT + timedelta(141)
FORMAT_CHANGES = (FIRST_NIGHT + timedelta(120), FIRST_NIGHT + timedelta(155))
ENTITIES = "SOREntity.csv"
SHAK_MAP = "SHAKSORMap.csv"
NEW_COLUMN = "FutureColumn"

_UNITS = 40
_DAY = timedelta(1)
_IDS = ("SorId", "ParentSorId")
_COLUMNS = (
    "SorId",
    "EntityName",
    "SorType",
    "EntityTypeId",
    "EntityTypeName",
    "ParentSorId",
    "FirstFromDate",
    "FromDate",
    "ToDate",
    "UpdatedAt",
    "ShakId",
    "SorNote",
)
_MAP_COLUMNS = ("ShakId", "SorId", "EntityName", "FromDate", "ToDate")
_WORDS = ("Mågen", "Tangen", "Ærtebjerg", "Søstjernen", "Ålegræs", "Rav; og flint", 'Klit "Nord"')


class HalfYear(NamedTuple):
    """The nights of one seed, and what they hold."""

    nights: tuple[tuple[date, bytes | None], ...]
    tables: dict[date, Tables]
    """Only nights that are there and whole."""


def nights(seed: int) -> list[tuple[date, bytes | None]]:
    """Return date and zip of each night, oldest first; None for a night that is missing."""
    return list(half_year(seed).nights)


def tables(seed: int) -> dict[date, Tables]:
    """Return the rows of each night that is there and whole."""
    return half_year(seed).tables


def in_force(rows: Iterable[Row], day: date) -> dict[str, Row]:
    """Return by SOR id the rows in force on a date, one after the other looked at."""
    found = {}
    for row in rows:
        starts = not row["FromDate"] or date.fromisoformat(row["FromDate"]) <= day
        ends = row["ToDate"] and date.fromisoformat(row["ToDate"]) < day
        if starts and not ends:
            found[row["SorId"]] = row
    return found


class _Simulation:
    """The register of the publisher: versions of units, changed night by night."""

    def __init__(self, seed: int) -> None:
        self.hat = random.Random(seed)
        self.rows: list[Row] = []
        self.away: Row | None = None
        self.item = 910001
        self.note = 0
        owner = self.open(None, date(2007, 1, 1), FIRST_NIGHT)
        for _ in range(_UNITS):
            start = date(2007, 1, 1) + self.hat.randrange(6000) * _DAY
            row = self.open(owner, start, FIRST_NIGHT)
            for years in range(self.hat.randrange(3)):
                row = self.renamed(row, start + (400 * years + 200) * _DAY, FIRST_NIGHT)

    def open(self, parent: Row | None, start: date, night: date) -> Row:
        self.item += 1
        kind = ("OE", "550851000005109", "klinisk enhed")
        if parent is None:
            kind = ("IE", "550881000005103", "region")
        elif len(self.rows) % 5 == 1:
            kind = ("SI", "22232009", "hospital")
        row = dict.fromkeys(_COLUMNS, "") | {
            "SorId": sor_id(self.item),
            "EntityName": f"{self.hat.choice(_WORDS)} {self.item}",
            "SorType": kind[0],
            "EntityTypeId": kind[1],
            "EntityTypeName": kind[2],
            "ParentSorId": parent["SorId"] if parent else "",
            "FirstFromDate": start.isoformat(),
            "FromDate": start.isoformat(),
            "UpdatedAt": night.isoformat(),
            "ShakId": f"99{self.item % 100000:05d}" if self.item % 3 == 0 else "",
        }
        self.rows.append(row)
        return row

    def renamed(self, row: Row, day: date, night: date, **values: str) -> Row:
        """End a version on the day before, and add the next one."""
        self.note += 1
        new = {"EntityName": f"{self.hat.choice(_WORDS)} {self.note}", **values}
        if date.fromisoformat(row["FromDate"]) >= day:
            row.update(new, UpdatedAt=night.isoformat())
            return row
        following = row | new | {"FromDate": day.isoformat(), "UpdatedAt": night.isoformat()}
        row.update(ToDate=(day - _DAY).isoformat(), UpdatedAt=night.isoformat())
        self.rows.append(following)
        return following

    def newest(self, *, is_open: bool) -> Row:
        last = {row["SorId"]: row for row in self.rows if row["SorType"] != "IE"}
        fitting = [row for row in last.values() if (not row["ToDate"]) == is_open]
        return self.hat.choice(fitting or list(last.values()))

    def night(self, night: date) -> None:
        """Change what one working day changes."""
        for _ in range(1 + self.hat.randrange(4)):
            action: Callable[[date], None] = self.hat.choice(
                (self._rename, self._rename, self._move, self._close, self._correct, self._open)
            )
            action(night)
        self._vanish_and_return(night)

    def _rename(self, night: date) -> None:
        row = self.newest(is_open=True)
        self.renamed(row, night, night, ToDate="", SorNote=f"navn {self.note}")

    def _move(self, night: date) -> None:
        above = self.hat.choice([row for row in self.rows if row["SorType"] != "OE"])
        row = self.newest(is_open=True)
        if row["SorType"] == "OE":
            self.renamed(row, night, night, ParentSorId=above["SorId"])

    def _close(self, night: date) -> None:
        """Announce a closing, or take one back that is still ahead."""
        ahead = [row for row in self.rows if row["ToDate"] > night.isoformat()]
        if ahead and self.hat.randrange(3) == 0:
            row, end = self.hat.choice(ahead), ""
        else:
            row = self.newest(is_open=True)
            start = max(night, date.fromisoformat(row["FromDate"]))
            end = (start + self.hat.randrange(60) * _DAY).isoformat()
        row.update(ToDate=end, UpdatedAt=night.isoformat())

    def _correct(self, night: date) -> None:
        """Correct a version of the past: what is known now about then."""
        row = self.hat.choice(self.rows)
        self.note += 1
        row.update(SorNote=f"rettet {self.note}", UpdatedAt=night.isoformat())

    def _open(self, night: date) -> None:
        above = self.hat.choice([row for row in self.rows if row["SorType"] != "OE"])
        self.open(above, night + self.hat.randrange(20) * _DAY, night)

    def _vanish_and_return(self, night: date) -> None:
        place = (night - FIRST_NIGHT).days
        if place in (50, 72):
            victim = self.rows[7] if self.away is None else self.away
            self.away = victim
            self.rows = [row for row in self.rows if row is not victim]
        elif place in (60, 92) and self.away is not None:
            self.rows.insert(7, self.away)
        elif place == 130 and self.away is not None:
            self.rows = [row for row in self.rows if row is not self.away]


@lru_cache(maxsize=4)
def half_year(seed: int) -> HalfYear:
    """Return the nights of a seed, and what they hold."""
    simulation = _Simulation(seed)
    found: list[tuple[date, bytes | None]] = []
    rows_of: dict[date, Tables] = {}
    before, content = {}, b""
    for place in range(LENGTH):
        night = FIRST_NIGHT + place * _DAY
        weekday = night.weekday()
        if weekday < 5:
            if place:
                simulation.night(night)
            before = _tables(simulation.rows, night)
        if weekday != 5:
            content = _zip(before, night)
        if night in MISSING:
            found.append((night, None))
        elif night == BROKEN:
            found.append((night, content[: len(content) // 2]))
        else:
            found.append((night, content))
            rows_of[night] = before
    return HalfYear(tuple(found), rows_of)


def _tables(rows: list[Row], night: date) -> Tables:
    columns, mapped = list(_COLUMNS), list(_MAP_COLUMNS)
    entities = [dict(row) for row in rows]
    if night >= FORMAT_CHANGES[0]:
        columns.append(NEW_COLUMN)
        for row in entities:
            row[NEW_COLUMN] = f"ny {row['SorId'][:6]}"
    if night >= FORMAT_CHANGES[1]:
        columns = [columns[0], *reversed(columns[1:])]
        entities.sort(key=lambda row: (row["EntityName"], row["SorId"], row["FromDate"]))
    return {
        ENTITIES: tuple({name: row[name] for name in columns} for row in entities),
        SHAK_MAP: tuple({name: row[name] for name in mapped} for row in entities if row["ShakId"]),
    }


def _zip(found: Tables, night: date) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in found.items():
            info = zipfile.ZipInfo(name, (night.year, night.month, night.day, 3, 30, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, csv_bytes(rows))
    return packed.getvalue()


def csv_bytes(rows: tuple[Row, ...]) -> bytes:
    """Write rows as the publisher does: UTF-8 with a byte order mark, ``;``, CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(rows[0])
    for row in rows:
        cells = row.items()
        writer.writerow(f'="{value}"' if value and name in _IDS else value for name, value in cells)
    return text.getvalue().encode("utf-8-sig")
