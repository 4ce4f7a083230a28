"""What several test modules share: small files, records, servers, and ways to compare."""
