"""Displays of a notebook: HTML tables, charts and maps.

The top layer, loaded by ``sorparse.notebook`` when something is shown for the first time; its
modules are loaded one by one as they are needed. Everything shown is bounded in size, and every
value from a file is escaped.
"""
