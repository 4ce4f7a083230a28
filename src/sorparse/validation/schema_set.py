"""Combine a set of schema files into one schema that libxml2 can use, without the network.

libxml2 reads only the first ``xs:import`` of a namespace and skips the others, and the published
schemas have one element in a file and import from addresses that are gone. So each namespace
gets one file that includes all its files ("aggregator"), every import leads to the aggregator of
its namespace, and all of it is served from memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import attrs
from lxml import etree

from ..errors import SorFileError
from ..xml.parser import SAFE
from .components import Components, Name, declared, local, namespace_of, references, xs_children
from .schema_files import (
    XS,
    SchemaDocument,
    SchemaFiles,
    bundled_files,
    open_schema_files,
)

_Shape = tuple[str, tuple[tuple[str, str], ...], tuple["_Shape", ...]]

XSI = "http://www.w3.org/2001/XMLSchema-instance"
ROOT = "SorTree"
BUNDLED_ROOTS = {
    "urn:oio:nsi:2.0.0": ("2.0.0", "nsi_2_0_0.xsd"),
    "urn:oio:sundhedsstyrelsen:organisation:1.0.0": ("1.0.0", "sor_1_0_0.xsd"),
}
"""Namespace of the root element: version of the format and bundled schema."""
_MOST_FILES = 500
"""The publisher's schemas are 59 files with 150 elements and 600 nodes in all."""
_MOST_NODES = 20_000
_MOST_PARTICLES = 1_000
_MOST_PATTERN = 1_000


@attrs.frozen(eq=False)
class Schema:
    """All documents of a schema as the engines get them, and what they declare."""

    documents: Mapping[str, bytes]
    """By the address they are served under."""
    entry: str
    file_names: Mapping[str, str]
    """Address to the name of the file, for messages."""
    components: Components
    name: str
    """Description of the schema for messages."""
    namespaces: frozenset[str]
    """The namespaces for which it declares SorTree."""

    def document(self) -> etree._Element:
        """Return the document that leads to all others, which are served from memory."""
        parser = etree.XMLParser(**SAFE)
        parser.resolvers.add(_Served(self.documents))
        document: etree._Element
        document = etree.fromstring(self.documents[self.entry], parser, base_url=self.entry)
        return document

    def texts_without_locations(self) -> Iterator[tuple[str, str]]:
        """Yield namespace and text of each schema file, with imports that name no file."""
        for url, content in self.documents.items():
            if url in self.file_names:
                root = etree.fromstring(content, etree.XMLParser(**SAFE))
                for link in root.iterchildren(f"{{{XS}}}import"):
                    link.attrib.pop("schemaLocation", None)
                yield root.get("targetNamespace") or "", etree.tostring(root, encoding="unicode")


def load_schema(schema: str | os.PathLike[str] | None, namespace: str) -> Schema:
    """Load the bundled schema for a root namespace (``schema=None``), or the caller's.

    Raises SorFileError for a schema that is missing or unusable; the network is never used.
    """
    if schema is None:
        return _bundled(namespace)
    files, named = open_schema_files(schema)
    root = files.document(named) if named is not None else _find_root(files, namespace)
    chosen = _Closure(files, bundled_files())
    chosen.follow(root)
    prepared = chosen.prepared(root.name)
    if not prepared.namespaces:
        raise SorFileError(f"not a schema of SOR: it does not declare {ROOT}", file=root.name)
    return prepared


@cache
def _bundled(namespace: str) -> Schema:
    # stored, because reading the files takes four times as long as compiling them
    version, path = BUNDLED_ROOTS[namespace]
    files = bundled_files()
    chosen = _Closure(files, files)
    chosen.follow(files.document(path))
    return chosen.prepared(f"bundled schema for SOR XML {version}")


def _find_root(files: SchemaFiles, namespace: str) -> SchemaDocument:
    roots = [
        document
        for document in files.readable()
        if ("element", f"{{{document.target_namespace}}}{ROOT}")
        in dict(declared(document.root, document.target_namespace))
    ]
    if not roots:
        for path in files.paths():
            files.document(path)  # raises the error of a broken file
        raise SorFileError(
            f"not a schema of SOR: none of its {len(files.paths())} schemas declares {ROOT}",
            file=files.name,
        )
    fitting = [document for document in roots if document.target_namespace == namespace] or roots
    if len({_shape(document.root) for document in fitting}) > 1:
        names = " and ".join(document.path for document in fitting[:3])
        raise SorFileError(
            f"several schemas declare {ROOT}: {names}; pass the path of the one to use",
            file=files.name,
        )
    return fitting[0]


@attrs.define(eq=False)
class _Closure:
    """Collects the files that a root schema needs, and compiles them."""

    files: SchemaFiles
    bundled: SchemaFiles
    chosen: dict[tuple[str, str, bool], SchemaDocument] = attrs.field(factory=dict, init=False)
    """By path, namespace (a chameleon include takes its includer's), and whether bundled."""

    def follow(self, root: SchemaDocument) -> None:
        """Choose a file and all it leads to, then whatever else is referred to."""
        self._choose(root, root.target_namespace)
        while missing := self._missing():
            added = False
            for name in missing:
                source = self._declaring(name)
                if source is not None:
                    self._choose(source, namespace_of(name[1]))
                    added = True
            if not added:
                raise self._cannot_be_had(missing)

    def _choose(self, document: SchemaDocument, namespace: str) -> None:
        pending = [(document, namespace)]
        while pending:
            document, namespace = pending.pop()
            key = (document.path, namespace, document.bundled)
            if key in self.chosen:
                continue
            self.chosen[key] = document
            if len(self.chosen) > _MOST_FILES:
                raise SorFileError(
                    f"the schema needs more than {_MOST_FILES} files", file=self.files.name
                )
            if document.bundled and not self.files.bundled:
                continue  # the caller's set may have what it needs, so it is searched first
            for kind, child in xs_children(document.root):
                location = child.get("schemaLocation")
                if kind in ("redefine", "override"):
                    raise SorFileError(
                        f"xs:{kind} is not supported", file=document.name, line=child.sourceline
                    )
                if kind not in ("include", "import") or not location:
                    continue
                schema = self.files.resolve(document, location.strip(), child.sourceline)
                wanted = namespace if kind == "include" else child.get("namespace") or ""
                # a file of another namespace can have the same name by chance
                if schema is not None and schema.target_namespace in (
                    (wanted, "") if kind == "include" else (wanted,)
                ):
                    pending.append((schema, wanted))

    def _missing(self) -> dict[Name, tuple[SchemaDocument, etree._Element]]:
        have = {
            name
            for (_, namespace, _), document in self.chosen.items()
            for name, _ in declared(document.root, namespace)
        }
        return {
            name: (document, element)
            for (_, namespace, _), document in reversed(self.chosen.items())
            for name, element in references(document.root, namespace)
            if name not in have and namespace_of(name[1]) != XSI
        }

    def _declaring(self, name: Name) -> SchemaDocument | None:
        namespace = namespace_of(name[1])
        for files in (self.files, self.bundled):
            if files.bundled and namespace in BUNDLED_ROOTS and files is not self.files:
                continue  # SOR's own elements come from the caller's set or not at all
            for document in files.readable():
                if (
                    (document.path, namespace, document.bundled) not in self.chosen
                    and document.target_namespace == namespace
                    and name in dict(declared(document.root, namespace))
                ):
                    return document
        return None

    @staticmethod
    def _cannot_be_had(
        missing: dict[Name, tuple[SchemaDocument, etree._Element]],
    ) -> SorFileError:
        (kind, name), (document, element) = next(iter(missing.items()))
        namespace, _, shown = name[1:].rpartition("}")
        places = {
            child.get("schemaLocation", "")
            for _, child in xs_children(document.root)
            if child.get("namespace") == namespace and child.get("schemaLocation")
        }
        more = f" ({len(missing) - 1} more are missing)" if len(missing) > 1 else ""
        where = f", which it imports from {min(places)}" if places else ""
        return SorFileError(
            f"uses the {kind} {shown} of namespace {namespace or '(none)'}{where}; it is neither "
            f"in the set of schemas nor among the bundled components, and nothing is fetched{more}",
            file=document.name,
            line=element.sourceline,
        )

    def prepared(self, name: str) -> Schema:
        """Convert the chosen files to the form that the engines get."""
        components = Components()
        if not self.files.bundled:
            _refuse_complex(self.chosen)
        # the caller's files first, so that their declarations take precedence
        order = sorted(self.chosen.items(), key=lambda item: item[0][2])
        for (_, namespace, _), document in order:
            components.add(document.root, namespace)
        if not self.files.bundled:
            supplied = sorted({namespace for (_, namespace, bundled) in self.chosen if bundled})
            name += f" ({sum(not bundled for (_, _, bundled) in self.chosen)} files"
            name += f"; bundled components for {', '.join(supplied)})" if supplied else ")"
        return Schema(
            documents=dict(self._documents(order)),
            entry=_aggregator_url(next(iter(self.chosen))[1]),
            file_names={f"doc:/{at}.xsd": document.name for at, (_, document) in enumerate(order)},
            components=components,
            name=name,
            namespaces=frozenset(
                namespace
                for _, namespace, _ in self.chosen
                if components.has_element(f"{{{namespace}}}{ROOT}")
            ),
        )

    def _documents(
        self, order: list[tuple[tuple[str, str, bool], SchemaDocument]]
    ) -> Iterator[tuple[str, bytes]]:
        seen: dict[Name, tuple[_Shape, SchemaDocument]] = {}
        by_namespace: dict[str, list[str]] = {}
        for at, ((_, namespace, _), document) in enumerate(order):
            root = deepcopy(document.root)
            _without_repeats(root, namespace, document, seen)
            others = {namespace_of(name[1]) for name, _ in references(root, namespace)}
            for kind, child in list(xs_children(root)):
                if kind in ("include", "import"):
                    _blank_out(child)
            for other in sorted(others - {namespace, XSI}, reverse=True):
                root.insert(0, _link("import", other))
            url = f"doc:/{at}.xsd"
            by_namespace.setdefault(namespace, []).append(url)
            # with leading line breaks libxml2 reports the right line numbers
            yield url, b"\n" * ((root.sourceline or 1) - 1) + etree.tostring(root)
        for namespace, urls in by_namespace.items():
            root = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS})
            if namespace:
                root.set("targetNamespace", namespace)
            for url in urls:
                etree.SubElement(root, f"{{{XS}}}include", schemaLocation=url)
            yield _aggregator_url(namespace), etree.tostring(root)


def _refuse_complex(chosen: Mapping[tuple[str, str, bool], SchemaDocument]) -> None:
    """Raise SorFileError for a schema on which an engine could spend hours."""
    parts = {
        name: (element, namespace)
        for (_, namespace, _), document in chosen.items()
        for name, element in declared(document.root, namespace)
    }
    sizes: dict[Name, int] = {}

    def size(name: Name, depth: int = 0) -> int:
        """Count the elements in a component, with those of the groups and bases it refers to."""
        if name not in sizes and name in parts:
            sizes[name] = 0 if depth < 100 else _MOST_PARTICLES + 1
            element, namespace = parts[name]
            sizes[name] += sum(1 for _ in element.iter(f"{{{XS}}}element", f"{{{XS}}}any"))
            for other, place in references(element, namespace):
                if local(place) in ("group", "extension", "restriction"):
                    sizes[name] += size(other, depth + 1)
        return sizes.get(name, 0)

    total = 0
    for (_, namespace, _), document in chosen.items():
        total += sum(1 for _ in document.root.iter())
        patterns = document.root.iter(f"{{{XS}}}pattern")
        large = next((p for p in patterns if len(p.get("value", "")) > _MOST_PATTERN), None)
        for name, element in declared(document.root, namespace):
            if large is None and size(name) > _MOST_PARTICLES:
                large = element
        if large is not None or total > _MOST_NODES:
            raise SorFileError(
                f"the schema is too large to be used: more than {_MOST_NODES:,} nodes, "
                f"{_MOST_PARTICLES:,} elements in one type, or {_MOST_PATTERN:,} characters in a "
                "pattern",
                file=document.name,
                line=None if large is None else large.sourceline,
            )


def _aggregator_url(namespace: str) -> str:
    return f"ns:/{namespace.encode().hex() or 'none'}.xsd"


def _link(kind: str, namespace: str) -> etree._Element:
    link = etree.Element(f"{{{XS}}}{kind}", schemaLocation=_aggregator_url(namespace))
    if namespace:
        link.set("namespace", namespace)
    return link


def _blank_out(element: etree._Element) -> None:
    """Remove an element, but not the line breaks around it."""
    comment = etree.Comment("")
    comment.tail = element.tail
    parent = element.getparent()
    assert parent is not None
    parent.replace(element, comment)


def _without_repeats(
    root: etree._Element,
    namespace: str,
    document: SchemaDocument,
    seen: dict[Name, tuple[_Shape, SchemaDocument]],
) -> None:
    """Remove components that an earlier file of the namespace declares as well."""
    for name, element in list(declared(root, namespace)):
        shape = _shape(element)
        if name not in seen:
            seen[name] = (shape, document)
            continue
        first_shape, first = seen[name]
        if shape != first_shape and not document.bundled:
            kind, shown = name[0], name[1].rpartition("}")[2]
            raise SorFileError(
                f"declares the {kind} {shown}, which {first.name} declares differently",
                file=document.name,
                line=element.sourceline,
            )
        _blank_out(element)


def _shape(element: etree._Element) -> _Shape:
    """Return the content of a declaration without whitespace and annotations."""
    parts = tuple(_shape(child) for name, child in xs_children(element) if name != "annotation")
    return (local(element), tuple(sorted(element.items())), parts)


class _Served(etree.Resolver):
    """Serves the documents from memory, and an empty one for any other address."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        super().__init__()
        self.documents = documents

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002 - lxml's own signature
        content = self.documents.get(system_url or "", b"")
        return self.resolve_string(content, context, base_url=system_url)
