"""Saved registers whose checksums are right, and whose content is a forger's."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zlib import crc32

from sorparse import SorFileError

_PREFIX = struct.Struct("<24sQI")


def with_header(content: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """Return a file with another header."""
    magic, header, blocks = _parts(content)
    change(header)
    return _file(magic, header, blocks)


def with_block(
    content: bytes, name: str, change: Callable[[bytes], bytes], *, code: str | None = None
) -> bytes:
    """Return a file with other content in a block, and perhaps another type of numbers."""
    magic, header, blocks = _parts(content)
    at, size, own_code, _ = header["blocks"][name]
    block = change(blocks[at : at + size])
    end = -(-len(blocks) // 64) * 64  # the new content is at the end, where it has room
    blocks = blocks.ljust(end, b"\0") + block + b"\0" * (-len(block) % 64)
    header["blocks"][name] = (end, len(block), code or own_code, crc32(block))
    header["size"] = len(blocks)
    return _file(magic, header, blocks)


def times_refused(path: Path, questions: Iterable[Callable[[], object]]) -> int:
    """Return how many questions raise the error that parts of the file are inconsistent.

    The others may return anything: they do not read the part that was forged.
    """
    refused = []
    for ask in questions:
        try:
            ask()
        except SorFileError as error:
            refused.append(str(error))
    for message in refused:
        assert str(path) in message
        assert "parts are inconsistent" in message
    return len(refused)


def _parts(content: bytes) -> tuple[bytes, dict[str, Any], bytes]:
    magic, length, _ = _PREFIX.unpack_from(content)
    end = _PREFIX.size + length
    return magic, json.loads(content[_PREFIX.size : end]), content[-(-end // 64) * 64 :]


def _file(magic: bytes, header: dict[str, Any], blocks: bytes) -> bytes:
    text = json.dumps(header).encode()
    start = _PREFIX.pack(magic, len(text), crc32(text)) + text
    return start + b"\0" * (-len(start) % 64) + blocks
