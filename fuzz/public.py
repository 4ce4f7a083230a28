"""Call every public function with any bytes and any text: only SorError may be raised.

The first line of the input chooses functions and holds their arguments; the rest is a source.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import attrs

import sorparse
from sorparse import examples, identifiers

LIMITS = sorparse.Limits(max_member_bytes=5_000_000, max_issues=1000)
TARGETS = ("sqlite", "csv", "jsonl", "geojson", "sor2", "parquet", "duckdb")

Call = Callable[[], Any]


@cache
def _register() -> sorparse.Register:
    return sorparse.load(examples.sor2_zip)


@cache
def _view() -> sorparse.View:
    return _register().as_of("2026-06-15")


@cache
def _shak() -> sorparse.ShakRegister:
    return sorparse.load_shak(examples.shak)


def _documented(call: Call) -> Any:
    """Call a function whose documentation says that it raises ValueError for an unknown name."""
    try:
        return call()
    except ValueError as error:
        str(error)


def _with_text(text: str, other: str) -> list[Call]:
    register, view, shak = _register(), _view(), _shak()
    on_date: Any = shak.as_of("2026-06-15")
    find: Any = view.find
    fields = ("entity_type", "sor_type", "speciality", "region", "municipality", "post_code")
    return [
        *(
            lambda f=field: list(find(**{f: text}))
            for field in (*fields, "owner", "edi_type", "text")
        ),
        *(
            lambda m=method: m(text)
            for method in (
                *(view.by_shak, view.by_location_code, view.by_provider_number, view.by_cvr),
                *(view.shak_to_sor, view.sor_to_shak, view.match_location_code),
                *(view.match_provider_number, view.location_codes, view.edi_types),
                *(view.active_successors, view.counts, view.get, view.__getitem__),
                *(view.effective, view.status, view.__contains__, view.tree),
                *(register.history, register.successors, register.predecessors),
                *(register.lifetime, register.timeline, register.as_of, register.records),
                *(register.active_successors, register.counts, register.__contains__),
                *(shak.as_of, shak.history, identifiers.parse, identifiers.repair_sor_id),
                *(shak.gaps, on_date.find, on_date.region, on_date.get),
                *(on_date.hospital, on_date.__getitem__, on_date.status),
                *(identifiers.is_sor_id, identifiers.is_cvr, identifiers.is_shak_code),
                identifiers.is_location_code,
            )
        ),
        lambda: _documented(lambda: view.terms(text)),
        lambda: _documented(lambda: on_date.departments(text)),
        lambda: _documented(lambda: on_date.sections(text)),
        lambda: _documented(lambda: list(find(status=text))),
        lambda: list(view.ancestors(text)),
        lambda: list(view.children(text)),
        lambda: list(view.descendants(text, entity_type=other)),
        lambda: register.diff(text, other),
        lambda: view.add_names([text, other], "u"),
        lambda: view.add_names({"u": [text, other], "day": [other, text]}, "u", on="day"),
        lambda: register.counts(from_day=text, to_day=other),
    ]


def _read(data: bytes, text: str) -> None:
    with sorparse.open(data, limits=LIMITS, columns={text: "sor_id"} if text else None) as feed:
        for table in feed.tables:
            list(feed.records(table))
            _documented(lambda table=table: list(feed.rows(table, [text or "sor_id"])))
        feed.describe()
        str((feed.issues, feed.snapshot_date, feed.next_offset, feed.files(feed.tables[0])))
        list(feed.settled().records(feed.tables[0]))


def _load(data: bytes, text: str, *, again: bool = False) -> None:
    register = sorparse.load(data, limits=LIMITS)
    if again:  # with texts that the source does not have
        units = [attrs.evolve(unit, name=text, cvr=text) for unit in register.records("entities")]
        register = sorparse.Register.from_records(units, register.shak_sor_map)
    register.check()
    view = register.as_of(text or "2026-06-15")
    for unit in list(view.active())[:20]:
        sorparse.to_fhir(unit, view)
        view.effective(unit.sor_id)
        sorparse.to_dict(unit)
    view.tree(text)


def _archived(data: bytes, text: str, other: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = sorparse.Archive(Path(folder) / "nights")
        archive.add(data, night="2026-06-15", allow_empty=True)
        if archive.file("2026-06-15").read() != data and not data.startswith(b"PK"):
            raise AssertionError("the archive returns other bytes")
        for ask in (archive.night, archive.history, archive.register, archive.as_of):
            try:
                ask(text)
            except sorparse.SorError as error:
                str(error)
        archive.add(examples.daily_csv, night=other, allow_empty=True)


def _converted(data: bytes, to: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sorparse.convert(data, to, Path(folder) / "target", limits=LIMITS, allow_empty=True)


def _extracted(data: bytes, text: str, other: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "small"
        sorparse.extract(data, target, ids=[text], below=other, mask=True, limits=LIMITS)


def _with_source(data: bytes, text: str, other: str) -> list[Call]:
    validate: Any = sorparse.validate
    return [
        lambda: _read(data, text),
        lambda: _read(data, ""),
        lambda: _load(data, text),
        lambda: _load(data, text, again=True),
        lambda: _archived(data, text, other),
        lambda: sorparse.load_shak(data, limits=LIMITS).check(),
        lambda: validate(data, limits=LIMITS),
        lambda: validate(data, limits=LIMITS, engine="xmlschema"),
        lambda: sorparse.diff(data, examples.sor2_zip),
        lambda: _extracted(data, text, other),
        lambda: _extracted(examples.sor2_zip.read_bytes(), text, other),
        *(lambda to=to: _converted(data, to) for to in TARGETS),
    ]


def public(data: bytes) -> None:
    """Call one function with text and one with a source."""
    line, _, source = data.partition(b"\n")
    choices, words = line[:2].ljust(2, b"\0"), line[2:].decode("utf-8", "replace")
    text, _, other = words.partition("|")
    calls = (_with_text(text, other), _with_source(source or text.encode(), text, other))
    for choice, functions in zip(choices, calls, strict=True):
        try:
            functions[choice % len(functions)]()
        except sorparse.SorError as error:
            str(error)
