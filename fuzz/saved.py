"""Changes of a saved register: only SorError may be raised, and no answer may be wrong.

The input says what is changed in a small saved register. Its first byte chooses between damage,
forged bytes and forged content (``forging.py``), its second byte the questions that take long.
After damage, every answer has to be correct or a SorFileError. A forged file has valid checksums:
any answer is allowed, but no exception other than SorError, from any public function.
"""

from __future__ import annotations

import json
import pickle
import struct
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from forging import CHANGE, PREFIX, changed, rebuilt

import sorparse
from sorparse import examples

DAY = "2026-06-15"
EARLIER = "2010-01-01"
FIELDS = ("entity_type", "sor_type", "speciality", "region", "municipality", "owner", "edi_type")
TARGETS = ("sqlite", "csv", "jsonl", "geojson", "sor2", "parquet", "duckdb", "fhir")
_BYTE = struct.Struct("<HIB")
Ask = Callable[[], Any]


@cache
def _content() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sor"
        shak = sorparse.load_shak(examples.shak)
        sorparse.load(examples.sor2_zip).with_shak(shak).save(path)
        return path.read_bytes()


@cache
def _parts() -> tuple[bytes, dict[str, Any], dict[str, tuple[str, bytes]]]:
    """Return the magic, the header and the blocks."""
    content = _content()
    magic, length, _ = PREFIX.unpack_from(content)
    start = PREFIX.size + length
    header, blocks = json.loads(content[PREFIX.size : start]), content[-(-start // 64) * 64 :]
    return (
        magic,
        header,
        {
            name: (code, blocks[at : at + size])
            for name, (at, size, code, _) in header["blocks"].items()
        },
    )


@cache
def _ids() -> list[str]:
    return list(sorparse.load(examples.sor2_zip))[::9]


def _questions(register: sorparse.Register) -> Iterator[tuple[str, Ask]]:
    """Yield the name and the call of each question."""
    view = register.as_of(DAY)
    yield "ids", lambda: list(register)
    yield "records", lambda: list(register.records("entities"))
    for table in ("shak_sor_map", "location_codes", "edi_types", "classifications"):
        yield table, lambda table=table: getattr(register, table)
    yield "issues", lambda: register.issues
    yield "check", register.check
    yield "in force", lambda: (len(view), list(view))
    yield "active", lambda: list(view.active())
    yield "future", lambda: list(view.future())
    yield "closed", lambda: list(view.closed())
    yield "closing", lambda: list(view.closing())
    yield "words", lambda: view.find("hospital afdeling")
    yield "number", lambda: view.find("990101")
    for field in FIELDS:
        yield f"terms {field}", lambda field=field: view.terms(field)
        for term in ("1081", "hospital"):
            yield f"find {field}", lambda f=field, t=term: view.find(**{f: t}, status=["ACTIVE"])
    yield "post code", lambda: view.find(post_code="9990", status=("CLOSED", "FUTURE"))
    yield "shak", lambda: view.shak_to_sor("9901203")
    yield "by shak", lambda: view.by_shak("9901")
    yield "location code", lambda: view.match_location_code("5790099900026")
    yield "provider", lambda: (view.match_provider_number("000917"), view.by_cvr("99000015"))
    yield "diff", lambda: _diff(register.diff(EARLIER, DAY))
    yield "counts", lambda: list(view.counts("region", "entity_type", "level"))
    yield "years", lambda: list(register.counts("sor_type", from_day="2019-01-01"))
    for sor_id in _ids():
        for method in (
            *(register.history, register.lifetime, register.successors, register.predecessors),
            *(view.status, view.effective, view.children, view.ancestors, view.descendants),
            *(view.closing_date, view.owner, view.sor_to_shak, view.edi_types, view.tree),
            *(view.location_codes, view.active_successors, view.get, view.before_history),
        ):
            yield f"{method.__name__} {sor_id}", lambda m=method, sor_id=sor_id: _shown(m(sor_id))
    shak = register.shak
    if shak is not None:
        on_date = shak.as_of(DAY)
        yield "shak units", lambda: (shak.units, shak.regions, shak.issues, shak.check())
        yield "shak history", lambda: (shak.history("9901203", joined=True), shak.gaps("9901203"))
        yield "shak day", lambda: (list(on_date.active()), on_date.departments("9901"))
        yield "shak find", lambda: (on_date.find("akut"), on_date.region("9901"))


def _shown(answer: Any) -> Any:
    """Return an answer after it was written as text."""
    str(answer)
    return answer


def _diff(diff: sorparse.Diff) -> Any:
    str(diff)
    sorparse.to_dict(diff)
    return diff.counts()


def _long(register: sorparse.Register, path: Path) -> Iterator[tuple[str, Ask]]:
    """Yield questions that take long: one of them is asked each time."""
    view = register.as_of(DAY)
    folder = path.parent
    for effective in (False, True):
        yield "pandas", lambda effective=effective: view.to_pandas(effective=effective, lists=True)
        yield (
            "arrow",
            lambda effective=effective: list(view.to_arrow(effective=effective).batches()),
        )
        yield "polars", lambda effective=effective: view.to_polars(effective=effective)
        yield (
            "hits",
            lambda effective=effective: view.to_table(
                view.find("hospital"), effective=effective
            ).to_pandas(),
        )
    yield "code periods", lambda: register.code_periods().to_pyarrow()
    yield "shak table", lambda: register.shak and register.shak.to_pandas()
    yield "fhir", lambda: [sorparse.to_fhir(unit, view) for unit in view.active()]
    yield (
        "medcom",
        lambda: [sorparse.to_fhir(unit, view, profile="medcom") for unit in view.active()],
    )
    yield (
        "endpoints",
        lambda: [sorparse.to_fhir_endpoints(record, view) for record in register.location_codes],
    )
    yield "endpoint", lambda: sorparse.to_fhir_endpoints("5790099900026", view)
    yield "dict", lambda: [sorparse.to_dict(unit) for unit in register.records("entities")]
    yield (
        "html",
        lambda: [
            each._repr_html_()
            for each in (register, view, view.find("hospital"), view.tree(_ids()[0]), register.shak)
            if each is not None
        ],
    )
    yield "names", lambda: view.add_names(pd.DataFrame({"u": _ids()}), "u")
    fields = ["effective.postal_address.region_name", "health_institution.name"]
    yield "fields", lambda: view.add_names(pd.DataFrame({"u": _ids()}), "u", fields=fields)
    days = pd.DataFrame({"u": _ids() * 3, "day": [DAY, EARLIER, "1999-01-01"] * len(_ids())})
    yield "days", lambda: view.add_names(days, "u", on="day")
    hospitals = pd.DataFrame({"u": ["9901", "9901203", *_ids()]})
    yield "hospital", lambda: view.add_names(hospitals, "u", kind="hospital")
    yield "save", lambda: register.save(folder / "again.sor", force=True)
    yield "pickle", lambda: list(pickle.loads(pickle.dumps(register)).as_of(DAY).active())
    yield "sources", lambda: _diff(sorparse.diff(register, examples.sor2_zip))
    yield "sources from", lambda: _diff(sorparse.diff(examples.sor2_zip, register))
    yield "sources by path", lambda: _diff(sorparse.diff(path, examples.sor2_zip))
    yield "timeline", lambda: register.timeline(_ids()[3])._repr_html_()
    yield "activity", lambda: register.activity("level")._repr_html_()
    yield "map", lambda: view.map(view.find(region="1081"))
    yield "extract", lambda: sorparse.extract(path, folder / "small.zip", ids=_ids()[:2], mask=True)
    for to in TARGETS:
        for tables in (None, ["entities"]):
            yield (
                f"convert to {to}",
                lambda to=to, tables=tables: sorparse.convert(
                    register, to, folder / f"to-{to}", tables=tables, allow_empty=True
                ),
            )


def _answers(path: Path, long: int | None = None) -> dict[str, Any]:
    """Return the answer to each question, or the SorError that it raised."""
    answers: dict[str, Any] = {}

    def ask(questions: Iterator[tuple[str, Ask]], chosen: slice) -> None:
        for name, question in [*questions][chosen]:
            try:
                answers[name] = question()
            except sorparse.SorError as error:
                answers[name] = error
            except BaseException as error:
                error.add_note(f"question: {name}")
                raise

    try:
        register = sorparse.load(path)
        if long is not None:
            count = len([*_long(register, path)])
            ask(_long(register, path), slice(long % count, long % count + 1))
        ask(_questions(register), slice(None) if long is None else slice(long % 3, None, 3))
    except sorparse.SorError:
        pass
    return answers


@cache
def _right_answers() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sor"
        path.write_bytes(_content())
        answers = _answers(path)
        for long in range(len([*_long(sorparse.load(path), path)])):
            answers |= _answers(path, long)
        refused = [name for name, each in answers.items() if "cannot be used" in repr(each)]
        assert not refused, refused  # each question has an answer if nothing is changed
        return answers


def _damaged(changes: bytes) -> bytes:
    content = bytearray(_content())
    for _, place, value in _BYTE.iter_unpack(changes[: len(changes) // _BYTE.size * _BYTE.size]):
        content[place % len(content)] ^= value or 1
    return bytes(content)


def _forged(changes: bytes, *, content: bool) -> bytes:
    """Return a file with changed numbers and texts in its blocks, and valid checksums."""
    magic, header, blocks = _parts()
    header, blocks = dict(header), dict(blocks)
    if content:
        changed(header, blocks, changes)
        return rebuilt(magic, header, blocks)
    names = sorted(blocks)
    for name, at, value in _BYTE.iter_unpack(changes[: len(changes) // _BYTE.size * _BYTE.size]):
        code, block = blocks[names[name % len(names)]]
        if block:
            place = at % len(block)
            block = block[:place] + bytes([value]) + block[place + 1 :]
            blocks[names[name % len(names)]] = code, block
    return rebuilt(magic, header, blocks)


def saved(data: bytes) -> None:
    """Open a changed file and ask all questions."""
    kind, long, changes = data[:1], data[1:2], data[2:]
    is_damaged = not kind or kind[0] % 4 == 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sor"
        if is_damaged:
            path.write_bytes(_damaged(changes))
            _compare(_answers(path))
        else:
            path.write_bytes(_forged(changes, content=kind[0] % 4 > 1))
            _answers(path, long[0] if long else 0)


def _compare(answers: dict[str, Any]) -> None:
    for name, answer in answers.items():
        if isinstance(answer, sorparse.SorFileError):
            continue
        right = _right_answers()[name]
        if isinstance(answer, Exception):
            same = repr(answer) == repr(right)
        else:
            same = answer == right or repr(answer) == repr(right)
        if not same:
            raise AssertionError(f"{name}: {answer!r} instead of {right!r}")


def saved_seeds() -> Iterator[bytes]:
    """Yield a few changes of each kind."""
    _right_answers()  # takes longer than an input may
    for kind in (0, 1):
        for place in (0, 40, 500, 60_000):
            for value in (0, 1, 127, 255):
                yield bytes([kind, value]) + _BYTE.pack(place, place, value)
    for part in range(0, 170, 10):
        for action in range(8):
            yield bytes([2, part + action]) + CHANGE.pack(part + action, 40, action, 3 * part % 256)
