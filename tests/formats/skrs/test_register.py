"""The register from pages equals the register that a direct reading of the same content gives."""

from __future__ import annotations

import io
import random
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import SOREntity
from support.csv_files import A, B, sor_id
from support.laws import law_examples
from support.skrs_writer import (
    DENMARK,
    WRAPPERS,
    Columns,
    Row,
    Service,
    bare,
    entry,
    feed,
    page,
    unit,
)
from support.skrs_writer import write_pages as written

DATATYPES = ("sygehus", "sygehusafdeling", "praksis", "yder", "apotek")
ENTRIES = 5000


def direct(row: Row) -> SOREntity:
    """Read a row of the server's table by the words of the issue, without XML."""
    cell = {name: text or None for name, text in row.columns.items()}
    first = row.valid_from.astimezone(DENMARK)
    last = None
    if row.valid_to is not None:
        end = row.valid_to.astimezone(DENMARK)
        last = end.date() - timedelta(days=1) if end.time() == time() else end.date()
    parents = ("overafdelingSorNummer", "underlagtSygehusSorNummer", "sygehusSorNummer")
    filled = [name for name in (*parents, "praksisSorNummer") if cell.get(name)]
    extra = {name: str(cell[name]) for name in (*filled[1:], "filialNummer") if cell.get(name)}
    address = [cell.get(name) for name in ("vejnavn", "postnummer", "bynavn", "regionCode")]
    reached = [cell.get(name) for name in ("email", "www", "telefon")]
    speciality = cell.get("hovedSpecialeKode"), cell.get("hovedSpecialeTekst")
    return SOREntity(
        sor_id=str(cell["sorNummer"]),
        name=cell.get("navn"),
        parent_id=cell[filled[0]] if filled else None,
        validity=sorparse.Validity(first.date(), last),
        shak_code=cell.get("nummer") if row.datatype.startswith("sygehus") else None,
        provider_number=cell.get("nummer") if row.datatype == "yder" else None,
        pharmacy_number=cell.get("apotekNummer"),
        postal_address=sorparse.Address(
            street_name=address[0],
            post_code=address[1],
            district_name=address[2],
            region_code=address[3],
        )
        if any(address)
        else None,
        virtual_address=sorparse.VirtualAddress(*reached) if any(reached) else None,
        specialities=(sorparse.Coded(*speciality),) if any(speciality) else (),
        extra=extra,
    )


def columns_of(datatype: str, number: int, choose: random.Random) -> Columns:
    """Make up the columns of an object; any may be NULL or an empty text."""

    def some(text: str) -> str | None:
        return choose.choice([text, text, text, "", None])

    columns: dict[str, str | None] = {"sorNummer": sor_id(number), "navn": some(f"Enhed {number}")}
    if datatype == "praksis":
        return {**columns, "regionCode": some("1084")}
    columns |= {
        "nummer" if datatype != "apotek" else "apotekNummer": some(f"{number:06}"),
        "vejnavn": some(f"Vej {choose.randrange(99)}"),
        "postnummer": some("8000"),
        "bynavn": some("Aarhus C"),
        "telefon": some(f"{choose.randrange(10**8):08}"),
        "email": some("<a>&b@example.dk"),
    }
    if datatype == "apotek":
        columns["filialNummer"] = some("1")
    if datatype == "sygehusafdeling":
        columns["overafdelingSorNummer"] = some(sor_id(choose.randrange(100, 999)))
        columns["underlagtSygehusSorNummer"] = some(sor_id(choose.randrange(100, 999)))
        columns["sygehusSorNummer"] = some(sor_id(choose.randrange(100, 999)))
        columns["hovedSpecialeKode"] = some("394577000")
        columns["hovedSpecialeTekst"] = some("anæstesiologi")
    if datatype == "yder":
        columns["praksisSorNummer"] = some(sor_id(choose.randrange(100, 999)))
    return columns


def lived(datatype: str, base: int, steps: int, choose: random.Random) -> Service:
    """Let a service live: objects appear, change and leave, some at midnight in Denmark."""
    service = Service(datatype)
    for _ in range(steps):
        service.wait(timedelta(hours=choose.randrange(1, 60), seconds=choose.randrange(3600)))
        midnight = datetime.combine(service.now.astimezone(DENMARK).date(), time(), DENMARK)
        at = choose.choice([service.now, midnight.astimezone(UTC)])
        number = base + choose.randrange(steps // 3 + 1)
        if choose.random() < 0.15:
            service.close(str(number), at)
        else:
            service.put(str(number), columns_of(datatype, number, choose), at)
    return service


def fetched(
    datatype: str, base: int, choose: random.Random, entries: int
) -> tuple[list[bytes], Service]:
    """Fetch a full extract halfway and then what changed, as a client does."""
    pages: list[bytes] = []
    service = lived(datatype, base, 10, choose)
    offset, count = "0", 0
    while count < entries:
        for _ in range(choose.randrange(60)):
            service.wait(timedelta(minutes=choose.randrange(1, 3000)))
            number = base + choose.randrange(entries // 6 + 1)
            if choose.random() < 0.15:
                service.close(str(number))
            else:
                service.put(str(number), columns_of(datatype, number, choose))
        for rows in service.fetch_all(offset, most=choose.randrange(5, 400)):
            wrap = choose.choice(WRAPPERS)
            pages.append(page(rows, datatype=datatype, wrap=wrap, written=service.now))
            offset, count = rows[-1].token, count + len(rows)
    return pages, service


def same_register(found: sorparse.Register, rows: Iterable[Row]) -> bool:
    expected = sorparse.Register.from_records(direct(row) for row in rows)
    ids = {row.columns["sorNummer"] or "" for row in rows}
    assert len(found) == len(expected) == len(ids)
    for one in ids:
        assert set(found.history(one)) == set(expected.history(one))
        assert len(found.history(one)) == len(expected.history(one))
    for day in (date(2020, 1, 5), date(2020, 9, 1), date(2022, 2, 2), date(2030, 1, 1)):
        then, expected_then = found.as_of(day), expected.as_of(day)
        assert {one.sor_id: one for one in then.active()} == {
            one.sor_id: one for one in expected_then.active()
        }
    return True


def test_5000_entries_in_shuffled_pages_give_the_register_of_a_direct_reading(
    tmp_path: Path,
) -> None:
    choose = random.Random(2024)
    pages: list[bytes] = []
    rows: list[Row] = []
    for number, datatype in enumerate(DATATYPES, 1):
        made, service = fetched(datatype, number * 10_000, choose, ENTRIES // len(DATATYPES))
        pages += made
        rows += service.rows
    assert sum(content.count(b"<entry>") for content in pages) >= ENTRIES
    choose.shuffle(pages)
    register = sorparse.load(written(tmp_path / "pages", pages))
    assert not register.issues
    assert same_register(register, rows)


def test_a_closed_row_is_delivered_again_and_the_last_delivery_counts(tmp_path: Path) -> None:
    service = Service("yder")
    service.put(A, {"sorNummer": A, "navn": "før"})
    pages = [page(rows) for rows in service.fetch_all()]
    offset = service.rows[-1].token
    service.wait(timedelta(days=10))
    service.put(A, {"sorNummer": A, "navn": "efter"})
    pages += [page(rows) for rows in service.fetch_all(offset)]
    folder = written(tmp_path / "pages", reversed(pages))
    with sorparse.open(folder) as feed_:
        assert [one.name for one in feed_.entities()] == ["før", "før", "efter"]
    register = sorparse.load(folder)
    assert [one.name for one in register.history(A)] == ["før", "efter"]
    assert register.as_of("2020-01-10")[A].name == "før"
    assert register.as_of("2020-01-11")[A].name == "efter"


@pytest.mark.parametrize("offset", ["+00:00", "+02:00", "-05:00"])
def test_a_valid_from_with_another_offset_is_the_same_time(offset: str, tmp_path: Path) -> None:
    first = entry(unit({"sorNummer": A, "navn": "før"}))
    then = datetime.fromisoformat("2019-12-31T23:00:00+00:00")
    hours = timedelta(hours=int(offset[:3]))
    text = f"{(then + hours).replace(tzinfo=None).isoformat()}.000{offset}"
    again = entry(unit({"sorNummer": A, "navn": "efter"}, modified="2024-05-02T12:00:00Z"))
    again = again.replace("2020-01-01T00:00:00.000+01:00", text)
    assert text in again
    (found,) = sorparse.load(bare(feed([first, again], "yder", then))).history(A)
    assert found.name == "efter"


def test_the_last_delivery_is_the_one_with_the_greatest_token() -> None:
    older = entry(unit({"sorNummer": A, "navn": "ældre"}, modified="2024-05-01T12:00:00Z"))
    newer = entry(unit({"sorNummer": A, "navn": "nyere"}, modified="2024-05-02T12:00:00Z"))
    register = sorparse.load(bare(feed([newer, older], "yder", datetime(2024, 5, 3, tzinfo=UTC))))
    assert [one.name for one in register.history(A)] == ["nyere"]


def v2_register(*rows: Row) -> sorparse.Register:
    names = ("ValidFrom", "ValidTo")
    return sorparse.load(page(rows, datatype="sorentity", names=names))


def test_what_version_2_no_longer_registers_is_omitted_and_reported() -> None:
    columns = {"SorId": A, "EntityName": "rettet", "FromDate": "2020-01-01"}
    changed = "2024-05-01T12:00:00+00:00"
    former = unit(
        {**columns, "EntityName": "forkert", "FromDate": "2019-01-01"},
        datatype="sorentity",
        valid_to=changed,
        modified=changed,
    )
    current = unit(columns, datatype="sorentity", valid_from=changed, modified=changed, pid=2)
    register = v2_register(former, current)
    assert [one.name for one in register.history(A)] == ["rettet"]
    assert [issue.code for issue in register.issues] == ["no-longer-registered"]


def test_history_of_version_2_whose_period_is_that_of_the_unit_is_read() -> None:
    old = unit(
        {"SorId": A, "FromDate": "2020-01-01", "ToDate": "2020-12-31"},
        datatype="sorentity",
        valid_to="2021-01-01T00:00:00+01:00",
    )
    new = unit({"SorId": A, "FromDate": "2021-01-01"}, datatype="sorentity", pid=2)
    register = v2_register(old, new)
    assert len(register.history(A)) == 2
    assert not register.issues


def test_rows_of_version_2_are_named_by_their_key_and_valid_from() -> None:
    columns = {"SorId": A, "UniqueCurrentKey": "k1", "EntityName": "før"}
    first = unit(columns, datatype="sorentity")
    again = unit(
        {**columns, "EntityName": "efter", "FromDate": "2020-02-02"},
        datatype="sorentity",
        modified="2024-05-02T12:00:00Z",
    )
    other = unit({**columns, "UniqueCurrentKey": "k2", "SorId": B}, datatype="sorentity", pid=2)
    register = v2_register(first, other, again)
    assert [one.name for one in register.history(A)] == ["efter"]
    assert len(register.history(B)) == 1


def test_converters_write_the_last_deliveries(tmp_path: Path) -> None:
    choose = random.Random(7)
    pages, service = fetched("yder", 100, choose, 200)
    folder = written(tmp_path / "pages", pages)
    report = sorparse.convert(folder, "sqlite", tmp_path / "sor.db")
    assert report.tables == {"entities": len(service.rows)}
    with sqlite3.connect(tmp_path / "sor.db") as database:
        found = set(database.execute("SELECT sor_id, name, to_date FROM entities"))
    database.close()
    assert found == {
        (one.sor_id, one.name, one.validity.to_date and one.validity.to_date.isoformat())
        for one in map(direct, service.rows)
    }
    for to, name in (("csv", "csv"), ("jsonl", "jsonl"), ("sor2", "sor2.zip")):
        sorparse.convert(folder, to, tmp_path / name)
    again = sorparse.load(tmp_path / "sor2.zip")
    assert len(again) == len({row.key for row in service.rows})


def split(rows: list[Row], draw: st.DataObject) -> Iterator[list[Row]]:
    while rows:
        size = draw.draw(st.integers(1, len(rows)))
        yield rows[:size]
        rows = rows[size:]


@settings(max_examples=law_examples(40))
@given(st.data(), st.integers(0, 1000))
def test_any_split_into_pages_and_any_order_of_files_give_the_same(
    data: st.DataObject, seed: int
) -> None:
    service = lived("sygehusafdeling", 100, 12, random.Random(seed))
    rows = service.fetch()
    pages = [page(part, datatype=service.datatype) for part in split(rows, data)]
    pages = data.draw(st.permutations(pages))
    with TemporaryDirectory() as folder:
        source = written(Path(folder) / "pages", pages)
        with sorparse.open(source) as found:
            assert list(found.entities()) == [direct(row) for row in rows]
            assert not found.issues
            assert found.next_offset == rows[-1].token
        assert same_register(sorparse.load(source), service.rows)


class Pieces(io.BytesIO):
    """Return few bytes at a time, as a socket does."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        super().__init__(content)
        self._sizes = sizes
        self._turn = 0

    def seekable(self) -> bool:
        return False

    def read(self, size: int | None = -1, /) -> bytes:
        self._turn += 1
        most = self._sizes[self._turn % len(self._sizes)]
        return super().read(most if size is None or size < 0 else min(most, size))


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5), st.integers(0, 1000))
def test_any_pieces_of_a_stream_give_the_same(sizes: list[int], seed: int) -> None:
    service = lived("apotek", 100, 9, random.Random(seed))
    rows = service.fetch()
    with sorparse.open(Pieces(page(rows, datatype="apotek"), sizes)) as found:
        assert list(found.entities()) == [direct(row) for row in rows]
        assert found.next_offset == rows[-1].token
