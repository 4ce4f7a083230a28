"""Rows as the text that PostgreSQL's COPY reads, what it answers, and what follows a load."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from ..extras import load_extra
from ..tables.flatten import Columns
from ..tables.schema import DataType
from .conversion_job import ConversionJob
from .postgres_address import Address

_YES_NO = {True: "t", False: "f", None: None}


def csv_text(columns: Columns, kinds: Sequence[DataType | None]) -> str:
    """Return columns as rows of CSV, as COPY reads them."""
    text = StringIO()
    cells = map(_as_text, columns, kinds)
    csv.writer(text, lineterminator="\n").writerows(zip(*cells, strict=True))
    return text.getvalue()


def _as_text(values: list[Any], kind: DataType | None) -> list[Any]:
    if kind is DataType.BOOL:
        return [_YES_NO[value] for value in values]
    if kind is DataType.TEXT_LIST:
        return [value and _array(value) for value in values]
    return values


def _array(texts: list[str]) -> str:
    escaped = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in escaped) + "}"


def vacuum(job: ConversionJob, db: Any, tables: list[str], address: Address) -> None:
    """Free the space of the rows that were replaced, and count the new ones for the planner.

    The load is stored already: what fails here is a warning. No table is waited for.
    """
    psycopg = load_extra("psycopg", "postgres", "PostgreSQL databases")
    skipped: list[str] = []

    def notice(diagnosis: Any) -> None:
        if diagnosis.severity_nonlocalized == "WARNING":
            skipped.append(str(diagnosis.message_primary))

    try:
        db.autocommit = True
        db.add_notice_handler(notice)
        for table in tables:
            db.execute(f"VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE FALSE) {table}")
    except psycopg.Error as error:
        skipped.append(address.without_secrets(" ".join(reason_of(error).split())))
    if skipped:
        job.note(
            "not-vacuumed",
            f"the rows are loaded, but VACUUM or ANALYZE was skipped ({'; '.join(skipped)}); "
            "run VACUUM (ANALYZE) on the tables, or leave it to autovacuum",
        )


def reason_of(error: Any) -> str:
    """Return the server's message, where in the copied rows it was, and its hint."""
    diagnosis = error.diag
    if diagnosis.message_primary is None:
        return str(error)
    parts = [diagnosis.message_primary, diagnosis.message_detail, diagnosis.context]
    return ": ".join(part for part in parts if part)
