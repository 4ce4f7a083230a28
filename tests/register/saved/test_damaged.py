"""A saved register that was altered, truncated or forged is refused, whatever is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import SorError, SorFileError, examples
from support.forged import times_refused, with_block, with_header
from support.saved import shak_answers


@cache
def answers_of(path: Path) -> dict[str, Any]:
    return shak_answers(sorparse.load(path))


def use(path: Path) -> None:
    """Open a file and ask it."""
    shak_answers(sorparse.load(path))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a saved register."""
    path = tmp_path_factory.mktemp("saved") / "register.sor"
    shak = sorparse.load_shak(examples.shak)
    sorparse.load(examples.daily_csv).with_shak(shak).save(path)
    return path


@settings(max_examples=40)
@given(place=st.integers(0, 1 << 32), bit=st.integers(0, 7))
def test_an_altered_bit_is_an_error_or_makes_no_difference(
    place: int, bit: int, whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = whole.read_bytes()
    at = 24 + place % (len(content) - 24)
    altered = bytearray(content)
    altered[at] ^= 1 << bit
    path = tmp_path_factory.mktemp("altered") / "register.sor"
    path.write_bytes(altered)
    try:
        given = shak_answers(sorparse.load(path))
    except SorFileError as error:
        assert str(path) in str(error)  # noqa: PT017 - an error is right, and so are equal answers
    else:
        assert given == answers_of(whole)


@pytest.mark.parametrize("length", [19, 40, 63, 1000, -1, -64, -5000])
def test_a_truncated_file_is_refused(length: int, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "register.sor"
    path.write_bytes(whole.read_bytes()[:length])
    with pytest.raises(SorFileError, match="cannot be used"):
        use(path)
    path.write_bytes(whole.read_bytes() + b"more")
    with pytest.raises(SorFileError, match="bytes instead of"):
        use(path)


FORGED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "format": (lambda header: header.update(format_version=99), "format 99"),
    "library": (lambda header: header.update(library_version="0.0.9"), "sorparse 0.0.9 wrote it"),
    "byte order": (lambda header: header.update(byteorder="middle"), "middle-endian"),
    "missing block": (lambda header: header["blocks"].pop("unit"), "'unit' is missing"),
    "no blocks": (lambda header: header.pop("blocks"), "header was altered"),
    "outside": (lambda header: header["blocks"]["unit"].__setitem__(0, 1 << 40), "header"),
    "negative": (lambda header: header["blocks"]["unit"].__setitem__(1, -8), "header"),
    "type": (lambda header: header["blocks"]["unit"].__setitem__(2, "O"), "header"),
    "date": (lambda header: header.update(snapshot_date="soon"), "header"),
}


@pytest.mark.parametrize("case", FORGED)
def test_forged_headers_are_refused(case: str, whole: Path, tmp_path: Path) -> None:
    change, message = FORGED[case]
    path = tmp_path / "register.sor"
    path.write_bytes(with_header(whole.read_bytes(), change))
    with pytest.raises(SorFileError, match=message):
        use(path)


@pytest.mark.parametrize("byte", [0, 1, 0x1F, ord("{"), 0xFF])
@pytest.mark.parametrize(
    "name",
    [
        *("entity_type.data", "entity_type.offsets", "postal_address.data", "specialities.data"),
        *("unit", "start", "line", "parents", "ids", "ids.sorted", "ids.units", "ids.others"),
        *("name.numbers", "owner.offsets", "owner.data", "sor_type.data", "table.issues"),
        *("names.starts", "names.bounds", "names.units", "names.text"),
        *("units by owner.bounds", "numbers.bounds"),
        *("units by owner.units", "units by owner.keys", "units by parent_id.units"),
        *("table.shak_units", "table.shak_issues", "lines.shak_units"),
    ],
)
def test_forged_numbers_and_texts_raise_no_other_error(
    name: str, byte: int, whole: Path, tmp_path: Path
) -> None:
    path = tmp_path / "register.sor"
    path.write_bytes(with_block(whole.read_bytes(), name, lambda block: bytes([byte]) * len(block)))
    try:
        use(path)
    except SorError as error:
        assert str(error)  # noqa: PT017 - a wrong answer is fine too: it was made up


@pytest.mark.parametrize("byte", [ord("a"), 0x1F])
@pytest.mark.parametrize("field", ["entity_type", "postal_address", "owner"])
def test_forged_values_are_refused_by_every_question(
    field: str, byte: int, whole: Path, tmp_path: Path
) -> None:
    """Values with too few or too many parts."""
    path = tmp_path / "register.sor"
    path.write_bytes(
        with_block(whole.read_bytes(), f"{field}.data", lambda block: bytes([byte]) * len(block))
    )
    register = sorparse.load(path)
    view = register.as_of("2026-06-15")
    asked: list[Callable[[], object]] = [
        lambda: list(view.active()),
        lambda: view.terms("entity_type"),
        lambda: view.counts("entity_type"),
        register.check,
    ]
    assert times_refused(path, asked)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "register.sor"
    path.write_bytes(b"sorparse register\n")
    with pytest.raises(SorFileError, match="truncated"):
        use(path)
    path.unlink()
    with pytest.raises(SorError):
        use(path)
