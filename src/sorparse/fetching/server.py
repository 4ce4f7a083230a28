"""Polite requests: one at a time, outside the hours of renewal, with growing pauses."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

import attrs

from .. import __version__
from ..errors import FetchError
from ..extras import load_extra

T = TypeVar("T")

RENEWAL = (1, 5)
"""From this hour up to that one, Danish time, the publisher renews the files."""
PAUSES = (5, 20, 60, 180)
"""Seconds before each further attempt."""
LONGEST_PAUSE = 600
"""A server that asks for a longer pause (Retry-After) is not waited for."""
TIMEOUT = 60
_REDIRECTS = 5
_DENMARK = "Europe/Copenhagen"


class Unavailable(Exception):
    """The server failed, or the connection broke; worth another attempt."""

    def __init__(self, message: str, pause: float = 0) -> None:
        super().__init__(message)
        self.pause = pause


class MissingFileError(FetchError):
    """The server has nothing at the address."""


@cache
def _trusted(http: Any) -> Any:
    """Return the certificates that this machine trusts; reading them takes a tenth of a second."""
    return http.create_ssl_context()


@attrs.define
class Server:
    """The server of a share, within a ``with``."""

    auth: tuple[str, str] | None
    force: bool
    now: Callable[[], datetime]
    sleep: Callable[[float], object]
    _http: Any = attrs.field(init=False, factory=lambda: load_extra("httpx2", "fetch", "Downloads"))
    _client: Any = attrs.field(init=False)

    def __enter__(self) -> Self:
        try:
            self._client = self._http.Client(
                headers={"User-Agent": f"sorparse/{__version__}", "Accept-Encoding": "identity"},
                auth=self.auth,
                verify=_trusted(self._http),
                timeout=TIMEOUT,
                follow_redirects=False,
            )
        except (ImportError, ValueError) as error:
            raise FetchError(
                f"cannot use the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names: {error}"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def patiently(self, address: str, operation: Callable[[], T]) -> T:
        """Return what an operation returns; repeat it, after growing pauses, if it is Unavailable.

        Raises:
            FetchError: If it fails too often, or in the hours of renewal.
        """
        for pause in (*PAUSES, None):
            self._check_hour()
            try:
                return operation()
            except Unavailable as error:
                if pause is None or error.pause > LONGEST_PAUSE:
                    raise FetchError(f"{address}: {error}; try again later") from error
                wait = max(pause, error.pause)
            self.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _check_hour(self) -> None:
        moment = self.now().astimezone(ZoneInfo(_DENMARK))
        first, last = RENEWAL
        if first <= moment.hour < last and not self.force:
            raise FetchError(
                f"it is {moment:%H:%M} in Denmark, and the files are renewed between {first:02}:00 "
                f"and {last:02}:00; fetch after that (--force or force=True fetches now)"
            )

    @contextmanager
    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Iterator[Any]:
        """Yield the response to one request, redirects within the server followed.

        Raises:
            Unavailable: If the server fails or the connection breaks, also inside the ``with``.
            MissingFileError: If there is nothing at the address.
            FetchError: If the server refuses the request, or redirects to another server.
        """
        place = address
        try:
            for _ in range(_REDIRECTS):
                with self._client.stream("GET", place, headers=headers) as response:
                    if not response.has_redirect_location:
                        self._check_status(address, response)
                        yield response
                        return
                    place = self._redirected(address, response)
        except self._http.RequestError as error:
            words = f"{error}" or type(error).__name__
            cause = error.__context__
            if cause is not None and isinstance(cause.__context__, ssl.SSLCertVerificationError):
                raise FetchError(f"{address}: the server's certificate: {words}") from error
            raise Unavailable(f"the connection failed ({words})") from error
        except self._http.InvalidURL as error:
            raise FetchError(f"{address}: not a valid address: {error}") from error
        raise FetchError(f"{address}: more than {_REDIRECTS} redirects")

    def _check_status(self, address: str, response: Any) -> None:
        status = response.status_code
        words = f"the server answered {status} {response.reason_phrase}".rstrip()
        if status in (404, 410):
            raise MissingFileError(f"{address}: {words}")
        if status >= 500:
            pause = _asked_pause(response.headers.get("retry-after", ""), self.now())
            asked = f" and asks for a pause of {pause:.0f} seconds" if pause else ""
            raise Unavailable(words + asked, pause)
        if status not in (200, 206, 304, 416):
            raise FetchError(f"{address}: {words}; expected the file")

    @staticmethod
    def _redirected(address: str, response: Any) -> str:
        here, following = response.url, response.next_request
        if following is None:
            raise FetchError(
                f"{address}: the server redirects to {response.headers['location']!r}, which is "
                "not an address"
            )
        to = following.url
        if (here.scheme, here.host, here.port) != (to.scheme, to.host, to.port):
            raise FetchError(
                f"{address}: the server redirects to {to}, which is another server; if the "
                "publisher has moved the files, name the new address (--base-url or base_url)"
            )
        return str(to)


def _asked_pause(retry_after: str, now: datetime) -> float:
    """Return the seconds that a Retry-After asks for: a number, or a date."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    with suppress(ValueError):
        asked = parsedate_to_datetime(retry_after)
        return max(0.0, (asked.replace(tzinfo=asked.tzinfo or UTC) - now).total_seconds())
    return 0.0
