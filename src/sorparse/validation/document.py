"""Finding the SorTree document in a source, and looking at its head."""

from __future__ import annotations

import codecs
from datetime import date
from typing import Literal, TypedDict

import attrs
from lxml import etree

from ..errors import SorFileError, UnrecognisedFormatError
from ..sources import Member, Source
from .components import local, namespace_of
from .schema_set import BUNDLED_ROOTS, ROOT

_PIECE = 4 * 1024
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@attrs.frozen(eq=False)
class Document:
    """A member whose root element is SorTree."""

    member: Member
    namespace: str
    snapshot_date: date | None

    @property
    def version(self) -> str | None:
        """Version of the format, where the namespace is a known one."""
        known = BUNDLED_ROOTS.get(self.namespace)
        return known[0] if known else None


def find_document(source: Source) -> Document:
    """Find the one SorTree document of a source by its content.

    Raises UnrecognisedFormatError where there is none or more than one, and SorFileError where the
    only candidate is broken XML.
    """
    found: list[Document] = []
    others: list[str] = []
    broken: list[SorFileError] = []
    for member in source.members:
        try:
            looked = look_at(member)
        except UnrecognisedFormatError as exc:
            others.append(f"{member.base_name} {exc.reason}")
        except SorFileError as exc:
            broken.append(exc)
        else:
            found.append(looked)
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(document.member.base_name for document in found)
        raise UnrecognisedFormatError(
            f"holds {len(found)} {ROOT} documents ({names}); give the path of one",
            file=source.name,
        )
    if broken:
        raise broken[0]
    if len(source.members) == 1:
        look_at(source.members[0])
    held = "; ".join(others[:5]) or "nothing"
    raise UnrecognisedFormatError(
        f"holds no SOR XML document (root element {ROOT}): {held}", file=source.name
    )


def look_at(member: Member) -> Document:
    """Read the head of a member up to its root element and snapshot date."""
    head = member.head()
    if not head.strip():
        raise UnrecognisedFormatError(
            f"is empty, where a {ROOT} document was expected", file=member.name
        )
    parser = pull_parser(("start", "end"))
    error: etree.XMLSyntaxError | None = None
    root: etree._Element | None = None
    snapshot = None
    past_head = False
    for at in range(0, len(head), _PIECE):
        try:
            parser.feed(head[at : at + _PIECE])
        except etree.XMLSyntaxError as exc:
            error = exc
        for event, element in parser.read_events():
            if root is None:
                root = element
            elif event == "end" and element.getparent() is root:
                name = local(element)
                if name == "SnapshotDate":
                    snapshot = _as_date(element.text)
                past_head = past_head or name not in ("CreatedAtTime", "SnapshotDate")
        if past_head or snapshot or error:
            break
    if root is None and error is None and len(head) < _PIECE:
        try:  # libxml2 waits for more before it says anything about a few bytes
            root = parser.close()
        except etree.XMLSyntaxError as exc:
            error = exc
    if root is None:
        if not _looks_like_xml(head):
            raise UnrecognisedFormatError(
                f"is not XML (it begins with {_beginning(head)}), where a {ROOT} document was "
                "expected",
                file=member.name,
            )
        if error is None:
            raise SorFileError("has no root element in its first 64 KiB", file=member.name)
        raise broken_xml(error, member.name)
    refuse_doctype(root, member.name)
    if local(root) != ROOT:
        raise UnrecognisedFormatError(
            f"is XML with the root element {local(root)}, where {ROOT} was expected",
            file=member.name,
        )
    try:
        etree.QName(root)
    except ValueError:
        raise UnrecognisedFormatError(
            f"is a {ROOT} of the namespace {namespace_of(str(root.tag))!r}, which is no valid one",
            file=member.name,
        ) from None
    return Document(member, namespace_of(str(root.tag)), snapshot)


class _SecureOptions(TypedDict):
    resolve_entities: bool
    no_network: bool
    load_dtd: bool
    huge_tree: bool


def secure_options(*, huge: bool = False) -> _SecureOptions:
    """Options for every parser of a document: nothing is fetched, nothing expanded.

    ``collect_ids`` must stay as it is: to switch it off makes libxml2 open external subsets.
    """
    return {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": huge,
    }


def pull_parser(
    events: tuple[Literal["start", "end"], ...],
    tag: str | list[str] | None = None,
    *,
    huge: bool = False,
) -> etree.XMLPullParser[etree._Element]:
    """Make a parser that is fed bytes and gives elements."""
    return etree.XMLPullParser(events, tag=tag, **secure_options(huge=huge))


def refuse_doctype(root: etree._Element, name: str) -> None:
    """Raise SorFileError for a document with a DOCTYPE: no SOR file has one, attacks do."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise SorFileError(
            "has a document type declaration (DOCTYPE), which no SOR file has; it is refused "
            "because of entity attacks",
            file=name,
        )


def broken_xml(exc: etree.XMLSyntaxError, name: str, more: str = "") -> SorFileError:
    """Make the error for XML that is not well-formed or ends too early."""
    # lxml's own text ends in the place, which the error says already
    reason = (exc.msg or "syntax error").rpartition(", line ")[0] or exc.msg
    return SorFileError(f"is broken XML: {reason}{more}", file=name, line=exc.lineno or None)


def _as_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None  # the validation tells


def _looks_like_xml(head: bytes) -> bool:
    for bom in _BOMS:
        head = head.removeprefix(bom)
    return head.replace(b"\0", b"").lstrip().startswith(b"<")


def _beginning(head: bytes) -> str:
    text = head[:40].decode("utf-8", "replace").splitlines()[0]
    return repr(text)
