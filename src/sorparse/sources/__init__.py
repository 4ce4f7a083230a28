"""Sources of bytes: a path, a folder, a zip, bytes, a file object. Independent of formats."""

from .member import Member, Source
from .source import FETCH_RECORD, SourceInput, open_source
from .streams import HEAD_BYTES

__all__ = ["FETCH_RECORD", "HEAD_BYTES", "Member", "Source", "SourceInput", "open_source"]
