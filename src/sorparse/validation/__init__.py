"""Checking a Sor.xml against its XML schema: bundled or the publisher's own, offline."""

from .owners import OwnerValidator
from .report import ValidationReport
from .run import validate

__all__ = ["OwnerValidator", "ValidationReport", "validate"]
