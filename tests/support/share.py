"""A share on this machine, with knobs, and a clock that nobody waits for."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath

import attrs
import pytest

from sorparse import examples
from sorparse.fetching.fetcher import Fetcher

PAGE = b"<!DOCTYPE html><html><head><title>Lukket</title></head><body>Service</body></html>"
NOON = datetime(2026, 6, 20, 10, 0, tzinfo=UTC)
"""12:00 in Denmark."""
PATHS = {
    "sor2": ("sor2_produktion/V1_00/data/Sor_complete.zip", examples.sor2_zip),
    "daily": ("sor2_produktion/V1_00/data/SorEntity_daily.csv", examples.daily_csv),
    "csv": ("sor_produktion/data/sor/sorcsv/V_1_2_1_19/sor.csv", examples.sor_csv),
    "edi": ("sor_produktion/data/sor/sorcsv/V_1_2_1_19/Edityper.csv", examples.edi_types_csv),
    "xml": ("sor_produktion/data/sor/sorxml/V_2_0_0/Sor.zip", examples.sor_xml_zip),
    "shak": ("sor_produktion/data/shak/shakcomplete/shakcomplete.txt", examples.shak),
}
"""The files that the publisher has, by short name."""


@attrs.define
class Share:
    """What the server has, and how it behaves."""

    address: str
    files: dict[str, bytes] = attrs.Factory(dict)
    index: str = "nginx"
    """Style of the directory index; ``""`` for none."""
    validators: tuple[str, ...] = ("etag", "last-modified")
    changed: dict[str, datetime] = attrs.Factory(dict)
    mishaps: list[str] = attrs.Factory(list)
    """What happens at the next requests, one after the other; ``""`` is nothing."""
    asked: list[tuple[str, dict[str, str]]] = attrs.Factory(list)
    """Path and headers of every request."""

    def put(self, path: str, content: bytes, changed: datetime = NOON) -> None:
        self.files[path] = content
        self.changed[path] = changed

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@attrs.define
class Clock:
    """Time that goes on when somebody sleeps, or a bit whenever it is looked at."""

    moment: datetime = NOON
    step: timedelta = timedelta(0)
    slept: list[float] = attrs.Factory(list)

    def now(self) -> datetime:
        self.moment += self.step
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


def fetcher(share: Share, clock: Clock | None = None, **options: object) -> Fetcher:
    clock = clock or Clock()
    given: dict[str, object] = {"base_url": share.address, "now": clock.now, "sleep": clock.sleep}
    return Fetcher(**(given | options))  # type: ignore[arg-type]


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch) -> Iterator[Share]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with running() as served:
        for path, file in PATHS.values():
            served.put(path, file.read_bytes())
        yield served


@contextmanager
def running() -> Iterator[Share]:
    """Serve a share; nothing is in it yet."""
    server = _Server(("127.0.0.1", 0), _Handler)
    share = Share(f"http://127.0.0.1:{server.server_port}/")
    _SHARES[server.server_port] = share
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield share
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        del _SHARES[server.server_port]


_SHARES: dict[int, Share] = {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignore errors: clients here break off as they like."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        share = _SHARES[self.server.server_address[1]]  # type: ignore[index]
        share.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        try:
            self._answer(share, self.path.lstrip("/"))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer(self, share: Share, path: str) -> None:
        mishap, _, value = (share.mishaps.pop(0) if share.mishaps else "").partition(" ")
        if mishap.isdigit():
            headers = {"Retry-After": value} if value else {}
            self._send(int(mishap), b"no", headers)
        elif mishap == "redirect":
            self._send(302, b"", {"Location": value})
        elif mishap == "page":
            self._send(200, PAGE, {"Content-Type": "text/html"})
        elif path in share.files:
            self._file(share, path, mishap)
        elif share.index and (page := _index(share, path)):
            self._send(200, page, {"Content-Type": "text/html; charset=utf-8"})
        else:
            self._send(404, PAGE, {"Content-Type": "text/html"})

    def _file(self, share: Share, path: str, mishap: str) -> None:
        content = share.files[path]
        headers = {}
        etag = f'"{hashlib.sha256(content).hexdigest()[:12]}"'
        changed = format_datetime(share.changed[path], usegmt=True)
        if "etag" in share.validators:
            headers["ETag"] = etag
        if "weak-etag" in share.validators:
            headers["ETag"] = f"W/{etag}"
        if "latin-etag" in share.validators:
            headers["ETag"] = etag.replace('"', '"\xe6', 1)
        if "last-modified" in share.validators:
            headers["Last-Modified"] = changed
        current = set(headers.values())
        asked = self.headers
        if {asked.get("If-None-Match"), asked.get("If-Modified-Since")} & current:
            self._send(304, None, headers)
            return
        status, body = 200, content
        ranged = asked.get("Range", "")
        if ranged and mishap != "ignore-range" and asked.get("If-Range") in current:
            start = int(ranged.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self._send(416, b"", {"Content-Range": f"bytes */{len(content)}"})
                return
            status, body = 206, content[start:]
            reported = start + 1 if mishap == "wrong-range" else start
            headers["Content-Range"] = f"bytes {reported}-{len(content) - 1}/{len(content)}"
        if mishap == "gzip":
            body = gzip.compress(body)
            headers["Content-Encoding"] = "gzip"
        length: int | None = len(body)
        if mishap == "cut":
            body = body[: len(body) // 2]
        elif mishap == "longer":
            length = len(body) + 100
        elif mishap == "shorter":
            length = len(body) - 100
            body = body[:length]
        elif mishap == "no-length":
            length = None
        if mishap == "drip":
            headers["Transfer-Encoding"], length = "chunked", None
        self._send(status, body, headers, length, drips=mishap == "drip")

    def _send(
        self,
        status: int,
        body: bytes | None,
        headers: dict[str, str],
        length: int | None = -1,
        *,
        drips: bool = False,
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is None:
            self.end_headers()
            return
        length = len(body) if length == -1 else length
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.close_connection = length != len(body) and not drips
        self.end_headers()
        if not drips:
            self.wfile.write(body)
            return
        for place in range(0, len(body), 1000):
            piece = body[place : place + 1000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


def _index(share: Share, path: str) -> bytes:
    """Return the page of a folder as nginx or IIS writes it."""
    folder = PurePosixPath("/") / path
    below = [PurePosixPath("/") / one for one in share.files]
    items = sorted(
        {
            inside.parts[len(folder.parts)]
            + ("/" if len(inside.parts) > len(folder.parts) + 1 else "")
            for inside in below
            if inside.is_relative_to(folder) and inside != folder
        }
    )
    if not items or not (path == "" or path.endswith("/")):
        return b""
    if share.index == "nginx":
        lines = "".join(
            f'<a href="{item}">{item}</a>   20-Jun-2026 03:30  42\r\n' for item in items
        )
        head = (
            f"<html><head><title>Index of /{path}</title></head>\r\n<body><h1>Index of /{path}</h1>"
        )
        return f'{head}<hr><pre><a href="../">../</a>\r\n{lines}</pre><hr></body></html>'.encode()
    up = f'<A HREF="{folder.parent}">[To Parent Directory]</A><br><br>'
    root = f"/{path}"
    lines = "".join(
        f' 6/20/2026  3:30 AM  42 <A HREF="{root}{item}">{item.rstrip("/")}</A><br>'
        for item in items
    )
    host = f"<html><head><title>127.0.0.1 - {root}</title></head><body><H1>127.0.0.1 - {root}</H1>"
    return f"{host}<hr>\r\n\r\n<pre>{up}{lines}</pre><hr></body></html>".encode()
