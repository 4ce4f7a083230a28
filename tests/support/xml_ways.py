"""Every way in which a Sor.xml is read or validated."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import sorparse


def _exhaust(items: Iterable[Any]) -> None:
    deque(items, 0)


def records(content: Any) -> None:
    with sorparse.open(content) as feed:
        _exhaust(feed.entities())


def fields(content: Any) -> None:
    with sorparse.open(content) as feed:
        _exhaust(feed.entities(fields=("sor_id",)))


def codes(content: Any) -> None:
    with sorparse.open(content) as feed:
        _exhaust(feed.location_codes())


def validated(content: Any) -> None:
    with sorparse.open(content, validate=True) as feed:
        _exhaust(feed.entities())


def described(content: Any) -> None:
    with sorparse.open(content) as feed:
        feed.describe()


def count(content: Any) -> None:
    sorparse.validate(content, places=False)


READ: dict[str, Callable[[Any], object]] = {
    "records": records,
    "fields": fields,
    "location codes": codes,
    "validated": validated,
    "describe": described,
    "validate": sorparse.validate,
    "validate, without places": count,
}


def read_all(path: Path) -> None:
    """Read every table of a file."""
    with sorparse.open(path) as feed:
        for table in feed.tables:
            _exhaust(feed.records(table))
