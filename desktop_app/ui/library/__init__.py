"""The library: its first start, its grid, and one photo at a time."""
