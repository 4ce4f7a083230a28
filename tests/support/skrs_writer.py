"""Writes responses of the national copy service, SKRS, by the rules of its server.

:class:`Service` holds rows as the server's database does: a changed object closes its row and gets
a new one at the same instant, both with a new ModifiedDate. What a client fetches comes by token,
with the server's limit, and a row that was closed after it was fetched is delivered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import attrs

ATOM = "http://www.w3.org/2005/Atom"
SERVICE = "http://nsi.dk/2011/10/21/StamdataKrs/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ROWS = "http://nsi.dk/-/stamdata/3.0/sor"
END_OF_TIME = datetime(2999, 12, 31, tzinfo=UTC)
DENMARK = ZoneInfo("Europe/Copenhagen")
LIMIT = 2000

Columns = Mapping[str, str | None]
"""Columns of a row without its period; ``None`` is NULL."""


@attrs.define
class Row:
    """A row of the server's table."""

    datatype: str
    pid: int
    key: str
    columns: Columns
    modified: datetime
    valid_from: datetime
    valid_to: datetime | None = None

    @property
    def token(self) -> str:
        return f"{int(self.modified.timestamp()):010d}{self.pid:010d}"


def entry(
    row: Row, zone: ZoneInfo = DENMARK, names: tuple[str, str] = ("validFrom", "validTo")
) -> str:
    """Write one entry: a NULL column is omitted, except ``ValidTo``."""
    period = zip(names, (row.valid_from, row.valid_to or END_OF_TIME), strict=True)
    texts = {
        **{name: text for name, text in row.columns.items() if text is not None},
        **{name: _local(time, zone) for name, time in period},
    }
    children = "".join(
        f"<{name}>{escape(text)}</{name}>" if text else f"<{name}/>" for name, text in texts.items()
    )
    return (
        f"<entry><id>tag:nsi.dk,2011:sor/{row.datatype}/v1/{row.token}</id><title/>"
        f"<updated>{_utc(row.modified)}</updated>"
        f'<content type="application/xml"><s:{row.datatype} xmlns="{ROWS}" xmlns:s="{ROWS}">'
        f"{children}</s:{row.datatype}></content></entry>\n"
    )


def feed(entries: Iterable[str], datatype: str, written: datetime) -> str:
    """Write the feed around entries."""
    return (
        f'<feed xmlns="{ATOM}"><id>tag:nsi.dk,2011:sor/{datatype}/v1</id>'
        f"<updated>{_utc(written)}</updated><title>Stamdata Registry Feed</title>"
        "<author><name>National Sundheds IT</name></author>\n"
        f"{''.join(entries)}</feed>"
    )


def bare(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def response(text: str) -> bytes:
    return bare(f'<k:ReplicationResponse xmlns:k="{SERVICE}">{text}</k:ReplicationResponse>')


def envelope(text: str) -> bytes:
    inner = f'<ReplicationResponse xmlns="{SERVICE}">{text}</ReplicationResponse>'
    return bare(
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Header/><soap:Body>{inner}</soap:Body>'
        "</soap:Envelope>"
    )


WRAPPERS: tuple[Callable[[str], bytes], ...] = (bare, response, envelope)


def page(
    rows: Iterable[Row],
    *,
    datatype: str = "yder",
    written: datetime = datetime(2024, 5, 2, 10, tzinfo=UTC),
    wrap: Callable[[str], bytes] = envelope,
    zone: ZoneInfo = DENMARK,
    names: tuple[str, str] = ("validFrom", "validTo"),
) -> bytes:
    """Write one response."""
    return wrap(feed((entry(row, zone, names) for row in rows), datatype, written))


def unit(
    columns: Columns,
    *,
    datatype: str = "yder",
    pid: int = 1,
    modified: str = "2024-05-01T12:00:00+00:00",
    valid_from: str = "2020-01-01T00:00:00+01:00",
    valid_to: str | None = None,
) -> Row:
    """Make one row from texts, for tests that need no history."""
    return Row(
        datatype,
        pid,
        columns.get("sorNummer") or "",
        columns,
        datetime.fromisoformat(modified),
        datetime.fromisoformat(valid_from),
        None if valid_to is None else datetime.fromisoformat(valid_to),
    )


@attrs.define
class Service:
    """The server's table of one datatype."""

    datatype: str
    now: datetime = datetime(2020, 1, 1, 3, tzinfo=UTC)
    rows: list[Row] = attrs.Factory(list)
    current: dict[str, Row] = attrs.Factory(dict)

    def put(self, key: str, columns: Columns, at: datetime | None = None) -> None:
        """Add an object, or change it; a key has one row from any time."""
        at = self._after_others(key, at or self.now)
        self.close(key, at)
        row = Row(self.datatype, len(self.rows) + 1, key, columns, self.now, at)
        self.rows.append(row)
        self.current[key] = row

    def close(self, key: str, at: datetime | None = None) -> None:
        """Close an object that left the source; no row is ever deleted."""
        row = self.current.pop(key, None)
        if row is not None:
            row.valid_to, row.modified = self._after_others(key, at or self.now), self.now

    def _after_others(self, key: str, at: datetime) -> datetime:
        taken = any(row.key == key and row.valid_from >= at for row in self.rows)
        return self.now if taken else at

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time

    def fetch(self, offset: str = "0", most: int = LIMIT) -> list[Row]:
        """Answer one request, with copies of the rows as they are now."""
        after = offset.zfill(20)
        found = sorted((row for row in self.rows if row.token > after), key=lambda row: row.token)
        return [attrs.evolve(row) for row in found[: min(most, LIMIT)]]

    def fetch_all(self, offset: str = "0", most: int = LIMIT) -> Iterator[list[Row]]:
        """Send requests until a response has no entry."""
        while rows := self.fetch(offset, most):
            yield rows
            offset = rows[-1].token


def write_pages(folder: Path, pages: Iterable[bytes]) -> Path:
    """Write pages into a folder, in files whose names follow their place."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(pages, 1):
        (folder / f"page-{number:04}.xml").write_bytes(content)
    return folder


def _local(time: datetime, zone: ZoneInfo) -> str:
    return time.astimezone(zone).isoformat(timespec="milliseconds")


def _utc(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
