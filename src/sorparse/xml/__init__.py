"""Read XML safely, for every reader and for validation.

``head.py`` reads what precedes the content, ``parser.py`` makes parsers and feeds them within the
limits, ``elements.py`` has functions for elements, ``lines.py`` finds their lines. Nothing is
imported here, so that lxml is loaded only when XML is read.
"""

CREATED_AT = "CreatedAtTime"
SNAPSHOT_DATE = "SnapshotDate"
