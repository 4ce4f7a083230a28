"""What no writer may replace: the source by any spelling, devices, sockets; and passwords."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

import sorparse
from sorparse import ConversionError, convert, examples
from support.cli import Run, run
from support.exports import contents

__all__ = ["run"]
ENDINGS = {"sqlite": "db", "duckdb": "duckdb", "parquet": "parquet", "csv": "csv", "jsonl": "jsonl"}
ENDINGS |= {"geojson": "geojson", "sor2": "zip", "fhir": "json"}
FILES = [to for to in ENDINGS if to not in ("parquet", "csv", "jsonl")]
"""Targets that are one file whatever its name."""


@pytest.mark.parametrize("to", ENDINGS)
@pytest.mark.parametrize("spelling", ["{0}/new/../{1}", "{0}/../{2}/{1}", "{0}/./{1}", "{1}"])
def test_the_source_by_another_spelling(
    to: str, spelling: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / f"source.{ENDINGS[to]}"
    source.write_bytes(examples.daily_csv.read_bytes())
    target = spelling.format(tmp_path, source.name, tmp_path.name)
    with pytest.raises(ConversionError, match="it is the source itself"):
        convert(source, to, target, force=True)
    assert contents(tmp_path) == {source.name: examples.daily_csv.read_bytes()}


@pytest.mark.parametrize("to", ENDINGS)
@pytest.mark.parametrize("force", [False, True])
def test_a_socket_is_refused(
    to: str, force: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        with pytest.raises(ConversionError, match="it is a socket"):
            convert(examples.daily_csv, to, "s", force=force)
        assert Path("s").is_socket()


@pytest.mark.parametrize("to", FILES)
def test_a_dangling_link_is_followed(to: str, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link, there = tmp_path / f"link.{ENDINGS[to]}", tmp_path / "disk" / f"out.{ENDINGS[to]}"
    link.symlink_to(there)
    for _ in range(2):
        convert(examples.sor2_zip, to, link)
        assert link.is_symlink()
        assert there.is_file()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["disk", link.name]


def test_a_link_to_itself_is_one_sentence(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(link)
    with pytest.raises(ConversionError, match="cannot write"):
        convert(examples.sor2_zip, "sqlite", link, force=True)


@pytest.mark.parametrize("to", ["csv", "jsonl", "geojson"])
def test_a_dash_is_standard_output(
    to: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("convert", examples.sor2_zip, "--to", to, "--table", "entities", "-o", "-")
    assert result.status == 0
    target = tmp_path / f"x.{to}"
    convert(examples.sor2_zip, to, target, tables=["entities"])
    assert result.out.encode() == target.read_bytes()
    assert [item.name for item in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("to", ["sqlite", "duckdb", "parquet", "sor2", "fhir"])
def test_a_dash_is_refused_where_no_stream_can_be(
    to: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("convert", examples.sor2_zip, "--to", to, "--table", "entities", "-o", "-")
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "ps", "jpg"])
def test_a_picture_replaces_only_pictures_of_the_library(ending: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = sorparse.load(examples.sor2_zip).activity()
    target = tmp_path / f"picture.{ending}"
    target.write_bytes(b"of somebody else")
    with pytest.raises(ConversionError, match="sorparse did not write"):
        picture.save(target)
    assert target.read_bytes() == b"of somebody else"
    picture.save(target, force=True)
    assert target.stat().st_size > 1000
    if ending != "jpg":  # it has no room for who wrote it
        picture.save(target)
    assert [item.name for item in tmp_path.iterdir()] == [target.name]


def test_a_picture_is_written_to_no_device_and_through_links(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = sorparse.load(examples.sor2_zip).activity()
    (tmp_path / "link.svg").symlink_to(tmp_path / "there.svg")
    picture.save(tmp_path / "link.svg")
    assert (tmp_path / "link.svg").is_symlink()
    os.mkfifo(tmp_path / "fifo.svg")
    for target, reason in (("fifo.svg", "a FIFO"), ("x.odd", "ends in"), ("no/x.svg", "no folder")):
        with pytest.raises(ConversionError, match=reason):
            picture.save(tmp_path / target, force=True)


@pytest.mark.parametrize("address", ["postgres://u:hemmelig@h/db", "postgresql://u:he/mm@elig@h/d"])
@pytest.mark.parametrize(
    "argv",
    [
        ("describe", "{}"),
        ("diff", "{}", "{}"),
        ("check", "FILE", "--issues", "{}"),
        ("convert", "FILE", "--to", "sqlite", "-o", "{}"),
        ("convert", "{}", "--to", "sqlite", "-o", "x.db"),
        ("extract", "FILE", "--below", "{}", "-o", "x.zip"),
        ("extract", "FILE", "--ids", "{}", "-o", "x.zip"),
        ("show", "FILE", "{}"),
        ("find", "FILE", "--encoding={}"),
        ("counts", "FILE", "{}"),
        ("find", "FILE", "--as-of={}"),
    ],
)
def test_no_message_shows_a_password(
    run: Run, argv: tuple[str, ...], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [part.replace("FILE", str(examples.sor2_zip)).format(address) for part in argv]
    result = run(*given)
    assert result.status in (1, 2)
    assert "elig" not in result.out + result.err
    assert result.err.count("\n") == 1


def test_an_address_is_no_file() -> None:
    with pytest.raises(ConversionError, match="not the address of a database") as error:
        convert(examples.sor2_zip, "sqlite", "postgres://u:hemmelig@h/db")
    assert "hemmelig" not in str(error.value)
