def name_of(kind, code): return None
