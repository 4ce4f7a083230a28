"""Where the bytes come from: a path, a folder, a zip, bytes, a file object. Knows no format."""

from .source import Member, Source, SourceInput, open_source

__all__ = ["Member", "Source", "SourceInput", "open_source"]
