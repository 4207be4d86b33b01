"""The screen on which results are judged against the original."""
