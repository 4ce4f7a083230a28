"""The versions of all units in columns, and what finds them: time, words, codes."""
