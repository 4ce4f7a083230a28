"""CSV files: from text to rows, from rows to records, and from lines to Arrow columns."""
