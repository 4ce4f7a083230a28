"""Sor.xml 2.0.0 and 1.0.0, and the two files beside it in Sor.zip.

``names.py`` declares elements and fields; the other modules derive from it. Sor.xml has the tables
``entities`` and ``location_codes``, SorDataCodeTypes.xml ``classifications``, and
GeographicalLocalisations.xml ``geo_locations``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base import Found, ReadOptions
from .names import CLASSIFICATIONS, ENTITIES, GEO_LOCATIONS, LOCATION_CODES, ROOT, TABLES
from .namespaces import VERSIONS

if TYPE_CHECKING:
    from ...sources import Member

__all__ = [
    "CLASSIFICATIONS",
    "ENTITIES",
    "GEO_LOCATIONS",
    "LOCATION_CODES",
    "TABLES",
    "recognise",
]

_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
# The two files without a public example are recognised by a word in their root element or name.
_CLASSIFICATION_WORDS = ("datacodetype", "codetype", "classification")
_GEO_WORDS = ("geographicallocali", "geographicalloca", "geolocation")


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Return the tables of an XML file of SOR; ``None`` for another file.

    Raises:
        SorFileError: If the XML declares a document type, a very long namespace, or an encoding
            with which it is not read.
    """
    if not head.lstrip(_BEFORE_XML).startswith(b"<"):
        return None
    # imported here, so that the parser is not loaded for a CSV file
    from ...errors import SorFileError
    from ...xml.elements import split_tag
    from ...xml.encodings import EncodingError
    from ...xml.head import DoctypeError, read_header
    from ...xml.namespaces import LongNamespaceError, until_long_namespace
    from .lists import ClassificationsReader, GeoLocationsReader
    from .location_codes import LocationCodesReader
    from .readers import EntitiesReader

    try:
        chunks = until_long_namespace([head], member.name)
        header, _ = read_header(chunks, file=member.name, encoding=options.encoding)
    except DoctypeError:
        if b"<html" in head.lower():
            return None
        raise
    except (EncodingError, LongNamespaceError):
        raise
    except SorFileError:
        return None
    if header is None:
        return None
    namespace, root = split_tag(header.root)
    if root == ROOT and namespace in VERSIONS:
        entities = EntitiesReader(member, options)
        return Found((entities, LocationCodesReader(member, options)), entities.snapshot_date)
    for words, reader_of in (
        (_GEO_WORDS, GeoLocationsReader),
        (_CLASSIFICATION_WORDS, ClassificationsReader),
    ):
        if any(word in name.lower() for word in words for name in (root, member.base_name)):
            reader = reader_of(member, options)
            return Found((reader,), reader.snapshot_date)
    return None
