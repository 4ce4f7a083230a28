"""Make the data files of this package from the list of known codes (not part of the package).

    python -m sorparse.codes.build codelists.csv

The list has the columns ``kind,code,name,source``. Remarks that stand in a name for want of a
better place are taken off; codes without a name, and names without a code, have no use here.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_LEFT_OUT = frozenset(("identifier_system", "nedarvningsstatus"))
# remarks, as against brackets that belong to a name
_REMARK = re.compile(
    r" \((?:main speciality|en of \w\w|hospital|add|overwrite|snomed: [^)]*"
    r"|\d chars(?:\) / afsnit \(\d chars)?|Converted Organizational Unit)\)$"
)
_NO_NAME = re.compile(r"UNKNOWN\)$")


def rows(lines: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """Give kind, code, name and source of every usable line."""
    for row in csv.DictReader(lines):
        name = _REMARK.sub("", row["name"])
        if row["kind"] in _LEFT_OUT or not row["code"] or not name or _NO_NAME.search(name):
            continue
        yield row["kind"], row["code"], name, row["source"]


def write(source: Path, folder: Path) -> None:
    """Write ``codes.csv`` and ``sources.csv`` into ``folder``."""
    with source.open(encoding="utf-8", newline="") as stream:
        found = list(rows(stream))
    numbers = {text: number for number, text in enumerate(dict.fromkeys(r[3] for r in found), 1)}
    _write(folder / "sources.csv", [(str(number), text) for text, number in numbers.items()])
    _write(folder / "codes.csv", [(*row[:3], str(numbers[row[3]])) for row in found])


def _write(path: Path, content: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(__file__).parent)
