"""The bundled schemas as a readable tree, for the docs. Generated from the XSDs alone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import attrs

from .compile import BUNDLED_ROOTS, ROOT
from .schema_files import XS, bundled_files

if TYPE_CHECKING:
    from xmlschema import XMLSchema
    from xmlschema.validators import XsdElement, XsdGroup

VERSIONS = tuple(version for version, _ in BUNDLED_ROOTS.values())
"""The versions of SOR XML that there are bundled schemas for."""


def schema_tree(version: str) -> str:
    """Give the bundled schema for a version (``"2.0.0"`` or ``"1.0.0"``) as Markdown.

    A tree of the elements in their order, with how often each may stand (``?`` at most once, ``*``
    any number, ``+`` at least once, else exactly once), and a table of every element with its type
    and what is known of it. Raises ValueError for another version.
    """
    import xmlschema  # takes a quarter of a second, and only the docs need it

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
    schema: XMLSchema
    namespace: str
    version: str
    prefixes: dict[str, str] = attrs.field(init=False)
    told: dict[str, XsdElement] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.prefixes = _prefixes(self.namespace)

    def lines(self) -> Iterator[str]:
        root = self.schema.elements[ROOT]
        tree = list(self._element(root, 0))
        yield f"# SOR XML {self.version}"
        yield ""
        yield "Generated from the schemas in `sorparse/schemas`."
        yield ""
        yield "| prefix | namespace |"
        yield "|---|---|"
        used = {uri for uri in self.prefixes if any(f"{{{uri}}}" in name for name in self.told)}
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
        for name, element in self.told.items():
            note = " ".join(str(element.annotation or "").split())
            cells = (f"`{self._shown(name)}`", self._type(element), note)
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    def _shown(self, name: str) -> str:
        uri, _, local = name[1:].rpartition("}")
        prefix = self.prefixes.get(uri, "")
        return f"{prefix}:{local}" if prefix else local

    def _element(self, element: XsdElement, depth: int) -> Iterator[str]:
        name = element.name
        line = "  " * depth + self._shown(name) + _often(element.min_occurs, element.max_occurs)
        group = element.type.content if element.type.has_complex_content() else None
        if name in self.told:
            yield line + ("  (as above)" if group is not None else "")
            return
        # the global element has the notes; a reference to it has none
        self.told[name] = element.ref or element
        yield line
        if group is not None:
            yield from self._group(group, depth + 1)

    def _group(self, group: XsdGroup, depth: int) -> Iterator[str]:
        for part in group:
            if hasattr(part, "model"):
                yield from self._choice_or_sequence(part, depth)
            else:
                yield from self._element(part, depth)

    def _choice_or_sequence(self, group: XsdGroup, depth: int) -> Iterator[str]:
        often = _often(group.min_occurs, group.max_occurs)
        parts = list(group)
        if group.model != "choice":
            yield from self._group(group, depth)
        elif all(not hasattr(part, "model") and not part.type.is_complex() for part in parts):
            for part in parts:
                self.told.setdefault(part.name, part.ref or part)
            yield "  " * depth + " or ".join(self._shown(p.name) for p in parts) + often
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
        if kind.is_complex() and not kind.has_simple_content():
            return "elements"
        kind = kind.content if kind.is_complex() else kind
        base = kind.primitive_type if kind.base_type is None else kind
        name = (base.root_type if base.root_type is not None else base).prefixed_name
        rules = [_facet(f) for f in getattr(kind, "facets", {}).values() if _facet(f)]
        if kind.prefixed_name and kind.prefixed_name.startswith("xs:"):
            return str(kind.prefixed_name)
        named = getattr(kind, "base_type", None)
        shown = named.prefixed_name if named is not None and named.prefixed_name else name
        return ", ".join([str(shown), *rules])


def _often(least: int, most: int | None) -> str:
    if (least, most) == (1, 1):
        return ""
    return {(0, 1): " ?", (0, None): " *", (1, None): " +"}.get((least, most), f" {least}..{most}")


def _facet(facet: object) -> str:
    value = getattr(facet, "value", None)
    name = type(facet).__name__.removeprefix("Xsd").removesuffix("Facet").removesuffix("Facets")
    words = {
        "MinLength": "at least {} characters",
        "MaxLength": "at most {} characters",
        "Length": "{} characters",
        "MinInclusive": "from {}",
        "MaxInclusive": "to {}",
    }
    if name in words and value is not None:
        return words[name].format(value)
    if name == "Pattern":
        return "pattern " + " or ".join(f"`{p}`" for p in getattr(facet, "regexps", ()))
    if name == "Enumeration":
        return "one of " + ", ".join(str(v) for v in getattr(facet, "enumeration", ()))
    return ""
