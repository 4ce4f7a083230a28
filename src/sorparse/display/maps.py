"""Units on a map: folium (extra ``map``), coordinates turned into WGS84 by pyproj.

The page loads the map library and the map's pictures from their servers when a browser shows it;
building it does not touch the network. Without a network the page shows the points alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from ..extras import load_extra
from ..records import Address, SOREntity, SorType
from .markup import Html, clip, count, element, escape, identifier, join, lines, small
from .registers import LEVELS
from .values import name_of

if TYPE_CHECKING:
    from ..register.view import View

MOST_NAMED = 25
"""Units named in the box of one place."""

# Denmark in ETRS89 / UTM zone 32N with a margin, Bornholm included, in metres. Greenland and the
# Faroe Islands have units in the register too; they lie outside this zone.
_EASTINGS = (Decimal(400_000), Decimal(950_000))
_NORTHINGS = (Decimal(6_000_000), Decimal(6_450_000))

# Okabe and Ito's colours, which people with colour blindness can distinguish
_COLOURS = {SorType.IE: "#D55E00", SorType.SI: "#0072B2", SorType.OE: "#009E73", None: "#555555"}


_NOTE = (
    "position:absolute;z-index:1000;left:10px;bottom:52px;max-width:80%;padding:2px 8px;"
    "background:#fffd;color:#111;font:13px sans-serif"
)
# A larger point is visible behind a smaller one at the same place.
_RADIUS = {SorType.IE: 10, SorType.SI: 7.5, SorType.OE: 5, None: 5}
_WIDTH = 1000
"""Units of the picture's width."""
_LEAST_METRES = 2000
"""Metres that the picture shows at least, so that one place does not fill it."""
_MARGIN = 0.06
_PLAIN_STYLE = "position:absolute;z-index:999;inset:0;width:100%;height:100%;background:#eef2f4"
# the map library is loaded in the head of the page, so it is there now or not at all
_REMOVE = Html(
    "<script>if(window.L)document.currentScript.previousElementSibling.remove()</script>"
)
_SCRIPTS = ("leaflet", "jquery")
_STYLES = ("leaflet_css",)


@attrs.frozen
class Place:
    """Units of one level at one point."""

    level: SorType | None
    easting: Decimal
    northing: Decimal
    units: tuple[SOREntity, ...]


@attrs.define
class Placed:
    """The places of units, and the number of units without a place."""

    places: list[Place]
    units: int = 0
    without: int = 0
    outside: int = 0

    def describe(self) -> str:
        """Return the numbers in words."""
        parts = [f"{count(self.units, 'unit')} at {count(len(self.places), 'place')}"]
        if self.without:
            parts.append(f"{self.without:,} without coordinates")
        if self.outside:
            parts.append(f"{self.outside:,} outside Denmark's zone")
        return parts[0] + (f" (not shown: {', '.join(parts[1:])})" if parts[1:] else "")


def place_units(view: View, units: Iterable[SOREntity]) -> Placed:
    """Group units by level and by the point of their activity, visiting or postal address."""
    points: dict[tuple[SorType | None, Decimal, Decimal], list[SOREntity]] = {}
    placed = Placed([])
    for unit in units:
        point = _point(view.effective(unit.sor_id).addresses)
        if point is None:
            placed.without += 1
        elif not (_inside(point[0], _EASTINGS) and _inside(point[1], _NORTHINGS)):
            placed.outside += 1
        else:
            placed.units += 1
            points.setdefault((unit.sor_type, *point), []).append(unit)
    placed.places = [Place(*key, tuple(at_place)) for key, at_place in points.items()]
    return placed


def _point(addresses: Iterable[Address]) -> tuple[Decimal, Decimal] | None:
    for address in addresses:
        if address.easting is not None and address.northing is not None:
            return address.easting, address.northing
    return None


def _inside(value: Decimal, bounds: tuple[Decimal, Decimal]) -> bool:
    return value.is_finite() and bounds[0] <= value <= bounds[1]


def build_map(
    view: View, units: Iterable[SOREntity | str] | None, *, tiles: str | None, limit: int
) -> Any:
    """Return a ``folium.Map``; see ``View.map``."""
    folium, transformer = _libraries()
    chosen = (
        view.active()
        if units is None
        else (view[one] if isinstance(one, str) else one for one in units)
    )
    placed = place_units(view, chosen)
    if len(placed.places) > limit:
        raise ValueError(
            f"{len(placed.places):,} places are too many for one page (limit {limit:,}): "
            "pass fewer units, for example view.map(view.find(region='Region Sjælland'))"
        )
    shown = folium.Map(tiles=None, prefer_canvas=True, control_scale=True)
    if tiles is not None:
        folium.TileLayer(tiles, control=False).add_to(shown)
    # these maps need only some of the scripts and styles that folium loads from servers
    shown.default_js = [pair for pair in shown.default_js if pair[0] in _SCRIPTS]
    shown.default_css = [pair for pair in shown.default_css if pair[0] in _STYLES]
    shown.get_root().html.add_child(folium.Element(_for_template(_plain_map(placed.places))))
    note = f"The register on {view.day}: {placed.describe()}."
    shown.get_root().html.add_child(folium.Element(element("div", note, style=_NOTE)))
    bounds = []
    for level, title in LEVELS.items():
        places = [place for place in placed.places if place.level is level]
        if not places:
            continue
        group = folium.FeatureGroup(name=_legend(level, f"{title} ({count(len(places), 'place')})"))
        for place in places:
            east, north = transformer.transform(float(place.easting), float(place.northing))
            bounds.append((north, east))
            folium.CircleMarker(
                location=(north, east),
                radius=_RADIUS[level] + min(len(place.units), 60) ** 0.5,
                color=_COLOURS[level],
                fill=True,
                fill_opacity=0.5,
                tooltip=_for_template(_tooltip(place)),
                popup=folium.Popup(_for_template(_popup(place)), max_width=340),
            ).add_to(group)
        group.add_to(shown)
    folium.LayerControl(collapsed=False).add_to(shown)
    if bounds:
        shown.fit_bounds(
            [
                [min(part) for part in zip(*bounds, strict=True)],
                [max(part) for part in zip(*bounds, strict=True)],
            ],
            max_zoom=13,
        )
    else:
        shown.fit_bounds([[54.5, 8.0], [57.8, 15.2]])
    return shown


def _legend(level: SorType | None, text: str) -> str:
    mark = element("span", "●", style=f"color:{_COLOURS[level]}")
    return join([mark, " ", text])


def _libraries() -> tuple[Any, Any]:
    folium = load_extra("folium", "map", "Maps")
    pyproj = load_extra("pyproj", "map", "Maps")
    return folium, pyproj.Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)


def _tooltip(place: Place) -> Html:
    first = clip(place.units[0].name or place.units[0].sor_id, 60)
    more = len(place.units) - 1
    return escape(first + (f" and {more:,} more" if more else ""))


def _popup(place: Place) -> Html:
    parts = [
        lines(
            [
                element("strong", unit.name or "(no name)"),
                join([identifier(unit.sor_id), " ", small(name_of(unit.entity_type))]),
            ]
        )
        for unit in place.units[:MOST_NAMED]
    ]
    if len(place.units) > MOST_NAMED:
        parts.append(small(f"and {len(place.units) - MOST_NAMED:,} more"))
    box = "max-height:240px;overflow-y:auto"
    return element("div", *(element("p", part) for part in parts), style=box)


def _plain_map(places: Sequence[Place]) -> Html:
    """Return the points on a plain background, for a page without a network.

    The page loads the map library from a server. If that fails, this picture is shown instead; else
    its script removes it. The coordinates are metres, so the points need no projection.
    """
    if not places:
        return Html("")
    east = [float(place.easting) for place in places]
    north = [float(place.northing) for place in places]
    metres = max(max(east) - min(east), max(north) - min(north), _LEAST_METRES) * (1 + 2 * _MARGIN)
    scale = _WIDTH / metres
    left = (min(east) + max(east) - metres) / 2
    top = (min(north) + max(north) + metres) / 2
    points = [
        element(
            "circle",
            element("title", _tooltip(place)),
            cx=f"{(x - left) * scale:.1f}",
            cy=f"{(top - y) * scale:.1f}",
            r="7",
            fill=_COLOURS[place.level],
            fill_opacity="0.6",
            stroke=_COLOURS[place.level],
        )
        for place, x, y in zip(places, east, north, strict=True)
    ]
    words = element(
        "text",
        "Without a network: points without a map. North is up.",
        x="12",
        y="24",
        font_size="16",
        font_family="sans-serif",
        fill="#111",
    )
    picture = element(
        "svg",
        words,
        *points,
        viewBox=f"0 0 {_WIDTH} {_WIDTH}",
        style=_PLAIN_STYLE,
        role="img",
        aria_label="Units as points without a map",
    )
    return join([picture, _REMOVE])


# folium writes these texts into JavaScript template literals and Jinja templates, where HTML
# escaping alone does not hold: a name with ${…} or {{…}} would be run.
_TEMPLATE_MARKUP = str.maketrans({each: f"&#{ord(each)};" for each in "$`\\{}"})


def _for_template(text: Html) -> str:
    return text.translate(_TEMPLATE_MARKUP)
