"""Files and pixels."""
