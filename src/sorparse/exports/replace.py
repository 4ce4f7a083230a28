"""Files and folders that are replaced as a whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import ConversionError


def failed(target: object, reason: object) -> ConversionError:
    """Make the one sentence that says what could not be written, why, and what is there now."""
    told = " ".join(str(reason).split()).rstrip(".")
    return ConversionError(f"cannot write {target}: {told}; what was there before is unchanged")


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
def replaced_folder(target: Path, ours: Callable[[str], bool]) -> Iterator[Path]:
    """Give a folder beside ``target`` to write to; it takes the target's place at the end.

    A folder that holds a name that is not ``ours`` is refused. There is no one step that swaps
    two folders on every system: between two renames there is none for a moment, and a failure
    there puts the old one back.
    """
    if target.exists() and not target.is_dir():
        raise failed(target, "it is a file, not a folder")
    there = target.exists()
    strange = sorted(item.name for item in target.iterdir() if not ours(item.name)) if there else []
    if strange:
        raise failed(target, f"the folder holds other files ({', '.join(strange[:3])})")
    with _beside(target) as new:
        new.mkdir()
        yield new
        for file in new.iterdir():
            _to_disk(file)
        # outside the place that is cleared at the end, so that no failure can take it along
        old = target.parent / f"{new.parent.name}.old"
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
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a free name in the target's own folder, so that the last rename stays on one disk."""
    if not target.parent.is_dir():
        raise failed(target, f"there is no folder {target.parent}")
    try:
        place = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise failed(target, error.strerror or error) from error
    try:
        yield place / target.name
    except OSError as error:
        raise failed(target, error.strerror or error) from error
    finally:
        with suppress(OSError):
            shutil.rmtree(place)


def _to_disk(file: Path) -> None:
    # without this a power cut after the rename may leave an empty file under the old name
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
