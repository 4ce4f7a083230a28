"""Bombs, made in the test; and a process of its own to set them off in."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

from support.paths import SRC

MEGABYTE = 1024 * 1024

_REPORT = """
import re, resource, sys
def peak():
    try:
        text = open("/proc/self/status").read()
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", text)[1]) // 1024
    except OSError:
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
"""


def bounded(script: str, *arguments: object, megabytes: int, seconds: int = 60) -> str:
    """Run a script in a process of its own; it has to end in time and within the memory.

    Returns what the script prints. The bounds are wide: they only separate a constant from a bomb.
    """
    code = textwrap.dedent(script) + textwrap.dedent(_REPORT) + "print(peak())\n"
    environment = {
        **os.environ,
        "PYTHONPATH": str(SRC),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=seconds,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *printed, peak = done.stdout.splitlines()
    assert int(peak) < megabytes, f"{peak} MB"
    return "\n".join(printed)


def read_bounded(path: Path, megabytes: int = 120, seconds: int = 60, limits: str = "") -> str:
    """Read every table of a file; prints records, and issues by code, or the error."""
    return bounded(
        f"""
        import sys
        import sorparse
        try:
            with sorparse.open(sys.argv[1], limits=sorparse.Limits({limits})) as feed:
                for table in feed.tables:
                    print(table, sum(1 for _ in feed.records(table)))
                for code, count in feed.issue_counts.items():
                    print(code, count)
        except sorparse.SorError as error:
            print(type(error).__name__, str(error).replace(sys.argv[1], "FILE")[:500])
        """,
        path,
        megabytes=megabytes,
        seconds=seconds,
    )


def one_member_zip(
    name: bytes,
    packed: bytes,
    *,
    size: int,
    crc: int = 0,
    method: int = 8,
    flags: int = 0,
    packed_size: int | None = None,
) -> bytes:
    """A zip of one member in which every number is what the caller says."""
    length = len(packed) if packed_size is None else packed_size
    common = struct.pack("<HHHHHLLLHH", 20, flags, method, 0, 0x21, crc, length, size, len(name), 0)
    local = b"PK\x03\x04" + common + name
    directory = b"PK\x01\x02\x14\x03" + common + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack(
        "<HHHHLLH", 0, 0, 1, 1, len(directory), len(local) + len(packed), 0
    )
    return local + packed + directory + end


def deflated_rows(first: bytes, row: bytes, megabytes: int) -> tuple[bytes, int]:
    """A deflate stream of ``first`` and then one row over and over, and its unpacked size.

    A piece is packed once and repeated, so that gigabytes take no time to make.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
    rows = row * (MEGABYTE // len(row))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    return head + piece * megabytes + end, len(first) + len(rows) * megabytes
