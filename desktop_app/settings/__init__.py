"""What the user may choose, and where things are kept."""
