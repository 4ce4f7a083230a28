"""How the file of a saved register begins, for those that read it and those that do not."""

SAVED_REGISTER = b"sorparse register\n"
