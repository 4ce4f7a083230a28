"""Where the bytes come from: a path, a folder, a zip, bytes, a file object. Knows no format."""

from .source import HEAD_BYTES, Member, Source, SourceInput, open_source

__all__ = ["HEAD_BYTES", "Member", "Source", "SourceInput", "open_source"]
