"""The address of a PostgreSQL database, and how it is shown without its secrets."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote

import attrs

from ..errors import ConversionError
from ..extras import load_extra

_SECRETS = ("password", "sslpassword", "passfile", "oauth_client_secret")
_HIDDEN = "PostgreSQL"
_SHORTEST = 4
"""Shorter secrets are not replaced in a message: they would be parts of its words."""


@attrs.frozen(repr=False)
class Address:
    """Where a database is."""

    parameters: dict[str, Any]
    """The address as libpq parsed it."""
    shown: str
    """The address with user, host, port and name of the database alone."""

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    def without_secrets(self, text: str) -> str:
        """Return a message of the server or of libpq without the secrets of the address."""
        for name in _SECRETS:
            secret = str(self.parameters.get(name) or "")
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, "***")
        return text


def parsed(address: str) -> Address:
    """Parse ``postgresql://user@host:port/database``, or libpq's ``host=... user=...``.

    Raises:
        ConversionError: If libpq cannot parse it, or part of a password was probably read as
            something else. The message shows nothing of the address, for that could be the
            password.
    """
    psycopg = load_extra("psycopg", "postgres", "PostgreSQL databases")
    parameters: dict[str, Any] | None = None
    with suppress(psycopg.Error, ValueError):
        parameters = psycopg.conninfo.conninfo_to_dict(address)
    if parameters is None:  # outside of the handler: libpq's message quotes parts of the password
        raise _refused("it cannot be parsed")
    outside = [str(parameters.get(name) or "") for name in ("host", "hostaddr", "port", "dbname")]
    if any("@" in part and not part.startswith("@") for part in outside) or any(
        character in str(parameters.get("user") or "") for character in "?=/"
    ):
        raise _refused("user, host and database cannot be distinguished")
    for port in str(parameters.get("port") or "").split(","):
        if port and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
            raise _refused("the port is not a number from 1 to 65535")
    return Address(parameters, _shown(parameters))


def shown(address: str) -> str:
    """Return the address as it may be shown: without password and other parameters."""
    try:
        return parsed(address).shown
    except ConversionError:
        return _HIDDEN


def _refused(reason: str) -> ConversionError:
    return ConversionError(
        f"cannot write to {_HIDDEN}: {reason} in the address of the database; expected "
        "postgresql://user@host:port/database, with an IPv6 host in brackets and with every "
        "character of a name or password that is not a letter or digit percent-encoded "
        "(@ is %40); nothing was written"
    )


def _shown(parameters: dict[str, Any]) -> str:
    host = str(parameters.get("host") or parameters.get("hostaddr") or "")
    is_socket = host.startswith(("/", "@"))
    place = "" if is_socket else f"[{host}]" if ":" in host else host
    user = quote(str(parameters["user"])) + "@" if parameters.get("user") else ""
    port = f":{parameters['port']}" if parameters.get("port") else ""
    name = "/" + quote(str(parameters["dbname"])) if parameters.get("dbname") else ""
    if not (user or place or port or name) and parameters.get("service"):
        return f"{_HIDDEN}, service {parameters['service']}"
    socket = f"?host={quote(host)}" if is_socket else ""
    return f"postgresql://{user}{place}{port}{name or '/' * is_socket}{socket}"
