"""Load one file to a ``.part`` beside its place, and resume a download that was cut off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from .. import targets
from ..errors import FetchError
from ..limits import Limits
from .record import is_header_value
from .server import Server

Progress = Callable[[int, int | None], object]
"""Is called with the bytes there are so far, and those there will be, if the server states it."""
LONGEST = timedelta(hours=2)
"""An attempt that takes longer is given up; the next run resumes it."""


@attrs.frozen
class Download:
    """A download of one address."""

    server: Server
    address: str
    part: Path
    limits: Limits
    progress: Progress | None

    @property
    def _notes(self) -> Path:
        return self.part.with_name(f".{self.part.name}.version")

    def run(self, conditions: Mapping[str, str], *, force: bool) -> dict[str, Any] | None:
        """Load the file to the ``.part``, and return the version that the server states.

        Args:
            conditions: Headers with which the server answers whether the file has changed.
            force: Replace a ``.part`` of another program.

        Returns:
            ``etag`` and ``last_modified``; None if the file has not changed.
        """
        targets.writable(self.part, lambda _: self._notes.exists(), force=force)
        return self.server.patiently(self.address, lambda: self._attempt(conditions))

    def clear(self) -> None:
        """Remove the part and the file with its version."""
        self.part.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)

    def _version_of_part(self) -> str:
        with suppress(OSError, ValueError):
            address, version = self._notes.read_text("utf-8").split("\n")
            return version if address == self.address and is_header_value(version) else ""
        return ""

    def _attempt(self, conditions: Mapping[str, str]) -> dict[str, Any] | None:
        version = self._version_of_part()
        start = self.part.stat().st_size if version and self.part.exists() else 0
        headers = {"Range": f"bytes={start}-", "If-Range": version} if start else conditions
        with self.server.get(self.address, headers) as response:
            if response.status_code == 304 and conditions and not start:
                return None
            if response.status_code == 200:
                return self._receive(response, 0)
            if start and _continues(response, start, version):
                return self._receive(response, start)
        if not start:
            raise FetchError(
                f"{self.address}: the server answered {response.status_code} to a request for the "
                "whole file"
            )
        self.clear()
        return self._attempt(conditions)

    def _receive(self, response: Any, start: int) -> dict[str, Any]:
        headers = response.headers
        length = headers.get("content-length")
        if length is None and "chunked" not in headers.get("transfer-encoding", ""):
            raise FetchError(
                f"{self.address}: the server does not state the length, so that a file cut off "
                "would not be noticed"
            )
        is_plain = headers.get("content-encoding", "identity") == "identity"
        total = start + int(length) if length and is_plain else None
        version = _version(headers) if is_plain else ""
        self._notes.write_text(f"{self.address}\n{version}", encoding="utf-8")
        size, most, started = start, self.limits.max_member_bytes, self.server.now()
        with self.part.open("ab" if start else "wb") as file:
            for data in response.iter_bytes():
                size += len(data)
                if max(size, total or 0) > most:
                    raise FetchError(
                        f"{self.address}: more than {most} bytes (Limits.max_member_bytes)"
                    )
                file.write(data)
                if self.progress is not None:
                    self.progress(size, total)
                if self.server.now() - started > LONGEST:
                    raise FetchError(
                        f"{self.address}: {size} bytes in more than {LONGEST}, which is too slow; "
                        "the next run resumes it"
                    )
        return {name: headers.get(name.replace("_", "-")) for name in ("etag", "last_modified")}


def _version(headers: Mapping[str, str]) -> str:
    """Return what If-Range takes: an ETag that is not weak, else the date of the last change."""
    etag = headers.get("etag", "")
    version = etag if etag.startswith('"') else headers.get("last-modified", "")
    return version if is_header_value(version) else ""


def _continues(response: Any, start: int, version: str) -> bool:
    """Return whether a response is the whole rest of the same version."""
    headers = response.headers
    total = start + int(headers.get("content-length") or 0)
    return (
        response.status_code == 206
        and headers.get("content-range") == f"bytes {start}-{total - 1}/{total}"
        and headers.get("content-encoding", "identity") == "identity"
        and _version(headers) in ("", version)
    )
