"""The register, views, trees, maps and pictures as a notebook shows them."""

from __future__ import annotations

import importlib
import pickle
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Address, Register, SOREntity, SorType, Validity, View, examples
from support.html_page import HOSTILE, Page, checked

HOSPITAL = "9000041000016007"
MOVED = "9000141000016008"


@pytest.fixture(scope="module")
def register() -> Register:
    return sorparse.load(examples.sor2_zip)


@pytest.fixture(scope="module")
def view(register: Register) -> View:
    return register.as_of(examples.snapshot_date)


def unit(number: int, **fields: Any) -> SOREntity:
    """Make a unit; ids need not be right to be shown."""
    given = {"name": HOSTILE, "sor_type": SorType.OE, "first_from_date": date(2010, 1, 1)}
    return SOREntity(str(number), **{**given, **fields})


def address(easting: str, northing: str) -> Address:
    return Address(easting=Decimal(easting), northing=Decimal(northing))


# -- tables


def test_a_register_reports_what_it_holds(register: Register) -> None:
    found = checked(register).text
    assert "Register from SOR2" in found
    assert f"units{len(register)}" in found
    assert "shak_sor_map41" in found


def test_a_view_counts_levels_and_statuses(view: View) -> None:
    found = checked(view).text
    active = sum(1 for _ in view.active())
    closed = sum(1 for _ in view.closed())
    future = sum(1 for _ in view.future())
    assert f"All{active}{closed}{future}" in found
    assert "The register on 2026-06-15" in found


def test_a_view_of_a_daily_file_reports_its_caveats() -> None:
    daily = sorparse.load(examples.daily_csv).as_of("2015-01-01")
    assert daily.caveats
    assert all(caveat in checked(daily).text for caveat in daily.caveats)


def test_a_match_shows_all_candidates_and_the_rule(view: View) -> None:
    found = checked(view.shak_to_sor("9901203")).text
    assert "Akutklinik" in found
    assert "Skadestuen" in found
    assert "None chosen: ambiguous" in found
    assert (
        "Chosen: 9000071000016003, by the rule only-candidate"
        in checked(view.shak_to_sor("990101")).text
    )
    assert "no unit has it on that date" in checked(view.shak_to_sor("0000")).text
    gone = checked(view.shak_to_sor("9905")).text
    assert "On other dates" in gone


def test_the_tables_beside_the_units_are_shown_as_lists(register: Register) -> None:
    for table in (register.shak_sor_map, register.location_codes, register.replaced_entities):
        assert f"{len(table):,} records" in checked(table).text
    assert register.shak_sor_map[0].shak_code in checked(register.shak_sor_map).text


def test_a_long_field_name_may_go_on_in_the_next_line(register: Register) -> None:
    shown = register.history("9000141000016008")[0]._repr_html_()
    assert "<code>location_<wbr>code_<wbr>inherited</code>" in shown


def test_inheritance_reports_where_each_came_from(view: View) -> None:
    found = checked(view.effective("9000081000016001")).text
    assert f"from {HOSPITAL}" in found
    assert "its own" in found
    lonely = Register.from_records([unit(1)]).as_of("2020-01-01")
    assert "no address" in checked(lonely.effective("1")).text


def test_differences_are_counted_and_listed(register: Register) -> None:
    diff = register.diff("2018-06-01", "2026-06-15")
    found = checked(diff).text
    assert f"Opened{len(diff.opened)}" in found
    assert f"Changed otherwise ({len(diff.changed)})" in found
    assert "Lungemedicinsk" not in found  # a move shows ids
    for change in (*diff.moved, *diff.renamed):
        checked(change)
    checked(diff.replaced[0])


def test_what_a_view_gives_is_a_tuple_that_is_shown(register: Register, view: View) -> None:
    for given in (
        view.find("hjerte"),
        view.children(HOSPITAL),
        view.ancestors(MOVED),
        view.descendants(HOSPITAL),
        view.by_shak("9901203"),
        view.location_codes(HOSPITAL),
        view.edi_types(HOSPITAL),
        register.history(MOVED),
    ):
        assert isinstance(given, tuple)
        assert given == tuple(given)
        assert pickle.loads(pickle.dumps(given)) == given
        found = checked(given).text
        assert re.search(r"[1-9]\d* (unit|record|version)", found)
    assert "0 units" in checked(view.find("no such unit")).text


def test_issues_of_a_register_are_shown(register: Register) -> None:
    assert isinstance(register.check(), list)
    checked(register.check())
    checked(register.issues)


def test_tables_of_a_large_register_are_bounded() -> None:
    vast = Register.from_records([unit(number) for number in range(5_000)])
    view = vast.as_of("2020-01-01")
    assert len(view.find()._repr_html_()) < 60_000  # type: ignore[attr-defined]
    assert "4,950 more are not shown" in checked(view.find()).text
    assert len(view._repr_html_()) < 10_000
    empty = Register.from_records([])
    diff = sorparse.Diff(date(2020, 1, 1), date(2021, 1, 1), opened=tuple(view.active()))
    assert len(diff._repr_html_()) < 60_000
    checked(empty)
    checked(empty.as_of("2020-01-01"))


# -- trees


def test_a_tree_has_the_parents_of_that_date(register: Register) -> None:
    for day, above in (("2018-06-01", "Hjertemedicinsk"), ("2020-06-01", "Lungemedicinsk")):
        lines = str(register.as_of(day).tree(HOSPITAL)).splitlines()
        at = next(place for place, line in enumerate(lines) if MOVED in line)
        depth = len(lines[at]) - len(lines[at].lstrip())
        parent = next(
            line for line in reversed(lines[:at]) if len(line) - len(line.lstrip()) < depth
        )
        assert above in parent


def test_a_tree_folds(view: View) -> None:
    tree = view.tree(HOSPITAL)
    found = checked(tree)
    folded = [attributes for tag, attributes in found.tags if tag == "details"]
    assert sum("open" in attributes for attributes in folded) == 4
    assert len(folded) > 4
    assert len(tree) == len(view.descendants(HOSPITAL)) + 1
    assert "closes 2026-12-31" in found.text
    assert next(node.unit.sor_id for node in tree) == HOSPITAL


def test_a_tree_is_cut_and_says_so(view: View) -> None:
    one = view.tree(HOSPITAL, levels=1)
    assert max(node.level for node in one) == 1
    assert one.left_out == len(view.descendants(HOSPITAL)) - len(view.children(HOSPITAL))
    few = view.tree(HOSPITAL, limit=3)
    assert len(few) == 3
    assert f"{few.left_out} units more below are not shown" in checked(few).text
    assert str(few).endswith("more")


def test_a_tree_of_a_closed_unit_says_why_not(view: View) -> None:
    with pytest.raises(sorparse.NotInForceError, match="its last day was 2021-03-31"):
        view.tree("9000471000016005")


def test_a_circle_and_a_bottomless_chain_are_survived() -> None:
    circle = Register.from_records([unit(1, parent_id="2"), unit(2, parent_id="1")])
    assert len(circle.as_of("2020-01-01").tree("1")) == 2
    chain = Register.from_records(
        [unit(1), *(unit(number, parent_id=str(number - 1)) for number in range(2, 3_000))]
    )
    tree = chain.as_of("2020-01-01").tree("1")
    assert tree.left_out > 2_000
    assert HOSTILE in checked(tree).text


# -- maps


def shown_map(view: View, *given: Any, **options: Any) -> str:
    pytest.importorskip("folium")
    pytest.importorskip("pyproj")
    page: str = view.map(*given, **options).get_root().render()
    return page


def test_a_map_puts_units_where_they_are(view: View) -> None:
    page = shown_map(view, [HOSPITAL])
    found = re.search(r"circleMarker\(\s*\[([\d.]+), ([\d.]+)\]", page)
    assert found is not None
    # Aalborg is at 57.05 N, 9.92 E
    assert 57.0 < float(found[1]) < 57.1
    assert 9.8 < float(found[2]) < 10.0
    assert "1 unit at 1 place." in page
    assert "Health institutions (1" in page


def test_a_map_counts_what_it_cannot_show() -> None:
    register = Register.from_records(
        [
            unit(1, postal_address=address("555130.45", "6320000")),
            unit(2, postal_address=address("555130.45", "6320000")),
            unit(3),
            unit(4, postal_address=address("100", "200")),
            unit(5, postal_address=address("NaN", "6320000")),
        ]
    )
    page = shown_map(register.as_of("2020-01-01"))
    assert "2 units at 1 place (not shown: 1 without coordinates, 2 outside Denmark" in page
    assert page.count("circleMarker(") == 1
    empty = Register.from_records([unit(1)]).as_of("2020-01-01")
    assert "0 units at 0 places" in shown_map(empty)


def test_no_name_runs_on_a_map() -> None:
    name = "</script><script>alert(1)</script>${alert(2)}`+alert(3)+`\\{{7000001*7000003}}{%if 1%}"
    place = address("555130.45", "6320000")
    register = Register.from_records([unit(1, name=name, postal_address=place)])
    page = shown_map(register.as_of("2020-01-01"))
    for piece in ("<script>alert", "${alert(2)", "`+alert(3)", "49000028000003"):
        assert piece not in page
    assert "alert(2)" in page


def test_a_map_asks_few_servers(view: View) -> None:
    asked = set(re.findall(r'(?:src|href)="(https?://[^"]+)"', shown_map(view)))
    assert {address.split("/")[2] for address in asked} <= {
        "cdn.jsdelivr.net",
        "code.jquery.com",
        "www.openstreetmap.org",
    }
    assert len(asked) <= 4
    assert "tile.openstreetmap.org" in shown_map(view, [HOSPITAL])
    assert "tile.openstreetmap.org" not in shown_map(view, [HOSPITAL], tiles=None)


def test_too_many_places_for_a_map(view: View) -> None:
    pytest.importorskip("folium")
    with pytest.raises(ValueError, match=r"places are too many for one page \(limit 3\)"):
        view.map(limit=3)
    units = [unit(n, postal_address=address(str(500_000 + n), "6320000")) for n in range(1, 5_002)]
    with pytest.raises(ValueError, match=r"5,001 places are too many .* \(limit 5,000\)"):
        Register.from_records(units).as_of("2020-01-01").map()


# -- pictures


def test_a_life_is_drawn(register: Register) -> None:
    pytest.importorskip("matplotlib")
    picture = register.timeline(MOVED)
    reported = [row[:2] for row in picture.rows]
    assert ("parent", "Hjertemedicinsk Afdeling M") in reported
    assert ("SHAK code", "9901022") in reported
    assert ("parent", "Lungemedicinsk Afdeling L", "2019-02-01", "open") in picture.rows
    assert "Søvnklinikken" in picture.alternative


def test_relatives_are_drawn(register: Register) -> None:
    pytest.importorskip("matplotlib")
    rows = register.timeline("9000701000016006").rows
    assert ("predecessor", "Øjenklinikken ved Søen", "2009-01-01", "2014-12-31") in rows
    assert ("successor", "Søspejlet Øjenhospital", "2022-10-01", "open") in rows


def test_lives_of_irregular_units_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    odd = Register.from_records(
        [
            unit(1, name="$x^{", validity=Validity(), first_from_date=None, parent_id="404"),
            unit(2, name=None, validity=Validity(date(1, 1, 1), date(9998, 1, 1))),
            unit(3, validity=Validity(date(2020, 1, 1), date(2019, 1, 1)), replaced_by=("404",)),
            unit(4, validity=Validity(date(2020, 1, 1), date(2020, 1, 31))),
            unit(4, name="b", validity=Validity(date(2020, 3, 1), None)),
            unit(6, validity=Validity(date.max, None), updated_at=date.max),
            unit(7, validity=Validity(date(2020, 1, 1), date.max)),
        ]
    )
    for sor_id in odd:
        drawn(odd.timeline(sor_id))
    assert [row for row in odd.timeline("4").rows if row[0] == "name"] == [
        ("name", HOSTILE, "2010-01-01", "2020-01-31"),
        ("name", "b", "2020-03-01", "open"),
    ]
    with pytest.raises(sorparse.UnknownUnitError):
        odd.timeline("5")


def test_openings_and_closings_are_counted(register: Register) -> None:
    pytest.importorskip("matplotlib")
    picture = register.activity()
    assert picture.heads == ("year", "opened", "closed")
    assert sum(row[1] for row in picture.rows) == len(register)
    assert ("2021", 1, 4) in picture.rows
    assert "2021 1 opened, 4 closed" in picture.alternative
    drawn(picture)


@pytest.mark.parametrize("by", ["sor_type", "entity_type", "owner", "region", "speciality"])
def test_openings_and_closings_by_group(register: Register, by: str) -> None:
    pytest.importorskip("matplotlib")
    picture = register.activity(by=by)
    assert sum(row[2] for row in picture.rows) == len(register)
    drawn(picture)
    late = register.activity(by=by, first_year=2021, last_year=2022)
    assert {row[0] for row in late.rows} == {"2021", "2022"}


def test_a_region_is_inherited(register: Register) -> None:
    pytest.importorskip("matplotlib")
    rows = register.activity(by="region").rows
    assert {row[1] for row in rows} == {
        *("Region Nordjylland", "Region Syddanmark", "Region Hovedstaden", "Region Midtjylland"),
        "unknown",
    }


def test_an_unknown_group_is_refused(register: Register) -> None:
    with pytest.raises(ValueError, match="cannot group by 'colour': "):
        register.activity(by="colour")


def test_pictures_of_nothing_and_of_hostile_names() -> None:
    pytest.importorskip("matplotlib")
    drawn(Register.from_records([]).activity(by="owner"))
    drawn(Register.from_records([unit(1), unit(2, name="$a$")]).activity(by="owner"))


def test_a_picture_is_saved(register: Register, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = register.timeline(MOVED)
    for ending in ("svg", "png", "pdf"):
        picture.save(tmp_path / f"life.{ending}")
        assert (tmp_path / f"life.{ending}").stat().st_size > 3_000
    assert picture.svg() == register.timeline(MOVED).svg()


def drawn(picture: Any) -> None:
    """Look at a picture as a notebook shows it."""
    html = picture._repr_html_()
    found = Page(html)
    images = [attributes for tag, attributes in found.tags if tag == "img"]
    assert len(images) == 1
    assert images[0]["alt"]
    assert str(images[0]["src"]).startswith("data:image/svg+xml;base64,")
    assert "<script" not in picture.svg()
    assert "<script" not in html


@pytest.mark.parametrize(
    ("package", "extra", "show"),
    [
        ("folium", "map", lambda register: register.as_of("2020-01-01").map()),
        ("pyproj", "map", lambda register: register.as_of("2020-01-01").map()),
        ("matplotlib", "plot", lambda register: register.activity()),
        ("matplotlib", "plot", lambda register: register.timeline("1")),
    ],
)
def test_a_missing_extra_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, package: str, extra: str, show: Any
) -> None:
    def without(name: str) -> Any:
        if name.split(".", maxsplit=1)[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return importlib.import_module(name)

    monkeypatch.setattr("sorparse.extras.import_module", without)
    register = Register.from_records([unit(1)])
    with pytest.raises(sorparse.MissingExtraError, match=rf'pip install "sorparse\[{extra}\]'):
        show(register)
