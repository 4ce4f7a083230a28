"""GeoJSON: one file of points in WGS84, for maps. Needs the extra ``[geo]``.

One feature per unit and version; the point is that of the activity address, else the visiting,
else the postal address (``coordinates_of`` says which), the properties are the flat columns that
hold something. A unit without coordinates is a feature without geometry, so none is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from math import isfinite
from pathlib import Path
from typing import IO, Any

from ..extras import load_extra
from ..replace import failed, replaced_file
from ..tables import flatten
from ..tables.schema import DataType, TableSchema, schema_of
from .load import Load
from .targets import GEOJSON_START

_TABLES = ("entities", "geo_locations")
_ADDRESSES = ("activity_address", "visiting_address", "postal_address")
_DECIMALS = 7  # a centimetre


def write(load: Load, target: str) -> None:
    """Write the units to a GeoJSON file; the geographical locations where only they are asked."""
    pyproj = load_extra("pyproj", "geo", "GeoJSON files")
    path = Path(target)
    tables = [table for table in load.tables if table in _TABLES]
    if not tables:
        raise failed(path, f"GeoJSON holds places, and there are only {', '.join(load.tables)}")
    table = tables[0]
    others = [name for name in load.tables if name != table]
    if others:
        load.note(
            "table-not-written", f"GeoJSON holds the {table}; left out are {', '.join(others)}"
        )
    # always_xy: easting before northing, longitude before latitude, as GeoJSON wants it
    to_wgs84 = pyproj.Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)
    with replaced_file(path) as new:
        with new.open("w", encoding="utf-8", newline="\n") as stream:
            _write_features(load, table, to_wgs84, stream)
        load.check_guards()


def _write_features(load: Load, table: str, to_wgs84: Any, stream: IO[str]) -> None:
    schema = schema_of(table)
    info = json.dumps({**load.info(), "table": table}, ensure_ascii=False)
    stream.write(f'{GEOJSON_START}{info},"features":[')
    before, outside = "\n", 0
    for columns in flatten.batches(schema, load.records(table)):
        places = _places(schema, columns)
        points = _points(to_wgs84, places)
        outside += sum(
            place is not None and point is None for place, point in zip(places, points, strict=True)
        )
        for feature in _features(schema, columns, places, points):
            text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
            stream.write(before + text)
            before = ",\n"
    stream.write("\n]}\n")
    if outside:
        load.note(
            "coordinates-outside",
            f"{outside} rows have coordinates that are no place in UTM zone 32N; "
            "they are written without geometry",
        )


Place = tuple[str | None, float, float]


def _places(schema: TableSchema, columns: flatten.Columns) -> list[Place | None]:
    """Give for each row the first pair of coordinates there is, and whose they are."""
    by_name = dict(zip(schema.names, columns, strict=True))
    found: list[Place | None] = [None] * len(columns[0])
    for address in _ADDRESSES if schema.name == "entities" else (None,):
        prefix = f"{address}_" if address else ""
        pairs = zip(by_name[f"{prefix}easting"], by_name[f"{prefix}northing"], strict=True)
        for row, (easting, northing) in enumerate(pairs):
            if found[row] is None and easting is not None and northing is not None:
                found[row] = (address, easting, northing)
    return found


def _points(to_wgs84: Any, places: Sequence[Place | None]) -> list[list[float] | None]:
    have = [place for place in places if place is not None]
    longitudes, latitudes = to_wgs84.transform(
        [easting for _, easting, _ in have], [northing for _, _, northing in have]
    )
    pairs = iter(zip(longitudes, latitudes, strict=True))
    found: list[list[float] | None] = []
    for place in places:
        pair = None if place is None else [round(degrees, _DECIMALS) for degrees in next(pairs)]
        found.append(pair if pair is not None and all(map(isfinite, pair)) else None)
    return found


def _features(
    schema: TableSchema,
    columns: flatten.Columns,
    places: Sequence[Place | None],
    points: Sequence[list[float] | None],
) -> Iterator[dict[str, Any]]:
    for row, place, point in zip(zip(*columns, strict=True), places, points, strict=True):
        properties = {
            column.name: _plain(value, column.type)
            for column, value in zip(schema.columns, row, strict=True)
            if value is not None
        }
        if place is not None and place[0] is not None:
            properties["coordinates_of"] = place[0]
        geometry = None if point is None else {"type": "Point", "coordinates": point}
        yield {"type": "Feature", "geometry": geometry, "properties": properties}


def _plain(value: Any, kind: DataType) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return json.loads(value) if kind is DataType.JSON else value
