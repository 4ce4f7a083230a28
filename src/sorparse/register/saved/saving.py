"""Save a register in one file, and open it again."""

from __future__ import annotations

import os
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import accumulate, chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs

from ... import __version__, records
from ...formats.base import Format
from ...issues import Issue
from ..core import Core
from ..storage.postings import POSTINGS
from ..storage.store import Store
from ..storage.text_index import Lines
from .file import SavedFile, is_saved_register, write_saved
from .store import SavedStore, is_plain
from .tables import SavedLines, SavedTables, as_array, as_json, shak_blocks, table_blocks

if TYPE_CHECKING:
    from .file import Block

FORMAT_VERSION = 4
"""Version of the file format; raised whenever an earlier file would be read wrongly."""


@cache
def versions() -> Mapping[str, Any]:
    """Return the versions that a file must match to be read: its indexes depend on the library."""
    fields = [
        (name, field.name, str(field.type))
        for name, kind in sorted({**vars(records), "Issue": Issue}.items())
        if isinstance(kind, type) and attrs.has(kind)
        for field in attrs.fields(kind)
    ]
    layout = repr((fields, tuple(POSTINGS)))
    return {
        "format_version": FORMAT_VERSION,
        "library_version": __version__,
        "layout": zlib.crc32(layout.encode()),
    }


# ------------------------------------------------------------------ saving


def save(core: Core, path: str | os.PathLike[str], *, force: bool) -> None:
    """Save a register; see ``Register.save``."""
    from ...targets import writable

    store = core.store
    sources = [core, store.file] if isinstance(store, SavedStore) else [core]
    target = writable(path, is_saved_register, sources=sources, force=force)
    write_register(core, target)


def write_register(core: Core, target: Path, *, cache_key: str | None = None) -> None:
    """Write a register to a file, replacing an earlier one.

    Args:
        core: The register.
        target: The file.
        cache_key: The key of an entry of a cache, for the header.

    Raises:
        ConversionError: If the operating system refuses it.
    """
    from ...replace import replaced_file

    store = core.store
    with replaced_file(target) as new:
        if isinstance(store, SavedStore):
            header, blocks = store.file.header, store.file.blocks()
        else:
            header, blocks = _header(core, cache_key), _blocks(core, store)
        if core.attached_shak is not None:
            blocks |= shak_blocks(core.attached_shak)
        with new.open("wb") as stream:
            write_saved(stream, header, blocks)


def _header(core: Core, cache_key: str | None) -> dict[str, Any]:
    return {
        **versions(),
        "cache_key": cache_key,
        "source": None if core.path is None else str(core.path),
        "format": None if core.format is None else core.format.value,
        "snapshot_date": _text(core.snapshot_date),
        "shown_day": _text(core.shown_day),
        "tables": None if core.tables_read is None else list(core.tables_read),
        "units": len(core.store.ids),
        "versions": len(core.store),
        "issues": len(core.tables.issues),
    }


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _blocks(core: Core, store: Store) -> dict[str, Block]:
    blocks = store.as_blocks()
    ids = [int(each) if is_plain(each) else 0 for each in store.ids]
    plain = sorted((number, unit) for unit, number in enumerate(ids) if number)
    blocks["ids"] = array("Q", ids)
    blocks["ids.sorted"] = array("Q", [number for number, _ in plain])
    blocks["ids.units"] = array("I", [unit for _, unit in plain])
    others = [(unit, each) for unit, each in enumerate(store.ids) if not ids[unit]]
    blocks["ids.others"] = as_json(others)
    blocks |= {f"time.{name}": as_array("i", each) for name, each in core.index.arrays().items()}
    blocks["parents"] = as_array("i", core.parents)
    for name, lines in (("names", core.names), ("numbers", core.numbers)):
        blocks |= _lines(name, lines)
    for what in POSTINGS:
        blocks |= _postings(f"units by {what}", core.units_by(what))
    return blocks | table_blocks(core)


def _offsets(parts: Iterable[bytes]) -> array[int]:
    return array("Q", accumulate(map(len, parts), initial=0))


def _lines(name: str, lines: Lines) -> dict[str, Block]:
    return {
        f"{name}.text": cast("bytes", lines.text),
        f"{name}.starts": as_array("q", lines.starts),
        f"{name}.bounds": as_array("i", lines.bounds),
        f"{name}.units": as_array("i", lines.line_units),
    }


def _postings(name: str, by_key: Mapping[str, Sequence[int]]) -> dict[str, Block]:
    keys = sorted((key.encode("utf-8", "surrogatepass"), units) for key, units in by_key.items())
    return {
        f"{name}.key_offsets": _offsets(key for key, _ in keys),
        f"{name}.keys": b"".join(key for key, _ in keys),
        f"{name}.bounds": array("I", accumulate((len(units) for _, units in keys), initial=0)),
        f"{name}.units": array("I", chain.from_iterable(units for _, units in keys)),
    }


# ------------------------------------------------------------------ opening


def open_saved(file: SavedFile) -> Core:
    """Return the data of a saved register.

    Raises:
        SorFileError: If the file is damaged, or of another version.
    """
    header = file.header
    expected = versions()
    if any(header.get(name) != value for name, value in expected.items()):
        raise file.damaged(
            f"sorparse {header.get('library_version')} wrote it (format "
            f"{header.get('format_version')}), this is sorparse {__version__} (format "
            f"{FORMAT_VERSION})"
        )
    try:
        tables: Any = SavedTables(file)
        snapshot = header["snapshot_date"]
        return Core(
            SavedStore(file),
            tables,
            format=None if header["format"] is None else Format(header["format"]),
            snapshot_date=None if snapshot is None else date.fromisoformat(snapshot),
            path=file.path if file.source is None else file.source.path,
            tables_read=None if header["tables"] is None else tuple(header["tables"]),
            lines=SavedLines(file),
        )
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise file.damaged("its header was altered") from error
