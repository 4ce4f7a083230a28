"""Find the entries of SHAKregion.xml while it is parsed.

An entry has one of the declared columns among its attributes or its children. All else that is in
it belongs to it, except further entries. An element without a column before its first entry is
a container: what is in it, beside the entries, is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..sources import Member
from ..xml import CREATED_AT, SNAPSHOT_DATE
from ..xml.elements import Element, attributes_of, line_of, split_tag, too_deep
from ..xml.parser import refuse_large
from .base import ReadOptions
from .declare import TableSpec, fold
from .generator import Memo
from .sor_xml.reader_base import growing, steps_of
from .sor_xml.reporting import Context, ExtraTexts, step_name

_NAMESPACE = re.compile(r"\{[^}]*\}")
Entry = tuple[Element, ExtraTexts]
"""The element, and its texts by their names."""
Size = tuple[int, int, int]
"""Characters, elements and attributes."""


class _Around:
    """An element that is read child by child."""

    def __init__(self, element: Element, path: str, *, is_entry: bool) -> None:
        self.element = element
        self.path = path
        self.is_entry = is_entry
        self.is_container = False
        self.held: list[Element] = []
        """Its children up to now, unless it is a container; without entries and containers."""
        self.size: Size = (0, 0, 0)
        """The size of those."""


class Entries:
    """The entries of one file, each once, in the order of their ends.

    Args:
        member: The file.
        options: The caller's options.
        spec: The declared columns.
        context: Reports what is outside the entries.
    """

    def __init__(
        self, member: Member, options: ReadOptions, spec: TableSpec, context: Context
    ) -> None:
        self._member = member
        self._options = options
        self._context = context
        self._around: list[_Around] = []
        self._held: Size = (0, 0, 0)
        """The size of what all of these hold."""
        columns = {*spec.by_folded_name, *map(fold, options.columns)}
        self._is_column = Memo(lambda name: fold(split_tag(name)[1]) in columns).__getitem__
        self._names = Memo(_name_of)
        """Names of columns by the paths of the texts in an entry."""
        self._names_of_attributes = Memo(lambda key: _name_of(f"/@{key}"))
        self._names_of_tags = Memo(lambda tag: _name_of(f"/{step_name(tag)}"))

    def __iter__(self) -> Iterator[Entry]:
        tree = growing(self._member, self._options, self._begin)
        for ended, children in steps_of(tree, self._member, self._options):
            if ended is None:
                yield from self._children(children)
            else:
                yield from self._end()

    def _begin(self, element: Element) -> bool:
        """Begin to read an element child by child."""
        name = split_tag(element.tag)[1]
        path = f"{self._around[-1].path}/{name}" if self._around else name
        is_entry = any(map(self._is_column, element.keys()))
        self._around.append(_Around(element, path, is_entry=is_entry))
        return True

    def _children(self, children: Sequence[Element]) -> Iterator[Entry]:
        """Read the next children of an element, which are complete."""
        is_column, most = self._is_column, self._options.limits.max_depth
        stack = [iter(children)]
        while stack:
            parent, depth = self._around[-1], len(self._around)
            for child in stack[-1]:
                if depth >= most:
                    raise too_deep(self._member.name, line_of(child), self._options.limits)
                keys = child.keys()
                has_column = bool(keys) and any(map(is_column, keys))
                if len(child):
                    is_plain = depth + 1 < most
                    for inner in child:
                        if len(inner) or inner.keys():
                            is_plain = False
                        elif is_column(inner.tag):
                            has_column = True
                    if not is_plain:
                        self._begin(child)
                        stack.append(iter(child[:]))
                        break
                if has_column:
                    yield child, self._texts_of_plain(child)
                    self._separate(child)
                elif not parent.is_container:
                    self._hold(parent, child)
                else:
                    self._outside(child, parent.path)
            else:
                stack.pop()
                if stack:
                    yield from self._end()

    def _end(self) -> Iterator[Entry]:
        """End the innermost element."""
        ended = self._around.pop()
        element = ended.element
        if not self._around and not ended.is_entry and not ended.is_container:
            self._make_container(ended)
        if not ended.is_container:
            element[:] = ended.held
            self._free(ended)
        if ended.is_entry:
            yield element, self._texts(element)
        if ended.is_entry or ended.is_container:
            self._separate(element)
        else:
            self._hold(self._around[-1], element)

    def _separate(self, element: Element) -> None:
        """Note that an element is an entry or a container: what is around it is one, too."""
        for around in reversed(self._around):
            if around.is_container:
                break
            if not around.is_entry:
                self._make_container(around)
        if element.tail and self._around:
            self._text_after(element, self._around[-1].path)

    def _make_container(self, around: _Around) -> None:
        """Report what is in an element up to now."""
        around.is_container = True
        element, path = around.element, around.path
        self._report(element, path, (element.text or "").strip())
        for key, value in attributes_of(element).items():
            self._report(element, f"{path}/@{key}", value.strip())
        for child in around.held:
            self._outside(child, path)
        self._free(around)

    def _free(self, around: _Around) -> None:
        """Forget what an element holds."""
        around.held.clear()
        self._held = _sum(self._held, around.size, -1)
        around.size = (0, 0, 0)

    def _hold(self, parent: _Around, child: Element) -> None:
        """Add a complete child without entries to its parent, or report it in a container."""
        if parent.is_container:
            self._outside(child, parent.path)
            return
        if self._is_column(child.tag):
            parent.is_entry = True
        size = _size_of(child)
        parent.size = _sum(parent.size, size)
        self._held = _sum(self._held, size)
        line = line_of(parent.element)
        refuse_large(self._held, self._options.limits, self._member.name, line)
        parent.held.append(child)

    def _outside(self, element: Element, path: str) -> None:
        """Report the texts and attributes of an element in a container."""
        name = f"{path}/{step_name(element.tag)}"
        if len(element) or element.keys():
            for inner, place, text in self._context.texts_in(element, name):
                self._report(inner, place, text)
        elif element.text:
            self._report(element, name, element.text.strip())
        if element.tail:
            self._text_after(element, path)

    def _report(self, element: Element, name: str, text: str) -> None:
        if text and split_tag(element.tag)[1] not in (CREATED_AT, SNAPSHOT_DATE):
            self._context.issue(
                "warning",
                "unknown-element",
                f"{name} is outside the entries; it is stored in this issue only",
                element,
                name,
                value=text,
            )

    def _text_after(self, element: Element, path: str) -> None:
        if text := (element.tail or "").strip():
            message = "text between the entries"
            self._context.issue("warning", "stray-text", message, element, path, value=text)

    def _texts(self, element: Element) -> ExtraTexts:
        """Return the texts of an entry by their names."""
        texts = ExtraTexts()
        for _, place, text in self._context.texts_in(element, ""):
            texts.add(self._names[place], text)
        return texts

    def _texts_of_plain(self, element: Element) -> ExtraTexts:
        """Return the same for an entry whose children have neither children nor attributes."""
        texts = ExtraTexts()
        if text := element.text:
            texts.add("text()", text.strip())
        if element.keys():
            for key, value in attributes_of(element).items():
                texts.add(self._names_of_attributes[key], value.strip())
        for child in element:
            if child.tail:
                return self._texts(element)
            if text := child.text:
                texts.add(self._names_of_tags[child.tag], text.strip())
        return texts


def _sum(one: Size, other: Size, sign: int = 1) -> Size:
    return one[0] + sign * other[0], one[1] + sign * other[1], one[2] + sign * other[2]


def _size_of(element: Element) -> Size:
    """Return the number of characters, elements and attributes of an element."""
    chars = elements = attributes = 0
    for each in element.iter() if len(element) else (element,):
        chars += len(each.text or "") + len(each.tail or "")
        elements += 1
        if each.keys():
            values = attributes_of(each).values()
            attributes += len(values)
            chars += sum(map(len, values))
    return chars, elements, attributes


def _name_of(place: str) -> str:
    """Return the name of a column for the path of a text in an entry."""
    return _NAMESPACE.sub("", place).removeprefix("/").removeprefix("@") or "text()"
