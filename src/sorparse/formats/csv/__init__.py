"""CSV files: text to rows, rows to records by generated functions, and to columns for Arrow."""
