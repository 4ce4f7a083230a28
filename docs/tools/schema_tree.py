"""The bundled schemas as a readable tree, for the docs. Generated from the XSDs alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import as_file, files
from typing import Any

import attrs
import xmlschema

from sorparse.validation.schema_files import XS, bundled_files
from sorparse.validation.schema_set import BUNDLED_ROOTS, ROOT

# xmlschema's unions of particles and types are wider than what the bundled schemas hold
XsdElement = Any
XsdGroup = Any

VERSIONS = tuple(version for version, _ in BUNDLED_ROOTS.values())
"""The versions of SOR XML that there are bundled schemas for."""


def schema_tree(version: str) -> str:
    """Return the bundled schema for a version (``"2.0.0"`` or ``"1.0.0"``) as Markdown.

    It has a tree of the elements in their order, with how often each may occur (``?`` at most once,
    ``*`` any number, ``+`` at least once, else exactly once), and a table of every element with its
    type and what is known of it.

    Raises:
        ValueError: If there is no bundled schema for the version.
    """
    for namespace, (known, path) in BUNDLED_ROOTS.items():
        if known == version:
            with as_file(files("sorparse") / "schemas") as folder:
                schema = xmlschema.XMLSchema(str(folder / path), allow="local")
            return "\n".join(_Writing(schema, namespace, version).lines()) + "\n"
    raise ValueError(f"version must be one of {', '.join(VERSIONS)}, not {version!r}")


def _prefixes(namespace: str) -> dict[str, str]:
    """Prefix of each namespace, as the schema files write it; none for the root's own."""
    found = {namespace: ""}
    for document in bundled_files().readable():
        for prefix, uri in document.root.nsmap.items():
            if prefix and uri != XS:
                found.setdefault(uri, prefix)
        if document.target_namespace not in found and document.path.startswith("oio/"):
            found[document.target_namespace] = document.path[4:].partition("_")[0]
    return found


@attrs.define
class _Writing:
    schema: xmlschema.XMLSchema
    namespace: str
    version: str
    prefixes: dict[str, str] = attrs.field(init=False)
    known: dict[str, XsdElement] = attrs.field(factory=dict, init=False)
    expanded: dict[object, str] = attrs.field(factory=dict, init=False)
    """The types whose content is in the tree already, and the element it is below."""

    def __attrs_post_init__(self) -> None:
        self.prefixes = _prefixes(self.namespace)

    def lines(self) -> Iterator[str]:
        root = self.schema.elements[ROOT]
        tree = list(self._element(root, 0))
        yield f"# Schema of Sor.xml {self.version}"
        yield ""
        yield (
            "The elements that the bundled schema allows, in their order. After a name, `?` means "
            "at most once, `*` any number of times, `+` at least once; a name alone means exactly "
            "once. Generated from the files in `sorparse/schemas`."
        )
        yield ""
        yield "| prefix | namespace |"
        yield "|---|---|"
        used = {uri for uri in self.prefixes if any(f"{{{uri}}}" in name for name in self.known)}
        for uri in sorted(used, key=lambda u: self.prefixes[u]):
            yield f"| {self.prefixes[uri] or '(none)'} | `{uri}` |"
        yield ""
        yield "## Tree"
        yield ""
        yield "```text"
        yield from tree
        yield "```"
        yield ""
        yield "## Elements"
        yield ""
        yield "| element | type | what is known |"
        yield "|---|---|---|"
        for name, element in self.known.items():
            note = " ".join(str(element.annotation or "").split())
            cells = (f"`{self._shown(name)}`", self._type(element), note)
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    def _shown(self, name: str) -> str:
        uri, _, local = name[1:].rpartition("}")
        prefix = self.prefixes.get(uri, "")
        return f"{prefix}:{local}" if prefix else local

    def _element(
        self, element: XsdElement, depth: int, often: str = "", *others: XsdElement
    ) -> Iterator[str]:
        """Yield the line of an element (or of several alternatives), and its content."""
        shown = " or ".join(self._shown(e.name) for e in (element, *others))
        line = "  " * depth + shown + (often or _often(element.min_occurs, element.max_occurs))
        for each in (element, *others):
            # the global element has the notes; a reference to it has none
            self.known.setdefault(each.name, each if each.ref is None else each.ref)
        kind = element.type
        if not kind.has_complex_content():
            yield line
        elif kind in self.expanded:
            first = self.expanded[kind]
            yield f"{line}  (as {'above' if first == shown else first})"
        else:
            self.expanded[kind] = shown
            yield line
            yield from self._inner_group(kind.content, depth + 1)

    def _group(self, group: XsdGroup, depth: int) -> Iterator[str]:
        for part in group:
            if hasattr(part, "model"):
                yield from self._inner_group(part, depth)
            else:
                yield from self._element(part, depth)

    def _inner_group(self, group: XsdGroup, depth: int) -> Iterator[str]:
        often = _often(group.min_occurs, group.max_occurs)
        parts = list(group)
        while len(parts) == 1 and hasattr(parts[0], "model"):  # a reference to a named group
            group, parts = parts[0], list(parts[0])
            often = often or _often(group.min_occurs, group.max_occurs)
        if group.model != "choice":
            yield from self._group(group, depth)
        elif not any(hasattr(part, "model") for part in parts) and (
            len({part.local_name for part in parts}) == 1
            or not any(part.type.has_complex_content() for part in parts)
        ):
            yield from self._element(parts[0], depth, often, *parts[1:])
        else:
            yield "  " * depth + f"one of{often}:"
            for part in parts:
                if hasattr(part, "model"):
                    yield "  " * (depth + 1) + "in order:"
                    yield from self._group(part, depth + 2)
                else:
                    yield from self._element(part, depth + 1)

    def _type(self, element: XsdElement) -> str:
        kind = element.type
        if kind.has_complex_content():
            return "elements"
        kind = kind.content if kind.is_complex() else kind
        named = kind if (kind.prefixed_name or "").startswith("xs:") else kind.base_type
        return ", ".join([named.prefixed_name, *_facets(kind.facets.values())])


def _often(least: int, most: int | None) -> str:
    if (least, most) == (1, 1):
        return ""
    words: dict[tuple[int, int | None], str] = {(0, 1): " ?", (0, None): " *", (1, None): " +"}
    return words.get((least, most), f" {least}..{most}")


def _facets(facets: Iterable[object]) -> list[str]:
    values = {type(f).__name__.removeprefix("Xsd").partition("Facet")[0]: f for f in facets}
    bounds = {name: getattr(facet, "value", None) for name, facet in values.items()}
    rules = []
    if "MaxLength" in bounds:
        rules.append(f"{bounds.get('MinLength', 0)} to {bounds['MaxLength']} characters")
    if "Length" in bounds:
        rules.append(f"{bounds['Length']} characters")
    if "MinInclusive" in bounds:
        rules.append(f"from {bounds['MinInclusive']}")
    if "MaxInclusive" in bounds:
        rules.append(f"to {bounds['MaxInclusive']}")
    if "Pattern" in values:
        rules += [f"pattern `{p}`" for p in getattr(values["Pattern"], "regexps", ())]
    return rules
