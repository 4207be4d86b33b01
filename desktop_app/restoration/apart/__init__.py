"""A restorer in a process of its own, driven over a pipe as if it were here."""
