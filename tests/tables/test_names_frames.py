"""``add_names`` gives the same in every frame library and column type, and what the views say."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import NotInForceError, Register, examples
from sorparse.identifiers import parse
from sorparse.inheritance import Effective

pytest.importorskip("narwhals")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

HOSPITAL = "9000041000016007"
DAMAGED = "9000041000016000"
CLOSED = "9000211000016001"
SHAK = "990130"
CODES = ["9901", None, HOSPITAL, DAMAGED, SHAK, CLOSED, "9901203", "0000", " ", None]
DAYS = [date(2015, 3, 1)] * 5 + [date(2022, 3, 1)] + [date(2015, 3, 1)] * 2 + [None] * 2
PATHS = ("effective.postal_address.region_name", "reporting_level", "validity.from_date")


def missing_as_none(frame: Any) -> dict[str, list[Any]]:
    """Read a pandas frame: missing values as None, times of midnight as dates."""

    def plain(value: Any) -> Any:
        if pd.isna(value):
            return None
        return value.date() if isinstance(value, datetime) else value

    return {name: [plain(value) for value in frame[name]] for name in frame.columns}


def of_duckdb(columns: dict[str, Any]) -> Any:
    connection = duckdb.connect()  # not the default one
    rows = pa.table(columns)
    made = connection.from_arrow(rows)
    columns["keep"] = connection
    return made


def in_pandas(dtype: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda columns: pd.DataFrame({**columns, "u": pd.Series(columns["u"], dtype=dtype)})


def of_polars(dtype: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda columns: pl.DataFrame(columns).with_columns(pl.col("u").cast(dtype))


def of_relation(relation: Any) -> Any:
    return relation.to_arrow_table().to_pydict()


LIBRARIES: dict[str, tuple[Callable[[dict[str, Any]], Any], Callable[[Any], Any]]] = {
    "pandas object": (in_pandas(object), missing_as_none),
    "pandas str": (in_pandas("str"), missing_as_none),
    "pandas string": (in_pandas("string"), missing_as_none),
    "pandas category": (in_pandas("category"), missing_as_none),
    "pandas arrow": (in_pandas(pd.ArrowDtype(pa.string())), missing_as_none),
    "polars": (of_polars(pl.String), lambda frame: frame.to_dict(as_series=False)),
    "polars categorical": (
        of_polars(pl.Categorical),
        lambda frame: frame.with_columns(pl.col("u").cast(pl.String)).to_dict(as_series=False),
    ),
    "polars lazy": (pl.LazyFrame, lambda frame: frame.collect().to_dict(as_series=False)),
    "pyarrow": (pa.table, lambda frame: frame.to_pydict()),
    "pyarrow dictionary": (
        lambda columns: pa.table({**columns, "u": pa.array(columns["u"]).dictionary_encode()}),
        lambda frame: frame.to_pydict(),
    ),
    "duckdb": (of_duckdb, of_relation),
}


@pytest.fixture(scope="module")
def register() -> Register:
    return sorparse.load(examples.sor2_zip)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_same_in_every_library(library: str, register: Register) -> None:
    make, read = LIBRARIES[library]
    frame = make({"u": CODES, "day": DAYS})
    view = register.as_of(examples.snapshot_date)
    named = view.add_names(frame, "u", on="day", kind="hospital", fields=PATHS, repair=True)
    gc.collect()  # a relation holds what it needs
    assert type(named) is type(frame)
    found = read(named)
    assert found["u_match"] == [
        *("exact", "missing", "exact", "repaired", "exact"),
        *("exact", "ambiguous", "unknown", "missing", "missing"),
    ]
    assert found["u_sor_id"][:4] == [HOSPITAL, None, HOSPITAL, HOSPITAL]
    assert found["u_candidates"] == [1, None, 1, 1, 1, 1, 2, 0, None, None]
    assert found["u_status"][5] == "CLOSED"
    assert found["u_effective_postal_address_region_name"][2] == "Region Nordjylland"
    expected = pl.DataFrame({"u": CODES, "day": DAYS})
    plain = view.add_names(expected, "u", on="day", kind="hospital", fields=PATHS, repair=True)
    for name, values in plain.to_dict(as_series=False).items():
        if name not in ("u", "day"):
            assert found[name] == values, name


NUMBERS: dict[str, Callable[[list[int | None]], Any]] = {
    "pandas object": lambda values: pd.DataFrame({"u": pd.Series(values, dtype=object)}),
    "pandas Int64": lambda values: pd.DataFrame({"u": pd.Series(values, dtype="Int64")}),
    "pandas float": lambda values: pd.DataFrame({"u": pd.Series(values, dtype="float64")}),
    "pandas arrow": lambda values: pd.DataFrame(
        {"u": pd.Series(values, dtype=pd.ArrowDtype(pa.int64()))}
    ),
    "polars": lambda values: pl.DataFrame({"u": values}),
    "pyarrow": lambda values: pa.table({"u": values}),
}


@pytest.mark.parametrize("library", NUMBERS)
@pytest.mark.parametrize("code", [HOSPITAL, "5790099900026"])
def test_whole_numbers_with_a_gap(library: str, code: str, register: Register) -> None:
    view = register.as_of(examples.snapshot_date)
    matches = view.add_names(NUMBERS[library]([int(code), None]), "u")["u_match"]
    assert (matches.to_pylist() if library == "pyarrow" else list(matches)) == ["exact", "missing"]


@pytest.mark.parametrize(
    "days",
    [
        lambda days: pd.to_datetime(pd.Series(days)),
        lambda days: pd.to_datetime(pd.Series(days)).astype("datetime64[s]"),
        lambda days: pd.to_datetime(pd.Series(days)).dt.tz_localize("Europe/Copenhagen"),
        lambda days: pd.Series(days, dtype=object),
        lambda days: pd.Series([day and day.isoformat() for day in days], dtype="string"),
        lambda days: pd.Series([day and f"{day:%d.%m.%Y}" for day in days], dtype="category"),
        lambda days: pd.Series(days, dtype=pd.ArrowDtype(pa.date32())),
        lambda days: pd.Series([day and int(f"{day:%Y%m%d}") for day in days], dtype="Int64"),
        lambda days: pd.Series([day and datetime.combine(day, time(23, 59)) for day in days]),
    ],
)
def test_dates_of_every_type(days: Callable[[Any], Any], register: Register) -> None:
    seen = [date(2021, 3, 31), None, date(2021, 4, 1)]
    frame = pd.DataFrame({"u": [CLOSED] * 3, "day": days(seen)})
    named = register.as_of(examples.snapshot_date).add_names(frame, "u", on="day")
    assert missing_as_none(named)["u_status"] == ["ACTIVE", None, "CLOSED"]
    assert list(named["u_match"]) == ["exact", "no-day", "exact"]


def expected(register: Register, code: str | None, day: date | None) -> tuple[Any, ...]:
    """Work out a row the slow way: match, SOR id, name, status, effective region."""
    nothing = (None, None, None, None)
    if code is None or not code.strip():
        return ("missing", *nothing)
    if day is None:
        return ("no-day", *nothing)
    view = register.as_of(day)
    found = parse(code, "sor_id")
    how = "exact"
    if found is not None:
        if found.repaired is not None:
            how = "repaired"
        sor_id = found.repaired or found.value
        if sor_id not in register:
            return ("unknown", *nothing)
    else:
        if parse(code, "shak") is None:
            return ("malformed", *nothing)
        match = view.shak_to_sor(code)
        if match.best is None:
            return ("ambiguous" if match.rule == "ambiguous" else "unknown", *nothing)
        sor_id = match.best.sor_id
    status = str(view.status(sor_id))
    there = view
    if sor_id not in view:
        with pytest.raises(NotInForceError) as caught:
            view[sor_id]
        there = register.as_of(caught.value.date)
    entity = there[sor_id]
    effective: Effective = there.effective(sor_id)
    address = effective.postal_address
    return how, sor_id, entity.name, status, address and address.region_name


_example = sorparse.load(examples.sor2_zip)
_ids = sorted({entity.sor_id for entity in _example.as_of(examples.snapshot_date).active()})
_shak = sorted({pair.shak_code for pair in _example.shak_sor_map})
_codes = st.one_of(
    st.sampled_from([*_ids, CLOSED, *_shak]),
    st.sampled_from(_ids).map(lambda text: text[:-1] + "0"),
    st.sampled_from([None, "", "x", "0000", "698471000016005", "12345"]),
)
_days = st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))


@given(rows=st.lists(st.tuples(_codes, _days), min_size=1, max_size=20))
@settings(deadline=None)
def test_every_row_is_what_the_view_of_its_date_says(
    rows: list[tuple[str | None, date | None]], register: Register
) -> None:
    frame = pl.DataFrame(rows, schema={"u": pl.String, "day": pl.Date}, orient="row")
    path = "effective.postal_address.region_name"
    named = register.as_of(examples.snapshot_date).add_names(
        frame, "u", on="day", kind="hospital", fields=[path], repair=True
    )
    columns = ["match", "sor_id", "name", "status", path.replace(".", "_")]
    found = named.select([f"u_{name}" for name in columns]).rows()
    assert found == [expected(register, *row) for row in rows]


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize(("minute", "status"), [(59, "ACTIVE"), (60, "CLOSED")])
def test_a_moment_in_utc_is_its_date_in_denmark(
    register: Register, library: str, minute: int, status: str
) -> None:
    # the unit's last date is 2021-03-31, and summer time is two hours ahead of UTC
    moment = datetime(2021, 3, 31, 21 + minute // 60, minute % 60, tzinfo=UTC)
    make = pd.DataFrame if library == "pandas" else pl.DataFrame
    named = register.as_of("2026-01-01").add_names(
        make({"u": [CLOSED], "at": [moment]}), "u", on="at"
    )
    assert list(named["u_status"]) == [status]


def test_the_name_of_a_column_is_text(register: Register) -> None:
    frame = pd.DataFrame({0: [HOSPITAL]})
    view = register.as_of("2026-01-01")
    with pytest.raises(TypeError, match="name of a column as text, got 0"):
        view.add_names(frame, 0)  # type: ignore[arg-type]
    with pytest.raises(sorparse.SorError, match="no column 'u'; it has 0"):
        view.add_names(frame, "u")
