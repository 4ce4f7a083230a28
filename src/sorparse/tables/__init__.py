"""Flat, typed, documented tables of the records, for data tools."""

from .schema import DataType, TableColumn, TableSchema, schema_of
from .table import Table

__all__ = ["DataType", "Table", "TableColumn", "TableSchema", "schema_of"]
