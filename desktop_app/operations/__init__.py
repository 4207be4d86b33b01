"""One file a wish of the user; no wish knows of windows."""
