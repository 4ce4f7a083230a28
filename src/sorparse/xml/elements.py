"""Small functions for elements, each in time proportional to the element."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import cast

from lxml import etree

from ..errors import SorFileError
from ..limits import Limits

Element = etree._Element

RAW_CHARS = 10_000
"""Characters of an element, or of a value, in an issue."""


def split_tag(tag: object) -> tuple[str, str]:
    """Return namespace and local name of ``{namespace}local``; the namespace may be empty."""
    return _split(str(tag))


@lru_cache(maxsize=1024)
def _split(text: str) -> tuple[str, str]:
    if text.startswith("{"):
        namespace, _, local = text[1:].partition("}")
        return namespace, local
    return "", text


def local_name(tag: object) -> str:
    """Return the local name of ``{namespace}local``."""
    return split_tag(tag)[1]


_FEW = 16


def attributes_of(element: Element) -> Mapping[str, str]:
    """Return names and values of all attributes, in their order.

    lxml's ``items`` searches all attributes for each value: minutes for an element with a hundred
    thousand. For an element with few, ``items`` is faster than an XPath expression.
    """
    keys = element.keys()
    if not keys:
        return {}
    if len(keys) < _FEW:
        return dict(element.items())
    names = map(str, keys)
    values = map(str, cast("list[str]", element.xpath("@*")))
    return dict(zip(names, values, strict=True))


def line_of(element: Element) -> int | None:
    """Return the line on which an element begins."""
    line = element.sourceline
    return line if isinstance(line, int) else None


def too_deep(file: str, line: int | None, limits: Limits) -> SorFileError:
    """Return the error for elements nested beyond the limit."""
    return SorFileError(
        f"elements are nested deeper than Limits.max_depth ({limits.max_depth})",
        file=file,
        line=line,
    )


def depth_below(element: Element) -> int:
    """Return how many elements deep an element is, itself included."""
    deepest = depth = 0
    for event, _ in etree.iterwalk(element, ("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def texts_in(
    element: Element,
    path: str,
    *,
    file: str,
    limits: Limits,
    step_name: Callable[[object], str] = local_name,
) -> Iterator[tuple[Element, str, str]]:
    """Yield every text and attribute in an element under its path, without recursion.

    Raises SorFileError for elements nested deeper than the limit.
    """
    stack = [(element, path, 1)]
    while stack:
        current, name, depth = stack.pop()
        if depth > limits.max_depth:
            raise too_deep(file, line_of(current), limits)
        yield current, name, (current.text or "").strip()
        for key, value in attributes_of(current).items():
            yield current, f"{name}/@{key}", value.strip()
        if len(current):
            for child in current:
                tail = (child.tail or "").strip()
                if tail:
                    yield current, f"{name}/text()", tail
            stack += [
                (child, f"{name}/{step_name(child.tag)}", depth + 1) for child in reversed(current)
            ]


def flat_texts(element: Element) -> tuple[list[str], tuple[str, ...]] | None:
    """Return the texts of :func:`texts_in`, in less time, of an element whose children have none.

    Returns:
        The texts, and what decides their paths: for each element its tag, the names of its
        attributes, and an empty text. ``None`` if the children have children or texts after them,
        or an element has many attributes.
    """
    texts: list[str] = []
    key: list[str] = []
    for each in (element, *element):
        if each is not element and (len(each) or ((tail := each.tail) and tail.strip())):
            return None
        text = each.text
        texts.append(text.strip() if text else "")
        key.append(each.tag)
        names = each.keys()
        if names:
            if len(names) >= _FEW:
                return None
            key += names
            texts += [value.strip() for value in each.values()]
        key.append("")
    return texts, tuple(key)


def flat_paths(key: Iterable[str], step_name: Callable[[object], str]) -> list[str]:
    """Return the paths of the texts of :func:`flat_texts`."""
    paths: list[str] = []
    path: str | None = None
    for name in key:
        if not name:
            path = None
        elif path is None:
            path = f"/{step_name(name)}" if paths else ""
            paths.append(path)
        else:
            paths.append(f"{path}/@{name}")
    return paths


def as_text(element: Element) -> str:
    """Return an element, and the text after it, as XML."""
    return etree.tostring(element, encoding="unicode")


def shortened(text: str) -> str:
    """Return a text for an issue, cut off where it is very long."""
    return text if len(text) <= RAW_CHARS else text[:RAW_CHARS] + "…"


def shortened_raw(element: Element) -> str:
    """Return the element as XML, for an issue."""
    return shortened(etree.tostring(element, encoding="unicode", with_tail=False))
