"""Reading nights back, each file checked by its hash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import attrs

from ..errors import SorError
from ..tables.schema import schema_of
from .parquet_files import Lines
from .pieces import sha256
from .store import LINES, NIGHTS, Night, State, Store


def contents(state: State, night: Night, lines: Lines) -> dict[str, memoryview]:
    """Return the files of a night.

    Raises:
        SorError: If one is not what was added.
    """
    at = night.night.toordinal()
    content_of = {}
    for file in night.files:
        content = lines.joined(state.parts[file.part].at(at))
        if sha256(content) != file.sha256:
            raise SorError(
                f"the archive is damaged: {file.name} of {night.night} is not what was added "
                "(its SHA-256 differs); Archive.verify lists all damage"
            )
        content_of[file.name] = content
    return content_of


def problems(store: Store) -> Iterator[str]:
    """Yield the problems of an archive: damaged files, and nights that are not what was added."""
    try:
        listed = store.listed_nights()  # before the nights: another process may add one
        state = store.state()
        if not state.nights:
            return
        for _ in store.batches(LINES):  # all columns, so that their checksums are compared
            pass
        lines = store.lines()
    except SorError as error:
        yield str(error)
        return
    records: dict[str, Counter[int]] = {}
    for table in dict.fromkeys(name for night in state.nights.values() for name in night.records):
        try:
            records[table] = store.records_by_row(schema_of(table))
        except SorError as error:
            yield str(error)
    for night in state.nights.values():
        for file in night.files:
            try:
                contents(state, attrs.evolve(night, files=(file,)), lines)
            except SorError as error:
                yield f"{night.night}: {file.name}: {error}"
        for table, counts in records.items():
            expected = night.records.get(table, 0)
            rows = state.parts[table].at(night.night.toordinal())
            there = sum(map(counts.__getitem__, rows))
            if there != expected:
                yield f"{night.night}: {table}: {there} records, expected {expected}"
    if listed is None or not {*listed} <= {*state.nights}:
        yield f"{NIGHTS}.parquet is damaged; the next add writes it again"
