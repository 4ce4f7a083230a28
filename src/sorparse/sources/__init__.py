"""Where the bytes come from: a path, a folder, a zip, bytes, a file object. Knows no format."""

from .member import Member, Source
from .source import SourceInput, open_source
from .streams import HEAD_BYTES

__all__ = ["HEAD_BYTES", "Member", "Source", "SourceInput", "open_source"]
