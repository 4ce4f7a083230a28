"""The record beside a fetched file: address, version, times."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any, TypeGuard

import attrs

from ..records.plain import to_dict
from ..replace import replaced_file


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


@attrs.frozen
class FetchRecord:
    """The record of a fetched file; in the folder it is ``NAME.fetched.json``."""

    address: str = ""
    etag: str | None = None
    last_modified: str | None = None
    sha256: str = ""
    """Of the file; ``""`` if nothing was fetched yet."""
    replaced_sha256: str = ""
    """Of the file before: a run may end before the new one is in its place."""
    fetched_at: str = ""
    """When the server last confirmed that this is its file."""
    changed_at: str = ""
    """When the content was fetched."""
    data_date: date | None = attrs.field(default=None, converter=attrs.converters.optional(_day))
    data_since: date = attrs.field(default=date.max, converter=_day)
    """When data of that date were first fetched."""

    @classmethod
    def read(cls, path: Path) -> FetchRecord:
        """Return the record in a file; an empty one if the file is missing or is not a record."""
        try:
            return cls(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError, RecursionError):
            return cls()

    def write(self, path: Path) -> None:
        """Write the record, in place of an earlier one."""
        with replaced_file(path) as new:
            new.write_text(json.dumps(to_dict(self), indent=2) + "\n", encoding="utf-8")

    def describes(self, path: Path) -> bool:
        """Return whether a file is the one that was fetched, or the one before it."""
        return sha256(path) in (self.sha256, self.replaced_sha256)

    def conditions(self) -> dict[str, str]:
        """Return the headers with which the server answers whether its file has changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if is_header_value(value)}


def is_header_value(value: object) -> TypeGuard[str]:
    """Return whether a validator can be sent back as the server gave it."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, ``""`` if there is no file."""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
