"""The one decision on whether a target may be written, for every writer and every option.

The source is never overwritten, nor are devices, FIFOs and sockets. A file or folder that the
library did not write is replaced only if the caller forces it. An empty file or folder holds
nothing that could be lost, and counts as writable.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .issues import Issue
from .records.plain import dict_keys
from .replace import failed, restore

IsOwn = Callable[[Path], bool]
"""Whether the library wrote what is at a path; asked only if something is there."""
STDOUT = "-"
"""The target that is standard output."""
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
        status = path.stat()
    except FileNotFoundError:
        status = None
    except OSError as error:
        raise failed(named, error.strerror or error) from error
    if status is not None:
        kind = _KINDS.get(stat.S_IFMT(status.st_mode))
        if kind is not None:
            raise failed(named, f"it is {kind}, not a file or folder")
    for source in sources:
        relation = _relation(path, status, source)
        if relation is not None:
            raise failed(named, relation)
    restore(path)
    if path.exists() and not force and not _is_empty(path) and not is_own(path):
        what = "folder" if path.is_dir() else "file"
        raise failed(named, f"sorparse did not write the {what} there; --force (force=True) does")
    return path


def _relation(target: Path, status: os.stat_result | None, source: Any) -> str | None:
    """Return how the target and a source are one, in words."""
    place = source_path(source)
    if place is None:
        if status is not None and hasattr(source, "fileno"):
            with suppress(OSError, ValueError):  # a stream in memory, or closed
                if os.path.samestat(status, os.fstat(source.fileno())):
                    return "it is the source itself"
        return None
    spellings = (place.absolute(), Path(os.path.realpath(place)))
    above_target = (*target.absolute().parents, *Path(os.path.realpath(target)).parents)
    if _same(target, place):
        return "it is the source itself"
    if any(_same(target, above) for spelling in spellings for above in spelling.parents):
        return "the source lies in it"
    if any(_same(above, place) for above in above_target):
        return "it lies in the source"
    if status is not None and place.is_dir() and any(_same(target, one) for one in place.iterdir()):
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


_HEAD_BYTES = 1 << 20


def first_line(path: Path) -> str:
    """Return the first line of a file; empty if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.readline(_HEAD_BYTES).decode("utf-8", errors="replace").rstrip("\n")
    except OSError:
        return ""


def first_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in the first line of a file; empty if there is none."""
    try:
        with path.open("rb") as stream:
            first = json.loads(stream.readline())
    except (OSError, ValueError, RecursionError):
        return {}
    return first if isinstance(first, dict) else {}


def own_issues(path: Path) -> bool:
    """Return whether a file holds issues as the library writes them."""
    return list(first_object(path)) == list(dict_keys(Issue))


def starts_with(text: str) -> IsOwn:
    """Return the function that recognises a file by how it begins."""
    return lambda path: path.is_file() and first_line(path).startswith(text)
