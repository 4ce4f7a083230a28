"""Files and folders that are replaced as a whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import ConversionError

try:
    import fcntl
except ImportError:  # Windows: there a file that is open cannot be removed, which is lock enough
    fcntl = None  # type: ignore[assignment]

_SUFFIX = ".sorparse"
_OLD = ".old"
_LOCK = ".sorparse-lock"


def failed(target: object, reason: object) -> ConversionError:
    """Make the one sentence that says what could not be written, why, and what is there now."""
    text = " ".join(str(reason).split()).rstrip(".")
    return ConversionError(f"cannot write {target}: {text}; what was there before is unchanged")


@contextmanager
def replaced_file(target: Path, put: Callable[[Path, Path], object] = os.replace) -> Iterator[Path]:
    """Yield a path beside ``target`` to write a file to; it takes the target's place at the end.

    If anything fails, the new file is removed and the old one is left unchanged.

    Args:
        target: The file to write.
        put: Puts the finished file (first argument) in the target's place (second argument).

    Raises:
        ConversionError: If the operating system refuses it.
    """
    if target.is_dir():
        raise failed(target, "it is a folder, not a file")
    with _beside(target) as new:
        yield new
        _to_disk(new)
        if target.exists():
            shutil.copymode(target, new)
        put(new, target)


@contextmanager
def replaced_folder(
    target: Path, is_own: Callable[[str], bool], *, force: bool = False
) -> Iterator[Path]:
    """Yield a folder beside ``target`` to write to; it takes the target's place at the end.

    There is no one step that swaps two folders on every system: between two renames there is none
    for a moment, and a failure there puts the old one back.

    Args:
        target: The folder to write.
        is_own: Whether the library writes files of that name.
        force: Accept a folder that holds other names. These are moved to the new folder.

    Raises:
        ConversionError: If the folder holds other names, or the operating system refuses it.
    """
    if target.exists() and not target.is_dir():
        raise failed(target, "it is a file, not a folder")
    there = target.exists()
    strange = (
        sorted(item.name for item in target.iterdir() if not is_own(item.name)) if there else []
    )
    if strange and not force:
        raise failed(target, f"the folder holds other files ({', '.join(strange[:3])})")
    for left in _siblings(target.parent, f".{target.name}.", _SUFFIX + _OLD):
        if there and not left.with_name(left.name.removesuffix(_OLD)).exists():
            _discard(left, target, is_own)  # of a run that was killed
    with _beside(target) as new:
        new.mkdir()
        yield new
        for file in new.iterdir():
            _to_disk(file)
        # outside the place that is cleared at the end, so that no failure can take it along
        old = target.parent / f"{new.parent.name}{_OLD}"
        if there:
            shutil.copymode(target, new)
            target.rename(old)
        try:
            new.rename(target)
        except BaseException:
            if there:
                old.rename(target)
            raise
        if there:
            _discard(old, target, is_own)


def _discard(old: Path, target: Path, is_own: Callable[[str], bool]) -> None:
    """Remove a folder that was replaced; what the library did not write moves to the new one."""
    for item in list(old.iterdir()):
        if not is_own(item.name) and not (target / item.name).exists():
            item.rename(target / item.name)
    shutil.rmtree(old, ignore_errors=True)


def restore(target: Path) -> None:
    """Undo and remove what runs that were killed left beside a target.

    A run that still goes on holds a lock on its folder, which is left alone.
    """
    if not target.parent.is_dir():
        return
    begins = f".{target.name}."
    for place in _siblings(target.parent, begins, _SUFFIX):
        with suppress(OSError), _locked(place) as free:
            if free:
                _put_back(place, target)
                shutil.rmtree(place)
    for old in _siblings(target.parent, begins, _SUFFIX + _OLD):
        place = old.with_name(old.name.removesuffix(_OLD))
        if not place.exists() and not target.exists():
            old.rename(target)


def _siblings(folder: Path, begins: str, ends: str) -> list[Path]:
    with suppress(OSError):
        return [
            item
            for item in folder.iterdir()
            if item.name.startswith(begins) and item.name.endswith(ends) and item.is_dir()
        ]
    return []


def _put_back(place: Path, target: Path) -> None:
    """Put back a folder that was renamed by a run that was killed before the second rename."""
    old = place.with_name(place.name + _OLD)
    if old.is_dir() and not target.exists():
        old.rename(target)


@contextmanager
def _locked(place: Path) -> Iterator[bool]:
    """Lock a temporary folder, and yield whether nobody else has locked it."""
    descriptor = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:  # somebody holds it, or the file system has no locks
                yield False
                return
            # the other run may have removed the folder before this one had the lock
            yield os.fstat(descriptor).st_nlink > 0
        else:
            os.close(descriptor)
            descriptor = -1
            (place / _LOCK).unlink()  # fails while the other run has it open
            yield True
    finally:
        if descriptor >= 0:
            os.close(descriptor)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Yield a free name in the target's own folder, so that the last rename stays on one disk."""
    if not target.parent.is_dir():
        raise failed(target, f"there is no folder {target.parent}")
    try:
        place, lock = _new_place(target)
    except OSError as error:
        raise failed(target, error.strerror or error) from error
    try:
        yield place / target.name
    except OSError as error:
        raise failed(target, error.strerror or error) from error
    finally:
        if fcntl is None:
            os.close(lock)
        with suppress(OSError):
            shutil.rmtree(place)
        if fcntl is not None:
            os.close(lock)


def _new_place(target: Path) -> tuple[Path, int]:
    """Make a folder beside a target, with a lock that ends when this process does."""
    while True:
        place = Path(tempfile.mkdtemp(_SUFFIX, f".{target.name}.", target.parent))
        with suppress(FileNotFoundError):  # removed by another run before it was locked
            lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            with suppress(OSError):  # a file system without locks
                if fcntl is not None:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if place.is_dir() and os.fstat(lock).st_nlink > 0:
                return place, lock
            os.close(lock)


def _to_disk(file: Path) -> None:
    if not file.is_file():
        return
    # without this a power cut after the rename may leave an empty file under the old name
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
