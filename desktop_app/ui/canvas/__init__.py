"""The table a photo lies on: shown by tiles, zoomed to the cursor, marked but never touched."""
