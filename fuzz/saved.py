"""Changes of a saved register: only SorError may be raised, and no answer may be wrong.

The input says what is changed in a small saved register. Its first byte chooses between damage and
forgery. After damage, every answer has to be correct or a SorFileError. A forged file has valid
checksums: any answer is allowed, but no exception other than SorError.
"""

from __future__ import annotations

import json
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import sorparse
from sorparse import examples

DAY = "2026-06-15"
_PREFIX = struct.Struct("<24sQI")
_CHANGE = struct.Struct("<HIB")


@cache
def _content() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sor"
        sorparse.load(examples.daily_csv).save(path)
        return path.read_bytes()


@cache
def _parts() -> tuple[bytes, dict[str, Any], bytes]:
    """Return the magic, the header and the blocks."""
    content = _content()
    magic, length, _ = _PREFIX.unpack_from(content)
    start = _PREFIX.size + length
    return magic, json.loads(content[_PREFIX.size : start]), content[-(-start // 64) * 64 :]


@cache
def _ids() -> list[str]:
    return list(sorparse.load(examples.daily_csv))[::9]


def _questions(register: sorparse.Register) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield the name and the call of each question."""
    view = register.as_of(DAY)
    yield "ids", lambda: list(register)
    yield "records", lambda: list(register.records("entities"))
    yield "issues", lambda: register.issues
    yield "check", register.check
    yield "active", lambda: list(view.active())
    yield "future", lambda: list(view.future())
    yield "closed", lambda: list(view.closed())
    yield "words", lambda: view.find("hospital afdeling")
    yield "number", lambda: view.find("990101")
    yield "region", lambda: view.find(region="1081")
    yield "terms", lambda: view.terms("entity_type")
    yield "shak", lambda: view.shak_to_sor("9901")
    yield "diff", lambda: register.diff("2010-01-01", DAY)
    yield "counts", lambda: list(view.counts("region"))
    for sor_id in _ids():
        yield f"history {sor_id}", lambda sor_id=sor_id: register.history(sor_id)
        yield f"status {sor_id}", lambda sor_id=sor_id: view.status(sor_id)
        yield f"effective {sor_id}", lambda sor_id=sor_id: view.effective(sor_id)
        yield f"children {sor_id}", lambda sor_id=sor_id: view.children(sor_id)
        yield f"ancestors {sor_id}", lambda sor_id=sor_id: view.ancestors(sor_id)


def _answers(path: Path) -> dict[str, Any]:
    """Return the answer to each question, or the SorError that it raised."""
    answers: dict[str, Any] = {}
    try:
        for name, ask in _questions(sorparse.load(path)):
            try:
                answers[name] = ask()
            except sorparse.SorError as error:
                answers[name] = error
    except sorparse.SorError:
        pass
    return answers


@cache
def _right_answers() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sor"
        path.write_bytes(_content())
        return _answers(path)


def _damaged(changes: bytes) -> bytes:
    content = bytearray(_content())
    for _, place, value in _CHANGE.iter_unpack(changes):
        content[place % len(content)] ^= value or 1
    return bytes(content)


def _forged(changes: bytes) -> bytes:
    """Return a file with changed numbers and texts in its blocks, and valid checksums."""
    magic, header, blocks = _parts()
    altered = bytearray(blocks)
    names = sorted(header["blocks"])
    for name, place, value in _CHANGE.iter_unpack(changes):
        start, length, _, _ = header["blocks"][names[name % len(names)]]
        if length:
            altered[start + place % length] = value
    places = {
        name: (at, length, code, zlib.crc32(altered[at : at + length]))
        for name, (at, length, code, _) in header["blocks"].items()
    }
    text = json.dumps({**header, "blocks": places}).encode()
    start = _PREFIX.pack(magic, len(text), zlib.crc32(text)) + text
    return start + b"\0" * (-len(start) % 64) + bytes(altered)


def saved(data: bytes) -> None:
    """Open a changed file and ask all questions."""
    changes = data[1 : 1 + len(data[1:]) // _CHANGE.size * _CHANGE.size]
    is_forged = bool(data) and data[0] % 2 == 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sor"
        path.write_bytes((_forged if is_forged else _damaged)(changes))
        for name, answer in _answers(path).items():
            if not is_forged and not isinstance(answer, sorparse.SorFileError):
                right = _right_answers()[name]
                same = (
                    repr(answer) == repr(right)
                    if isinstance(answer, Exception)
                    else answer == right
                )
                if not same:
                    raise AssertionError(f"{name}: {answer!r} instead of {right!r}")


def saved_seeds() -> Iterator[bytes]:
    """Yield a few changes of both kinds."""
    for kind in (0, 1):
        for place in (0, 40, 500, 60_000):
            for value in (0, 1, 127, 255):
                yield bytes([kind]) + _CHANGE.pack(place, place, value)
