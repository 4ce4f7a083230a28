"""One fetch: ask, load to a ``.part``, check, put in place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs

from .. import targets
from ..errors import ConversionError, FetchError, SorFileError
from ..extras import load_extra
from ..limits import DEFAULT_LIMITS, Limits
from ..notebook import HtmlRepr
from ..register.days import date_in_denmark
from ..replace import replaced_file
from ..sources import FETCH_RECORD
from .addresses import BASE_URL, PublishedFile, address_of, checked_base, find, links, name_of
from .content import date_of_data
from .download import Download, Progress
from .record import FetchRecord, sha256
from .server import RENEWAL, MissingFileError, Server

_INDEX_BYTES = 1 << 20


@attrs.frozen
class Fetched(HtmlRepr):
    """What a fetch found."""

    path: Path
    """The file."""
    changed: bool
    """Whether the content differs from before."""
    address: str
    """Where it was fetched from."""
    sha256: str
    """Hash of the content."""
    fetched_at: datetime
    """When this fetch found that it is the publisher's current file."""
    data_date: date | None
    """Date of the data: the snapshot date in the file, else the latest edit, else the latest
    from-date."""
    unchanged_since: date
    """Since when the date of the data has not changed: that date, or, if earlier, the date on which
    data of that date were first fetched."""

    @property
    def unchanged_days(self) -> int:
        """For how many days the date of the data has not changed."""
        return (date_in_denmark(self.fetched_at) - self.unchanged_since).days

    @property
    def night(self) -> date:
        """Date of the night in which the publisher wrote the file, as an archive counts them."""
        return date_in_denmark(self.fetched_at - timedelta(hours=RENEWAL[1]))


def _now() -> datetime:
    return datetime.now(UTC)


@attrs.frozen
class Fetcher:
    """Fetches files of one share; a caller can pass a clock and a sleep."""

    base_url: str = BASE_URL
    force: bool = False
    limits: Limits = DEFAULT_LIMITS
    progress: Progress | None = None
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], object] = time.sleep

    def fetch(self, what: str, folder: str | os.PathLike[str]) -> Fetched:
        """Fetch one file into a folder; see :func:`sorparse.fetching.fetch`."""
        base, auth = checked_base(self.base_url)
        address, file = address_of(what, base)
        place = Path(folder)
        with Server(auth, self.force, self.now, self.sleep) as server:
            try:
                place.mkdir(exist_ok=True)
                try:
                    return self._fetch(server, address, file, place)
                except MissingFileError as missing:
                    elsewhere = self._looked_up(server, address, base, missing)
                    return self._fetch(server, elsewhere, file, place)
            except OSError as error:
                raise FetchError(f"{error.filename or place}: {error.strerror or error}") from error
            except ConversionError as error:
                raise FetchError(str(error)) from error

    @staticmethod
    def _looked_up(server: Server, address: str, base: str, missing: MissingFileError) -> str:
        """Return the address of the file by the indexes of the folders."""

        def listed(folder: str) -> list[str]:
            def page() -> list[str]:
                with server.get(folder) as response:
                    return links(next(response.iter_bytes(_INDEX_BYTES), b""), folder)

            try:
                return server.patiently(folder, page)
            except MissingFileError:
                return []

        addresses = find(address, base, listed)
        if len(addresses) > 1:
            raise FetchError(f"{missing}; name one of {', '.join(addresses)}") from missing
        if not addresses:
            raise FetchError(
                f"{missing}, and the indexes of the folders above do not list {name_of(address)}"
            ) from missing
        return addresses[0]

    def _fetch(
        self, server: Server, address: str, file: PublishedFile | None, folder: Path
    ) -> Fetched:
        name = name_of(address)
        beside = folder / f"{name}{FETCH_RECORD}"
        with _alone(folder / f".{name}.lock"):
            record = FetchRecord.read(beside)
            path = targets.writable(folder / name, record.describes, force=self.force)
            targets.writable(beside, lambda _: bool(record.sha256), force=self.force)
            there = sha256(path)
            is_known = record.sha256 == there and record.address == address and not self.force
            part = path.with_name(f"{name}.part")
            download = Download(server, address, part, self.limits, self.progress)
            answer = download.run(record.conditions() if is_known else {}, force=self.force)
            digest = there if answer is None else sha256(part)
            now = self.now()
            before = record
            record = attrs.evolve(
                record, address=address, fetched_at=now.isoformat(), **(answer or {})
            )
            if before.sha256 == there == digest:
                record.write(beside)
                download.clear()
            else:
                with replaced_file(path) as new:
                    part.replace(new)
                    download.clear()
                    try:
                        day = date_of_data(new, file, self.limits)
                    except SorFileError as error:
                        reason = str(error).replace(str(new), name)
                        left = "the earlier file is unchanged" if there else "nothing was written"
                        raise FetchError(f"{address}: {reason}; {left}") from error
                    is_same = digest == before.sha256 or (day and day == before.data_date)
                    record = attrs.evolve(
                        record,
                        sha256=digest,
                        replaced_sha256=there,
                        changed_at=record.fetched_at,
                        data_date=day,
                        data_since=before.data_since if is_same else date_in_denmark(now),
                    )
                    record.write(beside)
        since = min(record.data_since, record.data_date or record.data_since)
        return Fetched(path, digest != there, address, digest, now, record.data_date, since)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    filelock = load_extra("filelock", "fetch", "Downloads")
    try:
        with filelock.FileLock(lock, timeout=0):
            yield
    except filelock.Timeout as error:
        raise FetchError(f"another run is fetching the same file now ({lock} is locked)") from error
