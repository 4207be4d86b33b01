"""Notices that photos come, change, move or go in a folder, and that its drive goes or returns."""
