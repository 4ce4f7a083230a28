"""Writing the tables elsewhere: databases, files of data tools, the publisher's own form.

One module per target, each with ``write(load, target)``; ``convert`` finds it by its name.
"""

from .conversion import TARGETS, ConversionReport, convert

__all__ = ["TARGETS", "ConversionReport", "convert"]
