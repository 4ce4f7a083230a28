"""What the laws of the reader share: how many examples they try, and what a reading comes to."""

from __future__ import annotations

import zipfile
from typing import Any

from hypothesis import HealthCheck, settings

import sorparse
from support.csv_files import zipped
from support.laws import law_examples
from support.sheets import Sheet, everything

EXAMPLES = law_examples(60)
common = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def named(sheet: Sheet, data: bytes) -> bytes:
    """A source in which the file has its name."""
    return zipped({sheet.name: data}, zipfile.ZIP_STORED)


def outcome(source: Any) -> Any:
    """Records and issues, or the error: what a reading comes to."""
    try:
        with sorparse.open(source) as feed:
            return everything(feed)
    except sorparse.SorError as error:
        return type(error), str(error)
