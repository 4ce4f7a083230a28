"""The logger of the library, named ``sorparse``."""

from __future__ import annotations


def log_warning(message: str, *values: object) -> None:
    """Log a warning; nothing is shown unless the application has set up logging."""
    import logging  # slow to import, and most processes log nothing

    log = logging.getLogger("sorparse")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    log.warning(message, *values)
