"""A set of schema files: one XSD with its folder, a folder, a zip, or the bundled ones.

Reads files and resolves each ``schemaLocation`` leads. Never leaves the set, never the machine.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from importlib.resources import files as package_files
from pathlib import Path
from urllib.parse import unquote, urlsplit

import attrs
from lxml import etree

from ..errors import SorFileError
from ..limits import Limits
from ..sources import Member, open_source
from ..xml.parser import SAFE

XS = "http://www.w3.org/2001/XMLSchema"
SCHEMA_LIMITS = Limits(max_member_bytes=16 * 1024**2, max_members=5_000)
"""The largest known set has 59 files of a few kB each."""

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


@attrs.frozen(eq=False)
class SchemaDocument:
    """One parsed XSD file."""

    path: str
    """Path within the set, with ``/``."""
    name: str
    """For messages."""
    root: etree._Element
    bundled: bool = False

    @property
    def target_namespace(self) -> str:
        """The namespace it declares components of; ``""`` for none."""
        return self.root.get("targetNamespace") or ""


@attrs.define(eq=False)
class SchemaFiles:
    """The files of a set, parsed when first asked for."""

    name: str
    """For messages: the path given by the caller."""
    _readers: Mapping[str, Callable[[], bytes]] = attrs.field(alias="readers")
    bundled: bool = False
    _parsed: dict[str, SchemaDocument] = attrs.field(factory=dict, init=False)

    def paths(self) -> list[str]:
        """Paths of all files, the shallowest first."""
        return sorted(self._readers, key=lambda path: (path.count("/"), path))

    def document(self, path: str) -> SchemaDocument:
        """Parse one file. Raises SorFileError if it is not a schema."""
        if path not in self._parsed:
            name = f"{self.name}/{path}" if path else self.name
            root = parse_schema(self._readers[path](), name)
            self._parsed[path] = SchemaDocument(path, name, root, self.bundled)
        return self._parsed[path]

    def readable(self) -> Iterator[SchemaDocument]:
        """Yield every file that is a schema; others raise an error only when they are needed."""
        for path in self.paths():
            try:
                yield self.document(path)
            except SorFileError:
                continue

    def resolve(
        self, document: SchemaDocument, location: str, line: int | None
    ) -> SchemaDocument | None:
        """Find the file of this set for a ``schemaLocation`` means, if it is there.

        A remote address is served by its last part, a relative one by its path or else by its last
        part. Raises SorFileError for a location that points out of the set.
        """
        split = urlsplit(location)
        local = unquote(split.path)
        if split.scheme not in ("http", "https", "ftp", "urn"):
            outside = (
                bool(split.scheme)
                or bool(split.netloc)
                or _DRIVE.match(location) is not None
                or local.startswith(("/", "\\"))
                or "\\" in local
            )
            path = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), local))
            if outside or path == ".." or path.startswith("../"):
                raise SorFileError(
                    f"schemaLocation {location!r} points outside the set of schemas; "
                    "a schema may only use files of its own folder or zip",
                    file=document.name,
                    line=line,
                )
            if path in self._readers:
                return self.document(path)
        return self._by_base_name(document, posixpath.basename(local))

    def _by_base_name(self, document: SchemaDocument, base: str) -> SchemaDocument | None:
        folder = posixpath.dirname(document.path)
        matching = [p for p in self._readers if posixpath.basename(p).lower() == base.lower()]
        if not matching:
            return None
        # of several the one nearest to the file that asks
        matching.sort(key=lambda p: (-len(posixpath.commonpath([folder, posixpath.dirname(p)])), p))
        return self.document(matching[0])


def parse_schema(content: bytes, name: str) -> etree._Element:
    """Parse one XSD. Raises SorFileError if it is not XML, not a schema, or has a DOCTYPE."""
    try:
        root: etree._Element = etree.fromstring(content, etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as exc:
        raise SorFileError(
            f"is not an XML schema: {exc.msg}", file=name, line=exc.lineno or None
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise SorFileError(
            "the schema has a document type declaration (DOCTYPE), which is refused because of "
            "entity attacks; remove it",
            file=name,
        )
    if root.tag != f"{{{XS}}}schema":
        shown = str(root.tag).rpartition("}")[2]
        raise SorFileError(f"is not an XML schema: its root element is {shown}", file=name)
    return root


def open_schema_files(schema: str | os.PathLike[str]) -> tuple[SchemaFiles, str | None]:
    """Open an XSD, a folder or a zip of XSDs.

    Returns the set, and the path in it of the root schema if the caller named it. Raises
    SorFileError if there is no schema.
    """
    if not isinstance(schema, (str, os.PathLike)):
        raise TypeError(
            "schema must be None or the path of an XSD, a folder or a zip, "
            f"not {type(schema).__name__}"
        )
    path = Path(os.fspath(schema))
    if path.is_dir():
        return _folder(path, str(path), deep=True), None
    with closing(open_source(path, limits=SCHEMA_LIMITS)) as source:
        zipped = [m for m in source.members if m.name != source.name]
        if zipped or not source.members:
            readers: dict[str, Callable[[], bytes]] = {}
            for member in zipped:
                inner = member.name[len(source.name) + 1 :].replace("\\", "/")
                inner = posixpath.normpath(inner)
                if inner.lower().endswith(".xsd") and not inner.startswith(("/", "../")):
                    readers[inner] = partial(bytes, _content(member))
            return _checked(SchemaFiles(source.name, readers), [m.base_name for m in zipped]), None
    parse_schema(_read(path), str(path))
    files = _folder(path.parent, str(path.parent), deep=False, also=path.name)
    return files, path.name


def _folder(path: Path, name: str, *, deep: bool, also: str = "") -> SchemaFiles:
    inside = path.resolve()
    readers: dict[str, Callable[[], bytes]] = {}
    seen: list[str] = []
    for child in path.rglob("*") if deep else path.iterdir():
        relative = child.relative_to(path).as_posix()
        if child.is_dir() or child.name.startswith("."):
            continue
        seen.append(relative)
        if child.suffix.lower() != ".xsd" and child.name != also:
            continue
        # a link is followed only inside the folder
        if inside in child.resolve().parents:
            readers[relative] = partial(_read, child)
        if len(readers) > SCHEMA_LIMITS.max_members:
            raise SorFileError(f"holds more than {SCHEMA_LIMITS.max_members} schemas", file=name)
    return _checked(SchemaFiles(name, readers), seen)


def _read(path: Path) -> bytes:
    with closing(open_source(path, limits=SCHEMA_LIMITS)) as source:
        return _content(source.members[0])


def _content(member: Member) -> bytes:
    with member.open() as stream:
        return stream.read()


def _checked(files: SchemaFiles, names: list[str]) -> SchemaFiles:
    if not files.paths():
        held = ", ".join(sorted(names)[:5]) or "nothing"
        raise SorFileError(f"holds no XML schema (.xsd); it holds: {held}", file=files.name)
    return files


def bundled_files() -> SchemaFiles:
    """Return the schemas that ship with the package."""
    base = package_files("sorparse") / "schemas"
    readers: dict[str, Callable[[], bytes]] = {}
    for prefix, folder in (("", base), ("oio/", base / "oio")):
        for item in folder.iterdir():
            if item.name.endswith(".xsd"):
                readers[prefix + item.name] = item.read_bytes
    return SchemaFiles("bundled schemas", readers, bundled=True)
