"""An archive of nights: what the register said on each night, about any date."""

from .archive import Added, Archive
from .history import Registered
from .store import ArchivedFile, Night

__all__ = ["Added", "Archive", "ArchivedFile", "Night", "Registered"]
