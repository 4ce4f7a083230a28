"""From a set of schema files to one schema that libxml2 can use, without the network.

libxml2 takes only the first ``xs:import`` of a namespace and skips the others, and the published
schemas stand one element to a file and import from addresses that are gone. So each namespace is
given one file that includes all its files ("aggregator"), every import is led to the aggregator of
its namespace, and all of it is served from memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import attrs
from lxml import etree

from ..errors import SorFileError
from .components import Components, Name, declared, local, namespace_of, references, xs_children
from .schema_files import (
    XS,
    SchemaDocument,
    SchemaFiles,
    bundled_files,
    open_schema_files,
    secure_parser,
)

XSI = "http://www.w3.org/2001/XMLSchema-instance"
ROOT = "SorTree"
BUNDLED_ROOTS = {
    "urn:oio:nsi:2.0.0": ("2.0.0", "nsi_2_0_0.xsd"),
    "urn:oio:sundhedsstyrelsen:organisation:1.0.0": ("1.0.0", "sor_1_0_0.xsd"),
}
"""Namespace of the root element: version of the format and bundled schema."""


@attrs.frozen(eq=False)
class Schema:
    """A compiled schema with what is needed to tell its faults in words.

    One object serves one thread: libxml2's errors are kept on ``validator``.
    """

    validator: etree.XMLSchema
    components: Components
    name: str
    """What it is, for people."""
    namespaces: frozenset[str]
    """The namespaces for which it declares SorTree."""


def load_schema(schema: str | None, namespace: str) -> Schema:
    """Load the bundled schema for a root namespace (``schema=None``), or the caller's.

    Raises SorFileError for a schema that cannot be had or used; the network is never touched.
    """
    bundled = bundled_files()
    if schema is None:
        version, path = BUNDLED_ROOTS[namespace]
        chosen = _Closure(bundled, bundled)
        chosen.follow(bundled.document(path))
        return chosen.compile(f"bundled schema for SOR XML {version}")
    files, named = open_schema_files(schema)
    root = files.document(named) if named is not None else _find_root(files, namespace)
    chosen = _Closure(files, bundled)
    chosen.follow(root)
    compiled = chosen.compile(f"{root.name}")
    if not compiled.namespaces:
        raise SorFileError(f"declares no element {ROOT}, so it is no schema of SOR", file=root.name)
    return compiled


def _find_root(files: SchemaFiles, namespace: str) -> SchemaDocument:
    roots = [
        document
        for document in files.readable()
        if ("element", f"{{{document.target_namespace}}}{ROOT}")
        in dict(declared(document.root, document.target_namespace))
    ]
    if not roots:
        for path in files.paths():
            files.document(path)  # says what is wrong with a file, where something is
        raise SorFileError(
            f"none of its {len(files.paths())} schemas declares {ROOT}, so it is no schema of SOR",
            file=files.name,
        )
    fitting = [document for document in roots if document.target_namespace == namespace] or roots
    if len({etree.tostring(document.root, method="c14n") for document in fitting}) > 1:
        names = " and ".join(document.path for document in fitting[:3])
        raise SorFileError(
            f"several schemas declare {ROOT}: {names}; give the path of the one you mean",
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
            files = self.bundled if document.bundled else self.files
            for kind, child in xs_children(document.root):
                location = child.get("schemaLocation")
                if kind in ("redefine", "override"):
                    raise SorFileError(
                        f"xs:{kind} is not supported", file=document.name, line=child.sourceline
                    )
                if kind not in ("include", "import") or not location:
                    continue
                found = files.resolve(document, location.strip(), child.sourceline)
                wanted = namespace if kind == "include" else child.get("namespace") or ""
                # a file of another namespace that happens to bear the name is not what is meant
                if found is not None and found.target_namespace in (
                    (wanted, "") if kind == "include" else (wanted,)
                ):
                    pending.append((found, wanted))

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
            child.get("schemaLocation")
            for _, child in xs_children(document.root)
            if child.get("namespace") == namespace and child.get("schemaLocation")
        }
        more = f" ({len(missing) - 1} more are missing)" if len(missing) > 1 else ""
        where = f", which it imports from {sorted(places)[0]}" if places else ""
        return SorFileError(
            f"uses the {kind} {shown} of namespace {namespace or '(none)'}{where}; it is neither "
            f"in the set of schemas nor among the bundled components, and nothing is fetched{more}",
            file=document.name,
            line=element.sourceline,
        )

    def compile(self, name: str) -> Schema:
        """Compile the chosen files."""
        components = Components()
        # the caller's files before the bundled ones, so that theirs is the declaration that stays
        order = sorted(self.chosen.items(), key=lambda item: item[0][2])
        for (_, namespace, _), document in order:
            components.add(document.root, namespace)
        served = _Served(dict(self._documents(order)))
        first = next(iter(self.chosen))[1]
        names = {f"doc:/{at}.xsd": document.name for at, (_, document) in enumerate(order)}
        parser = secure_parser()
        parser.resolvers.add(served)
        entry = _aggregator_url(first)
        try:
            tree = etree.fromstring(served.documents[entry], parser, base_url=entry)
            validator = etree.XMLSchema(tree)
        except etree.XMLSchemaParseError as exc:
            raise _as_file_error(exc, names, name) from None
        supplied = sorted({ns for (_, ns, ours) in self.chosen if ours and not self.files.bundled})
        if not self.files.bundled:
            name += f" ({len(self.chosen) - len(supplied)} files"
            name += f"; bundled components for {', '.join(supplied)})" if supplied else ")"
        roots = frozenset(
            namespace
            for _, namespace, _ in self.chosen
            if components.has_element(f"{{{namespace}}}{ROOT}")
        )
        return Schema(validator, components, name, roots)

    def _documents(
        self, order: list[tuple[tuple[str, str, bool], SchemaDocument]]
    ) -> Iterator[tuple[str, bytes]]:
        seen: dict[Name, tuple[bytes, SchemaDocument]] = {}
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
            # leading line breaks keep the line numbers that libxml2 will report true
            yield url, b"\n" * ((root.sourceline or 1) - 1) + etree.tostring(root)
        for namespace, urls in by_namespace.items():
            root = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS})
            if namespace:
                root.set("targetNamespace", namespace)
            for url in urls:
                etree.SubElement(root, f"{{{XS}}}include", schemaLocation=url)
            yield _aggregator_url(namespace), etree.tostring(root)


def _aggregator_url(namespace: str) -> str:
    return f"ns:/{namespace.encode().hex() or 'none'}.xsd"


def _link(kind: str, namespace: str) -> etree._Element:
    link = etree.Element(f"{{{XS}}}{kind}", schemaLocation=_aggregator_url(namespace))
    if namespace:
        link.set("namespace", namespace)
    return link


def _blank_out(element: etree._Element) -> None:
    """Take an element out and keep the line breaks around it."""
    comment = etree.Comment("")
    comment.tail = element.tail
    parent = element.getparent()
    assert parent is not None
    parent.replace(element, comment)


def _without_repeats(
    root: etree._Element,
    namespace: str,
    document: SchemaDocument,
    seen: dict[Name, tuple[bytes, SchemaDocument]],
) -> None:
    """Take out components that an earlier file of the namespace declares as well."""
    for name, element in list(declared(root, namespace)):
        text = etree.tostring(element, method="c14n", with_comments=False, with_tail=False)
        if name not in seen:
            seen[name] = (text, document)
            continue
        first_text, first = seen[name]
        if text != first_text and not document.bundled:
            kind, shown = name[0], name[1].rpartition("}")[2]
            raise SorFileError(
                f"declares the {kind} {shown}, which {first.name} declares differently",
                file=document.name,
                line=element.sourceline,
            )
        _blank_out(element)


class _Served(etree.Resolver):
    """Serves the documents from memory, and an empty one for whatever else is asked for."""

    def __init__(self, documents: dict[str, bytes]) -> None:
        super().__init__()
        self.documents = documents

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override] # the stubs know no return type for it
        return self.resolve_string(
            self.documents.get(system_url, b""), context, base_url=system_url
        )


def _as_file_error(
    exc: etree.XMLSchemaParseError, names: dict[str, str], fallback: str
) -> SorFileError:
    entry = next((e for e in exc.error_log if e.level_name in ("ERROR", "FATAL")), None)
    if entry is None:
        return SorFileError(f"the schema cannot be used: {exc}", file=fallback)
    return SorFileError(
        f"the schema cannot be used: {entry.message}",
        file=names.get(entry.filename, fallback),
        line=entry.line or None,
    )


__all__ = ["BUNDLED_ROOTS", "ROOT", "Schema", "load_schema", "local"]
