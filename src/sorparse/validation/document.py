"""Find the SorTree document in a source, and read its head."""

from __future__ import annotations

from datetime import date

import attrs
from lxml import etree

from ..errors import SorFileError, UnrecognisedFormatError
from ..sources import Member, Source
from ..xml.elements import split_tag
from ..xml.head import looks_like_xml, read_header
from ..xml.namespaces import until_long_namespace
from .schema_set import BUNDLED_ROOTS, ROOT

_PIECE = 4 * 1024


@attrs.frozen(eq=False)
class Document:
    """A member whose root element is SorTree."""

    member: Member
    namespace: str
    snapshot_date: date | None

    @property
    def version(self) -> str | None:
        """Version of the format, if the namespace is known."""
        known = BUNDLED_ROOTS.get(self.namespace)
        return known[0] if known else None


def find_document(source: Source) -> Document:
    """Find the one SorTree document of a source by its content.

    Raises UnrecognisedFormatError if there is none or more than one, and SorFileError if the
    only candidate is broken XML.
    """
    documents: list[Document] = []
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
            documents.append(looked)
    if len(documents) == 1:
        return documents[0]
    if documents:
        names = " and ".join(document.member.base_name for document in documents)
        raise UnrecognisedFormatError(
            f"holds {len(documents)} {ROOT} documents ({names}); pass the path of one",
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
    pieces = (head[at : at + _PIECE] for at in range(0, len(head), _PIECE))
    try:
        header, _ = read_header(until_long_namespace(pieces, member.name), file=member.name)
    except SorFileError:
        if looks_like_xml(head):
            raise
        header = None
    if header is None:
        if not looks_like_xml(head):
            raise UnrecognisedFormatError(
                f"is not XML (it begins with {_beginning(head)}), where a {ROOT} document was "
                "expected",
                file=member.name,
            )
        raise SorFileError(f"has no root element in its first {len(head)} bytes", file=member.name)
    namespace, name = split_tag(header.root)
    if name != ROOT:
        raise UnrecognisedFormatError(
            f"is XML with the root element {name}, where {ROOT} was expected", file=member.name
        )
    try:
        etree.QName(header.root)
    except ValueError:
        raise UnrecognisedFormatError(
            f"is a {ROOT} of the namespace {namespace!r}, which is not valid", file=member.name
        ) from None
    return Document(member, namespace, _as_date(header.snapshot_date))


def _as_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None  # the validation reports it


def _beginning(head: bytes) -> str:
    text = head[:40].decode("utf-8", "replace").splitlines()[0]
    return repr(text)
