"""Reading nights back, each file checked by its hash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..errors import SorError
from .pieces import sha256
from .store import Lines, Night, State, Store


def contents(state: State, night: Night, lines: Lines) -> dict[str, memoryview]:
    """Return the files of a night.

    Raises:
        SorError: If one is not what was added.
    """
    at = night.night.toordinal()
    found = {}
    for file in night.files:
        runs = state.parts.get(file.part)
        content = lines.joined(runs.at(at) if runs else [])
        if sha256(content) != file.sha256:
            raise SorError(
                f"the archive is damaged: {file.name} of {night.night} is not what was added "
                "(its SHA-256 differs); Archive.verify lists all damage"
            )
        found[file.name] = content
    return found


def problems(store: Store) -> Iterator[str]:
    """Yield the problems of the nights of an archive."""
    try:
        state = store.state()
        if not state.nights:
            return
        lines = store.lines()
        counts = (pair for night in state.nights.values() for pair in night.records.items())
        tables = {name for name, count in counts if count}
        # a row has one record, unless quotation marks join lines
        records = {name: Counter(store.rows(name)) for name in tables}
    except SorError as error:
        yield str(error)
        return
    for night in state.nights.values():
        for file in night.files:
            try:
                contents(state, Night(night.night, night.name, night.is_set, (file,), {}), lines)
            except SorError as error:
                yield f"{night.night}: {file.name}: {error}"
        for table, expected in night.records.items():
            rows = state.parts[table].at(night.night.toordinal()) if expected else []
            there = sum(map(records[table].__getitem__, rows)) if expected else 0
            if there != expected:
                yield f"{night.night}: {table}: {there} records, expected {expected}"
