"""SHAK in time: the hospital classification, its views, its checks."""
