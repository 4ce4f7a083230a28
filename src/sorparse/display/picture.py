"""A chart in a notebook, light or dark, with a description and its numbers.

Drawn with matplotlib (extra ``plot``): its pictures are still and need no scripts, so they can be
shown in any notebook, put into a paper and printed; it is the library that most users of notebooks
have already.
"""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from .. import targets
from ..extras import load_extra
from ..replace import failed, replaced_file
from .markup import Html, element, listing, page

# A narrow page scrolls; smaller letters could not be read.
_SIZE = "max-width:100%;min-width:38em;height:auto"
# A dark notebook gets a dark background and light letters; the colours of bars stay.
_BACKGROUND, _FOREGROUND = "#1c1c1c", "#e6e6e6"
_DARK = (
    "@media (prefers-color-scheme: dark){"
    f"svg{{fill:{_FOREGROUND}}}"
    f'[style*="fill: #ffffff"]{{fill:{_BACKGROUND}!important}}'
    f'[style*="stroke: #ffffff"]{{stroke:{_BACKGROUND}!important}}'
    f'[style*="stroke: #000000"]{{stroke:{_FOREGROUND}!important}}'
    "}</style>"
)
_MARK = "a picture by sorparse"
_MARKED = {"svg": "Creator", "png": "Software", "pdf": "Creator", "ps": "Creator", "eps": "Creator"}
"""File formats with metadata, and the metadata that names the library."""


@attrs.frozen(eq=False)
class Picture:
    """A chart. ``figure`` is matplotlib's figure; ``rows`` are the numbers of the chart.

    Example:
        >>> picture = register.activity("level", first_year=2010)
        >>> picture.heads, picture.rows[0]
        (('year', 'level', 'opened', 'closed'), ('2010', 'IE', 2, 0))
    """

    figure: Any
    title: str
    alternative: str
    """Description of the chart for readers who cannot see it."""
    heads: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the chart to a file; the suffix decides the format (``.svg``, ``.png``, ``.pdf``).

        Args:
            path: The file to write.
            force: Also replace a file that the library did not write.

        Raises:
            ConversionError: If the file must not or cannot be written.

        Example:
            >>> register.activity().save("activity.pdf")
        """
        target = targets.writable(path, _is_own, force=force)
        kind = target.suffix.lower().lstrip(".")
        known = self.figure.canvas.get_supported_filetypes()
        if kind not in known:
            endings = ", ".join(sorted(known))
            raise failed(target, f"expected a name that ends in one of {endings}")
        metadata = {_MARKED[kind]: _MARK} if kind in _MARKED else None
        with replaced_file(target) as new:
            self.figure.savefig(new, format=kind, bbox_inches="tight", metadata=metadata)

    def svg(self) -> str:
        """Return the chart as SVG; the same numbers result in the same text.

        Example:
            >>> "</svg>" in register.activity().svg()
            True
        """
        written = io.StringIO()
        mpl = load_extra("matplotlib", "plot", "Plots")

        # with a random salt or a date two runs would differ
        with mpl.rc_context({"svg.hashsalt": "sorparse"}):
            self.figure.savefig(
                written, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None}
            )
        return written.getvalue()

    def _repr_html_(self) -> str:
        svg = self.svg().replace("</style>", _DARK, 1)
        packed = base64.b64encode(svg.encode()).decode("ascii")
        image = Html(
            f'<img alt="{html.escape(self.alternative)}" style="{_SIZE}" '
            f'src="data:image/svg+xml;base64,{packed}">'
        )
        numbers = listing(self.title, self.heads, self.rows[:200], total=len(self.rows))
        return page(image, element("details", element("summary", "The numbers"), numbers))


def _is_own(path: Path) -> bool:
    return path.is_file() and _MARK.encode() in path.read_bytes()


def plot_library() -> Any:
    """Return ``matplotlib.figure``, which opens no window and changes no global state."""
    return load_extra("matplotlib.figure", "plot", "Plots")


def plain(text: str) -> str:
    """Return a text that matplotlib does not read as a formula."""
    return text.replace("$", r"\$")


def shortened(text: str, longest: int = 40) -> str:
    """Return a text that fits into a chart."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def in_words(rows: Sequence[tuple[Any, ...]], most: int = 12) -> str:
    """Return rows as a sentence."""
    sentence = "; ".join(" ".join(str(part) for part in row) for row in rows[:most])
    return sentence + ("; and more" if len(rows) > most else "")
