"""The screen on which restored photos are written out as files."""
