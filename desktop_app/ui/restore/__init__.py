"""The screen on which a face is restored with the person's own photos."""
