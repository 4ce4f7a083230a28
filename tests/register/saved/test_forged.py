"""A saved register with a forger's content and right checksums: SorFileError, no other error."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import ConversionError, Register, SHAKSORMap, SorError, SorFileError, examples
from support.forged import times_refused, with_block, with_header
from support.register import unit

DAY = "2026-06-15"
TABLES = (
    *("shak_sor_map", "location_codes", "location_code_edi_types", "edi_types", "geo_locations"),
    *("classifications", "replaced_entities", "issues"),
)
Content = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "register.sor"
    shak = sorparse.load_shak(examples.shak)
    sorparse.load(examples.sor2_zip).with_shak(shak).save(path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sor"


@pytest.fixture(params=[True, False], ids=["numpy loaded", "numpy not loaded"])
def loaded_or_not(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        monkeypatch.delitem(sys.modules, "numpy", raising=False)


def all_of(value: bytes) -> Content:
    return lambda block: (value * len(block))[: len(block)]


def numbers(code: str, change: Callable[[array[int]], Any]) -> Content:
    def changed(block: bytes) -> bytes:
        content = array(code, block)
        change(content)
        return content.tobytes()

    return changed


def as_json(change: Callable[[Any], Any]) -> Content:
    return lambda block: json.dumps(change(json.loads(block))).encode()


def with_first_value(value: Any) -> Content:
    """Return the change of the first field of the first record."""
    return as_json(lambda rows: [[value, *rows[0][1:]], *rows[1:]])


WRONG_ROWS: dict[str, Content] = {
    "a number": as_json(lambda rows: 5),
    "no list": as_json(lambda rows: {"0": rows}),
    "a text for a record": as_json(lambda rows: ["x"]),
    "too few fields": as_json(lambda rows: [row[1:] for row in rows] or [[1]]),
    "no JSON": lambda block: b"[" * 100_000,
    "no UTF-8": lambda block: b'[["\xff"]]',
}
WRONG_VALUES: tuple[Any, ...] = (5, True, 1.5, [], ["x"], {"a": "b"})


@pytest.mark.parametrize("case", WRONG_ROWS)
@pytest.mark.parametrize("table", TABLES)
def test_tables_of_wrong_json(table: str, case: str, whole: bytes, path: Path) -> None:
    path.write_bytes(with_block(whole, f"table.{table}", WRONG_ROWS[case]))
    register = sorparse.load(path)
    with pytest.raises(SorFileError, match="parts are inconsistent"):
        getattr(register, table)
    if table != "issues":
        with pytest.raises(SorFileError, match="parts are inconsistent"):
            list(register.records(table))


@pytest.mark.parametrize("value", WRONG_VALUES)
@pytest.mark.parametrize("table", [each for each in TABLES if each != "issues"])
def test_values_of_wrong_types_in_tables(table: str, value: Any, whole: bytes, path: Path) -> None:
    path.write_bytes(with_block(whole, f"table.{table}", with_first_value(value)))
    with pytest.raises(SorFileError, match="parts are inconsistent"):
        getattr(sorparse.load(path), table)


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_values_of_wrong_types_in_shak(value: Any, whole: bytes, path: Path) -> None:
    path.write_bytes(with_block(whole, "table.shak_units", with_first_value(value)))
    register = sorparse.load(path)
    with pytest.raises(SorFileError, match="parts are inconsistent"):
        assert register.shak
    with pytest.raises(SorFileError, match="parts are inconsistent"):
        register.as_of(DAY).shak_to_sor("9901")


@pytest.mark.parametrize(
    "field",
    ["name", "entity_type", "specialities", "sor_type", "postal_address", "owner"],
)
@pytest.mark.parametrize(
    "text", ["5", '{"a":1}', "[5]", "[[5,6]]", "true", "null", "[", "[" * 90_000]
)
def test_values_of_wrong_types_in_units(field: str, text: str, whole: bytes, path: Path) -> None:
    json_text = b"\x1e" + text.encode()
    forged = with_block(whole, f"{field}.data", lambda block: json_text)
    ends = numbers("Q", lambda ends: ends.__setitem__(slice(1, None), _all(ends, len(json_text))))
    path.write_bytes(with_block(forged, f"{field}.offsets", ends))
    register = sorparse.load(path)
    asked: list[Callable[[], Any]] = [
        lambda: list(register.records("entities")),
        lambda: [register.history(sor_id) for sor_id in register],
        lambda: register.as_of(DAY).to_arrow().to_pyarrow(),
    ]
    assert times_refused(path, asked) == len(asked)


def _all(ends: array[int], number: int) -> array[int]:
    return array("Q", [number] * (len(ends) - 1))


@pytest.mark.parametrize("name", ["name.numbers", "postal_address.numbers", "time._segment_rows"])
def test_numbers_out_of_range(name: str, whole: bytes, path: Path, tmp_path: Path) -> None:
    path.write_bytes(with_block(whole, name, all_of(b"\xff\xff\xff\x7f")))
    register = sorparse.load(path)
    view = register.as_of(DAY)
    asked: list[Callable[[], Any]] = [
        lambda: view.to_arrow().to_pyarrow(),
        lambda: list(view.to_arrow().batches()),
        view.to_pandas,
        view.to_polars,
        lambda: list(view.active()),
        lambda: list(map(str, view.active())),
        lambda: view.find("hospital"),
        lambda: sorparse.diff(register, examples.daily_csv),
        lambda: sorparse.diff(examples.daily_csv, register),
        lambda: sorparse.diff(path, path, from_day="2010-01-01"),
        lambda: register.code_periods().to_pyarrow(),
        lambda: register.counts("name"),
    ]
    assert times_refused(path, asked) > 5
    for to in ("jsonl", "sqlite", "parquet") if name == "name.numbers" else ():
        with pytest.raises(SorFileError, match="inconsistent"):
            sorparse.convert(path, to, tmp_path / to)


@pytest.mark.parametrize(
    ("name", "code"),
    [("unit", "B"), ("name.data", "I"), ("name.numbers", "q"), ("ids", "I"), ("time.rows", "q")],
)
def test_blocks_of_another_type(name: str, code: str, whole: bytes, path: Path) -> None:
    longer = with_block(whole, name, lambda block: block + b"\0" * (-len(block) % 8), code=code)
    path.write_bytes(longer)
    with pytest.raises(SorFileError, match="cannot be used"):
        sorparse.load(path)


@pytest.mark.parametrize(
    "name",
    [
        *("unit", "line", "start", "end", "updated", "first_from", "parents", "name.numbers"),
        *("ids", "ids.sorted", "ids.units", "time.rows", "time.opening", "time.rows_from"),
        *("time._starts", "time._ends", "time._segment_rows", "time._segment_from"),
        *("names.starts", "numbers.bounds", "units by owner.bounds", "units by cvr.key_offsets"),
    ],
)
def test_blocks_of_another_length(name: str, whole: bytes, path: Path) -> None:
    for change in (lambda block: block + block[-8:], lambda block: block[:-8], lambda block: b""):
        path.write_bytes(with_block(whole, name, change))
        with pytest.raises(SorFileError, match="cannot be used"):
            sorparse.load(path)


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("time.rows_from", lambda register: register.as_of(DAY).status("9000041000016007")),
        ("time._segment_from", lambda register: register.as_of(DAY).active()),
        ("names.starts", lambda register: register.as_of(DAY).find("hospital")),
        ("names.bounds", lambda register: register.as_of(DAY).find("hospital")),
        ("numbers.starts", lambda register: register.as_of(DAY).find("9901")),
        ("units by parent_id.bounds", lambda register: register.as_of(DAY).tree("11000016002")),
        ("units by cvr.key_offsets", lambda register: register.as_of(DAY).by_cvr("99000015")),
        ("name.offsets", lambda register: register.records("entities")),
        ("postal_address.offsets", lambda register: register.history("9000041000016007")),
        ("entity_type.offsets", lambda register: register.as_of(DAY).to_arrow().batches()),
    ],
)
@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.usefixtures("loaded_or_not")
def test_bounds_that_do_not_ascend(
    name: str, ask: Callable[[Register], Any], reverse: bool, whole: bytes, path: Path
) -> None:
    """Else a search could run for ever, or every part could be the whole."""
    code = {"names": "q", "numbers": "q"}.get(name.split(".", maxsplit=1)[0], "i")
    code = "Q" if name.endswith("offsets") else "i" if name.endswith("bounds") else code

    def change(bounds: array[int]) -> None:
        if reverse:
            bounds.reverse()
        else:
            bounds[1:] = array(code, [max(bounds), 0] * len(bounds))[: len(bounds) - 1]

    path.write_bytes(with_block(whole, name, numbers(code, change)))
    with pytest.raises(SorFileError, match="parts are inconsistent"):
        list(ask(sorparse.load(path)))


def test_blocks_that_overlap(whole: bytes, path: Path) -> None:
    """Else a small file could have any number of large parts."""

    def overlap(header: dict[str, Any]) -> None:
        blocks = header["blocks"]
        blocks["names.text"] = [blocks["name.data"][0], *blocks["names.text"][1:]]

    path.write_bytes(with_header(whole, overlap))
    with pytest.raises(SorFileError, match="its header was altered"):
        sorparse.load(path)


def test_two_units_of_one_id_in_a_cycle(path: Path) -> None:
    """D is forged to have the id of A, which is above it."""
    top, a, b, d = (f"{item}1000016003" for item in "1234")
    units = [unit(top), unit(a, parent_id=top), unit(b, parent_id=a), unit(d, parent_id=b)]
    Register.from_records(units).save(path)
    whole = path.read_bytes()
    forged = numbers("Q", lambda ids: ids.__setitem__(3, ids[1]))
    path.write_bytes(with_block(whole, "ids", forged))
    view = sorparse.load(path).as_of(DAY)
    assert len(view.descendants(top)) == 2
    assert len(view.tree(top).nodes) == 3


WRONG_HEADERS: dict[str, tuple[Any, ...]] = {
    "shown_day": ("soon", 5, [], True, "2026-13-01"),
    "snapshot_date": (5, [], ""),
    "tables": ("entities", ["nothing"], [["entities"]], 5),
    "format": (5, [], "NOTHING"),
    "source": (5, []),
    "units": ("x", None, 1.5),
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in WRONG_HEADERS.items() for value in values],
)
def test_headers_of_wrong_types(field: str, value: Any, whole: bytes, path: Path) -> None:
    path.write_bytes(with_header(whole, lambda header: header.update({field: value})))
    with pytest.raises(SorFileError, match="cannot be used"):
        sorparse.load(path)


def test_a_wrong_argument_is_not_a_forged_file(whole: bytes, path: Path) -> None:
    path.write_bytes(whole)
    wrong: Any = 5
    view = sorparse.load(path).as_of(DAY)
    for ask in (view.by_shak, view.status, view.find, view.__getitem__):
        with pytest.raises(TypeError):
            ask(wrong)


def test_a_saved_register_is_a_source_of_extract(whole: bytes, path: Path, tmp_path: Path) -> None:
    path.write_bytes(whole)
    top = "9000121000016003"
    sorparse.extract(path, tmp_path / "a.zip", below=top)
    sorparse.extract(examples.sor2_zip, tmp_path / "b.zip", below=top)
    a, b = (list(sorparse.load(tmp_path / name).records("entities")) for name in ("a.zip", "b.zip"))
    assert a == b
    assert a


def test_values_of_other_types_are_not_saved(path: Path) -> None:
    wrong: Any = 5
    register = Register.from_records([], [SHAKSORMap(wrong, "9000041000016007")])
    with pytest.raises(TypeError, match="shak_sor_map"):
        register.save(path)
    assert not path.exists()


def test_text_that_is_not_unicode_is_an_error_of_the_library(tmp_path: Path) -> None:
    register = Register.from_records([unit("9000041000016007", name="a\ud800")])
    register.save(tmp_path / "register.sor")
    for each in (register, sorparse.load(tmp_path / "register.sor")):
        view = each.as_of(DAY)
        with pytest.raises(SorError, match="not valid Unicode"):
            view.to_arrow().to_pyarrow()
        with pytest.raises(SorError, match="not valid Unicode"):
            view.to_table(view.active()).to_pyarrow()
        for to in ("parquet", "csv", "jsonl", "sqlite", "geojson", "sor2", "duckdb"):
            with pytest.raises(ConversionError):
                sorparse.convert(each, to, tmp_path / to)
            assert not (tmp_path / to).exists()
