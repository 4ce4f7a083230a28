"""Fixtures that several test files share."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from support.exports import postgres_server
from support.laws import law_examples
from support.paths import samples

# a slow example is not a failure: the machine may be busy
settings.register_profile(
    "steady",
    max_examples=law_examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # a run that decides over a change finds the same each time; others look further
    derandomize="CI" in os.environ,
)
# for mutation tests: the same examples each time, and a failure need not be made small
settings.register_profile(
    "mutation",
    settings.get_profile("steady"),
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def _only_this_machine() -> Iterator[None]:
    """Fail where a test looks up a name on the network; only the machine itself has an address."""
    original = socket.getaddrinfo
    own = {None, "", "localhost", "0.0.0.0", "::", socket.gethostname()}

    def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in own and not str(name).startswith(("127.", "::1")):
            raise RuntimeError(f"a test asks the network for {name!r}")
        return original(host, *args, **options)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the command line save registers in a folder of the tests, never in the user's."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SORPARSE_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def samples_dir() -> Path:
    """Folder of real excerpts, which are not part of the project; skips where it is missing."""
    place = samples()
    if place is None:
        pytest.skip("the real excerpts are not here (set SORPARSE_SAMPLES to their folder)")
    return place


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of a PostgreSQL server that the tests of a file have to themselves."""
    with postgres_server() as address:
        yield address


@pytest.fixture
def db(server: str) -> Iterator[Any]:
    """A connection to that server; the schemas that a test made are dropped after it."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        yield connection
        for schema in ("sor", "other"):
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
