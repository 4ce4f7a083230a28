"""Content of a saved register that a forger chose: the checksums are right, the content is not.

A change names a part of the file and what becomes of it: a number out of range, numbers that form a
cycle, a wrong JSON type, text that does not decode, a part that is too short or too long.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Callable
from typing import Any

PREFIX = struct.Struct("<24sQI")
CHANGE = struct.Struct("<HHBB")
"""The part, the place in it, what is done, and a value."""
_JSON: tuple[Any, ...] = (
    *(None, True, 0, 5, -1, 1 << 70, 1.5, float("inf"), float("nan"), "", "x", "\ud800", "\0"),
    *("2026-01-01", "9999-12-31", "IE", [], {}, [[]], [None], ["x"], {"x": "y"}, {"x": 1}, "1E400"),
    *("NaN", "sNaN", "-0", "\x1f", "\x1e[1]", "\n"),
)
_TEXTS = (
    *(b"", b"\xff", b"\xed\xa0\x80", b"\x1f", b"\x1f\x1f\x1f", b"\x1e5", b"\x1e[1,2]", b"\x1enull"),
    *(b"\x1e", b"\x1e{}", b"\x1e[", b'\x1e[["a","b"]]', b'\x1e{"a":1}', b"\x1e" + b"[" * 5000),
    *(b"\0", b"\n", b"NaN", b"1e999999999", b"2", b"sNaN", b"\x1etrue", b'\x1e"x"'),
)
_HEADER = ("source", "format", "snapshot_date", "shown_day", "tables", "units", "versions")


def _numbers(code: str, length: int) -> tuple[int, ...]:
    """Return numbers that are likely to matter; those that do not fit are cut to the type."""
    bits = 8 * array(code).itemsize
    every = (0, 1, 2, 3, 7, 88, 95, length - 1, length, length + 1, 3_652_059, 3_652_060, 730_000)
    top = (1 << 31) - 1, 1 << 31, (1 << 32) - 1, (1 << 63) - 1, 1 << 62, -1, -2, -(1 << 31)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if code.islower() else (0, (1 << bits) - 1)
    return tuple(min(max(number, low), high) for number in (*every, *top))


def _change_numbers(code: str, block: bytes, place: int, action: int, value: int) -> bytes:
    numbers = array(code, block)
    length, choices = len(numbers), _numbers(code, len(numbers))
    new = choices[value % len(choices)]
    at = place % (length or 1)
    if action % 8 == 0:
        numbers[:] = array(code, [new] * length)
    elif action % 8 == 1:
        numbers.reverse()
    elif action % 8 == 2:
        del numbers[at:]
    elif action % 8 == 3:
        numbers.extend(numbers[: value + 1] or array(code, [new]))
    elif action % 8 == 4 and length:  # the same number again, as in a cycle
        numbers[at] = numbers[(at + value) % length]
    elif action % 8 == 5:
        numbers[at:] = array(code, [new] * (length - at))
    elif length:
        numbers[at] = new
    return numbers.tobytes()


def _change_json(block: bytes, place: int, action: int, value: int) -> bytes:
    whole = [json.loads(block)]
    slots: list[tuple[Any, Any]] = []
    waiting: list[Any] = [whole]
    while waiting:
        node = waiting.pop(0)
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            slots.append((node, key))
            if isinstance(node[key], (list, dict)):
                waiting.append(node[key])
    node, key = slots[place % len(slots)]
    if action % 4 == 0 and isinstance(node, list) and node is not whole:
        del node[key]
    elif action % 4 == 1 and isinstance(node, list) and node is not whole:
        node.insert(key, node[key])
    else:
        node[key] = _JSON[value % len(_JSON)]
    return json.dumps(whole[0]).encode("utf-8", "surrogatepass")


def _change_text(block: bytes, place: int, action: int, value: int) -> bytes:
    text = _TEXTS[value % len(_TEXTS)]
    at = place % (len(block) + 1)
    if action % 4 == 0:
        return text
    if action % 4 == 1:
        return block[:at] + text + block[at:]
    return block[:at] + text + block[at + len(text) :]


def changed(header: dict[str, Any], blocks: dict[str, tuple[str, bytes]], data: bytes) -> None:
    """Change the header and the blocks (code and content by name) as the input says."""
    names = [*sorted(blocks), *_HEADER]
    whole = len(data) // CHANGE.size * CHANGE.size
    for part, place, action, value in CHANGE.iter_unpack(data[:whole]):
        name = names[part % len(names)]
        if name in _HEADER:
            header[name] = _JSON[value % len(_JSON)]
            continue
        if name not in blocks:
            continue
        code, block = blocks[name]
        if action >= 250:
            del blocks[name]
            continue
        change: Callable[..., bytes] = _change_text
        if name.startswith("table.") or name == "ids.others":
            change = _change_json
        elif code != "B" or name.endswith(".numbers"):
            blocks[name] = code, _change_numbers(code, block, place, action, value)
            continue
        try:
            blocks[name] = code, change(block, place, action, value)
        except (ValueError, TypeError):  # no JSON after an earlier change
            continue


def rebuilt(magic: bytes, header: dict[str, Any], blocks: dict[str, tuple[str, bytes]]) -> bytes:
    """Return the file, its checksums right."""
    places, content = {}, b""
    for name, (code, block) in blocks.items():
        places[name] = (len(content), len(block), code, zlib.crc32(block))
        content += block + b"\0" * (-len(block) % 64)
    text = json.dumps({**header, "blocks": places, "size": len(content)}).encode()
    start = PREFIX.pack(magic, len(text), zlib.crc32(text)) + text
    return start + b"\0" * (-len(start) % 64) + content
