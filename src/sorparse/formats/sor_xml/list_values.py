"""The values of the lists around an entry, in a file that is read by its shape."""

from __future__ import annotations

from ...xml.elements import Element, attributes_of, shortened, split_tag
from .list_shape import is_identifier, is_name
from .reporting import Context, ExtraTexts

_MOST_VALUES = 100
"""Values around an entry that are read as those of its lists."""
_Pair = tuple[str, str]


class ListValues:
    """The lists around an entry, with their values before their first entry."""

    def __init__(self) -> None:
        self._open: list[tuple[str, list[_Pair]]] = []
        """Name and values of each, outermost first."""
        self._begun = 0
        """How many of the lists have had an entry."""
        self._known: dict[tuple[bool, bool], tuple[str, str, ExtraTexts]] = {}

    @property
    def have_entries(self) -> bool:
        """Whether the innermost list has had an entry."""
        return self._begun == len(self._open)

    def begin(self, element: Element) -> None:
        """Begin a list."""
        values = [(f"@{split_tag(key)[1]}", text) for key, text in attributes_of(element).items()]
        self._open.append((split_tag(element.tag)[1], values))
        self._known.clear()

    def end(self) -> None:
        """End the innermost list."""
        self._open.pop()
        self._begun = min(self._begun, len(self._open))
        self._known.clear()

    def take(self, element: Element, context: Context) -> None:
        """Store a value of the innermost list; report it after an entry, or too many values."""
        text = (element.text or "").strip()
        if not text:
            return
        name, values = self._open[-1]
        own = split_tag(element.tag)[1]
        if self._begun == len(self._open) or len(values) >= _MOST_VALUES:
            context.issue(
                "warning",
                "unknown-element",
                f"{name}/{own} follows the first entry of its list, or {_MOST_VALUES} other "
                "values; it is stored in this issue only",
                element,
                f"{name}/{own}",
                value=shortened(text),
            )
        else:
            values.append((own, text))
            self._known.clear()

    def around(self, *, code: bool, name: bool) -> tuple[str, str, ExtraTexts]:
        """Return identifier and name of the lists, if they are needed, and other values."""
        self._begun = len(self._open)
        asked = code, name
        if asked not in self._known:
            self._known[asked] = self._find(code=code, name=name)
        return self._known[asked]

    def _find(self, *, code: bool, name: bool) -> tuple[str, str, ExtraTexts]:
        codes, names, extra = "", "", ExtraTexts()
        for level, (element, values) in enumerate(reversed(self._open), 1):
            for key, text in values:
                plain = key.removeprefix("@")
                if name and not names and is_name(plain):
                    names = text
                elif code and not codes and is_identifier(plain, element):
                    codes = text
                else:
                    extra.add("../" * level + key, text)
        return codes, names, extra
