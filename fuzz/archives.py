"""Changes of the files of an archive: every answer is right, or SorError is raised.

The input says which bytes of which file are changed, and which file is cut off, doubled or removed.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import sorparse
from sorparse import examples

_CHANGE = struct.Struct("<BIBB")
"""The file, the place in it, what is done, and a value."""
_NIGHTS = ("2026-06-13", "2026-06-14", "2026-06-16")
_UNIT = "9000041000016007"


@cache
def _files() -> dict[str, bytes]:
    """Return the files of an archive of three nights, two of them equal, by their paths."""
    with tempfile.TemporaryDirectory() as folder:
        archive = sorparse.Archive(Path(folder) / "nights")
        whole = examples.daily_csv.read_bytes()
        head, *rows = whole.splitlines(keepends=True)
        for night, content in zip(_NIGHTS, (head + b"".join(rows[3:]), whole, whole), strict=True):
            archive.add(content, night=night)
        paths = [path for path in sorted(archive.folder.rglob("*")) if path.is_file()]
        return {str(path.relative_to(archive.folder)): path.read_bytes() for path in paths}


def _changed(data: bytes) -> dict[str, bytes]:
    files = dict(_files())
    names = [name for name in files if files[name]]
    for number, at, what, value in _CHANGE.iter_unpack(data[: len(data) // 7 * 7]):
        name = names[number % len(names)]
        content = files.get(name, b"")
        place = at % (len(content) or 1)
        if what % 8 < 4:
            files[name] = content[:place] + bytes([value]) + content[place + 1 :]
        elif what % 8 == 4:
            files[name] = content[:place]
        elif what % 8 == 5:
            files[name] = content + content[place:]
        elif what % 8 == 6:
            files[name] = files.get(names[value % len(names)], b"")
        else:
            files.pop(name, None)
    return files


def _questions(folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    archive = sorparse.Archive(folder)
    yield "nights", lambda: (archive.nights, archive.missing, archive.format)
    yield "shown", lambda: len(archive._repr_html_())  # it names the temporary folder
    yield "unit", lambda: archive.history(_UNIT)
    yield "diff", lambda: archive.diff(_NIGHTS[0], _NIGHTS[2]).counts()
    for night in _NIGHTS:
        yield f"night {night}", lambda night=night: archive.night(night)
        yield f"file {night}", lambda night=night: archive.file(night).read()
        yield (
            f"register {night}",
            lambda night=night: list(archive.register(night).records("entities")),
        )
    yield "verify", archive.verify
    yield "again", lambda: archive.add(examples.daily_csv, night="2026-06-17").records
    yield "after", lambda: archive.file("2026-06-17").read()


def _answers(files: dict[str, bytes]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "nights"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name, ask in _questions(root):
            try:
                answers[name] = ask()
            except sorparse.SorError as error:
                str(error)
                answers[name] = error
            except BaseException as error:
                error.add_note(f"question: {name}")
                raise
        shutil.rmtree(root)
    return answers


@cache
def _right_answers() -> dict[str, Any]:
    answers = _answers(_files())
    refused = {name: answer for name, answer in answers.items() if isinstance(answer, Exception)}
    assert not refused, refused
    return answers


def archives(data: bytes) -> None:
    """Change files of an archive and ask all questions."""
    right = _right_answers()
    answers = _answers(_changed(data))
    for name, answer in answers.items():
        if isinstance(answer, sorparse.SorError) or name == "verify":
            continue
        if answer != right[name]:
            raise AssertionError(f"{name}: {answer!r:.500} instead of {right[name]!r:.500}")


def archive_seeds() -> Iterator[bytes]:
    """Yield a few changes of each kind."""
    _right_answers()  # takes longer than an input may
    for what in range(8):
        for number in range(0, 40, 5):
            yield _CHANGE.pack(number, 77 * number, what, number)
