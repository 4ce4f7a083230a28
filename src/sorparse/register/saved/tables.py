"""The tables of a saved register, SHAK among them: JSON, a list for each record."""

from __future__ import annotations

import json
import typing
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ...issues import Issue
from ...notebook import Records
from ...records import SHAKRegion, SHAKUnit
from ..core import TABLES, Core, Tables
from ..shak.core import REGIONS, UNITS
from ..storage.packed import pack, unpacker

if TYPE_CHECKING:
    from ..shak.register import ShakRegister
    from .file import Block, SavedFile

_SHAK = {UNITS: SHAKUnit, REGIONS: SHAKRegion, "shak_issues": Issue}
"""The tables of SHAK, in the order of the arguments of ``ShakRegister``."""


@cache
def _records() -> Mapping[str, type[Any]]:
    """Return the record of each table other than those of SHAK, and of the issues."""
    hints = typing.get_type_hints(Tables)
    return {name: typing.get_args(hint)[0] for name, hint in hints.items()}


_write_json = json.JSONEncoder(separators=(",", ":")).encode


def as_json(value: Any) -> bytes:
    """Return a block of JSON."""
    return _write_json(value).encode()


def as_array(code: str, numbers: Sequence[int]) -> array[int]:
    """Return a block of numbers, of a type of ``array``."""
    return numbers if isinstance(numbers, array) else array(code, numbers)


def table_blocks(core: Core) -> dict[str, Block]:
    """Return the blocks of all tables but those of SHAK."""
    tables = {f"table.{each}": _rows(getattr(core.tables, each)) for each in _records()}
    return tables | _line_blocks(core.lines)


def shak_blocks(shak: ShakRegister) -> dict[str, Block]:
    """Return the blocks of SHAK: always the same ones, so that they replace earlier ones."""
    tables = zip(_SHAK, (shak.units, shak.regions, shak.issues), strict=True)
    lines = {
        table: [shak.core.line_of(table, place) or 0 for place in range(len(records))]
        for table, records in ((UNITS, shak.units), (REGIONS, shak.regions))
    }
    return {f"table.{each}": _rows(records) for each, records in tables} | _line_blocks(lines)


def _rows(records: Sequence[Any]) -> bytes:
    return as_json(pack(tuple(records)))


def _line_blocks(lines: Mapping[str, Sequence[int]]) -> dict[str, Block]:
    return {f"lines.{table}": as_array("q", numbers) for table, numbers in lines.items()}


def _read(file: SavedFile, table: str, record: type[Any]) -> tuple[Any, ...]:
    unpack = unpacker(tuple[record, ...])  # type: ignore[valid-type] # made here
    try:
        rows = json.loads(bytes(file.block(f"table.{table}")))
        return Records(unpack(rows)) if unpack is not None else ()
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise file.damaged(f"its table {table} cannot be read") from error


def read_shak(file: SavedFile) -> ShakRegister | None:
    """Return SHAK; ``None`` if the register was saved without it."""
    if f"table.{UNITS}" not in file:
        return None
    from ..shak.register import ShakRegister

    units, regions, issues = (_read(file, table, record) for table, record in _SHAK.items())
    lines = {table: file.block(f"lines.{table}") for table in (UNITS, REGIONS)}
    if [len(each) for each in lines.values()] != [len(units), len(regions)]:
        raise file.damaged("its parts are inconsistent")
    return ShakRegister(units, regions, lines=lines, issues=issues)


class SavedTables:
    """The tables of a saved register; each is read when it is first asked for."""

    def __init__(self, file: SavedFile) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in _records():
            raise AttributeError(name)
        table = self.__dict__[name] = _read(self._file, name, _records()[name])
        return table

    def __reduce__(self) -> tuple[Any, ...]:
        return (SavedTables, (self._file,))


class SavedLines(Mapping[str, Sequence[int]]):
    """The lines of the records of each table."""

    def __init__(self, file: SavedFile) -> None:
        self._file = file

    def __getitem__(self, table: str) -> Sequence[int]:
        if table not in iter(self):
            raise KeyError(table)
        return self._file.block(f"lines.{table}")

    def __iter__(self) -> Iterator[str]:
        return (table for table in TABLES if f"lines.{table}" in self._file)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __reduce__(self) -> tuple[Any, ...]:
        return (SavedLines, (self._file,))
