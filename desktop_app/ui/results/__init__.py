"""What restoring, comparing and exporting show alike: likeness, references, recipes."""
