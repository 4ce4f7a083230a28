"""Finding the SorTree document in a source, and looking at its head."""

from __future__ import annotations

import codecs
from datetime import date

import attrs
from lxml import etree

from ..errors import SorFileError, UnrecognisedFormatError
from ..sources import Member, Source
from .compile import BUNDLED_ROOTS, ROOT

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
    parser = etree.XMLPullParser(("start", "end"), **secure_options())
    error: etree.XMLSyntaxError | None = None
    try:
        parser.feed(head)
    except etree.XMLSyntaxError as exc:
        error = exc
    root: etree._Element | None = None
    snapshot = None
    for event, element in parser.read_events():
        if root is None:
            root = element
        elif event == "end" and element.getparent() is root:
            name = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if name == "SnapshotDate":
                snapshot = _as_date(element.text)
            if name not in ("CreatedAtTime", "SnapshotDate"):
                break
    if root is None:
        if not _looks_like_xml(head):
            raise UnrecognisedFormatError(
                f"is not XML (it begins with {_beginning(head)}), where a {ROOT} document was "
                "expected",
                file=member.name,
            )
        if error is None:
            raise SorFileError("ends or has no root element in its first 64 KiB", file=member.name)
        raise broken_xml(error, member.name)
    refuse_doctype(root, member.name)
    tag = etree.QName(root)
    if tag.localname != ROOT:
        raise UnrecognisedFormatError(
            f"is XML with the root element {tag.localname}, where {ROOT} was expected",
            file=member.name,
        )
    return Document(member, tag.namespace or "", snapshot)


def secure_options(*, huge: bool = False) -> dict[str, bool]:
    """Options for every parser of a document: nothing is fetched, nothing expanded."""
    return {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "dtd_validation": False,
        "huge_tree": huge,
        "collect_ids": False,
    }


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
