"""GeoJSON: one file of points in WGS84, for maps. Needs the extra ``[geo]``.

One feature per unit and version. The point is that of the activity address, else the visiting, else
the postal address (``coordinates_of`` says which); the properties are the flat columns that have a
value. A unit without coordinates is a feature without geometry, so none is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from math import isfinite
from pathlib import Path
from typing import IO, Any

from ..extras import load_extra
from ..inheritance import NEAREST_FIRST
from ..replace import failed, replaced_file
from ..tables import flatten
from ..tables.schema import TableSchema, schema_of
from ..targets import first_line, starts_with
from .base import FileTarget, line_count
from .conversion_job import ConversionJob

_TABLES = ("entities", "geo_locations")
_DECIMALS = 7  # a centimetre
_START = '{"type":"FeatureCollection","sorparse":'
"""How a file of the library begins."""


class GeoJson(FileTarget):
    """One file of points in WGS84."""

    name = "geojson"
    title = "GeoJSON"
    is_stream = True
    is_comparable = False

    def write(self, job: ConversionJob, place: str) -> None:
        """Write the units to a GeoJSON file; the geographical locations if only they are asked."""
        pyproj = load_extra("pyproj", "geo", "GeoJSON files")
        path = Path(place)
        tables = [table for table in job.tables if table in _TABLES]
        if not tables:
            raise failed(path, f"GeoJSON holds places, and there are only {', '.join(job.tables)}")
        table = tables[0]
        others = [name for name in job.tables if name != table]
        if others:
            message = f"GeoJSON holds the {table}; not written are {', '.join(others)}"
            job.note("table-not-written", message)
        # always_xy: easting before northing, longitude before latitude, as GeoJSON wants it
        to_wgs84 = pyproj.Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)
        with replaced_file(path) as new:
            with new.open("w", encoding="utf-8", newline="\n") as stream:
                _write_features(job, table, to_wgs84, stream)
            job.check_guards()

    def is_own(self, path: Path) -> bool:
        """Return whether the library wrote what is at a path, or whether ``write`` decides."""
        return path.is_dir() or starts_with(_START)(path)

    def table_named(self, name: str) -> str | None:
        """Return the table that a file of a folder holds, by the file's name."""
        return name.removesuffix(".geojson")

    def rows_of_file(self, path: Path, table: str | None) -> Iterator[tuple[str, int]]:
        """Yield table and rows of a file."""
        del table  # the file itself says it
        try:
            info = json.loads(first_line(path).rstrip() + "]}").get("sorparse", {})
        except (ValueError, AttributeError, RecursionError):
            return
        if isinstance(info, dict) and "table" in info:
            yield info["table"], line_count(path) - 2


def _write_features(job: ConversionJob, table: str, to_wgs84: Any, stream: IO[str]) -> None:
    schema = schema_of(table)
    info = json.dumps({**job.info(), "table": table}, ensure_ascii=False)
    stream.write(f'{_START}{info},"features":[')
    before, outside = "\n", 0
    for columns in job.flat_columns(table):
        places = _places(schema, columns)
        points = _points(to_wgs84, places)
        outside += sum(
            place is not None and point is None for place, point in zip(places, points, strict=True)
        )
        for feature in _features(schema, columns, places, points):
            stream.write(before + feature)
            before = ",\n"
    stream.write("\n]}\n")
    if outside:
        job.note(
            "coordinates-outside",
            f"{outside} rows have coordinates outside UTM zone 32N; "
            "they are written without geometry",
        )


Place = tuple[str | None, float, float]


def _places(schema: TableSchema, columns: flatten.Columns) -> list[Place | None]:
    """Return for each row the first pair of coordinates, and the address that has them."""
    by_name = dict(zip(schema.names, columns, strict=True))
    located: list[Place | None] = [None] * len(columns[0])
    for address in NEAREST_FIRST if schema.name == "entities" else (None,):
        prefix = f"{address}_" if address else ""
        pairs = zip(by_name[f"{prefix}easting"], by_name[f"{prefix}northing"], strict=True)
        for row, (easting, northing) in enumerate(pairs):
            if located[row] is None and easting is not None and northing is not None:
                located[row] = (address, easting, northing)
    return located


def _points(to_wgs84: Any, places: Sequence[Place | None]) -> list[list[float] | None]:
    have = [place for place in places if place is not None]
    longitudes, latitudes = to_wgs84.transform(
        [easting for _, easting, _ in have], [northing for _, _, northing in have]
    )
    pairs = iter(zip(longitudes, latitudes, strict=True))
    points: list[list[float] | None] = []
    for place in places:
        pair = None if place is None else [round(degrees, _DECIMALS) for degrees in next(pairs)]
        points.append(pair if pair is not None and all(map(isfinite, pair)) else None)
    return points


def _features(
    schema: TableSchema,
    columns: flatten.Columns,
    places: Sequence[Place | None],
    points: Sequence[list[float] | None],
) -> Iterator[str]:
    """Yield each row as the text of a feature."""
    for row, place, point in zip(zip(*columns, strict=True), places, points, strict=True):
        properties = dict(zip(schema.names, row, strict=True))
        extra = properties["extra"]
        properties["extra"] = None if extra is None else json.loads(extra)
        properties["coordinates_of"] = None if place is None else place[0]
        geometry = None if point is None else {"type": "Point", "coordinates": point}
        filled = {name: value for name, value in properties.items() if value is not None}
        yield _encode({"type": "Feature", "geometry": geometry, "properties": filled})


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=date.isoformat).encode
