"""Everything that a public method returns has a display in a notebook."""

from __future__ import annotations

import base64
import pickle
import re
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Register, View, examples, identifiers
from support.html_page import checked

HOSPITAL = "9000041000016007"
REPLACED = "9000681000016009"


@pytest.fixture(scope="module")
def register() -> Register:
    return sorparse.load(examples.sor2_zip)


@pytest.fixture(scope="module")
def view(register: Register) -> View:
    return register.as_of(examples.snapshot_date)


def test_every_public_class_has_a_display() -> None:
    classes = (getattr(sorparse, name) for name in sorparse.__all__)
    without = {
        cls.__name__
        for cls in classes
        if isinstance(cls, type)
        and not issubclass(cls, (BaseException, Enum))
        and not hasattr(cls, "_repr_html_")
    }
    assert without == {"Extra"}  # a mapping; records show it


def test_ids_of_replacements_are_a_tuple_with_a_display(register: Register) -> None:
    for ids in (register.successors(REPLACED), register.predecessors("9000721000016004")):
        assert isinstance(ids, tuple)
        assert ids == tuple(ids)
        assert pickle.loads(pickle.dumps(ids)) == ids
        found = checked(ids).text
        assert f"{len(ids)} SOR ids" in found
        assert all(each in found for each in ids)
    assert "0 units" in checked(register.successors(HOSPITAL)).text


def test_a_history_has_its_unit_in_the_title(register: Register) -> None:
    assert f"2 versions of Nordhavets Universitetshospital {HOSPITAL}" in (
        checked(register.history(HOSPITAL)).text
    )
    assert "1 version of Region Nordhavet 9000031000016000" in (
        checked(register.history("9000031000016000")).text
    )


def test_a_conversion_shows_its_tables_and_what_it_replaced(
    register: Register, tmp_path: Path
) -> None:
    target = tmp_path / "sor"
    first = checked(sorparse.convert(register, "jsonl", target)).text
    assert f"entities{sum(1 for _ in register.records('entities'))}" in first
    assert "rows before" not in first
    assert "rows before" in checked(sorparse.convert(register, "jsonl", target)).text


def test_an_archive_shows_its_nights_and_gaps(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    archive = sorparse.Archive(tmp_path / "nights")
    checked(archive)
    checked(archive.add(examples.daily_csv_earlier, night="2026-06-01"))
    checked(archive.add(examples.daily_csv, night="2026-06-15"))
    found = checked(archive).text
    assert "2 nights" in found
    assert "13 nights missing" in found
    assert "2026-06-01" in checked(archive.nights).text
    assert "13 dates" in checked(archive.missing).text
    checked(archive.night("2026-06-15"))
    history = archive.history(HOSPITAL)
    assert isinstance(history, tuple)
    assert HOSPITAL in checked(history).text
    checked(history[0])


def test_shak_shows_its_numbers() -> None:
    shak = sorparse.load_shak(examples.shak)
    assert f"codes{len({unit.shak_code for unit in shak.units})}" in checked(shak).text
    day = shak.as_of(date(2026, 6, 15))
    assert f"active{len(day)}" in checked(day).text


def test_smaller_answers_are_shown(view: View) -> None:
    terms = view.terms("entity_type")
    assert isinstance(terms, tuple)
    assert terms[0].name in checked(terms).text  # type: ignore[operator]
    checked(terms[0])
    checked(view.tree(HOSPITAL).nodes[0])
    checked(sorparse.Limits())
    parsed = identifiers.parse(HOSPITAL)
    assert HOSPITAL in checked(parsed).text
    with sorparse.open(examples.sor2_zip) as feed:
        described = feed.describe()
        assert "EntityName" in checked(described.tables[0]).text
        checked(described.tables[0].columns[0])
        row = next(feed.rows("entities", fields=("sor_id", "name")))
    assert row[0] in checked(row).text


def test_a_table_shows_its_columns_without_reading(view: View) -> None:
    pytest.importorskip("pyarrow")
    found = checked(view.to_arrow()).text
    assert "postal_address_post_code" in found


def test_ids_look_the_same_everywhere(register: Register, view: View) -> None:
    look = f'<code class="keep">{HOSPITAL}</code>'
    shown: Any
    for shown in (
        view[HOSPITAL],
        view.find("nordhavets"),
        register.history(HOSPITAL),
        view.tree(HOSPITAL),
        view.effective("9000081000016001"),
        view.shak_to_sor("9901"),
        view["9000081000016001"],  # its health institution
        register.diff("2014-01-01", "2015-01-01"),
    ):
        html = shown._repr_html_()
        text = html.replace(look, "")
        assert text != html
        assert HOSPITAL not in text
    assert '<code class="keep">9901</code>' in view[HOSPITAL]._repr_html_()


def test_a_picture_follows_a_dark_notebook(register: Register) -> None:
    pytest.importorskip("matplotlib")
    for picture in (register.timeline(HOSPITAL), register.activity(by="sor_type")):
        html = picture._repr_html_()
        packed = re.search(r"base64,([^\"]+)", html)
        assert packed is not None
        svg = base64.b64decode(packed[1]).decode()
        assert svg.count("prefers-color-scheme: dark") == 1
        assert "[data-jp-theme-light=false]" in html  # JupyterLab names its theme, no more
        assert "prefers-color-scheme" not in picture.svg()  # paper is white
    assert "fill: #111111" in register.timeline(HOSPITAL).svg()  # letters on bars stay dark


def test_a_map_without_a_network_shows_its_points(view: View) -> None:
    pytest.importorskip("folium")
    pytest.importorskip("pyproj")
    shown = view.map(view.find(owner="Region Nordhavet"))
    page = shown.get_root().render()
    plain = re.search(r"<svg.*?</svg><script>if\(window\.L\)", page, re.DOTALL)
    assert plain is not None
    points = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', plain[0])
    assert len(points) == page.count("circleMarker(")
    assert all(0 <= float(part) <= 1000 for point in points for part in point)
    assert "Nordhavets Universitetshospital" in plain[0]
    assert "http" not in plain[0]
    assert view.map([HOSPITAL]).get_root().render().count("<circle ") == 1
