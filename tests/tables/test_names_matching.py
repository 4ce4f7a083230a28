"""How each row of a column of codes is matched: kinds, damage, gaps, dates, further fields."""

from __future__ import annotations

import warnings
from datetime import date
from typing import Any

import pytest

from sorparse import (
    Address,
    Coded,
    EntityRef,
    Register,
    SOREntity,
    SorError,
    SorType,
    UnreadableDateWarning,
    Validity,
    View,
)

pytest.importorskip("narwhals")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

OWNER, HOSPITAL, WARD, PRACTICE = (
    *("9901011000016006", "9901021000016002", "9901031000016000"),
    "9901501000016000",
)
UNKNOWN = "698471000016005"
GLN = "5790099900026"
CVR = "12345674"
BOTH = "999001"
"""A SHAK code of the ward and the provider number of the practice."""


def unit(sor_id: str, name: str, **fields: Any) -> SOREntity:
    return SOREntity(sor_id=sor_id, name=name, owner=EntityRef(OWNER, "Region"), **fields)


UNITS = (
    unit(OWNER, "Region", sor_type=SorType.IE, cvr=CVR),
    unit(
        HOSPITAL,
        "Hospital",
        sor_type=SorType.SI,
        parent_id=OWNER,
        cvr=CVR,
        shak_code="9990",
        postal_address=Address(region_name="Region Nord", post_code="9000"),
    ),
    unit(
        WARD,
        "Old name",
        sor_type=SorType.OE,
        parent_id=HOSPITAL,
        shak_code=BOTH,
        validity=Validity(date(2007, 1, 1), date(2019, 6, 30)),
    ),
    unit(
        WARD,
        "New name",
        sor_type=SorType.OE,
        parent_id=HOSPITAL,
        shak_code=BOTH,
        location_code=GLN,
        specialities=(Coded("408443003", "intern medicin"),),
        reporting_level=True,
        validity=Validity(date(2019, 7, 1), None),
    ),
    unit(PRACTICE, "Practice", provider_number=BOTH, production_unit_number="1001234567"),
    unit("8031000016007", "Stripped", provider_number="077410"),
)


@pytest.fixture(scope="module")
def view() -> View:
    return Register.from_records(UNITS).as_of("2026-01-01")


def match(view: View, values: list[Any], **options: Any) -> list[tuple[str | None, str]]:
    """Return name and match of each row, the same from Polars and pandas."""
    column = options.pop("column", "u")
    found = view.add_names(pl.DataFrame({column: values}, strict=False), column, **options)
    rows: list[tuple[str | None, str]] = found.select(f"{column}_name", f"{column}_match").rows()
    named = view.add_names(pd.DataFrame({column: values}, dtype=object), column, **options)
    names = [None if pd.isna(name) else name for name in named[f"{column}_name"]]
    assert list(zip(names, named[f"{column}_match"], strict=True)) == rows
    return rows


@pytest.mark.parametrize("kind", [None, "shak", "hospital"])
@pytest.mark.parametrize("empty", [None, "", " ", "\xa0", '=""', "\ufeff"])
@pytest.mark.parametrize("code", ["9990", BOTH])
def test_a_row_without_a_code(view: View, kind: str | None, empty: str | None, code: str) -> None:
    name = "Hospital" if code == "9990" else "New name"
    found = match(view, [code, empty], kind=kind, column="shak")
    assert found == [(name, "exact"), (None, "missing")]


@pytest.mark.parametrize("heading", ["Ydernummer", "ydernr", "yder_nr", "ProviderId", "provider"])
def test_the_heading_says_what_six_digits_are(view: View, heading: str) -> None:
    assert match(view, [BOTH], column=heading) == [("Practice", "exact")]


@pytest.mark.parametrize("heading", ["SHAK", "shak_kode", "SghAfd-kode", "ShakId"])
def test_a_heading_of_shak_codes(view: View, heading: str) -> None:
    assert match(view, [BOTH], column=heading) == [("New name", "exact")]


@pytest.mark.parametrize("values", [[BOTH], ["123456", "234567"], [BOTH, "123456"]])
@pytest.mark.parametrize("heading", ["u", "kode", "shak_eller_ydernr"])
def test_six_digits_are_never_read_as_shak_codes_silently(
    view: View, values: list[str], heading: str
) -> None:
    with pytest.raises(SorError, match=rf"column '{heading}'.*state which with kind="):
        match(view, values, column=heading)


def test_what_the_register_has_decides(view: View) -> None:
    assert match(view, ["9990", "9991"]) == [("Hospital", "exact"), (None, "unknown")]
    assert match(view, ["077410"]) == [("Stripped", "exact")]
    assert match(view, [CVR]) == [("Region", "exact")]
    assert match(view, ["1001234567"]) == [("Practice", "exact")]


def test_of_units_with_one_production_unit_number_the_institution_is_meant() -> None:
    shared = {"production_unit_number": "1001234567"}
    units = [
        unit(PRACTICE, "Practice", sor_type=SorType.SI, **shared),
        unit(WARD, "Ward", sor_type=SorType.OE, parent_id=PRACTICE, **shared),
    ]
    view = Register.from_records(units).as_of("2026-01-01")
    assert match(view, ["1001234567"], kind="production_unit") == [("Practice", "exact")]


def test_kinds_that_are_stated(view: View) -> None:
    assert match(view, [BOTH], kind="provider_number") == [("Practice", "exact")]
    assert match(view, [f"DK {CVR}"], kind="cvr") == [("Region", "exact")]
    assert match(view, ["1001234567"], kind="production_unit") == [("Practice", "exact")]
    assert match(view, ["12345678"], kind="cvr") == [(None, "malformed")]


@pytest.mark.parametrize("kind", [None, "hospital"])
def test_shak_codes_before_2019_and_sor_ids_after(view: View, kind: Any) -> None:
    values = ["9990", HOSPITAL, None, WARD]
    names = ["Hospital", "Hospital", None, "New name"]
    found = match(view, values, kind=kind)
    assert [name for name, _ in found] == names
    frame = view.add_names(pl.DataFrame({"u": values}), "u", kind=kind)
    assert frame["u_sor_id"].to_list() == [HOSPITAL, HOSPITAL, None, WARD]
    assert frame["u_candidates"].to_list() == [1, 1, None, 1]


def test_a_mixed_column_of_other_codes_is_not_guessed(view: View) -> None:
    with pytest.raises(SorError, match="kind="):
        match(view, [HOSPITAL, BOTH])
    with pytest.raises(SorError, match="kind="):
        match(view, [HOSPITAL, "077410"])
    found = match(view, [HOSPITAL, BOTH, "9,98E+13", "x"], kind="hospital")
    assert [how for _, how in found] == ["exact", "exact", "malformed", "malformed"]


@pytest.mark.parametrize(
    "form", ['="{}"', "{}.0", "'{}", " {}", "{}\xa0", "\ufeff{}", "urn:oid:1.2.208.176.1.1|{}"]
)
@pytest.mark.parametrize("kind", [None, "sor_id", "hospital"])
def test_decoration_is_removed(view: View, form: str, kind: str | None) -> None:
    assert match(view, [form.format(WARD)], kind=kind) == [("New name", "exact")]


@pytest.mark.parametrize("damaged", [HOSPITAL[:-1] + "0", "9,90102E+15", "9.90102E+15"])
@pytest.mark.parametrize("kind", [None, "sor_id", "hospital"])
def test_damage_is_repaired_on_request_only(view: View, damaged: str, kind: Any) -> None:
    assert match(view, [damaged], kind=kind) == [(None, "malformed")]
    assert match(view, [damaged], kind=kind, repair=True) == [("Hospital", "repaired")]
    frame = view.add_names(pl.DataFrame({"u": [damaged]}), "u", kind=kind, repair=True)
    assert frame["u"].to_list() == [damaged]
    assert frame["u_sor_id"].to_list() == [HOSPITAL]


def test_damage_of_other_codes(view: View) -> None:
    yder: dict[str, Any] = {"kind": "provider_number"}
    assert match(view, ["77410"], **yder) == [(None, "malformed")]
    assert match(view, ["77410"], **yder, repair=True) == [("Stripped", "repaired")]
    assert match(view, ["77411"], **yder, repair=True) == [(None, "unknown")]
    assert match(view, ["077410 ", "077410.0"], **yder) == [("Stripped", "exact")] * 2


def test_what_cannot_be_repaired_and_what_nobody_has(view: View) -> None:
    values = [UNKNOWN, "9,90E+15", "x", UNKNOWN[:-1] + "6"]
    found = match(view, values, kind="sor_id", repair=True)
    assert found == [(None, "unknown"), *[(None, "malformed")] * 3]


def test_ambiguous() -> None:
    units = [unit(sor_id, sor_id, shak_code="1234") for sor_id in (HOSPITAL, WARD)]
    view = Register.from_records(units).as_of("2020-01-01")
    assert match(view, ["1234"]) == [(None, "ambiguous")]


@pytest.mark.parametrize(
    ("kind", "number"),
    [("shak", 9990), ("provider_number", 77410), ("cvr", int(CVR)), ("hospital", 9990)],
)
def test_numbers_are_refused_by_a_sentence_that_names_the_column(
    view: View, kind: Any, number: int
) -> None:
    frames = (pd.DataFrame({"col": [number]}), pd.DataFrame({"col": [float(number), None]}))
    for frame in (*frames, pl.DataFrame({"col": [number]})):
        with pytest.raises(SorError, match=rf"column 'col' holds the number {number}.*text"):
            view.add_names(frame, "col", kind=kind)
    with pytest.raises(SorError, match=r"column 'col' holds the number .* lost digits"):
        view.add_names(pd.DataFrame({"col": [float(WARD), None]}), "col")


def test_whole_numbers_of_sor_ids_and_location_codes(view: View) -> None:
    assert match(view, [int(WARD), int(HOSPITAL)]) == [("New name", "exact"), ("Hospital", "exact")]
    assert match(view, [int(GLN), None]) == [("New name", "exact"), (None, "missing")]
    found = view.add_names(pd.DataFrame({"u": ["9990", int(WARD)]}), "u", kind="hospital")
    assert list(found["u_name"]) == ["Hospital", "New name"]


@pytest.mark.parametrize("day", [None, "", " "])
def test_a_row_without_a_date(view: View, day: str | None) -> None:
    frame = pl.DataFrame({"u": [WARD] * 3, "day": ["2019-06-30", day, "2019-07-01"]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = view.add_names(frame, "u", on="day")
    assert found["u_name"].to_list() == ["Old name", None, "New name"]
    assert found["u_match"].to_list() == ["exact", "no-day", "exact"]


@pytest.mark.parametrize("day", ["30-06-2019", "30.06.2019", "30. juni 2019", "20190630", 20190630])
def test_a_date_as_people_write_it(view: View, day: Any) -> None:
    found = view.add_names(pl.DataFrame({"u": [WARD], "day": [day]}), "u", on="day")
    assert found["u_name"].to_list() == ["Old name"]


def test_an_unreadable_date_costs_its_row(view: View) -> None:
    frame = pl.DataFrame({"u": [WARD] * 4, "day": ["30-06-2019", "sommer", "2019", "sommer"]})
    with pytest.warns(UnreadableDateWarning, match="'day': 3 dates.*such as 'sommer'") as caught:
        found = view.add_names(frame, "u", on="day")
    assert caught[0].filename == __file__
    assert found["u_match"].to_list() == ["exact", "no-day", "no-day", "no-day"]


def test_further_fields(view: View) -> None:
    paths = [
        "effective.postal_address.region_name",
        "health_institution.name",
        "specialities[0].name",
        "validity.from_date",
        "reporting_level",
        "effective.postal_address.easting",
        "sor_type",
    ]
    columns = [
        "u_effective_postal_address_region_name",
        "u_health_institution_name",
        "u_specialities_0_name",
        "u_validity_from_date",
        "u_reporting_level",
        "u_effective_postal_address_easting",
        "u_sor_type",
    ]
    expected = [
        ("Region Nord", None, "intern medicin", date(2019, 7, 1), True, None, "OE"),
        (None,) * 7,
    ]
    frame = view.add_names(pl.DataFrame({"u": [WARD, UNKNOWN]}), "u", fields=paths)
    assert frame.columns[-7:] == columns
    assert frame.select(columns).rows() == expected
    named = view.add_names(pd.DataFrame({"u": [WARD, UNKNOWN]}), "u", fields=paths)
    assert named[columns].iloc[1].isna().all()
    assert named["u_reporting_level"].tolist()[0] is True
    assert named["u_validity_from_date"][0] == pd.Timestamp("2019-07-01")


def test_fields_of_a_unit_that_is_closed_or_future() -> None:
    closed = unit(
        WARD,
        "Ward",
        sor_type=SorType.OE,
        parent_id=HOSPITAL,
        validity=Validity(date(2010, 1, 1), date(2012, 1, 1)),
    )
    register = Register.from_records([*UNITS[:2], closed])
    path = "effective.postal_address.post_code"
    for day in ("2005-01-01", "2020-01-01"):
        frame = register.as_of(day).add_names(pl.DataFrame({"u": [WARD]}), "u", fields=[path])
        assert frame["u_effective_postal_address_post_code"].to_list() == ["9000"]


def test_a_field_that_is_a_column_already(view: View) -> None:
    frame = pl.DataFrame({"u": [WARD]})
    assert view.add_names(frame, "u", fields=["name"]).equals(view.add_names(frame, "u"))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("postal_adress.post_code", "nearest: postal_address"),
        ("effective.postal_address.region", "nearest: region_name, region_code"),
        ("effective", "no field 'effective'"),
        ("specialities", r"specialities\[0\]\.code"),
        ("health_institution", r"health_institution\.name"),
        ("effective.origin", "not a single value"),
        ("extra", "not a single value"),
    ],
)
def test_an_unknown_path(view: View, path: str, message: str) -> None:
    with pytest.raises(SorError, match=message):
        view.add_names(pl.DataFrame({"u": [WARD]}), "u", fields=[path])


def test_fields_as_one_text(view: View) -> None:
    with pytest.raises(SorError, match=r"fields=\['name'\]"):
        view.add_names(pl.DataFrame({"u": [WARD]}), "u", fields="name")
