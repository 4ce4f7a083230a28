"""The points of a map on a plain background, for a page without a network.

The page of a map loads the map library from a server. If that fails, this picture is shown
instead. The coordinates are metres, so the points need no projection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .markup import Html, element, join

if TYPE_CHECKING:
    from ..records import SorType
    from .maps import Place

_WIDTH = 1000
"""Units of the picture's width."""
_LEAST_METRES = 2000
"""Metres that the picture shows at least, so that one place does not fill it."""
_MARGIN = 0.06
_STYLE = "position:absolute;z-index:999;inset:0;width:100%;height:100%;background:#eef2f4"
# the map library is loaded in the head of the page, so it is there now or not at all
_REMOVE = Html(
    "<script>if(window.L)document.currentScript.previousElementSibling.remove()</script>"
)


def plain_map(
    places: Sequence[Place], colours: Mapping[SorType | None, str], names: Sequence[Html]
) -> Html:
    """Return the picture, and the script that removes it if the map library is loaded.

    Args:
        places: The places.
        colours: The colour of each level.
        names: The label of each place.
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
            element("title", name),
            cx=f"{(x - left) * scale:.1f}",
            cy=f"{(top - y) * scale:.1f}",
            r="7",
            fill=colours[place.level],
            fill_opacity="0.6",
            stroke=colours[place.level],
        )
        for place, name, x, y in zip(places, names, east, north, strict=True)
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
        style=_STYLE,
        role="img",
        aria_label="Units as points without a map",
    )
    return join([picture, _REMOVE])
