"""How things look in a notebook: plain HTML, pictures and maps.

Loaded when something is shown; the classes that are shown have a one-line method that leads here.
Everything shown is bounded in size, and every value from a file is escaped.
"""
