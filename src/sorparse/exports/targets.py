"""The one decision on whether a target may be written, for every writer and every option.

The source is never overwritten, nor are devices, FIFOs and sockets. A file or folder that the
library did not write is replaced only if the caller forces it. An empty file or folder holds
nothing that could be lost, and counts as writable.
"""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..extras import load_extra
from ..formats import sor2
from ..issues import Issue
from ..records.plain import dict_keys
from ..records.tables import TABLES
from ..tables.schema import schema_of
from .load import INFO, INFO_FILE
from .replace import failed, restore
from .sql import OUR_TABLES

IsOwn = Callable[[Path], bool]
"""Whether the library wrote what is at a path; asked only if something is there."""
STDOUT = "-"
"""The target that is standard output."""
STREAMS = ("csv", "jsonl", "geojson")
"""Targets of ``convert`` that can be written to standard output."""
GEOJSON_START = '{"type":"FeatureCollection","sorparse":'
"""How a GeoJSON file of the library begins."""
BUNDLE_START = (
    '{"resourceType":"Bundle","meta":{"tag":[{"system":"urn:sorparse","code":"convert"}]},'
    '"type":"collection"'
)
"""How a Bundle of the library begins; the tag says who wrote it."""
FHIR_FILES = {"entities": "Organization.ndjson", "location_codes": "Endpoint.ndjson"}
"""Table to the file of its resources in a bulk export."""
ZIP_COMMENT = b"sorparse"
"""Comment of a SOR2 zip of the library; the publisher's own zips have the same members."""
SOR2_NAMES = frozenset(
    f"{name}.csv"
    for spec in sor2.TABLES
    for name in (spec.file_names[0], *(each for each in spec.file_names if "daily" in each))
)
"""The member names that the library writes."""
_HEAD_BYTES = 1 << 20
_KINDS = {
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
}


def writable(
    target: str | os.PathLike[str],
    is_own: IsOwn,
    *,
    sources: Iterable[Any] = (),
    force: bool = False,
) -> Path:
    """Return the path to write, links followed, or refuse the target.

    Args:
        target: The path that the caller named.
        is_own: Whether the library wrote what is there.
        sources: What is read for it: paths, file objects, feeds and registers.
        force: Also accept what the library did not write. Never the source or a device.

    Raises:
        ConversionError: If the target must not be written.
    """
    named = Path(target)
    # `new/../source` is the source as soon as a writer resolves it
    path = Path(os.path.realpath(named)) if named.is_symlink() or ".." in named.parts else named
    try:
        found = path.stat()
    except FileNotFoundError:
        found = None
    except OSError as error:
        raise failed(named, error.strerror or error) from error
    if found is not None:
        kind = _KINDS.get(stat.S_IFMT(found.st_mode))
        if kind is not None:
            raise failed(named, f"it is {kind}, not a file or folder")
    for source in sources:
        relation = _relation(path, found, source)
        if relation is not None:
            raise failed(named, relation)
    restore(path)
    if path.exists() and not force and not _is_empty(path) and not is_own(path):
        what = "folder" if path.is_dir() else "file"
        raise failed(named, f"sorparse did not write the {what} there; --force (force=True) does")
    return path


def _relation(target: Path, found: os.stat_result | None, source: Any) -> str | None:
    """Return how the target and a source are one, in words."""
    place = source_path(source)
    if place is None:
        if found is not None and hasattr(source, "fileno"):
            try:
                same = os.path.samestat(found, os.fstat(source.fileno()))
            except (OSError, ValueError):  # a stream in memory, or closed
                return None
            return "it is the source itself" if same else None
        return None
    spellings = (place.absolute(), Path(os.path.realpath(place)))
    above_target = (*target.absolute().parents, *Path(os.path.realpath(target)).parents)
    if _same(target, place):
        return "it is the source itself"
    if any(_same(target, above) for spelling in spellings for above in spelling.parents):
        return "the source lies in it"
    if any(_same(above, place) for above in above_target):
        return "it lies in the source"
    if found is not None and place.is_dir() and any(_same(target, one) for one in place.iterdir()):
        return "it is a file of the source"
    return None


def source_path(source: Any) -> Path | None:
    """Return the absolute path of a source, or None for bytes and streams without a file."""
    if isinstance(source, (str, os.PathLike)):
        return Path(os.fspath(source)).absolute()
    path = getattr(source, "path", None)
    return path if isinstance(path, Path) else None


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them does not exist
        return False


def _is_empty(path: Path) -> bool:
    return not any(path.iterdir()) if path.is_dir() else path.stat().st_size == 0


# ------------------------------------------------------------------ what the library wrote


def own_by_format(to: str) -> IsOwn:
    """Return the function that recognises what the library wrote for a target of ``convert``.

    Databases are looked into by their writers, under the database's own locks.
    """
    if to in ("csv", "jsonl", "parquet"):
        is_own_file = {"csv": _is_own_csv, "jsonl": _is_own_jsonl, "parquet": _is_own_parquet}[to]
        names = frozenset((INFO_FILE, *(f"{table}.{to}" for table in OUR_TABLES)))

        def is_own(path: Path) -> bool:
            if not path.is_dir():
                # a folder is wanted, and the writer says so
                return path.suffix.lower() != f".{to}" or is_own_file(path)
            return _is_own_folder(path, names, is_own_file)

        return is_own
    owns = {"geojson": _is_own_geojson, "sor2": _is_own_sor2, "fhir": _is_own_fhir}
    return owns.get(to, lambda _: True)


def own_issues(path: Path) -> bool:
    """Return whether a file holds issues as the library writes them."""
    return _keys(path) == list(dict_keys(Issue))


def starts_with(text: str) -> IsOwn:
    """Return the function that recognises a file by how it begins."""
    return lambda path: path.is_file() and _first_line(path).startswith(text)


def _is_own_folder(path: Path, names: frozenset[str], is_own_file: IsOwn) -> bool:
    items = list(path.iterdir())
    if not {item.name for item in items} <= names:
        return True  # the writer names them; it never deletes them
    if _holds_info(path / INFO_FILE):
        return True
    return all(item.is_file() and is_own_file(item) for item in items)


def _holds_info(path: Path) -> bool:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "sorparse_version" in found


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.readline(_HEAD_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _is_own_csv(path: Path) -> bool:
    header = _first_line(path).rstrip("\n").split(",")
    return any(header == list(schema_of(table).names) for table in TABLES)


def _keys(path: Path) -> list[str] | None:
    try:
        with path.open("rb") as stream:
            found = json.loads(stream.readline())
    except (OSError, ValueError, RecursionError):
        return None
    return list(found) if isinstance(found, dict) else None


def _is_own_jsonl(path: Path) -> bool:
    keys = _keys(path)
    return any(keys == list(dict_keys(table.record)) for table in TABLES.values())


def _is_own_parquet(path: Path) -> bool:
    pq = load_extra("pyarrow.parquet", "arrow", "Parquet files")
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, ValueError):  # pyarrow's own errors are ValueErrors
        return False
    return INFO.encode() in metadata


def _is_own_geojson(path: Path) -> bool:
    return path.is_dir() or starts_with(GEOJSON_START)(path)  # the writer refuses a folder


def _is_own_fhir(path: Path) -> bool:
    if path.is_dir():
        names = {INFO_FILE, *FHIR_FILES.values()}
        return not {item.name for item in path.iterdir()} <= names or _holds_info(path / INFO_FILE)
    resources = (name.partition(".")[0] for name in FHIR_FILES.values())
    starts = (BUNDLE_START, *(f'{{"resourceType":"{name}","' for name in resources))
    return any(starts_with(start)(path) for start in starts)


def _is_own_sor2(path: Path) -> bool:
    if path.is_dir():
        # the writer refuses other names, and a folder where a zip is to be
        return True
    if path.suffix.lower() != ".zip":
        return True  # a folder is wanted, and the writer says so
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == ZIP_COMMENT and set(archive.namelist()) <= SOR2_NAMES
    except (OSError, zipfile.BadZipFile, ValueError):
        return False
