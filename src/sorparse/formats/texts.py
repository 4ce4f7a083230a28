"""Names that the reader of Sor.xml imports from here; they are defined in ``generator``."""

from .generator import NOT_REPEATED, Memo
from .generator import NeedsCarefulParsing as Odd

__all__ = ["NOT_REPEATED", "Memo", "Odd"]
